"""What the council decided last time and how it went: part of a round's facts, drawn by ``followup/_decided.html``.

The shape, plain JSON::

    {
      "meeting": {"body": "Rådet", "body_key": "radet", "key": "mote-3", "held_on": "2026-06-11", "is_open": true},
      "decisions": [ … of that meeting, in the order of the record … ],
      "earlier": [ … decisions taken before it that have something unfinished … ],
      "counts": {"total": 3, "done": 1, "dropped": 0, "reported": 1, "late": 1, "given": 0}   # assignments of both
    }

and a decision::

    {
      "decision": 17, "paragraph": "§ 8", "title": "…", "text": "…", "kind": "assignment", "kind_label": "ger uppdrag",
      "decided_on": "2026-06-11", "registry_number": "",
      "state": "done" | "dropped" | "reported" | "late" | "given" | "decided", "finished": 1,  # of its assignments
      "assignments": [{"assignment": 4, "text": "…", "receiver": "Heby kommun", "party": "heby" | "", "due_on": "" or
        "2026-10-22", "state": as above, "answer": "…", "reported_on": "", "ended_on": "", "end_note": ""}]
    }

``meeting`` is null where nothing was decided before. ``state`` of a decision is that of its assignments taken together;
``decided`` where there is nothing to wait for. ``is_open`` is false where the meeting's notes are not published (or the
reader may not read them): then ``decisions`` holds none of that meeting.
"""

from django.db.models import Prefetch, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from governance.models import Assignment, Decision, Mandate, Meeting

# In this order a decision is what its assignments are: one late makes it late.
STATES = ("late", "given", "reported", "done", "dropped")
STATE_LABELS = {
    "late": _("försenat"), "given": _("pågår"), "reported": _("återrapporterat"), "done": _("klart"),
    "dropped": _("avslutat utan åtgärd"), "decided": _("beslutat"),
}  # fmt: skip


def decided_before(round, user=None):
    """What the round's council decided in its last meeting before the round's, in four queries whatever the size.

    With ``user`` what that person may read today; without, what everybody may read once the round is published: that is
    what a closing stores.
    """
    body = council_of(round)
    meeting = body and _last_meeting(round, body)
    if not meeting:
        return {"meeting": None, "decisions": [], "earlier": [], "counts": _counts([])}
    rows = _decisions(round, body, meeting, user)
    latest = [_decision(row) for row in rows if row.meeting_id == meeting.pk]
    earlier = [_decision(row) for row in rows if row.meeting_id != meeting.pk]
    return {
        "meeting": _meeting(meeting, user),
        "decisions": latest,
        "earlier": earlier,
        "counts": _counts([assignment for row in [*latest, *earlier] for assignment in row["assignments"]]),
    }


def left_out(round):
    """The last meeting, as facts, where closing the round now would leave its decisions out; else None.

    Until its minutes are published they are not everybody's to read.
    """
    meeting = decided_before(round)["meeting"]
    return meeting if meeting and not meeting["is_open"] else None


def council_of(round):
    """The body whose meeting the round is for; without one the agreement's deciding, else its steering body."""
    if round.meeting_id:
        return round.meeting.body
    mandates = Mandate.objects.filter(agreement=round.agreement_id, level__in=Mandate.LEADING).select_related("body")
    leading = sorted(mandates, key=lambda mandate: Mandate.LEADING.index(mandate.level))
    return leading[0].body if leading else None


def _last_meeting(round, body):
    """The last one before the round's own meeting in which something was decided about the agreement."""
    day = round.meeting.held_on if round.meeting_id else round.close_on or timezone.localdate()
    rows = Meeting.objects.filter(body=body, held_on__lt=day, decisions__in=_about(round, body).values("pk"))
    return rows.select_related("body").order_by("-held_on", "-pk").first()


def _about(round, body):
    """The body's decisions about the agreement, or about none in particular."""
    return Decision.objects.filter(Q(agreement=round.agreement_id) | Q(agreement__isnull=True), body=body)


def _decisions(round, body, meeting, user):
    """Those of the meeting, and those before it that gave somebody something to do."""
    before = Q(decided_on__lt=meeting.held_on, assignments__ended_at__isnull=True, assignments__isnull=False)
    rows = _about(round, body).filter(pk__in=_about(round, body).filter(Q(meeting=meeting) | before).values("pk"))
    if user is None:
        rows = rows.filter(Q(meeting__isnull=True) | Q(meeting__published_at__isnull=False))
    else:
        rows = rows.visible_to(user)
    given = Prefetch("assignments", Assignment.objects.select_related("party", "body"))
    return sorted(rows.prefetch_related(given), key=_in_record)


def _in_record(decision):
    """Decisions of one meeting in the order of their paragraphs, § 2 before § 10."""
    number = "".join(sign for sign in decision.paragraph if sign.isdigit())
    return decision.decided_on, int(number or 0), decision.pk


def _meeting(meeting, user):
    may_read = meeting.published_at is not None
    if user is not None:
        may_read = Meeting.objects.opened_to(user).filter(pk=meeting.pk).exists()
    return {
        "body": meeting.body.name,
        "body_key": meeting.body.key,
        "key": meeting.key,
        "held_on": str(meeting.held_on),
        "is_open": may_read,
    }


def _decision(row):
    assignments = [_assignment(assignment) for assignment in row.assignments.all()]
    return {
        "decision": row.pk,
        "paragraph": row.paragraph,
        "title": row.title,
        "text": row.text,
        "kind": row.kind,
        "kind_label": str(row.get_kind_display()),
        "decided_on": str(row.decided_on),
        "registry_number": row.registry_number,
        "state": _together([assignment["state"] for assignment in assignments]),
        "finished": sum(assignment["state"] in ("done", "dropped") for assignment in assignments),
        "assignments": assignments,
    }


def _assignment(row):
    return {
        "assignment": row.pk,
        "text": row.text,
        "receiver": row.receiver.name,
        "party": row.party.key if row.party else "",
        "due_on": _day(row.due_on),
        "state": str(row.state),
        "answer": row.answer,
        "reported_on": _day(row.reported_at and timezone.localdate(row.reported_at)),
        "ended_on": _day(row.ended_at and timezone.localdate(row.ended_at)),
        "end_note": row.end_note,
    }


def _day(day):
    return str(day) if day else ""


def _together(states):
    return next((state for state in STATES if state in states), "decided")


def _counts(assignments):
    counts = {state: sum(row["state"] == state for row in assignments) for state in STATES}
    return {"total": len(assignments), **counts}
