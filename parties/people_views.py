"""Pages where a party's administrators look after its people: who acts for it, in which role, and until when."""

from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from lib.forms import answer_form
from lib.web import get_editable
from parties.audit import log
from parties.forms import EndForm, MembershipDatesForm, MembershipForm
from parties.granting import roles_given_by
from parties.memberships import change_role, end_role, give_role, has_ended
from parties.models import AuditEvent, Membership, Party, User
from parties.people_page import invitations_to, people_of


def frame(party, *trail):
    """What every page about a party's people shows around its content. ``trail`` = (label, url), the last without."""
    people = (_("Personer för %(party)s") % {"party": party}, reverse("parties:party_people", args=[party.key]))
    return {
        "party": party,
        "crumbs": [(_("Mitt arbete"), reverse("portal:work")), *([people, *trail] if trail else [(people[0], "")])],
        "stance": {"state": "draft", "label": _("Internt"), "readers": _("Organisationens administratörer ser sidan.")},
        "example": Membership.objects.filter(party=party, user__is_demo=True).exists(),
        "example_text": _("Personerna, adresserna och rollerna är påhittade. Organisationen finns på riktigt."),
    }


def answer_logged(request, form, template, context, *, url, save, done="", kind=AuditEvent.Kind.REFUSED):
    """As answer_form; what is refused is logged too, without what was typed."""
    response = answer_form(request, form, template, context, url=url, save=save, done=done)
    if form.is_bound and form.errors:
        about = f"{request.resolver_match.url_name}: {texts_of(form)}"
        log(kind, by=request.user, party=context["party"], about=about)
    return response


def texts_of(form):
    """All that the form says is wrong, without what was typed."""
    return " ".join(str(text) for errors in form.errors.values() for text in errors)


def party_people(request, key):
    """Everybody with a role at the party, who is invited, and what has ended."""
    party = get_editable(Party.objects, request.user, key=key)
    context = {
        **frame(party),
        "people": people_of(party),
        "invitations": invitations_to(party, by=request.user),
        "other_parties": Party.objects.editable_by(request.user).exclude(pk=party.pk),
    }
    return render(request, "parties/party_people.html", context)


def membership_create(request, key, person):
    """Another role for somebody who already acts, or has acted, for the party."""
    party = get_editable(Party.objects, request.user, key=key)
    user = get_object_or_404(User.objects.filter(memberships__party=party).distinct(), pk=person)
    roles = roles_given_by(request.user, party)
    form = MembershipForm(request.POST or None, party=party, roles=roles)
    context = {**frame(party, (_("Ny roll"), "")), "person": user}

    def save():
        return give_role(user=user, party=party, by=request.user, **form.cleaned_data)

    url, done = people_url(party), _("Rollen är given. Personen får ett brev.")
    return answer_logged(request, form, "parties/membership_create.html", context, url=url, save=save, done=done)


def membership_edit(request, key, pk):
    """The title and days of a role. Whose it is and which it is never change: that is a new role."""
    membership = get_editable(people(), request.user, party__key=key, pk=pk)
    if has_ended(membership):
        return redirect(people_url(membership.party))
    form = MembershipDatesForm(request.POST or None, instance=membership, roles=[])
    context = {**frame(membership.party, (_("Ändra roll"), "")), "membership": membership}

    def save():
        return change_role(membership=form.instance, version=form.cleaned_data["version"], by=request.user)

    url = people_url(membership.party)
    return answer_logged(request, form, "parties/membership_edit.html", context, url=url, save=save)


def membership_end(request, key, pk):
    """Ask once, then take the role away at once."""
    membership = get_editable(people(), request.user, party__key=key, pk=pk)
    form = EndForm(request.POST if request.method == "POST" else None)
    context = {**frame(membership.party, (_("Avsluta roll"), "")), "membership": membership}

    def save():
        end_role(membership=membership, by=request.user, reason=form.cleaned_data["reason"])

    url, done = people_url(membership.party), _("Rollen är avslutad och ger inte längre någon behörighet.")
    return answer_logged(request, form, "parties/membership_end.html", context, url=url, save=save, done=done)


def people():
    return Membership.objects.select_related("user", "party", "granted_by")


def people_url(party):
    return reverse("parties:party_people", args=[party.key])
