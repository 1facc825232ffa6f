"""The calendar: what stands in it, for whom, and that a right that ended takes its days away at once."""

import datetime

import pytest
import time_machine
from icalendar import Calendar

from followup.services import close_round
from parties.models import FeedKey, Role
from parties.services import join
from tests import factories as make
from tests.followup.test_letters import asked

pytestmark = pytest.mark.django_db
DUE = datetime.date(2026, 8, 31)
BEGAN = datetime.date(2020, 1, 1)


@pytest.fixture(autouse=True)
def _summer():
    with time_machine.travel(datetime.datetime(2026, 7, 1, 9, tzinfo=datetime.UTC)):
        yield


def hat(party, role, **more):
    user = make.UserFactory()
    join(user=user, party=party, role=role, starts_on=BEGAN, **more)
    return user


def fetch(client, user):
    key = FeedKey.objects.filter(user=user).first() or make.FeedKeyFactory(user=user)
    return client.get(f"/kalender/{key.secret}.ics")


def events(client, user):
    response = fetch(client, user)
    assert response.status_code == 200
    return Calendar.from_ical(response.content).walk("VEVENT")


def titles(client, user):
    return sorted(str(event["summary"]) for event in events(client, user))


def test_calendar_feed_holds_the_last_day_of_own_parties(client):
    respondent = asked(make.RoundFactory(due_on=DUE))
    asked(respondent.round)
    [event] = events(client, hat(respondent.party, Role.REPORTER))
    where = f"Uppsala län, omgång {respondent.round.label}"
    assert event["summary"] == f"Sista svarsdag: {where}, {respondent.party}"
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (DUE, DUE + datetime.timedelta(days=1))
    assert event["uid"] == f"svarsdag-{respondent.pk}@127.0.0.1"
    assert event["url"] == f"http://127.0.0.1:8000{respondent.round.get_absolute_url()}svara/{respondent.party.key}/"


@pytest.mark.parametrize(
    ("role", "seen"), [(role, role in (Role.REPORTER, Role.APPROVER)) for role in Role if role != Role.COORDINATOR]
)
def test_calendar_feed_holds_last_days_for_those_who_report(client, role, seen):
    respondent = asked(make.RoundFactory(due_on=DUE))
    assert bool(titles(client, hat(respondent.party, role))) is seen


def test_calendar_feed_follows_an_extension_under_the_same_name(client):
    respondent = asked(make.RoundFactory(due_on=DUE))
    user = hat(respondent.party, Role.REPORTER)
    [before] = events(client, user)
    with time_machine.travel(datetime.datetime(2026, 8, 1, tzinfo=datetime.UTC)):
        respondent.extended_to = DUE + datetime.timedelta(days=7)
        respondent.save_version(respondent.version)
        [after] = events(client, user)
    assert after["uid"] == before["uid"]
    assert after.decoded("dtstart") == DUE + datetime.timedelta(days=7)
    assert (before["sequence"], after["sequence"]) == (0, 1)
    assert after.decoded("last-modified") > before.decoded("last-modified")


def test_calendar_feed_follows_the_rounds_last_day(client):
    respondent = asked(make.RoundFactory(due_on=DUE))
    user = hat(respondent.party, Role.REPORTER)
    respondent.round.due_on = DUE + datetime.timedelta(days=3)
    respondent.round.save_version(respondent.round.version)
    [event] = events(client, user)
    assert (event.decoded("dtstart"), event["sequence"]) == (DUE + datetime.timedelta(days=3), 1)


def test_calendar_feed_is_the_same_bytes_until_something_changes(client):
    user = hat(asked(make.RoundFactory(due_on=DUE)).party, Role.REPORTER)
    first = fetch(client, user).content
    with time_machine.travel(datetime.datetime(2026, 7, 9, tzinfo=datetime.UTC)):
        assert fetch(client, user).content == first


@pytest.mark.parametrize(
    ("day", "start", "offset"), [("2026-10-24", "23:30", 2), ("2026-10-25", "09:00", 1), ("2026-03-29", "09:00", 2)]
)
def test_calendar_feed_holds_meetings_by_the_clock_of_stockholm(client, day, start, offset):
    meeting = make.MeetingFactory(held_on=day, starts_at=start, place="Länsstyrelsen")
    mandate = make.MandateFactory(body=meeting.body)
    user = hat(make.PartyFactory(), Role.COUNCIL_MEMBER, group=mandate.body.group())
    response = fetch(client, user)
    [event] = Calendar.from_ical(response.content).walk("VEVENT")
    moment = event.decoded("dtstart")
    assert (str(moment.date()), f"{moment:%H:%M}") == (day, start)
    assert moment.utcoffset() == datetime.timedelta(hours=offset)
    assert (event["location"], event["summary"]) == ("Länsstyrelsen", f"{meeting.body.name}, Uppsala län")
    assert b"BEGIN:VTIMEZONE" in response.content
    assert b"TZID=Europe/Stockholm" in response.content


def test_calendar_feed_holds_a_meeting_without_a_time_as_a_day(client):
    mandate = make.MandateFactory(body=make.MeetingFactory(held_on=DUE).body)
    user = hat(make.PartyFactory(), Role.COUNCIL_MEMBER, group=mandate.body.group())
    assert [event.decoded("dtstart") for event in events(client, user)] == [DUE]


def test_calendar_feed_holds_the_rounds_days_for_coordinators(client):
    round = make.RoundFactory(due_on=DUE, opens_on="2026-06-08", close_on="2026-10-19", planned=True)
    user = hat(round.agreement.coordinating_party, Role.COORDINATOR)
    where = f"Uppsala län, omgång {round.label}"
    assert titles(client, user) == [f"{where}: sista svarsdag", f"{where}: stängs", f"{where}: öppnar"]


@pytest.mark.parametrize(
    ("role", "facts", "told"),
    [
        (Role.COORDINATOR, {}, ["Årlig översyn klar: Avtalet"]),
        (Role.READER, {}, []),
        (Role.COORDINATOR, {"done_on": DUE}, []),
        (Role.COORDINATOR, {"agreement__status": "expired"}, []),
    ],
)
def test_calendar_feed_holds_the_reviews_to_do_for_coordinators(client, role, facts, told):
    facts = {"done_on": None, "due_on": DUE, "agreement__short_name": "Avtalet", **facts}
    review = make.AgreementReviewFactory(**facts)
    assert titles(client, hat(review.agreement.coordinating_party, role)) == told


def test_calendar_feed_says_nothing_of_other_counties_rounds(client):
    make.RoundFactory(due_on=DUE)
    assert titles(client, hat(make.AgreementFactory().coordinating_party, Role.COORDINATOR)) == []


def test_calendar_feed_leaves_out_what_is_long_past(client):
    respondent = asked(make.RoundFactory(due_on="2025-06-30"))
    close_round(round=respondent.round, by=make.UserFactory())
    assert titles(client, hat(respondent.party, Role.REPORTER)) == []


# --- Rights as of now -------------------------------------------------------------------------------------------------


def test_calendar_feed_is_empty_as_soon_as_the_membership_ends(client):
    respondent = asked(make.RoundFactory(due_on=DUE))
    user = hat(respondent.party, Role.REPORTER)
    assert len(events(client, user)) == 1
    user.memberships.update(ends_on=datetime.date(2026, 6, 30))
    assert events(client, user) == []


def test_calendar_feed_is_gone_with_the_account(client):
    user = make.UserFactory()
    assert fetch(client, user).status_code == 200
    user.is_active = False
    user.save()
    assert fetch(client, user).status_code == 404


@pytest.mark.parametrize("secret", ["x", "None", "%00", "å" * 40, "a" * 5000, "../mitt-arbete"])
def test_calendar_feed_opens_for_no_other_word(client, secret):
    make.FeedKeyFactory()
    assert client.get(f"/kalender/{secret}.ics").status_code == 404


def test_calendar_feed_is_stored_by_nobody(client):
    response = fetch(client, make.UserFactory())
    assert response["Cache-Control"] == "no-store, private"
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert "Set-Cookie" not in response.headers


def test_calendar_feed_gives_what_its_person_may_see_whoever_asks(client, login_as):
    respondent = asked(make.RoundFactory(due_on=DUE))
    login_as(Role.REPORTER, party=respondent.party)
    assert titles(client, make.UserFactory()) == []


def test_calendar_renew_closes_the_former_address(client, login_as):
    user = login_as(Role.REPORTER)
    assert client.post("/mina-paminnelser/kalender/").url == "/mina-paminnelser/#kalender"
    former = FeedKey.objects.get(user=user).secret
    assert f"http://127.0.0.1:8000/kalender/{former}.ics" in client.get("/mina-paminnelser/").content.decode()
    client.post("/mina-paminnelser/kalender/")
    renewed = FeedKey.objects.get(user=user).secret
    answers = [client.get(f"/kalender/{secret}.ics").status_code for secret in (former, renewed)]
    assert (former != renewed, answers) == (True, [404, 200])


@pytest.mark.parametrize("number", [1, 30])
def test_calendar_feed_has_the_same_queries_whatever_it_holds(client, number, django_assert_max_num_queries):
    user = hat(asked(make.RoundFactory(due_on=DUE)).party, Role.REPORTER)
    for _number in range(number - 1):
        join(user=user, party=asked(make.RoundFactory(due_on=DUE)).party, role=Role.REPORTER, starts_on=BEGAN)
    key = make.FeedKeyFactory(user=user)
    with django_assert_max_num_queries(8):
        assert client.get(f"/kalender/{key.secret}.ics").content.count(b"BEGIN:VEVENT") == number


@pytest.mark.parametrize("name", ["Rad\r\nBEGIN:VEVENT", "Komma, semikolon; och \\ snedstreck", "Å" * 200])
def test_calendar_feed_keeps_names_as_text(client, name):
    respondent = asked(make.RoundFactory(due_on=DUE), make.PartyFactory(name=name))
    [event] = events(client, hat(respondent.party, Role.REPORTER))
    assert str(event["summary"]).endswith(name.replace("\r\n", "\n"))
