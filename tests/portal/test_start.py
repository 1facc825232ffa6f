"""The start page: what it shows to whom, and its map."""

import pytest
from django.core.cache import caches
from django.urls import reverse

from agreements.models import Accession, Agreement
from parties.models import Party, Role
from portal.maps import country_map
from tests import factories
from tests.agreements.pages import missing, queries, text_of

pytestmark = pytest.mark.django_db
START = "/"
Status = Agreement.Status


def shapes(response):
    """The map's, of a page that is drawn anew."""
    return {shape["name"]: shape for shape in response.context["map"]["shapes"]}


@pytest.fixture(autouse=True)
def nothing_kept():
    caches["pages"].clear()


@pytest.fixture
def counties():
    return [
        factories.CountyFactory(code=code, letter=letter, name=name)
        for code, letter, name in (("03", "C", "Uppsala län"), ("07", "G", "Kronobergs län"))
    ]


def test_start_lists_what_is_published_with_county_period_status_and_parties(client):
    agreement = factories.AgreementFactory(title="Synlig", status=Status.EXPIRED)
    factories.ValidityFactory(agreement=agreement, start="2019", end="2021")
    factories.AccessionFactory.create_batch(2, agreement=agreement)
    factories.AccessionFactory(agreement=agreement, role=Accession.Role.COOPERATING)
    factories.AgreementFactory(title="Hemligt utkast", draft=True)
    text = text_of(client.get(START))
    words = [f'<a href="{agreement.get_absolute_url()}">Synlig</a>', "Uppsala län", "2019–2021", "Utgången", ">2</td>"]
    assert missing(text, *words) == []
    assert "Hemligt utkast" not in text


def test_start_says_what_to_do_first_when_there_is_nothing(client):
    assert "Inga överenskommelser är publicerade än." in text_of(client.get(START))


@pytest.mark.parametrize(("role", "address"), [("anonymous", "account_login"), (Role.REPORTER, "portal:work")])
def test_start_leads_on(client, login_as, role, address):
    login_as(role)
    assert f'<p><a href="{reverse(address)}">' in text_of(client.get(START))


@pytest.mark.parametrize(
    ("statuses", "state"),
    [
        ([], ""),
        ([Status.EXPIRED], "over"),
        ([Status.EXPIRED, Status.CONSULTATION], "draft"),
        ([Status.EXPIRED, Status.CONSULTATION, Status.IN_FORCE], "force"),
        ([Status.SIGNED], "force"),
    ],
)
def test_country_map_colours_a_county_by_what_is_most_alive(client, counties, statuses, state):
    for status in statuses:
        factories.AgreementFactory(county=counties[1], status=status)
    county = shapes(client.get(START))["Kronobergs län"]
    assert (county["state"], bool(county["url"])) == (state, bool(statuses))


def test_country_map_says_in_words_what_it_shows(client, counties):
    factories.AgreementFactory(county=counties[1], short_name="SÖK", status=Status.EXPIRED)
    found = shapes(client.get(START))
    assert {name: found[name]["label"] for name in ("Kronobergs län", "Uppsala län")} == {
        "Kronobergs län": "SÖK (utgången)",
        "Uppsala län": "ingen överenskommelse i portalen",
    }


def test_country_map_leaves_out_a_county_without_borders():
    assert country_map([factories.CountyFactory(code="99", letter="Q", name="Provlän")], [])["shapes"] == []


def test_start_shows_one_county_with_its_municipalities(client, counties):
    agreement = factories.AgreementFactory(county=counties[1], short_name="SÖK", status=Status.EXPIRED)
    other = factories.AgreementFactory(title="Någon annans", county=counties[0])
    factories.AccessionFactory(agreement=agreement, party=Party.objects.get(key="kommun-0780"))
    factories.AccessionFactory(agreement=other, party=Party.objects.get(key="kommun-0767"))
    response = client.get(START, {"lan": "07"})
    found = shapes(response)
    assert len(found) == 8
    assert {name: (found[name]["state"], found[name]["label"]) for name in ("Växjö kommun", "Markaryds kommun")} == {
        "Växjö kommun": ("over", "SÖK (utgången)"),
        "Markaryds kommun": ("", "inte part"),
    }
    assert "Någon annans" not in text_of(response)


@pytest.mark.parametrize("code", ["99", "", "%00", "å" * 5000])
def test_start_shows_the_country_when_the_county_is_unknown(client, counties, code):
    response = client.get(START, {"lan": code})
    assert response.context["chosen"] is None


@pytest.mark.parametrize("role", ["anonymous", Role.COUNCIL_MEMBER])
@pytest.mark.parametrize("address", [START, f"{START}?lan=03"])
def test_start_asks_the_same_number_of_queries_however_many_agreements(client, login_as, role, address):
    login_as(role)
    factories.AccessionFactory(agreement=factories.ValidityFactory().agreement)
    few = queries(client, address)
    for _ in range(29):
        factories.AccessionFactory(agreement=factories.ValidityFactory().agreement)
    assert queries(client, address) == few <= 15


WRITES = {
    "title": lambda row: Agreement.objects.filter(pk=row.pk).update(title="Ny titel"),
    "short name": lambda row: Agreement.objects.filter(pk=row.pk).update(short_name="NY"),
    "status": lambda row: Agreement.objects.filter(pk=row.pk).update(status=Status.EXPIRED),
    "example": lambda row: Agreement.objects.filter(pk=row.pk).update(is_example=True),
    "withdrawn": lambda row: Agreement.objects.filter(pk=row.pk).update(published_on=None, status=Status.DRAFT),
    "county": lambda row: type(row.county).objects.filter(pk=row.county_id).update(name="Nytt län"),
    "period": lambda row: row.validity_set.update(end="2031"),
    "party": lambda row: factories.AccessionFactory(agreement=row),
    "another": lambda row: factories.AgreementFactory(),
}


@pytest.mark.parametrize("write", WRITES)
def test_start_is_never_older_than_what_is_stored(client, write):
    agreement = factories.ValidityFactory(agreement__short_name="SÖK").agreement
    before = text_of(client.get(START))
    WRITES[write](agreement)
    seen = text_of(client.get(START))
    caches["pages"].clear()
    assert (seen == before, seen == text_of(client.get(START))) == (False, True)


def test_start_that_is_kept_shows_nobody_what_others_draft(client, login_as):
    draft = factories.AgreementFactory(draft=True, title="Hemligt utkast")
    shown = {}
    for who in (draft.coordinating_party, None, "anonymous", draft.coordinating_party):
        login_as("anonymous" if who == "anonymous" else Role.COORDINATOR, party=who)
        shown.setdefault(who, set()).add("Hemligt utkast" in text_of(client.get(START)))
    assert shown == {draft.coordinating_party: {True}, None: {False}, "anonymous": {False}}


@pytest.mark.parametrize("name", ["accessibility", "privacy"])
def test_pages_about_the_portal_are_for_everybody(client, name):
    assert "<h1>" in text_of(client.get(reverse(f"portal:{name}")))
