"""The control view's figures: every report is counted once, drafts move nothing, and rows do not multiply queries."""

import datetime

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from followup.control import FOLD_OVER, Choice, Sum, control_of, queue_of, table_of
from followup.models import Report, Respondent
from tests.factories import (
    ActivityFactory,
    EditionFactory,
    PartyFactory,
    PriorityAreaFactory,
    ReportFactory,
    RespondentFactory,
    ReturnFactory,
    RoundFactory,
)

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 9, 10)
NOW = datetime.datetime(2026, 8, 20, 12, tzinfo=datetime.UTC)
FACTS = {
    "approved": {"status": "done", "submitted_at": NOW, "approved_at": NOW},
    "submitted": {"status": "done", "submitted_at": NOW},
    "returned": {"status": "done", "returned_at": NOW},
    "unanswered": {},
    "draft": {"status": "ongoing", "text": "Ett utkast"},
}


def choice(query=""):
    return Choice.of(QueryDict(query))


def report_of(round, facts="unanswered", **more):
    return ReportFactory(round=round, **FACTS[facts], **more)


def states(control):
    return {cell.pk: cell.state for line in control.lines for cell in line.cells}


class CountersTest(TestCase):
    @given(st.lists(st.lists(st.sampled_from(sorted(FACTS)), min_size=1, max_size=4), max_size=4), st.data())
    def test_counters_add_up_to_the_expected_reports(self, parties, data):
        round = RoundFactory()
        activities = ActivityFactory.create_batch(4, edition__plan__agreement=round.agreement)
        for facts in parties:
            party = PartyFactory()
            begun = data.draw(st.booleans())
            RespondentFactory(round=round, party=party, begun_at=NOW if begun else None)
            for activity, fact in zip(activities, facts, strict=False):
                report_of(round, fact, party=party, activity=activity)
        control = control_of(round, TODAY)
        figures = list(control.figures())
        assert sum(figure.count for figure in figures) == control.total == sum(map(len, parties))
        assert [figure.start for figure in figures] == [
            sum(figure.count for figure in figures[:place]) for place in range(len(figures))
        ]
        for fact in ("approved", "submitted", "returned"):
            assert control.counts[fact] == sum(facts.count(fact) for facts in parties)
        assert sum(line.handed_in for line in control.lines) == control.counts["approved"] + control.counts["submitted"]


@pytest.mark.parametrize(
    ("facts", "begun", "state"),
    [
        ("unanswered", False, "not_started"),
        ("unanswered", True, "begun"),
        ("draft", False, "not_started"),
        ("draft", True, "begun"),
        ("submitted", False, "submitted"),
        ("returned", True, "returned"),
        ("approved", True, "approved"),
    ],
)
def test_control_knows_that_a_party_has_begun_and_nothing_of_its_drafts(facts, begun, state):
    report = report_of(RoundFactory(), facts)
    RespondentFactory(round=report.round, party=report.party, begun_at=NOW if begun else None)
    assert states(control_of(report.round, TODAY)) == {report.pk: state}


@pytest.mark.parametrize(
    ("facts", "extended_to", "returned_until", "today", "late"),
    [
        ("unanswered", None, None, datetime.date(2026, 8, 31), False),
        ("unanswered", None, None, datetime.date(2026, 9, 1), True),
        ("unanswered", datetime.date(2026, 9, 10), None, datetime.date(2026, 9, 10), False),
        ("unanswered", datetime.date(2026, 9, 10), None, datetime.date(2026, 9, 11), True),
        ("returned", None, datetime.date(2026, 9, 5), datetime.date(2026, 9, 5), False),
        ("returned", None, datetime.date(2026, 9, 5), datetime.date(2026, 9, 6), True),
        ("submitted", None, None, datetime.date(2026, 9, 6), False),
    ],
)
def test_control_marks_what_is_not_in_after_its_last_day(facts, extended_to, returned_until, today, late):
    report = report_of(RoundFactory(), facts)
    RespondentFactory(round=report.round, party=report.party, extended_to=extended_to)
    if returned_until:
        ReturnFactory(report=report, due_on=returned_until)
    control = control_of(report.round, today)
    assert (control.late, control.lines[0].is_late) == (int(late), late)


def test_control_marks_what_was_handed_in_late_without_counting_it_as_awaited():
    report = report_of(RoundFactory(due_on=datetime.date(2026, 8, 1)), "submitted")
    control = control_of(report.round, TODAY)
    assert control.lines[0].cells[0].label == "inlämnad, väntar på dig, efter sista dagen"
    assert (control.late, control.lines[0].is_late) == (0, False)


def test_control_expects_nothing_of_a_closed_round():
    report = report_of(RoundFactory(closed_at=NOW))
    assert control_of(report.round, TODAY).late == 0


@pytest.mark.parametrize(
    ("facts", "begun", "silent"),
    [
        ("unanswered", False, True),
        ("draft", False, True),
        ("unanswered", True, False),
        ("submitted", False, False),
        ("returned", False, False),
    ],
)
def test_control_silent_is_who_neither_opened_the_form_nor_handed_in(facts, begun, silent):
    report = report_of(RoundFactory(), facts)
    RespondentFactory(round=report.round, party=report.party, begun_at=NOW if begun else None)
    assert bool(control_of(report.round, TODAY).silent) is silent


def test_control_does_not_move_when_a_draft_is_saved():
    report = report_of(RoundFactory(), "unanswered")
    RespondentFactory(round=report.round, party=report.party, begun_at=NOW)
    before = repr(control_of(report.round, TODAY))
    Report.objects.update(status="deviating", text="Vi hinner inte", version=2)
    assert repr(control_of(report.round, TODAY)) == before


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["A", "B", "C"]),
        ("visa=alla", ["A", "B", "C"]),
        ("visa=vantar", ["A"]),
        ("visa=tysta", ["C"]),
        ("visa=aterlamnade", ["B"]),
        ("visa=forsenade", ["C"]),
        ("visa=nonsens&omrade=x&part=%C2%B2", ["A", "B", "C"]),
        ("omrade=0", ["A", "B", "C"]),
        ("omrade=999999", []),
    ],
)
def test_choice_narrows_the_parties(query, names):
    round = RoundFactory()
    for name, facts in (("A", "submitted"), ("B", "returned"), ("C", "unanswered")):
        report = report_of(round, facts, party__name=name)
        if facts == "returned":
            ReturnFactory(report=report)
    lines = choice(query).lines(control_of(round, TODAY))
    assert [line.party.name for line in lines] == names


def test_choice_is_kept_in_the_address():
    kept = choice("visa=vantar&omrade=3&part=7&oppna=1&oppna=2")
    assert choice(kept.query()[1:]) == kept
    assert choice().query() == ""


def area_with(round, edition, number):
    area = PriorityAreaFactory(agreement=round.agreement)
    return area, ActivityFactory.create_batch(number, edition=edition, area=area)


def plan_of(round, *sizes):
    edition = EditionFactory(plan__agreement=round.agreement)
    return [area_with(round, edition, number) for number in sizes]


@pytest.mark.parametrize(("sizes", "folded"), [((FOLD_OVER,), False), ((FOLD_OVER, 1), True)])
def test_table_folds_areas_where_there_are_many_activities(sizes, folded):
    round, party = RoundFactory(), PartyFactory()
    for _area, activities in plan_of(round, *sizes):
        for activity in activities:
            report_of(round, "submitted", activity=activity, party=party)
    areas, [(_line, columns)] = table_of(control_of(round, TODAY), choice())
    assert [area.is_folded for area in areas] == [folded] * len(sizes)
    assert [isinstance(column, Sum) for _first, column in columns] == [folded] * len(columns)
    assert sum(len(getattr(column, "cells", [column])) for _first, column in columns) == sum(sizes)


def test_table_unfolds_the_area_that_is_opened_or_chosen():
    round, party = RoundFactory(), PartyFactory()
    (first, many), (second, few) = plan_of(round, FOLD_OVER, 2)
    for activity in [*many, *few]:
        report_of(round, activity=activity, party=party)
    control = control_of(round, TODAY)
    areas, _rows = table_of(control, choice(f"oppna={second.pk}"))
    assert [area.is_folded for area in areas] == [True, False]
    areas, [(_line, columns)] = table_of(control_of(round, TODAY), choice(f"omrade={second.pk}"))
    assert ([area.pk for area in areas], len(columns)) == ([second.pk], 2)


def test_queue_is_what_waits_by_party_and_place():
    round = RoundFactory()
    first, second = (PartyFactory(name=name) for name in ("Aby", "Öby"))
    waiting = [report_of(round, "submitted", party=party) for party in (second, first)]
    done = report_of(round, "approved", party=first)
    report_of(round, "draft", party=first)
    assert queue_of(round, choice()) == [waiting[1].pk, waiting[0].pk]
    assert queue_of(round, choice(f"part={second.pk}")) == [waiting[0].pk]
    assert done.pk in queue_of(round, choice(), done.pk)


def test_control_asks_as_many_questions_for_300_activities_and_20_parties_as_for_one():
    def questions(round):
        with CaptureQueriesContext(connection) as captured:
            control = control_of(round, TODAY)
        return len(captured), control.total

    small = report_of(RoundFactory()).round
    large = RoundFactory()
    parties = PartyFactory.create_batch(20)
    activities = ActivityFactory.create_batch(300, edition=EditionFactory(plan__agreement=large.agreement))
    Report.objects.bulk_create(
        Report(round=large, activity=activity, party=party) for activity in activities for party in parties
    )
    Respondent.objects.bulk_create(Respondent(round=large, party=party) for party in parties)
    assert (questions(small), questions(large)) == ((5, 1), (5, 6000))
