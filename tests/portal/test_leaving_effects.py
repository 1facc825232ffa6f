"""What a notice does to everything else: told before it is confirmed, and done when it is."""

import datetime

import pytest
from django.urls import reverse

from agreements import leaving
from agreements.models import Agreement, Termination
from followup.services import missing_reports
from governance.models import Seat
from parties.models import Membership, Role
from parties.services import join
from portal.leaving_effects import confirm_leaving, effects_of
from tests import factories as make

DAY = datetime.date(2027, 4, 30)
pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    """A party that has something of everything in an agreement, and has given notice that may be confirmed."""
    agreement = make.AgreementFactory()
    party, other = (make.AccessionFactory(agreement=agreement, party__name=name).party for name in ("Ale", "Bjuv"))
    actor = make.ActorFactory(agreement=agreement, party=party)
    mandate = make.MandateFactory(agreement=agreement, convener=actor)
    edition = make.EditionFactory(plan=make.ActionPlanFactory(agreement=agreement))
    led = make.ActivityFactory(edition=edition, responsible=actor, title="Egen aktivitet")
    joined = make.ActivityFactory(edition=edition, title="Gemensam aktivitet")
    make.ActivityParticipantFactory(activity=joined, actor=actor)
    round = make.RoundFactory(agreement=agreement)
    make.ReportFactory(round=round, activity=led, party=party, text="Hemligt utkast")
    make.AssignmentFactory(decision__body=mandate.body, decision__agreement=agreement, party=party, text="Ett uppdrag")
    make.ResponsibilityFactory(agreement=agreement, actor=actor)
    seat = make.SeatFactory(body=mandate.body, party=party, office="Socialchef")
    below = make.AgreementFactory(parent=agreement, title="Avtal under")
    make.AccessionFactory(agreement=below, party=party)
    make.ObstacleFactory(
        agreement=agreement, party=other, owner_party=party, title="Ett hinder", reported_at="2026-01-01T00:00Z"
    )
    notice = make.TerminationFactory(
        agreement=agreement, party=party, months=6, counted_from="2026-10-31", last_day=DAY
    )
    make.TerminationReceiptFactory(termination=notice, party=other, received_on="2026-10-31")
    notice.refresh_from_db()
    return {"notice": notice, "seat": seat, "agreement": agreement, "party": party, "other": other, "round": round}


def person(party, role):
    user = make.UserFactory()
    join(user=user, party=party, role=role)
    return user


def coordinator(world):
    return person(world["agreement"].coordinating_party, Role.COORDINATOR)


def told(notice, user):
    return {effect.heading: [text for text, _url in effect.lines] for effect in effects_of(notice, user)}


def test_effects_of_a_party_that_leaves_tell_of_everything(world):
    approver = person(world["party"], Role.APPROVER)
    effects = told(world["notice"], coordinator(world))
    assert list(effects) == [
        "Läsrätt", "Aktiviteter som parten ansvarar för", "Aktiviteter som parten medverkar i",
        "Svar i öppna omgångar", "Platser i organ", "Uppdrag som inte är klara", "Ansvar i styrningen",
        "Hinder som parten äger", "Avtal under överenskommelsen",
    ]  # fmt: skip
    assert effects["Läsrätt"] == ["1 person hos parten"]
    assert effects["Svar i öppna omgångar"] == [f"Omgång {world['round'].label}: 0 av 1 svar inlämnade"]
    assert "Hemligt utkast" not in str(effects)
    own = told(world["notice"], approver)  # a draft edition is the coordinators' own
    assert "Aktiviteter som parten ansvarar för" not in own
    assert own["Hinder som parten äger"] == ["Ett hinder"]


def test_effects_of_a_whole_agreement_tell_of_the_others(world):
    Termination.objects.update(scope="whole_agreement")
    world["notice"].refresh_from_db()
    effects = told(world["notice"], coordinator(world))
    assert (effects["Övriga parter"], effects["Avtal under överenskommelsen"]) == (["Bjuv"], ["Avtal under"])


@pytest.mark.parametrize(
    ("end_seats", "elsewhere", "ends_on"), [(True, False, DAY), (True, True, None), (False, False, None)]
)
def test_confirm_leaving_ends_the_seats_that_are_the_agreements_own(world, end_seats, elsewhere, ends_on):
    seat = world["seat"]
    seat.membership = join(
        user=make.UserFactory(), party=world["party"], role=Role.COUNCIL_MEMBER, group=seat.body.group()
    )
    seat.save()
    if elsewhere:
        make.MandateFactory(body=seat.body)
    notice = world["notice"]
    confirm_leaving(termination=notice, version=notice.version, by=coordinator(world), end_seats=end_seats)
    held = Membership.objects.get(pk=seat.membership_id)
    assert (Seat.objects.get(pk=seat.pk).ends_on, held.ends_on) == (ends_on, ends_on)


@pytest.mark.parametrize(("today", "asked"), [("2027-04-30", ["Ale"]), ("2027-05-01", [])])
def test_a_party_that_has_left_is_asked_no_more(world, monkeypatch, today, asked):
    notice = world["notice"]
    confirm_leaving(termination=notice, version=notice.version, by=coordinator(world))
    plan = make.ActionPlanFactory(agreement=world["agreement"])
    edition = make.EditionFactory(plan=plan, starts_on="2026-07-01", ends_on="2026-12-31")
    make.ActivityFactory(edition=edition, responsible=world["agreement"].actor_set.get(party=world["party"]))
    make.adopt(edition)
    monkeypatch.setattr("django.utils.timezone.localdate", lambda *args: datetime.date.fromisoformat(today))
    assert [report.party.name for report in missing_reports(world["round"])] == asked


def test_leaving_effects_shows_what_stands_in_the_way_and_then_confirms(client, world):
    world["seat"].delete()
    client.force_login(coordinator(world))
    notice = world["notice"]
    url = reverse("portal:leaving_effects", args=[world["agreement"].slug, notice.pk])
    confirm = reverse("portal:leaving_confirm", args=[world["agreement"].slug, notice.pk])
    notice.receipts.all().delete()
    assert "Fyll i när Bjuv fick uppsägningen." in client.get(url).content.decode()
    refused = client.post(confirm, {"version": notice.version}).content.decode()
    assert "Fyll i när Bjuv fick uppsägningen." in refused
    assert Termination.objects.get().confirmed_at is None
    make.TerminationReceiptFactory(termination=notice, party=world["other"], received_on="2026-10-31")
    assert client.post(confirm, {"version": notice.version}).url == url
    assert "Ale är part till och med 2027-04-30" in client.get(url).content.decode()
    again = client.post(confirm, {"version": notice.version})  # once is enough
    receipts = reverse("agreements:termination_receipts", args=[world["agreement"].slug, notice.pk])
    for late in (again, client.post(receipts, {"version": notice.version + 1, "for_all": "2026-02-01"})):
        assert "Uppsägningen är bekräftad och kan inte ändras." in late.content.decode()
    assert 'name="for_all"' not in client.get(receipts).content.decode()
    assert Agreement.objects.get(pk=world["agreement"].pk).lifeevent_set.count() == 1


@pytest.mark.parametrize("number", [1, 30])
def test_leaving_effects_asks_as_often_whatever_it_lists(client, world, django_assert_max_num_queries, number):
    for _each in range(number):
        make.SeatFactory(body=world["seat"].body, party=world["party"])
        make.AssignmentFactory(
            decision__body=world["seat"].body, decision__agreement=world["agreement"], party=world["party"]
        )
    client.force_login(coordinator(world))
    url = reverse("portal:leaving_effects", args=[world["agreement"].slug, world["notice"].pk])
    client.get(url)
    with django_assert_max_num_queries(32):
        client.get(url)


def test_others_of_are_the_parties_that_stand(world):
    left = make.AccessionFactory(agreement=world["agreement"], left_on="2020-01-01", party__name="Dals-Ed")
    names = [row.name_at_signing for row in leaving.others_of(world["agreement"], world["party"])]
    assert (names, left.party.name in names) == (["Bjuv"], False)
