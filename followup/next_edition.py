"""What a plan's next edition could be: its name and period, and what the last reports say about each activity."""

import calendar
import datetime
import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import count

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from actionplans.models import Activity, Edition
from agreements.models.process import Cadence
from followup.models import Report, ReportStatus

MONTHS = {Cadence.SEMIANNUAL: 6, Cadence.ANNUAL: 12, Cadence.QUARTERLY: 3}
YEAR = 12
OVER = {ReportStatus.DONE, ReportStatus.CANCELLED}


def source_of(plan):
    """The edition that the next one builds on: the adopted one, else the newest; None for a plan that has none."""
    editions = list(plan.editions.order_by("-starts_on", "-pk"))
    adopted = [edition for edition in editions if edition.state == Edition.State.ADOPTED]
    return next(iter(adopted + editions), None)


def proposal_for(plan, today):
    """(label, first day, last day) of the edition after the plan's last; the first begins with the next period."""
    editions = list(plan.editions.order_by("ends_on", "pk"))
    last = editions[-1] if editions else None
    first_day = last.ends_on + datetime.timedelta(days=1) if last else next_start(MONTHS.get(plan.cadence, YEAR), today)
    months = MONTHS.get(plan.cadence) or (_months_of(last) if last else YEAR)
    last_day = add_months(first_day, months) - datetime.timedelta(days=1)
    label = label_after(last, first_day, last_day, plan.cadence)
    return free_label(label, {edition.label for edition in editions}), first_day, last_day


def next_start(months, today):
    """The first day, after today, of a period of so many months counted from January."""
    starts = (datetime.date(today.year + (month > YEAR), (month - 1) % YEAR + 1, 1) for month in count(1, months))
    return next(start for start in starts if start > today)


def _months_of(edition):
    """How many months an edition was meant for, at least one."""
    days = (edition.ends_on - edition.starts_on).days + 1
    return max(round(days / 30.44), 1)


def add_months(day, months):
    """The same day so many months later, or the last of a shorter month."""
    years, month = divmod(day.month - 1 + months, YEAR)
    last = calendar.monthrange(day.year + years, month + 1)[1]
    return datetime.date(day.year + years, month + 1, min(day.day, last))


def label_after(last, first_day, last_day, cadence):
    """A label in the style of the last edition's; without one, in the style of the cadence."""
    year = str(first_day.year)
    old = last.label if last else ""
    if match := re.fullmatch(r"(\d{4})(\W+)(\d{4})", old):
        return f"{year}{match[2]}{last_day.year}"
    if match := re.fullmatch(r"(\d{4})(\W+)(\d{1,2})", old):
        return f"{year}{match[2]}{int(match[3]) + 1 if match[1] == year else 1}"
    if old and not re.fullmatch(r"\d{4}", old):
        match = re.fullmatch(r"(.*?)(\d+)", old)
        return f"{match[1]}{int(match[2]) + 1}" if match else ""
    months = MONTHS.get(cadence, YEAR)
    return year if months == YEAR else f"{year}:{(first_day.month - 1) // months + 1}"


def free_label(label, taken):
    """``label``, with a number after it where it is taken."""
    return next(name for name in (label, *(f"{label} {number}" for number in range(2, 100))) if name not in taken)


# --- what the last reports say ----------------------------------------------------------------------------------------


@dataclass
class Carried:
    """An activity of the edition before, what was last reported about it, and what is suggested for the next."""

    activity: Activity
    reports: list = field(default_factory=list)
    silent: int = 0
    ending: str = ""
    reason: str = ""

    @property
    def tally(self):
        """What the parties said, in one line: ``Pågår 3, genomförd 1``."""
        statuses = Counter(report.status for report in self.reports)
        parts = [f"{status.label} {statuses[status]}" for status in ReportStatus if statuses[status]]
        if self.silent:
            parts.append(_("utan svar %(count)s") % {"count": self.silent})
        return capfirst(", ".join(parts))


def carried_from(source, user):
    """A row per activity that ``source`` did not end, in the order of the plan. Three queries."""
    rows = {activity.lineage: Carried(activity) for activity in source.activities.standing().for_table()}
    same = Report.objects.filter(activity__edition__plan=source.plan_id, activity__lineage__in=rows)
    asked = set(same.values_list("activity__lineage", "party"))
    said = same.visible_to(user).submitted().select_related("party", "round", "activity")
    newest = {}
    for report in said.order_by("round__period_starts_on", "pk"):
        newest[report.activity.lineage, report.party_id] = report
    for (lineage, _party), report in newest.items():
        rows[lineage].reports.append(report)
    for lineage, _party in asked - newest.keys():
        rows[lineage].silent += 1
    for row in rows.values():
        row.reports.sort(key=lambda report: report.party.sort_name)
        row.ending, row.reason = _suggested(row)
    return list(rows.values())


def _suggested(row):
    """(ending, reason) where every party that was asked says, in this edition, that the activity is over."""
    said = {report.status for report in row.reports}
    earlier = any(report.activity_id != row.activity.pk for report in row.reports)
    if row.silent or earlier or not said or not said <= OVER:
        return "", ""
    if said == {ReportStatus.CANCELLED}:
        return Activity.Ending.CANCELLED, row.reports[0].text[:1000] if len(row.reports) == 1 else ""
    label = max(report.round.label for report in row.reports)
    return Activity.Ending.CLOSED, _("Genomförd enligt uppföljning %(label)s.") % {"label": label}
