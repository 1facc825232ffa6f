"""What is kept of the control view: never older than what is stored, and only for who oversees the round."""

import datetime
import re

import pytest
from django.core.cache import caches
from django.urls import reverse
from django.utils import timezone

from followup.answers import begin, retract_package
from followup.models import Respondent, Round
from followup.reviewing import approve_many
from followup.services import close_round, extend
from parties.models import Role
from parties.services import join
from tests import factories as make

pytestmark = pytest.mark.django_db

AHEAD = datetime.date(2099, 11, 12)


@pytest.fixture
def report():
    """A handed in answer of an open round; another party has written and not handed in."""
    agreement = make.AgreementFactory(published_on="2026-01-01", status="in_force")
    area = make.PriorityAreaFactory(agreement=agreement, name="Boende")
    body = make.MandateFactory(agreement=agreement, level="deciding").body
    round = make.RoundFactory(agreement=agreement, meeting=make.MeetingFactory(body=body, held_on=AHEAD))
    activity = make.ActivityFactory(edition__plan__agreement=agreement, area=area, title="Bygga")
    party = make.AccessionFactory(agreement=agreement, party__name="Heby kommun").party
    report = make.ReportFactory(round=round, activity=activity, party=party, submitted=True, text="Klart")
    silent = make.ReportFactory(round=round, activity=activity, party__name="Knivsta kommun", status="done", text="Ja")
    for asked in (report, silent):
        make.RespondentFactory(round=round, party=asked.party)
    return report


def address(round, **chosen):
    return reverse("followup:round_review", args=[round.agreement.slug, round.label], query=chosen)


def page_of(client, round, **chosen):
    """The page without the tokens that differ from one answer to the next."""
    answer = client.get(address(round, **chosen))
    return re.sub(r'name="csrfmiddlewaretoken" value="\w*"', "", answer.content.decode().split("<main")[1])


@pytest.fixture
def reader(client, login_as, report):
    login_as(Role.COORDINATOR, party=report.round.agreement.coordinating_party)
    return client


def change(row, **values):
    for name, value in values.items():
        setattr(row, name, value)
    row.save()


def by():
    return {"by": make.UserFactory()}


def silent_of(report):
    return report.round.reports.get(submitted_at=None)


def closed(report):
    close_round(round=report.round, **by())
    return Round.objects.get(pk=report.round.pk)


def place_of(report):
    return Respondent.objects.get(round=report.round, party=report.party)


WRITES = {
    "answer handed in": lambda row: silent_of(row).submit(**by()),
    "answer taken back": lambda row: row.retract(**by()),
    "answers taken back together": lambda row: retract_package(respondent=place_of(row), **by()),
    "answer approved": lambda row: row.approve(**by()),
    "answers approved together": lambda row: approve_many(round=row.round, seen={row.pk: row.version}, **by()),
    "answer returned": lambda row: row.send_back(reasons={"text": "Mer"}, due_on=AHEAD, **by()),
    "answer handed in anew": lambda row: [row.retract(**by()), row.submit(**by())],
    "party opens its form": lambda row: begin(round=row.round, party=silent_of(row).party),
    "party given longer": lambda row: extend(
        round=row.round, parties=[row.party], to=datetime.date(2099, 1, 1), reason="Sjukdom", **by()
    ),
    "party renamed": lambda row: change(row.party, name="Nya kommunen"),
    "party without a place renamed": lambda row: [
        Respondent.objects.filter(party=row.party).delete(), change(row.party, name="Nya kommunen")
    ],
    "party asked about more": lambda row: make.ReportFactory(
        round=row.round, party=row.party, activity__edition__plan__agreement=row.round.agreement
    ),
    "party follows another": lambda row: row.round.reports.filter(pk=row.pk).update(party=make.PartyFactory()),
    "area renamed": lambda row: change(row.activity.area, name="Nytt område"),
    "meeting moved": lambda row: change(row.round.meeting, held_on=datetime.date(2099, 12, 1)),
    "body renamed": lambda row: change(row.round.meeting.body, name="Nya rådet"),
    "agreement renamed": lambda row: change(row.round.agreement, short_name="Nytt namn"),
    "round's days changed": lambda row: change(row.round, due_on=datetime.date(2099, 10, 1)),
    "review begun": lambda row: row.round.start_review(**by()),
    "round closed": closed,
    "round published": lambda row: closed(row).publish(**by()),
    "round opened again": lambda row: closed(row).reopen(reason="Fel uppgift", **by()),
}  # fmt: skip


@pytest.mark.parametrize("write", WRITES)
def test_round_review_is_never_older_than_what_is_stored(reader, report, write):
    before = page_of(reader, report.round)
    WRITES[write](report)
    seen = page_of(reader, report.round)
    caches["pages"].clear()
    assert seen == page_of(reader, report.round)
    assert seen != before


def test_round_review_is_another_the_day_after_the_last(reader, report, monkeypatch):
    before = page_of(reader, report.round)
    monkeypatch.setattr(timezone, "localdate", lambda *_: report.round.due_on + datetime.timedelta(days=1))
    assert page_of(reader, report.round) != before


def test_round_review_does_not_move_with_a_draft(reader, report):
    before = page_of(reader, report.round)
    silent_of(report).save_answers({"text": "Nästan"}, version=1, **by())
    assert page_of(reader, report.round) == before
    caches["pages"].clear()
    assert page_of(reader, report.round) == before


def test_round_review_that_is_kept_takes_four_questions(reader, report, django_assert_num_queries):
    page_of(reader, report.round)
    with django_assert_num_queries(4):  # the session with its person, the hats, the round, the parties
        page_of(reader, report.round)


def test_round_review_is_kept_for_each_choice(reader, report):
    for _again in range(2):
        pages = [page_of(reader, report.round, **chosen) for chosen in ({}, {"visa": "vantar"}, {"valj": "inga"})]
        assert len(set(pages)) == 3


@pytest.mark.parametrize("chosen", [{"omrade": 7}, {"part": 7}, {"oppna": 7}, {"_kvar": "nyckel"}])
def test_round_review_with_anything_else_in_its_address_is_not_kept(reader, report, chosen):
    for _again in range(2):
        answer = reader.get(address(report.round, **chosen))
        assert "followup/round_review.html" in {template.name for template in answer.templates}


def test_round_review_that_is_kept_shows_nobody_what_others_draft(client, report):
    """Coordinators and their board's auditors by turns, each with what they may do; whoever came first."""
    board, words = report.round.agreement.coordinating_party, "Nästan klart med taket"
    silent_of(report).save_answers({"text": words}, version=1, **by())
    users = {
        role: join(user=make.UserFactory(), party=party, role=role).user
        for role, party in ((Role.COORDINATOR, board), (Role.AUDITOR, board), (Role.REPORTER, report.party))
    }
    for role in [*users, *users]:
        client.force_login(users[role])
        answer = client.get(address(report.round))
        assert words not in answer.text
        assert answer.status_code == (403 if role == Role.REPORTER else 200)
        assert ('id="flera"' in answer.text) is (role == Role.COORDINATOR)


def test_round_review_that_is_kept_closes_with_the_role(client, report):
    hat = join(user=make.UserFactory(), party=report.round.agreement.coordinating_party, role=Role.COORDINATOR)
    client.force_login(hat.user)
    assert client.get(address(report.round)).status_code == 200
    hat.starts_on = hat.ends_on = timezone.localdate() - datetime.timedelta(days=1)
    hat.save()
    assert client.get(address(report.round)).status_code == 404  # as to everybody who has no part in the round
