"""The page on which the agreement is adopted."""

from django.urls import reverse
from django.utils.translation import gettext as _

from agreements import lifecycle, rows
from agreements.adoption_forms import AdoptionCreateForm
from agreements.frame import frame
from agreements.row_views import editable
from lib.forms import answer_form


def adoption_create(request, slug):
    """Adopt the agreement: who decided, on which text, and from when it is to hold for whom."""
    agreement = editable(request, slug)
    form = AdoptionCreateForm(*rows.posted(request), instance=agreement, agreement=agreement, user=request.user)
    title = lifecycle.TRANSITIONS["adopt"].verb
    is_open = agreement.status in lifecycle.ADOPTABLE
    stated = _("Överenskommelsen är %(status)s. Därifrån går det inte att anta den.")
    context = {
        **frame(agreement, (_("Livscykel"), reverse("agreements:agreement_life", args=[slug])), (title, "")),
        "title": _("Anta överenskommelsen"),
        "back_url": reverse("agreements:agreement_life", args=[slug]),
        "is_open": is_open,
        "meaning": lifecycle.TRANSITIONS["adopt"].meaning,
        "problems": lifecycle.problems("adopt", agreement)
        if is_open
        else [stated % {"status": agreement.get_status_display()}],
    }
    url = reverse("agreements:accession_list", args=[slug])
    return answer_form(request, form, "agreements/adoption_create.html", context, url=url)
