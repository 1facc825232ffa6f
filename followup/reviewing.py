"""Writes of the coordinators' review that touch several rows, or take a report's place."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from followup.models import Incomplete, Report, Round
from lib.db import Frozen, VersionConflict

AT_A_TIME = 500  # rows in one question: databases bound how many values it may hold


@dataclass
class Approved:
    """What a bulk approval did: how many reports of which parties, and which it left alone since they had changed."""

    parties: dict = field(default_factory=lambda: defaultdict(int))
    left: list = field(default_factory=list)

    @property
    def count(self):
        return sum(self.parties.values())


@transaction.atomic
def approve(*, report, by, version, comment=""):
    """Approve the report that was read. Raises VersionConflict where it has been handed in anew since, or Frozen."""
    _refuse_unread(report, version)
    report.approve(by=by, comment=comment)


@transaction.atomic
def send_back(*, report, by, version, reasons, comment="", due_on=None):
    """Return the report that was read, with its reasons. Raises VersionConflict or Frozen. Returns the Return."""
    _refuse_unread(report, version)
    return report.send_back(by=by, reasons=reasons, comment=comment, due_on=due_on)


def _refuse_unread(report, version):
    """What is handed in cannot be edited; only taking it back and handing it in again gives another version."""
    Round.hold(report.round_id)
    report.refresh_from_db()
    if report.version != version:
        raise VersionConflict(report)


@transaction.atomic
def approve_many(*, round, seen, by):
    """Approve what waits in the round among ``seen``, report → the version that was read. Returns an Approved.

    What has another version by now, is taken back or approved already is left alone and told of. A fixed number of
    questions for each five hundred reports. Raises Frozen where the round takes no answers.
    """
    if not Round.hold(round.pk).is_taking_answers:
        raise Frozen(_("Omgången är inte öppen. Inget godkändes."))
    outcome, keys, now = Approved(), sorted(seen), timezone.now()
    for start in range(0, len(keys), AT_A_TIME):
        rows = Report.objects.filter(round=round, pk__in=keys[start : start + AT_A_TIME]).select_related(
            "party", "activity"
        )
        waiting = [row for row in rows if row.state == "submitted" and row.version == seen[row.pk]]
        outcome.left += [row for row in rows if row.state != "approved" and row not in waiting]
        _approve_all(waiting, by=by, at=now)
        for row in waiting:
            outcome.parties[row.party.name] += 1
    return outcome


def _approve_all(reports, *, by, at):
    waiting = Report.objects.filter(pk__in=[report.pk for report in reports])
    waiting.update(approved_at=at, approved_by=by, version=F("version") + 1)
    for report in reports:
        report.approved_at, report.approved_by, report.version = at, by, report.version + 1
    Report.history.bulk_history_create(reports, update=True, default_user=by)


@transaction.atomic
def submit_on_behalf(*, report, values, source, by):
    """Hand in ``values``, field → answer, for the report's party, after ``source`` ("telefonsamtal 2026-11-20").

    A draft that the party has is replaced unread and stays in the party's history. Raises Incomplete, and Frozen where
    the party has handed in meanwhile or the round takes no answers.
    """
    round = Round.hold(report.round_id)
    report.refresh_from_db()
    if not round.is_taking_answers:
        raise Frozen(_("Omgången är stängd. Svaret kan inte lämnas in."))
    if report.submitted_at:
        raise Frozen(_("Parten har redan lämnat in rapporten. Läs deras svar."))
    for name in Report.ANSWERS:
        setattr(report, name, values.get(name, Report._meta.get_field(name).get_default()))
    report.is_unchanged, report.reused_from = False, None
    if missing := report.missing():
        raise Incomplete(missing)
    report.submitted_at, report.submitted_by, report.returned_at = timezone.now(), by, None
    report.on_behalf, report.review_comment = source, ""
    report.save_version(report.version)
