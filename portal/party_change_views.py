"""A party's page: its names, counties, predecessors and successors over time; and changing them in the register."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agreements.models import Accession, Agreement
from lib.forms import answer_form
from lib.web import get_visible
from parties.models import Party
from portal.party_changes import FORMS

TEMPLATE = "portal/party_change.html"


@require_safe
def party_detail(request, key):
    """What the party is and was called, where it belongs, who it carries on, and its agreements."""
    party = get_visible(Party.objects.select_related("county"), request.user, key=key)
    agreements = Agreement.objects.visible_to(request.user).values("pk")
    accessions = Accession.objects.filter(party=party, agreement__in=agreements).select_related("agreement__county")
    context = {
        **_frame(party),
        "names": party.names.order_by("-ends_on", "name"),
        "counties": party.counties.select_related("county").order_by("-starts_on"),
        "predecessors": party.predecessor_links.select_related("predecessor").order_by("-happened_on", "pk"),
        "successors": party.successor_links.select_related("successor").order_by("-happened_on", "pk"),
        "accessions": accessions.order_by("agreement__county__sort_name", "agreement__short_name"),
        "changes": [(kind, form.link) for kind, form in FORMS.items()] if _may_change(request.user, party) else [],
    }
    return render(request, "portal/party_detail.html", context)


def party_change(request, key, kind):
    """Change the party in the register: fill in, read what it leads to, confirm."""
    party = get_visible(Party.objects.select_related("county"), request.user, key=key)
    if not request.user.is_superuser:
        raise PermissionDenied
    if kind not in FORMS:
        raise Http404
    form = FORMS[kind](request.POST or None, party=party, user=request.user)
    context = {**_frame(party, form.heading), "form": form, "kind": kind}
    if form.is_bound and "confirm" not in request.POST:
        shows = form.is_valid() and "back" not in request.POST and not form.refused()
        return render(request, TEMPLATE, {**context, "meaning": list(form.meaning()) if shows else []})
    url = reverse("portal:party_detail", args=[key])
    done = _("Ändringen är gjord och står i händelseloggen.")
    return answer_form(request, form, TEMPLATE, context, url=url, save=form.apply, done=done)


def _may_change(user, party):
    """Nothing more happens to a party that has ended."""
    return user.is_superuser and not party.dissolved_on


def _frame(party, *trail):
    own = (party.name, reverse("portal:party_detail", args=[party.key]) if trail else "")
    readers = _("Registret över organisationer är öppet för alla.")
    stance = {"state": "public", "label": _("Öppet"), "readers": readers}
    if trail:
        readers = _("Bara systemadministratörer ser den här sidan.")
        stance = {"state": "draft", "label": _("Internt"), "readers": readers}
    crumbs = [(_("Sök"), reverse("portal:search")), own, *((name, "") for name in trail)]
    return {"party": party, "crumbs": crumbs, "stance": stance}
