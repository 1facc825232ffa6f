"""What the council decided last time: which meeting, which decisions, and who may read them."""

import datetime

import pytest
from django.contrib.auth.models import AnonymousUser

from followup.decided import decided_before, left_out
from governance.models import Meeting
from parties.models import Role
from tests import factories

JUNE, DECEMBER = datetime.date(2026, 6, 11), datetime.date(2026, 12, 10)
NOTHING = {"total": 0, "late": 0, "given": 0, "reported": 0, "done": 0, "dropped": 0}


@pytest.fixture
def round(db):
    mandate = factories.MandateFactory(body__name="Rådet", body__key="radet", level="deciding")
    meeting = factories.MeetingFactory(body=mandate.body, held_on=DECEMBER)
    return factories.RoundFactory(agreement=mandate.agreement, meeting=meeting)


@pytest.fixture
def last(round):
    return factories.MeetingFactory(
        body=round.meeting.body,
        key="juni",
        held_on=JUNE,
        called_at="2026-05-28T12:00Z",
        published_at="2026-06-20T12:00Z",
    )


def decide(meeting, round, paragraph, **values):
    return factories.DecisionFactory(
        body=meeting.body, meeting=meeting, agreement=round.agreement, paragraph=paragraph, decided_on=meeting.held_on,
        **values,
    )  # fmt: skip


def titles(rows):
    return [row["title"] for row in rows]


def test_round_close_warns_of_decisions_that_are_left_out(client, login_as, round, last):
    decide(last, round, "§ 1")
    round.opened_at = "2026-10-01T08:00Z"
    round.save()
    login_as(Role.COORDINATOR, party=round.agreement.coordinating_party)
    told = []
    for published_at in (last.published_at, None):
        Meeting.objects.filter(pk=last.pk).update(published_at=published_at)
        told.append("sparas inte med omgången, och" in client.get(f"{round.get_absolute_url()}stang/").text)
    assert told == [False, True]


def test_left_out_is_a_meeting_whose_minutes_are_not_published(round, last):
    decide(last, round, "§ 1")
    assert left_out(round) is None
    Meeting.objects.filter(pk=last.pk).update(published_at=None)
    assert left_out(round)["key"] == "juni"


def test_decided_before_of_a_first_round_is_empty(round):
    assert decided_before(round) == {"meeting": None, "decisions": [], "earlier": [], "counts": NOTHING}


def test_decided_before_is_the_whole_of_the_last_meeting_in_the_order_of_the_record(round, last):
    decide(last, round, "§ 10", title="tionde")
    second = decide(last, round, "§ 9", title="nionde")
    party = factories.PartyFactory(name="Heby kommun", key="heby")
    factories.AssignmentFactory(decision=second, party=party, text="Lista hindren", due_on=DECEMBER)
    decide(factories.MeetingFactory(body=last.body, held_on=datetime.date(2026, 1, 1)), round, "§ 1", title="äldre")
    found = decided_before(round)
    assert found["meeting"] == {
        "body": "Rådet", "body_key": "radet", "key": "juni", "held_on": "2026-06-11", "is_open": True
    }  # fmt: skip
    assert titles(found["decisions"]) == ["nionde", "tionde"]
    assert [row["state"] for row in found["decisions"]] == ["given", "decided"]
    assert found["decisions"][0]["assignments"][0]["receiver"] == "Heby kommun"
    assert found["counts"] == NOTHING | {"total": 1, "given": 1}
    assert found["earlier"] == []


def test_decided_before_keeps_what_is_unfinished_since_long_ago(round, last):
    decide(last, round, "§ 1")
    ago = factories.MeetingFactory(body=last.body, held_on=datetime.date(2025, 12, 1), published_at="2026-01-01T12:00Z")
    factories.AssignmentFactory(decision=decide(ago, round, "§ 2", title="sent"), due_on=datetime.date(2026, 1, 1))
    factories.AssignmentFactory(
        decision=decide(ago, round, "§ 3", title="klart"), end="done", ended_at="2026-02-01T12:00Z"
    )
    found = decided_before(round)
    assert [(row["title"], row["state"]) for row in found["earlier"]] == [("sent", "late")]


@pytest.mark.parametrize(
    ("published", "user", "expected"),
    [(True, None, ["x"]), (False, None, []), (False, "coordinator", ["x"]), (False, "anonymous", [])],
)
def test_decided_before_stores_what_everybody_may_read_and_shows_what_the_reader_may(
    round, last, login_as, published, user, expected
):
    if not published:
        last.published_at = None
        last.save()
    decide(last, round, "§ 1", title="x")
    agreement = round.agreement
    reader = {
        None: lambda: None,
        "anonymous": AnonymousUser,
        "coordinator": lambda: login_as("coordinator", party=agreement.coordinating_party),
    }[user]()
    found = decided_before(round, reader)
    assert (titles(found["decisions"]), found["meeting"]["is_open"]) == (expected, bool(expected))


def test_decided_before_asks_as_much_for_one_as_for_thirty(round, last, django_assert_num_queries):
    for number in range(30):
        factories.AssignmentFactory(decision=decide(last, round, f"§ {number}"))
    round = type(round).objects.select_related("meeting__body").get(pk=round.pk)
    with django_assert_num_queries(3):
        decided_before(round)
