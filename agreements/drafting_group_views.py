"""The page about the group that writes a draft: who is in it, until when, and who is invited."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from agreements.block_places import text_url
from agreements.drafting_forms import WriterForm
from agreements.drafting_group import add_writer, end_writer, group_of, withdraw_invitation, writers_of
from agreements.frame import editable_agreement, frame
from agreements.models import Agreement
from lib.forms import answer_form
from lib.web import get_editable
from parties.granting import given_by
from parties.models import Invitation, Membership


def drafting_group(request, slug):
    """Who writes the draft; the coordinators add people by their address."""
    agreement = editable_agreement(request.user, slug)
    form = WriterForm(request.POST or None, agreement=agreement, roles=[])
    writers, former, invited = writers_of(agreement)

    def save():
        return add_writer(agreement=agreement, by=request.user, **form.cleaned_data)

    context = {
        **frame(agreement, (_("Texten"), text_url(agreement)), (_("Skrivargrupp"), "")),
        "writers": writers,
        "former": former,
        "invited": invited,
        "is_draft": agreement.status == Agreement.Status.DRAFT,
    }
    url = reverse("agreements:drafting_group", args=[slug])
    done = _("Klart. Personen får ett brev.")
    return answer_form(request, form, "agreements/drafting_group.html", context, url=url, save=save, done=done)


@require_POST
def drafter_end(request, slug, pk):
    """End somebody's hat at once."""
    agreement, rows = _held(request, slug, Membership.objects.select_related("party", "user"))
    return _act(request, agreement, rows, pk, end_writer, "membership", _("Personen skriver inte längre på utkastet."))


@require_POST
def drafter_invitation_withdraw(request, slug, pk):
    agreement, rows = _held(request, slug, Invitation.objects.select_related("party"))
    return _act(request, agreement, rows, pk, withdraw_invitation, "invitation", _("Inbjudan är återkallad."))


def _held(request, slug, rows):
    agreement = get_editable(Agreement.objects.select_related("county"), request.user, slug=slug)
    return agreement, given_by(rows, request.user).filter(group=group_of(agreement))


def _act(request, agreement, rows, pk, verb, name, done):
    """Do it, or say why not, and go back to the group."""
    row = rows.filter(pk=pk).first()
    if row is None:
        messages.error(request, _("Det är redan gjort."))
    else:
        try:
            verb(agreement=agreement, by=request.user, **{name: row})
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, done)
    return redirect("agreements:drafting_group", agreement.slug)
