"""Writes that touch several rows of this app."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from agreements.models import Actor
from agreements.rows import is_unused
from agreements.services import grant_rights
from governance.assigning import bring_forward
from governance.models import BODY_GROUPS, Body, Meeting, Record
from lib.db import Frozen, VersionConflict
from parties.models import Right, Role
from parties.rights import set_grants
from parties.services import join


def grant_governance_rights(agreement):
    """Give the agreement's parties, coordinators and bodies the object permissions that follow from its rows.

    Idempotent: called after an import and after every change of accessions, mandates or the coordinating party.
    """
    bodies = Body.objects.filter(mandates__agreement=agreement).select_related("county")
    wanted = set()
    for body in bodies:
        group = body.group()
        set_grants(body, {(group.pk, Right.SEE_BODY)}, among=BODY_GROUPS)
        wanted |= {(group.pk, Right.SEE_AGREEMENT), (group.pk, Right.SEE_SUBMITTED)}
    bodies_changed = set_grants(agreement, wanted, among=BODY_GROUPS)
    parties_changed = grant_rights(agreement)
    return tuple(map(sum, zip(bodies_changed, parties_changed, strict=True)))


@transaction.atomic
def seat_person(*, seat, user, party, by=None, starts_on=None, ends_on=None):
    """Put a person in a seat: the membership carries the body's hat and ends when the seat does."""
    seat.membership = join(
        user=user,
        party=party,
        role=Role.COUNCIL_MEMBER,
        group=seat.body.group(),
        by=by,
        title=seat.office[:120],
        starts_on=starts_on,
        ends_on=ends_on,
    )
    seat.party = party
    seat.save()
    return seat


@transaction.atomic
def hold_seat(*, seat, user, by):
    """Let ``user`` (None: nobody) hold the seat for the party and the dates it has.

    Whoever held it before loses the hat at once; a person who stays gets the seat's dates.
    """
    held = seat.membership
    if not held and not user:
        return
    if held and user == held.user and seat.party_id == held.party_id:
        held.starts_on, held.ends_on = seat.starts_on or held.starts_on, seat.ends_on
        held.save()
        return
    seat.membership = None
    seat.save()
    if held:
        held.delete()
    if user:
        seat_person(seat=seat, user=user, party=seat.party, by=by, starts_on=seat.starts_on, ends_on=seat.ends_on)


@transaction.atomic
def leave_seat(seat):
    """What follows when a seat is removed: the hat goes with it."""
    if seat.membership:
        seat.membership.delete()


def body_actor(*, agreement, body):
    """The actor that stands for ``body`` in ``agreement``, made the first time; one named in the text becomes it."""
    actor = Actor.objects.filter(agreement=agreement, key=body.key).first() or Actor(agreement=agreement, key=body.key)
    actor.kind, actor.name, actor.party = Actor.Kind.BODY, body.name, None
    actor.save()
    return actor


@transaction.atomic
def remove_mandate(mandate, *, version):
    """Remove what a body does in an agreement, and the body itself where it has nothing else left.

    A body or actor that other rows still name stays. Raises VersionConflict and ProtectedError for the mandate itself.
    """
    actor, body = mandate.actor, mandate.body
    mandate.delete_version(version)
    if is_unused(actor):
        actor.delete()
    else:
        actor.kind = Actor.Kind.NAMED
        actor.save()
    try:
        with transaction.atomic():
            body.delete()
    except ProtectedError:
        pass  # it works in another agreement, or has met and decided


@transaction.atomic
def make_meeting(*, form, by):
    """Save a new meeting of a valid form, with what its body has given and not ended on the agenda."""
    meeting = form.save()
    bring_forward(meeting=meeting, by=by)
    return meeting


@transaction.atomic
def call_meeting(*, meeting, by):
    """Open the agenda to others, with what its body has given and not ended on it. Raises Frozen where that is done."""
    meeting.call(by=by)
    bring_forward(meeting=meeting, by=by)


@transaction.atomic
def end_meeting(*, meeting, by):
    """The meeting is over: the next one's agenda, if there is one, gets what is left unfinished. Raises Frozen."""
    meeting.finish(by=by)
    following = Meeting.objects.upcoming().filter(body=meeting.body_id, held_on__gt=meeting.held_on)
    if next_one := following.order_by("held_on", "pk").first():
        bring_forward(meeting=next_one, by=by)


@transaction.atomic
def remove_meeting(*, meeting, by):
    """Remove a meeting that was never called. Raises Frozen afterwards, ValidationError where something hangs on it."""
    meeting = Meeting.hold(meeting.pk)
    if meeting.was_called_or_held:
        raise Frozen(_("Mötet är kallat eller har hållits och kan inte tas bort. Skriv en anmärkning i stället."))
    meeting._history_user = by
    try:
        with transaction.atomic():
            meeting.delete()
    except ProtectedError:
        raise ValidationError(_("Något hänger på mötet. Ta bort det, eller välj ett annat möte där, först.")) from None


def finish_record(*, record, version, by):
    """Freeze the minutes at the version that was read. Raises Frozen where they are, ValidationError for all else."""
    try:
        record.finish(version=version, by=by)
    except VersionConflict:
        raise ValidationError(_("Någon ändrade anteckningarna medan du läste. Läs dem igen.")) from None


def discard_record_file(storage, name):
    """Remove the file of minutes once what no longer needs it is safely stored."""

    def discard():
        if not Record.objects.filter(file=name).exists():
            storage.delete(name)

    transaction.on_commit(discard)
