"""What the pages of an agreement read: one query for each kind of row, put together as the page shows them."""

from collections import defaultdict

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agreements.acceding import first_day_for, progress_of, terms_of
from agreements.lifecycle import STANDING
from agreements.models import (
    Accession,
    Actor,
    Adoption,
    Agreement,
    Annotation,
    CollaborationArea,
    Commitment,
    Consultation,
    Document,
    Financing,
    FollowUpRule,
    Goal,
    Outsider,
    PlanRule,
    PriorityArea,
    ProcessStep,
    Provision,
    RelatedStrategy,
    SeriesEntry,
    SituationReport,
    StatedIndicator,
    Statistic,
    TargetGroup,
)
from lib.asked import asked
from parties.models import Party, PartyKind

KIND_HEADINGS = {
    PartyKind.MUNICIPALITY: _("Kommuner"),
    PartyKind.REGION: _("Regioner"),
    PartyKind.COUNTY_BOARD: _("Länsstyrelser"),
    PartyKind.STATE_AGENCY: _("Statliga myndigheter"),
    PartyKind.POLICE: _("Polis"),
    PartyKind.UNIVERSITY: _("Universitet och högskolor"),
    PartyKind.ASSOCIATION: _("Kommunförbund"),
    PartyKind.COORDINATION_ASSOCIATION: _("Samordningsförbund"),
    PartyKind.KNOWLEDGE_CENTRE: _("Kunskapscentrum"),
    PartyKind.BUSINESS: _("Näringsliv"),
    PartyKind.CIVIL_SOCIETY: _("Civilsamhälle"),
    PartyKind.TRADE_UNION: _("Fackliga organisationer"),
}


def content_of(agreement):
    """What the parties wrote, for the tab Överenskommelsen; provisions by kind, the rest of an area on the area.

    ``agreement`` as agreements.opened finds it.
    """
    rows = {name: asked(ask, AnonymousUser(), slug=agreement.slug) for name, ask in CONTENT.items()}
    provisions = _grouped(rows["provisions"], lambda row: row.kind if not row.area_id else row.area_id)
    goals = _grouped(rows["goals"], lambda row: row.area_id)
    _add_links(rows, agreement.helped or [])
    areas = _areas(rows, goals, provisions)
    return {
        **{kind.name.lower(): provisions[kind] for kind in Provision.Kind},
        **{name: rows[name] for name in ("target_groups", "strategies", "commitments", "financing")},
        "areas": areas,
        "any_area_goals": any(area.goal_rows for area in areas),
        "any_responsible": any(area.responsible for area in areas),
        "overarching_goals": goals[None],
        "statistics": _statistics(rows["statistics"]),
    }


def _of(model, *related):
    """The question for the agreement's rows of one kind, with those they point to by name, or with none."""
    return lambda user, slug: model.objects.filter(agreement__slug=slug).select_related(*related or [None])


def _situations(user, slug):
    """(goal, key, year, title) of the published reports that tell of a goal, the latest year first."""
    published = SituationReport.objects.filter(agreement__slug=slug, published_on__lte=timezone.localdate())
    return published.filter(goals__isnull=False).values_list("goals", "pk", "year", "title")


def _responsible(user, slug):
    responsibilities = PriorityArea.responsibilities.rel.related_model.objects
    return responsibilities.for_page().filter(area__agreement__slug=slug)


# What content_of reads: each question is written once a day, see lib.asked.
CONTENT = {
    "provisions": _of(Provision, "actor"),
    "goals": _of(Goal),
    "situations": _situations,
    "areas": lambda user, slug: PriorityArea.objects.filter(agreement__slug=slug).with_lists(),
    "collaboration": _of(CollaborationArea),
    "responsible": _responsible,
    "target_groups": _of(TargetGroup),
    "strategies": _of(RelatedStrategy),
    "commitments": _of(Commitment, "actor"),
    "financing": _of(Financing),
    "statistics": _of(Statistic),
}


def _add_links(rows, helped):
    """Let each goal know the published reports that tell of it, ``situations``, and the ``agreements_for`` it."""
    of_goal = _grouped(rows["situations"], lambda line: line[0])
    serving = _grouped(helped, lambda link: link["goal"])
    for goal in rows["goals"]:
        goal.situations, goal.agreements_for = [line[1:] for line in of_goal[goal.pk]], serving[goal.pk]


def _rows(model, agreement, *related):
    return model.objects.filter(agreement=agreement).select_related(*related)


def _grouped(rows, key):
    groups = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return groups


def _areas(rows, goals, provisions):
    """The areas with their goals by level, collaboration areas, provisions, and who is responsible."""
    collaboration = _grouped(rows["collaboration"], lambda row: row.area_id)
    responsible = _grouped(rows["responsible"], lambda row: row.area_id)
    levels = dict(Goal.Level.choices)
    for area in rows["areas"]:
        area.goal_rows, area.collaboration = goals[area.pk], collaboration[area.pk]
        by_level = _grouped(area.goal_rows, lambda row: row.level)
        area.goal_groups = [(levels.get(level, level), rows) for level, rows in by_level.items()]
        by_direction = _grouped(provisions[area.pk], lambda row: row.kind == Provision.Kind.DIRECTION)
        area.directions, area.undertakings = by_direction[True], by_direction[False]
        area.responsible = responsible[area.pk]
        area.for_now = [row for row in area.responsible if row.is_for_now]
        area.group_missing = any(row.is_missing and row.scope in ("whole", "planned") for row in area.responsible)
    return rows["areas"]


def _statistics(rows):
    """The figures that are no part of another, with their ``part_rows``, and what those by sex sum to if it clashes."""
    parts = _grouped(rows, lambda row: row.total_id)
    for row in rows:
        gap = row.difference(parts[row.pk])
        row.clashing_sum = row.value - gap if gap else None
    for total in parts[None]:
        total.part_rows = _descendants(total, parts)
    return parts[None]


def _descendants(row, parts):
    return [each for part in parts[row.pk] for each in (part, *_descendants(part, parts))]


def parties_of(agreement):
    """Who is party, by role and kind, and from when; who of the county is not; and who else the document names."""
    accessions = list(_rows(Accession, agreement, "party", "represented_by", "document").with_names_today())
    terms = terms_of(agreement, accessions)
    heirs = {heir["key"] for row in accessions for heir in row.carried_on_by or ()}
    for row in accessions:
        row.first_day = first_day_for(row, terms)
        row.inherits = row.party.key in heirs
    outsiders = list(_rows(Outsider, agreement, "party"))
    named = {row.party_id for row in [*accessions, *outsiders]}
    municipalities = Party.objects.municipalities_of(agreement.county, on=agreement.first_day)
    by_role = _grouped(accessions, lambda row: row.role)
    return {
        "groups": _by_kind(by_role[Accession.Role.SIGNATORY]),
        "cooperating": by_role[Accession.Role.COOPERATING] + by_role[Accession.Role.ADJUNCT],
        "supporters": by_role[Accession.Role.SUPPORTER],
        "progress": progress_of(agreement, accessions),
        "can_answer": agreement.status in STANDING,
        "outsiders": outsiders,
        "unknown": [party for party in municipalities if party.pk not in named],
        "mentioned": _rows(Actor, agreement).filter(kind=Actor.Kind.NAMED),
    }


def _by_kind(accessions):
    """(heading, accessions, whether none of them is listed by name), in the order of the kinds."""
    groups = _grouped(accessions, lambda row: row.party.kind)
    return [
        (heading, groups[kind], all(row.implied for row in groups[kind]))
        for kind, heading in KIND_HEADINGS.items()
        if kind in groups
    ]


def process_of(agreement, user):
    """How the agreement came about, how it ends, its papers, its series, and what it says of plan and follow-up."""
    steps = _grouped(_rows(ProcessStep, agreement, "actor"), lambda row: row.scope)
    notes = _grouped(_rows(Annotation, agreement, "area"), lambda row: row.kind)
    return {
        "steps": steps[ProcessStep.Scope.AGREEMENT],
        "plan_steps": steps[ProcessStep.Scope.ACTION_PLAN],
        "adoptions": _rows(Adoption, agreement, "decided_by", "text"),
        "consultations": _rows(Consultation, agreement, "sent_via", "decided_by"),
        "documents": _rows(Document, agreement).visible_to(user),
        "series": _rows(SeriesEntry, agreement).for_page(user),
        "relatives": Agreement.objects.visible_to(user).relatives_of(agreement),
        "follow_up_rules": _rows(FollowUpRule, agreement).for_page(),
        "indicators": _rows(StatedIndicator, agreement),
        "plan_rules": _rows(PlanRule, agreement).for_page(),
        "quality_notes": notes[Annotation.Kind.QUALITY],
        "external_facts": notes[Annotation.Kind.EXTERNAL],
    }
