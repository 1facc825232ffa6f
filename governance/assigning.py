"""Assignments: what a decision gave somebody to do, from the giving to the end, and their way back to the agenda.

The rights are the querysets' (``Assignment.objects.answerable_by``, ``editable_by``). Who is told by letter is
``followup``'s: a caller above writes the letters in the same transaction.
"""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from governance.models import AgendaItem, Assignment, Meeting
from lib.db import Frozen

STEP = 10  # between two items of an agenda, so that one can be put between


@transaction.atomic
def give(*, decision, text, by, party=None, body=None, due_on=None):
    """Give a party or a body something to do. Raises ValidationError where it is both, neither, or without text."""
    assignment = Assignment(decision=decision, text=text, party=party, body=body, due_on=due_on)
    assignment.full_clean()
    assignment._history_user = by
    assignment.save()
    return assignment


@transaction.atomic
def answer(*, assignment, text, version, by):
    """Report back what has been done, or change what was reported; an empty text takes the report back.

    Raises Frozen where the giver has ended it, VersionConflict where somebody else wrote meanwhile.
    """
    _hold_unfinished(assignment)
    assignment.answer = text
    assignment.reported_at = timezone.now() if text else None
    assignment.reported_by = by if text else None
    _save(assignment, version, by)


@transaction.atomic
def end(*, assignment, how, note, version, by):
    """The giver says that it is done, or drops it: it leaves *My work* and the agendas.

    ``how`` is an ``Assignment.End``; dropping wants a reason (ValidationError). Raises as ``answer``.
    """
    if how == Assignment.End.DROPPED and not note:
        raise ValidationError({"end_note": _("Skriv varför uppdraget avslutas utan åtgärd.")})
    _hold_unfinished(assignment)
    assignment.end, assignment.end_note = how, note
    assignment.ended_at, assignment.ended_by = timezone.now(), by
    _save(assignment, version, by)


@transaction.atomic
def take_up_again(*, assignment, version, by):
    """The giver takes back that it was ended. Raises VersionConflict."""
    assignment.end, assignment.end_note, assignment.ended_at, assignment.ended_by = "", "", None, None
    _save(assignment, version, by)


def unfinished_of(body):
    """What the body has given and not ended, the earliest due first."""
    rows = Assignment.objects.unfinished().filter(decision__body=body)
    return rows.select_related("decision__meeting", "party", "body")


def to_bring_forward(meeting):
    """The unfinished assignments that belong on the meeting's agenda and do not stand there yet.

    They come to the body's next meeting alone: not to those after it, which get what is unfinished then, and not to one
    that has been. What the meeting itself gives comes to the one after it.
    """
    if meeting.state not in ("planned", "called"):
        return Assignment.objects.none()
    earlier = Meeting.objects.upcoming().filter(body=meeting.body_id, ended_at=None, held_on__lt=meeting.held_on)
    if earlier.exists():
        return Assignment.objects.none()
    standing = AgendaItem.objects.filter(meeting=meeting, assignment__isnull=False).values("assignment")
    return unfinished_of(meeting.body_id).exclude(pk__in=standing).exclude(decision__meeting=meeting)


@transaction.atomic
def bring_forward(*, meeting, by):
    """Put the unfinished assignments on the meeting's agenda, each once. Returns the new items.

    Done when the meeting is made and called, when the one before it ends, and when somebody who keeps it asks for it.
    """
    if not to_bring_forward(meeting).exists():
        return []
    Meeting.hold(meeting.pk)  # two who open it at once add each item once
    order, items = last_order(meeting), []
    for number, assignment in enumerate(to_bring_forward(meeting), 1):
        item = AgendaItem(
            meeting=meeting,
            agreement_id=assignment.decision.agreement_id,
            order=order + number * STEP,
            kind=AgendaItem.Kind.FOLLOW_UP,
            title=assignment.text[:200],
            assignment=assignment,
        )
        item._history_user = by
        item.save()
        items.append(item)
    return items


def last_order(meeting):
    """The order of the last item on the agenda; 0 where it is empty."""
    return AgendaItem.objects.filter(meeting=meeting).aggregate(last=Max("order"))["last"] or 0


def _hold_unfinished(assignment):
    stored = Assignment.objects.select_for_update(no_key=True, of=("self",)).get(pk=assignment.pk)
    if stored.ended_at:
        raise Frozen(_("Uppdraget är avslutat av dem som gav det. Det går inte att ändra."))


def _save(assignment, version, by):
    assignment._history_user = by
    assignment.save_version(version)
