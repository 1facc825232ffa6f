"""A closed round stays as it was, whatever is renamed; each party finds its own in it."""

import json
import re

import pytest
from django.core.cache import caches
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from actionplans.models import Activity
from followup.models import Outcome, Report, Return
from followup.outcome import facts_of, keep_names, kept_facts, read_facts
from followup.services import close_round
from parties.models import Membership, Role
from tests.factories import (
    AccessionFactory,
    ActivityFactory,
    EditionFactory,
    MembershipFactory,
    PriorityAreaFactory,
    ReportFactory,
    RespondentFactory,
    RoundFactory,
    UserFactory,
    adopt,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def published(public_round):
    close_round(round=public_round, by=UserFactory())
    public_round.publish(by=UserFactory())
    return public_round


@pytest.fixture
def public_round():
    """An open round of a public agreement: one answer with counts, one that deviates, one silent party."""
    round = RoundFactory(agreement__published_on="2026-01-01", agreement__status="in_force")
    area = PriorityAreaFactory(agreement=round.agreement, name="Boende")
    activity = ActivityFactory(
        edition__plan__agreement=round.agreement, area=area, title="Pröva boskola", counts="adults"
    )
    heby = ReportFactory(
        round=round, activity=activity, party__name="Heby kommun", submitted=True, numbers={"women": 41, "men": 3}
    )
    ReportFactory(
        round=round, activity=activity, party__name="Tierps kommun", submitted=True, status="deviating",
        deviation_cause="Personal saknas", numbers={"women": 9, "men": 12},
    )  # fmt: skip
    ReportFactory(round=round, activity=activity, party__name="Knivsta kommun")
    for report in round.reports.all():
        AccessionFactory(agreement=round.agreement, party=report.party)
        RespondentFactory(round=round, party=report.party)
    MembershipFactory(role=Role.REPORTER, party=heby.party, user=heby.submitted_by)
    round.heby = heby
    return round


def rename_everything(round):
    """What happens to parties, people, areas and plans after the closing."""
    heby = round.heby
    heby.party.name = "Nya Heby kommun"
    heby.party.save()
    area = heby.activity.area
    area.name = "Nytt område"
    area.save()
    heby.party.accessions.update(left_on=timezone.localdate())
    Membership.objects.filter(party=heby.party).update(ends_on=timezone.localdate())
    adopt(EditionFactory(plan=heby.activity.edition.plan))
    Activity._base_manager.filter(pk=heby.activity_id).update(title="Ny titel", number="99")
    caches["pages"].clear()  # what is kept must not be what holds


def read(client, url):
    page = client.get(url).content
    return re.sub(rb'name="csrfmiddlewaretoken" value="[^"]*"|[\w-]+/[\w-]+\.[0-9a-f]{12}\.', b"", page)


def page_of(name, round, *more):
    return reverse(f"followup:{name}", args=[round.agreement.slug, round.label, *more])


@pytest.mark.parametrize("page", ["round_detail", "round_answers", "party_outcome", "report_detail"])
def test_a_published_rounds_pages_stay_as_they_were(client, published, page):
    more = {"party_outcome": [published.heby.party.key], "report_detail": [published.heby.pk]}.get(page, [])
    url = page_of(page, published, *more)
    before = read(client, url), json.dumps(read_facts(published))
    rename_everything(published)
    assert (read(client, url), json.dumps(read_facts(published))) == before


def test_facts_of_live_rounds_follow_the_names(public_round):
    rename_everything(public_round)
    assert [row["name"] for row in read_facts(public_round)["parties"]] == [
        "Knivsta kommun",
        "Nya Heby kommun",
        "Tierps kommun",
    ]


def test_facts_of_tells_what_was_asked_answered_and_late(public_round):
    facts = facts_of(public_round)
    rows = [(row["name"], row["asked"], row["answered"], row["late"]) for row in facts["parties"]]
    assert rows == [("Heby kommun", 1, 1, 1), ("Knivsta kommun", 1, 0, 0), ("Tierps kommun", 1, 1, 1)]
    assert {code: count for code, count in facts["shares"].items() if count} == {
        "ongoing": 1, "deviating": 1, "not_reported": 1,
    }  # fmt: skip
    assert sum(facts["shares"].values()) == facts["total"] == 3


def test_facts_of_keeps_no_count_that_is_to_be_hidden(public_round):
    """What is stored for the page holds the sums that anybody may see, nothing smaller."""
    numbers = facts_of(public_round)["numbers"][str(public_round.heby.activity_id)]
    assert numbers["men"] == {"sum": 12, "hidden": 1, "missing": 0}
    assert numbers["women"] == {"sum": 50, "hidden": 0, "missing": 0}
    assert numbers["total"] == {"sum": 21, "hidden": 1, "missing": 0}


def test_facts_of_counts_late_from_the_partys_own_day(public_round):
    place = public_round.respondents.get(party=public_round.heby.party)
    place.extended_to = timezone.localdate()
    place.save()
    assert [row["late"] for row in facts_of(public_round)["parties"]] == [0, 0, 1]


def test_facts_survive_json(public_round):
    facts = facts_of(public_round)
    assert json.loads(json.dumps(facts)) == facts


def test_rounds_closed_before_facts_were_kept_show_todays(client, published):
    Outcome._base_manager.all()._raw_delete("default")
    rename_everything(published)
    assert kept_facts(published) is None
    assert "Nya Heby kommun" in client.get(page_of("round_detail", published)).content.decode()
    report = Report.objects.get(pk=published.heby.pk)
    keep_names(report)
    assert (report.activity.title, report.party.name) == ("Ny titel", "Nya Heby kommun")


# --- one party --------------------------------------------------------------------------------------------------------

READERS = {
    # who: (while it is open, when it is published)
    "own reporter": (200, 200),
    "other party": (404, 200),
    "coordinator": (200, 200),
    "anybody": (404, 200),
}


@pytest.mark.parametrize("state", [0, 1], ids=["open", "published"])
@pytest.mark.parametrize("reader", READERS)
def test_party_outcome_is_the_partys_until_published(client, public_round, reader, state):
    if state:
        close_round(round=public_round, by=UserFactory())
        public_round.publish(by=UserFactory())
    log_in(client, public_round, reader)
    response = client.get(page_of("party_outcome", public_round, public_round.heby.party.key))
    assert response.status_code == READERS[reader][state]


def log_in(client, round, reader):
    hats = {
        "own reporter": {"role": Role.REPORTER, "party": round.heby.party},
        "other party": {"role": Role.REPORTER, "party": round.reports.exclude(pk=round.heby.pk).first().party},
        "coordinator": {"role": Role.COORDINATOR, "party": round.agreement.coordinating_party},
    }
    if reader in hats:
        client.force_login(MembershipFactory(**hats[reader]).user)


@pytest.mark.parametrize("reader", READERS)
def test_party_outcome_shows_small_counts_and_returns_only_inside(client, public_round, reader):
    Return.objects.create(report=public_round.heby, comment="Skriv mer", submitted_at=timezone.now())
    close_round(round=public_round, by=UserFactory())
    public_round.publish(by=UserFactory())
    log_in(client, public_round, reader)
    page = client.get(page_of("party_outcome", public_round, public_round.heby.party.key)).content.decode()
    told = ('Kvinnor <strong class="num">41<' in page, 'Män <strong class="num">3<' in page, "Skriv mer" in page)
    assert told == (True, reader == "own reporter", reader in {"own reporter", "coordinator"})


def test_party_outcome_of_who_was_not_asked_is_not_there(client, published):
    other = AccessionFactory(agreement=published.agreement).party
    assert client.get(page_of("party_outcome", published, other.key)).status_code == 404


def test_party_outcome_tells_of_earlier_rounds(client, published):
    later = RoundFactory(
        agreement=published.agreement, label="senare", period_starts_on="2027-01-01", period_ends_on="2027-06-30"
    )
    ReportFactory(round=later, activity=published.heby.activity, party=published.heby.party, submitted=True)
    close_round(round=later, by=UserFactory())
    later.publish(by=UserFactory())
    page = client.get(page_of("party_outcome", later, published.heby.party.key)).content.decode()
    assert page_of("party_outcome", published, published.heby.party.key) in page


@pytest.mark.parametrize("page", ["round_detail", "party_outcome", "round_close", "round_publish"])
def test_a_saved_draft_moves_nothing_on_the_coordinators_pages(client, public_round, page):
    silent = public_round.reports.get(submitted_at=None)
    log_in(client, public_round, "coordinator")
    url = page_of(page, public_round, *([silent.party.key] if page == "party_outcome" else []))
    before = read(client, url)
    silent.status, silent.text = "deviating", "hemligt utkast"
    silent.save_version(silent.version)
    assert read(client, url) == before


@pytest.mark.parametrize("page", ["round_detail", "round_answers", "party_outcome", "round_close", "round_publish"])
@pytest.mark.parametrize("closed", [False, True])
def test_queries_do_not_follow_rows(client, public_round, page, closed):
    def more():
        for number in range(29):
            activity = ActivityFactory(edition__plan__agreement=public_round.agreement)
            ReportFactory(round=public_round, activity=activity, submitted=True, numbers={"total": number})
            ReportFactory(round=public_round, activity=activity, party=public_round.heby.party, submitted=True)

    log_in(client, public_round, "coordinator")
    url = page_of(page, public_round, *([public_round.heby.party.key] if page == "party_outcome" else []))
    few = queries_of(client, url, public_round, closed)
    Outcome._base_manager.all()._raw_delete("default")
    type(public_round)._base_manager.filter(pk=public_round.pk).update(closed_at=None, closed_by=None)
    public_round.refresh_from_db()
    more()
    assert queries_of(client, url, public_round, closed) == few


def queries_of(client, url, round, closed):
    if closed:
        close_round(round=round, by=UserFactory())
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)
