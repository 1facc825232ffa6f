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
from dataclasses import dataclass, field
from functools import cached_property, partial

from django.db.models import F, Q
from django.utils import timezone

from agreements.models import Goal, PriorityArea
from followup.indicators_page import chart_of, indicators_data
from followup.indicators_shown import TREND_ICONS
from followup.models import Assessment, Indicator
from lib.db import json_list

SAYS_NOTHING = {
    "grade": "", "state": "none", "analysis": "", "proposed_decision": "", "body": "", "agreed_on": "", "held_on": "",
    "reports": [], "indicators": [],
}  # fmt: skip


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
    assessed = Assessment.objects.filter(round=round, area__isnull=False).values("area")
    stands = standing(PriorityArea, partial(getattr, round))
    return PriorityArea.objects.filter(stands | Q(pk__in=assessed), agreement=round.agreement_id)


def goals_in(round):
    """The goals to assess in ``round``, those of the whole agreement first, each with its area."""
    assessed = Assessment.objects.filter(round=round, goal__isnull=False).values("goal")
    stands = standing(Goal, partial(getattr, round))
    goals = Goal.objects.filter(stands | Q(pk__in=assessed), agreement=round.agreement_id)
    return goals.select_related("area").order_by(F("area__order").asc(nulls_first=True), "area", "order", "pk")


def standing(model, of_round):
    """The condition that an area or goal stands some day of a round's period; ``of_round`` gives a day by name."""
    stands = Q(dropped_on__isnull=True) | Q(dropped_on__gt=of_round("period_starts_on"))
    if model is Goal:
        return stands
    return stands & (Q(added_on__isnull=True) | Q(added_on__lte=of_round("period_ends_on")))


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
    """Goal id, or None for the whole agreement → the indicators that the council is shown, as facts.

    The county and the country stand for all.
    """
    shown = list(Indicator.objects.filter(agreement=round.agreement_id, is_key=True).order_by("order", "pk"))
    data = indicators_data(shown, parties=False) if shown else {}
    measured = defaultdict(list)
    for indicator in shown:
        measured[indicator.goal_id].append(data[indicator.pk])
    return measured


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


# --- for the page -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Measure:
    """An indicator as its data, with what the page draws of it."""

    data: dict

    @cached_property
    def chart(self):
        return chart_of(self.data)

    @property
    def trend_icon(self):
        return TREND_ICONS[self.data["trend"]["code"]]


@dataclass(frozen=True)
class Told:
    """An area or a goal with something said or measured."""

    facts: dict

    @property
    def said(self):
        return self.facts["assessment"] or SAYS_NOTHING

    @cached_property
    def measures(self):
        return [Measure(data) for data in self.facts.get("indicators", ())]

    @property
    def says_something(self):
        return bool(self.facts["assessment"] or self.facts["before"] or self.measures)


@dataclass(frozen=True)
class GoalGroup:
    """An area, or None for the whole agreement, with its goals of which something is said or measured."""

    area: Told | None
    goals: list[Told]


@dataclass(frozen=True)
class GoalGroups:
    """What the section of the council's page shows; false where there is nothing to show."""

    groups: list[GoalGroup] = field(default_factory=list)
    untold: list[dict] = field(default_factory=list)  # goals that nobody has assessed and nothing measures
    measures: list[Measure] = field(default_factory=list)  # of the whole agreement

    def __bool__(self):
        return bool(self.groups or self.untold or self.measures)

    @cached_property
    def assessed_by(self):
        """Body → the day of its meeting, of what is agreed."""
        told = [told for group in self.groups for told in (group.area, *group.goals) if told]
        return {told.said["body"]: told.said["held_on"] for told in told if told.said["state"] == "agreed"}


def goal_groups(facts, area=""):
    """The GoalGroups of ``facts`` as stored or made by ``goal_facts``; of one area where its key is given.

    Facts from before there were assessments, empty or None, give groups that are false.
    """
    if not facts:
        return GoalGroups()
    wanted = [goal for goal in facts["goals"] if not area or goal["area"] == area]
    told = defaultdict(list)
    untold = []
    for goal in map(Told, wanted):
        if goal.says_something:
            told[goal.facts["area"]].append(goal)
        else:
            untold.append(goal.facts)
    areas = [Told(row) for row in facts["areas"] if not area or row["key"] == area]
    groups = [GoalGroup(None, told[""])] + [GoalGroup(row, told[row.facts["key"]]) for row in areas]
    shown = [group for group in groups if group.goals or (group.area and group.area.says_something)]
    measures = [] if area else [Measure(data) for data in facts["indicators"]]
    return GoalGroups(shown, untold, measures)


def evidence_in(facts):
    """The ids of the reports that the assessments of ``facts`` name; facts that are empty or None name none."""
    rows = [*facts["areas"], *facts["goals"]] if facts else []
    return [said["report"] for row in rows if row["assessment"] for said in row["assessment"]["reports"]]
