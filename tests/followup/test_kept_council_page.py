"""What is kept of the council's page: never older than what is stored, and never another's."""

import datetime
import re

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from followup.models import Round
from followup.pack import make_packs
from followup.services import close_round, extend
from governance.models import Decision, Meeting, Seat
from parties.models import Role
from parties.services import join
from tests import factories as make

pytestmark = pytest.mark.django_db

BEFORE, AHEAD = datetime.date(2026, 5, 1), datetime.date(2099, 11, 12)


EVIDENCE = "followup_assessment_reports", "followup_assessment"


@pytest.fixture
def report():
    """A handed in answer of an open round, with one of everything that the round's page shows."""
    agreement = make.AgreementFactory(published_on="2026-01-01", status="in_force")
    body = make.MandateFactory(agreement=agreement, level="deciding").body
    area = make.PriorityAreaFactory(agreement=agreement, name="Boende")
    goal = make.GoalFactory(agreement=agreement, area=area, text="Alla har en bostad")
    held = make.MeetingFactory(body=body, held_on=BEFORE, published_at=timezone.now())
    decision = make.DecisionFactory(body=body, meeting=held, agreement=agreement, decided_on=BEFORE)
    make.AssignmentFactory(decision=decision)
    round = make.RoundFactory(agreement=agreement, meeting=make.MeetingFactory(body=body, held_on=AHEAD))
    activity = make.ActivityFactory(edition__plan__agreement=agreement, area=area, title="Bygga")
    party = make.AccessionFactory(agreement=agreement, party__name="Heby kommun").party
    report = make.ReportFactory(round=round, activity=activity, party=party, submitted=True, text="Klart")
    silent = make.ReportFactory(round=round, activity=activity, party__name="Knivsta kommun", status="done", text="Ja")
    for asked in (report, silent):
        make.RespondentFactory(round=round, party=asked.party)
    make.AssessmentFactory(round=round, goal=goal, body=body, analysis="Det går bra.")
    make.MeasurementFactory(indicator=make.IndicatorFactory(agreement=agreement, goal=goal, is_key=True))
    return report


@pytest.fixture
def reader(client, login_as, report):
    login_as(Role.COORDINATOR, party=report.round.agreement.coordinating_party)
    return client


def page_of(client, round):
    """The page without the tokens that differ from one answer to the next."""
    answer = client.get(reverse("followup:round_detail", args=[round.agreement.slug, round.label]))
    return re.sub(r'name="csrfmiddlewaretoken" value="\w*"', "", answer.content.decode().split("<main")[1])


def change(row, **values):
    for name, value in values.items():
        setattr(row, name, value)
    row.save()


def silent_of(report):
    return report.round.reports.get(submitted_at=None)


def decision_of(report):
    return Decision.objects.get(agreement=report.round.agreement)


def closed(report):
    close_round(round=report.round, by=make.UserFactory())
    return Round.objects.get(pk=report.round.pk)


def by():
    return {"by": make.UserFactory()}


def goal_of(report):
    return report.round.assessments.get().goal


WRITES = {
    "answer handed in": lambda row: silent_of(row).submit(**by()),
    "answer taken back": lambda row: row.retract(**by()),
    "party given longer": lambda row: extend(
        round=row.round, parties=[row.party], to=datetime.date(2099, 1, 1), reason="Sjukdom", **by()
    ),
    "party renamed": lambda row: change(row.party, name="Nya kommunen"),
    "area renamed": lambda row: change(row.activity.area, name="Nytt område"),
    "goal rewritten": lambda row: change(goal_of(row), text="Nytt mål"),
    "draft of an assessment written": lambda row: change(row.round.assessments.get(), analysis="Det går sämre."),
    "assessments updated": lambda row: row.round.assessments.update(analysis="Det går sämre."),
    "assessment agreed on": lambda row: row.round.assessments.get().agree(meeting=None, **by()),
    "value measured": lambda row: make.MeasurementFactory(
        indicator=row.round.agreement.indicator_set.get(), year=2025, value=12
    ),
    "decision reworded": lambda row: change(decision_of(row), title="Ett annat beslut"),
    "decisions updated": lambda row: Decision.objects.filter(pk=decision_of(row).pk).update(title="Ett annat"),
    "decision added": lambda row: make.DecisionFactory(
        body=decision_of(row).body, meeting=decision_of(row).meeting, decided_on=BEFORE, title="Ännu ett"
    ),
    "assignment reported": lambda row: change(
        decision_of(row).assignments.get(), answer="Gjort", reported_at=timezone.now()
    ),
    "assignment added": lambda row: make.AssignmentFactory(decision=decision_of(row), text="Ett till"),
    "meeting moved": lambda row: change(decision_of(row).meeting, held_on=BEFORE - datetime.timedelta(days=1)),
    "meeting ahead moved": lambda row: change(row.round.meeting, held_on=datetime.date(2099, 12, 1)),
    "meetings updated": lambda row: Meeting.objects.filter(pk=decision_of(row).meeting_id).update(held_on="2026-04-01"),
    "body renamed": lambda row: change(decision_of(row).body, name="Nya rådet"),
    "round's days changed": lambda row: change(row.round, close_on=datetime.date(2099, 10, 1)),
    "review begun": lambda row: row.round.start_review(**by()),
    "round closed": closed,
    "round published": lambda row: closed(row).publish(**by()),
    "round opened again": lambda row: closed(row).reopen(reason="Fel uppgift", **by()),
    "obstacle reported": lambda row: make.ObstacleFactory(
        agreement=row.round.agreement, party=row.party, reported=True
    ),
    "papers made": lambda row: make_packs(round=closed(row), **by()),
}


@pytest.mark.parametrize("write", WRITES)
def test_round_detail_is_never_older_than_what_is_stored(reader, report, write, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    before = page_of(reader, report.round)
    WRITES[write](report)
    seen = page_of(reader, report.round)
    caches["pages"].clear()
    assert seen == page_of(reader, report.round)
    assert seen != before


AFTER_CLOSING = [
    "party renamed", "area renamed", "goal rewritten", "decision reworded", "meeting moved", "body renamed",
    "value measured", "obstacle reported", "round published", "papers made",
]  # fmt: skip


@pytest.mark.parametrize("write", AFTER_CLOSING)
def test_round_detail_of_a_closed_round_is_what_it_would_be_drawn_anew(reader, report, write, settings, tmp_path):
    """Its figures are kept also where the agreement is written in: they are stored, with their names."""
    settings.MEDIA_ROOT = tmp_path
    round = closed(report)
    again = {"round published": lambda: round.publish(**by()), "papers made": lambda: make_packs(round=round, **by())}
    page_of(reader, round)
    again.get(write, lambda: WRITES[write](report))()
    seen = page_of(reader, round)
    caches["pages"].clear()
    assert seen == page_of(reader, round)


UNSEEN = {
    "draft written": lambda row: silent_of(row).save_answers({"text": "Nästan"}, version=1, by=make.UserFactory()),
    "seat added": lambda row: make.SeatFactory(body=decision_of(row).body),
    "somebody else's letter": lambda row: make.MailFactory(),
}


@pytest.mark.parametrize("write", UNSEEN)
def test_round_detail_does_not_move_with_what_it_does_not_show(reader, report, write):
    before = page_of(reader, report.round)
    UNSEEN[write](report)
    assert page_of(reader, report.round) == before


def test_round_detail_that_is_kept_takes_three_questions(reader, report, django_assert_num_queries):
    page_of(reader, report.round)
    with django_assert_num_queries(3):  # the session with its person, the hats, the round
        page_of(reader, report.round)


def test_round_detail_with_something_else_in_its_address_is_not_kept(reader, report):
    """A text that somebody sent too late is shown again at such an address."""
    url = reverse("followup:round_detail", args=[report.round.agreement.slug, report.round.label])
    for _again in range(2):
        answer = reader.get(url, {"_kvar": "nyckel"})
        assert "followup/round_detail.html" in {template.name for template in answer.templates}


def test_round_detail_is_each_readers_own(client, report):
    """The secretary of the assessing body reads its draft, a party's reporter does not, whoever came first."""
    body, texts = decision_of(report).body, {}
    secretary, reporter = make.UserFactory(), make.UserFactory()
    hat = join(user=secretary, party=make.PartyFactory(), role=Role.COUNCIL_MEMBER, group=body.group())
    make.SeatFactory(body=body, party=hat.party, membership=hat, role=Seat.Role.SECRETARY)
    join(user=reporter, party=report.party, role=Role.REPORTER)
    for user in (secretary, reporter, secretary, reporter):
        client.force_login(user)
        texts.setdefault(user, set()).add("Det går bra." in page_of(client, report.round))
    assert texts == {secretary: {True}, reporter: {False}}
    hat.ends_on = timezone.localdate() - datetime.timedelta(days=1)
    hat.starts_on = hat.ends_on
    hat.save()
    client.force_login(secretary)
    assert "Det går bra." not in page_of(client, report.round)


def test_round_detail_tells_a_party_its_own_words_alone(client, report):
    """What is counted is kept for all with the same rights; the words of an answer are its party's until published."""
    other = silent_of(report)
    make.AccessionFactory(agreement=report.round.agreement, party=other.party)
    words = {report.party: "Saknar lokaler", other.party: "Saknar personal"}
    report.retract(**by())
    for row in (report, other):
        said = {"deviation_cause": words[row.party], "deviation_measure": "Vi anställer", "new_end_date": AHEAD}
        change(row, status="deviating", **said)
        row.submit(**by())
    readers = {party: make.UserFactory() for party in words}
    for party, user in readers.items():
        join(user=user, party=party, role=Role.REPORTER)
    for party in [*words, *words]:
        client.force_login(readers[party])
        page = page_of(client, report.round)
        assert [text in page for text in words.values()] == [name == party for name in words]


@pytest.mark.parametrize("published", [False, True])
def test_round_detail_tells_the_readers_party_by_the_name_it_has_now(client, report, published):
    """The name is in no figure, and nothing else of the page moves with it: also a page in the browser is old."""
    user = make.UserFactory()
    unasked = make.AccessionFactory(agreement=report.round.agreement, party__name="Gamla kommunen").party
    hat = join(user=user, party=unasked, role=Role.READER)
    if published:
        closed(report).publish(**by())
    client.force_login(user)
    url = report.round.get_absolute_url()
    etag = client.get(url).headers.get("ETag", "")
    change(hat.party, name="Den nya kommunen")
    answer = client.get(url, headers={"If-None-Match": etag})
    assert (answer.status_code, "Den nya kommunen" in answer.text) == (200, True)


def test_forms_of_a_kept_page_carry_the_tokens_of_who_reads_it(report, login_as):
    user = login_as(Role.COORDINATOR, party=report.round.agreement.coordinating_party)
    first, second = Client(enforce_csrf_checks=True), Client(enforce_csrf_checks=True)
    url = report.round.get_absolute_url()
    for browser in (first, second):
        browser.force_login(user)
        browser.get(url)
        html = browser.get(url).content.decode()
        fields = dict(re.findall(r'name="(csrfmiddlewaretoken|form_mark)" value="([^"]*)"', html))
        again = reverse("followup:round_start_review", args=[report.round.agreement.slug, report.round.label])
        assert browser.post(again, fields).url == url  # a token that is not the browser's leads back to the form


def evidence_link(report):
    return (
        f'href="{reverse("followup:report_detail", args=[report.round.agreement.slug, report.round.label, report.pk])}"'
    )


LINKED = {
    "answer taken back": lambda row: row.retract(**by()),
    "answer returned": lambda row: row.send_back(reasons={"text": "Mer"}, **by()),
    "answer approved": lambda row: row.approve(**by()),
    "answer handed in anew": lambda row: [row.retract(**by()), row.submit(**by())],
}


@pytest.mark.parametrize("write", LINKED)
def test_round_detail_leads_to_the_evidence_that_the_reader_may_open(client, report, write):
    """Before the write and after it, whoever came first; what is named as evidence stands there all the same."""
    other = make.AccessionFactory(agreement=report.round.agreement, party__name="Tierps kommun").party
    report.round.assessments.get().reports.add(report)
    report.round.assessments.get().agree(meeting=None, **by())
    hats = {
        "coordinator": {"party": report.round.agreement.coordinating_party, "role": Role.COORDINATOR},
        "own": {"party": report.party, "role": Role.REPORTER},
        "other": {"party": other, "role": Role.REPORTER},
    }
    users = {name: join(user=make.UserFactory(), **hat).user for name, hat in hats.items()}

    def seen():
        told = {}
        for name, user in users.items():
            client.force_login(user)
            page = page_of(client, report.round)
            assert f"{report.activity.title}, Heby kommun" in page
            told[name] = evidence_link(report) in page
            if told[name]:
                assert client.get(evidence_link(report).split('"')[1]).status_code == 200
        return told

    assert seen() == {"coordinator": True, "own": True, "other": False}
    LINKED[write](report)
    is_in = write not in ("answer taken back", "answer returned")
    assert seen() == {"coordinator": is_in, "own": is_in, "other": False}


def test_round_detail_after_an_answer_asks_one_question_for_the_evidence(client, report, login_as):
    """One for all readers; the half page below is drawn anew only where an answer that it names came or went."""
    report.round.assessments.get().reports.add(report)
    login_as(Role.COORDINATOR, party=report.round.agreement.coordinating_party)
    page_of(client, report.round)
    silent_of(report).submit(**by())
    with CaptureQueriesContext(connection) as asked:
        page_of(client, report.round)
    texts = [query["sql"] for query in asked]
    assert [len([text for text in texts if f'FROM "{table}"' in text]) for table in EVIDENCE] == [1, 0]


def test_round_detail_names_who_reads_it_also_without_a_role(client, report):
    close_round(round=report.round, by=make.UserFactory())
    Round.objects.get(pk=report.round_id).publish(by=make.UserFactory())
    for name in ("Alva Öberg", "Bo Ek"):
        client.force_login(make.UserFactory(name=name))
        assert name in client.get(report.round.get_absolute_url()).text
