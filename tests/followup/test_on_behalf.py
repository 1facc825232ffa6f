"""A coordinator hands in for a party: marked for ever, and the party's draft is neither shown nor lost."""

import pytest
from django.urls import reverse
from django.utils import timezone

from followup.models import Incomplete, Report
from followup.reviewing import submit_on_behalf
from followup.services import close_round
from lib.db import Frozen
from parties.models import Role
from tests.factories import MembershipFactory, ReportFactory, UserFactory

pytestmark = pytest.mark.django_db
SOURCE = "telefonsamtal 2026-11-20"


@pytest.fixture
def report():
    """The party has written a draft that nobody else may see."""
    report = ReportFactory(party__name="Heby kommun", activity__counts="number")
    report.status, report.text, report.numbers = "ongoing", "Vårt hemliga utkast", {"total": 3}
    report.save_version(report.version)
    return report


@pytest.fixture
def coordinator(client, report):
    user = MembershipFactory(role=Role.COORDINATOR, party=report.round.agreement.coordinating_party).user
    client.force_login(user)
    return user


def address(report, name="report_on_behalf"):
    return reverse(f"followup:{name}", args=[report.round.agreement.slug, report.round.label, report.pk])


def answer(**changes):
    return {"source": SOURCE, "status": "done", "text": "Klart enligt Heby.", "numbers_total": "1 200", **changes}


def test_report_on_behalf_shows_nothing_of_the_draft(client, coordinator, report):
    page = client.get(address(report)).content.decode()
    assert ("hemliga" in page, 'value="3"' in page, "checked" in page) == (False, False, False)


def test_report_on_behalf_hands_in_marked_and_keeps_the_draft_in_the_history(client, coordinator, report):
    response = client.post(address(report), answer())
    stored = Report.objects.get()
    assert response.url == address(report, "report_review")
    assert (stored.state, stored.on_behalf, stored.submitted_by) == ("submitted", SOURCE, coordinator)
    assert (stored.status, stored.text, stored.numbers) == ("done", "Klart enligt Heby.", {"total": 1200})
    assert "Vårt hemliga utkast" in stored.history.values_list("text", flat=True)


def test_report_on_behalf_is_told_wherever_the_report_is_read(client, coordinator, report):
    client.post(address(report), answer())
    for name in ("report_review", "report_detail"):
        page = client.get(address(report, name)).content.decode()
        assert f"av samordnaren för Heby kommun, efter {SOURCE}" in page
        assert "hemliga" not in page


@pytest.mark.parametrize(
    ("changes", "advice"),
    [
        ({"source": ""}, "Hur fick du svaret?"),
        ({"status": ""}, "Välj hur det går."),
        ({"numbers_total": ""}, "Fyll i antal, eller välj Saknas"),
        ({"numbers_total": "ca 20"}, "ca 20"),
        ({"status": "deviating"}, "Skriv orsaken till avvikelsen."),
        ({"new_end_date": "2020-01-01"}, "Datumet har redan varit"),
        ({"text": "Anna 811228-9874 deltar."}, "ser ut som ett personnummer"),
    ],
)
def test_report_on_behalf_says_what_is_wrong_and_keeps_the_text(client, coordinator, report, changes, advice):
    sent = answer(**changes)
    page = client.post(address(report), sent).content.decode()
    assert Report.objects.get().state == "draft"
    assert advice in page
    assert sent["text"] in page


@pytest.mark.parametrize("late", ["submitted", "closed"])
def test_submit_on_behalf_never_replaces_what_is_handed_in(report, late):
    if late == "closed":
        close_round(round=report.round, by=UserFactory())
    else:
        report.submit(by=UserFactory())
    with pytest.raises(Frozen):
        submit_on_behalf(report=report, values={"status": "done"}, source=SOURCE, by=UserFactory())
    assert Report.objects.get().text == "Vårt hemliga utkast"


def test_submit_on_behalf_takes_nothing_from_the_draft(report):
    with pytest.raises(Incomplete) as lacking:
        submit_on_behalf(report=report, values={"status": "done"}, source=SOURCE, by=UserFactory())
    assert list(lacking.value.args[0]) == ["numbers"]


def test_report_on_behalf_of_a_returned_report_begins_with_what_was_handed_in(client, coordinator, report):
    report.submit(by=UserFactory())
    report.send_back(by=coordinator, reasons={}, comment="Fel siffror")
    Report.objects.update(text="Nytt utkast")
    page = client.get(address(report)).content.decode()
    assert ("Vårt hemliga utkast" in page, "Nytt utkast" in page) == (True, False)
    assert timezone.now() > Report.objects.get().returned_at
