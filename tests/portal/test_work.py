"""My work: what waits for each kind of person, and nothing of what waits for somebody else."""

import datetime

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from parties.models import Role
from tests.factories import (
    AccessionFactory,
    ActivityFactory,
    ActorFactory,
    CommentFactory,
    EditionFactory,
    MandateFactory,
    MeetingFactory,
    MembershipFactory,
    ProposalFactory,
    ReportFactory,
    RoundFactory,
    UserFactory,
    adopt,
)

pytestmark = pytest.mark.django_db
WORK = reverse("portal:work")
LISTS = ("rounds", "editions", "meetings", "council_rounds", "agreements", "comments", "proposal_drafts")


@pytest.fixture
def world():
    """An agreement with a draft edition, an open round ahead of a meeting of its council, and one unanswered report."""
    edition = EditionFactory(label="1")
    waiting, done, ahead = (ActivityFactory(edition=edition) for _ in range(3))
    agreement = adopt(edition).plan.agreement
    draft = EditionFactory(plan=edition.plan, label="2")
    body = MandateFactory(agreement=agreement).body
    meeting = MeetingFactory(body=body, held_on=timezone.localdate() + datetime.timedelta(days=30))
    MeetingFactory(body=body, held_on=timezone.localdate() - datetime.timedelta(days=30))  # has been
    round = RoundFactory(agreement=agreement, meeting=meeting)
    party = AccessionFactory(agreement=agreement).party
    report = ReportFactory(round=round, activity=waiting, party=party)
    ReportFactory(round=round, activity=done, party=party, submitted=True)
    ReportFactory(round=RoundFactory(agreement=agreement, planned=True), activity=ahead, party=party)
    plan = draft.plan
    plan.managed_by = body.mandates.get()
    plan.save()
    CommentFactory(activity=ActivityFactory(edition=draft))
    proposer = ActorFactory(agreement=agreement, party=party)
    idea = ProposalFactory(plan=plan, proposed_by=proposer)
    ProposalFactory(plan=plan, proposed_by=proposer, submitted=True)
    return {
        "comments": draft,
        "proposal_drafts": idea,
        "agreements": agreement,
        "editions": draft,
        "meetings": meeting,
        "rounds": round,
        "council_rounds": round,
        "reports": report,
        "body": body,
        "party": party,
    }


WAITING = {
    "coordinator": {"rounds", "editions", "agreements", "comments"},
    "reporter": {"agreements", "proposal_drafts"},
    "reader": {"agreements"},
    "council": {"meetings", "council_rounds", "agreements"},
    "elsewhere": set(),
    "former reporter": set(),
}


def person(who, world):
    board, party = world["agreements"].coordinating_party, world["party"]
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    hats = {
        "coordinator": lambda: {"role": Role.COORDINATOR, "party": board},
        "reporter": lambda: {"role": Role.REPORTER, "party": party},
        "reader": lambda: {"role": Role.READER, "party": party},
        "council": lambda: {"role": Role.COUNCIL_MEMBER, "group": world["body"].group()},
        "elsewhere": lambda: {"role": Role.COORDINATOR},
        "former reporter": lambda: {
            "role": Role.REPORTER,
            "party": party,
            "starts_on": datetime.date(2020, 1, 1),
            "ends_on": yesterday,
        },
    }
    return MembershipFactory(**hats[who]()).user


@pytest.mark.parametrize("who", WAITING)
def test_work_shows_what_waits_for_the_person(client, world, who):
    client.force_login(person(who, world))
    context = client.get(WORK).context
    assert {name: list(context[name]) for name in LISTS} == {
        name: [world[name]] if name in WAITING[who] else [] for name in LISTS
    }


@pytest.mark.parametrize(("who", "advice"), [("elsewhere", "Här visas det du ska"), (None, "Du har ingen roll")])
def test_work_without_anything_says_what_to_do(client, world, who, advice):
    client.force_login(person(who, world) if who else UserFactory())
    page = client.get(WORK).content.decode()
    assert ("Inget väntar på dig." in page, advice in page) == (True, True)


@pytest.mark.parametrize("who", ["coordinator", "reporter", "council"])
def test_work_queries_do_not_follow_rows(client, world, who):
    client.force_login(person(who, world))

    def queries():
        client.get(WORK)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(WORK).status_code == 200
        return len(captured)

    with_one = queries()
    agreement = world["agreements"]
    for _ in range(29):
        edition = EditionFactory(plan__agreement=agreement, plan__managed_by=world["editions"].plan.managed_by)
        CommentFactory(activity=ActivityFactory(edition=edition))
        ProposalFactory(plan=edition.plan, proposed_by=world["proposal_drafts"].proposed_by)
        ProposalFactory(plan=edition.plan, submitted=True)
        meeting = MeetingFactory(body=world["body"], held_on=timezone.localdate())
        RoundFactory(agreement=agreement, meeting=meeting)
        activity = ActivityFactory(edition__plan__agreement=agreement)
        ReportFactory(round=world["rounds"], activity=activity, party=world["party"])
    assert queries() == with_one


def test_work_escapes_what_is_written_about_activities(client, world):
    """Their rows are filled into markup that is drawn once."""
    report = world["reports"]
    title, text = "{title} <b>fet</b> & {0}", "{text} <script> }{"
    begun, over = datetime.date(2020, 1, 1), datetime.date(2020, 6, 30)
    earlier = RoundFactory(agreement=report.round.agreement, period_starts_on=begun, period_ends_on=over)
    ReportFactory(round=earlier, activity=report.activity, party=report.party, submitted=True, text=text)
    QuerySet(type(report.activity)).filter(pk=report.activity_id).update(title=title)
    client.force_login(person("reporter", world))
    page = client.get(WORK).content.decode()
    assert (escape(title) in page, escape(text) in page, "<b>fet" in page) == (True, True, False)
