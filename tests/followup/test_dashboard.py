"""The council's page and the answers behind it: who reads what, parts of it, and that nothing old is shown."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from followup.dashboard import board_of
from followup.models import Report
from followup.outcome import NOT_REPORTED, facts_of
from followup.services import close_round
from followup.shares import figures_from
from parties.models import Role
from tests.factories import (
    AccessionFactory,
    ActivityFactory,
    MandateFactory,
    MembershipFactory,
    PriorityAreaFactory,
    ReportFactory,
    RoundFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("counts", [{}, {"done": 1}, {"done": 2, "deviating": 1, NOT_REPORTED: 4}])
def test_figures_from_adds_up(counts):
    figures = figures_from(counts)
    assert {share.code: share.count for share in figures.shares if share.count} == counts
    assert figures.total == sum(counts.values()) == figures.submitted + figures.silent
    assert sum(float(share.width) for share in figures.shares) == pytest.approx(100 if counts else 0, abs=0.05)


def test_a_saved_draft_moves_no_figure():
    report = ReportFactory()
    before = facts_of(report.round)
    report.status, report.text = "done", "snart klart"
    report.save()
    assert facts_of(report.round) == before
    assert Report.objects.get().state == "draft"


def test_parties_puts_the_silent_first():
    round = RoundFactory()
    ReportFactory(round=round, submitted=True, party__name="Avesta kommun")
    ReportFactory(round=round, party__name="Örebro kommun")
    ReportFactory(round=round, party__name="Ånge kommun")
    rows = [(row["name"], row["asked"], row["missing"]) for row in board_of(round, AnonymousUser()).silent_parties]
    assert rows == [("Ånge kommun", 1, 1), ("Örebro kommun", 1, 1)]


# --- the page ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def deviating():
    """An answer that deviates and asks the council something, in an open round with two areas and a silent party."""
    round = RoundFactory(agreement__published_on="2026-01-01", agreement__status="in_force")
    plan, areas = {"edition__plan__agreement": round.agreement}, ("Boende", "Arbete")
    boende, arbete = (
        ActivityFactory(**plan, area=PriorityAreaFactory(agreement=round.agreement, name=name, key=name.lower()))
        for name in areas
    )
    report = ReportFactory(
        round=round, activity=boende, party__name="Heby kommun", submitted=True, status="deviating",
        deviation_cause="Personal saknas", decision_asked="Ska tiden förlängas?",
    )  # fmt: skip
    ReportFactory(round=round, activity=arbete, party__name="Knivsta kommun")
    for row in round.reports.all():
        AccessionFactory(agreement=round.agreement, party=row.party)
    return report


def page(client, round, query="", name="round_detail"):
    return client.get(reverse(f"followup:{name}", args=[round.agreement.slug, round.label]) + query)


def act_as(client, reader, report):
    agreement = report.round.agreement
    hats = {
        "council": {"role": Role.COUNCIL_MEMBER, "group": MandateFactory(agreement=agreement).body.group()},
        "own party": {"role": Role.REPORTER, "party": report.party},
        "other party": {"role": Role.REPORTER, "party": report.round.reports.exclude(pk=report.pk).get().party},
    }
    client.force_login(MembershipFactory(**hats[reader]).user)


def test_round_detail_tells_each_reader_no_more_than_it_may_read(client, deviating):
    """What is kept for one reader is not shown to another."""
    told = {}
    for reader in ("council", "other party", "own party"):
        act_as(client, reader, deviating)
        text = page(client, deviating.round).content.decode()
        told[reader] = "Personal saknas" in text, "Ska tiden förlängas?" in text
    assert told == {"council": (True, True), "other party": (False, False), "own party": (True, True)}


def test_round_detail_shows_what_is_written_at_once(client, deviating):
    act_as(client, "council", deviating)
    assert b"1 parter" not in page(client, deviating.round).content
    silent = deviating.round.reports.get(submitted_at=None)
    silent.status = "done"
    silent.save_version(silent.version)
    silent.submit(by=UserFactory())
    assert page(client, deviating.round).context["board"].silent_parties == []


PARTS = {
    "": (["Boende", "Arbete", ""], ["Heby kommun", "Knivsta kommun"], 2),
    "?omrade=boende": (["Boende"], ["Heby kommun"], 1),
    "?omrade=finns-inte": (["Boende", "Arbete", ""], ["Heby kommun", "Knivsta kommun"], 2),
}


@pytest.mark.parametrize("query", PARTS)
def test_round_detail_shows_a_part_by_itself(client, deviating, query):
    act_as(client, "council", deviating)
    board = page(client, deviating.round, query).context["board"]
    parties = [line["row"]["name"] for line in board.party_rows]
    assert ([name for name, _cells in board.area_rows], parties, board.figures.total) == PARTS[query]


def test_round_detail_keeps_no_page_of_a_part_that_does_not_exist(client, deviating):
    act_as(client, "council", deviating)
    for query, drawn_again in (("?omrade=boende", False), ("?omrade=finns-inte", True)):
        page(client, deviating.round, query)
        again = page(client, deviating.round, query)
        assert ("followup/_round_result.html" in {template.name for template in again.templates}) is drawn_again


ANSWERS = {
    "": ["Heby kommun", "Knivsta kommun"],
    "?status=deviating": ["Heby kommun"],
    "?status=not_reported": ["Knivsta kommun"],
    "?status=asks": ["Heby kommun"],
    "?status=on_track": [],
    "?omrade=arbete": ["Knivsta kommun"],
    "?omrade=arbete&status=deviating": [],
    "?status=vad-som-helst": ["Heby kommun", "Knivsta kommun"],
}


@pytest.mark.parametrize("closed", [False, True])
@pytest.mark.parametrize("query", ANSWERS)
def test_round_answers_shows_what_the_address_names(client, deviating, query, closed):
    if closed:
        close_round(round=deviating.round, by=UserFactory())
    act_as(client, "council", deviating)
    areas = page(client, deviating.round, query, "round_answers").context["areas"]
    names = [report["name"] for _area, rows in areas for row in rows for report in row["reports"]]
    assert names == ANSWERS[query]


def test_round_detail_of_a_published_round_is_kept_by_browsers(client, deviating):
    close_round(round=deviating.round, by=UserFactory())
    deviating.round.publish(by=UserFactory())
    etag = page(client, deviating.round)["ETag"]
    url = reverse("followup:round_detail", args=[deviating.round.agreement.slug, deviating.round.label])
    assert client.get(url, headers={"If-None-Match": etag}).status_code == 304
    deviating.round.reopen(by=UserFactory(), reason="Fel siffror")
    act_as(client, "council", deviating)
    assert "ETag" not in page(client, deviating.round)


def test_round_detail_without_areas_stays_readable(client):
    report = ReportFactory(submitted=True, status="done")
    client.force_login(MembershipFactory(role=Role.COORDINATOR, party=report.round.agreement.coordinating_party).user)
    assert "Utan område" in page(client, report.round).content.decode()
