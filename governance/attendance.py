"""Who was at a meeting: the seats in force that day, with who came, and others by name."""

import datetime
from dataclasses import dataclass

from django.db.models import Q
from django.utils.text import capfirst

from governance.models import Attendance, Seat
from governance.seating import holder_on

Presence = Attendance.Presence


@dataclass
class Place:
    """A seat of the body on the day of the meeting, and the row that says who came, if any."""

    seat: Seat
    row: Attendance | None
    day: datetime.date
    holder: object = None  # the person in the seat that day

    @property
    def title(self):
        """The seat without the person in it: its office and its party, its role where it has neither."""
        words = [self.seat.office, self.seat.party.name if self.seat.party else ""]
        return ", ".join(filter(None, words)) or capfirst(self.seat.get_role_display())

    @property
    def is_alternate(self):
        return self.seat.role == Seat.Role.ALTERNATE

    @property
    def was_vacant(self):
        since = self.seat.vacant_since
        return since is not None and since <= self.day

    @property
    def presence(self):
        return self.row.presence if self.row else ""

    @property
    def name(self):
        return self.row.name if self.row else ""

    @property
    def replaced_by(self):
        return self.name if self.presence == Presence.REPLACED else ""


def places_of(meeting):
    """Seats in force on the day of the meeting or noted there, each alternate after whom it stands in for."""
    rows = {row.seat_id: row for row in Attendance.objects.filter(meeting=meeting, seat__isnull=False)}
    in_force = Seat.objects.on(meeting.held_on).filter(body=meeting.body_id).values("pk")
    seats = Seat.objects.filter(Q(pk__in=in_force) | Q(pk__in=list(rows)))
    places = [
        Place(seat, rows.get(seat.pk), meeting.held_on, holder_on(seat, meeting.held_on))
        for seat in seats.select_related("party", "membership__user", "alternate_for__party")
    ]
    return sorted(places, key=_order)


def _order(place):
    roles, seat = list(Seat.Role), place.seat
    stood_for = seat.alternate_for or seat
    return roles.index(stood_for.role), stood_for.order, stood_for.pk, seat != stood_for, seat.order, seat.pk


def guests_of(meeting):
    """The names, in order, of those who were there without a seat."""
    return list(Attendance.objects.filter(meeting=meeting, seat__isnull=True).values_list("name", flat=True))


def noted_at(meeting_id, moment):
    """The rows as they stood at a moment in the past."""
    return Attendance.history.as_of(moment).filter(meeting_id=meeting_id)


def note_attendance(*, meeting, presences, guests):
    """Store who came: ``presences`` is {seat id: (presence or empty, by whom it was replaced)}, ``guests`` names.

    Who held a seat is stored by name, since another may hold it later. The caller holds the meeting.
    """
    for place in places_of(meeting):
        presence, replaced_by = presences.get(place.seat.pk, ("", ""))
        _note(meeting, place, presence, replaced_by)
    rows = list(Attendance.objects.filter(meeting=meeting, seat__isnull=True))
    for row in rows:
        if row.name not in guests:
            row.delete()
    for name in [name for name in guests if name not in {row.name for row in rows}]:
        Attendance.objects.create(meeting=meeting, name=name)


def _note(meeting, place, presence, replaced_by):
    if not presence:
        if place.row:
            place.row.delete()
        return
    held_by = place.holder.name if place.holder and presence == Presence.PRESENT else ""
    name = (replaced_by if presence == Presence.REPLACED else held_by)[:160]
    row = place.row or Attendance(meeting=meeting, seat=place.seat)
    if row.pk and row.presence == presence and (row.name == name or presence == Presence.PRESENT):
        return  # who was there then stays, though somebody else holds the seat now
    row.presence, row.name = presence, name
    row.save()


@dataclass
class Present:
    """Who came, as the page of the meeting and its minutes tell it."""

    places: list
    guests: list

    @property
    def is_noted(self):
        return bool(self.guests) or any(place.presence for place in self.places)

    @property
    def present(self):
        return [place for place in self.places if place.presence == Presence.PRESENT]

    @property
    def replaced(self):
        return [place for place in self.places if place.presence == Presence.REPLACED]

    @property
    def absent(self):
        return [place for place in self.places if place.presence == Presence.ABSENT]


def present_at(meeting):
    """Who came to the meeting."""
    noted = [place for place in places_of(meeting) if place.row]
    return Present(noted, guests_of(meeting))
