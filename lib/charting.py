"""Charts of series over time as SVG, drawn on the server: the same picture on the page, on paper and in a PDF.

A chart knows values and words, never what they measure. Colour never stands alone: each line has its own mark, and its
name stands at its end. What has no value is left open in the line, and a line is never drawn across a break.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from itertools import count

from django.template.loader import render_to_string
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from lib.lettering import text_width, wrap

TEXT_SIZE = 13
LINE_STEP = 17
# Marks as paths around 0 0, each known from the others without its colour; hollow ones are filled white.
MARKS = {
    "circle": "m-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z",
    "square": "m-3.6 -3.6h7.2v7.2h-7.2z",
    "triangle": "m0 -4.6l4.4 7.8h-8.8z",
    "diamond": "m0 -5l5 5l-5 5l-5 -5z",
    "cross": "m-4 -4l8 8m0 -8l-8 8",
    "plus": "m-5 0h10m-5 -5v10",
}
HOLLOW = {"ring": "circle", "box": "square"}
LOOKS = (  # colour and mark of the first line, the second …; each colour has 4.5:1 against white
    ("#0b5a6f", "circle"),
    ("#a34a00", "square"),
    ("#6d3a9c", "triangle"),
    ("#48525b", "diamond"),
    ("#a81f63", "cross"),
    ("#4f6200", "ring"),
    ("#1d4fa3", "box"),
    ("#754900", "plus"),
)


@dataclass(frozen=True)
class Line:
    """A series: ``points`` is x → value, None where there is none; ``gaps`` is x → why, shown in the table.

    x is a number: a year, or 2024.5 for the second half of one. A dashed line is there to compare with.
    """

    label: str
    points: dict[float | Decimal, Decimal | None]
    dashed: bool = False
    gaps: dict[float | Decimal, str] = field(default_factory=dict)


@dataclass(frozen=True)
class LineChart:
    """What a chart says.

    ``breaks`` are the x from which another way of counting holds; ``names`` is x → its word on the axis, where it is
    not the number itself; ``decimals`` is how many a value is shown with, or None for as many as it has.
    """

    title: str
    description: str
    unit: str
    lines: tuple[Line, ...]
    target: Decimal | None = None
    breaks: tuple[float | Decimal, ...] = ()
    from_zero: bool = False
    decimals: int | None = None
    names: dict[float | Decimal, str] = field(default_factory=dict)

    @cached_property
    def steps(self):
        """Every x that a line says something of, in order."""
        return sorted({x for line in self.lines for x in line.points})

    @cached_property
    def values(self):
        return [value for line in self.lines for value in line.points.values() if value is not None]

    @property
    def starts_at(self):
        """Where the axis begins, as text, if that is not zero: the page must say so. Else empty."""
        first = Drawing(self, is_narrow=False).low if self.values else Decimal(0)
        return number_format(first, use_l10n=True) if first else ""

    def name_of(self, x):
        return self.names.get(x, str(x))

    def said(self, value):
        """A value as text, with the decimals of the chart."""
        return number_format(value, decimal_pos=self.decimals, use_l10n=True)

    @property
    def rows(self):
        """The table: for each x its name and what each line says there."""
        return [(self.name_of(x), [self._cell(line, x) for line in self.lines]) for x in self.steps]

    def _cell(self, line, x):
        value = line.points.get(x)
        return self.said(value) if value is not None else line.gaps.get(x) or _("uppgift saknas")


def draw_lines(chart, *, is_narrow=False):
    """The chart as one SVG element, for a page, a telephone (``is_narrow``) or a paper; empty without any value."""
    if not chart.values:
        return ""
    return render_to_string("_line_chart_picture.html", {"chart": chart, "drawing": Drawing(chart, is_narrow)})


# --- Where everything stands ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Text:
    text: str
    x: float
    y: float


@dataclass(frozen=True)
class Mark:
    """A value in the picture: its path, what fills it, and what it says to who points at it."""

    d: str
    fill: str
    text: str


@dataclass(frozen=True)
class Label:
    """A line's name: its rows of text, where its mark stands, and the thread between mark and last value."""

    rows: list[Text]
    mark: tuple[float, float]
    thread: str = ""


@dataclass(frozen=True)
class Curve:
    """A line as drawn: ``d`` is its path; the last of its marks is the one at its name."""

    d: str
    colour: str
    marks: list[Mark]
    dashed: bool
    label: Label


class Drawing:
    """The numbers of a picture. Wide ones name each line at its end, narrow ones below the axis."""

    def __init__(self, chart, is_narrow):
        self.chart = chart
        self.lines = [line for line in chart.lines if known_points(line)]
        self.name = "narrow" if is_narrow else "wide"
        self.width, self.left, self.right, self.top, self.bottom = (
            (328, 44, 316, 34, 214) if is_narrow else (760, 56, 540, 34, 290)
        )
        least = Decimal(1) if chart.decimals == 0 else Decimal(0)
        self.ticks = ticks_between(*self._reach(), 4 if is_narrow else 5, least=least)
        self.low, self.high = self.ticks[0], self.ticks[-1]
        self.left = max(self.left, round(max(text_width(text, TEXT_SIZE) for _y, text in self.levels)) + 14)

    def _reach(self):
        values = [*self.chart.values, *([self.chart.target] if self.chart.target is not None else [])]
        low, high = min(values), max(values)
        return (min(low, Decimal(0)), max(high, Decimal(0))) if self.chart.from_zero else (low, high)

    @property
    def text_end(self):
        """Where the numbers of the grid lines end."""
        return self.left - 8

    @cached_property
    def height(self):
        rows = [row for curve in self.curves for row in curve.label.rows]
        return round(max([self.bottom + 30, *(row.y + 10 for row in rows)]))

    def x(self, step):
        first, last = self.chart.steps[0], self.chart.steps[-1]
        if first == last:
            return (self.left + self.right) / 2
        inner = self.right - self.left - 24
        return round(
            self.left + 12 + inner * float((Decimal(step) - Decimal(first)) / (Decimal(last) - Decimal(first))), 1
        )

    def y(self, value):
        share = float((Decimal(value) - self.low) / (self.high - self.low))
        return round(self.bottom - share * (self.bottom - self.top), 1)

    @property
    def levels(self):
        """(y, text) of each grid line."""
        return [(self.y(tick), number_format(tick, use_l10n=True)) for tick in self.ticks]

    @property
    def marks(self):
        """(x, text) below the axis, as many as there is room for; the last is always named."""
        steps = self.chart.steps
        widest = max(text_width(self.chart.name_of(x), TEXT_SIZE) for x in steps) + 10
        every = next(
            n
            for n in range(1, len(steps) + 1)
            if (self.right - self.left) / len(steps) * n >= widest or n == len(steps)
        )
        return [(self.x(x), self.chart.name_of(x)) for number, x in enumerate(reversed(steps)) if number % every == 0]

    @property
    def target(self):
        if self.chart.target is None:
            return None
        y = self.y(self.chart.target)
        return Text(_("Mål %(value)s") % {"value": self.chart.said(self.chart.target)}, self.left + 4, y)

    @property
    def breaks(self):
        """x of each break: half way between the last value before it and the first after it."""
        steps = self.chart.steps
        around = [
            (max((x for x in steps if x < at), default=None), min((x for x in steps if x >= at), default=None))
            for at in self.chart.breaks
        ]
        return [round((self.x(a) + self.x(b)) / 2, 1) for a, b in around if a is not None and b is not None]

    @cached_property
    def curves(self):
        labels = self._labels_below() if self.name == "narrow" else self._labels_beside()
        return [self._curve(*place) for place in zip(count(), self.lines, labels, strict=False)]

    def _curve(self, number, line, label):
        colour, look = LOOKS[number % len(LOOKS)]
        places = [(self.x(x), self.y(value), self._said(line, x, value)) for x, value in known_points(line)]
        marks = [_mark(x, y, look, colour, text) for x, y, text in [*places, (*label.mark, line.label)]]
        return Curve(self._path(line), colour, marks, line.dashed, label)

    def _said(self, line, x, value):
        return f"{line.label}, {self.chart.name_of(x)}: {self.chart.said(value)}"

    def _path(self, line):
        """The line as a path that is lifted where a value is missing and at each break."""
        d, before = [], None
        for x, value in sorted(line.points.items()):
            if value is not None:
                broken = before is None or any(before < at <= x for at in self.chart.breaks)
                d.append(f"{'M' if broken else 'L'}{self.x(x)} {self.y(value)}")
            before = x if value is not None else None
        return "".join(d)

    def _labels_below(self):
        labels, y = [], self.bottom + 46
        for line in self.lines:
            rows = wrap(self._name(line), self.right - 30, TEXT_SIZE, max_lines=2)
            labels.append(
                Label([Text(row, 30, y + LINE_STEP * number) for number, row in enumerate(rows)], (16, y - 4.5))
            )
            y += LINE_STEP * len(rows) + 6
        return labels

    def _labels_beside(self):
        """The names at the right, each as near its last value as the others allow."""
        left, room = self.right + 34, self.width - self.right - 40
        rows = [wrap(self._name(line), room, TEXT_SIZE, max_lines=2) for line in self.lines]
        ends = [self._end(line) for line in self.lines]
        tops = spread(
            [end[1] - LINE_STEP * len(row) / 2 for end, row in zip(ends, rows, strict=True)],
            [LINE_STEP * len(row) + 3 for row in rows],
            self.top - 12,
            self.bottom + 24,
        )
        return [self._label(row, left, top, end) for row, top, end in zip(rows, tops, ends, strict=True)]

    def _label(self, rows, left, top, end):
        middle = round(top + LINE_STEP * len(rows) / 2, 1)
        thread = f"M{round(end[0] + 7, 1)} {end[1]}L{left - 18} {middle}"
        return Label(
            [Text(row, left, round(top + 12.5 + LINE_STEP * number, 1)) for number, row in enumerate(rows)],
            (left - 10, middle),
            thread,
        )

    def _name(self, line):
        """The line's name and last value, as they stand at its end."""
        return f"{line.label} {self.chart.said(known_points(line)[-1][1])}"

    def _end(self, line):
        """Where the last value of the line stands."""
        x, value = known_points(line)[-1]
        return self.x(x), self.y(value)


def _mark(x, y, look, colour, text):
    fill = "#ffffff" if look in HOLLOW else colour
    return Mark(f"M{x} {y}{MARKS[HOLLOW.get(look, look)]}", fill, text)


def known_points(line):
    """(x, value) of the line where it has a value, in order."""
    return [(x, value) for x, value in sorted(line.points.items()) if value is not None]


def ticks_between(low, high, count, *, least=Decimal(0)):
    """Round values from ``low`` or just below it to ``high`` or just above, about ``count`` steps, as Decimals.

    ``least`` is the smallest step that says anything, as 1 where only whole numbers are counted.
    """
    low, high = Decimal(low), Decimal(high)
    if low == high:
        around = max(abs(low) / 10, 1)
        low, high = low - around if low < 0 else max(low - around, 0), high + around
    rough = (high - low) / count
    power = Decimal(10) ** rough.adjusted()
    step = max(next(size * power for size in (1, 2, Decimal("2.5"), 5, 10) if size * power >= rough), least)
    first, last = (low // step - (low % step < 0)) * step, -(-high // step - (-high % step < 0)) * step
    decimals = Decimal(1).scaleb(min(step.normalize().as_tuple().exponent, 0))
    return [(first + step * number).quantize(decimals) for number in range(int((last - first) / step) + 1)]


def spread(tops, heights, low, high):
    """Move things that want to stand at ``tops`` apart, so that none covers another, kept between ``low`` and ``high``.

    Their order is kept. Where all of them need more room than there is, they run over the foot rather than together.
    """
    order = sorted(range(len(tops)), key=lambda number: tops[number] + heights[number] / 2)
    placed, floor = list(tops), low
    for number in order:
        placed[number] = max(tops[number], floor)
        floor = placed[number] + heights[number]
    roof = max(high, low + sum(heights))
    for number in reversed(order):
        placed[number] = min(placed[number], roof - heights[number])
        roof = placed[number]
    return placed
