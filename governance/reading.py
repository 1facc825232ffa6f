"""What the pages of governance read: a fixed number of queries, put together as the page shows them."""

from django.utils import timezone

from agreements.models import Agreement, PriorityArea
from governance.chart import Node, build_chart, duty
from governance.drawing import draw_narrow, draw_wide
from governance.models import Body, Decision, Mandate, Meeting, Responsibility
from governance.seating import gaps_of, seats_of


def governance_of(agreement, user):
    """The tab Styrning as ``user`` reads it: the chart in both sizes, who is responsible for which area, the bodies."""
    today = timezone.localdate()
    mandates = list(_mandates(agreement).prefetch_related("body__hosts"))
    areas = list(PriorityArea.objects.filter(agreement=agreement).for_page())
    responsibilities = [row for area in areas for row in area.responsibilities.all()]
    current = [row for row in responsibilities if row.ends_on is None or row.ends_on >= today]
    chart = build_chart(mandates, current)
    seats = seats_of([mandate.body for mandate in mandates], today)
    shares = Agreement.objects.shared_with(user).filter(pk=agreement.pk).exists()
    nodes = [*chart.nodes, *chart.past]
    for node in nodes:
        node.gaps = gaps_of(node.mandate, seats[node.body.pk], shares=shares)
    return {
        "chart": chart,
        "drawings": [draw_wide(chart), draw_narrow(chart)] if chart.nodes else [],
        "areas": areas,
        "any_responsible": bool(responsibilities),
        "nodes": nodes,
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
    shares = Agreement.objects.shared_with(user).filter(pk=mandate.agreement_id).exists()
    seats = seats_of([body], today)[body.pk]
    return {
        "body": body,
        "node": Node(mandate),
        "hosts": body.hosts.all(),
        "subordinates": mandate.subordinates.select_related("body"),
        "duties": [duty(row) for row in responsibilities],
        "others": others.select_related("agreement__county", "body", "convener"),
        "seats": seats,
        "gaps": gaps_of(mandate, seats, shares=shares),
        "can_meet": Body.objects.run_by(user).filter(pk=body.pk).exists(),
        "names_shown": shares,
        "upcoming": [meeting for meeting in meetings if meeting.held_on >= today],
        "held": [meeting for meeting in reversed(meetings) if meeting.held_on < today],
        "decisions": decisions.select_related("meeting", "agreement"),
    }
