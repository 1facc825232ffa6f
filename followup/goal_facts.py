"""Areas and goals with what was assessed and measured in a round, as plain facts for the council's page and pack.

``goal_facts`` gives JSON that a closing stores; ``goal_groups`` arranges it for a page. The shape::

    {
        "areas": [{"key", "number", "name", "assessment": ASSESSMENT or None, "before": BEFORE or None}, …],
        "goals": [{"key", "number", "text", "area": key of its area or "", "assessment": ASSESSMENT or None,
                   "before": BEFORE or None, "indicators": [indicator_data(…), …]}, …],
        "indicators": [indicator_data(…), …],  # of the whole agreement and no goal
    }
    ASSESSMENT = {
        "grade": code of followup.models.Grade or "", "state": "draft" or "agreed", "analysis", "proposed_decision",
        "body": name, "agreed_on": "2026-11-12" or "", "held_on": day of the meeting it was agreed in or "",
        "reports": [{"report": id, "party": name, "number", "title"}, …], "indicators": [name, …],
    }
    BEFORE = {"label": "2026:1", "grade": code}, what was agreed in the latest round before that says anything

Both lists stand in the agreement's order, goals of the whole agreement first.
"""

from collections import defaultdict

from django.db.models import F, Q
from django.utils import timezone

from agreements.models import Goal, PriorityArea
from followup.models import Assessment, Indicator
from lib.db import json_list


def goal_facts(round, user=None):
    """The facts of ``round``, in as many queries whatever the size.

    Without ``user`` what a closing stores: agreed assessments alone, as they become public with the round. With one,
    also the drafts that the person may read.
    """
    said = _said(round, user)
    measured = _measured(round)
    return {
        "areas": [_area(area, said) for area in areas_in(round)],
        "goals": [_goal(goal, said, measured) for goal in goals_in(round)],
        "indicators": measured.get(None, []),
    }


def areas_in(round):
    """The areas to assess in ``round``: those that stand some day of its period, and those assessed all the same."""
    stands = _stays(round) & (Q(added_on__isnull=True) | Q(added_on__lte=round.period_ends_on))
    assessed = Assessment.objects.filter(round=round, area__isnull=False).values("area")
    return PriorityArea.objects.filter(stands | Q(pk__in=assessed), agreement=round.agreement_id)


def goals_in(round):
    """The goals to assess in ``round``, those of the whole agreement first, each with its area."""
    assessed = Assessment.objects.filter(round=round, goal__isnull=False).values("goal")
    goals = Goal.objects.filter(_stays(round) | Q(pk__in=assessed), agreement=round.agreement_id)
    return goals.select_related("area").order_by(F("area__order").asc(nulls_first=True), "area", "order", "pk")


def _stays(round):
    return Q(dropped_on__isnull=True) | Q(dropped_on__gt=round.period_starts_on)


def _said(round, user):
    """("area" or "goal", id) → ``assessment`` and ``before`` as facts."""
    said = defaultdict(lambda: {"assessment": None, "before": None})
    for row in _assessments(round, user):
        subject = said["area" if row.area_id else "goal", row.area_id or row.goal_id]
        if row.round_id == round.pk:
            subject["assessment"] = _assessment(row)
        else:  # the newest comes last
            subject["before"] = {"label": row.round.label, "grade": row.grade}
    return said


def _assessments(round, user):
    """Those of this round and the agreed ones of earlier rounds that ``user`` may read, the oldest round first."""
    agreed = Assessment.objects.filter(agreed_at__isnull=False)
    earlier = Q(agreed_at__isnull=False, round__period_starts_on__lt=round.period_starts_on)
    if user is None:
        rows = agreed.filter(Q(round=round) | Q(round__published_at__isnull=False) & earlier)
    else:
        rows = Assessment.objects.visible_to(user).filter(Q(round=round) | earlier)
    evidence = Assessment.reports.through.objects
    indicators = Assessment.indicators.through.objects
    named = {"party": "report__party__name", "number": "report__activity__number", "title": "report__activity__title"}
    order = {"area_order": "report__activity__area__order", "order": "report__activity__order"}
    return (
        rows.filter(round__agreement=round.agreement_id)
        .select_related("round", "body", "meeting")
        .annotate(
            evidence=json_list(evidence, "assessment", report="report", **named, **order),
            measures=json_list(indicators, "assessment", name="indicator__name", order="indicator__order"),
        )
        .order_by("round__period_starts_on", "round", "pk")
    )


def _assessment(row):
    reports = sorted(row.evidence or (), key=lambda said: (said["area_order"] or 0, said["order"], said["party"]))
    measures = sorted(row.measures or (), key=lambda measure: (measure["order"], measure["name"]))
    return {
        "grade": row.grade,
        "state": "agreed" if row.agreed_at else "draft",
        "analysis": row.analysis,
        "proposed_decision": row.proposed_decision,
        "body": row.body.name,
        "agreed_on": str(timezone.localdate(row.agreed_at)) if row.agreed_at else "",
        "held_on": str(row.meeting.held_on) if row.meeting else "",
        "reports": [{name: said[name] for name in ("report", "party", "number", "title")} for said in reports],
        "indicators": [measure["name"] for measure in measures],
    }


def _measured(round):
    """Goal id, or None for the whole agreement → the indicators that the council is shown, as facts."""
    shown = Indicator.objects.filter(agreement=round.agreement_id, is_key=True)
    return {goal: [] for goal in shown.order_by().values_list("goal", flat=True)}


def _area(area, said):
    return {"key": area.key, "number": area.number, "name": area.name, **said["area", area.pk]}


def _goal(goal, said, measured):
    return {
        "key": goal.key,
        "number": goal.number,
        "text": goal.text,
        "area": goal.area.key if goal.area_id else "",
        **said["goal", goal.pk],
        "indicators": measured.get(goal.pk, []),
    }
