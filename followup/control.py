"""The control view: which party has answered what in a round, counted so that it adds up. Constant in queries.

Of unfinished answers only ``Respondent.begun_at`` is known here, that the party has opened its form: no draft moves a
figure, a mark or an order.
"""

import datetime
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple
from urllib.parse import urlencode

from django.db.models import F, Q
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from actionplans.models import Activity
from followup.models import Report, Respondent, Return
from lib.markup import markup
from parties.models import Party

FOLD_OVER = 15  # with more activities than this the areas fold to a column each
LABELS = {
    "approved": _("godkänd"),
    "submitted": _("inlämnad, väntar på dig"),
    "returned": _("återlämnad"),
    "begun": _("påbörjad hos parten"),
    "not_started": _("inte påbörjad"),
}
HANDED_IN = ("approved", "submitted")


class Cell(NamedTuple):
    """What the coordinators know of one report. There are thousands of them on a page."""

    pk: int
    version: int
    party: int
    activity: int
    area: int
    number: str
    state: str
    is_late: bool

    @property
    def label(self):
        label = str(LABELS[self.state])
        if not self.is_late:
            return label
        late = _("efter sista dagen") if self.state in HANDED_IN else _("försenad")
        return f"{label}, {late}"


@dataclass
class Line:
    """A party's place in the round, with its cells in the plan's order."""

    party: Party
    due_on: datetime.date
    has_begun: bool
    is_extended: bool
    cells: list = field(default_factory=list)

    @cached_property
    def counts(self):
        return Counter(cell.state for cell in self.cells)

    @cached_property
    def late(self):
        """How many are not handed in though their last day is over."""
        return sum(cell.is_late and cell.state not in HANDED_IN for cell in self.cells)

    @cached_property
    def by_area(self):
        """Area → its cells."""
        found = {}
        for cell in self.cells:
            found.setdefault(cell.area, []).append(cell)
        return found

    @property
    def handed_in(self):
        return sum(self.counts[state] for state in HANDED_IN)

    @property
    def waiting(self):
        return self.counts["submitted"]

    @property
    def seen(self):
        """What waits, with the version it has now: ``pk:version pk:version``."""
        return " ".join(f"{cell.pk}:{cell.version}" for cell in self.cells if cell.state == "submitted")

    @property
    def is_silent(self):
        """Nobody of the party has opened the form, and nothing was ever handed in."""
        return not (self.has_begun or self.handed_in or self.counts["returned"])

    @property
    def is_late(self):
        return self.late > 0


@dataclass
class Area:
    """A column of the table, or as many as it has activities: (pk, number, title), …"""

    pk: int
    name: str
    activities: list = field(default_factory=list)
    is_folded: bool = False
    toggle: str = ""  # the address that opens or folds it; empty where all fit


@dataclass(frozen=True)
class Sum:
    """A party's reports of a folded area."""

    area: Area
    line: Line

    @property
    def cells(self):
        return self.line.by_area[self.area.pk]

    @cached_property
    def states(self):
        return [cell.state for cell in self.cells]

    @property
    def handed_in(self):
        return sum(self.states.count(state) for state in HANDED_IN)

    @cached_property
    def state(self):
        """The state to look at first: what waits, what was sent back; approved only when everything is."""
        order = ("submitted", "returned", "not_started", "begun", "approved")
        return next(state for state in order if state in self.states)

    @cached_property
    def is_late(self):
        return any(cell.is_late and cell.state not in HANDED_IN for cell in self.cells)

    @property
    def html(self):
        return self._html(oob=False)

    @property
    def html_beside(self):
        """As it is sent beside something else."""
        return self._html(oob=True)

    def _html(self, *, oob):
        texts = {
            "party_pk": self.line.party.pk, "area_pk": self.area.pk, "url": self.area.toggle,
            "inne": self.handed_in, "alla": len(self.cells), "area": self.area.name, "party": self.line.party.name,
        }  # fmt: skip
        kind = {"state": self.state, "is_late": self.is_late, "oob": oob}
        return format_html(markup("followup/_control_sumcell.html", tuple(texts), **kind), **texts)


@dataclass(frozen=True)
class Figure:
    """One of the figures that add up to all expected reports; ``start`` is where it begins in the bar of them all."""

    state: str
    label: str
    count: int
    start: int
    visa: str


@dataclass
class Control:
    """All of a round's reports by party, before anything is left out."""

    lines: list
    areas: list

    @cached_property
    def counts(self):
        return sum((line.counts for line in self.lines), Counter())

    @property
    def total(self):
        return self.counts.total()

    @property
    def late(self):
        """How many are not handed in though their last day is over; they are counted among the others too."""
        return sum(line.late for line in self.lines)

    @property
    def silent(self):
        return [line for line in self.lines if line.is_silent]

    def figures(self):
        """The counters in the order they are shown: they add up to ``total``."""
        shown = (
            ("approved", _("Godkända"), ""),
            ("submitted", _("Väntar på dig"), "vantar"),
            ("returned", _("Återlämnade"), "aterlamnade"),
            ("begun", _("Påbörjade"), ""),
            ("not_started", _("Inte påbörjade"), ""),
        )
        start = 0
        for state, label, visa in shown:
            yield Figure(state, label, self.counts[state], start, visa)
            start += self.counts[state]


CHOICES = {
    "alla": (_("Alla"), lambda line: True),
    "vantar": (_("Med svar att granska"), lambda line: line.waiting),
    "tysta": (_("Tysta"), lambda line: line.is_silent),
    "forsenade": (_("Försenade"), lambda line: line.is_late),
    "aterlamnade": (_("Med återlämnade"), lambda line: line.counts["returned"]),
}


@dataclass(frozen=True)
class Choice:
    """What of the round is shown, as it stands in the address."""

    visa: str = "alla"
    area: int | None = None
    part: int | None = None
    opened: tuple[int, ...] = ()

    @classmethod
    def of(cls, data):
        """From the address; what cannot be read is left out of account."""
        opened = filter(lambda pk: pk is not None, map(_number, data.getlist("oppna")))
        visa = data.get("visa", "alla")
        return cls(
            visa if visa in CHOICES else "alla", _number(data.get("omrade")), _number(data.get("part")), tuple(opened)
        )

    def query(self, **changes):
        """The choice as an address's question, with some of it changed; empty where nothing is chosen."""
        chosen = {"visa": self.visa, "omrade": self.area, "part": self.part, "oppna": self.opened, **changes}
        chosen = {name: value for name, value in chosen.items() if value not in (None, (), [], "alla")}
        return f"?{urlencode(chosen, doseq=True)}" if chosen else ""

    @property
    def is_narrow(self):
        return self.visa != "alla" or self.area is not None or self.part is not None

    def lines(self, control):
        """The lines to show: only parties that are asked something in the chosen area."""
        chosen = [line for line in control.lines if CHOICES[self.visa][1](line)]
        if self.part is not None:
            chosen = [line for line in chosen if line.party.pk == self.part]
        if self.area is not None:
            chosen = [line for line in chosen if self.area in line.by_area]
        return chosen

    def areas(self, control):
        """The areas to show; folded where there are many activities, except the chosen and the opened ones."""
        shown = [area for area in control.areas if self.area in (None, area.pk)]
        is_long = sum(len(area.activities) for area in shown) > FOLD_OVER
        for area in shown:
            if is_long and self.area is None:
                area.is_folded = area.pk not in self.opened
                others = [pk for pk in self.opened if pk != area.pk]
                area.toggle = self.query(oppna=[*others, area.pk] if area.is_folded else others) or "?"
        return shown


def control_of(round, today=None):
    """The round's control view, five queries whatever the number of parties and activities."""
    today = today or timezone.localdate()
    lines, areas, returns, rows = _lines(round), {}, _newest_returns(round), _rows(round)
    if not round.is_taking_answers:
        today = None  # nothing is expected any more
    for pk, number, title, area, name in _activities(round):
        areas.setdefault(area or 0, Area(area or 0, name or _("Utan område"))).activities.append((pk, number, title))
        for row in rows[pk]:
            line = lines[row.party]
            line.cells.append(_cell(row, (pk, area or 0, number), line, today, returns.get(row.pk)))
    return Control(list(lines.values()), list(areas.values()))


def _lines(round):
    """Party → its line, in the order of the names. A party without a place among the respondents has not begun."""
    respondents = {row.party_id: row for row in Respondent.objects.filter(round=round)}
    parties = Party.objects.filter(pk__in=Report.objects.filter(round=round).order_by().values("party"))
    lines = {}
    for party in parties.order_by("sort_name", "pk"):
        respondent = respondents.get(party.pk, Respondent(round=round, party=party))
        respondent.round = round
        lines[party.pk] = Line(party, respondent.due_on, bool(respondent.begun_at), bool(respondent.extended_to))
    return lines


def _activities(round):
    """(id, number, title, area, its name) of those that are followed up, in the plan's order."""
    asked = Activity.objects.filter(pk__in=Report.objects.filter(round=round).order_by().values("activity"))
    in_order = asked.order_by(F("area__order").asc(nulls_last=True), "area", "order", "pk")
    return in_order.values_list("pk", "number", "title", "area", "area__name")


class Row(NamedTuple):
    """A report as far as the coordinators may know it, in few and small values: they are read by the thousand."""

    pk: int
    version: int
    party: int
    is_approved: bool
    handed_in_on: datetime.date | None
    is_returned: bool


def _rows(round):
    """Activity → its Rows."""
    found = defaultdict(list)
    reports = Report.objects.filter(round=round).order_by("pk")
    read = reports.values_list(
        "activity", "pk", "version", "party", Q(approved_at__isnull=False), TruncDate("submitted_at"),
        Q(returned_at__isnull=False),
    )  # fmt: skip
    for activity, *row in read:
        found[activity].append(Row(*row))
    return found


def _newest_returns(round):
    """Report → (the last day that its newest return gave,): None where it gave no day."""
    rows = Return.objects.filter(report__round=round).order_by("returned_at", "pk")
    return {report: (day,) for report, day in rows.values_list("report", "due_on")}


def _cell(row, place, line, today, returned):
    """What is not handed in is late when its day is over; what is handed in, when it came after that day."""
    state = state_of(row.is_approved, row.handed_in_on, row.is_returned, line.has_begun)
    day = row.handed_in_on if state in HANDED_IN else today
    last_day = returned[0] if returned else line.due_on
    is_late = bool(day and last_day and day > last_day)
    version = row.version if state in HANDED_IN else 0  # a draft's moves with every save
    return Cell(row.pk, version, row.party, *place, state, is_late)


def state_of(is_approved, is_handed_in, is_returned, has_begun):
    """The state of a report as the coordinators know it: what its party has written makes no difference."""
    if is_approved:
        return "approved"
    if is_handed_in:
        return "submitted"
    if is_returned:
        return "returned"
    return "begun" if has_begun else "not_started"


def table_of(control, choice):
    """(areas, rows) to draw. A row is (line, columns); a column is (is first of its area, Cell, Sum or None)."""
    areas = choice.areas(control)
    return areas, [(line, list(_columns(line, areas))) for line in choice.lines(control)]


def _columns(line, areas):
    for area in areas:
        if area.is_folded:
            yield True, Sum(area, line) if area.pk in line.by_area else None
            continue
        cells = {cell.activity: cell for cell in line.by_area.get(area.pk, ())}
        for place, (activity, _number, _title) in enumerate(area.activities):
            yield place == 0, cells.get(activity)


def queue_of(round, choice, current=None):
    """The keys of the reports that wait for review, in the table's order: by party, then as in the plan.

    Only those of the chosen area and party; with ``current``, a report that stands in its place whatever its state.
    """
    waiting = Q(submitted_at__isnull=False, approved_at__isnull=True)
    if choice.area is not None:
        waiting &= Q(activity__area=choice.area or None) if choice.area else Q(activity__area__isnull=True)
    if choice.part is not None:
        waiting &= Q(party=choice.part)
    order = (
        "party__sort_name", "party", F("activity__area__order").asc(nulls_last=True), "activity__area",
        "activity__order", "activity",
    )  # fmt: skip
    waiting |= Q(pk=current) if current else Q()
    return list(Report.objects.filter(waiting, round=round).order_by(*order).values_list("pk", flat=True))


def _number(text):
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None
