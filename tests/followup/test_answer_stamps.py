"""The round's stamp tells whether anything handed in has moved: pages of an open round are kept under it."""

import pytest

from followup.answers import retract_package, submit_package
from followup.models import Report, Round
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def party():
    """A party's place in an open round, with an answer that is handed in and one that is a draft."""
    place = make.RespondentFactory()
    for submitted in (True, False):
        make.ReportFactory(round=place.round, party=place.party, submitted=submitted, status="done", text="Klart")
    return place


def submitted(party):
    return party.round.reports.get(submitted_at__isnull=False)


def draft(party):
    return party.round.reports.get(submitted_at=None)


def approver(party):
    return make.MembershipFactory(party=party.party, role="approver").user


def hand_in(party):
    submit_package(
        respondent=party, versions=dict(party.round.reports.values_list("pk", "version")), by=approver(party)
    )


# what is written, and whether it moves what others read
WRITES = {
    "one handed in": (lambda party, by: draft(party).submit(by=by), True),
    "all handed in": (lambda party, by: hand_in(party), True),
    "one taken back": (lambda party, by: submitted(party).retract(by=by), True),
    "all taken back": (lambda party, by: retract_package(respondent=party, by=by), True),
    "approved": (lambda party, by: submitted(party).approve(by=by), True),
    "returned": (lambda party, by: submitted(party).send_back(by=by, reasons={"text": "Skriv mer."}), True),
    "added": (lambda party, by: make.ReportFactory(round=party.round, party=party.party), True),
    "many added": (
        lambda party, by: Report.objects.bulk_create(
            [Report(round=party.round, party=party.party, activity=make.ActivityFactory())]
        ),
        True,
    ),
    "moved to another party": (
        lambda party, by: Report.objects.filter(pk=submitted(party).pk).update(party=make.PartyFactory()), True
    ),
    "removed": (lambda party, by: draft(party).delete(), True),
    "many removed": (lambda party, by: Report.objects.filter(pk=draft(party).pk).delete(), True),
    "a draft written": (lambda party, by: draft(party).save_answers({"text": "Nästan"}, version=1, by=by), False),
    "another round's": (lambda party, by: make.ReportFactory(submitted=True), False),
}  # fmt: skip


@pytest.mark.parametrize("write", WRITES)
def test_round_has_a_new_stamp_with_every_answer_that_others_read(party, write):
    does, moves = WRITES[write]
    stamps = Round.objects.filter(pk=party.round.pk).values_list("stamp", flat=True)
    before = stamps.get()
    does(party, make.UserFactory())
    assert (stamps.get() != before) == moves
