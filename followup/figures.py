"""The sums of a round, short: what the council's page, its pack and its open data count with.

Counted by GROUP BY while the round takes answers, however many they are. Closing stores them beside the facts
(``Outcome.figures``), and earlier rounds are drawn from these alone. Plain JSON::

    {
      "shape": 1,
      "total": 80,                                   reports asked for
      "shares": {"done": 16, "not_reported": 5},     status → how many; what nobody gave is left out
      "asks": 3,                                     answers that ask the council to decide something
      "late": 2,                                     answers handed in after the party's last day
      "areas":   [{"key", "name", "total", "shares", "asks", "late"}],   in the plan's order, what has no area ("") last
      "parties": [{"key", "name", "total", "shares", "asks", "late"}],   in the order of the names
      "cells":   [{"area", "party", "total", "shares", "asks", "late"}], by keys; only those somebody was asked in
    }

Only what is handed in counts as an answer; the rest is ``not_reported``. ``shares`` always add up to ``total``, and
areas, parties and cells each add up to the round.
"""

import datetime
from functools import cache

from django.db.models import Case, Count, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.text import slugify

from agreements.models import PriorityArea
from followup.models import Outcome, Report, Respondent
from followup.outcome import NOT_REPORTED
from lib.written import Written
from parties.models import Party

SHAPE = 1
NOTHING = {"total": 0, "shares": {}, "asks": 0, "late": 0}  # the line of a part that was asked nothing


def figures_of(round):
    """The figures of one round as it is now, in as many queries whatever the size."""
    return _counted([round], names_of)[round.pk]


def read_figures(rounds, names=None):
    """Round → figures: those stored at the last closing, else counted as the rows are now.

    Stored ones take one query however many; so does counting, where there is something to count. ``names`` may know
    those of areas and parties, as ``names_of`` does.
    """
    closed = [round for round in rounds if round.closed_at]
    kept = stored_figures(closed) if closed else {}
    live = [round for round in rounds if round.pk not in kept]
    return kept | (_counted(live, names or names_of) if live else {})


def empty_figures():
    """Those of a round that asks nobody."""
    return {"shape": SHAPE, **NOTHING, "areas": [], "parties": [], "cells": []}


def figures_in(facts):
    """The figures of a round's stored facts: for rounds that were closed before figures were kept."""
    areas = {}
    parties = {row["party"]: (row["key"], row["name"]) for row in facts["parties"]}
    counted = []
    for row in facts["activities"]:
        area = row.get("area_key", slugify(row["area"]))
        areas.setdefault(area, (area, row["area"]))
        for said in row["reports"]:
            asks, late = bool(said.get("decision_asked")), said.get("late", False)
            counted.append((area, said["party"], said["status"] or NOT_REPORTED, 1, int(asks), int(late)))
    return _summed(counted, areas, parties)


def stored_figures(rounds):
    """Round → what its last closing stored; where that was before figures were kept, the sums of its facts."""
    kept = {}
    outcomes = Outcome.objects.filter(round__in=rounds).order_by("made_at", "pk")
    for round, figures in outcomes.values_list("round", "figures"):
        kept[round] = figures
    lacking = [round for round, figures in kept.items() if not figures]
    for round, facts in outcomes.filter(round__in=lacking).values_list("round", "facts") if lacking else ():
        kept[round] = figures_in(facts) if facts.get("shape") else None
    return {round: figures for round, figures in kept.items() if figures}


def _counted(rounds, names):
    """Round → figures, counted by the database: a row per round, area, party and status."""
    counted, late = {round.pk: [] for round in rounds}, None
    for row in _rows_of_one(*rounds) if len(rounds) == 1 else _grouped(Report.objects.filter(round__in=counted), LATE):
        place = tuple(row[name] for name in PLACE)
        if row["late"] and late is None:
            late = _late(list(counted))
        counted[row["round"]].append(
            (*place[1:], row["count"], row["asking"], late.get(place, 0) if row["late"] else 0)
        )
    areas, parties = names(*({row[place] for rows in counted.values() for row in rows} for place in (0, 1)))
    return {pk: _summed(rows, areas, parties) for pk, rows in counted.items()}


PLACE = ("round", "activity__area", "party", "said")
LATE = Q(handed_in_on__gt=F("round__due_on"))


def _rows_of_one(round):
    """As ``_grouped`` of the one round that a page shows; the day of each of thousands of moments is not found out."""
    day_after = datetime.datetime.combine(round.due_on + datetime.timedelta(days=1), datetime.time())
    return _written().ask(round=round.pk, day_after=timezone.make_aware(day_after))


_PK, _DAY_AFTER = -1, datetime.datetime(1, 1, 2, tzinfo=datetime.UTC)  # hold the places of what is told


@cache
def _written():
    """Written once: that takes longer than to answer it."""
    rows = _grouped(Report.objects.filter(round=_PK), Q(submitted_at__gte=_DAY_AFTER))
    return Written(rows, round=_PK, day_after=_DAY_AFTER)


def _grouped(reports, late):
    """A row of PLACE with its counts for each place of ``reports``; ``late`` (a Q) is after the round's last day."""
    handed_in = Q(submitted_at__isnull=False)
    counts = {"count": Count("pk"), "asking": Count("pk", filter=handed_in & ~Q(decision_asked=""))}
    return _placed(reports).values(*PLACE).annotate(**counts, late=Count("pk", filter=late))


def _late(rounds):
    """Place → how many came after the last day of their party, which may have had longer than the round's.

    Asked by itself, of the few that came after the round's: beside the other counts the database would sort all of the
    reports for its sake.
    """
    longer = Respondent.objects.filter(round=OuterRef("round"), party=OuterRef("party"))
    after = _placed(Report.objects.filter(round__in=rounds)).filter(LATE)
    late = after.exclude(Exists(longer.filter(extended_to__gte=OuterRef("handed_in_on"))))
    return {tuple(place): count for *place, count in late.values_list(*PLACE).annotate(count=Count("pk"))}


def _placed(reports):
    said = Case(When(submitted_at__isnull=False, then=F("status")), default=Value(NOT_REPORTED))
    return reports.order_by().annotate(said=said, handed_in_on=TruncDate("submitted_at"))


def names_of(areas, parties):
    """(id → key and name) of areas, None among them, and of parties; both in the order of the page."""
    named = _named(PriorityArea.objects.filter(pk__in=areas - {None}).order_by("order", "pk"))
    return named | {None: ("", "")}, _named(Party.objects.filter(pk__in=parties).order_by("sort_name", "pk"))


def _named(rows):
    return {pk: (key, name) for pk, key, name in rows.values_list("pk", "key", "name")}


def _summed(counted, areas, parties):
    """The figures of ``counted`` rows (area, party, status, and how many, asking, late).

    ``areas`` and ``parties`` are id → (key, name), in the order of the page.
    """
    whole, by_area, by_party, by_cell = _Sum(), {}, {}, {}
    for area, party, *row in counted:
        whole.add(*row)
        by_area.setdefault(area, _Sum()).add(*row)
        by_party.setdefault(party, _Sum()).add(*row)
        by_cell.setdefault((areas[area][0], parties[party][0]), _Sum()).add(*row)
    lines = [{"key": key, "name": name, **by_area[pk].line()} for pk, (key, name) in areas.items() if pk in by_area]
    return {
        "shape": SHAPE,
        **whole.line(),
        "areas": sorted(lines, key=lambda row: row["key"] == ""),
        "parties": [
            {"key": key, "name": name, **by_party[pk].line()} for pk, (key, name) in parties.items() if pk in by_party
        ],
        "cells": [{"area": area, "party": party, **by_cell[area, party].line()} for area, party in sorted(by_cell)],
    }


class _Sum:
    """Counts of one line, as they are added up."""

    def __init__(self):
        self.shares, self.asks, self.late = {}, 0, 0

    def add(self, status, count, asks, late):
        self.shares[status] = self.shares.get(status, 0) + count
        self.asks += asks
        self.late += late

    def line(self):
        shares = dict(sorted(self.shares.items()))
        return {"total": sum(shares.values()), "shares": shares, "asks": self.asks, "late": self.late}
