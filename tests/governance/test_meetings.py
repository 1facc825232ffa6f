"""The pages of a meeting, as different people read them."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate as today

from governance.meeting_forms import MeetingForm
from governance.meeting_page import one_shown
from governance.models import AgendaItem, Meeting, Seat
from governance.services import seat_person
from lib.db import Frozen
from parties.models import Role
from tests import factories

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


def meeting_url(meeting, view="meeting_detail"):
    mandate = meeting.body.mandates.get()
    return reverse(f"governance:{view}", args=[mandate.agreement.slug, meeting.body.key, meeting.key])


@pytest.fixture
def meeting():
    """A meeting of a body of a published agreement, with one matter on its agenda."""
    meeting = factories.MeetingFactory(body=factories.MandateFactory().body, place="Residenset")
    AgendaItem.objects.create(meeting=meeting, title="Läget i boendet")
    return meeting


PEOPLE = ["anonymous", "party", "member", "coordinator"]


def log_in(login_as, person, meeting):
    agreement = meeting.body.mandates.get().agreement
    if person == "party":
        return login_as(Role.READER, party=factories.AccessionFactory(agreement=agreement).party)
    if person == "member":
        return login_as(Role.COUNCIL_MEMBER, group=meeting.body.group())
    if person == "coordinator":
        return login_as(Role.COORDINATOR, party=agreement.coordinating_party)
    return None


@pytest.mark.parametrize(
    ("facts", "readers"),
    [
        ({}, {"coordinator"}),
        ({"called_at": "2026-05-01T00:00Z"}, {"party", "member", "coordinator"}),
        ({"called_at": "2026-05-01T00:00Z", "published_at": "2026-06-09T00:00Z"}, set(PEOPLE)),
    ],
)
def test_meeting_detail_opens_the_agenda_with_the_call_and_to_all_when_published(
    client, login_as, meeting, facts, readers
):
    for name, value in facts.items():
        setattr(meeting, name, value)
    meeting.save()
    reading = set()
    for person in PEOPLE:
        log_in(login_as, person, meeting)
        text = client.get(meeting_url(meeting)).content.decode()
        assert "Residenset" in text
        reading |= {person} if "Läget i boendet" in text else set()
    assert reading == readers


@pytest.fixture
def keeper(login_as, meeting):
    return log_in(login_as, "coordinator", meeting)


# --- meeting_create, meeting_edit, meeting_delete ---------------------------------------------------------------------


def create_url(meeting):
    return reverse("governance:meeting_create", args=[meeting.body.mandates.get().agreement.slug, meeting.body.key])


def test_meeting_create_proposes_the_minutes_of_the_mandate(client, keeper, meeting):
    meeting.body.mandates.update(minutes="protokoll")
    assert client.get(create_url(meeting)).context["form"]["minutes"].value() == "protokoll"


def test_meeting_create_brings_unfinished_assignments_along(client, keeper, meeting):
    assignment = factories.AssignmentFactory(decision__body=meeting.body, decision__meeting=meeting)
    response = client.post(create_url(meeting), {"held_on": today() + 20 * DAY, "place": "Skype"})
    made = Meeting.objects.latest("pk")
    assert (response.url, made.state, made.body) == (meeting_url(made), "planned", meeting.body)
    assert [item.assignment for item in made.agenda.all()] == [assignment]


@pytest.mark.parametrize("role", [Seat.Role.CHAIR, Seat.Role.SECRETARY, Seat.Role.MEMBER])
def test_meetings_are_kept_by_the_chair_and_the_secretary_of_the_body(client, login_as, meeting, role):
    user = login_as(Role.READER)
    seat = factories.SeatFactory(body=meeting.body, role=role)
    seat_person(seat=seat, user=user, party=seat.party)
    expected = 403 if role == Seat.Role.MEMBER else 200
    for url in (create_url(meeting), meeting_url(meeting, "meeting_edit")):
        assert client.get(url).status_code == expected


@pytest.mark.parametrize(
    ("typed", "field", "message"),
    [
        ({"starts_at": "15:00", "ends_at": "13.30"}, "__all__", "Slutdatum kan inte vara före startdatum."),
        ({"starts_at": "25:00"}, "starts_at", "Skriv klockslaget med timme och minut, till exempel 13:30."),
        ({"starts_at": "kvart i tre"}, "starts_at", "Skriv klockslaget med timme och minut, till exempel 13:30."),
        ({"held_on": "30/6 2027"}, "held_on", "Skriv datumet med år, månad och dag, till exempel 2027-06-30."),
        ({"held_on": "２０２７"}, "held_on", "Skriv datumet med år, månad och dag, till exempel 2027-06-30."),
        ({"held_on": "0207-06-30"}, "held_on", "Kontrollera året. Skriv ett år från 1900 till 2199."),
        ({"held_on": "1927-06-30"}, "held_on", "Kontrollera året."),
    ],
)
def test_meeting_form_says_what_is_wrong(meeting, typed, field, message):
    form = MeetingForm({"held_on": "2027-06-30", **typed}, body=meeting.body)
    assert form.errors == {field: [message]}


def test_meeting_edit_is_over_when_it_is_published(client, keeper, meeting):
    Meeting.objects.filter(pk=meeting.pk).update(published_at=timezone.now())
    assert client.get(meeting_url(meeting, "meeting_edit")).status_code == 302
    form = MeetingForm({"held_on": "2027-06-30", "version": 1}, instance=meeting)
    assert form.is_valid()
    with pytest.raises(Frozen):
        form.save()


def test_meeting_delete_takes_the_agenda_along(client, keeper, meeting):
    assert client.post(meeting_url(meeting, "meeting_delete")).status_code == 302
    assert (Meeting.objects.count(), AgendaItem.objects.count()) == (0, 0)


def test_meeting_delete_is_refused_once_it_is_called(client, keeper, meeting):
    meeting.call(by=keeper)
    text = client.post(meeting_url(meeting, "meeting_delete")).content.decode()
    assert "Mötet är kallat eller har hållits och kan inte tas bort." in text
    assert Meeting.objects.count() == 1


def test_meeting_with_decisions_is_not_removed(client, keeper, meeting):
    factories.DecisionFactory(body=meeting.body, meeting=meeting, title="Fastställa planen")
    url = meeting_url(meeting, "meeting_delete")
    assert client.get(url).context["hanging"].blocking == [("beslut", "Fastställa planen")]
    assert client.post(url).context["form"].errors != {}


def test_what_hangs_on_a_meeting_is_not_told_to_those_who_may_not_read_it(client, keeper, meeting):
    agreement = meeting.body.mandates.get().agreement
    hidden = factories.MandateFactory(body=meeting.body, agreement__draft=True).agreement
    factories.DecisionFactory(body=meeting.body, meeting=meeting, agreement=hidden, title="Hemligt beslut")
    page = client.get(reverse("governance:meeting_delete", args=[agreement.slug, meeting.body.key, meeting.key]))
    assert page.context["hanging"].blocking == [("beslut", "sådant som du inte kan läsa")]
    assert "Hemligt beslut" not in page.content.decode()


# --- meeting_call, meeting_end, meeting_publish -----------------------------------------------------------------------


def test_meeting_call_is_done_once(client, keeper, meeting):
    client.post(meeting_url(meeting, "meeting_call"))
    meeting.refresh_from_db()
    called = meeting.called_at
    page = client.post(meeting_url(meeting, "meeting_call"), follow=True)
    meeting.refresh_from_db()
    assert (meeting.called_at, meeting.called_by) == (called, keeper)
    assert "Mötet är redan kallat." in page.content.decode()


@pytest.mark.parametrize(("days", "state"), [(20, "called"), (0, "held"), (-20, "held")])
def test_meeting_end_waits_for_the_day(client, keeper, meeting, days, state):
    meeting.held_on = today() + days * DAY
    meeting.save()
    meeting.call(by=keeper)
    client.post(meeting_url(meeting, "meeting_end"))
    meeting.refresh_from_db()
    assert (meeting.state, meeting.ended_at is not None) == (state, state == "held")


# --- meeting_projector ------------------------------------------------------------------------------------------------


def test_one_shown_leads_to_the_matter_before_and_after():
    items = [AgendaItem(pk=number) for number in (7, 8, 9)]
    first, middle, last, nothing = (one_shown(items, chosen) for chosen in ("7", "8", "9", "\0"))
    assert [shown["number"] for shown in (first, middle, last, nothing)] == [1, 2, 3, None]
    assert [(shown["previous"], shown["following"]) for shown in (first, middle, last, nothing)] == [
        (None, items[1]), (items[0], items[2]), (items[1], None), (None, items[0])
    ]  # fmt: skip
    assert one_shown([], "")["following"] is None


def test_meeting_projector_is_for_those_who_read_the_agenda(client, login_as, meeting):
    url = meeting_url(meeting, "meeting_projector")
    log_in(login_as, "member", meeting)
    assert client.get(url).status_code == 404
    meeting.call(by=factories.UserFactory())
    assert client.get(f"{url}?punkt={meeting.agenda.get().pk}").context["item"] == meeting.agenda.get()


# --- all that hangs on a meeting --------------------------------------------------------------------------------------


def fill(meeting, times):
    """Matters with links, decisions and assignments, and people who came, ``times`` of each."""
    agreement = meeting.body.mandates.get().agreement
    for _number in range(times):
        item = factories.AgendaItemFactory(meeting=meeting, agreement=agreement)
        item.links.create(round=factories.RoundFactory(agreement=agreement))
        decision = factories.DecisionFactory(body=meeting.body, meeting=meeting, item=item, agreement=agreement)
        factories.AssignmentFactory(decision=decision)
        factories.DecisionFactory(body=meeting.body, meeting=meeting)
        seat = factories.SeatFactory(body=meeting.body)
        meeting.attendance.create(seat=seat)
        meeting.attendance.create(name="Kim")


@pytest.mark.parametrize("view", ["meeting_detail", "meeting_projector", "meeting_attendance", "meeting_publish"])
def test_queries_of_a_meeting_do_not_grow_with_rows(client, keeper, meeting, view):
    numbers = []
    for times in (1, 29):
        fill(meeting, times)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(meeting_url(meeting, view)).status_code == 200
        numbers.append(len(queries))
    assert numbers[0] == numbers[1]


def test_history_leaves_out_decisions_of_meetings_that_are_not_open(client, login_as, meeting):
    """The history of an agreement is public; what is decided in a meeting is not, until it is published."""
    agreement = meeting.body.mandates.get().agreement
    factories.DecisionFactory(body=meeting.body, meeting=meeting, title="Hemligt beslut")
    url = reverse("portal:agreement_history", args=[agreement.slug])
    told = {}
    for person in PEOPLE:
        client.logout()
        log_in(login_as, person, meeting)
        told[person] = "Hemligt beslut" in client.get(url).content.decode()
    assert told == {"anonymous": False, "party": False, "member": False, "coordinator": True}
