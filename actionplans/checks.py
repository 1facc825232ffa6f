"""What is wrong with an edition before it goes to the council: what stops it, and what is good to look over.

Dates in the wrong order and what belongs to another area are not here: no path stores them.
"""

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from actionplans.models import Activity
from agreements.models import Accession, Actor, CollaborationArea, Goal, PriorityArea
from governance.models import Responsibility
from parties.models import Party

STOP, ADVICE = "stop", "advice"
READ = (
    "number", "title", "ending", "ending_reason", "indicator", "starts_on", "ends_on", "is_continuous", "edition",
    "area", "collaboration_area", "responsible",
)  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """One line of the checks. It leads to ``field`` of ``activity``, or to ``area``, or to the edition as a whole."""

    level: str
    code: str
    text: str
    activity: Activity | None = None
    field: str = ""
    area: PriorityArea | None = None

    @property
    def is_stop(self):
        return self.level == STOP


class Unready(ValidationError):
    """The edition has ``findings`` that stop it; the messages name them, with the numbers of their activities."""

    def __init__(self, found):
        self.findings = found
        super().__init__([f"{row.activity.number}: {row.text}." if row.activity else f"{row.text}." for row in found])


def findings(edition):
    """Everything to mend or look over in the edition: stops first, then by place. The queries are eleven at most."""
    signatories = _signatories(edition)
    actors = {actor.pk: actor for actor in Actor.objects.filter(agreement=edition.plan.agreement_id)}
    activities = list(edition.activities.for_table().select_related(None).only(*READ))
    for activity in activities:
        activity.responsible = actors.get(activity.responsible_id)  # few, and joined to each row they would be many
    standing = [activity for activity in activities if not activity.ending]
    found = [] if standing else [Finding(STOP, "empty", _("Versionen har inga aktiviteter"))]
    for activity in activities:
        found += _of_standing(activity, edition, signatories) if not activity.ending else _of_ended(activity)
    found += _unserved(edition, standing)
    found += _idle(edition, standing, signatories, actors)
    found += _missing_groups(edition)
    return sorted(found, key=lambda finding: finding.level != STOP)


def stops(edition):
    """What has to be mended before the edition can be proposed or adopted."""
    return [finding for finding in findings(edition) if finding.is_stop]


def _signatories(edition):
    """Who is party of the agreement now, in any role: party id → (kind, whether it signed)."""
    accessions = Accession.objects.standing().filter(agreement=edition.plan.agreement_id)
    rows = accessions.values_list("party", "party__kind", "role")
    return {party: (kind, role == Accession.Role.SIGNATORY) for party, kind, role in rows}


# --- one activity -----------------------------------------------------------------------------------------------------


def _of_ended(activity):
    if activity.ending_reason.strip():
        return []
    text = _("Struken utan skäl") if activity.ending == Activity.Ending.CANCELLED else _("Avslutad utan skäl")
    return [Finding(STOP, "reason_missing", text, activity, "ending_reason")]


def _of_standing(activity, edition, parties):
    found = _of_responsible(activity, parties)
    if not activity.indicator:
        found.append(Finding(ADVICE, "indicator_missing", _("Indikator saknas"), activity, "indicator"))
    if not activity.ends_on and not activity.is_continuous:
        found.append(Finding(ADVICE, "end_missing", _("Slutdatum saknas"), activity, "ends_on"))
    return found + _of_dates(activity, edition)


def _of_responsible(activity, parties):
    actor = activity.responsible
    if actor is None:
        return [Finding(STOP, "responsible_missing", _("Ansvarig part saknas"), activity, "responsible")]
    name = capfirst(actor.name)
    if actor.kind == Actor.Kind.PARTY and actor.party_id not in parties:
        text = _("%(name)s är inte part i överenskommelsen") % {"name": name}
        return [Finding(STOP, "responsible_not_party", text, activity, "responsible")]
    if actor.kind != Actor.Kind.BODY and not _expand(actor, parties):
        text = _("%(name)s är ingen part och får ingen fråga i uppföljningen") % {"name": name}
        return [Finding(ADVICE, "responsible_not_asked", text, activity, "responsible")]
    return []


def _of_dates(activity, edition):
    """Dates wholly outside the period. An activity may begin before it, or go on after it, only as a mistake."""
    found = []
    if activity.starts_on and activity.starts_on > edition.ends_on:
        found.append(Finding(ADVICE, "starts_after", _("Börjar efter versionens period"), activity, "starts_on"))
    if activity.ends_on and activity.ends_on > edition.ends_on:
        found.append(Finding(ADVICE, "ends_after", _("Slutar efter versionens period"), activity, "ends_on"))
    if activity.ends_on and activity.ends_on < edition.starts_on:
        found.append(Finding(ADVICE, "ends_before", _("Slutar före versionens period"), activity, "ends_on"))
    return found


def _expand(actor, parties):
    """As Actor.expand, from parties read once: the ids of those the actor stands for."""
    if actor.kind == Actor.Kind.PARTY:
        return {actor.party_id} & parties.keys()
    rule = actor.COLLECTIVES.get(actor.key, ("", None))[1] if actor.kind == Actor.Kind.COLLECTIVE else None
    return {pk for pk, (kind, signed) in parties.items() if signed and rule in ("all", kind)}


# --- the edition as a whole -------------------------------------------------------------------------------------------


def _unserved(edition, standing):
    """Goals and collaboration areas without an activity; of a plan for one area only that area's own."""
    goals = _linked(edition, "goals")
    served = _linked(edition, "serves") | {activity.collaboration_area_id for activity in standing}
    for goal in _within(Goal, edition).filter(area__dropped_on__isnull=True).exclude(pk__in=goals):
        text = _("Inget görs för målet ”%(name)s”") % {"name": _short(goal.text)}
        yield Finding(ADVICE, "goal_unserved", text, area=goal.area)
    parts = _within(CollaborationArea, edition).filter(dropped_on__isnull=True, area__dropped_on__isnull=True)
    for part in parts.exclude(pk__in=served - {None}):
        text = _("Inget görs inom %(name)s") % {"name": _short(part.name)}
        yield Finding(ADVICE, "collaboration_area_unserved", text, area=part.area)


def _linked(edition, name):
    """The ids of what the activities that have not ended lead to: few, however many activities do."""
    rows = edition.activities.filter(ending="", **{f"{name}__isnull": False})
    return set(rows.order_by().values_list(name, flat=True).distinct())


def _within(model, edition):
    rows = model.objects.filter(agreement=edition.plan.agreement_id).select_related("area")
    return rows.filter(area=edition.plan.area_id) if edition.plan.area_id else rows


def _short(text, limit=80):
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"


def _idle(edition, standing, parties, actors):
    """The parties that neither answer for anything nor take part, in one line."""
    named = {activity.responsible_id for activity in standing} | _linked(edition, "participants")
    busy = {party for pk in named & actors.keys() for party in _expand(actors[pk], parties)}
    idle = [pk for pk, (_kind, signed) in parties.items() if signed and pk not in busy]
    names = list(Party.objects.filter(pk__in=idle).order_by("sort_name").values_list("name", flat=True))
    if not names:
        return []
    text = ngettext(
        "%(count)s part har ingen uppgift: %(names)s", "%(count)s parter har ingen uppgift: %(names)s", len(names)
    )
    return [Finding(ADVICE, "party_idle", text % {"count": len(names), "names": ", ".join(names)})]


def _missing_groups(edition):
    rows = Responsibility.objects.filter(agreement=edition.plan.agreement_id, area__dropped_on__isnull=True)
    rows = rows.filter(area=edition.plan.area_id) if edition.plan.area_id else rows
    for row in rows.select_related("area", "actor__mandate__body"):
        if row.is_missing:
            text = _("Gruppen som ska ansvara finns inte än: %(name)s") % {"name": row.body.name}
            yield Finding(ADVICE, "group_missing", text, area=row.area)
