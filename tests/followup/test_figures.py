"""Every figure of a round, recomputed from its rows one at a time."""

import datetime
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from followup.dashboard import earlier_figures
from followup.figures import empty_figures, figures_in, figures_of, read_figures
from followup.models import Outcome, Report, ReportStatus, Round
from followup.outcome import NOT_REPORTED, facts_of
from followup.services import close_round
from tests.factories import (
    ActivityFactory,
    PartyFactory,
    PriorityAreaFactory,
    ReportFactory,
    RespondentFactory,
    RoundFactory,
    UserFactory,
)

STATUS = st.sampled_from(["", *ReportStatus.values])
# (area or none, party, status, handed in, asks the council, days after the last day)
ANSWER = st.tuples(st.integers(0, 2), st.integers(0, 2), STATUS, st.booleans(), st.booleans(), st.integers(-1, 4))


def generated(answers, extensions):
    """A round in which each of ``answers`` is a report on an activity of its own."""
    round = RoundFactory(due_on="2026-06-30")
    round.refresh_from_db()
    plan = {"edition__plan__agreement": round.agreement}
    areas = [PriorityAreaFactory(agreement=round.agreement, order=order) for order in (2, 1)] + [None]
    parties = [PartyFactory(name=name) for name in ("Örebro kommun", "Avesta kommun", "Ånge kommun")]
    for party, days in zip(parties, extensions, strict=True):
        extended_to = round.due_on + datetime.timedelta(days=days) if days else None
        RespondentFactory(round=round, party=party, extended_to=extended_to)
    noon = timezone.make_aware(datetime.datetime(2026, 6, 30, 23, 59))
    for area, party, status, is_in, asks, days in answers:
        activity = ActivityFactory(**plan, area=areas[area])
        question = "Vad gör vi?" if asks else ""
        report = ReportFactory(
            round=round, activity=activity, party=parties[party], status=status, decision_asked=question
        )
        if is_in and status:
            at = noon + datetime.timedelta(days=days)
            Report._base_manager.filter(pk=report.pk).update(submitted_at=at, submitted_by=UserFactory())
    return round


def recounted(round):
    """As figures_of, by another road: every row read and counted, sums by filter."""
    rows = list(rows_of(round))
    areas = sorted({row["area"] for row in rows if row["area"]}, key=lambda area: area.order)
    areas += [None] if any(row["area"] is None for row in rows) else []
    parties = sorted({row["party"] for row in rows}, key=lambda party: party.sort_name)
    cells = [(area, party, line(rows, area=area, party=party)) for area in areas for party in parties]
    keyed = [{"area": area.key if area else "", "party": party.key, **told} for area, party, told in cells]
    named = [(area.key if area else "", area.name if area else "", area) for area in areas]
    return {
        "shape": 1,
        **line(rows),
        "areas": [{"key": key, "name": name, **line(rows, area=area)} for key, name, area in named],
        "parties": [{"key": party.key, "name": party.name, **line(rows, party=party)} for party in parties],
        "cells": sorted((row for row in keyed if row["total"]), key=lambda row: (row["area"], row["party"])),
    }


def rows_of(round):
    """Each report as what is counted of it."""
    extended = {place.party_id: place.extended_to for place in round.respondents.all()}
    for report in round.reports.select_related("activity__area", "party"):
        is_in = report.submitted_at is not None
        last = max(round.due_on, extended.get(report.party_id) or round.due_on)
        yield {
            "area": report.activity.area, "party": report.party, "status": report.status if is_in else NOT_REPORTED,
            "asks": is_in and report.decision_asked != "",
            "late": is_in and timezone.localtime(report.submitted_at).date() > last,
        }  # fmt: skip


def line(rows, **keys):
    """The sums of those ``rows`` that have these values."""
    rows = [row for row in rows if all(row[name] == value for name, value in keys.items())]
    codes = sorted({row["status"] for row in rows})
    shares = {code: sum(row["status"] == code for row in rows) for code in codes}
    counts = {name: sum(row[name] for row in rows) for name in ("asks", "late")}
    return {"total": len(rows), "shares": shares, **counts}


class RecountedTest(TestCase):
    @settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], deadline=None)
    @given(answers=st.lists(ANSWER, max_size=9), extensions=st.tuples(*[st.integers(0, 3)] * 3))
    def test_every_figure_is_what_the_rows_say(self, answers, extensions):
        round = generated(answers, extensions)
        figures = figures_of(round)
        assert figures == recounted(round) == figures_in(facts_of(round)) == json.loads(json.dumps(figures))
        assert figures["total"] == sum(figures["shares"].values()) == len(answers)
        for part in ("areas", "parties", "cells"):
            assert sum(row["total"] for row in figures[part]) == figures["total"]
            assert all(sum(row["shares"].values()) == row["total"] > 0 for row in figures[part])


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("extension", "days", "late"), [(0, 0, 0), (0, 1, 1), (2, 2, 0), (2, 3, 1)]
)  # both in days after the round's last
def test_late_is_what_came_after_the_partys_own_last_day(extension, days, late):
    round = generated([(0, 0, "done", True, False, days)], (extension, 0, 0))
    assert figures_of(round)["late"] == late == read_figures([round, RoundFactory()])[round.pk]["late"]


@pytest.mark.django_db
def test_a_round_that_asks_nobody_has_empty_figures():
    assert figures_of(RoundFactory()) == empty_figures()


@pytest.mark.django_db
def test_read_figures_takes_stored_ones_in_one_query_and_counts_the_rest():
    rounds = [RoundFactory() for _number in range(4)]
    for round in rounds:
        ReportFactory(round=round, submitted=True, status="done")
    for round in rounds[:3]:
        close_round(round=round, by=UserFactory())
    expected = {round.pk: figures_of(round) for round in rounds}
    Report._base_manager.filter(round__in=rounds[:3]).update(status="deviating")
    with CaptureQueriesContext(connection) as captured:
        assert read_figures(rounds[:3]) == {round.pk: expected[round.pk] for round in rounds[:3]}
    assert len(captured) == 1
    assert read_figures(rounds) == expected


@pytest.mark.django_db
def test_read_figures_sums_the_facts_of_rounds_closed_before_figures_were_kept():
    round = ReportFactory(submitted=True, status="done").round
    outcome = close_round(round=round, by=UserFactory())
    expected = outcome.figures
    Outcome._base_manager.filter(pk=outcome.pk).update(figures={})
    Report._base_manager.update(status="deviating")
    assert read_figures([round]) == {round.pk: expected}
    Outcome._base_manager.filter(pk=outcome.pk).update(facts={})
    assert read_figures([round])[round.pk]["shares"] == {"deviating": 1}


@pytest.mark.django_db
@pytest.mark.parametrize("kept", [True, False])
def test_a_round_closed_before_figures_were_kept_stands_beside_the_later_ones(kept):
    reader = UserFactory()
    first = ReportFactory(submitted=True, status="done").round
    outcome = close_round(round=first, by=reader)
    first.publish(by=reader)
    if not kept:
        Outcome._base_manager.filter(pk=outcome.pk).update(figures={})
    later = {"period_starts_on": "2099-01-01", "period_ends_on": "2099-06-30", "due_on": "2099-06-30"}
    second = RoundFactory(agreement=first.agreement, label="2099:1", **later)
    assert earlier_figures(second, Round.objects.visible_to(reader)) == [(first.label, outcome.figures)]
