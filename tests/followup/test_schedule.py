"""A round's days are counted from the meeting, its period from the agreement's cadence."""

import datetime

import pytest

from agreements.models.process import Cadence
from followup.models import Round
from followup.schedule import cadence_of, days_from, next_period, order_problems, proposal_for, week_of
from tests.factories import AgreementFactory, FollowUpRuleFactory, MandateFactory, MeetingFactory, RoundFactory

TODAY = datetime.date(2026, 11, 22)
MEETING = datetime.date(2026, 12, 10)
DAYS = {
    "opens_on": datetime.date(2026, 9, 17),
    "due_on": datetime.date(2026, 10, 22),
    "review_on": datetime.date(2026, 10, 29),
    "prepare_on": datetime.date(2026, 11, 12),
    "close_on": datetime.date(2026, 11, 26),
    "publish_on": datetime.date(2026, 12, 24),
}


def test_days_from_counts_back_from_the_meeting():
    assert days_from(MEETING) == DAYS


@pytest.mark.parametrize(
    ("day", "week"), [("2026-06-24", "v. 26"), ("2027-01-01", "v. 53"), ("2024-12-30", "v. 1"), ("2026-01-01", "v. 1")]
)
def test_week_of_is_the_week_as_it_is_said(day, week):
    assert week_of(datetime.date.fromisoformat(day)) == week


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({}, set()),
        ({"due_on": "2026-09-16"}, {"due_on"}),
        ({"due_on": "2026-09-17"}, set()),  # the same day is enough
        ({"review_on": "2026-10-21"}, {"review_on"}),
        ({"review_on": None, "prepare_on": "2026-10-21"}, {"prepare_on"}),  # what is not set is passed over
        ({"close_on": "2026-12-11"}, set()),
        ({"publish_on": "2026-12-09"}, {"publish_on"}),
        ({"publish_on": "2026-11-25"}, {"publish_on"}),
    ],
)
def test_order_problems_names_the_day_that_comes_too_early(changes, wrong):
    days = DAYS | {name: day and datetime.date.fromisoformat(day) for name, day in changes.items()}
    assert order_problems(days, MEETING).keys() == wrong


@pytest.mark.django_db
@pytest.mark.parametrize("said", ["", *Cadence.values])
def test_cadence_of_is_twice_a_year_where_the_agreement_does_not_say(said):
    rule = FollowUpRuleFactory(frequency=said)
    assert cadence_of(rule.agreement) == (said or Cadence.SEMIANNUAL)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("cadence", "last", "proposed"),
    [
        ("", None, ("2026:2", "2026-07-01", "2026-12-31")),
        (Cadence.ANNUAL, None, ("2026", "2026-01-01", "2026-12-31")),
        (Cadence.QUARTERLY, None, ("2026:4", "2026-10-01", "2026-12-31")),
        ("", ("2026:2", "2026-07-01", "2026-12-31"), ("2027:1", "2027-01-01", "2027-06-30")),
        ("", ("2027:1", "2027-01-01", "2027-06-30"), ("2027:2", "2027-07-01", "2027-12-31")),
        (Cadence.ANNUAL, ("2025", "2025-01-01", "2025-12-31"), ("2026", "2026-01-01", "2026-12-31")),
        (Cadence.QUARTERLY, ("2026:4", "2026-10-01", "2026-12-31"), ("2027:1", "2027-01-01", "2027-03-31")),
        ("", ("2", "2026-01-01", "2026-06-30"), ("3", "2026-07-01", "2026-12-31")),
    ],
)
def test_next_period_follows_the_last_round_and_the_cadence(cadence, last, proposed):
    agreement = AgreementFactory()
    if cadence:
        FollowUpRuleFactory(agreement=agreement, frequency=cadence)
    if last:
        RoundFactory(agreement=agreement, label=last[0], period_starts_on=last[1], period_ends_on=last[2])
    label, first_day, last_day = next_period(agreement, TODAY)
    assert (label, str(first_day), str(last_day)) == proposed


@pytest.mark.django_db
def test_proposal_for_takes_the_next_free_meeting_and_asks_as_last_time():
    agreement = AgreementFactory()
    body = MandateFactory(agreement=agreement).body
    taken = MeetingFactory(body=body, held_on=MEETING)
    coming = MeetingFactory(body=body, held_on="2027-06-10")
    MeetingFactory(held_on="2027-03-01")  # of a body that has nothing to do with the agreement
    RoundFactory(agreement=agreement, label="2026:2", meeting=taken, asks=Round.Asks.PARTICIPANTS)
    proposal = proposal_for(agreement, TODAY)
    assert (proposal["meeting"], proposal["asks"]) == (coming.pk, Round.Asks.PARTICIPANTS)
    assert {name: proposal[name] for name in DAYS} == days_from(datetime.date(2027, 6, 10))
