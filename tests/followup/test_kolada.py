"""Kolada through its real protocol, spoken by a server of our own: all of an answer or nothing of it."""

import json
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.utils.http import http_date

from followup import kolada
from followup.fetching import fetch, fetch_all, places_of, to_fetch
from followup.kolada import Kolada, KoladaError, UnknownKpi, Unreachable
from followup.models import Indicator, IndicatorDefinition, Measurement
from parties.models import County, Party
from tests import factories as make
from tests.kolada_server import kolada_server, recorded

KPI = "N02267"


@pytest.fixture
def server():
    with kolada_server() as server:
        yield server


@pytest.fixture
def waits():
    return []


@pytest.fixture
def client_of(server, waits):
    return Kolada(server.url, sleep=waits.append, timeout=2)


@pytest.fixture
def indicator(db):
    return make.IndicatorFactory(agreement__county=County.objects.get(code="03"), kolada=True, by_sex=True)


def values_of(indicator):
    rows = indicator.measurements.order_by("pk").values_list("party__scb_code", "county__code", "year", "sex", "value")
    return sorted(rows, key=repr)


def said(place, year, **by_gender):
    values = [{"gender": gender, "value": value, "isdeleted": False} for gender, value in by_gender.items()]
    return {"kpi": KPI, "municipality": place, "period": year, "values": values}


# --- the client -------------------------------------------------------------------------------------------------------


def test_values_reads_every_page_and_asks_for_at_most_25_places(server, client_of, monkeypatch):
    monkeypatch.setattr(kolada, "ROWS_PER_PAGE", 7)
    server.rows = [said(f"{place:04}", year, T=place + year / 10000) for place in range(1, 52) for year in (2023, 2024)]
    found = client_of.values(KPI, [f"{place:04}" for place in range(1, 52)])
    assert len(found) == 102
    assert len(server.questions) == 8 + 8 + 1  # 50 rows of 25 places, 50 of 25, and 2 of the last
    assert found[0] == kolada.Value("0001", 2023, "", Decimal("1.202"))


def test_values_tells_missing_from_too_few_and_leaves_out_what_is_withdrawn(client_of):
    found = {(value.place, value.year, value.sex): value for value in client_of.values(KPI, ["0319", "0331", "0330"])}
    assert [found["0319", 2024, ""].gap, found["0331", 2023, "women"].gap] == ["missing", "private"]
    assert ("0330", 2017, "") not in found
    assert found["0331", 2023, "men"].value is not None


@pytest.mark.parametrize(
    ("faults", "expected"),
    [
        ([(429, {"Retry-After": "7"})], [7]),
        ([(429, {})], [1]),
        ([(429, {"Retry-After": http_date(0)})], [0]),
        ([(429, {"Retry-After": "in a while"})], [1]),
        ([(503, {"Retry-After": "3"}), (500, {}), (502, {})], [3, 2, 4]),
    ],
)
def test_kpi_waits_as_asked_and_tries_again(server, client_of, waits, faults, expected):
    server.faults = faults
    assert client_of.kpi(KPI).title == "Sysselsättningsgrad 20-64 år (%)"
    assert waits == expected


@pytest.mark.parametrize(
    "faults", [[(500, {})] * 4, [(429, {"Retry-After": "3600"})], [(429, {"Retry-After": "9" * 40})]]
)
def test_kpi_gives_up_what_does_not_answer(server, client_of, faults):
    server.faults = faults
    with pytest.raises(Unreachable, match="Kolada svarar inte just nu"):
        client_of.kpi(KPI)


def test_kpi_gives_up_where_nobody_listens(waits):
    with pytest.raises(Unreachable):
        Kolada("http://127.0.0.1:9/v3", sleep=waits.append).kpi(KPI)
    assert waits == [1, 2, 4]


def test_kpi_that_does_not_exist(client_of):
    with pytest.raises(UnknownKpi, match="Nyckeltalet N99999 finns inte i Kolada"):
        client_of.kpi("N99999")


def page(values, kpi=KPI, place="0380", year="2024"):
    """An answer in which one row says ``values``; each part as it is written in JSON."""
    row = f'{{"kpi": "{kpi}", "municipality": "{place}", "period": {year}, "values": {values}}}'
    return f'{{"values": [{row}], "next_url": null}}'.encode()


@pytest.mark.parametrize(
    "answer",
    [
        "<html>Underhåll</html>".encode("latin-1"),
        b'{"values": [',
        b"[]",
        b"null",
        b"{}",
        b'{"values": {}}',
        b'{"values": [1]}',
        b"[" * 100_000,
        page("[]", place="9999"),
        page("[]", kpi="N00001"),
        page("[]", year='"2024"'),
        page("[]", year="1066"),
        page("null"),
        page('[{"gender": "X"}]'),
        page('[{"gender": "T", "value": "7"}]'),
        page('[{"gender": "T", "value": true}]'),
        page('[{"gender": "T", "value": NaN}]'),
        page('[{"gender": "T", "value": 1e99}]'),
        page('[{"gender": "T", "value": 1}, {"gender": "T", "value": 2}]'),
        (400, {}),
        (422, {}),
    ],
)
def test_values_refuses_what_it_cannot_read(server, client_of, answer):
    server.faults = [answer]
    with pytest.raises(KoladaError, match="Kolada svarade så att det inte går att läsa") as refused:
        client_of.values(KPI, ["0380"])
    assert type(refused.value) is KoladaError


def test_values_refuses_an_answer_cut_off_on_its_second_page(server, client_of, monkeypatch):
    monkeypatch.setattr(kolada, "ROWS_PER_PAGE", 40)
    server.faults = [json.dumps({"values": recorded("data")[:40], "next_url": server.url}).encode(), (404, {})]
    with pytest.raises(KoladaError, match="en sida saknas"):
        client_of.values(KPI, list(dict.fromkeys(row["municipality"] for row in recorded("data"))))


# --- what is stored ---------------------------------------------------------------------------------------------------


def test_fetch_stores_municipalities_county_and_country_by_sex(client_of, indicator):
    came = fetch(indicator, client_of)
    stored = indicator.measurements
    assert came.added == stored.count() == 3 * (10 * 8 - 1)
    assert stored.filter(county__code="03", sex="").count() == 8
    assert stored.filter(county=None, party=None, sex="women").count() == 8
    assert stored.get(party__scb_code="0319", year=2024, sex="").gap == Measurement.Gap.MISSING
    indicator.refresh_from_db()
    assert (indicator.fetched_at is not None, indicator.fetch_error) == (True, "")


def test_fetch_again_changes_only_what_was_revised(server, client_of, indicator):
    fetch(indicator, client_of)
    kept = indicator.measurements.get(party__scb_code="0380", year=2024, sex="").measured_at
    server.rows = [row for row in server.rows if (row["municipality"], row["period"]) != ("0360", 2017)]
    next(r for r in server.rows if r["municipality"] == "0381" and r["period"] == 2024)["values"][2]["value"] = 70
    came = fetch(indicator, client_of)
    assert (came.added, came.changed, came.removed, came.is_redefined) == (0, 1, 3, False)
    assert indicator.measurements.get(party__scb_code="0381", year=2024, sex="").value == 70
    assert indicator.measurements.get(party__scb_code="0380", year=2024, sex="").measured_at == kept


def test_fetch_keeps_a_definition_beside_the_one_before(server, client_of, indicator):
    fetch(indicator, client_of)
    server.kpis = [{**server.kpis[0], "description": "Räknas på nytt sätt."}]
    came = fetch(indicator, client_of)
    years = list(indicator.definitions.values_list("from_year", flat=True))
    assert (came.is_redefined, years) == (True, [2017, 2024])
    assert fetch(indicator, client_of).is_redefined is False


@pytest.mark.parametrize("spoilt", ["garbled", "empty", "half"])
def test_fetch_that_fails_leaves_all_as_it_was(server, client_of, indicator, spoilt):
    fetch(indicator, client_of)
    before = values_of(indicator)
    if spoilt == "empty":
        server.rows = []
    elif spoilt == "half":
        server.rows[-1]["values"][0]["gender"] = "?"
    else:
        server.kpis[0]["description"] = "Ny."
        server.faults = [b'{"values": [{"id": "N02267"}]}', b"{"]
    with pytest.raises(KoladaError):
        fetch(indicator, client_of)
    assert values_of(indicator) == before
    assert IndicatorDefinition.objects.filter(indicator=indicator).count() == 1


def test_fetch_stores_nothing_where_the_kpi_was_changed_meanwhile(client_of, indicator):
    Indicator.objects.filter(pk=indicator.pk).update(kpi="N00001")
    with pytest.raises(KoladaError, match="ändrades medan"):
        fetch(indicator, client_of)
    assert not indicator.measurements.exists()


def test_fetch_without_sex_stores_the_whole_only(client_of, indicator):
    indicator.by_sex = False
    fetch(indicator, client_of)
    assert set(indicator.measurements.values_list("sex", flat=True)) == {""}


def test_fetch_all_says_at_each_indicator_why_and_stops_asking_when_kolada_is_down(server, client_of, indicator):
    unknown = make.IndicatorFactory(agreement=indicator.agreement, kolada=True, kpi="N99999")
    make.IndicatorFactory(agreement=indicator.agreement, kolada=True, is_example=True)
    came = dict(fetch_all(to_fetch(), client_of))
    unknown.refresh_from_db()
    assert came[indicator].added > 0
    assert (len(came), unknown.fetch_error) == (2, str(came[unknown]))
    server.faults = [(500, {})] * 8
    assert [type(error) for _row, error in fetch_all(to_fetch(), client_of)] == [Unreachable, Unreachable]
    assert len(server.faults) == 4  # the second was not asked for


def test_fetch_kolada_tells_what_it_did_and_ends_badly_where_something_failed(server, settings, indicator, capsys):
    settings.KOLADA_URL = server.url
    call_command("fetch_kolada", overenskommelse=indicator.agreement.slug)
    assert "237 nya, 0 ändrade, 0 borttagna värden." in capsys.readouterr().out
    make.IndicatorFactory(agreement=indicator.agreement, kolada=True, kpi="N99999")
    with pytest.raises(CommandError, match="1 indikatorer gick inte att hämta"):
        call_command("fetch_kolada")
    call_command("fetch_kolada", indikator=indicator.key)


@pytest.mark.parametrize(("code", "municipalities"), [("03", 8), ("01", 26), ("09", 1)])
def test_places_of_a_county(db, code, municipalities):
    places = places_of(County.objects.get(code=code))
    assert (len(places), list(places)[-2:]) == (municipalities + 2, [f"00{code}", "0000"])
    assert Party.objects.filter(pk__in=[place["party_id"] for place in places.values()]).count() == municipalities
