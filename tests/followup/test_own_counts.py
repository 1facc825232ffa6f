"""What an activity counts as an indicator's values, and values typed by hand: empty is never zero."""

import datetime
from decimal import Decimal

import pytest
from django.urls import reverse

from actionplans.models import Activity
from followup.models import IndicatorDefinition, Measurement
from followup.own_counts import count_own, moment_of
from followup.services import close_round
from parties.models import Role
from parties.services import join
from tests import factories as make

Gap = Measurement.Gap


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("2026-01-01", "2026-06-30", (2026, 1)),
        ("2026-07-01", "2026-12-31", (2026, 2)),
        ("2026-04-01", "2026-06-30", (2026, 1)),
        ("2026-01-01", "2026-12-31", (2026, 0)),
        ("2025-07-01", "2026-06-30", (2026, 0)),
    ],
)
def test_moment_of(first, last, expected):
    days = map(datetime.date.fromisoformat, (first, last))
    round = make.RoundFactory.build(
        agreement=None, opened_by=None, period_starts_on=next(days), period_ends_on=next(days)
    )
    assert moment_of(round) == expected


@pytest.fixture
def round(db):
    return make.RoundFactory()


@pytest.fixture
def indicator(round):
    activity = make.ActivityFactory(edition__plan__agreement=round.agreement, counts="adults")
    return make.IndicatorFactory(
        agreement=round.agreement, lineage=activity.lineage, is_count=True, by_sex=True, decimals=0
    )


def answer(round, indicator, numbers, *, submitted=True):
    """A new party's report on the activity that the indicator counts."""
    activity = Activity.objects.get(lineage=indicator.lineage)
    return make.ReportFactory(round=round, activity=activity, numbers=numbers, submitted=submitted).party


def stored(indicator, **place):
    rows = indicator.measurements.filter(**place)
    return {row.sex or "total": row.gap or int(row.value) for row in rows}


def test_count_own_stores_what_each_party_counted_and_the_county_sum_of_what_may_be_shown(round, indicator):
    whole = answer(round, indicator, {"women": 12, "men": 8})
    small = answer(round, indicator, {"women": 3, "men": 9, "total": 12})
    unknown = answer(round, indicator, {"women": 6, "men": None})
    silent = answer(round, indicator, {"women": 50, "men": 50}, submitted=False)
    close_round(round=round, by=make.UserFactory())
    assert stored(indicator, party=whole) == {"women": 12, "men": 8, "total": 20}
    assert stored(indicator, party=small) == {"women": 3, "men": 9, "total": 12}
    assert stored(indicator, party=unknown) == {"women": 6, "men": "missing", "total": "missing"}
    assert stored(indicator, party=silent) == {"total": "missing"}
    county = indicator.measurements.filter(county=round.agreement.county)
    assert stored(indicator, county=round.agreement.county) == {"women": 18, "men": 17, "total": 20}
    assert county.get(sex="").note == f"Omgång {round.label}. 1 antal under 5 ingår inte. 2 uppgifter saknas."
    assert set(indicator.measurements.values_list("year", "half")) == {(2026, 2)}


@pytest.mark.parametrize(("counts", "gap"), [([3, 2], Gap.PRIVATE), ([None], Gap.MISSING)])
def test_count_own_of_nothing_that_may_be_shown_is_a_gap_and_not_zero(round, indicator, counts, gap):
    for count in counts:
        answer(round, indicator, {"total": count})
    count_own(round)
    assert stored(indicator, county=round.agreement.county) == {"total": gap}


def test_count_own_again_replaces_and_leaves_what_was_typed_for_others(round, indicator):
    typed = make.MeasurementFactory(indicator=indicator, county=None, party=make.PartyFactory(), year=2026, half=2)
    answer(round, indicator, {"total": 20})
    count_own(round)
    before = indicator.measurements.count()
    count_own(round)
    assert indicator.measurements.count() == before == 3
    assert indicator.measurements.filter(pk=typed.pk).exists()


def test_count_own_of_a_round_that_does_not_ask_changes_nothing(round, indicator):
    count_own(round)
    assert not indicator.measurements.exists()


# --- typed by hand ----------------------------------------------------------------------------------------------------


@pytest.fixture
def typed(db, client):
    """An indicator of another source, and a coordinator of its agreement who is logged in."""
    indicator = make.IndicatorFactory(source="other", source_name="SCB")
    user = make.UserFactory()
    join(user=user, party=indicator.agreement.coordinating_party, role=Role.COORDINATOR)
    client.force_login(user)
    return indicator


def grid_url(indicator, moment="ar=2025&halvar=0"):
    return reverse("followup:measurement_edit", args=[indicator.agreement.slug, indicator.key]) + f"?{moment}"


def cell(indicator, text, was=""):
    name = f"lan-{indicator.agreement.county.code}_all"
    return {name: text, f"was_{name}": was}


@pytest.mark.parametrize(
    ("is_count", "text", "expected"),
    [
        (False, "71,4", (Decimal("71.4"), "")),
        (False, "\N{MINUS SIGN}1 234.5", (Decimal("-1234.5"), "")),
        (False, "0", (Decimal(0), "")),
        (False, "Saknas", (None, "missing")),
        (False, "för få", (None, "private")),
        (False, "", None),
        (False, "ca 70", "går inte att läsa som ett tal"),
        (False, "1,2345", "högst tre decimaler"),
        (False, "9" * 11, "går inte att läsa som ett tal"),
        (True, "1 200", (Decimal(1200), "")),
        (True, "12,5", "är inget helt antal"),
        (True, "-3", "kan inte vara mindre än noll"),
        (True, "N/A", "går inte att räkna"),
    ],
)
def test_measurement_edit_reads_a_cell_or_says_what_to_write(typed, client, is_count, text, expected):
    type(typed).objects.filter(pk=typed.pk).update(is_count=is_count)
    response = client.post(grid_url(typed), cell(typed, text))
    row = typed.measurements.first()
    if isinstance(expected, str):
        assert (response.status_code, row) == (200, None)
        assert expected in response.content.decode()
        assert f'value="{text}"' in response.content.decode()
    else:
        assert response.status_code == 302
        assert (row and (row.value, row.gap, row.year, row.half)) == (expected and (*expected, 2025, 0))


def test_measurement_edit_empties_a_cell_and_leaves_the_others(typed, client):
    for year in (2024, 2025):
        make.MeasurementFactory(indicator=typed, year=year, value=7)
    client.post(grid_url(typed), cell(typed, "", was="7"))
    assert list(typed.measurements.values_list("year", flat=True)) == [2024]


def test_measurement_edit_shows_both_texts_where_two_write_in_the_same_cell(typed, client):
    make.MeasurementFactory(indicator=typed, year=2025, value=14)
    response = client.post(grid_url(typed), cell(typed, "9", was="7"))
    assert response.status_code == 409
    assert "Någon annan skrev 14 här medan du skrev." in response.content.decode()
    assert typed.measurements.get().value == 14
    client.post(grid_url(typed), cell(typed, "9", was="14"))
    assert typed.measurements.get().value == 9


def test_measurement_edit_lets_two_write_in_different_cells(typed, client):
    party = make.AccessionFactory(agreement=typed.agreement).party
    make.MeasurementFactory(indicator=typed, year=2025, value=14)
    client.post(grid_url(typed), {f"{party.key}_all": "9", f"was_{party.key}_all": "", **cell(typed, "7", was="7")})
    assert sorted(typed.measurements.values_list("value", flat=True)) == [9, 14]


def test_measurement_edit_asks_that_the_sexes_add_up(typed, client):
    type(typed).objects.filter(pk=typed.pk).update(is_count=True, by_sex=True)
    place = f"lan-{typed.agreement.county.code}"
    parts = {f"{place}_women": "5", f"{place}_men": "6", f"{place}_girls": "0", f"{place}_boys": "0"}
    parts |= {f"{place}_other": "0", f"{place}_all": "12"}
    assert "Delarna blir 11 men summan är 12." in client.post(grid_url(typed), parts).content.decode()
    assert not typed.measurements.exists()


@pytest.mark.parametrize("moment", ["ar=hej", "ar=1066", "ar=2025&halvar=7", "ar=" + "9" * 30])
def test_measurement_edit_of_a_moment_that_is_none(typed, client, moment):
    response = client.get(grid_url(typed, moment))
    assert response.status_code == 200
    assert "Spara värdena" not in response.content.decode()


def test_measurement_edit_writes_nothing_over_what_kolada_says(typed, client):
    type(typed).objects.filter(pk=typed.pk).update(source="kolada", kpi="N02267")
    response = client.post(grid_url(typed), cell(typed, "9"), follow=True)
    assert "hämtas från Kolada" in response.content.decode()
    assert not typed.measurements.exists()


def test_definition_edit_adds_marks_and_removes(typed, client):
    old = IndicatorDefinition.objects.create(indicator=typed, from_year=2018, text="Räknas så här.")
    url = reverse("followup:definition_edit", args=[typed.agreement.slug, typed.key])
    kept = {f"year_{old.pk}": "2018", f"text_{old.pk}": "Räknas så här."}
    new = {"year_new": "2024", "text_new": "Ny metod.", "breaks_new": "on"}
    client.post(url, {"version": 1, **kept, **new})
    assert list(typed.definitions.values_list("from_year", "breaks_series")) == [(2018, False), (2024, True)]
    stale = client.post(url, {"version": 1, **kept, "text_new": "Min text.", "year_new": "2025"})
    assert (stale.status_code, "Min text." in stale.content.decode()) == (409, True)
    added = typed.definitions.last().pk
    emptied = {f"year_{added}": "2024", f"text_{added}": ""}
    client.post(url, {"version": 2, **kept, **emptied})
    assert list(typed.definitions.values_list("from_year", flat=True)) == [2018]
    assert "Skriv från vilket år" in client.post(url, {"version": 3, **kept, "text_new": "Utan år."}).content.decode()
