"""Counts by status as they are shown: in one order, and what is not reported is a share of its own."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from followup.models import ReportStatus
from followup.outcome import NOT_REPORTED, counts_of

ON_TRACK = (ReportStatus.ONGOING, ReportStatus.CONTINUOUS, ReportStatus.DONE)
LABELS = {**dict(ReportStatus.choices), NOT_REPORTED: _("inte rapporterat")}
# The order of the bar and its table: what goes well, what waits, what does not, what nobody knows.
ORDER = (
    ReportStatus.DONE, ReportStatus.CONTINUOUS, ReportStatus.ONGOING, ReportStatus.NOT_STARTED, ReportStatus.DEVIATING,
    ReportStatus.CANCELLED, ReportStatus.NOT_RELEVANT, ReportStatus.NO_DATA, NOT_REPORTED,
)  # fmt: skip


@dataclass(frozen=True)
class Share:
    """One line of the status table: how many of all, the share in per cent, and where its part of the bar begins."""

    code: str
    label: str
    count: int
    total: int
    start: float = 0

    @property
    def percent(self):
        return round(100 * self.count / self.total) if self.total else 0

    @property
    def width(self):
        return f"{100 * self.count / self.total if self.total else 0:.2f}"

    @property
    def left(self):
        return f"{self.start:.2f}"


@dataclass(frozen=True)
class Figures:
    """Reports in numbers; the shares always add up to ``total``."""

    shares: tuple[Share, ...]
    total: int

    def count(self, *codes):
        return sum(share.count for share in self.shares if share.code in codes)

    @property
    def submitted(self):
        return self.total - self.silent

    @property
    def on_track(self):
        return self.count(*ON_TRACK)

    @property
    def deviating(self):
        return self.count(ReportStatus.DEVIATING)

    @property
    def silent(self):
        return self.count(NOT_REPORTED)


def figures_from(counts):
    """Figures from status → count."""
    total, shares, start = sum(counts.values()), [], 0.0
    for code in ORDER:
        count = counts.get(code, 0)
        shares.append(Share(str(code), LABELS[code], count, total, start))
        start += 100 * count / total if total else 0
    return Figures(tuple(shares), total)


def tally(line):
    """How many of a line of the figures (``total`` and ``shares``) go as planned, deviate, and are missing."""
    shares = line["shares"]
    on_track = sum(shares.get(code, 0) for code in ON_TRACK)
    return on_track, shares.get(ReportStatus.DEVIATING, 0), shares.get(NOT_REPORTED, 0)


def signed(number):
    """A change as text; the minus is a minus and no hyphen."""
    return f"+{number}" if number > 0 else f"\N{MINUS SIGN}{-number}" if number else "±0"


def party_figures(facts, party):
    """The Figures of one party's reports in a round's facts."""
    reports = [report for row in facts["activities"] for report in row["reports"]]
    return figures_from(counts_of([report for report in reports if report["party"] == party]))


def answers_by_status(reports):
    """(code, label, reports) for each status that somebody has given, the silent last."""
    groups = {code: [] for code in LABELS}
    for report in reports:
        groups[report["status"] or NOT_REPORTED].append(report)
    return [(str(code), LABELS[code], rows) for code, rows in groups.items() if rows]
