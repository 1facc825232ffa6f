"""What the pages of governance read: a fixed number of queries, put together as the page shows them."""

from django.utils import timezone

from agreements.models import Agreement, PriorityArea
from governance.chart import Node, build_chart, duty
from governance.drawing import draw_narrow, draw_wide
from governance.models import Body, Decision, Mandate, Meeting, Responsibility, Seat


def governance_of(agreement):
    """The tab Styrning: the chart in both sizes, the areas with who is responsible, and the bodies."""
    today = timezone.localdate()
    mandates = list(_mandates(agreement).prefetch_related("body__hosts"))
    areas = list(PriorityArea.objects.filter(agreement=agreement).for_page())
    responsibilities = [row for area in areas for row in area.responsibilities.all()]
    current = [row for row in responsibilities if row.ends_on is None or row.ends_on >= today]
    chart = build_chart(mandates, current)
    return {
        "chart": chart,
        "drawings": [draw_wide(chart), draw_narrow(chart)] if chart.nodes else [],
        "areas": areas,
        "any_responsible": bool(responsibilities),
        "nodes": [*chart.nodes, *chart.past],
    }


def _mandates(agreement):
    rows = Mandate.objects.filter(agreement=agreement)
    return rows.select_related("body", "convener", "initiated_by", "source_document")


def body_of(mandate, user):
    """The page of a body, seen from its ``mandate`` in one agreement, as ``user`` may read it."""
    body, today = mandate.body, timezone.localdate()
    meetings = list(Meeting.objects.filter(body=body))
    others = Mandate.objects.visible_to(user).filter(body=body).exclude(pk=mandate.pk)
    responsibilities = Responsibility.objects.for_page().filter(actor=mandate.actor_id).select_related("area")
    decisions = Decision.objects.visible_to(user).filter(body=body)
    return {
        "body": body,
        "node": Node(mandate),
        "hosts": body.hosts.all(),
        "subordinates": mandate.subordinates.select_related("body"),
        "duties": [duty(row) for row in responsibilities],
        "others": others.select_related("agreement__county", "body", "convener"),
        "seats": seats_of(body, today),
        "can_meet": Body.objects.run_by(user).filter(pk=body.pk).exists(),
        "names_shown": Agreement.objects.shared_with(user).filter(pk=mandate.agreement_id).exists(),
        "upcoming": [meeting for meeting in meetings if meeting.held_on >= today],
        "held": [meeting for meeting in reversed(meetings) if meeting.held_on < today],
        "decisions": decisions.select_related("meeting", "agreement"),
    }


def seats_of(body, today):
    """The body's seats in force, the chair first, each with ``holder`` (a person) and ``is_vacant``.

    Vacant is a seat that is said to be, or that somebody has held and nobody holds: that no person is named says
    nothing, as most documents list offices.
    """
    rows = Seat.objects.on(today).filter(body=body).select_related("party", "membership__user")
    held = set(Seat.history.filter(body_id=body.pk, membership__isnull=False).values_list("id", flat=True))
    roles = list(Seat.Role)
    seats = sorted(rows, key=lambda seat: roles.index(seat.role))
    for seat in seats:
        seat.holder = _holder(seat, today)
        said = seat.vacant_since is not None and seat.vacant_since <= today
        seat.is_vacant = said or (seat.pk in held and seat.holder is None)
    return seats


def _holder(seat, today):
    """The person in the seat today, or None where nobody is named or the membership has ended."""
    membership = seat.membership
    if membership is None or not membership.user.is_active:
        return None
    ended = membership.ends_on is not None and membership.ends_on < today
    return None if ended else membership.user
