"""The figures of a round: what was handed in, and what was not.

Only submitted reports count as answers. A draft moves no figure: until it is handed in it is its party's alone, and
"not reported" is a share of its own, never a zero.
"""

from dataclasses import dataclass
from itertools import groupby

from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from followup.models import Report, ReportStatus

ON_TRACK = (ReportStatus.ONGOING, ReportStatus.CONTINUOUS, ReportStatus.DONE)
NOT_REPORTED = "not_reported"


@dataclass(frozen=True)
class Share:
    """One line of the status table: how many of all, and the share in per cent."""

    code: str
    label: str
    count: int
    total: int

    @property
    def percent(self):
        return round(100 * self.count / self.total) if self.total else 0


@dataclass(frozen=True)
class Figures:
    """The round in numbers; the shares always add up to ``total``."""

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


def figures_of(round):
    """Count the round's reports by status in one query."""
    submitted = Q(submitted_at__isnull=False)
    counted = Report.objects.filter(round=round).aggregate(
        total=Count("pk"), **{status.value: Count("pk", filter=submitted & Q(status=status)) for status in ReportStatus}
    )
    total = counted.pop("total")
    codes = [(status.value, status.label, counted[status.value]) for status in ReportStatus]
    silent = total - sum(counted.values())
    codes.append((NOT_REPORTED, _("inte rapporterat"), silent))
    return Figures(tuple(Share(code, label, count, total) for code, label, count in codes), total)


def parties_of(round):
    """Per party: ``party__name``, ``asked``, ``answered`` and ``missing``, those with most missing first."""
    rows = (
        Report.objects.filter(round=round)
        .values("party__name", "party__sort_name", "party")
        .annotate(asked=Count("pk"), answered=Count("pk", filter=Q(submitted_at__isnull=False)))
    )
    rows = [{**row, "missing": row["asked"] - row["answered"]} for row in rows]
    return sorted(rows, key=lambda row: (-row["missing"], row["party__sort_name"]))


def activities_of(round, user):
    """Per activity in the plan's order: (activity, ((code, label, reports), …)), the silent last.

    A report knows whether ``user`` may open it (``readable``). Like the figures, this tells nobody that a draft exists.
    """
    reports = (
        Report.objects.filter(round=round)
        .annotate(readable=Exists(Report.objects.visible_to(user).filter(pk=OuterRef("pk"))))
        .select_related("activity__area", "party")
        .order_by(F("activity__area__order").asc(nulls_last=True), "activity__order", "activity", "party__sort_name")
    )
    return [(activity, _by_status(rows)) for activity, rows in groupby(reports, key=lambda report: report.activity)]


def _by_status(reports):
    labels = {**dict(ReportStatus.choices), NOT_REPORTED: _("inte rapporterat")}
    groups = {code: [] for code in labels}
    for report in reports:
        groups[report.status if report.submitted_at else NOT_REPORTED].append(report)
    return tuple((code, labels[code], rows) for code, rows in groups.items() if rows)
