"""The tab Styrning and the page of a body, as different people read them."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from governance.models import Body, Mandate, Responsibility, Seat
from governance.services import hold_seat, seat_person
from parties.models import Role
from tests import factories

pytestmark = pytest.mark.django_db
Scope = Responsibility.Scope


def governance_url(agreement):
    return reverse("governance:agreement_governance", args=[agreement.slug])


def body_url(mandate):
    return reverse("governance:body_detail", args=[mandate.agreement.slug, mandate.body.key])


def text_of(response):
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def in_order(text, *words):
    """The words as they come in the text; a missing one raises."""
    return sorted(words, key=text.index)


@pytest.fixture
def council():
    """A council whose agreement is published."""
    return factories.MandateFactory(body__name="Rådet", body__key="radet", level=Mandate.Level.DECIDING)


# --- agreement_governance ---------------------------------------------------------------------------------------------


def test_agreement_governance_shows_the_same_tree_as_picture_and_text(client, council):
    factories.MandateFactory(agreement=council.agreement, reports_to=council, body__name="Gruppen")
    text = text_of(client.get(governance_url(council.agreement)))
    assert text.count("Gruppen (styrande) svarar inför Rådet.") == 2  # both pictures
    assert text.count("chart--wide") == text.count("chart--narrow") == 1
    assert f'<a href="{body_url(council)}"><strong>Rådet</strong></a>' in text


def test_agreement_governance_flags_the_missing_group(client, council):
    area = factories.PriorityAreaFactory(agreement=council.agreement, name="Boende")
    missing = factories.MandateFactory(
        agreement=council.agreement, reports_to=council, body__name="Bogruppen", body__state=Body.State.PLANNED
    )
    factories.ResponsibilityFactory(area=area, actor=missing.actor, scope=Scope.PLANNED)
    factories.ResponsibilityFactory(area=area, actor=council.actor, scope=Scope.INTERIM)
    factories.PriorityAreaFactory(agreement=council.agreement, name="Hälsa")
    text = text_of(client.get(governance_url(council.agreement)))
    assert text.count("Grupp saknas") == 2 + 1 + 1 + 1  # pictures, text version, responsibilities, bodies
    assert text.count("Rådet driver tills vidare") == 2 + 2 + 1  # descriptions, pictures, text version
    assert text.count("Ansvarig framgår inte") == 1


def test_agreement_governance_leaves_an_ended_responsibility_out_of_the_picture(client, council):
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    area = factories.PriorityAreaFactory(agreement=council.agreement, name="Boende")
    factories.ResponsibilityFactory(area=area, actor=council.actor, ends_on=yesterday)
    text = text_of(client.get(governance_url(council.agreement)))
    assert "Ansvarar för Boende" not in text
    assert f"till och med {yesterday}" in text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "framgår inte"),
        ({"minutes": "protokoll"}, "Antal möten framgår inte"),
        ({"meetings_per_year": 0}, "0 möten per år"),
        ({"meetings_per_year": 2}, "2 möten per år"),
    ],
)
def test_agreement_governance_never_shows_unknown_as_zero(client, fields, words):
    mandate = factories.MandateFactory(**fields)
    text = text_of(client.get(governance_url(mandate.agreement)))
    cell = text.partition('data-label="Möten"')[2].partition("</td>")[0]
    assert words in cell
    assert ("0 möten" in text) is (fields.get("meetings_per_year") == 0)


def test_agreement_governance_lists_past_bodies_beside_the_picture(client, council):
    factories.MandateFactory(
        agreement=council.agreement,
        body__name="Gamla gruppen",
        body__state=Body.State.DISSOLVED,
        body__dissolved="2017",
    )
    text = text_of(client.get(governance_url(council.agreement)))
    assert "upplöst 2017" in text
    assert in_order(text, "</figure>", "Gamla gruppen") == ["</figure>", "Gamla gruppen"]


def test_agreement_governance_without_bodies_says_so(client):
    text = text_of(client.get(governance_url(factories.AgreementFactory())))
    assert "Inga organ är inlagda." in text
    assert "<figure" not in text


def test_agreement_governance_shows_where_a_fact_comes_from(client):
    mandate = factories.MandateFactory(source_page=9)
    assert "Ur överenskommelsen, s. 9" in text_of(client.get(governance_url(mandate.agreement)))


@pytest.mark.parametrize(("role", "status"), [(None, 404), (Role.READER, 404), (Role.COORDINATOR, 200)])
def test_governance_of_a_draft_is_its_coordinators(client, login_as, role, status):
    mandate = factories.MandateFactory(agreement=factories.AgreementFactory(draft=True))
    if role:
        login_as(role, party=mandate.agreement.coordinating_party)
    assert client.get(governance_url(mandate.agreement)).status_code == status
    assert client.get(body_url(mandate)).status_code == status


def fill(agreement, times):
    """Bodies, areas and all that belongs to them, ``times`` of each."""
    mandate = factories.MandateFactory(agreement=agreement)
    for _number in range(times):
        below = factories.MandateFactory(agreement=agreement, reports_to=mandate)
        below.body.hosts.add(factories.PartyFactory())
        area = factories.PriorityAreaFactory(agreement=agreement)
        row = factories.ResponsibilityFactory(area=area, actor=below.actor)
        row.leads.add(factories.ActorFactory(agreement=agreement))
        row.collaboration_areas.add(factories.CollaborationAreaFactory(area=area))
        factories.SeatFactory(body=mandate.body)
        factories.MeetingFactory(body=mandate.body)
        factories.DecisionFactory(body=mandate.body, agreement=agreement)
        factories.MandateFactory(body=mandate.body, agreement=factories.AgreementFactory(county=agreement.county))
    return mandate


@pytest.mark.parametrize("url", [lambda mandate: governance_url(mandate.agreement), body_url])
def test_queries_do_not_grow_with_rows(client, url):
    numbers = []
    for times in (1, 30):
        mandate = fill(factories.AgreementFactory(), times)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(url(mandate)).status_code == 200
        numbers.append(len(queries))
    assert numbers[0] == numbers[1] <= 15


# --- body_detail ------------------------------------------------------------------------------------------------------


def test_body_detail_is_404_without_a_mandate_in_the_agreement(client, council):
    other = factories.AgreementFactory()
    assert client.get(reverse("governance:body_detail", args=[other.slug, council.body.key])).status_code == 404


def test_body_detail_links_only_to_agreements_the_reader_may_see(client, council):
    county = council.body.county
    shown = factories.AgreementFactory(county=county, short_name="Öppna avtalet")
    hidden = factories.AgreementFactory(county=county, short_name="Hemliga avtalet", draft=True)
    for agreement in (shown, hidden):
        factories.MandateFactory(body=council.body, agreement=agreement)
        factories.DecisionFactory(body=council.body, agreement=agreement, title=f"Om {agreement}")
    text = text_of(client.get(body_url(council)))
    assert "Öppna avtalet" in text
    assert "Om Öppna avtalet" in text
    assert "Hemliga avtalet" not in text


def test_body_detail_separates_held_meetings_from_upcoming(client, council):
    today = timezone.localdate()
    for days in (-30, -3, 0, 5):
        factories.MeetingFactory(body=council.body, held_on=today + datetime.timedelta(days=days))
    text = text_of(client.get(body_url(council)))
    words = ["Kommande", *(str(today + datetime.timedelta(days=days)) for days in (0, 5)), "Tidigare"]
    words += [str(today + datetime.timedelta(days=days)) for days in (-3, -30)]
    assert in_order(text, *words) == words


def test_body_detail_shows_decisions_with_paragraph_and_registry_number(client, council):
    factories.DecisionFactory(
        body=council.body, title="Planen fastställs", paragraph="§ 12", registry_number="851-12-26"
    )
    text = text_of(client.get(body_url(council)))
    for words in ("Planen fastställs", "§ 12", "851-12-26"):
        assert words in text


def seated(council, **dates):
    """A seat in the council held by Siv Exempel of a party of the agreement."""
    accession = factories.AccessionFactory(agreement=council.agreement)
    seat = factories.SeatFactory(
        body=council.body, role=Seat.Role.CHAIR, office="Landshövdingen", party=accession.party
    )
    user = factories.UserFactory(name="Siv Exempel")
    return seat_person(seat=seat, user=user, party=accession.party, **dates)


@pytest.mark.parametrize(
    ("role", "named"), [(None, False), ("outsider", False), (Role.READER, True), (Role.COORDINATOR, True)]
)
def test_body_detail_names_people_only_to_those_who_share_the_agreement(client, login_as, council, role, named):
    seat = seated(council)
    if role == "outsider":
        login_as(Role.READER)
    elif role:
        login_as(role, party=council.agreement.coordinating_party if role == Role.COORDINATOR else seat.party)
    text = text_of(client.get(body_url(council)))
    assert ("Siv Exempel" in text) is named
    assert "Landshövdingen" in text


def test_body_detail_flags_seats_that_somebody_has_held(client, council):
    today = timezone.localdate()
    seated(council, starts_on=today - datetime.timedelta(days=9), ends_on=today - datetime.timedelta(days=1))
    hold_seat(seat=seated(council), user=None, by=None)
    seated(council)
    factories.SeatFactory(body=council.body)
    assert text_of(client.get(body_url(council))).count("Vakant") == 2


@pytest.mark.parametrize("is_active", [True, False])
def test_body_detail_flags_the_seat_of_a_closed_account(client, council, is_active):
    user = seated(council).membership.user
    user.is_active = is_active
    user.save()
    assert ("Vakant" in text_of(client.get(body_url(council)))) is not is_active


def test_body_detail_lists_the_chair_first(client, council):
    for role, office in (
        (Seat.Role.COOPTED, "Polisen"),
        (Seat.Role.MEMBER, "Regionen"),
        (Seat.Role.CHAIR, "Landshövdingen"),
    ):
        factories.SeatFactory(body=council.body, role=role, office=office)
    words = ["Landshövdingen", "Regionen", "Polisen"]
    assert in_order(text_of(client.get(body_url(council))), *reversed(words)) == words


def test_body_detail_hides_seats_that_have_ended(client, council):
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    factories.SeatFactory(body=council.body, office="Förra direktören", ends_on=yesterday)
    assert "Förra direktören" not in text_of(client.get(body_url(council)))
