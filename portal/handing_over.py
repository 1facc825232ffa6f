"""Somebody leaves and a successor takes over: roles, seats, who gets whose letters, and drafts not yet handed in.

What the party has reported is the party's and stays where it is; so does everything that is signed with a name. Who
hands over looks after people and reads no content: of drafts and comments only the number is told.
"""

from dataclasses import dataclass
from hashlib import sha256

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from actionplans.models import Comment, Proposal
from agreements.models import Accession
from governance.models import Seat
from lib.db import VersionConflict
from parties.audit import log
from parties.granting import may_give
from parties.memberships import change_role, end_role, give_role, hold
from parties.models import AuditEvent, MailSettings, Membership, Role, User

SPEAKING = (Role.REPORTER, Role.APPROVER)  # who can take a draft further


class Moved(ValidationError):
    """What hangs on the person is not what was shown when somebody confirmed."""

    def __init__(self):
        super().__init__(_("Något har ändrats sedan sidan visades. Läs igenom den igen och bekräfta."))


@dataclass
class Load:
    """What hangs on a person at a party: what moves, and what stays because somebody else decides."""

    roles: list  # memberships, each with ``held_seat``, ``stand_ins`` and, once a successor is known, ``is_held``
    staying: list
    letters: list  # other people's settings for reminders in which the person gets their letters meanwhile
    drafts: list
    threads: int

    @property
    def digest(self):
        """Changes whenever something is added, changed or removed."""
        parts = [(row.pk, row.version) for row in (*self.roles, *self.letters, *self.drafts)]
        parts += [(role.held_seat.pk, role.held_seat.version) for role in self.roles if role.held_seat]
        parts += [(row.pk, row.version) for role in self.roles for row in role.stand_ins]
        return sha256(repr(parts).encode()).hexdigest()[:24]


def successors_of(person, party, *, by):
    """Who may take over: those who act for the party, but for the person and whoever decides."""
    acting = Membership.objects.active().filter(party=party)
    return User.objects.filter(pk__in=acting.values("user")).exclude(pk__in=[person.pk, by.pk]).order_by("name", "pk")


def load_of(person, party, *, by, to=None):
    """The Load of ``person`` at ``party``; with ``to`` the roles say whether the successor has them already."""
    today = timezone.localdate()
    lasting = Q(ends_on__isnull=True) | Q(ends_on__gte=today)
    rows = Membership.objects.filter(lasting, user=person, party=party).select_related("party", "user", "group")
    rows = list(rows.select_related("stands_in_for__user").order_by("starts_on", "pk"))
    movable = {role for role in Role if may_give(by, party, role)}
    roles = [row for row in rows if row.role in movable]
    _add_what_follows(roles, lasting, to)
    return Load(
        roles=roles,
        staying=[row for row in rows if row.role not in movable],
        letters=_letters_to(person, party),
        drafts=list(Proposal.objects.drafts().filter(author=person, proposed_by__party=party).order_by("pk")),
        threads=_open_threads(person, party),
    )


def _open_threads(person, party):
    """How many threads the person has begun, and nobody ended, in the agreements of the party."""
    signed = Accession.objects.filter(party=party).values("agreement")
    here = Q(activity__edition__plan__agreement__in=signed) | Q(proposal__plan__agreement__in=signed)
    return Comment.objects.unresolved().filter(here, author=person).count()


def _add_what_follows(roles, lasting, to):
    keys = [row.pk for row in roles]
    seats = {seat.membership_id: seat for seat in Seat.objects.filter(membership__in=keys).select_related("body")}
    stand_ins = list(Membership.objects.filter(lasting, stands_in_for__in=keys).select_related("user", "party"))
    held = set()
    if to is not None:
        own = Membership.objects.filter(lasting, user=to, group__in=[row.group_id for row in roles])
        held = set(own.exclude(stands_in_for__in=keys).values_list("group", flat=True))
    for row in roles:
        row.held_seat = seats.get(row.pk)
        row.stand_ins = [other for other in stand_ins if other.stands_in_for_id == row.pk]
        row.is_held = row.group_id in held


def _letters_to(person, party):
    colleagues = Membership.objects.active().filter(party=party).values("user")
    rows = MailSettings.objects.filter(alternate=person, user__in=colleagues)
    return list(rows.select_related("user").order_by("user__name", "pk"))


@transaction.atomic
def hand_over(*, person, party, to, by, seen, last_day=None):
    """Move what hangs on ``person`` at ``party`` to ``to``. Returns the Load that moved.

    ``to`` takes over today; ``person`` keeps the roles through ``last_day``, or loses them at once where none is given.
    ``seen`` is the digest of what was shown: raises Moved where it is something else by now, ValidationError where the
    rules say no, PermissionDenied where ``by`` may not.
    """
    party = hold(party)
    load = load_of(person, party, by=by, to=to)
    if load.digest != seen:
        raise Moved
    if not (load.roles or load.drafts or load.letters):
        raise ValidationError(_("Det finns inget att lämna över."))
    try:
        for role in load.roles:
            _move_role(role, to=to, by=by, last_day=last_day)
        _move_letters(load.letters, to)
        _move_drafts(load.drafts, party, to, by)
    except VersionConflict:  # a draft handed in, or a seat changed, while this was under way
        raise Moved from None
    for who in (person, to):
        log(
            AuditEvent.Kind.HANDED_OVER,
            by=by,
            person=who,
            party=party,
            about=_("lämnar över") if who == person else _("tar över"),
            changes={"role": [role.get_role_display() for role in load.roles]} if load.roles else {},
        )
    return load


def _move_role(role, *, to, by, last_day):
    """Give ``to`` the role as long as it was to last, with its seat and those who stand in; then end the person's."""
    for alternate in role.stand_ins:
        if alternate.user_id == to.pk:  # stood in for what is the successor's own from now on
            end_role(membership=alternate, by=by, reason=_("Tar över rollen."))
    fresh = None if role.is_held or _is_for(role, to) else _give(role, to, by)
    if role.held_seat:
        _move_seat(role.held_seat, fresh)
    if fresh:
        for alternate in role.stand_ins:
            if alternate.user_id != to.pk:
                alternate.stands_in_for = fresh
                alternate.save_version(alternate.version)
    today = timezone.localdate()
    if last_day is None or last_day < max(today, role.starts_on):
        end_role(membership=role, by=by, reason=_("Arbetet är överlämnat."))
    elif role.ends_on is None or role.ends_on > last_day:
        role.ends_on = last_day
        change_role(membership=role, version=role.version, by=by)


def _is_for(role, to):
    """Whether the person stands in for the very one who takes over."""
    return role.stands_in_for is not None and role.stands_in_for.user_id == to.pk


def _give(role, to, by):
    return give_role(
        user=to,
        party=role.party,
        role=role.role,
        group=role.group,
        by=by,
        starts_on=max(timezone.localdate(), role.starts_on),
        ends_on=role.ends_on,
        title=role.title,
        stands_in_for=role.stands_in_for,
    )


def _move_seat(seat, fresh):
    """Put the successor in the seat, or leave it empty where the successor sits in the body already."""
    seat.membership = fresh
    seat.mandate_confirmed_on = None  # that was the mandate of the one who leaves
    seat.save_version(seat.version)


def _move_letters(rows, to):
    for row in rows:
        row.alternate = None if row.user_id == to.pk else to
        row.save_version(row.version)


def _move_drafts(drafts, party, to, by):
    """A draft gets a new author only where that person can take it further; else the party's others do."""
    if not Membership.objects.active().filter(user=to, party=party, role__in=SPEAKING).exists():
        return
    for draft in drafts:
        draft.author = to
        draft._history_user = by
        draft.save_version(draft.version, reason=_("Överlämnat till en efterträdare."))
