"""Who assesses the areas and goals of an agreement, what there is to assess in a round, and how far it has come."""

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Case, Count, OuterRef, Q, Subquery, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from agreements.models import Agreement, Goal, PriorityArea
from followup.goal_facts import SAYS_NOTHING, areas_in, evidence_in, goal_facts, goals_in, standing
from followup.indicators_page import indicators_data
from followup.indicators_shown import TREND_ICONS
from followup.models import Assessment, Indicator, Report, Round
from followup.outcome import kept_facts
from followup.shares import figures_from
from governance.models import Body, Mandate, Responsibility
from lib.db import VersionConflict
from parties.models import Right
from parties.rights import with_right

LEVELS = (Mandate.Level.PREPARING, Mandate.Level.STEERING)
ORDER = (*LEVELS, Mandate.Level.DECIDING)
AT_WORK = (Body.State.ACTIVE, Body.State.AS_NEEDED, Body.State.RECURRING)
KINDS = {"omrade": "area", "mal": "goal"}  # the first part of an address → which key of the assessment it fills


def assessors(agreement):
    """The bodies that assess in an agreement: the preparing ones first, then the steering.

    Where an agreement has neither, those that decide; where none of them is at work, nobody.
    """
    mandates = _at_work().filter(agreement=agreement).select_related("body")
    found = [mandate for mandate in mandates if mandate.level in LEVELS] or mandates
    return [mandate.body for mandate in sorted(found, key=lambda mandate: ORDER.index(mandate.level))]


def _at_work():
    return Mandate.objects.filter(body__state__in=AT_WORK, level__in=ORDER)


def assessors_for(agreement, user):
    """Of the bodies that assess those ``user`` may write for: its own; the coordinators for all of them."""
    bodies = assessors(agreement)
    if Agreement.objects.editable_by(user).filter(pk=agreement.pk).exists():
        return bodies
    own = with_right(Body.objects.filter(pk__in=[body.pk for body in bodies]), user, Right.SEE_BODY)
    keys = set(own.values_list("pk", flat=True))
    return [body for body in bodies if body.pk in keys]


def proposed_assessor(bodies, area):
    """Which of ``bodies`` most likely assesses what belongs to ``area`` (or None): who answers for it, or the first."""
    if area and len(bodies) > 1:
        duties = Responsibility.objects.filter(area=area, actor__mandate__body__in=[body.pk for body in bodies])
        responsible = set(duties.values_list("actor__mandate__body", flat=True))
        return next((body for body in bodies if body.pk in responsible), bodies[0])
    return bodies[0]


def find_subject(round, subject):
    """The area or goal that an address names, as ``{"area": row}`` or ``{"goal": row}``; None where there is none."""
    kind, _dash, key = subject.partition("-")
    rows = {"omrade": areas_in, "mal": goals_in}.get(kind)
    row = rows(round).filter(key=key).first() if rows else None
    return {KINDS[kind]: row} if row else None


def evidence_for(round, user, *, area=None, goal=None):
    """The answers in ``round`` that bear on an area or a goal, and that ``user`` may read.

    A goal's are those of the activities that serve it; where none is said to, those of its area, or all.
    """
    answers = Report.objects.visible_to(user).submitted().filter(round=round).select_related("activity", "party")
    if goal:
        serving = answers.filter(activity__goals=goal)
        if serving.exists():
            return serving.order_by("activity__order", "activity", "party__sort_name")
        area = goal.area
    if area:
        answers = answers.filter(activity__area=area)
    return answers.order_by("activity__area__order", "activity__order", "activity", "party__sort_name")


def told_of(round, user, *, area=None, goal=None):
    """What the assessor wants beside the form: the answers as Figures, and per indicator its (name, trend, icon)."""
    about = {"area": area, "goal": goal}
    statuses = evidence_for(round, user, **about).order_by().values_list("status", flat=True)
    data = indicators_data(measures_for(round, **about), parties=False).values()
    trends = [(row["name"], row["trend"], TREND_ICONS[row["trend"]["code"]]) for row in data]
    return {"answers": [share for share in figures_from(Counter(statuses)).shares if share.count], "trends": trends}


def measures_for(round, *, area=None, goal=None):
    """The indicators that tell of an area or a goal, and those of the whole agreement."""
    indicators = Indicator.objects.filter(agreement=round.agreement_id)
    return indicators.filter(goal=goal) if goal else indicators.filter(goal__area=area)


@dataclass
class Matter:
    """An area or goal on the list of assessments: as facts, and what ``user`` may do with it now."""

    kind: str  # omrade or mal
    facts: dict
    row: Assessment | None = None  # the stored one, of a round that takes answers
    can_assess: bool = False
    can_agree: bool = False
    is_chosen: bool = False  # ticked among those to agree on

    @property
    def subject(self):
        return f"{self.kind}-{self.facts['key']}"

    @property
    def name(self):
        return self.facts["name"] if self.kind == "omrade" else self.facts["text"]

    @property
    def said(self):
        return self.facts["assessment"] or SAYS_NOTHING

    @property
    def state(self):
        """``none``, ``draft`` or ``agreed``."""
        return self.said["state"]

    @property
    def is_ready(self):
        """Whether the body can agree on it as it stands."""
        return self.can_agree and self.state == "draft" and bool(self.said["grade"])

    @property
    def choice(self):
        """What is sent to agree on exactly what was read."""
        return f"{self.row.pk}-{self.row.version}"


@dataclass
class Board:
    """All that is assessed in a round, as one reader sees it. ``groups`` is [(area's facts or None, matters), …]."""

    groups: list
    readable: set = field(default_factory=set)  # the answers among the evidence that the reader may open

    @cached_property
    def matters(self):
        return [matter for _area, matters in self.groups for matter in matters]

    @cached_property
    def ready(self):
        return [matter for matter in self.matters if matter.is_ready]

    @cached_property
    def agreed(self):
        return [matter for matter in self.matters if matter.state == "agreed"]

    @property
    def can_assess(self):
        return any(matter.can_assess for matter in self.matters)


def board_of(round, user):
    """The Board of ``round``, of a closed one as it was stored, else as it stands, in as many queries always."""
    can_be_done = _what_can_be_done(round, user)  # first: what is chosen may be older than what was read, never newer
    kept = kept_facts(round)
    facts = (kept.get("goals") or {}) if kept else goal_facts(round, user)
    if not facts:
        return Board([])
    groups = {"": []} | {area["key"]: [Matter("omrade", area)] for area in facts["areas"]}
    for goal in facts["goals"]:
        groups.setdefault(goal["area"], []).append(Matter("mal", goal))
    names = {area["key"]: area for area in facts["areas"]}
    board = Board([(names.get(key), matters) for key, matters in groups.items() if matters], _readable(facts, user))
    for matter in board.matters:
        can_be_done(matter)
    return board


def _readable(facts, user):
    answers = Report.objects.visible_to(user).submitted().filter(pk__in=evidence_in(facts))
    return set(answers.order_by().values_list("pk", flat=True))


def _what_can_be_done(round, user):
    """A function that tells a Matter which row is stored of it, and what ``user`` may do with it now."""
    if not (round.is_taking_answers and user.is_authenticated):
        return lambda matter: None
    rows = Assessment.objects.filter(round=round).select_related("area", "goal")
    stored = {row.address: row for row in rows}
    own = set(rows.assessable_by(user).values_list("pk", flat=True))
    agreeable = set(rows.agreeable_by(user).values_list("pk", flat=True))
    may_begin = bool(assessors_for(round.agreement, user))

    def tell(matter):
        row = matter.row = stored.get(matter.subject)
        matter.can_assess = may_begin if row is None else row.pk in own and row.agreed_at is None
        matter.can_agree = row is not None and row.pk in agreeable

    return tell


def before(row, user):
    """What was agreed on about the same area or goal in the latest earlier round that says anything, or None."""
    same = Assessment.objects.visible_to(user).filter(area=row.area_id, goal=row.goal_id, agreed_at__isnull=False)
    earlier = same.filter(
        round__agreement=row.round.agreement_id, round__period_starts_on__lt=row.round.period_starts_on
    )
    return earlier.select_related("round", "body").order_by("-round__period_starts_on", "-pk").first()


def trail_of(row):
    """What has been done to an assessment, the newest first: (when, who or None, what, reason)."""
    steps, was_agreed = [], False
    for entry in row.history.select_related("history_user").order_by("history_date", "history_id") if row.pk else ():
        is_agreed = entry.agreed_at is not None
        what = _("Skriven") if entry.history_type == "+" else _("Ändrad")
        if is_agreed != was_agreed:
            what = _("Beslutad") if is_agreed else _("Tagen upp igen")
        steps.append((entry.history_date, entry.history_user, what, entry.history_change_reason or ""))
        was_agreed = is_agreed
    return steps[::-1]


def may_agree(round, user):
    """Whether ``user`` notes what the assessing bodies of ``round`` agree on: coordinators, and those who keep them."""
    if Agreement.objects.editable_by(user).filter(pk=round.agreement_id).exists():
        return True
    bodies = [body.pk for body in assessors(round.agreement)]
    return Body.objects.run_by(user).filter(pk__in=bodies).exists()


@transaction.atomic
def agree_on(*, rows, meeting, by):
    """Note that ``rows`` were agreed on in ``meeting``, all or none.

    Raises Frozen as Assessment.agree, and ValidationError where one was saved by somebody else since it was read.
    """
    for row in rows:
        try:
            row.agree(meeting=meeting, by=by)
        except VersionConflict:
            text = _("Bedömningen av %(subject)s ändrades av någon annan nyss. Inget är sparat. Läs den igen.")
            raise ValidationError(text % {"subject": row.subject}) from None


def rounds_to_assess(bodies, until):
    """The rounds, due to be prepared by the day ``until``, that one of ``bodies`` (ids) assesses before others do.

    Each has ``unassessed``: of how many areas and goals nothing is agreed on; those with none are left out. Where a
    preparing body is at work it goes first, then the steering, then the deciding. One query.
    """
    first = (
        _at_work()
        .filter(agreement=OuterRef("agreement"))
        .order_by(Case(*(When(level=level, then=place) for place, level in enumerate(ORDER))))
    )
    mandates = _at_work().filter(body__in=bodies, level=Subquery(first.values("level")[:1]))
    due = Q(prepare_on__lte=until) | Q(prepare_on__isnull=True, review_started_at__isnull=False)
    rounds = Round.objects.open().filter(due, agreement__in=mandates.values("agreement"))
    rounds = rounds.exclude(agreement__status=Agreement.Status.DRAFT)  # its coordinators' alone
    counted = rounds.annotate(unassessed=_left_of("area", PriorityArea) + _left_of("goal", Goal))
    return counted.filter(unassessed__gt=0).select_related("agreement__county")


def _left_of(kind, model):
    """Of how many areas or goals that stand in the outer round its bodies have agreed on nothing."""
    agreed = Assessment.objects.filter(round=OuterRef(OuterRef("pk")), agreed_at__isnull=False)
    told = agreed.filter(**{f"{kind}__isnull": False}).values(kind)
    rows = model.objects.filter(standing(model, OuterRef), agreement=OuterRef("agreement")).exclude(pk__in=told)
    counted = rows.order_by().values("agreement").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0)


def drafts_left(round):
    """How many assessments of ``round`` nobody has agreed on; they are not part of what the closing stores."""
    return Assessment.objects.filter(round=round, agreed_at__isnull=True).count()
