"""The sums of a round, short: what the council's page, its pack and its open data count with.

Counted by GROUP BY while the round takes answers, however many they are. Closing stores them beside the facts
(``Outcome.figures``), and earlier rounds are drawn from these alone. Plain JSON::

    {
      "shape": 1,
      "total": 80,                                   reports asked for
      "shares": {"done": 16, "not_reported": 5},     status → how many; what nobody gave is left out
      "asks": 3,                                     answers that ask the council to decide something
      "late": 2,                                     answers handed in after the party's last day
      "areas":   [{"key", "name", "total", "shares", "asks"}],           in the plan's order, what has no area ("") last
      "parties": [{"key", "name", "total", "shares", "asks", "late"}],   in the order of the names
      "cells":   [{"area", "party", "total", "shares", "asks"}],         by keys; only those somebody was asked in
    }

Only what is handed in counts as an answer; the rest is ``not_reported``. ``shares`` always add up to ``total``, and
areas, parties and cells each add up to the round.
"""

from collections import Counter

from django.db.models import Case, Count, F, Q, Value, When
from django.db.models.functions import TruncDate
from django.utils.text import slugify

from agreements.models import PriorityArea
from followup.models import Outcome, Report, Respondent
from followup.outcome import NOT_REPORTED
from parties.models import Party

SHAPE = 1


def figures_of(round):
    """The figures of one round as it is now, in as many queries whatever the size."""
    return _counted([round])[round.pk]


def read_figures(rounds):
    """Round → figures: those stored at the last closing, else counted as the rows are now.

    Stored ones take one query however many; so does counting, where there is something to count.
    """
    kept = _stored([round for round in rounds if round.closed_at])
    live = [round for round in rounds if round.pk not in kept]
    return kept | (_counted(live) if live else {})


def empty_figures():
    """Those of a round that asks nobody."""
    return {"shape": SHAPE, "total": 0, "shares": {}, "asks": 0, "late": 0, "areas": [], "parties": [], "cells": []}


def figures_in(facts):
    """The figures of a round's stored facts: for rounds that were closed before figures were kept."""
    late = {row["party"]: row["late"] for row in facts["parties"]}
    areas = {}
    parties = {row["party"]: (row["key"], row["name"]) for row in facts["parties"]}
    counted = []
    for row in facts["activities"]:
        area = row.get("area_key", slugify(row["area"]))
        areas.setdefault(area, (area, row["area"]))
        for said in row["reports"]:
            asks = bool(said.get("decision_asked"))
            counted.append((area, said["party"], said["status"] or NOT_REPORTED, 1, int(asks)))
    return _summed(counted, areas, parties, late)


def _stored(rounds):
    """Round → what its last closing stored; where that was before figures were kept, the sums of its facts."""
    kept = {}
    outcomes = Outcome.objects.filter(round__in=rounds).order_by("made_at", "pk")
    for round, figures in outcomes.values_list("round", "figures"):
        kept[round] = figures
    lacking = [round for round, figures in kept.items() if not figures]
    for round, facts in outcomes.filter(round__in=lacking).values_list("round", "facts") if lacking else ():
        kept[round] = figures_in(facts) if facts.get("shape") else None
    return {round: figures for round, figures in kept.items() if figures}


def _counted(rounds):
    """Round → figures, counted by the database: a row per round, area, party and status."""
    reports = Report.objects.filter(round__in=[round.pk for round in rounds]).order_by()
    status = Case(When(submitted_at__isnull=False, then=F("status")), default=Value(NOT_REPORTED))
    asking = Count("pk", filter=Q(submitted_at__isnull=False) & ~Q(decision_asked=""))
    reports = reports.annotate(said=status).values_list("round", "activity__area", "party", "said")
    counted = {round.pk: [] for round in rounds}
    for round, *row in reports.annotate(count=Count("pk"), asking=asking):
        counted[round].append(row)
    keys = [{row[place] for rows in counted.values() for row in rows} for place in (0, 1)]
    areas = PriorityArea.objects.filter(pk__in=keys[0] - {None}).order_by("order", "pk")
    areas = {pk: (key, name) for pk, key, name in areas.values_list("pk", "key", "name")} | {None: ("", "")}
    parties = Party.objects.filter(pk__in=keys[1]).order_by("sort_name", "pk")
    parties = {pk: (key, name) for pk, key, name in parties.values_list("pk", "key", "name")}
    late = _late(rounds)
    return {round.pk: _summed(counted[round.pk], areas, parties, late[round.pk]) for round in rounds}


def _late(rounds):
    """Round → party → how many of its answers came after its own last day."""
    late, due = {round.pk: Counter() for round in rounds}, {round.pk: round.due_on for round in rounds}
    places = Respondent.objects.filter(round__in=due, extended_to__isnull=False)
    longer = {(round, party): day for round, party, day in places.values_list("round", "party", "extended_to")}
    days = Report.objects.filter(round__in=due, submitted_at__isnull=False).order_by()
    days = days.annotate(day=TruncDate("submitted_at")).filter(day__gt=F("round__due_on"))
    for round, party, day, count in days.values_list("round", "party", "day").annotate(Count("pk")):
        if day > longer.get((round, party), due[round]):
            late[round][party] += count
    return late


def _summed(counted, areas, parties, late):
    """The figures of ``counted`` rows (area, party, status, count, asks); ``areas`` and ``parties``: id → (key, name).

    The rows of each dict come in the order of the page.
    """
    whole, by_area, by_party, by_cell = _Sum(), {}, {}, {}
    for area, party, status, count, asks in counted:
        cell = (areas[area][0], parties[party][0])
        for line in (
            whole,
            by_area.setdefault(area, _Sum()),
            by_party.setdefault(party, _Sum()),
            by_cell.setdefault(cell, _Sum()),
        ):
            line.add(status, count, asks)
    named = [{"key": key, "name": name, **by_area[pk].line()} for pk, (key, name) in areas.items() if pk in by_area]
    return {
        "shape": SHAPE,
        **whole.line(),
        "late": sum(late.get(party, 0) for party in by_party),
        "areas": sorted(named, key=lambda row: row["key"] == ""),
        "parties": [
            {"key": key, "name": name, **by_party[pk].line(), "late": late.get(pk, 0)}
            for pk, (key, name) in parties.items()
            if pk in by_party
        ],
        "cells": [{"area": area, "party": party, **by_cell[area, party].line()} for area, party in sorted(by_cell)],
    }


class _Sum:
    """Counts of one line, as they are added up."""

    def __init__(self):
        self.shares, self.asks = Counter(), 0

    def add(self, status, count, asks):
        self.shares[status] += count
        self.asks += asks

    def line(self):
        return {"total": self.shares.total(), "shares": dict(sorted(self.shares.items())), "asks": self.asks}
