"""What coordinators see of what went out about their round."""

import datetime

import pytest
import time_machine
from django.utils import timezone

from followup.letters import nudge
from followup.reminders import write_due
from parties.models import Mail, Role
from parties.outbox import send_unsent
from parties.services import join
from tests import factories as make
from tests.followup.test_letters import asked, person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _summer():
    with time_machine.travel(datetime.datetime(2026, 8, 20, 8, tzinfo=datetime.UTC)):
        yield


@pytest.fixture
def respondent(login_as):
    respondent = asked()
    login_as(Role.COORDINATOR, party=respondent.round.agreement.coordinating_party)
    return respondent


def page(client, respondent, **query):
    response = client.get(f"{respondent.round.get_absolute_url()}utskick/", query)
    assert response.status_code == 200
    return response


def lines(client, respondent, **query):
    found = page(client, respondent, **query).context["lines"]
    return {(str(line.mail.user), line.role, str(line.respondent.party), line.kind, line.mail.state) for line in found}


def test_round_mails_says_when_how_many_and_to_whom(client, respondent):
    first, second = person(respondent.party), person(respondent.party, Role.APPROVER)
    write_due()
    send_unsent()
    assert lines(client, respondent) == {
        (first.name, "handläggare", respondent.party.name, "two_weeks", "sent"),
        (second.name, "godkännare", respondent.party.name, "two_weeks", "sent"),
    }
    [row] = page(client, respondent).context["sendings"]
    assert row == {
        "day": datetime.date(2026, 8, 20),
        "kind": "two_weeks",
        "kind_label": "två veckor kvar",
        "people": 2,
        "parties": 1,
        "sent": 2,
        "failed": 0,
        "waiting": 0,
    }


def test_round_mails_shows_what_did_not_come_through(client, respondent):
    official, other = person(respondent.party), person(respondent.party)
    write_due()
    Mail.objects.filter(user=official).update(given_up_at=timezone.now(), error="550 no such user")
    response = page(client, respondent, visa="fel")
    assert {line.mail.user for line in response.context["lines"]} == {official}
    assert "550 no such user" in response.content.decode()
    assert other.name not in response.content.decode()


def test_round_mails_tells_whom_a_letter_was_meant_for(client, respondent):
    away, alternate = person(respondent.party), person(respondent.party)
    make.MailSettingsFactory(user=away, alternate=alternate, away_until="2026-09-01")
    write_due()
    assert f"i stället för {away}" in page(client, respondent).content.decode()


def test_round_mails_shows_only_this_round_of_a_bundled_letter(client, respondent):
    official = person(respondent.party)
    other = asked(make.RoundFactory())
    join(user=official, party=other.party, role=Role.REPORTER)
    write_due()
    assert Mail.objects.get().notices.count() == 2
    text = page(client, respondent).content.decode()
    assert (respondent.party.name in text, other.party.name in text) == (True, False)
    assert "svar är inte inlämnat" not in text


def test_round_mails_is_empty_before_anything_went_out(client, respondent):
    assert "Inget brev har gått ut om omgången." in page(client, respondent).content.decode()


def test_round_mails_shows_what_coordinators_reminded_of(client, respondent):
    official = person(respondent.party)
    nudge(round=respondent.round, parties=[respondent.party], by=make.UserFactory())
    assert {(line[0], *line[3:]) for line in lines(client, respondent)} == {(official.name, "nudge", "waiting")}


@pytest.mark.parametrize("number", [1, 30])
def test_round_mails_has_the_same_queries_whatever_went_out(client, respondent, number, django_assert_max_num_queries):
    for _number in range(number):
        person(asked(respondent.round).party)
    write_due()
    client.get("/")
    with django_assert_max_num_queries(16):
        page(client, respondent)
