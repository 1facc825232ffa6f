"""The round's figures, recomputed one row at a time."""

import pytest
from django.contrib.auth.models import AnonymousUser
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from followup.dashboard import board_of
from followup.models import Report, ReportStatus
from followup.outcome import NOT_REPORTED, facts_of
from followup.shares import figures_from
from tests.factories import ReportFactory, RoundFactory

ANSWERS = st.lists(st.tuples(st.sampled_from(["", *ReportStatus.values]), st.booleans()), max_size=8)


class FiguresTest(TestCase):
    @settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
    @given(answers=ANSWERS)
    def test_figures_add_up_and_count_only_what_was_handed_in(self, answers):
        round = RoundFactory()
        for status, submitted in answers:
            if submitted and status:
                ReportFactory(round=round, submitted=True, status=status)
            else:
                ReportFactory(round=round, status=status)
        figures = figures_from(facts_of(round)["shares"])
        handed_in = [report.status for report in round.reports.all() if report.submitted_at]
        expected = {code: handed_in.count(code) for code in ReportStatus.values}
        expected[NOT_REPORTED] = round.reports.count() - len(handed_in)
        assert {share.code: share.count for share in figures.shares} == expected
        assert sum(expected.values()) == figures.total == len(answers)


@pytest.mark.django_db
def test_a_saved_draft_moves_no_figure():
    report = ReportFactory()
    before = facts_of(report.round)
    report.status, report.text = "done", "snart klart"
    report.save()
    assert facts_of(report.round) == before
    assert Report.objects.get().state == "draft"


@pytest.mark.django_db
def test_parties_puts_the_silent_first():
    round = RoundFactory()
    ReportFactory(round=round, submitted=True, party__name="Avesta kommun")
    ReportFactory(round=round, party__name="Örebro kommun")
    ReportFactory(round=round, party__name="Ånge kommun")
    rows = [(row["name"], row["asked"], row["missing"]) for row in board_of(round, AnonymousUser()).silent_parties]
    assert rows == [("Ånge kommun", 1, 1), ("Örebro kommun", 1, 1)]
