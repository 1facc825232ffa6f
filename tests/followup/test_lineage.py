"""An activity through all editions of its plan, as far as the reader may see them."""

import datetime
import re
from urllib.parse import urljoin
from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from followup.lineage import lineage_of
from followup.services import close_round
from parties.models import Role
from tests import factories as make
from tests.actionplans.pairs import carry, pair
from tests.agreements.pages import queries, text_of

pytestmark = pytest.mark.django_db
EVERYBODY = AnonymousUser()


def address(activity):
    plan = activity.edition.plan
    return reverse("followup:lineage_detail", args=[plan.agreement.slug, plan.key, activity.lineage])


def later(edition, label="2027:1"):
    first, last = datetime.date(2027, 1, 1), datetime.date(2027, 6, 30)
    return make.EditionFactory(plan=edition.plan, label=label, starts_on=first, ends_on=last)


def story(activity, user=EVERYBODY):
    return lineage_of(plan=activity.edition.plan, lineage=activity.lineage, user=user)


@pytest.fixture
def activity():
    """An activity in an adopted edition and, with another indicator, in the draft that follows."""
    old, new = pair(name="Handlingsplan")
    activity = make.ActivityFactory(edition=old, number="A3", title="Ge boskola", indicator="Antal")
    carry(activity, new, indicator="Antal deltagare")
    make.adopt(old)
    return activity


@pytest.fixture
def coordinator(login_as, activity):
    return login_as(Role.COORDINATOR, party=activity.edition.plan.agreement.coordinating_party)


def test_lineage_tells_what_changed_in_each_edition(activity, coordinator):
    told = [(stage.edition.label, stage.change.sentences) for stage in story(activity, coordinator).stages]
    assert told == [
        ("2026:2", ["A3 får ny indikator: Antal deltagare i stället för Antal."]),
        ("2026:1", ["A3 är ny."]),
    ]


def test_lineage_holds_only_the_editions_that_may_be_read(activity):
    assert [stage.edition.label for stage in story(activity).stages] == ["2026:1"]


def test_lineage_of_nothing_is_nothing(activity):
    assert lineage_of(plan=activity.edition.plan, lineage=uuid4(), user=EVERYBODY) is None


def test_lineage_leaves_out_the_change_where_nothing_changed():
    old, new = pair()
    activity = make.ActivityFactory(edition=old)
    carry(activity, new, order=5)
    make.adopt(old)
    make.adopt(new)
    newest, _first = story(activity).stages
    assert (newest.change.sentences, newest.since) == ([], old)


@pytest.mark.parametrize(
    ("ending", "missing_in"),
    [("", "2027:1"), ("closed", None)],  # where it was closed nobody looks for it afterwards
)
def test_lineage_tells_where_the_activity_is_missing(ending, missing_in):
    old, new = pair()
    activity = make.ActivityFactory(edition=old)
    carry(activity, new, ending=ending)
    for edition in (old, new, later(new)):
        make.adopt(edition)
    missing = story(activity).missing_in
    assert (missing and missing.label) == missing_in


def test_lineage_does_not_miss_the_activity_in_a_draft(activity, coordinator):
    later(activity.edition)
    assert story(activity, coordinator).missing_in is None


@pytest.fixture
def reports(activity):
    """A report handed in, one that is not, and one of a published round, all on the activity."""
    agreement = activity.edition.plan.agreement
    rounds = [make.RoundFactory(agreement=agreement, label=label) for label in ("ett", "två", "tre")]
    parties = [make.AccessionFactory(agreement=agreement).party for _number in range(3)]
    submitted, draft, published = [
        make.ReportFactory(round=round, activity=activity, party=party, submitted=submitted, text=f"Text {round.label}")
        for round, party, submitted in zip(rounds, parties, (True, False, True), strict=True)
    ]
    close_round(round=rounds[2], by=make.UserFactory())
    rounds[2].publish(by=make.UserFactory())
    return {"submitted": submitted, "draft": draft, "published": published}


@pytest.mark.parametrize(
    ("role", "of", "seen"),
    [
        ("anonymous", None, {"published"}),
        (Role.COORDINATOR, None, {"submitted", "published"}),
        (Role.READER, "draft", {"draft", "published"}),
        (Role.READER, "submitted", {"submitted", "published"}),
    ],
)
def test_lineage_shows_the_reports_that_may_be_read(activity, reports, login_as, role, of, seen):
    party = reports[of].party if of else activity.edition.plan.agreement.coordinating_party
    stage = story(activity, login_as(role, party=party)).stages[-1]
    assert {name for name, report in reports.items() if report in stage.reports} == seen


def test_lineage_detail_tells_the_story(client, activity, coordinator, reports):
    text = text_of(client.get(address(activity)))
    assert "<h1>A3 Ge boskola</h1>" in text
    decision = activity.edition.decision
    for words in (
        "A3 får ny indikator: Antal deltagare i stället för Antal.",
        f"Fastställd av {decision.body.name}",
        "Text ett",
        "Kommentarer i 2026:2",
    ):
        assert words in text


def test_edition_detail_leads_to_each_activity(client, activity):
    page = activity.edition.get_absolute_url()
    (link,) = re.findall(r"<th scope=row><a href=(\w+)>", text_of(client.get(page)))
    assert client.get(urljoin(page, link))["Location"] == address(activity)


def test_lineage_detail_says_why_it_ended(client):
    old, new = pair()
    activity = make.ActivityFactory(edition=old, number="A3")
    carry(activity, new, ending="cancelled", ending_reason="Pengarna är slut.")
    make.adopt(old)
    make.adopt(new)
    text = text_of(client.get(address(activity)))
    assert "<strong>Struken.</strong> Pengarna är slut." in text


def test_lineage_detail_tells_nothing_internal(client, activity, coordinator):
    make.InternalNoteFactory(activity=activity, text="HEMLIGT")
    make.CommentFactory(activity=activity, text="HEMLIGT")
    assert "HEMLIGT" not in text_of(client.get(address(activity)))


def test_lineage_detail_leads_to_comments_that_may_be_read_or_made(client, activity, coordinator):
    """In the draft more may come; in the adopted edition there are some or there is nothing to come for."""
    assert re.findall(r">(Kommentarer.*?)</a>", text_of(client.get(address(activity)))) == ["Kommentarer i 2026:2"]
    make.CommentFactory(activity=activity)
    client.force_login(coordinator)
    text = text_of(client.get(address(activity)))
    assert re.findall(r">(Kommentarer.*?)</a>", text) == ["Kommentarer i 2026:2", "Kommentarer i 2026:1 (1)"]


def test_lineage_detail_offers_the_public_no_comments(client, activity):
    make.CommentFactory(activity=activity, is_shared=True)
    assert "Kommentarer" not in text_of(client.get(address(activity)))


@pytest.mark.parametrize("lineage", [None, "other plan"])
def test_lineage_detail_of_what_is_not_there_is_not_there(client, activity, lineage):
    other = make.ActivityFactory(edition__plan__agreement=activity.edition.plan.agreement)
    make.adopt(other.edition)
    plan = activity.edition.plan
    args = [plan.agreement.slug, plan.key, other.lineage if lineage else uuid4()]
    assert client.get(reverse("followup:lineage_detail", args=args)).status_code == 404


def test_lineage_detail_of_a_new_draft_is_the_coordinators(client, activity, login_as):
    fresh = make.ActivityFactory(edition=later(activity.edition))
    assert client.get(address(fresh)).status_code == 404
    login_as(Role.COORDINATOR, party=activity.edition.plan.agreement.coordinating_party)
    assert client.get(address(fresh)).status_code == 200


def test_lineage_detail_queries_do_not_grow_with_editions_and_reports(client):
    numbers = []
    for times in (1, 30):
        plan, lineage = make.ActionPlanFactory(), uuid4()
        for _number in range(times):
            activity = make.ActivityFactory(edition__plan=plan, lineage=lineage)
            make.ActivityParticipantFactory(activity=activity)
            make.adopt(activity.edition)
            round = make.RoundFactory(agreement=plan.agreement)
            make.ReportFactory(round=round, activity=activity, submitted=True)
            close_round(round=round, by=make.UserFactory())
            round.publish(by=make.UserFactory())
        numbers.append(queries(client, address(activity)))
    assert numbers[0] == numbers[1] <= 25
