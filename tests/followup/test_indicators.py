"""Indicators: what is told of their values, what is hidden, and who may change them."""

from decimal import Decimal

import pytest

from followup.indicators_page import chart_of, indicator_data, indicators_data, trend_of
from followup.models import IndicatorDefinition, Measurement
from lib.charting import draw_lines
from tests import factories as make


def points(*said):
    """(moment, value) as points of a series; a moment is a year, or 2024.1 for its first half."""
    return [[int(moment), round(moment % 1 * 10), value, "" if value else "missing"] for moment, value in said]


@pytest.mark.parametrize(
    ("said", "better", "breaks", "code", "change"),
    [
        ([(2023, "70.0"), (2024, "71.0")], "higher", [], "better", "+1,0"),
        ([(2023, "70.0"), (2024, "71.0")], "lower", [], "worse", "+1,0"),
        ([(2023, "71.0"), (2024, "70.0")], "lower", [], "better", "−1,0"),
        ([(2023, "71.0"), (2024, "70.0")], "higher", [2023], "worse", "−1,0"),
        ([(2023, "70.04"), (2024, "70.02")], "higher", [], "unchanged", "±0,0"),
        ([(2023, "70.0"), (2024, "70.0")], "", [], "unchanged", "±0,0"),
        ([(2021, "60.0"), (2022, "70.0"), (2023, None), (2024, "71.0")], "higher", [], "better", "+1,0"),
        ([(2024, "71.0"), (2023, "70.0")], "higher", [], "better", "+1,0"),
        ([(2023.2, "60.0"), (2024.1, "50.0"), (2024.2, "61.0")], "higher", [], "better", "+1,0"),
        ([(2023, "70.0"), (2024, "71.0")], "", [], "unknown", "+1,0"),
        ([(2023, "70.0"), (2024, "71.0")], "higher", [2024], "unknown", ""),
        ([(2021, "70.0"), (2022, None), (2024, "71.0")], "higher", [2023], "unknown", ""),
        ([(2024, "71.0")], "higher", [], "unknown", ""),
        ([(2024.1, "71.0"), (2024.2, "71.0")], "higher", [], "unknown", ""),
        ([(2023, None)], "higher", [], "unknown", ""),
        ([], "higher", [], "unknown", ""),
        ([(2023, "0.0"), (2024, "1.0")], "higher", [], "better", "+1,0"),
    ],
)
def test_trend_of(said, better, breaks, code, change):
    trend = trend_of(points(*said), better, breaks, decimals=1)
    assert (trend["code"], trend["change"]) == (code, change)
    assert bool(trend["reason"]) == (code == "unknown")


@pytest.fixture
def indicator(db):
    return make.IndicatorFactory(better="higher", decimals=1)


def counted(indicator, party, year=2024, **by_sex):
    for sex, value in by_sex.items():
        sex = "" if sex == "total" else sex
        where = {"party": party, "county": None} if party else {}
        make.MeasurementFactory(indicator=indicator, year=year, sex=sex, value=value, **where)


def shown(data):
    return {(line["name"], line["sex"]): line["points"][-1][2:] for line in data["series"]}


def test_indicator_data_is_as_its_module_says(indicator):
    county = indicator.agreement.county
    IndicatorDefinition.objects.create(indicator=indicator, from_year=2024, text="Ny metod.", breaks_series=True)
    for year, value in ((2023, 70), (2024, Decimal("71.25"))):
        make.MeasurementFactory(indicator=indicator, year=year, value=value)
    make.MeasurementFactory(indicator=indicator, county=None, value=None, gap=Measurement.Gap.PRIVATE)
    data = indicator_data(indicator)
    assert data["series"] == [
        {
            "place": f"lan-{county.code}", "kind": "county", "name": county.name, "code": county.code,
            "sex": "", "sex_label": "alla", "label": county.name,
            "points": [[2023, 0, "70.0", ""], [2024, 0, "71.3", ""]],
        },
        {
            "place": "riket", "kind": "country", "name": "Riket", "code": "00",
            "sex": "", "sex_label": "alla", "label": "Riket", "points": [[2024, 0, None, "private"]],
        },
    ]  # fmt: skip
    assert (data["main"], data["breaks"], data["trend"]["code"]) == (f"lan-{county.code}", [2024], "unknown")
    assert (data["target"], data["source_line"]) == (None, "Källa: parternas egen uppföljning.")


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        ({"women": 12, "men": 7, "total": 19}, {"women": "12", "men": "7", "total": "19"}),
        ({"women": 12, "men": 3, "total": 15}, {"women": "12", "men": "hidden", "total": "hidden"}),
        ({"total": 4}, {"total": "hidden"}),
        ({"total": 5}, {"total": "5"}),
    ],
)
def test_indicator_data_hides_small_counts_and_what_tells_of_them(db, numbers, expected):
    indicator = make.IndicatorFactory(is_count=True, decimals=0, by_sex=True)
    counted(indicator, make.PartyFactory(name="Ekby"), **numbers)
    told = {sex: value or gap for (_name, sex), (value, gap) in shown(indicator_data(indicator)).items()}
    assert told == {"" if sex == "total" else sex: value for sex, value in expected.items()}
    everything = shown(indicator_data(indicator, shows_small=True))
    assert {sex: int(value) for (_name, sex), (value, _gap) in everything.items()} == {
        "" if sex == "total" else sex: value for sex, value in numbers.items()
    }


@pytest.mark.parametrize(("county", "expected"), [(103, None), (100, "100"), (50, None)])
def test_indicator_data_hides_a_county_sum_that_tells_of_a_small_count(db, county, expected):
    """Three of four municipalities are shown; a sum that leaves the fourth out says nothing of it."""
    indicator = make.IndicatorFactory(is_count=True, decimals=0)
    for number, value in enumerate((20, 30, 50, 3)):
        counted(indicator, make.PartyFactory(name=f"Kommun {number}"), total=value)
    counted(indicator, None, total=county)
    data = indicator_data(indicator)
    assert shown(data)[indicator.agreement.county.name, ""][0] == expected
    assert data["has_hidden"]
    without = indicators_data([indicator], parties=False)[indicator.pk]
    assert [line["kind"] for line in without["series"]] == ["county"]
    assert shown(without)[indicator.agreement.county.name, ""][0] == expected


def test_indicators_data_asks_as_many_questions_for_thirty(indicator, django_assert_num_queries):
    many = [indicator, *make.IndicatorFactory.create_batch(29, agreement=indicator.agreement)]
    for row in many:
        make.MeasurementFactory(indicator=row)
    with django_assert_num_queries(3):
        indicators_data([indicator])
    with django_assert_num_queries(3):
        assert len(indicators_data(many)) == 30


def test_chart_of_shows_the_place_with_county_and_country_or_its_sexes(indicator):
    party = make.PartyFactory(name="Ekby kommun", key="ekby")
    for year in (2023, 2024):
        counted(indicator, party, year, total=60 + year - 2023, women=58, men=62)
        make.MeasurementFactory(indicator=indicator, year=year, value=70)
        make.MeasurementFactory(indicator=indicator, year=year, county=None, value=75)
    data = indicator_data(indicator)
    county = indicator.agreement.county.name
    beside = chart_of(data, "ekby", by_sex=False)
    assert [(line.label, line.dashed) for line in beside.lines] == [
        ("Ekby kommun", False), (county, True), ("Riket", True)
    ]  # fmt: skip
    assert beside.description.startswith("Ekby kommun: från 60,0 (2023) till 61,0 (2024).")
    assert [line.label for line in chart_of(data, "ekby").lines] == ["Kvinnor", "Män"]
    assert [line.label for line in chart_of(data).lines] == [county, "Riket"]
    assert draw_lines(chart_of(data)).strip().startswith("<svg")


@pytest.mark.parametrize("halves", [[(2024, 0)], [(2024, 1), (2024, 2)], [(2023, 0), (2024, 0), (2024, 1), (2024, 2)]])
def test_chart_of_keeps_halves_apart(indicator, halves):
    for year, half in halves:
        make.MeasurementFactory(indicator=indicator, year=year, half=half)
    chart = chart_of(indicator_data(indicator))
    assert [chart.name_of(x) for x in chart.steps] == [f"{year}:{half}" if half else str(year) for year, half in halves]


def test_chart_of_nothing(indicator):
    assert draw_lines(chart_of(indicator_data(indicator))) == ""
