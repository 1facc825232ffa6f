"""An indicator's data as its page shows it: which chart, which places, and each value as words."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from followup.data_files import DataColumn, DataTable
from followup.indicators_page import GAPS, chart_of, moment_label

LEAD = _("En indikator visar hur det går i länet. Den mäter inte vad handlingsplanen har åstadkommit.")
NEWEST = 4  # how many years the table of places shows
TREND_ICONS = {"better": "up", "worse": "deviates", "unchanged": "flat", "unknown": "nodata"}


@dataclass(frozen=True)
class Shown:
    """A value as its words, and whether there is one."""

    text: str
    is_value: bool = True


NOTHING = Shown("–", is_value=False)


@dataclass(frozen=True)
class IndicatorPage:
    """What one indicator's page draws; ``place`` is the key of the place that was chosen, or the main one."""

    data: dict
    place: str

    @property
    def places(self):
        """(key, name) of every place that can be chosen."""
        return list(dict.fromkeys((line["place"], line["name"]) for line in self.data["series"]))

    @property
    def main_name(self):
        """The name of the place whose trend is told; empty where there is none."""
        return next((line["name"] for line in self.data["series"] if line["place"] == self.data["main"]), "")

    @property
    def chart(self):
        return chart_of(self.data, self.place, by_sex=False)

    @property
    def sex_chart(self):
        """The chart of the place's sexes; None where it has none."""
        chart = chart_of(self.data, self.place, by_sex=True)
        return chart if chart.values else None

    @cached_property
    def moments(self):
        """The newest moments that anything is said of, in order."""
        all_moments = {(year, half) for line in self.data["series"] for year, half, *_value in line["points"]}
        return sorted(all_moments)[-NEWEST:]

    @property
    def moment_names(self):
        return [moment_label(*moment) for moment in self.moments]

    @property
    def rows(self):
        """(name of the place, [(moment, Shown), …]) of every place, all sexes together."""
        whole = [line for line in self.data["series"] if not line["sex"]]
        return [(line["name"], self._cells(line)) for line in whole]

    def _cells(self, line):
        said = {(year, half): (value, gap) for year, half, value, gap in line["points"]}
        return [(moment_label(*moment), self._shown(*said.get(moment, (None, "")))) for moment in self.moments]

    @property
    def last(self):
        """(moment, Shown) of the newest value of the main place, or None."""
        points = [point for line in self.data["series"] if self._is_main(line) for point in line["points"]]
        known = [point for point in points if point[3] or point[2] is not None]
        if not known:
            return None
        year, half, value, gap = known[-1]
        return moment_label(year, half), self._shown(value, gap)

    def _is_main(self, line):
        return line["place"] == self.data["main"] and not line["sex"]

    def _shown(self, value, gap):
        if value is None:
            return Shown(str(GAPS[gap]), is_value=False) if gap else NOTHING
        return Shown(number_format(Decimal(value), use_l10n=True))

    @property
    def target(self):
        """The target as words: ``80 till 2028``; empty without one."""
        target = self.data["target"]
        if not target:
            return ""
        value = number_format(Decimal(target["value"]), use_l10n=True)
        return str(_("%(value)s till %(year)s") % {"value": value, "year": target["year"]}) if target["year"] else value

    @property
    def trend_icon(self):
        return TREND_ICONS[self.data["trend"]["code"]]


def page_of(data, place=""):
    """The IndicatorPage of ``data``; for a place that it does not have the main one, or else the first there is."""
    known = [line["place"] for line in data["series"]]
    return IndicatorPage(data, place if place in known else data["main"] or next(iter(known), ""))


def table_of(data):
    """Every value of ``data`` on a row of its own, for a file."""
    heads = ["Indikator", "Enhet", "Plats", "Kod", "Kön", "Tid", "Värde", "Varför värde saknas", "Källa"]
    columns = [DataColumn(head, head, "number" if head == "Värde" else "text") for head in heads]
    rows = []
    for line in data["series"]:
        place = [data["name"], data["unit"], line["name"], line["code"], line["sex_label"]]
        for year, half, value, gap in line["points"]:
            why = str(GAPS[gap]) if gap else ""
            rows.append([*place, moment_label(year, half), value and Decimal(value), why, data["source_line"]])
    return DataTable(data["key"], columns, rows)
