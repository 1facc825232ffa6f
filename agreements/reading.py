"""What the pages of an agreement read: one query for each kind of row, put together as the page shows them."""

from collections import defaultdict

from django.utils.translation import gettext_lazy as _

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
    StatedIndicator,
    Statistic,
    TargetGroup,
)
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
    """What the parties wrote, for the tab Överenskommelsen; provisions by kind, the rest of an area on the area."""
    provisions = _grouped(
        _rows(Provision, agreement, "actor"), lambda row: row.kind if not row.area_id else row.area_id
    )
    goals = _grouped(_rows(Goal, agreement), lambda row: row.area_id)
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
    """Who is party, by role and kind; who of the county is not; and who else the document names."""
    accessions = list(_rows(Accession, agreement, "party").with_names_today())
    outsiders = list(_rows(Outsider, agreement, "party"))
    named = {row.party_id for row in [*accessions, *outsiders]}
    municipalities = Party.objects.municipalities_of(agreement.county, on=agreement.first_day)
    by_role = _grouped(accessions, lambda row: row.role)
    return {
        "groups": _by_kind(by_role[Accession.Role.SIGNATORY]),
        "cooperating": by_role[Accession.Role.COOPERATING] + by_role[Accession.Role.ADJUNCT],
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
        "adoptions": _rows(Adoption, agreement, "decided_by"),
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
