"""Asking organisations before the text is written: what an invited party says, and which questions wait for whom."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.models import Agreement, Contribution, Dialogue
from lib.db import VersionConflict
from parties.models import Party, Right
from parties.rights import with_right


def parties_asked(dialogue, user):
    """The invited parties that ``user`` reports for."""
    return with_right(Party.objects.filter(dialogues=dialogue), user, Right.REPORT)


def is_open(dialogue):
    """Whether the invited may still say something: until its last day, as long as the text is being written."""
    in_time = dialogue.closes_on is None or dialogue.closes_on >= timezone.localdate()
    return in_time and dialogue.agreement.status == Agreement.Status.DRAFT


def open_dialogues():
    still = Q(closes_on__isnull=True) | Q(closes_on__gte=timezone.localdate())
    return Dialogue.objects.filter(still, agreement__status=Agreement.Status.DRAFT)


def unanswered_dialogues(user):
    """Open dialogues with each invited party that has not said anything and that ``user`` reports for, as links."""
    parties = with_right(Party.objects.all(), user, Right.REPORT).values("pk")
    links = Dialogue.invited.through.objects.filter(party__in=parties, dialogue__in=open_dialogues().values("pk"))
    said = Contribution.objects.filter(dialogue=OuterRef("dialogue"), party=OuterRef("party"))
    return (
        links.filter(~Exists(said))
        .select_related("dialogue__agreement__county", "party")
        .order_by("dialogue__closes_on", "pk")
    )


@transaction.atomic
def contribute(*, contribution, by, version=None):
    """Store what a party says in a dialogue, as filled in; it may be changed until the last day.

    Raises PermissionDenied where ``by`` does not report for an invited party, ValidationError after the last day, and
    VersionConflict where a colleague wrote meanwhile.
    """
    dialogue = (
        Dialogue.objects.select_for_update(of=("self",)).select_related("agreement").get(pk=contribution.dialogue_id)
    )
    if not parties_asked(dialogue, by).filter(pk=contribution.party_id).exists():
        raise PermissionDenied
    if not is_open(dialogue):
        text = _("Dialogen är stängd. Kopiera texten och hör av dig till %(board)s.")
        raise ValidationError(text % {"board": dialogue.agreement.coordinating_party})
    stored = Contribution.objects.filter(dialogue=dialogue, party=contribution.party_id).first()
    contribution.written_by, contribution.written_at = by, timezone.now()
    if stored is None:
        contribution.save()
    elif contribution.pk is None:
        raise VersionConflict(stored)
    else:
        contribution.save_version(version)
    return contribution
