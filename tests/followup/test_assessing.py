"""Assessments: who makes them, draft → agreed → frozen with the round, and the facts they become."""

import datetime
import json

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from agreements.models import PriorityArea
from followup.assessing import assessors, board_of, drafts_left, evidence_for, proposed_assessor, trail_of
from followup.goal_facts import goal_facts, goal_groups
from followup.inbox import tasks_of
from followup.models import Assessment
from followup.services import close_round
from governance.models import Body, Mandate
from lib.db import Frozen, VersionConflict
from parties.models import Role
from parties.services import join
from tests.factories import (
    AccessionFactory,
    ActivityFactory,
    ActivityGoalFactory,
    AgreementFactory,
    AssessmentFactory,
    GoalFactory,
    IndicatorFactory,
    MandateFactory,
    MeasurementFactory,
    MeetingFactory,
    MembershipFactory,
    PartyFactory,
    PriorityAreaFactory,
    ReportFactory,
    ResponsibilityFactory,
    RoundFactory,
    SeatFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

NOBODY = AnonymousUser()


@pytest.fixture
def round():
    return RoundFactory()


@pytest.fixture
def goal(round):
    return GoalFactory(area__agreement=round.agreement, text="Fler får arbete")


@pytest.fixture
def body(round):
    """The body that assesses."""
    return MandateFactory(agreement=round.agreement).body


@pytest.fixture
def coordinator(client, round):
    user = MembershipFactory(role=Role.COORDINATOR, party=round.agreement.coordinating_party).user
    client.force_login(user)
    return user


def seated(body, role="member", agreement=None):
    """A person in a seat of ``body``."""
    user = UserFactory()
    seat = SeatFactory(body=body, role=role)
    seat.membership = join(user=user, party=seat.party, role=Role.COUNCIL_MEMBER, group=body.group())
    seat.save()
    return user


def url(name, round, *more):
    return reverse(f"followup:{name}", args=[round.agreement.slug, round.label, *more])


def edit_url(round, goal):
    return url("assessment_edit", round, f"mal-{goal.key}")


def agreed(round, body, **more):
    row = AssessmentFactory(round=round, body=body, **more)
    row.agree(meeting=MeetingFactory(body=body), by=None)
    return row


# --- who assesses -----------------------------------------------------------------------------------------------------

LEVEL, STATE = Mandate.Level, Body.State


@pytest.mark.parametrize(
    ("mandates", "found"),
    [
        ([(LEVEL.DECIDING, "active"), (LEVEL.STEERING, "active"), (LEVEL.PREPARING, "active")], [2, 1]),
        ([(LEVEL.DECIDING, "active"), (LEVEL.STEERING, "active"), (LEVEL.PREPARING, "completed")], [1]),
        ([(LEVEL.DECIDING, "active"), (LEVEL.PREPARING, "planned")], [0]),
        ([(LEVEL.OPERATIVE, "active"), (LEVEL.STEERING, "dissolved")], []),
        ([(LEVEL.PREPARING, "as_needed"), (LEVEL.PREPARING, "recurring")], [0, 1]),
        ([], []),
    ],
)
def test_assessors_are_the_preparing_then_the_steering_bodies_at_work(mandates, found):
    agreement = AgreementFactory()
    bodies = [
        MandateFactory(agreement=agreement, level=level, body__state=state, order=order).body
        for order, (level, state) in enumerate(mandates)
    ]
    assert assessors(agreement) == [bodies[index] for index in found]


def test_proposed_assessor_is_who_answers_for_the_area(round):
    first, second = (MandateFactory(agreement=round.agreement) for _ in range(2))
    area = PriorityAreaFactory(agreement=round.agreement)
    bodies = [first.body, second.body]
    assert proposed_assessor(bodies, area) == first.body
    ResponsibilityFactory(area=area, actor=second.actor)
    assert (proposed_assessor(bodies, area), proposed_assessor(bodies, None)) == (second.body, first.body)


def test_visible_to_a_draft_is_its_bodys_and_the_coordinators(round, body, coordinator):
    row = AssessmentFactory(round=round, body=body)
    other = seated(MandateFactory(agreement=round.agreement).body)
    readers = {"member": seated(body), "coordinator": coordinator, "other body": other, "public": NOBODY}

    def reading():
        return [name for name, user in readers.items() if Assessment.objects.visible_to(user).exists()]

    assert reading() == ["member", "coordinator"]
    row.agree(meeting=MeetingFactory(body=body), by=coordinator)
    assert reading() == ["member", "coordinator", "other body"]
    close_round(round=round, by=coordinator)
    round.publish(by=coordinator)
    assert reading() == ["member", "coordinator", "other body", "public"]


@pytest.mark.parametrize(("role", "may"), [("member", False), ("chair", True), ("secretary", True)])
def test_agreeable_by_those_who_keep_the_bodys_meetings(round, body, role, may):
    AssessmentFactory(round=round, body=body)
    assert Assessment.objects.agreeable_by(seated(body, role)).exists() == may


# --- draft → agreed → frozen ------------------------------------------------------------------------------------------


def test_agree_and_take_up_again(round, body):
    row, meeting, user = AssessmentFactory(round=round, body=body), MeetingFactory(body=body), UserFactory()
    row.agree(meeting=meeting, by=user)
    row.refresh_from_db()
    assert (row.state, row.meeting, row.agreed_by) == ("agreed", meeting, user)
    row.take_up_again(by=user, reason="Nya siffror")
    row.refresh_from_db()
    assert (row.state, row.meeting) == ("draft", None)
    assert [(who, what, reason) for _when, who, what, reason in trail_of(row)] == [
        (user, "Tagen upp igen", "Nya siffror"),
        (user, "Beslutad", ""),
        (None, "Skriven", ""),
    ]


@pytest.mark.parametrize(("change", "error"), [({"grade": ""}, ValueError), ({"version": 7}, VersionConflict)])
def test_agree_refuses_what_is_unfinished_or_was_changed(round, body, change, error):
    row = AssessmentFactory(round=round, body=body)
    for name, value in change.items():
        setattr(row, name, value)
    with pytest.raises(error):
        row.agree(meeting=MeetingFactory(body=body), by=None)


def test_agree_refuses_another_bodys_meeting_and_a_second_time(round, body):
    row = AssessmentFactory(round=round, body=body)
    with pytest.raises(ValueError, match="its own meetings"):
        row.agree(meeting=MeetingFactory(), by=None)
    row.agree(meeting=MeetingFactory(body=body), by=None)
    with pytest.raises(Frozen):
        row.agree(meeting=MeetingFactory(body=body), by=None)


@pytest.mark.parametrize(
    "change",
    [
        lambda row: row.agree(meeting=None, by=None),
        lambda row: row.take_up_again(by=None, reason=""),
        lambda row: setattr(row, "analysis", "annat") or row.save(),
        lambda row: row.delete(),
        lambda row: Assessment.objects.update(analysis="annat"),
        lambda row: Assessment(round=row.round).hold_open(),
    ],
)
def test_assessments_are_frozen_with_the_round(round, body, change):
    row = AssessmentFactory(round=round, body=body)
    close_round(round=round, by=None)
    with pytest.raises(Frozen):
        change(Assessment.objects.get(pk=row.pk))


# --- the pages --------------------------------------------------------------------------------------------------------


def test_assessment_edit_makes_the_row_when_it_is_saved(client, coordinator, round, goal, body):
    page = client.get(edit_url(round, goal))
    assert (page.status_code, Assessment.objects.count()) == (200, 0)
    client.post(edit_url(round, goal), {"grade": "uncertain", "analysis": "För tidigt att säga."})
    row = Assessment.objects.get()
    assert (row.goal, row.body, row.grade, row.state) == (goal, body, "uncertain", "draft")
    assert row.history.first().history_user == coordinator


def test_assessment_edit_by_a_member_of_the_body(client, round, goal, body):
    client.force_login(seated(body))
    assert client.post(edit_url(round, goal), {"grade": "reached"}).status_code == 302
    client.force_login(seated(MandateFactory(agreement=round.agreement, level=LEVEL.OPERATIVE).body))
    assert client.get(edit_url(round, goal)).status_code == 403


def test_assessment_edit_of_something_else_is_not_found(client, coordinator, round, goal, body):
    elsewhere = GoalFactory(key="annat-mal")
    for subject in (f"mal-{elsewhere.key}", f"omrade-{goal.key}", "mal", "annat-1"):
        assert client.get(url("assessment_edit", round, subject)).status_code == 404


def test_assessment_edit_shows_both_texts_when_two_begin_at_once(client, coordinator, round, goal, body):
    AssessmentFactory(round=round, goal=goal, body=body, analysis="Den andras text")
    page = client.post(edit_url(round, goal), {"grade": "reached", "analysis": "Min text"})
    assert page.status_code == 409
    assert "Den andras text" in page.text
    assert page.context["form"]["analysis"].value() == "Min text"
    version = page.context["form"].initial["version"]
    client.post(edit_url(round, goal), {"grade": "reached", "analysis": "Min text", "version": version})
    assert Assessment.objects.get().analysis == "Min text"


@pytest.mark.parametrize("settle", ["agreed", "closed"])
def test_assessment_edit_keeps_the_text_of_what_was_settled_meanwhile(client, coordinator, round, goal, body, settle):
    row = AssessmentFactory(round=round, goal=goal, body=body, analysis="Sparat")
    if settle == "agreed":
        row.agree(meeting=MeetingFactory(body=body), by=None)
    else:
        close_round(round=round, by=None)
    page = client.post(edit_url(round, goal), {"grade": "reached", "analysis": "Min text", "version": 1})
    assert (page.status_code, "Min text" in page.text) == (200, True)
    assert Assessment.objects.get().analysis == "Sparat"
    assert client.get(edit_url(round, goal)).status_code == 302


def test_assessment_edit_waits_for_the_round_to_open(client, coordinator, body):
    planned = RoundFactory(agreement=body.mandates.get().agreement, planned=True)
    goal = GoalFactory(area__agreement=planned.agreement)
    assert client.get(edit_url(planned, goal)).status_code == 302
    page = client.post(edit_url(planned, goal), {"analysis": "Min text"})
    assert ("Min text" in page.text, Assessment.objects.exists()) == (True, False)


def test_assessment_edit_asks_which_body_where_there_are_several(client, coordinator, round, goal, body):
    second = MandateFactory(agreement=round.agreement, level=LEVEL.PREPARING).body
    form = client.get(edit_url(round, goal)).context["form"]
    assert (set(form.fields["body"].queryset), form["body"].value()) == ({body, second}, second.pk)
    client.post(edit_url(round, goal), {"body": body.pk})
    assert Assessment.objects.get().body == body


def test_evidence_for_a_goal_is_what_serves_it(round, goal, coordinator):
    serving = ActivityFactory(edition__plan__agreement=round.agreement, area=goal.area)
    beside = ActivityFactory(edition=serving.edition, area=goal.area)
    for activity in (serving, beside, ActivityFactory(edition=serving.edition)):
        ReportFactory(round=round, activity=activity, submitted=True)
    ReportFactory(round=round, activity=serving)  # a draft is nobody's evidence

    def offered(**subject):
        return [report.activity for report in evidence_for(round, coordinator, **subject)]

    assert offered(goal=goal) == [serving, beside]
    ActivityGoalFactory(activity=serving, goal=goal)
    assert (offered(goal=goal), offered(area=goal.area)) == ([serving], [serving, beside])


def test_assessment_edit_tells_how_it_goes(client, coordinator, round, goal, body):
    activity = ActivityFactory(edition__plan__agreement=round.agreement, area=goal.area)
    ReportFactory.create_batch(2, round=round, activity=activity, submitted=True)
    indicator = IndicatorFactory(goal=goal, agreement=round.agreement)
    page = client.get(edit_url(round, goal))
    assert [(share.code, share.count) for share in page.context["answers"]] == [("ongoing", 2)]
    assert [(name, trend["code"]) for name, trend, _icon in page.context["trends"]] == [(indicator.name, "unknown")]


def test_round_close_warns_of_what_is_not_agreed_on(client, coordinator, round, body):
    AssessmentFactory(round=round, body=body)
    assert "1 bedömning är inte beslutad" in client.get(url("round_close", round)).text
    Assessment.objects.get().agree(meeting=None, by=None)
    assert "inte beslutad" not in client.get(url("round_close", round)).text


def test_assessment_agree_takes_several_at_once(client, coordinator, round, body):
    rows = [AssessmentFactory(round=round, body=body) for _ in range(3)]
    meeting = MeetingFactory(body=body)
    data = {"meeting": meeting.pk, "chosen": [f"{row.pk}-{row.version}" for row in rows[:2]]}
    assert client.post(url("assessment_agree", round), data).status_code == 302
    assert [row.state for row in Assessment.objects.order_by("pk")] == ["agreed", "agreed", "draft"]


@pytest.mark.parametrize(
    ("sent", "text"),
    [
        ({"chosen": []}, "Välj minst en bedömning i listan."),
        ({"chosen": ["{pk}-7"]}, "har ändrats sedan du läste den"),
        ({"meeting": "without quorum"}, "Mötet var inte beslutsfört"),
        ({"meeting": "other"}, "Välj ett av dess möten"),
        ({"meeting": "ahead"}, "Det du valde finns inte"),
    ],
)
def test_assessment_agree_refuses_with_a_message(client, coordinator, round, body, sent, text):
    row = AssessmentFactory(round=round, body=body)
    second = AssessmentFactory(round=round, body=MandateFactory(agreement=round.agreement).body)
    ahead = timezone.localdate() + datetime.timedelta(days=1)
    meetings = {
        "own": MeetingFactory(body=body),
        "other": MeetingFactory(body=second.body),
        "without quorum": MeetingFactory(body=body, quorum="no"),
        "ahead": MeetingFactory(body=body, held_on=ahead),
    }
    chosen = [choice.format(pk=row.pk) for choice in sent.get("chosen", ["{pk}-1"])]
    data = {"meeting": meetings[sent.get("meeting", "own")].pk, "chosen": chosen}
    page = client.post(url("assessment_agree", round), data)
    assert (page.status_code, text in page.text) == (200, True)
    assert not Assessment.objects.filter(agreed_at__isnull=False).exists()


def test_assessment_reopen_asks_why(client, coordinator, round, body):
    row = agreed(round, body)
    page = url("assessment_reopen", round, f"mal-{row.goal.key}")
    assert list(client.post(page, {"reason": ""}).context["form"].errors) == ["reason"]
    assert client.post(page, {"reason": "Nya siffror"}).status_code == 302
    row.refresh_from_db()
    assert row.state == "draft"
    assert client.get(page).status_code == 302  # a draft already


def test_assessment_list_of_a_closed_round_is_as_it_was_stored(client, coordinator, round, goal, body):
    agreed(round, body, goal=goal, analysis="Så var det.")
    close_round(round=round, by=coordinator)
    goal.text, body.name = "Nytt mål", "Nytt namn"
    goal.save(), body.save()
    page = client.get(url("assessment_list", round)).text
    assert ("Fler får arbete" in page, "Nytt mål" in page, "Så var det." in page) == (True, False, True)


@pytest.mark.parametrize("closed", [False, True])
def test_assessment_list_asks_as_much_whatever_the_size(client, coordinator, body, closed):
    counts = []
    for number in (1, 30):
        round = RoundFactory(agreement=body.mandates.get().agreement)
        for _ in range(number):
            row = AssessmentFactory(round=round, body=body)
            row.reports.add(ReportFactory(round=round, submitted=True))
            if closed:
                row.agree(meeting=None, by=None)
        if closed:
            close_round(round=round, by=None)
        counts.append(_queries_of(client, url("assessment_list", round)))
    assert counts[0] == counts[1]


def _queries_of(client, address):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_board_of_links_the_evidence_that_the_reader_may_open(round, body, coordinator):
    row = AssessmentFactory(round=round, body=body)
    report = ReportFactory(round=round, submitted=True)
    row.reports.add(report)
    row.agree(meeting=None, by=coordinator)
    party = AccessionFactory(agreement=round.agreement).party
    reader = MembershipFactory(party=party, role=Role.READER).user
    assert [board_of(round, user).readable for user in (coordinator, reader)] == [{report.pk}, set()]
    assert goal_facts(round, reader)["goals"][0]["assessment"]["reports"][0]["report"] == report.pk


def test_board_of_an_agreement_without_areas(round):
    GoalFactory(agreement=round.agreement, area=None)
    board = board_of(round, NOBODY)
    assert [(area, len(matters)) for area, matters in board.groups] == [(None, 1)]
    PriorityArea.objects.all().delete()
    assert board_of(RoundFactory(), NOBODY).groups == []


# --- my work ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"prepare_on": 14}, True),
        ({"prepare_on": -3}, True),
        ({"prepare_on": 15}, False),
        ({"prepare_on": None}, False),
        ({"prepare_on": None, "review_started_at": timezone.now}, True),
        ({"prepare_on": 1, "closed_at": timezone.now}, False),
        ({"prepare_on": 1, "opened_at": None}, False),
    ],
)
def test_tasks_of_the_body_that_assesses(changes, told):
    mandate = MandateFactory(level=LEVEL.PREPARING)
    days = {name: value() if callable(value) else value for name, value in changes.items()}
    if days["prepare_on"] is not None:
        days["prepare_on"] = timezone.localdate() + datetime.timedelta(days=days["prepare_on"])
    round = RoundFactory(agreement=mandate.agreement, **days)
    goal = GoalFactory(area__agreement=mandate.agreement)
    if "closed_at" not in changes:
        AssessmentFactory(round=round, goal=goal, body=mandate.body)  # a draft is not done
    tasks = tasks_of(seated(mandate.body))
    assert [(task.kind, task.title) for task in tasks] == [("assess", "Bedöm 2 områden och mål")] * told


def test_tasks_of_the_body_end_when_all_is_agreed_on(round, body, goal):
    round.prepare_on = timezone.localdate()
    round.save()
    member = seated(body)
    agreed(round, body, goal=goal)
    assert [task.title for task in tasks_of(member)] == ["Bedöm 1 område eller mål"]
    agreed(round, body, goal=None, area=goal.area)
    assert tasks_of(member) == []


def test_tasks_leave_the_steering_body_alone_where_another_prepares(round, body, goal):
    round.prepare_on = timezone.localdate()
    round.save()
    member = seated(body)
    assert len(tasks_of(member)) == 1
    preparing = MandateFactory(agreement=round.agreement, level=LEVEL.PREPARING)
    assert (len(tasks_of(member)), len(tasks_of(seated(preparing.body)))) == (0, 1)


# --- the facts --------------------------------------------------------------------------------------------------------


def test_goal_facts_stores_what_is_agreed_and_shows_own_drafts(round, goal, body):
    draft = AssessmentFactory(round=round, area=goal.area, goal=None, body=body, analysis="Utkast")
    agreed(round, body, goal=goal, grade="reached")
    stored, seen = goal_facts(round), goal_facts(round, seated(body))
    assert stored["areas"][0]["assessment"] is None
    assert seen["areas"][0]["assessment"]["state"] == "draft"
    assert stored["goals"] == seen["goals"]
    assert (stored["goals"][0]["assessment"]["grade"], drafts_left(round)) == ("reached", 1)
    assert draft.state == "draft"


def test_goal_facts_names_what_was_agreed_before(round, goal, body):
    for label, starts_on, grade in (("2025:1", "2025-01-01", "uncertain"), ("2025:2", "2025-07-01", "expected")):
        earlier = RoundFactory(agreement=round.agreement, label=label, period_starts_on=starts_on)
        agreed(earlier, body, goal=goal, grade=grade)
    assert goal_facts(round)["goals"][0]["before"] is None  # the public has not read them yet
    assert goal_facts(round, seated(body))["goals"][0]["before"] == {"label": "2025:2", "grade": "expected"}
    close_round(round=earlier, by=None)
    earlier.publish(by=None)
    assert goal_facts(round)["goals"][0]["before"] == {"label": "2025:2", "grade": "expected"}


@pytest.mark.parametrize(
    ("dates", "is_there"),
    [
        ({}, True),
        ({"dropped_on": "2026-06-30"}, False),
        ({"dropped_on": "2026-07-01"}, False),
        ({"dropped_on": "2026-07-02"}, True),
        ({"added_on": "2026-12-31"}, True),
        ({"added_on": "2027-01-01"}, False),
    ],
)
def test_goal_facts_leaves_out_areas_of_other_times(round, dates, is_there):
    area = PriorityAreaFactory(agreement=round.agreement, **dates)
    assert bool(goal_facts(round)["areas"]) == is_there
    AssessmentFactory(round=round, area=area, goal=None, body=MandateFactory(agreement=round.agreement).body)
    assert bool(goal_facts(round)["areas"])  # what was assessed all the same


@pytest.mark.parametrize("number", [1, 6])
def test_goal_facts_asks_as_much_whatever_is_measured(round, goal, number, django_assert_num_queries):
    for indicator in IndicatorFactory.create_batch(number, goal=goal, agreement=round.agreement):
        MeasurementFactory(indicator=indicator, county=round.agreement.county)
    with django_assert_num_queries(7):
        facts = goal_facts(round)
    assert [len(data["series"]) for data in facts["goals"][0]["indicators"]] == [1] * number
    assert json.loads(json.dumps(facts)) == facts


def test_goal_groups_tells_apart_what_nobody_has_said_anything_of(round, goal, body):
    other = GoalFactory(area__agreement=round.agreement)
    whole = GoalFactory(agreement=round.agreement, area=None)
    for row in (goal, whole):
        agreed(round, body, goal=row)
    facts = goal_facts(round)
    groups = goal_groups(facts)
    assert [group.area and group.area.facts["key"] for group in groups.groups] == [None, goal.area.key]
    assert [row["key"] for row in groups.untold] == [other.key]
    assert groups.assessed_by == {body.name: "2026-06-01"}
    assert [len(group.goals) for group in goal_groups(facts, goal.area.key).groups] == [1]
    assert not goal_groups(None)
    assert not goal_groups({})


def test_get_absolute_url_leads_to_its_place_on_the_list(client, coordinator, round, goal, body):
    for row in (AssessmentFactory(round=round, goal=goal, body=body), agreed(round, body, goal=None, area=goal.area)):
        path, _hash, place = row.get_absolute_url().partition("#")
        assert f'id="{place}"' in client.get(path).text


def test_other_party_is_no_assessor(round, body, goal, client, login_as):
    login_as(Role.REPORTER, party=PartyFactory())
    assert client.get(edit_url(round, goal)).status_code == 404
