"""A new agreement: who may begin it, and what it takes over from the one it is to follow."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from agreements.creating import create_agreement, free_slug
from agreements.drafting import blocks_of
from agreements.models import Accession, Agreement, Goal, LifeEvent, PriorityArea, Validity
from parties.models import Role
from parties.services import join
from tests import factories

pytestmark = pytest.mark.django_db
URL = "/overenskommelser/ny/"


@pytest.fixture
def source():
    agreement = factories.AgreementFactory(short_name="Exempel 2023–2026", word_plan="aktivitetsplan")
    factories.ValidityFactory(agreement=agreement, start="2023", end="2026", notice_period_months=9)
    area = factories.PriorityAreaFactory(agreement=agreement, number="1", source_page=4)
    factories.PriorityAreaFactory(agreement=agreement, name="Utgått", order=9, dropped_on="2024-01-01")
    factories.GoalFactory(area=area, number="1.1", text="Fler i arbete.")
    factories.ProvisionFactory(agreement=agreement, number="7", kind="section")
    factories.CommitmentFactory(agreement=agreement)
    factories.AccessionFactory(agreement=agreement, signed_on="2023-01-01", signature_status="signed")
    factories.AccessionFactory(agreement=agreement, left_on="2024-01-01")
    return agreement


@pytest.fixture
def coordinator(source, login_as):
    return login_as(Role.COORDINATOR, party=source.coordinating_party)


def new(source, **more):
    board = {"county": source.county, "coordinating_party": source.coordinating_party}
    names = {"title": "Överenskommelse 2027–2030", "short_name": "Exempel 2027–2030", "kind": source.kind}
    return Agreement(**(board | names | more))


def test_create_agreement_as_successor_takes_the_text_and_its_standing_parties(source, coordinator):
    made = create_agreement(agreement=new(source, predecessor=source), by=coordinator, start="2027", end="2030")
    assert (made.slug, made.status, made.published_on) == ("exempel-2027-2030", Agreement.Status.DRAFT, None)
    assert (made.word_plan, made.series) == ("aktivitetsplan", Agreement.objects.get(pk=source.pk).series)
    told = [(block["kind"], block["number"], block["text"]) for block in blocks_of(made)]
    assert told == [("area", "1", ""), ("goal", "1.1", "Fler i arbete."), ("section", "7", "")]
    area = PriorityArea.objects.get(agreement=made)
    assert (area.number, area.source_page, Goal.objects.get(agreement=made).area) == ("", None, area)
    assert not Agreement.objects.filter(pk=made.pk, commitment__isnull=False).exists()
    accession = Accession.objects.get(agreement=made)
    assert (accession.signature_status, accession.signed_on) == ("pending", None)
    validity = Validity.objects.get(agreement=made)
    assert (validity.period, validity.notice_period_months) == ("2027–2030", 9)
    event = LifeEvent.objects.get(agreement=made)
    assert (event.kind, event.text) == ("created", "Som efterföljare till Exempel 2023–2026.")


def test_create_agreement_refuses_a_second_successor_and_changes_nothing(source, coordinator):
    create_agreement(agreement=new(source, predecessor=source), by=coordinator)
    text = "Exempel 2023–2026 har redan en efterföljare. En överenskommelse kan bara ersättas av en."
    with pytest.raises(ValidationError, match=text):
        create_agreement(agreement=new(source, predecessor=source, short_name="Till"), by=coordinator)
    assert Agreement.objects.filter(predecessor=source).count() == 1


def test_create_agreement_under_one_that_is_over_is_refused(source, coordinator):
    Agreement.objects.filter(pk=source.pk).update(status=Agreement.Status.EXPIRED)
    with pytest.raises(ValidationError, match="Ett avtal under den kan inte påbörjas"):
        create_agreement(agreement=new(source, parent=source), by=coordinator)


@pytest.mark.parametrize("way", ["predecessor", "parent", "coordinating_party"])
def test_create_agreement_is_for_those_who_coordinate_both(source, coordinator, way):
    other = factories.AgreementFactory()
    stranger = {"coordinating_party": other.coordinating_party}.get(way, other)
    with pytest.raises(PermissionDenied):
        create_agreement(agreement=new(source, **{way: stranger}), by=coordinator)


@pytest.mark.parametrize(("name", "slug"), [("Ny", "ny-2"), ("Serier", "serier-2"), ("??", "overenskommelse")])
def test_free_slug_leaves_other_addresses_alone(name, slug):
    assert free_slug(name) == slug


# --- the page ---------------------------------------------------------------------------------------------------------


def typed(source, **more):
    return {
        "title": "Överenskommelse 2027–2030", "short_name": "Exempel 2027–2030", "kind": source.kind,
        "county": source.county_id, "coordinating_party": source.coordinating_party_id, "start": "", "end": "",
    } | more  # fmt: skip


def test_agreement_create_page_leads_to_the_draft(client, source, coordinator):
    page = client.get(f"{URL}?efter={source.slug}")
    assert "Exempel 2023–2026" in page.content.decode()
    response = client.post(f"{URL}?efter={source.slug}", typed(source, start="2027", end="2030"))
    assert response.url == reverse("agreements:drafting_detail", args=["exempel-2027-2030"])
    assert Agreement.objects.get(slug="exempel-2027-2030").predecessor == source


def test_agreement_create_page_under_a_parent_offers_its_parties_and_goals(client, source, coordinator):
    party, goal = Accession.objects.standing().get(agreement=source).party, Goal.objects.get(agreement=source)
    data = typed(source, kind="bilateral_agreement", parties=[party.pk], serves=[goal.pk])
    client.post(f"{URL}?under={source.slug}", data)
    made = Agreement.objects.get(parent=source)
    assert list(made.serves.all()) == [goal]
    assert [row.party for row in Accession.objects.filter(agreement=made)] == [party]


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"start": "2027", "end": "2026"}, "Slutet kan inte vara före början."),
        ({"short_name": ""}, "Detta fält måste fyllas i."),
        ({"start": "2022"}, "Efterföljaren kan inte börja före den som den ersätter, 2023."),
    ],
)
def test_agreement_create_page_says_what_is_wrong_and_keeps_what_was_typed(client, source, coordinator, more, message):
    response = client.post(f"{URL}?efter={source.slug}", typed(source, title="Min egen titel", **more))
    text = response.content.decode()
    assert message in text
    assert "Min egen titel" in text
    assert Agreement.objects.count() == 1


def test_agreement_create_page_chooses_the_only_board(client, source, coordinator):
    form = client.get(URL).context["form"]
    board = source.coordinating_party
    assert (form["coordinating_party"].value(), form["county"].value()) == (board.pk, board.county_id)


def test_create_agreement_of_the_same_names_is_refused(source, coordinator):
    create_agreement(agreement=new(source), by=coordinator)
    with pytest.raises(ValidationError) as refused:
        create_agreement(agreement=new(source), by=coordinator)
    assert refused.value.messages == ["Det finns redan en överenskommelse med de namnen. Välj ett annat."]


def test_agreement_create_page_is_for_coordinators(client, login_as, source):
    login_as(Role.APPROVER, party=factories.AccessionFactory(agreement=source).party)
    assert client.get(URL).status_code == 403
    user = login_as(Role.COORDINATOR, party=factories.AgreementFactory().coordinating_party)
    join(user=user, party=factories.PartyFactory(), role=Role.READER)
    assert (client.get(URL).status_code, client.get(f"{URL}?efter={source.slug}").status_code) == (200, 403)
