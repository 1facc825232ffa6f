"""A party asks that the agreement is revised, and the coordinators answer."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements import lifecycle
from agreements.models import Accession, Agreement, RevisionRequest
from agreements.revision_letters import ASKED, write_revision
from parties.models import Party, Right
from parties.rights import with_right


def asked_for_by(user, agreement):
    """The parties, not left, that ``user`` may ask for: those the person approves for; all, for its coordinators."""
    members = Accession.objects.signatories().standing().filter(agreement=agreement)
    parties = Party.objects.filter(pk__in=members.values("party"))
    if Agreement.objects.editable_by(user).filter(pk=agreement.pk).exists():
        return parties
    return parties.filter(pk__in=with_right(Party.objects.all(), user, Right.APPROVE).values("pk"))


def waiting_for(user):
    """The requests that are not answered, of agreements that ``user`` coordinates."""
    mine = Agreement.objects.editable_by(user).values("pk")
    return RevisionRequest.objects.filter(agreement__in=mine, outcome="").select_related("agreement__county", "party")


def problem_of_asking(agreement):
    if agreement.status in lifecycle.STANDING:
        return ""
    return _("Överenskommelsen är %(status)s. Det går inte att begära revidering av den.") % {
        "status": agreement.get_status_display()
    }


@transaction.atomic
def ask(request, *, by):
    """Store an unsaved RevisionRequest. Raises ValidationError where the party has asked and not been answered."""
    agreement = lifecycle.hold(request.agreement)
    if not asked_for_by(by, agreement).filter(pk=request.party_id).exists():
        raise PermissionDenied
    if problem := problem_of_asking(agreement):
        raise ValidationError(problem)
    if RevisionRequest.objects.filter(agreement=agreement, party=request.party_id, outcome="").exists():
        raise ValidationError(_("Parten har redan en begäran som inte är avgjord."))
    request.asked_by, request.order = by, RevisionRequest.objects.filter(agreement=agreement).count()
    request.received_on = request.received_on or timezone.localdate()
    request.save()
    write_revision(request, ASKED, by=by)
    return request


def refuse_answered(request):
    """Raise ValidationError where the request, which the caller is about to answer, has been answered."""
    lifecycle.hold(request.agreement)
    if RevisionRequest.objects.filter(pk=request.pk).exclude(outcome="").exists():
        raise ValidationError(_("Begäran är redan avgjord."))
