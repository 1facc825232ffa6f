"""One agreement follows when a party was carried on: what is open goes to the successor, what is frozen stays.

Taken by the agreement's coordinators, for one predecessor and one successor at a time, after having read what moves.
"""

from dataclasses import dataclass
from hashlib import sha256

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from actionplans import steps
from actionplans.editing import change_many
from actionplans.models import Activity, Edition
from agreements import lifecycle
from agreements.ending import refuse_over
from agreements.models import Accession, Addressee, Agreement, LifeEvent
from agreements.services import actor_for
from followup.models import Obstacle, Report, Respondent
from governance.models import Assignment, Body, Mandate, Responsibility, Seat
from governance.services import grant_governance_rights, hold_seat
from lib.db import VersionConflict
from lib.history import one_entry
from parties.models import PartySuccession, Right
from parties.rights import who_may


class Moved(ValidationError):
    """What there is to move is not what was shown when somebody confirmed."""

    def __init__(self):
        super().__init__(_("Något har ändrats sedan sidan visades. Läs igenom den igen och bekräfta."))


def pending(agreement):
    """The successions that the agreement has not followed yet: of parties that stand in it and were carried on."""
    standing = Accession.objects.standing().filter(agreement=agreement)
    links = PartySuccession.objects.filter(predecessor__in=standing.values("party"))
    followed = Q(predecessor__dissolved_on__isnull=True, successor__in=standing.values("party"))
    links = links.exclude(followed).select_related("predecessor", "successor")
    return list(links.order_by("happened_on", "predecessor__sort_name", "successor__sort_name"))


@dataclass
class Load:
    """What one party has open in one agreement; ``kept`` are reports that the successor has been asked for itself."""

    accession: Accession
    responsible: list
    joint: list
    reports: list
    kept: list
    respondents: list
    responsibilities: list
    convened: list
    seats: list
    assignments: list
    obstacles: list
    unreported: list
    addressees: list

    @property
    def rows(self):
        lists = (
            self.responsible, self.joint, self.reports, self.respondents, self.responsibilities, self.convened,
            self.seats, self.assignments, self.obstacles, self.unreported, self.addressees,
        )  # fmt: skip
        return [self.accession, *(row for rows in lists for row in rows)]

    @property
    def digest(self):
        """Changes whenever something is added, changed or removed."""
        parts = [(row._meta.label, row.pk, row.version) for row in self.rows]
        return sha256(repr(parts).encode()).hexdigest()[:24]

    def told(self):
        """[(what, how many or which)] for those who confirm. Of the party's own drafts only the number is told."""
        rounds = sorted({place.round.label for place in self.respondents})
        answers = ngettext("%(n)s svar som inte är inlämnat", "%(n)s svar som inte är inlämnade", len(self.reports))
        drafts = ngettext("%(n)s utkast", "%(n)s utkast", len(self.unreported)) % {"n": len(self.unreported)}
        named = [
            (_("Ansvarar för aktiviteter i versioner som inte är fastställda"), _names(self.responsible)),
            (_("Medverkar i aktiviteter i versioner som inte är fastställda"), _names(self.joint)),
            (_("Svar i öppna omgångar"), [answers % {"n": len(self.reports)}] if self.reports else []),
            (_("Tillfrågas i öppna omgångar"), [_("Omgång %(label)s") % {"label": label} for label in rounds]),
            (_("Ansvar för områden"), _names(self.responsibilities)),
            (_("Sammankallar"), _names(self.convened)),
            (_("Platser i organ"), [f"{seat.body}: {seat.get_role_display()}" for seat in self.seats]),
            (_("Uppdrag som inte är avslutade"), [row.text for row in self.assignments]),
            (_("Hinder som parten äger"), _names(self.obstacles)),
            (_("Hinder som inte är rapporterade"), [drafts] if self.unreported else []),
            (_("Remisser att svara på"), [str(row.consultation) for row in self.addressees]),
        ]
        return [(heading, lines) for heading, lines in named if lines]


def _names(rows):
    return [str(row) for row in rows]


def load_of(agreement, old, new, *, by):
    """The Load of the party ``old`` in the agreement, of what ``by`` may write."""
    accession = Accession.objects.standing().get(agreement=agreement, party=old)
    open_round = {"round__agreement": agreement, "round__opened_at__isnull": False, "round__closed_at__isnull": True}
    reports = list(Report.objects.filter(**open_round, party=old, submitted_at__isnull=True).order_by("pk"))
    asked = set(Report.objects.filter(**open_round, party=new).values_list("round", "activity"))
    both = [row for row in reports if (row.round_id, row.activity_id) in asked]
    rows = Activity.objects.filter(edition__plan__agreement=agreement).exclude(edition__state__in=Edition.FROZEN_STATES)
    rows = rows.select_related("edition__plan").order_by("edition", "order", "pk")
    return Load(
        accession=accession,
        responsible=list(rows.filter(responsible__party=old)),
        joint=list(rows.filter(participants__party=old).distinct()),
        reports=[row for row in reports if row not in both],
        kept=both,
        respondents=list(Respondent.objects.filter(**open_round, party=old).select_related("round").order_by("pk")),
        **_of_governance(agreement, old, by),
        obstacles=list(Obstacle.objects.open().filter(agreement=agreement, owner_party=old)),
        unreported=list(Obstacle.objects.filter(agreement=agreement, party=old, reported_at=None).order_by("pk")),
        addressees=_unanswered(agreement, old, new),
    )


def _of_governance(agreement, old, by):
    today, bodies = timezone.localdate(), Body.objects.filter(mandates__agreement=agreement).values("pk")
    lasting = Q(ends_on__isnull=True) | Q(ends_on__gte=today)
    led = Q(actor__party=old) | Q(leads__party=old)
    mine = Responsibility.objects.filter(lasting, led, agreement=agreement).select_related("area", "actor")
    seats = Seat.objects.editable_by(by).filter(lasting, body__in=bodies, party=old)
    here = Q(decision__agreement=agreement) | Q(decision__agreement=None, decision__body__in=bodies)
    return {
        "responsibilities": list(mine.distinct().order_by("pk")),
        "convened": list(Mandate.objects.filter(agreement=agreement, convener__party=old).select_related("body")),
        "seats": list(seats.select_related("body", "membership__user").order_by("pk")),
        "assignments": list(Assignment.objects.unfinished().filter(here, party=old).order_by("pk")),
    }


def _unanswered(agreement, old, new):
    """Invitations to open consultations that nobody has answered, where the successor has none of its own."""
    rows = Addressee.objects.filter(party=old, consultation__agreement=agreement, withdrawn_at__isnull=True)
    rows = rows.filter(consultation__closed_on__isnull=True).exclude(response__submitted_at__isnull=False)
    own = Addressee.objects.filter(party=new).values("consultation")
    return list(rows.exclude(consultation__in=own).select_related("consultation").order_by("pk"))


# --- The step ---------------------------------------------------------------------------------------------------------


@transaction.atomic
def apply(*, agreement, old, new, on, seen, by, work=True, coordination=False):
    """Let ``new`` stand in the agreement from ``on`` with what is open of ``old``, which leaves it if it has ended.

    Without ``work`` the successor only gets its place, as where a party was split and another has the work. With
    ``coordination`` it coordinates the agreement from now on, in the place of ``old``.
    ``seen`` is the digest of what was shown: raises Moved where it is something else by now, ValidationError where the
    rules say no, PermissionDenied where ``by`` no longer coordinates.
    """
    agreement = lifecycle.hold(agreement)
    if not Agreement.objects.editable_by(by).filter(pk=agreement.pk).exists():
        raise PermissionDenied
    refuse_over(agreement)
    link = next((each for each in pending(agreement) if (each.predecessor, each.successor) == (old, new)), None)
    if link is None:
        raise ValidationError(_("Överenskommelsen har redan följt med, eller så finns ingen sådan efterträdare."))
    load = load_of(agreement, old, new, by=by)
    if load.digest != seen:
        raise Moved
    _refuse_day(load.accession, link, on)
    _accede(agreement, load.accession, new, on, by)
    if work:
        _move(agreement, load, new, by)
    _coordinate(agreement, link, coordination, by)
    if link.predecessor.dissolved_on and not _others_wait(agreement, old):
        _leave(agreement, load.accession, new, on, by)
    grant_governance_rights(agreement)
    return load


def _refuse_day(accession, link, on):
    first = max(filter(None, (link.happened_on, accession.joined_on, accession.signed_on)), default=None)
    if on > timezone.localdate():
        raise ValidationError({"on": _("Dagen har inte varit än. Gör steget den dag det gäller.")})
    if first and on < first:
        raise ValidationError({"on": _("Ange %(day)s eller senare.") % {"day": first}})


def _others_wait(agreement, old):
    """Whether other successors of the party have still to come in: it leaves with the last of them."""
    return any(
        not Accession.objects.standing().filter(agreement=agreement, party=link.successor_id).exists()
        for link in old.successor_links.all()
    )


def _accede(agreement, accession, new, on, by):
    """The successor's own place, where it has none: as the old one's, and unsigned, since it inherits."""
    held = Accession.objects.filter(agreement=agreement, party=new).first()
    if held and held.left_on:
        raise ValidationError(_("%(party)s har lämnat överenskommelsen. Anslut den på nytt först.") % {"party": new})
    note = _("Efterträder %(old)s från %(day)s.") % {"old": accession.name_at_signing, "day": on}
    if held:
        _save(held, by, note=f"{held.note} {note}".strip()[:300])
        return
    row = Accession(
        agreement=agreement, party=new, key=new.key, role=accession.role, name_at_signing=new.name, joined_on=on,
        order=accession.order, note=note[:300], basis="external",
    )  # fmt: skip
    row._history_user = by
    row.full_clean(exclude=["key"])
    row.save()
    lifecycle.note(LifeEvent.Kind.JOINED, agreement=agreement, by=by, when=on, party=new, text=note)


def _coordinate(agreement, link, moves, by):
    """Let the successor coordinate where that was chosen. Somebody has to be able to, before and after."""
    old, new = link.predecessor, link.successor
    if agreement.coordinating_party_id != old.pk:
        if moves:
            raise Moved
    elif moves:
        if not who_may(Right.COORDINATE, parties=[new.pk]):
            text = _("Ingen hos %(new)s är samordnare än. Ge någon där den rollen först.")
            raise ValidationError({"coordination": text % {"new": new}})
        _save(agreement, by, coordinating_party=new)
    elif old.dissolved_on and not _others_wait(agreement, old):
        text = _("%(old)s har upphört och kan inte samordna. Låt %(new)s göra det.")
        raise ValidationError({"coordination": text % {"old": old, "new": new}})


def _leave(agreement, accession, new, on, by):
    text = _("%(old)s har upphört. %(new)s tar över.") % {"old": accession.party, "new": new}
    _save(accession, by, left_on=on)
    lifecycle.note(LifeEvent.Kind.LEFT, agreement=agreement, by=by, when=on, party=accession.party, text=text)


def _move(agreement, load, new, by):
    try:
        _move_activities(agreement, load, new, by)
        _move_reports(load, new, by)
        _move_governance(agreement, load, new, by)
        for row in load.obstacles:
            _save(row, by, owner_party=new)
        for row in load.unreported:
            _save(row, by, party=new)
        for row in load.addressees:
            _save(row, by, party=new, name=new.name)
    except VersionConflict:  # an answer handed in, or a row changed, while this was under way
        raise Moved from None


def _move_activities(agreement, load, new, by):
    """In editions that are not adopted, each as a step that can be undone."""
    if not (load.responsible or load.joint):
        return
    actor = actor_for(agreement=agreement, key=new.key)
    label = _("%(new)s tar över efter %(old)s") % {"new": new, "old": load.accession.party}
    for edition in {row.edition for row in load.responsible}:
        versions = {row.pk: row.version for row in load.responsible if row.edition_id == edition.pk}
        bulk = change_many(edition=edition, versions=versions, values={"responsible": actor}, by=by, label=label)
        if bulk.refused:
            raise ValidationError([f"{row}: {why}" for row, why in bulk.refused])
    for row in load.joint:
        _replace_participant(row, load.accession.party_id, actor, label, by)


def _replace_participant(row, old, actor, label, by):
    Edition.lock_open(row.edition_id)
    activity = Activity.objects.get(pk=row.pk)
    before = steps.stored(activity, ["participants"])
    activity._history_user = by
    with one_entry(activity):
        activity.participants.set([*activity.participants.exclude(party=old), actor])
        activity.save_version(activity.version)
    after = steps.stored(activity, ["participants"])
    steps.record(edition=activity.edition, by=by, label=label, rows=[(activity.pk, before, after)])


def _move_reports(load, new, by):
    """Drafts and what is not begun; what was handed in stays with whoever handed it in."""
    for place in load.respondents:
        longer = {"extended_to": place.extended_to, "extension_reason": place.extension_reason}
        Respondent.objects.get_or_create(round=place.round, party=new, defaults=longer)
    for report in load.reports:
        _save(report, by, party=new)
    for place in load.respondents:
        if not Report.objects.filter(round=place.round, party=place.party_id).exists():
            place._history_user = by
            place.delete_version(place.version)


def _move_governance(agreement, load, new, by):
    old = load.accession.party_id
    for row in load.responsibilities:
        _move_responsibility(row, old, actor_for(agreement=agreement, key=new.key), by)
    for row in load.convened:
        _save(row, by, convener=actor_for(agreement=agreement, key=new.key))
    for seat in load.seats:
        user = seat.membership and seat.membership.user
        _save(seat, by, party=new)
        hold_seat(seat=seat, user=user, by=by)
    for row in load.assignments:
        _save(row, by, party=new)


def _move_responsibility(row, old, actor, by):
    """Where the successor is responsible for the same already, the old one's row stands for what was."""
    row._history_user = by
    twice = Responsibility.objects.filter(area=row.area_id, actor=actor, scope=row.scope).exclude(pk=row.pk)
    with one_entry(row):
        if row.actor.party_id == old and not twice.exists():
            row.actor = actor
        if row.leads.filter(party=old).exists():
            row.leads.set([*row.leads.exclude(party=old), actor])
        row.save_version(row.version)


def _save(row, by, **values):
    for name, value in values.items():
        setattr(row, name, value)
    row._history_user = by
    row.save_version(row.version, reason=str(_("Efterträdare tar över.")))
