"""The obstacle register: reported by parties, handled by coordinators, told to the council."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from followup.dashboard import Part
from followup.inbox import tasks_of
from followup.models import Obstacle
from followup.obstacle_forms import HandleForm
from followup.obstacle_paper import obstacle_paper_of
from followup.obstacles import (
    by_need,
    obstacle_facts,
    remove_obstacle,
    report_obstacle,
    shown_obstacles,
)
from lib.db import Frozen, VersionConflict
from parties.models import Role
from tests import factories as make

pytestmark = pytest.mark.django_db
TYPED = {"title": "Sekretess", "text": "Uppgifterna får inte delas.", "needs": "joint"}


def today(days=0):
    return timezone.localdate() + datetime.timedelta(days=days)


@pytest.fixture
def agreement():
    return make.AgreementFactory(status="in_force", published_on="2020-01-01")


@pytest.fixture
def party(agreement):
    return make.AccessionFactory(agreement=agreement).party


@pytest.fixture
def draft(agreement, party):
    return make.ObstacleFactory(agreement=agreement, party=party)


@pytest.fixture
def reported(agreement, party):
    return make.ObstacleFactory(agreement=agreement, party=party, reported=True)


def address(name, row, **asked):
    args = [row.agreement.slug, row.pk] if isinstance(row, Obstacle) else [row.slug]
    return reverse(f"followup:obstacle_{name}", args=args, query=asked)


def titles(client, agreement, **asked):
    page = client.get(address("list", agreement, **asked))
    return [row.title for _need, _label, rows in page.context["groups"] for row in rows]


def queries_of(client, agreement):
    with CaptureQueriesContext(connection) as captured:
        client.get(address("list", agreement))
    return len(captured)


@pytest.mark.parametrize(("pressed", "state"), [({}, "draft"), ({"report": "1"}, "reported")])
def test_obstacle_create_saves_a_draft_or_reports(client, login_as, agreement, party, pressed, state):
    user = login_as(Role.REPORTER, party=party)
    for _time in range(2):  # a page that is slow to answer is sent twice
        answer = client.post(address("create", agreement), TYPED | pressed | {"party": party.pk})
    row = Obstacle.objects.get()
    assert (answer.url, row.party, row.state) == (address("detail", row), party, state)
    assert row.reported_by == (user if state == "reported" else None)


def test_obstacle_create_by_a_coordinator_is_reported_at_once(client, login_as, agreement, party):
    login_as(Role.COORDINATOR, party=agreement.coordinating_party)
    client.post(address("create", agreement), TYPED | {"party": party.pk})
    assert Obstacle.objects.get().state == "reported"


def test_obstacle_create_refuses_another_party_and_says_what_is_missing(client, login_as, agreement, party):
    login_as(Role.REPORTER, party=party)
    other = make.AccessionFactory(agreement=agreement).party
    answer = client.post(address("create", agreement), {"party": other.pk, "title": "Sekretess"})
    assert answer.context["form"].errors.keys() == {"party", "text", "needs"}
    assert answer.context["form"].errors["party"] == [
        "Det du valde finns inte att välja här. Välj något annat i listan."
    ]
    assert not Obstacle.objects.exists()


def test_report_obstacle_is_done_once_and_of_what_was_read(draft):
    by = make.UserFactory()
    with pytest.raises(VersionConflict):
        report_obstacle(obstacle=draft, version=draft.version + 1, by=by)
    report_obstacle(obstacle=draft, version=draft.version, by=by)
    stored = Obstacle.objects.get()
    with pytest.raises(Frozen, match="Hindret är rapporterat och kan inte ändras av er"):
        report_obstacle(obstacle=draft, version=stored.version, by=by)
    with pytest.raises(Frozen):
        remove_obstacle(obstacle=draft, version=stored.version, by=by)
    assert Obstacle.objects.get().reported_at == stored.reported_at


def test_obstacle_edit_too_late_keeps_the_text(client, login_as, reported, party):
    login_as(Role.REPORTER, party=party)
    answer = client.post(address("edit", reported), TYPED | {"party": party.pk, "version": 1, "text": "Ny text"})
    assert "Hindret är rapporterat och kan inte ändras av er." in answer.content.decode()
    assert "Ny text" in answer.content.decode()
    assert Obstacle.objects.get().text == reported.text


def test_obstacle_delete_removes_a_draft_that_was_read(client, login_as, draft, party):
    login_as(Role.REPORTER, party=party)
    assert client.get(address("delete", draft)).status_code == 200
    stale = client.post(address("delete", draft), {"version": 9})
    assert "En kollega har sparat en nyare text." in stale.content.decode()
    client.post(address("delete", draft), {"version": draft.version})
    assert not Obstacle.objects.exists()


def test_history_tells_others_nothing_of_the_draft(client, login_as, agreement, draft, party):
    draft.text = "Hemligt utkast"
    draft.save_version(draft.version)
    draft.text = "Det vi rapporterar"
    draft.save_version(draft.version)
    report_obstacle(obstacle=draft, version=draft.version, by=make.UserFactory())
    url = reverse("portal:object_history", args=[agreement.slug, "obstacle", draft.pk])
    readers = [(Role.REPORTER, party), (Role.COORDINATOR, agreement.coordinating_party), ("anonymous", None)]
    told = []
    for role, of in readers:
        login_as(role, party=of)
        page = client.get(url)
        told.append((page.status_code, "Hemligt utkast" in page.content.decode()))
    assert told == [(200, True), (200, False), (404, False)]


def test_handle_form_gives_an_owner_and_closes(client, login_as, reported, party):
    login_as(Role.COORDINATOR, party=reported.agreement.coordinating_party)
    body = make.MandateFactory(agreement=reported.agreement).body
    decision = make.DecisionFactory(body=body, agreement=reported.agreement)
    sent = {"needs": "law", "owner_body": body.pk, "decision": decision.pk, "due_on": today(9), "version": 1}
    client.post(address("handle", reported), sent)
    assert Obstacle.objects.get().state == "taken_up"
    closing = {"outcome": "partly", "outcome_text": "Vi delar med samtycke.", "closed_on": today(), "version": 2}
    client.post(address("handle", reported), sent | closing | {"published_on": today()})
    row = Obstacle.objects.get()
    assert (row.state, row.owner, row.decision, row.is_published) == ("closed", body, decision, True)
    client.logout()
    page = client.get(address("detail", row)).content.decode()
    assert ["Vi delar med samtycke." in page, decision.title in page] == [True, True]


@pytest.mark.parametrize(
    ("sent", "field", "message"),
    [
        (
            {"owner_party": "p", "owner_body": "b"},
            "owner_body",
            "Ett hinder har en ägare. Välj en part eller ett organ",
        ),
        ({"due_on": -1}, "due_on", "Dagen har redan varit. Ange i dag eller senare."),
        ({"closed_on": 1, "outcome": "removed"}, "closed_on", "Dagen har inte varit än."),
        ({"closed_on": 0}, "outcome", "Välj utfall när hindret avslutas."),
        ({"outcome": "removed"}, "closed_on", "Fyll i vilken dag hindret avslutades, eller ta bort utfallet."),
        ({"closed_on": -1, "outcome": "removed"}, "closed_on", "Hindret rapporterades"),
        ({"published_on": -1}, "published_on", "Hindret rapporterades"),
    ],
)
def test_handle_form_says_what_does_not_go_together(reported, party, sent, field, message):
    body = make.MandateFactory(agreement=reported.agreement).body
    values = {"p": party.pk, "b": body.pk}
    data = {name: today(value) if isinstance(value, int) else values.get(value, value) for name, value in sent.items()}
    form = HandleForm({"needs": "law", "version": 1} | data, instance=reported, user=make.UserFactory())
    assert not form.is_valid()
    assert {name: errors[0][: len(message)] for name, errors in form.errors.items()} == {field: message}


def test_obstacle_list_filters_and_groups(client, login_as, agreement, party):
    body, area = make.BodyFactory(), make.PriorityAreaFactory(agreement=agreement)
    common = {"agreement": agreement, "party": party, "reported": True}
    make.ObstacleFactory(**common, title="Lag", area=area)
    make.ObstacleFactory(**common, title="Brev", needs="joint", owner_body=body)
    make.ObstacleFactory(**common, title="Klart", needs="routine", outcome="removed", closed_on=today())
    make.ObstacleFactory(agreement=agreement, party=party, title="Utkast")
    login_as(Role.REPORTER, party=make.AccessionFactory(agreement=agreement).party)
    expected = {
        (): ["Lag", "Brev"],
        ("lage", "alla"): ["Lag", "Klart", "Brev"],
        ("lage", "avslutade"): ["Klart"],
        ("lage", "utan-agare"): ["Lag"],
        ("behov", "joint"): ["Brev"],
        ("omrade", area.key): ["Lag"],
        ("agare", body.key): ["Brev"],
        ("lage", "påhittat"): ["Lag", "Brev"],
    }
    assert {pair: titles(client, agreement, **dict([pair] if pair else [])) for pair in expected} == expected


def test_obstacle_list_asks_as_much_whatever_the_number(client, login_as, agreement, party):
    login_as(Role.REPORTER, party=party)
    make.ObstacleFactory(agreement=agreement, party=party, reported=True)
    few = queries_of(client, agreement)
    for number in range(29):
        made = {"agreement": agreement, "area": make.PriorityAreaFactory(agreement=agreement)}
        owner = {"owner_body": make.BodyFactory()} if number % 2 else {"owner_party": party}
        make.ObstacleFactory(**made, **owner, party=make.PartyFactory(), reported=number > 3)
    assert queries_of(client, agreement) == few


def test_obstacle_paper_holds_what_its_reader_reads_of_one_need(client, agreement, party):
    common = {"agreement": agreement, "party": party, "needs": "joint", "reported": True}
    rows = [make.ObstacleFactory(**common, title=title, consequence="Det tar tid.") for title in ("Hyra", "Betyg")]
    words = str(obstacle_paper_of(agreement, "joint", rows))
    told = ["Gemensam framställan till staten", "2 öppna hinder", "Hyra", "Betyg", "Det tar tid."]
    assert [text for text in told if text not in words] == []
    answer = client.get(address("paper", agreement))  # nothing is public: a paper that says so
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    answer = client.get(address("paper_docx", agreement, behov="law"))
    assert answer["Content-Disposition"].endswith('.docx"')
    assert b"".join(answer.streaming_content).startswith(b"PK")
    assert "Inga öppna hinder" in str(obstacle_paper_of(agreement, "joint", []))


def test_obstacle_facts_tell_what_is_new_and_waits_for_a_decision(agreement, party):
    make.RoundFactory(agreement=agreement, period_starts_on="2026-01-01", closed_at=timezone.now())
    round = make.RoundFactory(agreement=agreement)
    old = timezone.now() - datetime.timedelta(days=30)
    common = {"agreement": agreement, "party": party, "needs": "joint"}
    asked = make.ObstacleFactory(**common, reported_at=old, published_on=today(-9))
    decision = make.DecisionFactory(agreement=agreement)
    make.ObstacleFactory(**common, reported=True, decision=decision)
    make.ObstacleFactory(**common, reported_at=old, outcome="removed", closed_on=today())
    make.ObstacleFactory(**common, reported_at=old, outcome="removed", closed_on=today(-20))
    make.ObstacleFactory(**common)
    reader = make.MembershipFactory(party=agreement.coordinating_party, role=Role.COORDINATOR).user
    shown = shown_obstacles(obstacle_facts(round, reader), Part())
    assert [(row["need"], row["open"], row["new"], row["closed"]) for row in shown["needs"]] == [("joint", 2, 1, 1)]
    assert [row["obstacle"] for row in shown["waiting"]] == [asked.pk]
    assert shown_obstacles(obstacle_facts(round, reader), Part(area="annat")) is None
    public = obstacle_facts(round)["rows"]  # what a closing stores
    assert [row["obstacle"] for row in public] == [asked.pk]


def test_shown_obstacles_of_a_round_closed_before_the_register_are_none():
    assert shown_obstacles(None, Part()) is None


def test_unowned_waits_for_the_coordinators(login_as, agreement, party, reported):
    make.ObstacleFactory(agreement=agreement, party=party, reported=True)
    make.ObstacleFactory(agreement=agreement, party=party)
    make.ObstacleFactory(agreement=agreement, party=party, reported=True, owner_party=party)
    coordinator = login_as(Role.COORDINATOR, party=agreement.coordinating_party)
    assert [(task.title, task.count) for task in tasks_of(coordinator)] == [("Ge 2 hinder en ägare", 2)]
    assert tasks_of(login_as(Role.REPORTER, party=party)) == []


def test_item_create_tells_of_the_obstacle(client, login_as, reported, draft):
    body = make.MandateFactory(agreement=reported.agreement).body
    meeting = make.MeetingFactory(body=body, held_on=today(9))
    login_as(Role.COORDINATOR, party=reported.agreement.coordinating_party)
    url = reverse("followup:item_create", args=[reported.agreement.slug, body.key, meeting.key])
    assert f"{url}?hinder={reported.pk}" in client.get(address("detail", reported)).content.decode()
    shown = [client.get(url, {"hinder": number}).context["form"]["title"].value() for number in (reported.pk, draft.pk)]
    assert shown == [reported.title, None]
    assert client.get(url, {"hinder": "x" * 20}).status_code == 200


def test_by_need_keeps_the_order_of_the_needs(agreement):
    rows = [make.ObstacleFactory.build(agreement=agreement, needs=needs) for needs in ("other", "law", "joint", "law")]
    assert [(need, len(found)) for need, _label, found in by_need(rows)] == [("law", 2), ("joint", 1), ("other", 1)]


def test_obstacle_handle_shortens_a_long_name_on_the_way_here(client, login_as, reported):
    Obstacle.objects.filter(pk=reported.pk).update(title="Kurser räknas inte om den som läser byter kommun mitt i året")
    login_as(Role.COORDINATOR, party=reported.agreement.coordinating_party)
    crumbs = client.get(address("handle", reported)).context["crumbs"]
    assert [name for name, _url in crumbs[-2:]] == ["Kurser räknas inte om den som läser byt…", "Hantera"]
