"""Assignments: in the inbox of whoever got it, answered, ended by the giver, and back on the agenda until then."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate as today

from followup.inbox import count_for, tasks_of
from governance.assigning import bring_forward
from governance.models import AgendaItem, Assignment
from parties.models import Role
from portal.calendar_feed import entries_of
from tests import factories

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


@pytest.fixture
def mandate():
    return factories.MandateFactory(level="deciding", agreement__published_on="2020-01-01")


@pytest.fixture
def decision(mandate):
    past = factories.MeetingFactory(body=mandate.body, held_on=today() - 30 * DAY, called_at=timezone.now())
    return factories.DecisionFactory(body=mandate.body, agreement=mandate.agreement, meeting=past)


@pytest.fixture
def assignment(decision):
    party = factories.AccessionFactory(agreement=decision.agreement).party
    return factories.AssignmentFactory(decision=decision, party=party, text="Lista hindren", due_on=today() + 9 * DAY)


def address(name, assignment):
    return reverse(f"followup:{name}", args=[assignment.decision.agreement.slug, assignment.pk])


def in_inbox(user):
    found = [(task.title, task.due_on) for task in tasks_of(user) if task.kind == "assignment"]
    assert count_for(user) == sum(task.count for task in tasks_of(user))
    return found


@pytest.mark.parametrize(
    ("role", "expected"), [(Role.REPORTER, 1), (Role.APPROVER, 1), (Role.READER, 0), (Role.PARTY_ADMINISTRATOR, 0)]
)
def test_tasks_of_those_who_report_hold_the_partys_assignments(login_as, assignment, role, expected):
    user = login_as(role, party=assignment.party)
    assert in_inbox(user) == [("Lista hindren", assignment.due_on)] * expected
    feed = [entry.day for entry in entries_of(user, since=today(), unknown=timezone.now()) if "uppdrag" in entry.key]
    assert feed == [assignment.due_on] * expected


def test_tasks_of_whoever_leads_a_body_hold_the_bodys_assignments(login_as, decision):
    body = factories.MandateFactory(agreement=decision.agreement).body
    given = factories.AssignmentFactory(decision=decision, party=None, body=body)
    chair, member = (login_as(Role.COUNCIL_MEMBER, group=body.group()) for _ in range(2))
    factories.SeatFactory(body=body, role="chair", membership=chair.memberships.get(), party=None)
    factories.SeatFactory(body=body, membership=member.memberships.get(), party=None)
    assert (in_inbox(chair), in_inbox(member)) == ([(given.text, None)], [])


def test_assignment_answer_moves_it_from_the_inbox_to_the_giver(client, login_as, assignment):
    user = login_as(Role.REPORTER, party=assignment.party)
    client.post(address("assignment_answer", assignment), {"answer": "Klart i går", "version": 1})
    assignment.refresh_from_db()
    assert (assignment.answer, assignment.state, assignment.reported_by, in_inbox(user)) == (
        "Klart i går", "reported", user, []
    )  # fmt: skip
    assert "Uppdrag som väntar på besked" in client.get(reverse("portal:work")).content.decode()


def test_assignment_answer_is_refused_once_the_giver_has_ended_it_and_keeps_the_text(client, login_as, assignment):
    login_as(Role.REPORTER, party=assignment.party)
    Assignment.objects.update(end="done", ended_at=timezone.now())
    response = client.post(address("assignment_answer", assignment), {"answer": "För sent", "version": 1})
    text = response.content.decode()
    assert ("För sent" in text, "avslutat av dem som gav det" in text) == (True, True)
    assert not Assignment.objects.get().answer


def test_assignment_end_drops_nothing_without_a_reason(client, login_as, assignment):
    login_as(Role.COORDINATOR, party=assignment.decision.agreement.coordinating_party)
    url = address("assignment_end", assignment)
    response = client.post(url, {"end": "dropped", "end_note": "", "version": 1})
    assert ("Skriv varför" in response.content.decode(), Assignment.objects.get().state) == (True, "given")
    client.post(url, {"end": "dropped", "end_note": "Inte aktuellt", "version": 1})
    ended = Assignment.objects.get()
    assert (ended.state, ended.end_note) == ("dropped", "Inte aktuellt")
    client.post(address("assignment_resume", assignment), {"version": ended.version})
    assert Assignment.objects.get().state == "given"


def brought(meeting):
    return [item.assignment for item in bring_forward(meeting=meeting, by=factories.UserFactory())]


def test_bring_forward_puts_it_once_on_the_next_agenda_until_it_is_ended(mandate, assignment):
    body = mandate.body
    first, second = (factories.MeetingFactory(body=body, held_on=today() + days * DAY) for days in (5, 50))
    elsewhere = factories.MeetingFactory(held_on=today() + DAY)
    past = factories.MeetingFactory(body=body, held_on=today() - DAY)
    assert [brought(meeting) for meeting in (elsewhere, past, second, first, first)] == [[], [], [], [assignment], []]
    first.ended_at = timezone.now()
    first.save()
    assert brought(second) == [assignment]
    second.delete()
    Assignment.objects.update(end="done", ended_at=timezone.now())
    third = factories.MeetingFactory(body=body, held_on=today() + 60 * DAY)
    assert brought(third) == []


def test_bring_forward_leaves_what_the_meeting_itself_gives_to_the_one_after(mandate):
    meeting = factories.MeetingFactory(body=mandate.body, held_on=today())
    given = factories.AssignmentFactory(decision__body=mandate.body, decision__meeting=meeting)
    assert brought(meeting) == []
    meeting.ended_at = timezone.now()
    meeting.save()
    assert brought(factories.MeetingFactory(body=mandate.body, held_on=today() + DAY)) == [given]
    assert AgendaItem.objects.get().title == given.text


@pytest.mark.parametrize("verb", ["meeting_bring", "meeting_call"])
def test_the_next_agenda_takes_up_what_is_left_when_asked_and_never_by_being_read(client, login_as, assignment, verb):
    agreement, body = assignment.decision.agreement, assignment.decision.body
    following = factories.MeetingFactory(body=body, held_on=today() + DAY)
    login_as(Role.COORDINATOR, party=agreement.coordinating_party)
    place = [agreement.slug, body.key, following.key]
    page = client.get(reverse("governance:meeting_detail", args=place))
    assert (page.context["left"], AgendaItem.objects.count()) == (1, 0)
    client.post(reverse(f"governance:{verb}", args=place))
    page = client.get(reverse("governance:meeting_detail", args=place))
    assert (page.context["left"], [item.assignment for item in page.context["items"]]) == (0, [assignment])


def test_meeting_end_leaves_what_is_unfinished_to_the_next(client, login_as, assignment):
    agreement, body = assignment.decision.agreement, assignment.decision.body
    current, following = (factories.MeetingFactory(body=body, held_on=today() + days * DAY) for days in (0, 50))
    login_as(Role.COORDINATOR, party=agreement.coordinating_party)
    client.post(reverse("governance:meeting_end", args=[agreement.slug, body.key, current.key]))
    assert [(item.meeting, item.assignment) for item in AgendaItem.objects.all()] == [(following, assignment)]


@pytest.mark.parametrize(
    ("facts", "person", "expected"),
    [
        ({}, None, False), ({}, Role.READER, True), ({"published_at": "2026-01-01T00:00Z"}, None, True),
        ({"called_at": None}, Role.READER, False), ({"called_at": None}, Role.REPORTER, True),
    ],
)  # fmt: skip
def test_assignment_list_shows_what_follows_from_decisions_the_reader_may_read(
    client, login_as, assignment, facts, person, expected
):
    for name, value in facts.items():
        setattr(assignment.decision.meeting, name, value)
    assignment.decision.meeting.save()
    if person:
        login_as(person, party=assignment.party)
    text = client.get(reverse("followup:assignment_list", args=[assignment.decision.agreement.slug])).content.decode()
    assert ("Lista hindren" in text) == expected


def test_assignment_list_asks_as_much_for_one_as_for_thirty(
    client, login_as, assignment, django_assert_max_num_queries
):
    login_as(Role.REPORTER, party=assignment.party)
    urls = [reverse("portal:work"), reverse("followup:assignment_list", args=[assignment.decision.agreement.slug])]
    for url in urls:
        client.get(url)
        with django_assert_max_num_queries(100) as one:
            client.get(url)
        number = len(one)
        for _ in range(29):
            factories.AssignmentFactory(decision=assignment.decision, party=assignment.party)
        client.get(url)  # the agreement's end is asked once after each write to it
        with django_assert_max_num_queries(number):
            client.get(url)
