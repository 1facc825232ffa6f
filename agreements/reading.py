"""What the pages of an agreement read: one query for each kind of row, put together as the page shows them."""

from collections import defaultdict

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
from agreements.sub_agreements import with_served_by
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


def content_of(agreement, user):
    """What the parties wrote, for the tab Överenskommelsen; provisions by kind, the rest of an area on the area."""
    provisions = _grouped(
        _rows(Provision, agreement, "actor"), lambda row: row.kind if not row.area_id else row.area_id
    )
    goals = _grouped(with_served_by(_rows(Goal, agreement), user), lambda row: row.area_id)
    _add_situations(agreement, goals)
    areas = _areas(agreement, goals, provisions)
    return {
        **{kind.name.lower(): provisions[kind] for kind in Provision.Kind},
        "areas": areas,
        "any_area_goals": any(area.goal_rows for area in areas),
        "any_responsible": any(area.responsible for area in areas),
        "overarching_goals": goals[None],
        "target_groups": _rows(TargetGroup, agreement),
        "strategies": _rows(RelatedStrategy, agreement),
        "commitments": _rows(Commitment, agreement, "actor"),
        "financing": _rows(Financing, agreement),
        "statistics": _statistics(agreement),
    }


def _add_situations(agreement, goals):
    """Let each goal know the published reports that tell of it: ``situations``, the latest year first."""
    published = SituationReport.objects.filter(agreement=agreement, published_on__lte=timezone.localdate())
    told = published.filter(goals__isnull=False).values_list("goals", "pk", "year", "title")
    of_goal = _grouped(told, lambda line: line[0])
    for goal in (goal for rows in goals.values() for goal in rows):
        goal.situations = [line[1:] for line in of_goal[goal.pk]]


def _rows(model, agreement, *related):
    return model.objects.filter(agreement=agreement).select_related(*related)


def _grouped(rows, key):
    groups = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return groups


def _areas(agreement, goals, provisions):
    """The areas with their goals by level, collaboration areas, provisions, and who is responsible."""
    collaboration = _grouped(_rows(CollaborationArea, agreement), lambda row: row.area_id)
    areas = list(_rows(PriorityArea, agreement).for_page())
    for area in areas:
        area.goal_rows, area.collaboration = goals[area.pk], collaboration[area.pk]
        area.goal_groups = list(_grouped(area.goal_rows, lambda row: row.get_level_display()).items())
        by_direction = _grouped(provisions[area.pk], lambda row: row.kind == Provision.Kind.DIRECTION)
        area.directions, area.undertakings = by_direction[True], by_direction[False]
        area.responsible = list(area.responsibilities.all())
        area.for_now = [row for row in area.responsible if row.is_for_now]
        area.group_missing = any(row.is_missing and row.scope in ("whole", "planned") for row in area.responsible)
    return areas


def _statistics(agreement):
    """The figures that are no part of another, with their ``part_rows``, and what those by sex sum to if it clashes."""
    rows = list(_rows(Statistic, agreement))
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
    for row in accessions:
        row.first_day = first_day_for(row, terms)
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
