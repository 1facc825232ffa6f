"""The edition that comes next: its name and period, what the reports suggest, and the page that makes it."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from actionplans.models import Edition
from followup.next_edition import carried_from, proposal_for, source_of
from parties.models import Role
from tests.factories import (
    AccessionFactory,
    ActionPlanFactory,
    ActivityFactory,
    EditionFactory,
    PartyFactory,
    PriorityAreaFactory,
    ReportFactory,
    RoundFactory,
    adopt,
)

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 11, 22)


def day(text):
    return datetime.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("cadence", "last", "expected"),
    [
        ("semiannual", ("2026:2", "2026-07-01", "2026-12-31"), ("2027:1", "2027-01-01", "2027-06-30")),
        ("semiannual", ("2026:1", "2026-01-01", "2026-06-30"), ("2026:2", "2026-07-01", "2026-12-31")),
        ("semiannual", ("2", "2026-06-28", "2026-12-27"), ("3", "2026-12-28", "2027-06-27")),
        ("annual", ("2025", "2025-01-01", "2025-12-31"), ("2026", "2026-01-01", "2026-12-31")),
        ("quarterly", ("2026:4", "2026-10-01", "2026-12-31"), ("2027:1", "2027-01-01", "2027-03-31")),
        ("quarterly", ("2026:1", "2026-01-01", "2026-03-31"), ("2026:2", "2026-04-01", "2026-06-30")),
        ("", ("2024–2025", "2024-01-01", "2025-12-31"), ("2026–2027", "2026-01-01", "2027-12-31")),
        ("", ("Etapp 1", "2026-01-01", "2026-04-30"), ("Etapp 2", "2026-05-01", "2026-08-31")),
        ("", ("Första", "2026-01-01", "2026-12-31"), ("", "2027-01-01", "2027-12-31")),
        ("semiannual", None, ("2027:1", "2027-01-01", "2027-06-30")),
        ("quarterly", None, ("2027:1", "2027-01-01", "2027-03-31")),
        ("annual", None, ("2027", "2027-01-01", "2027-12-31")),
        ("", None, ("2027", "2027-01-01", "2027-12-31")),
    ],
)
def test_proposal_for_follows_the_cadence_and_the_last_label(cadence, last, expected):
    plan = ActionPlanFactory(cadence=cadence)
    if last:
        EditionFactory(plan=plan, label=last[0], starts_on=day(last[1]), ends_on=day(last[2]))
    assert proposal_for(plan, TODAY) == (expected[0], day(expected[1]), day(expected[2]))


def test_proposal_for_takes_no_label_that_is_taken():
    plan = ActionPlanFactory(cadence="annual")
    for label, year in (("2026", 2025), ("2025", 2024)):
        EditionFactory(plan=plan, label=label, starts_on=datetime.date(year, 1, 1), ends_on=datetime.date(year, 12, 31))
    Edition.objects.filter(label="2026").update(label="2026 2")
    EditionFactory(plan=plan, label="2025:1", starts_on=day("2026-01-01"), ends_on=day("2026-12-31"))
    assert proposal_for(plan, TODAY)[0] == "2027:1"


def test_source_of_is_the_adopted_edition_else_the_newest():
    plan = ActionPlanFactory()
    assert source_of(plan) is None
    adopted = adopt(EditionFactory(plan=plan))
    draft = EditionFactory(plan=plan, starts_on=day("2027-01-01"), ends_on=day("2027-06-30"))
    assert source_of(plan) == adopted
    assert source_of(EditionFactory(plan=ActionPlanFactory(), label="x").plan).label == "x"
    assert draft.label != adopted.label


# --- what the reports suggest -----------------------------------------------------------------------------------------


@pytest.fixture
def source(login_as):
    """An adopted edition with one activity; its agreement's coordinator is logged in."""
    edition = ActivityFactory(number="B1", title="Pröva boskola", edition__label="2026:2").edition
    edition.plan.cadence = "semiannual"
    edition.plan.save()
    edition.user = login_as(Role.COORDINATOR, party=edition.plan.agreement.coordinating_party)
    return edition


def report(edition, status, *, round=None, activity=None, submitted=True, **more):
    activity = activity or edition.activities.get()
    round = round or RoundFactory(agreement=edition.plan.agreement, label="2026:2")
    return ReportFactory(round=round, activity=activity, submitted=submitted, **{"status": status, **more})


@pytest.mark.parametrize(
    ("statuses", "suggestion", "tally"),
    [
        ((), "", ""),
        (("done",), "closed", "Genomförd 1"),
        (("done", "done"), "closed", "Genomförd 2"),
        (("cancelled",), "cancelled", "Avförd 1"),
        (("done", "cancelled"), "closed", "Genomförd 1, avförd 1"),
        (("done", "ongoing"), "", "Pågår 1, genomförd 1"),
        (("done", "not handed in"), "", "Genomförd 1, utan svar 1"),
        (("deviating",), "", "Avviker 1"),
    ],
)
def test_carried_from_suggests_an_ending_when_everybody_says_so(source, statuses, suggestion, tally):
    round = RoundFactory(agreement=source.plan.agreement, label="2026:2")
    for status in statuses:
        handed_in = status != "not handed in"
        report(source, status if handed_in else "done", round=round, submitted=handed_in, text="hemligt utkast")
    (row,) = carried_from(source, source.user)
    assert (row.ending, row.tally) == (suggestion, tally)


def test_carried_from_reads_the_newest_word_and_no_draft(source):
    party = PartyFactory()
    older = RoundFactory(agreement=source.plan.agreement, period_starts_on="2025-01-01")
    report(source, "done", round=older, party=party)
    newer = RoundFactory(agreement=source.plan.agreement)
    report(source, "ongoing", round=newer, party=party, text="Nu går det")
    report(source, "done", round=newer, submitted=False, text="hemligt utkast")
    (row,) = carried_from(source, source.user)
    assert [(said.status, said.text) for said in row.reports] == [("ongoing", "Nu går det")]


def test_carried_from_shows_what_was_said_of_the_activity_in_the_edition_before(source):
    earlier = EditionFactory(plan=source.plan, label="2026:1", starts_on=day("2026-01-01"), ends_on=day("2026-06-30"))
    activity = source.activities.get()
    before = ActivityFactory(edition=earlier, lineage=activity.lineage)
    ActivityFactory(edition=EditionFactory(label="annan plan"), lineage=activity.lineage)
    report(earlier, "done", activity=before)
    (row,) = carried_from(source, source.user)
    assert (row.tally, row.ending) == ("Genomförd 1", "")


# --- the page ---------------------------------------------------------------------------------------------------------


def url_of(plan):
    return reverse("followup:edition_create", args=[plan.agreement.slug, plan.key])


PERIOD = {"label": "2027:1", "starts_on": "2027-01-01", "ends_on": "2027-06-30"}


def test_edition_create_makes_the_first_edition_empty(client, login_as):
    plan = ActionPlanFactory(cadence="annual")
    login_as(Role.COORDINATOR, party=plan.agreement.coordinating_party)
    assert "börjar tom" in client.get(url_of(plan)).content.decode()
    response = client.post(url_of(plan), PERIOD)
    edition = plan.editions.get()
    assert (edition.label, edition.state, edition.based_on, edition.activities.count()) == ("2027:1", "draft", None, 0)
    assert response.url == reverse("actionplans:edition_edit", args=[plan.agreement.slug, plan.key, "2027:1"])


def test_edition_create_proposes_what_follows_from_cadence_and_reports(client, source):
    report(source, "done")
    adopt(source)
    form = client.get(url_of(source.plan)).context["form"]
    assert [form.initial[name] for name in PERIOD] == ["2027:1", day("2027-01-01"), day("2027-06-30")]
    assert [(row.ending, row.reason) for row in form.rows] == [("closed", "Genomförd enligt uppföljning 2026:2.")]
    everything = client.get(url_of(source.plan), {"urval": "alla"}).context["form"]
    assert [(row.ending, row.reason, row.suggestion) for row in everything.rows] == [("", "", "closed")]


def test_edition_create_ends_with_own_or_common_reason(client, source):
    first, second, third = source.activities.get(), *ActivityFactory.create_batch(2, edition=source)
    ActivityFactory(edition=source, ending="closed", ending_reason="Klar sedan förut")
    adopt(source)
    fates = {f"a{first.pk}": "closed", f"a{first.pk}-skal": "Uppnådd", f"a{second.pk}": "cancelled", f"a{third.pk}": "",
             f"a{third.pk}-skal": "räknas inte", "common_reason": "Pengarna tog slut"}  # fmt: skip
    assert client.post(url_of(source.plan), {**PERIOD, **fates}).status_code == 302
    edition = Edition.objects.get(label="2027:1")
    assert dict(edition.activities.values_list("lineage", "ending_reason")) == {
        first.lineage: "Uppnådd",
        second.lineage: "Pengarna tog slut",
        third.lineage: "",
    }


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"starts_on": "2026-12-01"}, "krockar med 2026:2"),
        ({"label": "2026:2"}, "redan en version med det namnet"),
        ({"label": "ny-version"}, "används i portalens adresser"),
        ({"ends_on": "2026-12-31"}, "Slutdatum kan inte vara före startdatum"),
        ({"fate": "raderas"}, "Välj om aktiviteten följer med"),
        ({"fate": "closed", "reason": "x" * 1001}, "Korta den med"),
        ({"common_reason": "y" * 1001}, "Korta den med"),
    ],
)
def test_edition_create_refuses_in_swedish_and_keeps_all_that_was_typed(client, source, changes, message):
    adopt(source)
    name = f"a{source.activities.get().pk}"
    fate = {name: changes.pop("fate", "cancelled"), f"{name}-skal": changes.pop("reason", "mitt eget skäl")}
    data = {**PERIOD, "common_reason": "mitt gemensamma skäl", **fate, **changes}
    response = client.post(url_of(source.plan), data)
    page = response.content.decode().replace("\N{NO-BREAK SPACE}", " ")
    assert (response.status_code, message in page) == (200, True)
    assert all(value in page for key, value in data.items() if key != name)
    assert Edition.objects.get() == source


@pytest.mark.parametrize(("person", "status"), [("party", 403), ("elsewhere", 403), ("anonymous", 302)])
def test_edition_create_is_for_coordinators(client, login_as, source, person, status):
    party = AccessionFactory(agreement=source.plan.agreement).party if person == "party" else None
    login_as(*(["anonymous"] if person == "anonymous" else [Role.COORDINATOR]), party=party)
    assert client.post(url_of(source.plan), PERIOD).status_code == status
    assert Edition.objects.get() == source


def test_edition_create_tells_of_a_draft_that_is_there_already(client, source):
    adopt(source)
    draft = EditionFactory(plan=source.plan, label="2027:1", starts_on=day("2027-01-01"), ends_on=day("2027-06-30"))
    page = client.get(url_of(source.plan)).content.decode()
    assert (draft.get_absolute_url() in page, 'value="2027:2"' in page) == (True, True)


def test_queries_do_not_follow_rows(client, source):
    report(source, "done")

    def queries():
        client.get(url_of(source.plan))
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url_of(source.plan)).status_code == 200
        return len(captured)

    with_one = queries()
    round = RoundFactory(agreement=source.plan.agreement, label="2026:9")
    for _ in range(29):
        activity = ActivityFactory(edition=source, area=PriorityAreaFactory(agreement=source.plan.agreement))
        report(source, "ongoing", round=round, activity=activity)
    assert queries() == with_one
