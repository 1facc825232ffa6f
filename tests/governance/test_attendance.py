"""Who was at a meeting, and whether it could decide."""

import datetime

import pytest
from django.urls import reverse

from governance.attendance import places_of, present_at
from governance.meeting_forms import AttendanceForm
from governance.models import Attendance, Meeting, Seat
from governance.services import seat_person
from parties.models import Role
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def meeting():
    return factories.MeetingFactory(body=factories.MandateFactory().body)


@pytest.fixture
def seats(meeting):
    """A member, the member's alternate, and the chair, in the order they were added."""
    member = factories.SeatFactory(body=meeting.body, office="Kommundirektör")
    alternate = factories.SeatFactory(body=meeting.body, office="Socialchef", role="alternate", alternate_for=member)
    chair = factories.SeatFactory(body=meeting.body, office="Landshövding", role=Seat.Role.CHAIR)
    return {"member": member, "alternate": alternate, "chair": chair}


@pytest.fixture
def url(login_as, meeting):
    agreement = meeting.body.mandates.get().agreement
    login_as(Role.COORDINATOR, party=agreement.coordinating_party)
    return reverse("governance:meeting_attendance", args=[agreement.slug, meeting.body.key, meeting.key])


def sent(meeting, **more):
    return {"version": meeting.version, "quorum": "", "guests": "", **more}


def noted(meeting):
    rows = Attendance.objects.filter(meeting=meeting).order_by("pk")
    return [(row.seat and row.seat.office, row.presence, row.name) for row in rows]


def test_places_are_those_of_the_day_with_alternates_after_their_seat(meeting, seats):
    factories.SeatFactory(body=meeting.body, ends_on=meeting.held_on - datetime.timedelta(days=1))
    assert [place.seat.office for place in places_of(meeting)] == ["Landshövding", "Kommundirektör", "Socialchef"]


def test_meeting_attendance_is_noted_by_seat_and_by_name(client, meeting, seats, url):
    answers = {
        f"narvaro_{seats['chair'].pk}": "replaced",
        f"ersatt_{seats['chair'].pk}": "Länsrådet",
        f"narvaro_{seats['member'].pk}": "absent",
        "guests": "Kim, SCB\r\n\r\nBo, Region Uppsala",
        "quorum": "yes",
    }
    assert client.post(url, sent(meeting, **answers)).status_code == 302
    assert noted(meeting) == [
        ("Landshövding", "replaced", "Länsrådet"),
        ("Kommundirektör", "absent", ""),
        (None, "present", "Kim, SCB"),
        (None, "present", "Bo, Region Uppsala"),
    ]
    meeting.refresh_from_db()
    assert (meeting.quorum, meeting.version) == ("yes", 2)
    client.post(url, sent(meeting, guests="Bo, Region Uppsala"))
    assert noted(meeting) == [(None, "present", "Bo, Region Uppsala")]


def test_attendance_keeps_who_held_the_seat_then(client, meeting, seats, url):
    held = {"party": seats["member"].party, "starts_on": meeting.held_on}
    seat_person(seat=seats["member"], user=factories.UserFactory(name="Ada"), **held)
    answers = {f"narvaro_{seats['member'].pk}": "present"}
    client.post(url, sent(meeting, **answers))
    seats["member"].membership.user.name = "Eva"
    seats["member"].membership.user.save()
    meeting.refresh_from_db()
    client.post(url, sent(meeting, **answers, guests="Kim"))
    assert [place.name for place in present_at(meeting).present] == ["Ada"]


def test_meeting_attendance_fills_in_the_rest_without_saving(client, meeting, seats, url):
    factories.SeatFactory(body=meeting.body, office="Rektor", vacant_since=meeting.held_on)
    page = client.post(url, sent(meeting, alla="1", **{f"narvaro_{seats['chair'].pk}": "absent"}))
    shown = [(place.seat.office, presence.value() or "") for place, presence, _by in page.context["form"].rows()]
    assert shown == [("Landshövding", "absent"), ("Kommundirektör", "present"), ("Socialchef", ""), ("Rektor", "")]
    assert noted(meeting) == []


def test_meeting_attendance_refuses_no_quorum_where_it_has_decided(client, meeting, seats, url):
    factories.DecisionFactory(body=meeting.body, meeting=meeting)
    page = client.post(url, sent(meeting, quorum="no", guests="Kim"))
    message = "Mötet har fattat beslut. Ta bort besluten först, eller välj beslutsför."
    assert page.context["form"].errors == {"quorum": [message]}
    assert (noted(meeting), Meeting.objects.get().quorum) == ([], "")


@pytest.mark.parametrize(
    ("typed", "field"),
    [({"ersatt_": "Kim"}, "ersatt_"), ({"narvaro_": "somewhere"}, "narvaro_"), ({"guests": "x" * 161}, "guests")],
)
def test_attendance_form_says_what_is_wrong_where_it_stands(meeting, seats, typed, field):
    key = str(seats["member"].pk)
    named = {name + key if name.endswith("_") else name: value for name, value in typed.items()}
    form = AttendanceForm(sent(meeting, **named), instance=meeting)
    assert list(form.errors) == [field + key if field.endswith("_") else field]


def test_meeting_attendance_shows_what_another_noted_meanwhile(client, meeting, seats, url):
    """Of what I left alone theirs comes along; of what we both noted both are shown."""
    chair, member = f"narvaro_{seats['chair'].pk}", f"narvaro_{seats['member'].pk}"
    client.post(url, sent(meeting, **{chair: "present", "guests": "Kim"}))
    page = client.post(url, sent(meeting, **{member: "absent", "guests": "Bo"}))
    assert page.status_code == 409
    form = page.context["form"]
    assert (form[chair].value(), form[member].value(), form["guests"].value()) == ("present", "absent", "Bo")
    assert [(clash["mine"], clash["theirs"]) for clash in page.context["conflicts"]] == [("Bo", "Kim")]
    meeting.refresh_from_db()
    client.post(url, sent(meeting, **{chair: "present", member: "absent", "guests": "Bo"}))
    assert noted(meeting) == [
        ("Landshövding", "present", ""), ("Kommundirektör", "absent", ""), (None, "present", "Bo")
    ]  # fmt: skip
