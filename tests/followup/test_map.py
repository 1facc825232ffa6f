from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from followup.map_page import Place, map_of, map_page
from followup.models import Measurement, Report
from followup.services import close_round
from parties.models import County, Party, Role
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def round():
    return make.RoundFactory(agreement__short_name="Vår överenskommelse", label="2026:1")


def town(name):
    return Party.objects.get(name=f"{name} kommun")


def answer(round, party, *statuses, area=None, **more):
    """A report of the party for each status, "" for one that is not handed in."""
    for status in statuses:
        given = {"submitted": True, "status": status, **more} if status else {}
        make.ReportFactory(round=round, party=party, activity__area=area, **given)


def seen(round, user, **address):
    """Municipality → (what is said, look) on the map that the address asks for."""
    round.agreement.can_edit = False
    places = map_page(round, round.agreement, user, address)["map"].places
    return {place.name.removesuffix(" kommun"): (place.said, place.look) for place in places}


@pytest.fixture
def reader(round, login_as):
    return login_as(Role.COORDINATOR, party=round.agreement.coordinating_party)


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ("enligt-plan", {"Heby": "50 %", "Håbo": "har inte svarat", "Knivsta": "inte tillfrågad"}),
        ("svar", {"Heby": "75 %", "Håbo": "0 %", "Knivsta": "inte tillfrågad"}),
        ("status-deviating", {"Heby": "1", "Håbo": "har inte svarat", "Knivsta": "inte tillfrågad"}),
        ("status-not-reported", {"Heby": "1", "Håbo": "2", "Knivsta": "inte tillfrågad"}),
        ("beslut", {"Heby": "3", "Håbo": "har inte svarat", "Knivsta": "inte tillfrågad"}),
        ("okand", {"Heby": "50 %", "Håbo": "har inte svarat", "Knivsta": "inte tillfrågad"}),
        ("indikator-okand", {"Heby": "50 %", "Håbo": "har inte svarat", "Knivsta": "inte tillfrågad"}),
    ],
)
def test_round_map_tells_figures_and_that_missing_is_no_zero(round, reader, chosen, said):
    answer(round, town("Heby"), "done", "ongoing", "deviating", decision_asked="Får vi?")
    answer(round, town("Heby"), "")
    answer(round, town("Håbo"), "", "")
    places = seen(round, reader, visa=chosen)
    assert len(places) == 8
    assert {name: places[name][0] for name in said} == said
    assert places["Knivsta"][1] == "outside"


def test_round_map_narrows_to_an_area(round, reader):
    areas = [make.PriorityAreaFactory(agreement=round.agreement, name=name) for name in ("Hälsa", "Arbete")]
    answer(round, town("Heby"), "done", "ongoing", area=areas[0])
    answer(round, town("Heby"), "deviating", area=areas[1])
    answer(round, town("Håbo"), "done", area=areas[1])
    places = seen(round, reader, visa="enligt-plan", omrade=areas[1].key)
    assert (places["Heby"][0], places["Håbo"][0], places["Tierps"][0]) == ("0 %", "100 %", "inte tillfrågad")


def test_round_map_of_a_closed_round_keeps_figures_and_names(round, reader):
    answer(round, town("Heby"), "done", "deviating")
    close_round(round=round, by=reader)
    Party.objects.filter(pk=town("Heby").pk).update(name="Västra kommun")
    assert seen(round, reader)["Heby"] == ("50 %", "class-4")


def indicator_of(round, **more):
    return make.IndicatorFactory(agreement=round.agreement, key="arbete", name="I arbete", decimals=1, **more)


def measure(indicator, name, value, **more):
    make.MeasurementFactory(indicator=indicator, county=None, party=town(name), value=value, **more)


def test_round_map_shows_an_indicator_by_time_and_sex(round, reader):
    indicator = indicator_of(round)
    measure(indicator, "Heby", Decimal("61.5"), year=2023)
    measure(indicator, "Heby", Decimal("62.5"), year=2024)
    measure(indicator, "Heby", Decimal("58.5"), year=2024, sex="women")
    measure(indicator, "Håbo", None, year=2024, gap="private")
    measure(indicator, "Knivsta", None, year=2025, gap="missing")  # the newest time nobody has a value for
    told = [seen(round, reader, visa="indikator-arbete", **more) for more in ({}, {"ar": "2023"}, {"kon": "women"})]
    assert [places["Heby"][0] for places in told] == ["62,5", "61,5", "58,5"]
    assert told[0]["Håbo"] == ("för få, visas inte", "silent")
    assert told[0]["Tierps"] == ("uppgift saknas", "silent")


def test_round_map_hides_small_counts(round, reader):
    indicator = indicator_of(round, unit="personer", is_count=True)
    measure(indicator, "Heby", Decimal(3))
    measure(indicator, "Håbo", Decimal(30))
    places = seen(round, reader, visa="indikator-arbete")
    assert (places["Heby"], places["Håbo"][0]) == (("under 5, döljs", "silent"), "30,0")


def test_round_map_page_offers_only_indicators_with_values_for_municipalities(client, round, reader):
    make.MeasurementFactory(indicator=indicator_of(round))
    url = reverse("followup:round_map", args=[round.agreement.slug, round.label])
    assert [name for name, _options in client.get(url).context["groups"]] == ["Uppföljningen"]


def test_round_map_leads_to_the_answers_that_a_value_counts(client, round, reader):
    answer(round, town("Heby"), "deviating")
    url = reverse("followup:round_map", args=[round.agreement.slug, round.label])
    page = client.get(url, {"visa": "status-deviating"}).content.decode()
    answers = reverse("followup:round_answers", args=[round.agreement.slug, round.label])
    assert page.count(f'href="{answers}?status=deviating&amp;part=kommun-0331"') == 2  # on the map and in the table


@pytest.mark.parametrize("planned", [True, False])
def test_round_map_without_reports_is_readable(client, login_as, planned):
    round = make.RoundFactory(planned=planned)
    login_as(Role.COORDINATOR, party=round.agreement.coordinating_party)
    page = client.get(reverse("followup:round_map", args=[round.agreement.slug, round.label]))
    assert "Ingen kommun har något värde att visa." in page.content.decode()


@pytest.mark.parametrize("chosen", ["enligt-plan", "indikator-arbete"])
def test_round_map_asks_as_much_of_one_municipality_as_of_twentysix(client, login_as, chosen):
    counted = []
    for code in ("09", "01"):
        round = make.RoundFactory(agreement__county=County.objects.get(code=code))
        indicator = make.IndicatorFactory(agreement=round.agreement, key="arbete")
        towns = list(Party.objects.municipalities_of(round.agreement.county))
        activity = make.ActivityFactory(edition__plan__agreement=round.agreement)
        Report.objects.bulk_create(Report(round=round, activity=activity, party=party) for party in towns)
        Measurement.objects.bulk_create(
            Measurement(indicator=indicator, party=party, year=2024, value=number) for number, party in enumerate(towns)
        )
        login_as(Role.COORDINATOR, party=round.agreement.coordinating_party)
        url = reverse("followup:round_map", args=[round.agreement.slug, round.label])
        client.get(url)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert client.get(url, {"visa": chosen}).status_code == 200
        counted.append(len(asked))
    assert 0 < counted[0] == counted[1]


@pytest.mark.parametrize(
    ("unit", "values", "looks", "words"),
    [
        ("antal", [0, 1, 3], [1, 3, 5], ["0", "1", "3"]),
        ("antal", [4, 4], [5, 5], ["4"]),
        ("andel av svaren", [0, 24, 25, 100], [1, 1, 2, 5], None),
        ("procent", ["40.2", "61.9"], [1, 5], None),
        ("antal", [0, 1, 2, 3, 4, 5], [1, 1, 3, 3, 5, 5], ["0 till under 2", "2 till under 4", "4 till 6"]),
        ("antal", [12, 14, 16, 30, 98], [1, 1, 1, 2, 5], None),
        ("antal", [], [], []),
    ],
)
def test_map_of_sorts_values_into_looks(unit, values, looks, words):
    places = [Place(f"Kommun {n}", "", Decimal(value), str(value)) for n, value in enumerate(values)]
    found = map_of("Karta", unit, places, (0, 0, 10, 10), silent="har inte svarat")
    assert [place.look for place in found.places] == [f"class-{look}" for look in looks]
    assert words is None or [word for _look, word in found.keys] == words


@pytest.mark.parametrize(
    ("values", "summary"),
    [
        ([], "Ingen kommun har något värde att visa."),
        ([None], "Ingen kommun har något värde att visa."),
        ([2, 2], "Alla kommuner med värde har 2."),
        ([1, 3, None], "Högst: Kommun 1, 3. Lägst: Kommun 0, 1. 1 kommun har inget värde."),
        ([0, 0, 3, None, None], "Högst: Kommun 2, 3. Lägst: 2 kommuner, 0. 2 kommuner har inget värde."),
    ],
)
def test_map_of_says_the_highest_the_lowest_and_how_many_lack_a_value(values, summary):
    places = [
        Place(f"Kommun {n}", "", None if value is None else Decimal(value), str(value))
        for n, value in enumerate(values)
    ]
    assert map_of("Karta", "antal", places, (0, 0, 10, 10), silent="har inte svarat").summary == summary
