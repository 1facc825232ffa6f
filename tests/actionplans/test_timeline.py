"""The timeline: where each bar begins and ends, what is said of it, and how it is grouped."""

import datetime

import pytest

from actionplans.reading import rows_of
from actionplans.timeline import LABELS, WIDTH, Scale, charts, scale_of
from tests.factories import ActivityFactory, ActorFactory, EditionFactory, PriorityAreaFactory

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 10, 1)
YEAR = Scale(datetime.date(2026, 1, 1), datetime.date(2027, 1, 1))


@pytest.fixture
def edition():
    return EditionFactory(starts_on=datetime.date(2026, 7, 1), ends_on=datetime.date(2026, 12, 31))


def drawn(edition, **fields):
    ActivityFactory(edition=edition, number="B1", title="Pröva boskola", **fields)
    return charts(edition, rows_of(edition), per="omrade", today=TODAY)[0]


@pytest.mark.parametrize(
    ("day", "x"),
    [("2026-01-01", LABELS), ("2027-01-01", WIDTH), ("2020-01-01", LABELS), ("2030-01-01", WIDTH)],
)
def test_scale_x_keeps_every_day_inside_the_picture(day, x):
    assert YEAR.x(datetime.date.fromisoformat(day)) == x


@pytest.mark.parametrize(
    ("start", "end", "first", "last"),
    [
        (None, None, "2026-07-01", "2027-01-01"),
        ("2026-03-15", "2027-03-15", "2026-03-01", "2027-04-01"),
        ("1999-01-01", "2099-01-01", "2025-07-01", "2029-01-01"),  # within reason
    ],
)
def test_scale_of_reaches_as_far_as_the_activities(edition, start, end, first, last):
    ActivityFactory(edition=edition, starts_on=start, ends_on=end)
    assert scale_of(edition, rows_of(edition)) == Scale(
        datetime.date.fromisoformat(first), datetime.date.fromisoformat(last)
    )


@pytest.mark.parametrize(
    ("fields", "kind", "goes_on", "said"),
    [
        ({"starts_on": "2026-08-01", "ends_on": "2026-10-31"}, "whole", False, "2026-08-01 – 2026-10-31"),
        ({"starts_on": "2026-08-01", "is_continuous": True}, "open", True, "Löpande från 2026-08-01"),
        ({"is_continuous": True}, "open", True, "Löpande"),
        ({"ends_on": "2026-10-31"}, "loose", False, "till 2026-10-31"),
        ({"starts_on": "2026-08-01"}, "loose", False, "från 2026-08-01"),
        ({}, "none", False, "tid saknas"),
        ({"starts_on": "2026-08-01", "ends_on": "2035-01-01"}, "whole", True, "2026-08-01 – 2035-01-01"),
    ],
)
def test_bar_says_and_shows_when(edition, fields, kind, goes_on, said):
    bar = drawn(edition, **fields)["bars"][0]
    assert (bar["kind"], bool(bar["arrow"]), bar["said"]) == (kind, goes_on, f"B1 Pröva boskola: {said}")


def test_bar_carries_its_milestones_by_date(edition):
    lines = "2026-11-30 Rutinen är beslutad\n2026-09-30 Underlaget är klart"
    bar = drawn(edition, milestones=lines)["bars"][0]
    assert [each["said"] for each in bar["milestones"]] == [
        "2026-09-30 Underlaget är klart",
        "2026-11-30 Rutinen är beslutad",
    ]


def test_numbers_of_the_drawing_are_written_without_spaces_and_commas(edition):
    chart = drawn(edition, starts_on="2026-08-01", ends_on="2026-10-31")
    numbers = [*(chart["bars"][0][name] for name in ("x", "y", "width")), *(tick["x"] for tick in chart["ticks"])]
    assert [number for number in numbers if not number.isdigit()] == []


@pytest.mark.parametrize(("months", "names"), [(6, ["jul", "aug", "sep", "okt", "nov", "dec"]), (36, ["kv 3", "kv 4"])])
def test_ticks_are_months_while_they_fit_and_quarters_beyond(edition, months, names):
    if months > 24:
        ActivityFactory(edition=edition, starts_on="2026-07-01", ends_on="2028-12-31")
    ticks = drawn(edition)["ticks"]
    assert [tick["name"] for tick in ticks][: len(names)] == names
    assert ticks[0]["year"] == "2026"


def test_today_is_drawn_only_inside_the_picture(edition):
    ActivityFactory(edition=edition)
    rows = rows_of(edition)
    lines = [charts(edition, rows, per="omrade", today=day)[0]["today"] for day in (TODAY, datetime.date(2031, 1, 1))]
    assert lines == [str(scale_of(edition, rows).x(TODAY)), ""]


@pytest.mark.parametrize(
    ("per", "names"), [("omrade", ["Hälsa", "Utan område"]), ("part", ["Arboga", "Åre", "Ingen ansvarig"])]
)
def test_charts_are_grouped_by_area_or_by_responsible(edition, per, names):
    agreement = edition.plan.agreement
    area = PriorityAreaFactory(agreement=agreement, name="Hälsa")
    for name in ("åre", "arboga"):
        ActivityFactory(edition=edition, area=area, responsible=ActorFactory(agreement=agreement, name=name))
    ActivityFactory(edition=edition, responsible=None)
    assert [chart["name"] for chart in charts(edition, rows_of(edition), per=per, today=TODAY)] == names
