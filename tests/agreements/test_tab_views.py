"""What the tabs Parter and Process och dokument say of an agreement."""

import datetime

import pytest

from agreements.models import Accession, Actor
from parties.models import PartyKind, Role
from tests import factories
from tests.agreements.pages import missing, page, text_of, url

pytestmark = pytest.mark.django_db


# --- accession_list ---------------------------------------------------------------------------------------------------


def test_accession_list_groups_parties_and_says_who_signed(client):
    agreement = factories.AgreementFactory()
    factories.AccessionFactory(agreement=agreement, party__kind=PartyKind.REGION, implied=True)
    factories.AccessionFactory(
        agreement=agreement, party__name="Region Västmanland", party__kind=PartyKind.MUNICIPALITY,
        name_at_signing="Landstinget Västmanland", signature_status="signed", signed_on="2020-03-26",
        signed_place="Växjö", signatory_name="Anna Tenje", decided_by="Kommunstyrelsen", registry_number="KS 2020-1",
    )  # fmt: skip
    text = page(client, "accession_list", agreement)
    words = [
        "heter i dag Region Västmanland", "2020-03-26</span>, Växjö", "Anna Tenje", "Kommunstyrelsen", "KS 2020-1",
        "inte uppräknade i dokumentet", "Framgår inte",
    ]  # fmt: skip
    assert missing(text, *words) == []
    assert text.index("Kommuner (1)") < text.index("Regioner (1)")


@pytest.mark.parametrize(
    ("accession", "words"),
    [
        ({"signature_status": Accession.SignatureStatus.PENDING}, "Väntar på underskrift"),
        ({"left_on": datetime.date(2022, 1, 1)}, "lämnade 2022-01-01"),
        ({"notice_received_on": datetime.date(2022, 1, 1)}, "uppsägning mottagen 2022-01-01"),
        ({"joined_on": datetime.date(2022, 1, 1)}, 'ansluten från <span class="num nowrap">2022-01-01'),
        ({"role": Accession.Role.ADJUNCT}, "Samverkande och adjungerade, inte parter (1)"),
    ],
)
def test_accession_list_says_how_each_one_stands(client, accession, words):
    row = factories.AccessionFactory(**accession)
    assert words in page(client, "accession_list", row.agreement)


def test_accession_list_names_who_carries_on_a_party_that_is_no_more(client):
    old = factories.AccessionFactory().party
    factories.PartySuccessionFactory(predecessor=old, successor__name="Nya regionen")
    assert "efterträds av Nya regionen" in page(client, "accession_list", old.accessions.get().agreement)


def test_accession_list_says_that_a_successor_needs_no_signature_and_which_party_ended_without_one(client):
    old = factories.AccessionFactory()
    heir = factories.PartySuccessionFactory(predecessor=old.party).successor
    factories.AccessionFactory(agreement=old.agreement, party=heir)
    factories.AccessionFactory(agreement=old.agreement, party__dissolved_on=datetime.date(2023, 5, 1))
    shown = page(client, "accession_list", old.agreement)
    assert shown.count("utan ny underskrift") == 1
    assert shown.count('upphörde <span class="num nowrap">2023-05-01') == 1


def test_accession_list_tells_outsiders_from_those_the_document_is_silent_about(client):
    """The municipalities are those the county had when the agreement began: Heby moved in 2007."""
    county = factories.CountyFactory(code="99", letter="Q", name="Provlän")
    agreement = factories.AgreementFactory(county=county)
    factories.ValidityFactory(agreement=agreement, start="2019")
    inside, outside, *_ = (
        factories.PartyCountyFactory(county=county, party__name=name, ends_on=ends_on).party
        for name, ends_on in (("Inne", None), ("Ute", None), ("Tystnad", None), ("Flyttad", "2007-01-01"))
    )
    factories.AccessionFactory(agreement=agreement, party=inside)
    factories.OutsiderFactory(agreement=agreement, party=outside, note="Skrev inte under.")
    response = client.get(url("accession_list", agreement))
    assert [party.name for party in response.context["unknown"]] == ["Tystnad"]
    words = ["Ute", "Skrev inte under.", "Tystnad", "Det framgår inte av dokumentet om kommunen är part."]
    assert missing(text_of(response), *words) == []


def test_accession_list_names_those_the_text_mentions(client):
    actor = factories.ActorFactory(name="Civilsamhället", role_in_text="Deltog i dialoger")
    factories.ActorFactory(agreement=actor.agreement, name="alla parter", kind=Actor.Kind.COLLECTIVE)
    text = page(client, "accession_list", actor.agreement)
    assert missing(text, "Civilsamhället", "Deltog i dialoger.") == []
    assert "alla parter" not in text


# --- process_detail ---------------------------------------------------------------------------------------------------


def test_process_detail_tells_the_steps_of_the_agreement_from_those_of_its_plan(client):
    first = factories.ProcessStepFactory(name="Uppdrag", when="2018–2019", scope="agreement")
    factories.ProcessStepFactory(agreement=first.agreement, name="Utkast till plan", scope="action_plan")
    text = page(client, "process_detail", first.agreement)
    words = ["Uppdrag", "2018–2019", "Så tas handlingsplan fram", "Utkast till plan", "tid framgår inte"]
    assert missing(text, *words) == []


def test_process_detail_gives_the_facts_of_consultation_and_notice(client):
    agreement = factories.ValidityFactory(
        start="", end="", open_ended=True, notice_period_months=9, notice_effect="Överenskommelsen upphör."
    ).agreement
    factories.ConsultationFactory(
        agreement=agreement, held=None, registry_number="2008/0022", sent_on="2008-06-24", deadline="2008-10-30",
        addressees="Kommunerna\nLandstinget", meeting_on="2008-09-17", meeting_starts="09:00", meeting_ends="12:00",
    )  # fmt: skip
    words = [
        "<dd>Framgår inte</dd>", "2008/0022", "2008-06-24", "2008-10-30", "Kommunerna<br>Landstinget",
        "2008-09-17 09:00–12:00", "tills vidare", "9 månader", "Överenskommelsen upphör.",
    ]  # fmt: skip
    assert missing(page(client, "process_detail", agreement), *words) == []


def test_process_detail_says_which_fields_are_our_reading(client):
    rule = factories.FollowUpRuleFactory(frequency="annual", field_basis={"receiver": "inferred"})
    rule.receiver = factories.ActorFactory(agreement=rule.agreement, name="regeringen")
    rule.save()
    text = page(client, "process_detail", rule.agreement)
    assert missing(text, "Varje år", 'Regeringen <span class="small soft">(tolkat)</span>') == []


def test_process_detail_links_the_series_only_where_the_visitor_may_read_it(client):
    entry = factories.SeriesEntryFactory(title="Synlig", linked_agreement=factories.AgreementFactory())
    hidden = factories.AgreementFactory(draft=True, title="Hemligt utkast")
    factories.SeriesEntryFactory(agreement=entry.agreement, title="Dold", linked_agreement=hidden)
    text = page(client, "process_detail", entry.agreement)
    words = [f'<a href="{entry.linked_agreement.get_absolute_url()}">Synlig</a>', "Dold"]
    assert missing(text, *words) == []
    assert hidden.slug not in text
    assert "Hemligt utkast" not in text


def test_process_detail_lists_the_other_agreements_of_the_series(client):
    series = factories.AgreementSeriesFactory()
    first, second = factories.AgreementFactory.create_batch(2, series=series)
    factories.AgreementFactory(series=series, draft=True, title="Hemligt utkast")
    factories.AgreementFactory(predecessor=first, title="Nästa")
    text = page(client, "process_detail", first)
    assert missing(text, f'<a href="{second.get_absolute_url()}">', "Nästa") == []
    assert "Hemligt utkast" not in text


def test_process_detail_shows_working_papers_to_coordinators_only(client, login_as):
    paper = factories.DocumentFactory(title="Arbetsmaterial", is_public=False)
    assert "Arbetsmaterial" not in page(client, "process_detail", paper.agreement)
    login_as(Role.COORDINATOR, party=paper.agreement.coordinating_party)
    assert "Bara samordnarna ser" in page(client, "process_detail", paper.agreement)
