"""Letters: who gets one, what it says, that nobody is told twice, and that nothing reaches a header."""

import datetime

import pytest
import time_machine
from django.utils import timezone

from followup.letters import nudge
from followup.models import Notice
from lib.db import Frozen
from parties.models import Mail, Role
from parties.services import join
from tests import factories as make

pytestmark = pytest.mark.django_db
NOON = datetime.datetime(2026, 8, 29, 10, tzinfo=datetime.UTC)


def asked(round=None, party=None, *, answered=0, unanswered=1, **fields):
    """A party asked in a round, with so many reports handed in and so many not; the respondent."""
    round = round or make.RoundFactory()
    party = party or make.PartyFactory()
    make.ReportFactory.create_batch(unanswered, round=round, party=party)
    make.ReportFactory.create_batch(answered, round=round, party=party, submitted=True)
    return make.RespondentFactory(round=round, party=party, **fields)


def person(party, role=Role.REPORTER, **hat):
    user = make.UserFactory()
    join(user=user, party=party, role=role, **{"starts_on": datetime.date(2020, 1, 1), **hat})
    return user


def receivers():
    return {mail.user for mail in Mail.objects.select_related("user")}


def remind(respondent, **kwargs):
    kwargs = {"parties": [respondent.party], "by": make.UserFactory(), **kwargs}
    return nudge(round=respondent.round, **kwargs)


@time_machine.travel(NOON)
def test_nudge_writes_one_letter_that_says_what_is_left():
    respondent = asked(answered=3, unanswered=2)
    official = person(respondent.party)
    assert remind(respondent, by=make.UserFactory(name="Sam Ordnare")) == 1
    mail = Mail.objects.get()
    assert (mail.user, mail.address, mail.kind, mail.sent_at) == (official, official.email, "nudge", None)
    assert "Sam Ordnare" in mail.body
    assert "2 av 5 svar är inte inlämnade." in mail.body
    assert "Sista svarsdag är 2026-08-31, om 2 dagar." in mail.body
    assert f"http://127.0.0.1:8000{respondent.round.get_absolute_url()}svara/{respondent.party.key}/" in mail.body
    assert "http://127.0.0.1:8000/mina-paminnelser/" in mail.body


@pytest.mark.parametrize("role", Role.values)
def test_nudge_goes_to_those_who_report(role):
    respondent = asked()
    official = person(respondent.party, role)
    told = role in (Role.REPORTER, Role.APPROVER)
    assert (remind(respondent), receivers()) == (int(told), {official} if told else set())


def test_nudge_goes_to_the_approver_where_it_waits_for_approval():
    respondent = asked(ready_at=timezone.now())
    make.ReportingRuleFactory(party=respondent.party)
    person(respondent.party)
    approver = person(respondent.party, Role.APPROVER)
    assert (remind(respondent), receivers()) == (1, {approver})
    assert "väntar på att du godkänner" in Mail.objects.get().body


def test_nudge_leaves_out_who_has_answered_all_and_other_parties():
    done, other = asked(answered=2, unanswered=0), asked()
    person(done.party)
    person(other.party)
    assert remind(done, parties=[done.party, other.party]) == 0


def test_nudge_is_one_letter_for_a_person_of_several_parties():
    round = make.RoundFactory()
    first, second = asked(round), asked(round)
    official = person(first.party)
    join(user=official, party=second.party, role=Role.REPORTER)
    assert remind(first, parties=[first.party, second.party]) == 1
    assert {str(first.party), str(second.party)} <= set(Mail.objects.get().body.replace("\n", ": ").split(": "))


def test_nudge_twice_on_a_day_is_told_once():
    respondent = asked()
    person(respondent.party)
    with time_machine.travel(NOON, tick=False) as clock:
        assert [remind(respondent), remind(respondent)] == [1, 0]
        clock.shift(datetime.timedelta(days=1))
        assert remind(respondent) == 1
    assert Notice.objects.count() == 2


def test_nudge_is_refused_in_a_closed_round():
    respondent = asked(round=make.RoundFactory(planned=True))
    with pytest.raises(Frozen):
        remind(respondent)


@pytest.mark.parametrize("hat", [{"ends_on": "2020-01-02", "starts_on": "2020-01-01"}, {"starts_on": "2099-01-01"}])
def test_nudge_leaves_out_memberships_that_are_over_or_not_begun(hat):
    respondent = asked()
    person(respondent.party, **hat)
    assert remind(respondent) == 0
