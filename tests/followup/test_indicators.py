"""Indicators: what is told of their values, what is hidden, and who may change them."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from followup.indicators_page import chart_of, indicator_data, indicators_data, trend_of
from followup.models import Assessment, IndicatorDefinition, Measurement
from lib.charting import draw_lines
from parties.models import Role
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


# --- the pages --------------------------------------------------------------------------------------------------------


@pytest.fixture
def coordinator(indicator, login_as):
    return login_as(Role.COORDINATOR, party=indicator.agreement.coordinating_party)


def url(name, indicator, *args):
    return reverse(f"followup:{name}", args=[indicator.agreement.slug, indicator.key, *args])


def list_url(name, indicator):
    return reverse(f"followup:{name}", args=[indicator.agreement.slug])


NEW = {"name": "Andel i arbete", "source": "own", "decimals": "1"}


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ({}, ""),
        ({"source": "kolada", "kpi": "n 02267"}, ""),
        ({"source": "kolada"}, "Skriv nyckeltalets beteckning i Kolada"),
        ({"source": "kolada", "kpi": "Sysselsättning"}, "Skriv N eller U och fem siffror"),
        ({"kpi": "N02267"}, "Välj Kolada som källa"),
        ({"source": "other"}, "Skriv vem som mäter."),
        ({"target_year": "2028"}, "Skriv målvärdet också"),
        ({"target_value": "80,5", "target_year": "2028", "better": "higher"}, ""),
        ({"target_value": "åttio"}, "Skriv ett tal, till exempel 1234,5."),
        ({"decimals": "9"}, "3"),
    ],
)
def test_indicator_create_saves_or_says_what_to_do(indicator, coordinator, client, typed, problem):
    response = client.post(list_url("indicator_create", indicator), NEW | typed)
    made = indicator.agreement.indicator_set.exclude(pk=indicator.pk).first()
    assert (made is None) == bool(problem)
    assert problem in response.content.decode()
    if made:
        assert made.kpi in ("", "N02267")


def test_indicator_edit_keeps_the_source_of_stored_values(indicator, coordinator, client):
    make.MeasurementFactory(indicator=indicator)
    said = NEW | {"version": 1, "source": "kolada", "kpi": "N02267"}
    response = client.post(url("indicator_edit", indicator), said)
    assert "Indikatorn har redan värden från sin källa" in response.content.decode()
    client.post(url("indicator_edit", indicator), NEW | {"version": 1})
    indicator.refresh_from_db()
    assert (indicator.name, indicator.source) == ("Andel i arbete", "own")


def test_indicator_of_an_activity_is_a_count(indicator, coordinator, client):
    edition = make.EditionFactory(plan__agreement=indicator.agreement)
    lineage = make.ActivityFactory(edition=edition, counts="adults").lineage
    make.adopt(edition)
    client.post(list_url("indicator_create", indicator), NEW | {"lineage": str(lineage)})
    made = indicator.agreement.indicator_set.latest("pk")
    assert (made.lineage, made.is_count, made.decimals, made.order) == (lineage, True, 0, 1)


def test_indicator_delete_stops_where_an_assessment_rests_on_it(indicator, coordinator, client):
    make.MeasurementFactory(indicator=indicator)
    assessment = Assessment.objects.create(
        round=make.RoundFactory(agreement=indicator.agreement),
        goal=make.GoalFactory(agreement=indicator.agreement),
        body=make.BodyFactory(),
    )
    assessment.indicators.add(indicator)
    assert "kan inte tas bort" in client.post(url("indicator_delete", indicator)).content.decode()
    assessment.indicators.clear()
    assert "1</strong> värde" in client.get(url("indicator_delete", indicator)).content.decode()
    client.post(url("indicator_delete", indicator))
    assert not Measurement.objects.exists()


def test_indicator_data_exports_without_small_counts_and_formulas(indicator, coordinator, client):
    indicator.is_count, indicator.decimals, indicator.name = True, 0, "=HYPERLINK(1)"
    indicator.save()
    counted(indicator, make.PartyFactory(name="Ekby"), total=3)
    counted(indicator, None, total=40, women=-20)
    text = client.get(url("indicator_data", indicator, "csv")).content.decode("utf-8-sig")
    head, *rows = [line.split(";") for line in text.splitlines()]
    assert head[:7] == ["Indikator", "Enhet", "Plats", "Kod", "Kön", "Tid", "Värde"]
    assert {row[0] for row in rows} == {"'=HYPERLINK(1)"}
    assert [row[6:8] for row in rows] == [["", "under 5, döljs"], ["", "under 5, döljs"], ["", "under 5, döljs"]]
    assert client.get(url("indicator_data", indicator, "json")).json() == indicator_data(indicator)
    assert client.get(url("indicator_data", indicator, "xml")).status_code == 404


@pytest.mark.parametrize(("role", "expected"), [(Role.COORDINATOR, "3"), ("anonymous", "under 5, döljs")])
def test_indicator_detail_shows_small_counts_to_those_who_edit(indicator, client, login_as, role, expected):
    indicator.is_count, indicator.decimals = True, 0
    indicator.save()
    counted(indicator, None, total=3)
    login_as(role, party=indicator.agreement.coordinating_party)
    page = client.get(url("indicator_detail", indicator)).content.decode()
    assert f'data-label="2024">{expected}</td>' in page


@pytest.mark.parametrize("place", ["", "riket", "finns-inte"])
def test_indicator_detail_with_and_without_values(indicator, client, place):
    assert "Det finns inga värden än." in client.get(url("indicator_detail", indicator)).content.decode()
    make.MeasurementFactory(indicator=indicator)
    make.MeasurementFactory(indicator=indicator, county=None)
    chosen = client.get(url("indicator_detail", indicator), {"plats": place})
    assert chosen.context["page"].place == ("riket" if place == "riket" else chosen.context["data"]["main"])


def test_indicator_list_asks_as_many_questions_for_thirty(indicator, client, django_assert_max_num_queries):
    url = list_url("indicator_list", indicator)
    make.MeasurementFactory(indicator=indicator)
    client.get(url)
    with CaptureQueriesContext(connection) as one:
        client.get(url)
    number = len(one)
    goal = make.GoalFactory(agreement=indicator.agreement)
    for row in make.IndicatorFactory.create_batch(29, agreement=indicator.agreement, goal=goal):
        make.MeasurementFactory(indicator=row)
    client.get(url)  # the agreement's end is asked once after each write to it
    with django_assert_max_num_queries(number):
        assert client.get(url).content.decode().count("Inget värde än") == 0


def test_indicator_list_of_an_agreement_without_any(indicator, coordinator, client):
    indicator.delete()
    assert "inga indikatorer än" in client.get(list_url("indicator_list", indicator)).content.decode()


def test_what_was_not_fetched_is_told_to_those_who_edit_only(indicator, client, login_as):
    make.IndicatorFactory._meta.model.objects.filter(pk=indicator.pk).update(fetch_error="Kolada svarar inte just nu.")
    assert "Kolada svarar inte" not in client.get(url("indicator_detail", indicator)).content.decode()
    login_as(Role.COORDINATOR, party=indicator.agreement.coordinating_party)
    assert "Kolada svarar inte" in client.get(url("indicator_detail", indicator)).content.decode()


def test_indicator_edit_shows_both_texts_where_somebody_saved_meanwhile(indicator, coordinator, client):
    edition = make.EditionFactory(plan__agreement=indicator.agreement)
    lineage = str(make.ActivityFactory(edition=edition, counts="adults").lineage)
    make.adopt(edition)
    client.post(url("indicator_edit", indicator), NEW | {"version": 1, "name": "Deras namn", "lineage": lineage})
    stale = client.post(url("indicator_edit", indicator), NEW | {"version": 1, "name": "Mitt namn", "unit": "personer"})
    page = stale.content.decode()
    assert (stale.status_code, "Deras namn" in page, "Mitt namn" in page, "personer" in page) == (409, True, True, True)
    indicator.refresh_from_db()
    assert (indicator.name, str(indicator.lineage)) == ("Deras namn", lineage)
