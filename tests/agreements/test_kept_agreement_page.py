"""What is kept of an agreement's page: never older than what is stored, and nobody reads what others draft."""

import datetime
import re

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.core.cache import caches
from django.utils import timezone

from agreements.models import Agreement, Goal, Provision
from agreements.reading import CONTENT
from governance.models import Responsibility
from lib.asked import asked
from parties.models import Membership, Role
from tests import factories as make
from tests.agreements.pages import filled, queries, url

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate


@pytest.fixture
def agreement():
    """An agreement with one of everything that its page shows, under another and over a third."""
    agreement = filled(1)
    change(agreement, parent=make.AgreementFactory(short_name="Den stora"), summary="Vi ska.")
    agreement.serves.add(make.GoalFactory(area__agreement=agreement.parent))
    under = make.AgreementFactory(parent=agreement, short_name="Den lilla")
    under.serves.add(goal_of(agreement))
    make.ValidityFactory(agreement=agreement)
    make.AdoptionFactory(agreement=agreement)
    make.SituationReportFactory(agreement=agreement, published_on=TODAY()).goals.add(goal_of(agreement))
    return agreement


def goal_of(agreement):
    return Goal.objects.filter(agreement=agreement).first()


def page_of(client, agreement):
    """The page without the token that differs from one answer to the next."""
    page = client.get(url("agreement_detail", agreement)).content.decode().split("<main")[1]
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", page)


def change(row, **values):
    for name, value in values.items():
        setattr(row, name, value)
    row.save()


def first(rows):
    """The first of an agreement's rows of one kind, by the name that leads from it to them."""
    return lambda agreement: getattr(agreement, f"{rows}_set").order_by("pk").first()


def new_actor(agreement):
    return make.ActorFactory(agreement=agreement, name="Någon annan")


def publish_round(agreement):
    activity = make.ActivityFactory(edition__plan__agreement=agreement)
    make.adopt(activity.edition)
    round = make.RoundFactory(agreement=agreement)
    make.ReportFactory(round=round, activity=activity, submitted=True)
    type(round).objects.filter(pk=round.pk).update(closed_at=timezone.now(), published_at=timezone.now())


DUTY, AREA, GOAL, PROVISION = map(first, ("responsibility", "priorityarea", "goal", "provision"))
WRITES = {
    "summary": lambda row: change(row, summary="Nytt"),
    "summary updated": lambda row: Agreement.objects.filter(pk=row.pk).update(summary="Nytt"),
    "title": lambda row: change(row, title="Ny titel"),
    "status": lambda row: change(row, status="expired"),
    "county": lambda row: change(row.county, name="Nytt län"),
    "coordinating party": lambda row: change(row.coordinating_party, name="Ny länsstyrelse"),
    "validity": lambda row: change(row.validity_set.last(), end="2031"),
    "signed": lambda row: change(row.adoption_set.last(), signed_date="2020-02-02"),
    "party joins": lambda row: make.AccessionFactory(agreement=row),
    "party leaves": lambda row: row.accession_set.update(left_on=TODAY()),
    "outsider": lambda row: make.OutsiderFactory(agreement=row),
    "outsider renamed": lambda row: change(row.outsider_set.first().party, name="Nytt namn"),
    "area": lambda row: change(AREA(row), name="Nytt område"),
    "area added": lambda row: make.PriorityAreaFactory(agreement=row),
    "area's others": lambda row: AREA(row).other_parties.add(new_actor(row)),
    "area's global goal": lambda row: change(first("globalgoallink")(row), number=13),
    "later fact": lambda row: row.annotation_set.filter(kind="external").update(text="Hände sedan"),
    "goal": lambda row: change(GOAL(row), text="Nytt mål"),
    "goals in bulk": lambda row: Goal.objects.bulk_create(
        [Goal(agreement=row, area=AREA(row), key="m", text="Ännu ett")]
    ),
    "goal deleted": lambda row: GOAL(row).delete(),
    "collaboration area": lambda row: change(first("collaborationarea")(row), name="Nytt"),
    "provision": lambda row: change(PROVISION(row), text="Ny text"),
    "provision added": lambda row: make.ProvisionFactory(agreement=row, kind=Provision.Kind.PRINCIPLE),
    "actor": lambda row: change(PROVISION(row).actor, name="Nytt namn"),
    "responsible": lambda row: change(DUTY(row), note="Från i år"),
    "responsible leads": lambda row: DUTY(row).leads.add(new_actor(row)),
    "responsible leads no more": lambda row: DUTY(row).leads.clear(),
    "responsible for parts": lambda row: (
        change(DUTY(row), scope=Responsibility.Scope.PARTIAL),
        DUTY(row).collaboration_areas.clear(),
    ),
    "body planned": lambda row: change(row.mandate_set.first().body, state="planned"),
    "body's address": lambda row: change(row.mandate_set.first().body, key="ny-adress"),
    "target group": lambda row: change(first("targetgroup")(row), label="Nya"),
    "strategy": lambda row: change(first("relatedstrategy")(row), name="Ny"),
    "commitment": lambda row: change(first("commitment")(row), label="Nytt"),
    "financing": lambda row: change(first("financing")(row), text="Nytt"),
    "statistics": lambda row: change(first("statistic")(row), label="Ny"),
    "follow-up rule": lambda row: change(first("followuprule")(row), frequency="biennial"),
    "parent renamed": lambda row: change(row.parent, short_name="Den större"),
    "parent's goal": lambda row: change(row.serves.get(), text="Det större målet"),
    "serves no more": lambda row: row.serves.clear(),
    "sub-agreement renamed": lambda row: change(row.sub_agreements.get(), short_name="Den mindre"),
    "sub-agreement serves no more": lambda row: row.sub_agreements.get().serves.clear(),
    "sub-agreement unpublished": lambda row: change(row.sub_agreements.get(), published_on=None),
    "situation retitled": lambda row: change(row.situationreport_set.get(), title="Nytt läge"),
    "situation about nothing": lambda row: row.situationreport_set.get().goals.clear(),
    "situation withdrawn": lambda row: change(row.situationreport_set.get(), published_on=None),
    "round published": publish_round,
}


@pytest.mark.parametrize("write", WRITES)
def test_agreement_detail_is_never_older_than_what_is_stored(client, agreement, write):
    before = page_of(client, agreement)
    WRITES[write](agreement)
    seen = page_of(client, agreement)
    caches["pages"].clear()
    assert (seen == before, seen == page_of(client, agreement)) == (False, True)


def test_agreement_detail_of_another_day_is_drawn_anew(client, agreement):
    tomorrow = TODAY() + datetime.timedelta(days=1)
    change(agreement.situationreport_set.get(), published_on=tomorrow, title="I morgon är det så")
    assert "I morgon är det så" not in page_of(client, agreement)
    with time_machine.travel(datetime.datetime.combine(tomorrow, datetime.time(12)), tick=False):
        assert "I morgon är det så" in page_of(client, agreement)


def test_content_that_is_asked_for_is_each_agreements_own(agreement):
    """Its questions are written once, for whichever agreement was asked for first."""
    told = {
        (row.slug, name): (asked(ask, AnonymousUser(), slug=row.slug), list(ask(None, row.slug)))
        for row in (agreement, filled(2))
        for name, ask in CONTENT.items()
    }
    assert [where for where, (found, stored) in told.items() if found != stored] == []
    assert [name for (slug, name), (found, _stored) in told.items() if slug == agreement.slug and not found] == []


SECRET = "Utkastet som ingen annan läser"
READERS = {
    "coordinator": (True, True),  # reads the drafts under the agreement, and changes it
    "party": (False, False),
    "drafting elsewhere": (False, False),
    "public": (False, False),
}


@pytest.mark.parametrize("warm", ["coordinator", "public"])
@pytest.mark.parametrize("who", READERS)
def test_kept_parts_show_nobody_what_others_draft(client, login_as, agreement, who, warm):
    """Somebody else has read the page, so that its parts are kept; now ``who`` asks for it."""
    draft = make.AgreementFactory(
        parent=agreement, short_name=SECRET, status="draft", published_on=None,
        coordinating_party=agreement.coordinating_party,
    )  # fmt: skip
    draft.serves.add(goal_of(agreement))

    def read_as(who):
        client.logout()
        party = {"coordinator": agreement.coordinating_party, "party": agreement.accession_set.first().party}.get(who)
        if who != "public":
            login_as(Role.REPORTER if who == "party" else Role.COORDINATOR, party=party)
        return page_of(client, agreement)

    read_as(warm)
    page = read_as(who)
    assert (page.count(SECRET) > 0, "edit-link" in page) == READERS[who]


def test_agreement_detail_tells_of_the_hats_worn_now(client, login_as, agreement):
    user = login_as(Role.REPORTER, party=agreement.accession_set.first().party)
    worn = Membership.objects.get(user=user)

    def strip():
        page = client.get(url("agreement_detail", agreement)).content.decode()
        return page.split('class="stance')[1].split("<main")[0]

    assert worn.party.name in strip()
    change(worn.party, name="Den omdöpta parten")
    assert "Den omdöpta parten" in strip()
    worn.delete()
    told = strip()
    assert ("Den omdöpta parten" in told, "utan uppdrag just nu" in told) == (False, True)


def test_agreement_detail_unchanged_asks_three_questions_of_the_agreement(client, login_as, agreement):
    client.get(url("agreement_detail", agreement))
    assert queries(client, url("agreement_detail", agreement)) == 2  # the agreement, its latest round
    login_as(Role.REPORTER)
    client.get(url("agreement_detail", agreement))
    assert queries(client, url("agreement_detail", agreement)) == 4  # session with person, hats
