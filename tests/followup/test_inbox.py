"""The inbox: what waits for whom, by date, bundled as it is handed in, over all parties and counties."""

import datetime

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from followup.inbox import count_for, tasks_of
from followup.models import Report, Respondent
from parties.models import Role
from tests import factories as make

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 10, 19)


@pytest.fixture(autouse=True)
def the_day():
    with time_machine.travel(datetime.datetime(2026, 10, 19, 8, tzinfo=datetime.UTC), tick=False):
        yield


@pytest.fixture
def party():
    return make.PartyFactory(name="Heby kommun")


@pytest.fixture
def reporter(party):
    return make.MembershipFactory(party=party, role=Role.REPORTER).user


def asked(party, number=1, *, due_on=datetime.date(2026, 10, 22), agreement=None, **fields):
    """An open round of an agreement in which ``party`` is asked about so many activities; returns the reports."""
    agreement = agreement or make.AgreementFactory()
    make.AccessionFactory(agreement=agreement, party=party)
    edition = make.EditionFactory(plan__agreement=agreement)
    round = make.RoundFactory(agreement=agreement, due_on=due_on, **fields)
    make.RespondentFactory(round=round, party=party)
    return [
        make.ReportFactory(round=round, party=party, activity=make.ActivityFactory(edition=edition))
        for _number in range(number)
    ]


def told(user):
    """The person's tasks, which always add up to the badge."""
    assert count_for(user) == sum(task.count for task in tasks_of(user))
    return [(task.kind, task.title, task.due_on, task.count) for task in tasks_of(user)]


def test_tasks_are_one_line_per_round_and_party_by_date(party, reporter):
    asked(party, 2, due_on=datetime.date(2026, 11, 3))
    asked(party, 1, due_on=datetime.date(2026, 10, 1))
    assert told(reporter) == [
        ("report", "Svara om 1 aktivitet", datetime.date(2026, 10, 1), 1),
        ("report", "Svara om 2 aktiviteter", datetime.date(2026, 11, 3), 2),
    ]
    assert [task.is_late for task in tasks_of(reporter)] == [True, False]
    assert count_for(reporter) == 3


def test_tasks_go_by_the_last_day_of_the_party(party, reporter):
    report = asked(party)[0]
    Respondent.objects.filter(round=report.round).update(extended_to=datetime.date(2026, 12, 1))
    assert [task.due_on for task in tasks_of(reporter)] == [datetime.date(2026, 12, 1)]


def test_tasks_keep_returned_answers_apart_with_their_own_day(party, reporter):
    first, _second = asked(party, 2)
    first.status = "done"
    first.save()
    first.submit(by=reporter)
    first.send_back(by=make.UserFactory(), reasons={"text": "Var?"}, due_on=datetime.date(2026, 10, 20))
    assert told(reporter) == [
        ("returned", "Rätta 1 återlämnat svar", datetime.date(2026, 10, 20), 1),
        ("report", "Svara om 1 aktivitet", datetime.date(2026, 10, 22), 1),
    ]


def test_tasks_show_what_was_answered_last_time(party, reporter):
    report = asked(party)[0]
    before = make.RoundFactory(
        agreement=report.round.agreement, period_starts_on=datetime.date(2025, 7, 1),
        period_ends_on=datetime.date(2025, 12, 31),
    )  # fmt: skip
    earlier = make.ActivityFactory(
        edition__plan=report.activity.edition.plan, edition__label="före", lineage=report.activity.lineage
    )
    make.ReportFactory(round=before, activity=earlier, party=party, submitted=True, text="Rutinen är klar.")
    make.ReportFactory(round=before, activity=earlier, submitted=True, text="En annan parts svar.")
    (task,) = [task for task in tasks_of(reporter) if task.url.endswith(f"{report.round.label}/svara/{party.key}/")]
    assert [(row.last.text, row.last.round_label) for row in task.reports] == [("Rutinen är klar.", before.label)]


@pytest.mark.parametrize(
    ("role", "ready", "kinds"),
    [
        (Role.REPORTER, False, ["report"]),
        (Role.REPORTER, True, []),
        (Role.APPROVER, False, ["report"]),
        (Role.APPROVER, True, ["approve"]),
    ],
)
def test_tasks_pass_to_the_approver_when_the_package_is_ready(party, role, ready, kinds):
    make.ReportingRuleFactory(party=party)
    report = asked(party)[0]
    if ready:
        Respondent.objects.filter(round=report.round).update(ready_at=timezone.now(), ready_by=make.UserFactory())
    user = make.MembershipFactory(party=party, role=role).user
    assert [kind for kind, *_rest in told(user)] == kinds


def test_tasks_of_the_coordinator_count_what_is_handed_in_and_name_the_next_step(party, reporter):
    first, _second = asked(party, 2, review_on=datetime.date(2026, 10, 29))
    board = first.round.agreement.coordinating_party
    coordinator = make.MembershipFactory(party=board, role=Role.COORDINATOR).user
    assert told(coordinator) == [("round", "Börja granska", datetime.date(2026, 10, 23), 1)]
    first.status = "done"
    first.save()
    first.submit(by=reporter)
    assert told(coordinator) == [
        ("round", "Börja granska", datetime.date(2026, 10, 23), 1),
        ("review", "Granska 1 inlämnat svar", datetime.date(2026, 10, 29), 1),
    ]


def test_tasks_of_the_council_are_the_questions_put_to_it(party, reporter):
    report = asked(party)[0]
    body = make.MandateFactory(agreement=report.round.agreement).body
    meeting = make.MeetingFactory(body=body, held_on=datetime.date(2026, 12, 10))
    report.round.meeting = meeting
    report.round.save()
    report.status, report.decision_asked = "done", "Ska vi fortsätta?"
    report.save()
    member = make.MembershipFactory(role=Role.COUNCIL_MEMBER, group=body.group()).user
    assert told(member) == []
    report.submit(by=reporter)
    assert told(member) == [("decide", "Ta ställning till 1 fråga", datetime.date(2026, 12, 10), 1)]


def test_tasks_of_an_agency_span_its_counties(party, reporter):
    for code, letter, name in (("06", "F", "Jönköpings län"), ("07", "G", "Kronobergs län"), ("08", "H", "Kalmar län")):
        county = make.CountyFactory(code=code, letter=letter, name=name)
        asked(party, agreement=make.AgreementFactory(county=county))
    assert {task.agreement.county.code for task in tasks_of(reporter)} == {"06", "07", "08"}


@pytest.mark.parametrize("end", ["membership ends", "account closed", "round closed", "handed in"])
def test_tasks_end_at_once(party, reporter, end):
    report = asked(party)[0]
    if end == "membership ends":
        reporter.memberships.update(starts_on=TODAY - datetime.timedelta(9), ends_on=TODAY - datetime.timedelta(1))
    elif end == "account closed":
        reporter.is_active = False
        reporter.save()
    elif end == "round closed":
        report.round.closed_at = timezone.now()
        report.round.save()
    else:
        Report.objects.filter(pk=report.pk).update(status="done")
        Report.objects.get(pk=report.pk).submit(by=reporter)
    assert tasks_of(reporter) == []


def test_badge_says_how_much_waits(client, party, reporter):
    asked(party, 3)
    client.force_login(reporter)
    assert '<span class="badge">3<' in client.get(reverse("portal:work_badge")).content.decode()
    assert client.get(reverse("portal:work")).context["badge"] == 3
    client.force_login(make.UserFactory())
    assert client.get(reverse("portal:work_badge")).content.strip() == b""


def test_tasks_queries_do_not_follow_what_waits(party, reporter):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            tasks_of(reporter)
        return len(captured)

    asked(party, 1)
    with_one = queries()
    for _number in range(6):
        asked(party, 5)
    assert queries() == with_one
