"""Indicators that count what an activity counts: when a round closes, the parties' numbers become values."""

from collections import defaultdict

from django.utils.translation import gettext as _

from followup.models import Indicator, Measurement, Report
from followup.small_numbers import sums_of, with_total

HALF_A_YEAR = 190  # days; a longer period is counted as a year


def count_own(round):
    """Store what the round counted for each indicator that an activity counts. Called as the round closes.

    A party that was asked and says nothing, or that it does not know, is *missing*, never zero. The county's value is
    the sum of what may be shown. What an earlier closing stored for the same time is replaced.
    """
    indicators = Indicator.objects.filter(
        agreement=round.agreement_id, source=Indicator.Source.OWN, lineage__isnull=False
    )
    asked = _asked(round, [indicator.lineage for indicator in indicators])
    for indicator in indicators:
        if asked[indicator.lineage]:
            _store(indicator, round, asked[indicator.lineage])


def moment_of(round):
    """(year, half) of a round's period; half is 0 where it is longer than half a year or crosses two."""
    first, last = round.period_starts_on, round.period_ends_on
    halves = {(day.year, 1 if day.month <= 6 else 2) for day in (first, last)}
    if len(halves) > 1 or (last - first).days > HALF_A_YEAR:
        return last.year, 0
    return halves.pop()


def _asked(round, lineages):
    """Lineage → party → its numbers, or None where nothing is handed in. Of two answers the newer edition's counts."""
    asked = defaultdict(dict)
    reports = Report.objects.filter(round=round, activity__lineage__in=lineages)
    rows = reports.order_by("activity__edition__starts_on", "activity").values_list(
        "activity__lineage", "party", "numbers", "submitted_at"
    )
    for lineage, party, numbers, submitted_at in rows:
        asked[lineage][party] = with_total(numbers or {}) if submitted_at else None
    return asked


def _store(indicator, round, asked):
    year, half = moment_of(round)
    at = {"indicator": indicator, "year": year, "half": half}
    note = _("Omgång %(label)s") % {"label": round.label}
    rows = []
    for party, numbers in asked.items():
        said = {"total": None} | (numbers or {})
        rows += [_row(at, group, count, note, party_id=party) for group, count in _shown(indicator, said)]
    groups = {"total"}.union(*filter(None, asked.values()))
    sums = sums_of(dict.fromkeys(groups) | (numbers or {}) for numbers in asked.values())
    for group, line in _shown(indicator, sums):
        row = _row(at, group, line["sum"] or None, f"{note}. {_left_out(line)}".strip(), county=round.agreement.county)
        if row.value is None and line["hidden"]:
            row.gap = Measurement.Gap.PRIVATE
        rows.append(row)
    stored = Measurement.objects.filter(**at)
    stored.filter(party__in=asked).delete()
    stored.filter(county=round.agreement.county).delete()
    Measurement.objects.bulk_create(rows)


def _shown(indicator, groups):
    """The groups that the indicator keeps: all, or the total alone."""
    return [(group, said) for group, said in groups.items() if indicator.by_sex or group == "total"]


def _row(at, group, count, note, **place):
    gap = "" if count is not None else Measurement.Gap.MISSING
    return Measurement(**at, **place, sex="" if group == "total" else group, value=count, gap=gap, note=note[:200])


def _left_out(line):
    """How many parties the sum does not hold."""
    parts = []
    if line["hidden"]:
        parts.append(_("%(count)s antal under 5 ingår inte.") % {"count": line["hidden"]})
    if line["missing"]:
        parts.append(_("%(count)s uppgifter saknas.") % {"count": line["missing"]})
    return " ".join(parts)
