"""A round's page, drawn from its facts: the figures, the silent parties, what deviates and each activity's answers.

Only submitted reports count as answers. A draft moves no figure: until it is handed in it is its party's alone, and
"not reported" is a share of its own, never a zero.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from django.utils.translation import gettext_lazy as _

from followup.models import Report, ReportStatus
from followup.numbers import GROUPS
from followup.outcome import NOT_REPORTED, counts_of, read_facts

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
        return self.total - self.count(NOT_REPORTED)

    @property
    def on_track(self):
        return self.count(*ON_TRACK)

    @property
    def deviating(self):
        return self.count(ReportStatus.DEVIATING)

    @property
    def silent(self):
        return self.count(NOT_REPORTED)


def figures_of(counts):
    """Figures from status → count."""
    total, shares, start = sum(counts.values()), [], 0.0
    for code in ORDER:
        count = counts.get(code, 0)
        shares.append(Share(str(code), LABELS[code], count, total, start))
        start += 100 * count / total if total else 0
    return Figures(tuple(shares), total)


@dataclass
class Dashboard:
    """What the page of a round shows to one reader."""

    facts: dict
    readable: set  # the reports that the reader may open, and whose words may be shown

    @cached_property
    def figures(self):
        return figures_of(self.facts["shares"])

    @cached_property
    def parties(self):
        """Per party ``asked``, ``answered``, ``late`` and ``missing``; those with most missing first."""
        rows = [{**row, "missing": row["asked"] - row["answered"]} for row in self.facts["parties"]]
        return sorted(rows, key=lambda row: -row["missing"])

    @cached_property
    def silent_parties(self):
        return [row for row in self.parties if row["missing"]]

    @cached_property
    def late(self):
        """How many answers came after the last day."""
        return sum(row["late"] for row in self.facts["parties"])

    @cached_property
    def areas(self):
        """(name, activities) in the plan's order; each activity with its ``answers`` and ``counts``."""
        rows = [self._activity(row) for row in self.facts["activities"]]
        return [(area, list(group)) for area, group in groupby(rows, key=lambda row: row["area"])]

    @cached_property
    def deviations(self):
        """(activity, report) of what deviates and whose words the reader may read."""
        pairs = [(row, report) for row in self.facts["activities"] for report in row["reports"]]
        return [pair for pair in pairs if pair[1]["status"] == ReportStatus.DEVIATING and self.may_read(pair[1])]

    @cached_property
    def unreviewed(self):
        """(activity, report) of what is handed in and not approved."""
        pairs = [(row, report) for row in self.facts["activities"] for report in row["reports"]]
        return [pair for pair in pairs if pair[1]["status"] and not pair[1]["approved"]]

    def may_read(self, report):
        return report["report"] in self.readable

    def _activity(self, row):
        reports = [{**report, "readable": self.may_read(report)} for report in row["reports"]]
        counts = self.facts["numbers"].get(str(row["activity"]), {})
        return {**row, "answers": answers_by_status(reports), "counts": _counts(counts)}


def dashboard_of(round, user):
    """The Dashboard of ``round`` for ``user``, in as many queries whatever the size. It tells nobody of any draft."""
    readable = Report.objects.visible_to(user).submitted().filter(round=round)
    return Dashboard(read_facts(round), set(readable.order_by().values_list("pk", flat=True)))


def answers_by_status(reports):
    """(code, label, reports) for each status that somebody has given, the silent last."""
    groups = {code: [] for code in LABELS}
    for report in reports:
        groups[report["status"] or NOT_REPORTED].append(report)
    return [(str(code), LABELS[code], rows) for code, rows in groups.items() if rows]


def party_figures(facts, party):
    """The Figures of one party's reports in a round's facts."""
    reports = [report for row in facts["activities"] for report in row["reports"]]
    return figures_of(counts_of([report for report in reports if report["party"] == party]))


def _counts(numbers):
    """The groups' labels with their sums, in the order of the form."""
    return [{"label": GROUPS[group], **numbers[group]} for group in GROUPS if group in numbers]
