"""What is particular to editing bodies, mandates, seats, responsibilities, meetings and decisions."""

import pytest
from django.urls import reverse
from django.utils import timezone

from agreements.models import Actor, Agreement
from governance.forms import BodyForm, DecisionForm, MandateForm, ResponsibilityForm, SeatForm
from governance.models import Body, Decision, Mandate, Record, Seat
from parties.models import Membership, Right, Role
from parties.rights import with_right
from tests import factories
from tests.rows import as_sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def mandate():
    return factories.MandateFactory()


@pytest.fixture
def agreement(mandate):
    return mandate.agreement


@pytest.fixture
def coordinator(login_as, agreement):
    return login_as(Role.COORDINATOR, party=agreement.coordinating_party)


def url_of(verb, agreement, *args):
    return reverse(f"governance:{verb}", args=[agreement.slug, *args])


def reads(user, agreement):
    return with_right(Agreement.objects.all(), user, Right.SEE_AGREEMENT).filter(pk=agreement.pk).exists()


# --- bodies and mandates ----------------------------------------------------------------------------------------------


def test_new_body_is_an_actor_with_a_mandate_and_rights(client, agreement, coordinator):
    response = client.post(
        url_of("row_create", agreement, "organ"), {"name": "Rådet för hälsa", "level": "deciding", "state": "active"}
    )
    body = Body.objects.get(name="Rådet för hälsa")
    assert (body.key, body.county) == ("radet-for-halsa", agreement.county)
    assert response.url == f"/overenskommelser/{agreement.slug}/styrning/radet-for-halsa/"
    mandate = Mandate.objects.get(agreement=agreement, body=body)
    assert (mandate.level, mandate.actor.kind, mandate.actor.name) == ("deciding", "body", "Rådet för hälsa")
    held = agreement.agreementgroupobjectpermission_set.filter(group=body.group())
    assert {row.permission.codename for row in held.select_related("permission")} == {
        Right.SEE_AGREEMENT, Right.SEE_SUBMITTED,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "keys"), [("Rådet", ["radet", "radet-2"]), ("Ölandsrådet 2", ["olandsradet-2", "olandsradet-2-2"])]
)
def test_new_bodies_of_the_same_name_have_keys_of_their_own(client, agreement, coordinator, name, keys):
    for _ in range(2):
        client.post(url_of("row_create", agreement, "organ"), {"name": name, "level": "local", "state": "active"})
    assert sorted(Body.objects.filter(name=name).values_list("key", flat=True)) == keys


def test_new_body_without_letters_in_its_name_has_a_key(client, agreement, coordinator):
    client.post(url_of("row_create", agreement, "organ"), {"name": "👩🏽‍🚒", "level": "local", "state": "active"})
    assert Body.objects.get(name="👩🏽‍🚒").key.startswith("organ")


def test_renamed_body_is_renamed_as_actor(client, mandate, agreement, coordinator):
    data = as_sent(BodyForm, mandate.body, agreement) | {"name": "Nya rådet"}
    assert client.post(url_of("row_edit", agreement, "organ", mandate.body.pk), data).status_code == 302
    assert Actor.objects.get(mandate=mandate).name == "Nya rådet"


def test_existing_body_can_work_in_another_agreement(client, mandate, login_as):
    other = factories.AgreementFactory()
    login_as(Role.COORDINATOR, party=other.coordinating_party)
    data = {"body": mandate.body.pk, "level": "steering", "basis": "stated"}
    assert client.post(url_of("row_create", other, "uppdrag"), data).status_code == 302
    assert list(mandate.body.mandates.values_list("agreement", flat=True)) == [mandate.agreement.pk, other.pk]
    assert Actor.objects.get(agreement=other, key=mandate.body.key).kind == "body"


def test_mandate_offers_bodies_that_can_be_seen_and_have_none(mandate, agreement, coordinator):
    free = factories.MandateFactory().body
    factories.MandateFactory(agreement__draft=True)
    form = MandateForm(agreement=agreement, user=coordinator)
    assert list(form.fields["body"].queryset) == [free]


def test_mandates_do_not_answer_to_each_other_in_a_ring(client, mandate, agreement, coordinator):
    lower = factories.MandateFactory(agreement=agreement, reports_to=mandate)
    lowest = factories.MandateFactory(agreement=agreement, reports_to=lower)
    data = as_sent(MandateForm, mandate, agreement) | {"reports_to": lowest.pk}
    response = client.post(url_of("row_edit", agreement, "uppdrag", mandate.pk), data)
    assert list(response.context["form"].errors) == ["reports_to"]


def test_mandate_refuses_fewer_members_at_most_than_at_least(mandate, agreement, coordinator):
    data = as_sent(MandateForm, mandate, agreement) | {"members_min": "8", "members_max": "5"}
    form = MandateForm(data, instance=mandate, agreement=agreement, user=coordinator)
    assert list(form.errors) == ["members_max"]


def test_removed_mandate_takes_an_unused_body_along(client, mandate, agreement, coordinator):
    assert client.post(url_of("row_delete", agreement, "uppdrag", mandate.pk), {"version": 1}).status_code == 302
    assert not Body.objects.filter(pk=mandate.body.pk).exists()
    assert not Actor.objects.filter(pk=mandate.actor.pk).exists()


def test_removed_mandate_leaves_what_others_use(client, mandate, agreement, coordinator):
    factories.ResponsibilityFactory(area__agreement=agreement, actor=mandate.actor)
    factories.MandateFactory(body=mandate.body)
    assert client.post(url_of("row_delete", agreement, "uppdrag", mandate.pk), {"version": 1}).status_code == 302
    assert Body.objects.filter(pk=mandate.body.pk).exists()
    assert Actor.objects.get(pk=mandate.actor.pk).kind == "named"


def test_removed_mandate_takes_the_rights_of_the_body_back(client, mandate, agreement, coordinator):
    factories.MandateFactory(body=mandate.body)
    user = factories.UserFactory()
    factories.MembershipFactory(user=user, role=Role.COUNCIL_MEMBER, group=mandate.body.group())
    assert reads(user, agreement)
    client.post(url_of("row_delete", agreement, "uppdrag", mandate.pk), {"version": 1})
    assert not reads(user, agreement)


def test_superior_body_is_not_removed(client, mandate, agreement, coordinator):
    lower = factories.MandateFactory(agreement=agreement, reports_to=mandate)
    url = url_of("row_delete", agreement, "uppdrag", mandate.pk)
    assert client.get(url).context["hanging"].blocking == [("uppdrag i överenskommelsen", lower.body.name)]
    assert client.post(url, {"version": 1}).status_code == 409


# --- seats ------------------------------------------------------------------------------------------------------------


def seat_data(seat, agreement, **changes):
    return {**as_sent(SeatForm, seat, agreement), **changes}


@pytest.fixture
def seat(mandate):
    return factories.SeatFactory(body=mandate.body, office="Socialdirektör")


def test_seat_gives_the_person_what_the_body_reads(client, mandate, agreement, coordinator, seat):
    user = factories.UserFactory(email="sam@exempel.se")
    url = url_of("row_edit", agreement, "platser", seat.pk)
    assert client.post(url, seat_data(seat, agreement, person="Sam@Exempel.se")).status_code == 302
    membership = Membership.objects.get(user=user)
    assert (membership.party, membership.role, membership.group) == (seat.party, Role.COUNCIL_MEMBER, seat.body.group())
    assert (membership.granted_by, reads(user, agreement)) == (coordinator, True)
    assert client.get(url).context["form"]["person"].value() == "sam@exempel.se"


def test_seat_given_to_another_takes_the_rights_of_the_first(client, agreement, coordinator, seat):
    first, second = factories.UserFactory(), factories.UserFactory()
    url = url_of("row_edit", agreement, "platser", seat.pk)
    client.post(url, seat_data(seat, agreement, person=first.email))
    seat.refresh_from_db()
    client.post(url, seat_data(seat, agreement, person=second.email))
    assert (reads(first, agreement), reads(second, agreement)) == (False, True)


def test_seat_that_ends_ends_the_rights(client, agreement, coordinator, seat):
    user = factories.UserFactory()
    url = url_of("row_edit", agreement, "platser", seat.pk)
    client.post(url, seat_data(seat, agreement, person=user.email))
    seat.refresh_from_db()
    client.post(url, seat_data(seat, agreement, starts_on="2020-01-01", ends_on="2020-12-31"))
    assert (Membership.objects.get(user=user).ends_on.isoformat(), reads(user, agreement)) == ("2020-12-31", False)


def test_seat_removed_takes_the_rights(client, agreement, coordinator, seat):
    user = factories.UserFactory()
    client.post(url_of("row_edit", agreement, "platser", seat.pk), seat_data(seat, agreement, person=user.email))
    assert client.post(url_of("row_delete", agreement, "platser", seat.pk), {"version": 2}).status_code == 302
    assert (Membership.objects.filter(user=user).exists(), reads(user, agreement)) == (False, False)


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"person": "ingen@exempel.se"}, ["person"]),
        ({"person": "inte en adress"}, ["person"]),
        ({"person": "stangd@exempel.se"}, ["person"]),
        ({"person": "sam@exempel.se", "party": ""}, ["party"]),
        ({"office": "", "party": ""}, ["office"]),
        ({"starts_on": "2026-06-01", "ends_on": "2026-01-01"}, ["__all__"]),
    ],
)
def test_seat_form_refuses(agreement, coordinator, seat, changes, errors):
    factories.UserFactory(email="sam@exempel.se")
    factories.UserFactory(email="stangd@exempel.se", is_active=False)
    form = SeatForm(seat_data(seat, agreement, **changes), instance=seat, agreement=agreement, user=coordinator)
    assert list(form.errors) == errors


def test_seat_conflict_shows_both_persons(client, agreement, coordinator, seat):
    first, second = factories.UserFactory(), factories.UserFactory()
    url, opened = url_of("row_edit", agreement, "platser", seat.pk), seat_data(seat, agreement)
    client.post(url, opened | {"person": first.email})
    response = client.post(url, opened | {"person": second.email})
    conflict = response.context["conflicts"][0]
    assert (response.status_code, conflict["mine"], conflict["theirs"]) == (409, second.email, first.email)


def test_seats_of_one_body_have_keys_of_their_own(client, mandate, agreement, coordinator):
    for office in ("Ordförande", "Ledamot"):
        client.post(
            url_of("row_create", agreement, "platser"), {"body": mandate.body.pk, "role": "member", "office": office}
        )
    assert sorted(Seat.objects.filter(body=mandate.body).values_list("key", flat=True)) == ["plats", "plats-2"]


# --- responsibilities, meetings, decisions ----------------------------------------------------------------------------


def test_responsibility_takes_parts_of_its_own_area_only(agreement, coordinator, mandate):
    area = factories.PriorityAreaFactory(agreement=agreement)
    foreign = factories.CollaborationAreaFactory(area__agreement=agreement)
    own = factories.CollaborationAreaFactory(area=area)
    data = {"area": area.pk, "actor": mandate.actor.pk, "scope": "partial", "basis": "stated"}
    for parts, errors in (([own.pk], []), ([foreign.pk], ["collaboration_areas"])):
        form = ResponsibilityForm({**data, "collaboration_areas": parts}, agreement=agreement, user=coordinator)
        assert list(form.errors) == errors


def test_body_is_chosen_beforehand_by_the_address(client, mandate, agreement, coordinator):
    page = client.get(url_of("row_create", agreement, "platser") + f"?organ={mandate.body.key}")
    assert page.context["form"]["body"].value() == mandate.body.pk
    page = client.get(url_of("row_create", agreement, "platser") + "?organ=%00finns-inte")
    assert page.context["form"]["body"].value() is None


def test_decision_is_of_the_body_that_met(mandate, agreement, coordinator):
    other = factories.MeetingFactory(body=factories.MandateFactory(agreement=agreement).body)
    data = {"body": mandate.body.pk, "title": "Beslut", "kind": "other", "decided_on": "2026-06-01"}
    form = DecisionForm({**data, "meeting": other.pk}, agreement=agreement, user=coordinator)
    assert list(form.errors) == ["meeting"]
    own = factories.MeetingFactory(body=mandate.body)
    form = DecisionForm({**data, "meeting": own.pk}, agreement=agreement, user=coordinator)
    assert (form.is_valid(), form.save().agreement) == (True, agreement)


def test_decision_is_not_taken_by_a_meeting_without_quorum(mandate, agreement, coordinator):
    meeting = factories.MeetingFactory(body=mandate.body, quorum="no")
    data = {"body": mandate.body.pk, "title": "Beslut", "kind": "other", "decided_on": "2026-06-01"}
    form = DecisionForm({**data, "meeting": meeting.pk}, agreement=agreement, user=coordinator)
    assert list(form.errors) == ["meeting"]


@pytest.mark.parametrize("minutes", ["written", "finished"])
def test_decision_stands_once_the_minutes_are_finished(client, mandate, agreement, coordinator, minutes):
    meeting = factories.MeetingFactory(body=mandate.body, held_on="2026-03-05")
    Record.objects.create(meeting=meeting, text="Sagt", finished_at=timezone.now() if minutes == "finished" else None)
    decision = factories.DecisionFactory(body=mandate.body, meeting=meeting, title="Rådet beslutar")
    sent = as_sent(DecisionForm, decision, agreement) | {"title": "Annat"}
    edited = client.post(url_of("row_edit", agreement, "beslut", decision.pk), sent)
    decision.refresh_from_db()
    client.post(url_of("row_delete", agreement, "beslut", decision.pk), {"version": decision.version})
    assert ("anteckningar är färdiga" in edited.text) is (minutes == "finished")
    assert Decision.objects.filter(title="Rådet beslutar").exists() is (minutes == "finished")
    assert Decision.objects.exists() is (minutes == "finished")


def test_decision_about_another_agreement_is_not_edited_here(client, mandate, agreement, coordinator):
    other = factories.MandateFactory(body=mandate.body).agreement
    decision = factories.DecisionFactory(body=mandate.body, agreement=other)
    assert client.get(url_of("row_edit", agreement, "beslut", decision.pk)).status_code == 404
