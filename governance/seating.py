"""Who sits in the bodies today, and what is missing there: vacant seats, chairs, mandates that nobody has confirmed."""

from collections import defaultdict

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from governance.models import Seat

SENT = (Seat.Role.CHAIR, Seat.Role.MEMBER, Seat.Role.ALTERNATE)  # whom a party sends


def holder_on(seat, day):
    """The person in the seat on ``day``, or None where nobody is named or the membership was not in force."""
    membership = seat.membership
    if membership is None or not membership.user.is_active:
        return None
    begun = membership.starts_on is None or membership.starts_on <= day
    ended = membership.ends_on is not None and membership.ends_on < day
    return membership.user if begun and not ended else None


def seats_of(bodies, today):
    """{body id: its seats in force, the chair first}, each seat with ``holder`` (a person) and ``is_vacant``.

    Vacant is a seat that is said to be, or that somebody has held and nobody holds: that no person is named says
    nothing, as most documents list offices.
    """
    pks = [body.pk for body in bodies]
    rows = Seat.objects.on(today).filter(body__in=pks)
    held = set(Seat.history.filter(body_id__in=pks, membership__isnull=False).values_list("id", flat=True))
    roles, found = list(Seat.Role), defaultdict(list)
    seats = rows.select_related("party", "membership__user", "alternate_for__party")
    for seat in sorted(seats, key=lambda seat: roles.index(seat.role)):
        seat.holder = holder_on(seat, today)
        said = seat.vacant_since is not None and seat.vacant_since <= today
        seat.is_vacant = said or (seat.pk in held and seat.holder is None)
        found[seat.body_id].append(seat)
    for seats in found.values():
        _mark_unconfirmed(seats)
    return found


def _mark_unconfirmed(seats):
    """Set ``is_unconfirmed``: held seats, and where the body asks for confirmation all that are not vacant."""
    is_practice = any(seat.mandate_confirmed_on for seat in seats)
    for seat in seats:
        is_sent = seat.role in SENT and not seat.is_vacant and seat.mandate_confirmed_on is None
        seat.is_unconfirmed = is_sent and bool(seat.holder or is_practice)


def gaps_of(mandate, seats, *, shares):
    """What is missing in a body, in words. That a mandate is not confirmed is for those who ``share`` the work."""
    if mandate.body.is_past or mandate.body.is_missing:
        return []
    vacant = [seat for seat in seats if seat.is_vacant]
    others = sum(seat.role != Seat.Role.CHAIR for seat in vacant)
    unconfirmed = sum(seat.is_unconfirmed for seat in seats) if shares else 0
    gaps = []
    if len(vacant) > others:
        gaps.append(_("Ordförandeplatsen är vakant"))
    elif _lacks_chair(mandate, seats):
        gaps.append(_("Ordförande saknas"))
    if others:
        gaps.append(ngettext("%(count)d vakant plats", "%(count)d vakanta platser", others) % {"count": others})
    if unconfirmed:
        text = ngettext("%(count)d mandat är inte bekräftat", "%(count)d mandat är inte bekräftade", unconfirmed)
        gaps.append(text % {"count": unconfirmed})
    return gaps


def _lacks_chair(mandate, seats):
    """Whether the seats are known, and neither they nor the document say who leads or convenes."""
    led = mandate.chair or mandate.convener_id or mandate.convener_note
    return bool(seats) and not led and all(seat.role != Seat.Role.CHAIR for seat in seats)
