"""The map of a round: the county's municipalities by one figure of the round or by an indicator, with its table.

The figures are those of the council's page, so a closed round shows what was stored. Values of indicators are today's.
What is missing is no zero: it has a look and a word of its own.
"""

from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from followup.figures import read_figures
from followup.indicators_page import GAPS, indicator_data, moment_label
from followup.models import Indicator, Measurement
from followup.outcome import NOT_REPORTED
from followup.shares import LABELS, ON_TRACK, ORDER
from lib.charting import ticks_between
from lib.lettering import text_width
from lib.shapes import place_for_word
from parties.models import Party
from parties.register import geometry

WIDTH, HEIGHT = 560, 620  # pixels of the map where there is room; letters and patterns are sized for them
TEXT_SIZE = 14
LOOKS = 5  # from the lowest class to the highest
SHARE = gettext_lazy("andel av svaren")
EDGES = (0, 25, 50, 75, 100)  # of shares
OUTSIDE, SILENT = "outside", "silent"  # not asked, and asked without a value
INDICATOR = "indikator-"
PATTERNS = (  # look, ground, ink and strokes in a square of six: each is known from the others without its colour
    ("class-1", "#e9f2f4", "", ""),
    ("class-2", "#c5dde3", "#0b5a6f", "M2.5 3h1"),
    ("class-3", "#9fc3cd", "#0b5a6f", "M-1 1l2 -2M0 6l6 -6M5 7l2 -2"),
    ("class-4", "#5e97a6", "#e9f2f4", "M0 3h6M3 0v6"),
    ("class-5", "#0b5a6f", "", ""),
    (SILENT, "#ffffff", "#8b969e", "M-1 5l2 2M0 0l6 6M5 -1l2 2"),
    (OUTSIDE, "#ffffff", "#8b969e", "M1.5 1.5l3 3M4.5 1.5l-3 3"),
)


# --- What can be shown ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Measure:
    """A figure of the round: its name and unit, and how it is worked out from a line of the figures."""

    label: str
    unit: str
    statuses: tuple = ()
    count: str = ""  # a count of the line itself, where it is no sum of statuses
    of_silence: bool = False  # whether who has not answered has a value
    chosen_by: str = ""  # what chooses its answers in the address of the round's answers

    def value_of(self, line):
        """The value of a line {total, shares, asks, late}; None where nobody has answered."""
        answered = line["total"] - line["shares"].get(NOT_REPORTED, 0)
        if not answered and not self.of_silence:
            return None
        found = line[self.count] if self.count else sum(line["shares"].get(status, 0) for status in self.statuses)
        return Decimal(round(100 * found / line["total"])) if self.unit == SHARE else Decimal(found)


COUNT = gettext_lazy("antal svar")
MEASURES = {
    "enligt-plan": Measure(gettext_lazy("Går enligt plan"), SHARE, ON_TRACK, chosen_by="on_track"),
    "svar": Measure(gettext_lazy("Svar som kommit in"), SHARE, ORDER[:-1], of_silence=True),
    **{
        f"status-{code!s}".replace("_", "-"): Measure(
            LABELS[code], COUNT, (code,), of_silence=code == NOT_REPORTED, chosen_by=str(code)
        )
        for code in ORDER
    },
    "beslut": Measure(gettext_lazy("Frågor till rådet"), COUNT, count="asks", chosen_by="asks"),
    "sena": Measure(gettext_lazy("Kom efter sista dagen"), COUNT, count="late", chosen_by="late"),
}


@dataclass
class Place:
    """A municipality: its value, or the word for why there is none, and how it looks on the map."""

    name: str
    code: str
    value: Decimal | None
    said: str
    look: str = SILENT
    url: str = ""
    answered: str = ""

    @property
    def path(self):
        return geometry()["municipalities"].get(self.code, "")


@dataclass
class Map:
    """What the page shows: ``places`` by name, the classes of the key, and the words around them."""

    title: str
    unit: str
    places: list[Place]
    keys: list[tuple[str, str]]
    box: tuple[float, float, float, float]
    source: str = ""

    @property
    def view_box(self):
        return " ".join(str(number) for number in self.box)

    @property
    def scale(self):
        """How many units of the map a pixel is, where there is room."""
        return round(max(self.box[2] / WIDTH, self.box[3] / HEIGHT), 4)

    @property
    def patterns(self):
        return PATTERNS

    @property
    def halo(self):
        return round(4 * self.scale, 3)

    @property
    def text_size(self):
        return round(TEXT_SIZE * self.scale, 2)

    @property
    def words(self):
        """(x, y, value) of the values that fit in their municipalities; the table has them all."""
        spots = [(place_for_word(place.path), place) for place in self.places if place.value is not None and place.path]
        return [
            (spot[0], round(spot[1] + self.text_size / 3, 2), place.said)
            for spot, place in spots
            if spot and text_width(place.said, self.text_size) < spot[2]
        ]

    @property
    def summary(self):
        """The map in a sentence or two: the highest, the lowest, and how many have no value."""
        known = sorted((place for place in self.places if place.value is not None), key=lambda place: place.value)
        if not known:
            return _("Ingen kommun har något värde att visa.")
        if known[0].value == known[-1].value:
            told = _("Alla kommuner med värde har %(value)s.") % {"value": known[0].said}
        else:
            facts = {"high": _who(known, -1), "most": known[-1].said, "low": _who(known, 0), "least": known[0].said}
            told = _("Högst: %(high)s, %(most)s. Lägst: %(low)s, %(least)s.") % facts
        lacking = len(self.places) - len(known)
        without = ngettext("%(count)d kommun har inget värde.", "%(count)d kommuner har inget värde.", lacking)
        return f"{told} {without % {'count': lacking}}" if lacking else told


def _who(places, which):
    """The name of the place at one end, or how many share its value."""
    same = [place.name for place in places if place.value == places[which].value]
    return same[0] if len(same) == 1 else _("%(count)d kommuner") % {"count": len(same)}


def map_of(title, unit, places, box, *, silent, source=""):
    """The Map, with a look for each place that has a value and the key to the looks; ``silent`` is none's word."""
    keys = _give_looks([place for place in places if place.value is not None], is_share=unit == SHARE)
    for look, word in ((SILENT, silent), (OUTSIDE, _("inte tillfrågad"))):
        if any(place.look == look for place in places):
            keys.append((look, word))
    return Map(title, unit, places, keys, box, source)


def _give_looks(places, *, is_share):
    """Sort the places into classes; (look, word) of each class, the lowest first. Shares are sorted by quarters."""
    values = sorted({place.value for place in places})
    if not values or (not is_share and _are_few(values)):
        words = {place.value: place.said for place in places}
        looks = {value: _look(number, len(values)) for number, value in enumerate(values)}
        for place in places:
            place.look = looks[place.value]
        return [(looks[value], words[value]) for value in values]
    edges = [Decimal(edge) for edge in EDGES] if is_share else ticks_between(values[0], values[-1], LOOKS - 1)
    count = len(edges) - 1
    for place in places:
        number = max(number for number, edge in enumerate(edges[:-1]) if place.value >= edge)
        place.look = _look(number, count)
    ends = zip(range(count), edges, edges[1:], strict=False)
    return [
        (_look(number, count), _between(low, high, " %" if is_share else "", number == count - 1))
        for number, low, high in ends
    ]


def _are_few(values):
    """Whether each value can be a class of its own: one alone, or whole numbers that lie close."""
    return len(values) == 1 or (values[-1] - values[0] < LOOKS and all(value == int(value) for value in values))


def _look(number, count):
    """The look of class ``number`` of ``count``: spread over all looks, the highest always darkest."""
    return f"class-{LOOKS if count == 1 else 1 + round(number * (LOOKS - 1) / (count - 1))}"


def _between(low, high, unit, is_last):
    numbers = {"low": number_format(low, use_l10n=True), "high": number_format(high, use_l10n=True) + unit}
    return _("%(low)s till %(high)s") % numbers if is_last else _("%(low)s till under %(high)s") % numbers


# --- The page ---------------------------------------------------------------------------------------------------------


def map_page(round, agreement, user, choice):
    """The context of the page; ``choice`` is the address' {visa, omrade, ar, kon}, what is unknown in it the first."""
    indicators = dict(_indicators(agreement, user))
    towns = list(Party.objects.municipalities_of(agreement.county).order_by("sort_name", "pk"))
    wanted = choice.get("visa", "")
    key = wanted.removeprefix(INDICATOR) if wanted.startswith(INDICATOR) else ""
    chosen = INDICATOR + key if key in indicators else wanted if wanted in MEASURES else next(iter(MEASURES))
    box = tuple(float(number) for number in geometry()["boxes"].get(agreement.county.code, "0 0 1 1").split())
    if key in indicators:
        shown = _indicator_map(indicators[key], agreement, towns, box, choice)
    else:
        shown = _figure_map(MEASURES[chosen], round, agreement, towns, box, choice)
    figures = [(code, capfirst(str(measure.label))) for code, measure in MEASURES.items()]
    rows = [(INDICATOR + key, indicator.name) for key, indicator in indicators.items()]
    groups = [(_("Uppföljningen"), figures), (_("Indikatorer"), rows)]
    return {**shown, "chosen": chosen, "groups": [group for group in groups if group[1]]}


def _indicators(agreement, user):
    """(key, indicator) of those that have values for municipalities."""
    values = Measurement.objects.filter(indicator=OuterRef("pk"), party__isnull=False)
    rows = Indicator.objects.visible_to(user).filter(Exists(values), agreement=agreement)
    return [(row.key, row) for row in rows.order_by("name", "pk")]


def _figure_map(measure, round, agreement, towns, box, choice):
    figures = read_figures([round])[round.pk]
    areas = [(row["key"], row["name"]) for row in figures["areas"] if row["key"]]
    area = choice.get("omrade", "")
    area = area if area in dict(areas) else ""
    names = {row["key"]: row["name"] for row in figures["parties"]}
    lines = {row["key"]: row for row in figures["parties"]}
    if area:
        lines = {row["party"]: row for row in figures["cells"] if row["area"] == area}
    answers = reverse("followup:round_answers", args=[agreement.slug, round.label])
    query = urlencode({name: value for name, value in (("status", measure.chosen_by), ("omrade", area)) if value})
    places = [_figure_place(measure, town, lines.get(town.key), names, f"{answers}?{query}") for town in towns]
    title = capfirst(str(measure.label))
    return {
        "map": map_of(
            ", ".join(filter(None, [title, dict(areas).get(area)])),
            measure.unit,
            places,
            box,
            silent=_("har inte svarat"),
        ),
        "areas": areas,
        "area": area,
        "is_figure": True,
    }


def _figure_place(measure, town, line, names, answers):
    """The municipality with the name it had in the round, and the way to the answers that its value counts."""
    name = names.get(town.key, town.name)
    if line is None:
        return Place(name, town.scb_code, None, _("inte tillfrågad"), look=OUTSIDE)
    value, answered = measure.value_of(line), line["total"] - line["shares"].get(NOT_REPORTED, 0)
    said = _("har inte svarat") if value is None else number_format(value, use_l10n=True)
    said = f"{said} %" if value is not None and measure.unit == SHARE else said
    share = _("%(answered)s av %(total)s") % {"answered": answered, "total": line["total"]}
    return Place(name, town.scb_code, value, said, url=f"{answers}&part={town.key}", answered=share)


def _indicator_map(indicator, agreement, towns, box, choice):
    data = indicator_data(indicator, agreement.county, shows_small=agreement.can_edit)
    series = [line for line in data["series"] if line["kind"] == "party"]
    sexes = {line["sex"]: line["sex_label"] for line in series}
    sex = choice.get("kon", "")
    sex = sex if sex in sexes else next(iter(sexes))
    moments = sorted({tuple(point[:2]) for line in series for point in line["points"]}, reverse=True)
    times = {moment_label(*moment): moment for moment in moments}
    time = choice.get("ar", "")
    time = time if time in times else _last_with_value(series, times)
    values = {
        line["code"]: point
        for line in series
        for point in line["points"]
        if line["sex"] == sex and tuple(point[:2]) == times[time]
    }
    places = [_indicator_place(town, values.get(town.scb_code), data["decimals"]) for town in towns]
    title = ", ".join(filter(None, [data["name"], sexes[sex] if sex else "", time]))
    return {
        "map": map_of(title, data["unit"], places, box, silent=_("inget värde att visa"), source=data["source_line"]),
        "sexes": list(sexes.items()) if len(sexes) > 1 else [],
        "sex": sex,
        "times": list(times),
        "time": time,
        "indicator": indicator,
    }


def _last_with_value(series, times):
    """The newest time that any municipality has a value for, or the newest there is."""
    known = {tuple(point[:2]) for line in series for point in line["points"] if point[2] is not None}
    return next((label for label, moment in times.items() if moment in known), next(iter(times)))


def _indicator_place(town, point, decimals):
    _year, _half, text, gap = point or (0, 0, None, Measurement.Gap.MISSING)
    if text is None:
        return Place(town.name, town.scb_code, None, str(GAPS.get(gap, GAPS[Measurement.Gap.MISSING])))
    return Place(town.name, town.scb_code, Decimal(text), number_format(Decimal(text), decimals, use_l10n=True))
