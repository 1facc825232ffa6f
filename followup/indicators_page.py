"""What the page of an indicator shows, as plain JSON: its series with source, definition, breaks and trend.

The shape, which assessments, charts, packs and open data are drawn from (``example`` data of one indicator)::

    {
      "shape": 1,
      "key": "sysselsattning", "name": "Sysselsättningsgrad 20–64 år", "goal": "goal-1",      # goal: its key or ""
      "unit": "procent", "decimals": 1, "is_count": false, "is_key": true, "is_example": false,
      "better": "higher",                                                                      # higher, lower or ""
      "source": "kolada",                                                                      # own, kolada or other
      "source_line": "Källa: Kolada, nyckeltal N02267. Hämtat 2026-11-20.",
      "definitions": [{"from_year": 2019, "text": "…", "breaks": false}],                      # oldest first
      "breaks": [2019],                      # years from which values cannot be compared with those before
      "target": {"value": "80.0", "year": 2028},                                               # or null; year or null
      "series": [
        {"place": "lan-03", "kind": "county", "name": "Uppsala län", "code": "03",
         "sex": "", "sex_label": "alla", "label": "Uppsala län",
         "points": [[2023, 0, "78.4", ""], [2024, 0, null, "missing"]]}                        # year, half, value, gap
      ],
      "main": "lan-03",                      # the place whose trend is told, or ""
      "trend": {"code": "better", "label": "Bättre", "reason": "", "from": "2023", "to": "2024", "change": "+0,6"},
      "has_hidden": false                    # whether a count is left out since it is too small to show
    }

``value`` is text with a decimal point, exact, or null; then ``gap`` says why: ``missing``, ``private`` (too few to be
shown by its source, ours too) or ``hidden`` (a count under 5). ``half`` is 0 for a whole year, else 1 or 2. ``kind`` of
a place is party, county or country; ``code`` is the municipality's or county's code, which the map knows.
``trend.code`` is ``better``, ``unchanged``, ``worse`` or ``unknown``, and then ``reason`` says why. Series stand with
county and country first, then the parties by name, and of each place all before the sexes.
"""

from collections import defaultdict
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import Prefetch, Q
from django.utils.formats import date_format, number_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from followup.models import Indicator, IndicatorDefinition, Measurement
from followup.small_numbers import HIDDEN, shown_numbers
from lib.charting import Line, LineChart

SHAPE = 1
COUNTRY = "riket"
GAP_HIDDEN = "hidden"
TRENDS = {
    "better": gettext_lazy("Bättre"),
    "unchanged": gettext_lazy("Oförändrad"),
    "worse": gettext_lazy("Sämre"),
    "unknown": gettext_lazy("Kan inte bedömas"),
}
GAPS = {
    "missing": gettext_lazy("uppgift saknas"),
    "private": gettext_lazy("för få, visas inte"),
    GAP_HIDDEN: gettext_lazy("under 5, döljs"),
}
SEXES = list(Measurement.Sex.values)
KINDS = ("county", "country", "party")


@dataclass(frozen=True)
class Place:
    """Whom a value is about."""

    kind: str
    key: str
    name: str
    code: str
    sort_name: str

    @property
    def rank(self):
        return (KINDS.index(self.kind), self.sort_name, self.key)


def indicator_data(indicator, county=None, *, shows_small=False):
    """One indicator as in the module's text. ``county`` narrows to that county, its parties and the country.

    ``shows_small`` is for those who may edit it: counts under 5 stand as they are.
    """
    return indicators_data([indicator], county, shows_small=shows_small)[indicator.pk]


def indicators_data(indicators, county=None, *, shows_small=False, parties=True):
    """pk → data of each of ``indicators`` (rows or a queryset), in four queries whatever their number.

    Without ``parties`` the county and the country stand for all, where they have values.
    """
    rows = with_values(Indicator.objects.filter(pk__in=[row.pk for row in indicators]), parties=parties)
    found = {row.pk: data_of(row, county, shows_small=shows_small) for row in rows}
    if not parties:
        for data in found.values():
            data["series"] = [line for line in data["series"] if line["kind"] != "party"] or data["series"]
    return found


def with_values(indicators, *, parties=True):
    """A queryset of indicators with all that ``data_of`` reads.

    Without ``parties`` theirs are read only where a county's count may give them away.
    """
    values = Measurement.objects.select_related("party", "county").order_by("year", "half", "pk")
    if not parties:
        values = values.filter(Q(party__isnull=True) | Q(indicator__is_count=True))
    return indicators.select_related("goal").prefetch_related(
        Prefetch("definitions", IndicatorDefinition.objects.order_by("from_year", "pk")),
        Prefetch("measurements", values),
    )


def data_of(indicator, county=None, *, shows_small=False):
    """As indicator_data, without a query for a row from ``with_values``."""
    definitions = list(indicator.definitions.all())
    breaks = sorted({definition.from_year for definition in definitions if definition.breaks_series})
    series, has_hidden = _series(indicator, county, shows_small)
    main = main_place(series)
    points = next((line["points"] for line in series if line["place"] == main and line["sex"] == ""), None)
    return {
        "shape": SHAPE,
        "key": indicator.key,
        "name": indicator.name,
        "goal": indicator.goal.key if indicator.goal_id else "",
        "unit": indicator.unit,
        "decimals": indicator.decimals,
        "is_count": indicator.is_count,
        "is_key": indicator.is_key,
        "is_example": indicator.is_example,
        "better": indicator.better,
        "source": indicator.source,
        "source_line": source_line(indicator),
        "definitions": [
            {"from_year": row.from_year, "text": row.text, "breaks": row.breaks_series} for row in definitions
        ],
        "breaks": breaks,
        "target": _target(indicator),
        "series": series,
        "main": main,
        "trend": _trend(points, indicator, breaks, bool(series)),
        "has_hidden": has_hidden,
    }


def source_line(indicator):
    """Who says so. What we have worked out ourselves may not name Kolada as its source."""
    if indicator.is_example:
        return _("Källa: exempeldata, påhittade värden.")
    if indicator.source == Indicator.Source.KOLADA:
        line = _("Källa: Kolada, nyckeltal %(kpi)s.") % {"kpi": indicator.kpi}
        if not indicator.fetched_at:
            return line
        day = date_format(localtime(indicator.fetched_at), "Y-m-d")
        return f"{line} {_('Hämtat %(day)s.') % {'day': day}}"
    if indicator.source == Indicator.Source.OWN:
        return _("Källa: parternas egen uppföljning.")
    return _("Källa: %(name)s.") % {"name": indicator.source_name or _("inte angiven")}


def _trend(points, indicator, breaks, has_series):
    if points is None and has_series:
        return _unknown(_("Det finns inget värde för hela länet."))
    return trend_of(points or [], indicator.better, breaks, decimals=indicator.decimals)


def trend_of(points, better, breaks, *, decimals=3):
    """Whether the last value is better than the one of an earlier year it can be compared with.

    ``points`` are those of one series. A half-year is compared with the same half of an earlier year. Nothing is
    compared across a break, or where it is not said which way is better, unless the value is the same.
    """
    known = [(year, half, Decimal(value)) for year, half, value, _gap in sorted(points, key=_moment) if value]
    if not known:
        return _unknown(_("Det finns inget värde."))
    year, half, last = known[-1]
    earlier = [point for point in known[:-1] if point[1] == half]
    if not earlier:
        return _unknown(_("Det finns bara ett värde att gå på."))
    before = earlier[-1]
    if any(before[0] < change <= year for change in breaks):
        return _unknown(_("Sättet att mäta ändrades mellan åren."))
    change = round(last, decimals) - round(before[2], decimals)
    told = {"from": moment_label(*before[:2]), "to": moment_label(year, half), "change": _signed(change, decimals)}
    if change and not better:
        return _unknown(_("Det är inte angivet om högre eller lägre är bättre.")) | told
    code = "unchanged" if not change else "better" if (change > 0) == (better == "higher") else "worse"
    return {"code": code, "label": str(TRENDS[code]), "reason": "", **told}


def main_place(series):
    """The place whose trend speaks for the agreement: the county, or the only place there is; else empty."""
    counties = {line["place"] for line in series if line["kind"] == "county"}
    places = counties or {line["place"] for line in series if line["kind"] == "party"}
    return places.pop() if len(places) == 1 else ""


def moment_label(year, half):
    """2026, or of half a year 2026:1."""
    return f"{year}:{half}" if half else str(year)


def _moment(point):
    return point[0], point[1]


def _unknown(reason):
    return {"code": "unknown", "label": str(TRENDS["unknown"]), "reason": reason, "from": "", "to": "", "change": ""}


def _signed(change, decimals):
    sign = "+" if change > 0 else "\N{MINUS SIGN}" if change < 0 else "±"
    return sign + number_format(abs(change), decimal_pos=decimals)


def _target(indicator):
    if indicator.target_value is None:
        return None
    return {"value": _text(indicator.target_value, indicator.decimals), "year": indicator.target_year}


def _text(value, decimals):
    return str(value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))


def place_of(measurement):
    """The Place of a stored value."""
    if party := measurement.party:
        return Place("party", party.key, party.name, party.scb_code, party.sort_name)
    if county := measurement.county:
        return Place("county", f"lan-{county.code}", county.name, county.code, county.sort_name)
    return Place("country", COUNTRY, _("Riket"), "00", "")


def _series(indicator, county, shows_small):
    """The series in their order, and whether a count in them is hidden."""
    cells = defaultdict(dict)  # (place, year, half) → sex → (value, gap)
    for row in indicator.measurements.all():
        if county is None or row.county_id in (None, county.pk):
            cells[place_of(row), row.year, row.half][row.sex] = (row.value, row.gap)
    if indicator.is_count and not shows_small:
        hide_small(cells)
    lines = defaultdict(list)
    for (place, year, half), sexes in cells.items():
        for sex, (value, gap) in sexes.items():
            text = None if value is None else _text(value, indicator.decimals)
            lines[place, sex].append([year, half, text, gap])
    series = [_line(place, sex, points) for (place, sex), points in lines.items()]
    series.sort(key=lambda line: (line.pop("rank"), SEXES.index(line["sex"])))
    return series, any(gap == GAP_HIDDEN for sexes in cells.values() for _value, gap in sexes.values())


def _line(place, sex, points):
    sex_label = str(Measurement.Sex(sex).label)
    return {
        "rank": place.rank,
        "place": place.key,
        "kind": place.kind,
        "name": place.name,
        "code": place.code,
        "sex": sex,
        "sex_label": sex_label,
        "label": f"{place.name}, {sex_label}" if sex else place.name,
        "points": sorted(points, key=_moment),
    }


def hide_small(cells):
    """Hide, in place, counts under 5 and what would give them away: their place's total, and the county's figure.

    ``cells`` is (place, year, half) → sex → (value, gap).
    """
    for sexes in cells.values():
        numbers = {sex or "total": None if value is None else int(value) for sex, (value, _gap) in sexes.items()}
        for group, count in shown_numbers(numbers, is_own=False).items():
            if count is HIDDEN:
                sexes["" if group == "total" else group] = (None, GAP_HIDDEN)
    parts = defaultdict(list)  # (year, half, sex) → the parties' (value, gap)
    for (place, year, half), sexes in cells.items():
        for sex, cell in sexes.items():
            if place.kind == "party":
                parts[year, half, sex].append(cell)
    for (place, year, half), sexes in cells.items():
        for sex, (value, _gap) in sexes.items():
            if place.kind != "party" and _tells_hidden(value, parts[year, half, sex]):
                sexes[sex] = (None, GAP_HIDDEN)


def _tells_hidden(value, parts):
    """Whether a county's or the country's figure, beside those of the parties that are shown, tells of hidden ones."""
    is_hiding = any(gap == GAP_HIDDEN for _value, gap in parts)
    return is_hiding and value is not None and value != sum(part for part, _gap in parts if part is not None)


# --- The chart --------------------------------------------------------------------------------------------------------


def chart_of(data, place="", *, by_sex=None):
    """The LineChart of an indicator's data, drawn from that alone.

    ``place`` is a key of a place (the main one unless told), with its county and the country beside. ``by_sex`` shows
    the sexes of the place instead; unless told, they are shown where there are any.
    """
    place = place or data["main"]
    split = [line for line in data["series"] if line["place"] == place and line["sex"]]
    whole = [line for line in data["series"] if not line["sex"]]
    if split and by_sex is not False:
        shown = split
    elif by_sex:
        shown = []
    elif place:
        beside = [line for line in whole if line["kind"] != "party" and line["place"] != place]
        shown = [line for line in whole if line["place"] == place] + beside
    else:
        shown = [line for line in whole if line["kind"] != "party"]
    return _chart(data, place, shown)


def _chart(data, place, shown):
    is_split = any(line["sex"] for line in shown)
    title = f"{data['name']}, {shown[0]['name']}" if is_split else data["name"]
    target = data["target"]
    return LineChart(
        title=title,
        description=" ".join(map(_told, shown)),
        unit=data["unit"],
        lines=tuple(_line_of(line, place, is_split) for line in shown),
        target=Decimal(target["value"]) if target else None,
        breaks=tuple(data["breaks"]),
        from_zero=data["is_count"],
        decimals=data["decimals"],
        names={
            _x(year, half): moment_label(year, half) for line in shown for year, half, *_value in line["points"] if half
        },
    )


def _line_of(line, place, is_split):
    return Line(
        label=line["sex_label"].capitalize() if is_split else line["label"],
        points={_x(year, half): value and Decimal(value) for year, half, value, _gap in line["points"]},
        dashed=line["place"] != place,
        gaps={_x(year, half): str(GAPS[gap]) for year, half, _value, gap in line["points"] if gap},
    )


def _x(year, half):
    """Where a moment stands on the axis; the halves of a year beside the whole of it, never on it."""
    return year + (Decimal("0.25"), Decimal("0.75"))[half - 1] if half else year


def _told(line):
    """A line in words: its first and last value."""
    known = [(moment_label(year, half), value) for year, half, value, _gap in line["points"] if value is not None]
    words = {"label": line["label"]}
    if not known:
        return _("%(label)s: inget värde.") % words
    (first, was), (last, now) = known[0], known[-1]
    words |= {"first": first, "was": _shown(was), "last": last, "now": _shown(now)}
    if first == last:
        return _("%(label)s: %(now)s (%(last)s).") % words
    return _("%(label)s: från %(was)s (%(first)s) till %(now)s (%(last)s).") % words


def _shown(value):
    return number_format(Decimal(value), use_l10n=True)
