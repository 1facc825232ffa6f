"""Where everything stands in a year wheel: January at the top, clockwise; whole or tenths of units for an SVG."""

import datetime
from dataclasses import dataclass
from math import cos, pi, sin

CENTRE = 180
RIM, NAMES, INNER = 176, 163, 42  # the outer edge, the months' names, the hole
LEVELS = (140, 117, 94)  # radii of the marks; days that stand close take the next one
APART = 23  # least distance between two marks
TRACKS = (80, 72.5, 65, 57.5, 50)  # radii of the periods' arcs


@dataclass(frozen=True)
class Arc:
    """A period as a bent line; ``track`` tells which looks it has."""

    d: str
    track: int


@dataclass(frozen=True)
class Spot:
    """The mark of a day's happening: its number in the list, its kind, and where it stands."""

    number: int
    kind: str
    x: float
    y: float


def angle_of(day, year):
    """Radians from the top, clockwise; days outside the year are moved to its ends."""
    first, last = datetime.date(year, 1, 1), datetime.date(year + 1, 1, 1)
    return 2 * pi * (min(max(day, first), last) - first).days / (last - first).days


def point(angle, radius):
    return round(CENTRE + radius * sin(angle), 1), round(CENTRE - radius * cos(angle), 1)


def months_of(year):
    """(x1, y1, x2, y2 of the line where it begins, x, y of its name) for each month."""
    found = []
    for month in range(1, 13):
        start = angle_of(datetime.date(year, month, 1), year)
        middle = angle_of(datetime.date(year, month, 16), year)
        found.append((*point(start, INNER), *point(start, RIM), *point(middle, NAMES)))
    return found


def spots_of(happenings, year):
    """A Spot for each of ``happenings`` that has a number, kind and day, kept apart where there is room."""
    spots = []
    for happening in happenings:
        places = [point(angle_of(happening.day, year), radius) for radius in LEVELS]
        x, y = max(places, key=lambda place: (min(_room(place, spots), APART), -places.index(place)))
        spots.append(Spot(happening.number, happening.kind, x, y))
    return spots


def arcs_of(periods, year):
    """An Arc for each of ``periods`` (with starts_on and ends_on) that has room; overlapping ones lie on own tracks."""
    ends, arcs = [datetime.date.min] * len(TRACKS), []
    for period in sorted(periods, key=lambda period: (period.starts_on, period.ends_on)):
        track = next((number for number, end in enumerate(ends) if end < period.starts_on), None)
        if track is not None:
            ends[track] = period.ends_on
            arcs.append(Arc(_bend(period, year, TRACKS[track]), track))
    return arcs


def _room(place, spots):
    """How far away the nearest of the spots is."""
    return min((((place[0] - spot.x) ** 2 + (place[1] - spot.y) ** 2) ** 0.5 for spot in spots), default=APART)


def _bend(period, year, radius):
    start = angle_of(period.starts_on, year) + 0.015
    end = max(angle_of(period.ends_on + datetime.timedelta(days=1), year) - 0.015, start + 0.02)
    (x1, y1), (x2, y2) = point(start, radius), point(end, radius)
    return f"M{x1} {y1}A{radius} {radius} 0 {int(end - start > pi)} 1 {x2} {y2}"
