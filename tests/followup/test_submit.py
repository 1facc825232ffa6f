"""Handing in: all or nothing, once, by whom, until when, and back again."""

import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from followup.models import Report, ReportingRule, Respondent
from followup.services import close_round
from parties.models import Role
from tests import factories as make
from tests.followup.form import address, asked_party, person_of, reports_of

pytestmark = pytest.mark.django_db
STOCKHOLM = ZoneInfo("Europe/Stockholm")


@pytest.fixture
def place():
    place = asked_party(count=3)
    Report.objects.update(status="ongoing", text="Klart")
    return place


def read(place):
    """What the page sends: each report at the version it showed."""
    return {"read": [f"{report.pk}:{report.version}" for report in reports_of(place)]}


def submit(client, place, sent=None):
    return client.post(address("party_submit", place), sent or read(place), follow=True)


def said(response):
    return [str(message) for message in response.context["messages"]]


def handed_in():
    return Report.objects.submitted().count()


# --- the package ------------------------------------------------------------------------------------------------------


def test_party_submit_hands_in_everything_with_who_and_when(client, place):
    user = person_of(client, place.party)
    response = submit(client, place)
    assert said(response) == ["Tack! 3 svar är inlämnade. Nu läser samordnarna och organen dem."]
    rows = Report.objects.all()
    assert {(row.state, row.submitted_by, row.version) for row in rows} == {("submitted", user, 2)}
    assert len({row.submitted_at for row in rows}) == 1
    assert {row.history.first().history_user for row in rows} == {user}


def test_party_submit_is_all_or_nothing_and_tells_what_is_missing_where(client, place):
    last = reports_of(place)[-1]
    Report.objects.filter(pk=last.pk).update(status="deviating")
    person_of(client, place.party)
    page = submit(client, place).content.decode()
    assert (handed_in(), "Skriv orsaken till avvikelsen." in page, "Inget är inlämnat än." in page) == (0, True, True)


def test_party_submit_thirty_times_is_once(client, place):
    person_of(client, place.party)
    sent = read(place)
    answers = [client.post(address("party_submit", place), sent).status_code for _time in range(30)]
    assert (set(answers), handed_in()) == ({302}, 3)
    assert Report.history.filter(submitted_at__isnull=False).count() == 3
    assert said(submit(client, place, sent))[-1] == "Allt är redan inlämnat."


def test_party_submit_does_not_hand_in_what_nobody_read(client, place):
    user = person_of(client, place.party)
    sent = read(place)
    reports_of(place)[0].save_answers({"text": "En kollegas nya text"}, version=1, by=user)
    response = submit(client, place, sent)
    assert (handed_in(), "En kollega har ändrat något" in response.content.decode()) == (0, True)


@pytest.mark.parametrize("sent", [{}, {"read": ["", "x:y", "1", ":", "9" * 30 + ":1"]}])
def test_party_submit_hands_in_nothing_unread(client, place, sent):
    person_of(client, place.party)
    client.post(address("party_submit", place), sent)
    assert handed_in() == 0


def test_party_submit_asks_as_much_of_the_database_however_many_activities(client):
    spent = []
    for count in (1, 30):
        place = asked_party(f"Kommun {count}", count)
        Report.objects.filter(party=place.party).update(status="done")
        person_of(client, place.party)
        url, sent = address("party_submit", place), read(place)
        with CaptureQueriesContext(connection) as captured:
            assert client.post(url, sent).status_code == 302
        spent.append(len(captured))
    assert spent[0] == spent[1]


def test_party_submit_leaves_other_parties_alone(client, place):
    theirs = make.ReportFactory(round=place.round, status="done")
    person_of(client, place.party)
    submit(client, place, {"read": [*read(place)["read"], f"{theirs.pk}:{theirs.version}"]})
    assert (handed_in(), Report.objects.get(pk=theirs.pk).submitted_at) == (3, None)


# --- one report -------------------------------------------------------------------------------------------------------


def test_report_submit_hands_in_one(client, place):
    first = reports_of(place)[0]
    user = person_of(client, place.party)
    client.post(address("report_submit", first), {"version": first.version})
    stored = Report.objects.get(pk=first.pk)
    assert (handed_in(), stored.submitted_by, stored.state) == (1, user, "submitted")


@pytest.mark.parametrize(
    ("status", "version", "words"),
    [("", None, "Välj hur det går."), ("done", 7, "En kollega har sparat en nyare text. Läs den, och lämna in igen.")],
)
def test_report_submit_says_why_not(client, place, status, version, words):
    first = reports_of(place)[0]
    Report.objects.filter(pk=first.pk).update(status=status)
    person_of(client, place.party)
    response = client.post(address("report_submit", first), {"version": version or first.version}, follow=True)
    assert (said(response), handed_in()) == ([words], 0)


# --- the approver -----------------------------------------------------------------------------------------------------


@pytest.fixture
def with_approver(place):
    make.ReportingRuleFactory(party=place.party)
    return place


def test_party_submit_is_the_approvers_where_the_party_wants_one(client, with_approver):
    person_of(client, with_approver.party)
    response = submit(client, with_approver)
    assert (handed_in(), said(response)) == (0, ["Hos er lämnar godkännaren in. Säg till när svaren är klara."])
    first = reports_of(with_approver)[0]
    assert client.post(address("report_submit", first), {"version": 1}).status_code == 403
    approver = person_of(client, with_approver.party, Role.APPROVER)
    submit(client, with_approver)
    assert {report.submitted_by for report in reports_of(with_approver)} == {approver}


def test_party_ready_tells_the_approver_and_back(client, with_approver):
    user = person_of(client, with_approver.party)
    client.post(address("party_ready", with_approver), {"ready_note": "A5 är osäker"})
    place = Respondent.objects.get()
    assert (place.ready_by, place.ready_note, place.ready_at is not None) == (user, "A5 är osäker", True)
    assert client.post(address("party_ready", with_approver), {"back": "1"}).status_code == 403
    person_of(client, with_approver.party, Role.APPROVER)
    page = client.get(address("party_form", with_approver)).content.decode()
    assert "A5 är osäker" in page
    client.post(address("party_ready", with_approver), {"back": "1", "ready_note": "Skriv mer om A5"})
    place = Respondent.objects.get()
    assert (place.ready_by, place.ready_at, place.ready_note) == (None, None, "Skriv mer om A5")
    assert "Skriv mer om A5" in client.get(address("party_form", with_approver)).content.decode()


def test_party_ready_is_for_what_is_complete(client, with_approver):
    Report.objects.update(status="")
    person_of(client, with_approver.party)
    client.post(address("party_ready", with_approver), {"ready_note": ""})
    assert Respondent.objects.get().ready_at is None


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.APPROVER, 302), (Role.PARTY_ADMINISTRATOR, 302), (Role.REPORTER, 403), (Role.COORDINATOR, 404)],
)
def test_reporting_rule_is_the_approvers_and_the_party_administrators(client, place, role, status):
    person_of(client, place.round.agreement.coordinating_party if role == Role.COORDINATOR else place.party, role)
    assert client.post(address("reporting_rule", place), {"needs_approver": "on"}).status_code == status
    assert ReportingRule.objects.filter(party=place.party, needs_approver=True).exists() is (status == 302)


def test_reporting_rule_changes_back(client, with_approver):
    person_of(client, with_approver.party, Role.APPROVER)
    version = ReportingRule.objects.get().version
    assert client.post(address("reporting_rule", with_approver), {"version": version}).status_code == 302
    assert ReportingRule.objects.get().needs_approver is False


# --- back again -------------------------------------------------------------------------------------------------------


def test_party_retract_takes_everything_back_until_review_begins(client, place):
    user = person_of(client, place.party)
    submit(client, place)
    client.post(address("party_retract", place))
    assert {report.state for report in reports_of(place)} == {"draft"}
    submit(client, place)
    place.round.start_review(by=user)
    response = client.post(address("party_retract", place), follow=True)
    assert said(response) == ["Granskningen har börjat. Be samordnaren att återlämna det som ska ändras."]
    assert handed_in() == 3


def test_report_retract_takes_one_back(client, place):
    user = person_of(client, place.party)
    submit(client, place)
    first = reports_of(place)[0]
    client.post(address("report_retract", first))
    assert (handed_in(), Report.objects.get(pk=first.pk).history.first().history_user) == (2, user)
    response = client.post(address("report_retract", first), follow=True)
    assert said(response)[-1] == "Rapporten är inte inlämnad."


# --- the last day -----------------------------------------------------------------------------------------------------


def due(place, day):
    place.round.due_on = day
    place.round.save()
    return Respondent.objects.select_related("round").get(pk=place.pk)


@pytest.mark.parametrize(
    ("moment", "is_late"),
    [
        (datetime.datetime(2026, 8, 31, 23, 59, 59, 999999, tzinfo=STOCKHOLM), False),
        (datetime.datetime(2026, 9, 1, 0, 0, 0, tzinfo=STOCKHOLM), True),
        (datetime.datetime(2026, 8, 31, 21, 59, 59, tzinfo=datetime.UTC), False),
        (datetime.datetime(2026, 8, 31, 22, 0, 0, tzinfo=datetime.UTC), True),
    ],
)
def test_is_late_goes_by_the_clock_of_stockholm(place, moment, is_late):
    with time_machine.travel(moment, tick=False):
        assert due(place, datetime.date(2026, 8, 31)).is_late() is is_late


@pytest.mark.parametrize("fold", [0, 1])
def test_is_late_in_the_hour_that_comes_twice(place, fold):
    """The night to 25 October 2026 has half past two twice; both are after the 24th, and neither after the 25th."""
    moment = datetime.datetime(2026, 10, 25, 2, 30, tzinfo=STOCKHOLM, fold=fold)
    with time_machine.travel(moment, tick=False):
        assert due(place, datetime.date(2026, 10, 24)).is_late() is True
        assert due(place, datetime.date(2026, 10, 25)).is_late() is False
        assert due(place, datetime.date(2026, 10, 25)).days_left() == 0


def test_is_late_on_the_day_of_the_double_hour_until_midnight(place):
    last = datetime.datetime(2026, 10, 25, 23, 59, 59, tzinfo=STOCKHOLM)  # winter time by now
    with time_machine.travel(last, tick=False):
        assert due(place, datetime.date(2026, 10, 25)).is_late() is False
    with time_machine.travel(last + datetime.timedelta(seconds=1), tick=False):
        assert due(place, datetime.date(2026, 10, 25)).is_late() is True


@pytest.mark.parametrize(
    ("second", "mark"),
    [(datetime.datetime(2026, 8, 31, 21, 59, 59), False), (datetime.datetime(2026, 8, 31, 22), True)],
)
def test_party_submit_in_the_last_second_is_in_time_and_after_it_is_marked(client, place, second, mark):
    due(place, datetime.date(2026, 8, 31))
    with time_machine.travel(second.replace(tzinfo=datetime.UTC), tick=False):
        person_of(client, place.party)
        page = submit(client, place).content.decode()
    assert (handed_in(), "efter sista dagen" in page) == (3, mark)


def test_party_submit_after_closing_is_refused_with_the_answers_kept(client, place):
    person_of(client, place.party)
    sent = read(place)
    close_round(round=place.round, by=make.UserFactory())
    response = submit(client, place, sent)
    assert said(response) == ["Omgången är stängd. Det går inte att lämna in. Hör av dig till samordnaren."]
    assert (handed_in(), "Klart" in response.content.decode()) == (0, True)


def test_party_submit_in_review_still_comes_in(client, place):
    user = person_of(client, place.party)
    place.round.start_review(by=user)
    submit(client, place)
    assert handed_in() == 3


def test_party_submit_of_what_was_returned_keeps_the_history(client, place):
    user = person_of(client, place.party)
    submit(client, place)
    first = reports_of(place)[0]
    first.send_back(by=user, reasons={"text": "Skriv mer"})
    assert Report.objects.get(pk=first.pk).state == "returned"
    submit(client, place)
    stored = Report.objects.get(pk=first.pk)
    assert (stored.state, stored.returned_at, stored.returns.count()) == ("submitted", None, 1)
    assert timezone.now() >= stored.submitted_at


def test_party_form_offers_to_take_back_what_nobody_reviews(client, place):
    user = person_of(client, place.party)
    assert "Ta tillbaka" not in client.get(address("party_form", place)).content.decode()
    page = submit(client, place).content.decode()
    assert (page.count("Ta tillbaka<"), "Ta tillbaka alla" in page) == (3, True)
    place.round.start_review(by=user)
    assert "Ta tillbaka" not in client.get(address("party_form", place)).content.decode()
