"""One answer in several counties: what is copied, what is the county's own, and what colleagues wrote meanwhile."""

import pytest
from django.utils import timezone

from followup.models import Report
from tests import factories as make
from tests.followup.form import address, asked_party, person_of, reports_of

pytestmark = pytest.mark.django_db
SAID = {"status": "ongoing", "degree": "half", "text": "Vi har utbildat handledare.", "effect": "Fler vågar."}


@pytest.fixture
def agency():
    """A report that is answered, and the same party's unanswered one in another county."""
    place = asked_party("Migrationsverket")
    other = make.ReportFactory(party=place.party, numbers={"total": 7}, addition="Bara hos oss", decision_asked="Mer")
    make.RespondentFactory(round=other.round, party=place.party)
    (report,) = reports_of(place)
    Report.objects.filter(pk=report.pk).update(**SAID, numbers={"total": 99}, addition="För första länet")
    return Report.objects.get(pk=report.pk), other


def copy(client, report, *others):
    to = [f"{other.pk}:{other.version}" for other in others]
    return client.post(address("report_reuse", report), {"to": to}, follow=True)


def test_report_reuse_copies_the_answer_and_leaves_the_countys_own(client, agency):
    report, other = agency
    user = person_of(client, report.party)
    copy(client, report, other)
    stored = Report.objects.get(pk=other.pk)
    assert {name: getattr(stored, name) for name in SAID} == SAID
    assert (stored.numbers, stored.addition, stored.decision_asked) == ({"total": 7}, "Bara hos oss", "Mer")
    assert (stored.reused_from, stored.submitted_at, stored.history.first().history_user) == (report, None, user)


def test_report_reuse_does_not_overwrite_what_a_colleague_wrote_meanwhile(client, agency):
    report, other = agency
    user = person_of(client, report.party)
    Report.objects.get(pk=other.pk).save_answers({"text": "En kollegas text"}, version=1, by=user)
    page = copy(client, report, other).content.decode()
    assert ("ändrades av en kollega" in page, Report.objects.get(pk=other.pk).text) == (True, "En kollegas text")


@pytest.mark.parametrize("state", ["handed in", "another party", "closed", "same agreement"])
def test_report_reuse_offers_only_the_partys_open_reports_elsewhere(client, agency, state):
    report, other = agency
    if state == "handed in":
        Report.objects.filter(pk=other.pk).update(status="done", submitted_at=timezone.now())
    if state == "another party":
        Report.objects.filter(pk=other.pk).update(party=make.PartyFactory())
    if state == "closed":
        other.round.closed_at = timezone.now()
        other.round.save()
    if state == "same agreement":
        row = make.ActivityFactory(edition__plan__agreement=report.round.agreement)
        other = make.ReportFactory(round=report.round, party=report.party, activity=row)
    person_of(client, report.party)
    assert f'id="to{other.pk}"' not in client.get(address("report_reuse", report)).content.decode()
    copy(client, report, other)
    assert Report.objects.get(pk=other.pk).text == ""


def test_report_reuse_warns_where_an_answer_is_replaced(client, agency):
    report, other = agency
    Report.objects.filter(pk=other.pk).update(text="Redan påbörjat")
    person_of(client, report.party)
    page = client.get(address("report_reuse", report)).content.decode()
    assert ("Ert påbörjade svar ersätts:" in page, "Redan påbörjat" in page, " checked" in page) == (True, True, False)


@pytest.mark.parametrize("to", [[], ["x"], ["1:"], ["9" * 40 + ":1"]])
def test_report_reuse_asks_for_a_choice(client, agency, to):
    report, _other = agency
    person_of(client, report.party)
    page = client.post(address("report_reuse", report), {"to": to}).content.decode()
    assert "Välj minst en aktivitet." in page


def test_party_form_leads_to_other_counties(client, agency):
    report, _other = agency
    person_of(client, report.party)
    place = report.round.respondents.get(party=report.party)
    page = client.get(address("party_form", place), {"oppen": report.pk}).content.decode()
    assert ("Använd svaret i fler län" in page, 'name="addition"' in page) == (True, True)
