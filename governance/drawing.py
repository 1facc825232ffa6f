"""Where the boxes and lines of a governance chart stand: whole numbers for an SVG, worked out without a browser.

A wide picture spreads the tree from top to bottom; a narrow one, or a tree too broad to spread, is an outline.
"""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from governance.chart import Node
from governance.models import Mandate
from lib.lettering import MAX_LINES, wrap

WIDE, NARROW = 1160, 328
MARGIN = 8  # room for thick lines and the shadow of a stacked box
GAP, ROW_GAP, STAFF_GAP = 28, 44, 56
BOX_MIN, BOX_MAX = 200, 400
OUTSIDE_WIDTH = 250
OUTLINE_BOX_MAX, INDENT, MAX_INDENTS = 640, 26, 4
PADDING = 14
TITLE_SIZE, TEXT_SIZE = 15, 13.5
STEPS = {"alert": 19, "title": 19, "plain": 18, "duty": 18}  # height of a line by its style


@dataclass
class TextLine:
    text: str
    x: int
    y: int
    style: str  # alert, title, plain or duty


@dataclass
class Box:
    node: Node
    x: int
    y: int
    width: int
    height: int
    lines: list[TextLine]

    @property
    def kind(self):
        return self.node.kind

    @property
    def is_stacked(self):
        return self.node.is_multiple

    @property
    def centre(self):
        return self.x + self.width // 2

    @property
    def middle(self):
        return self.y + self.height // 2

    @property
    def bottom(self):
        return self.y + self.height


@dataclass
class Edge:
    d: str
    kind: str  # reports, missing or interim


@dataclass
class Drawing:
    name: str
    width: int
    height: int
    boxes: list[Box] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)


def draw_wide(chart):
    """The picture for 40 rem and more: spread if every box gets its least width, else as an outline."""
    right = OUTSIDE_WIDTH + 2 * GAP if chart.outside else 0
    room = WIDE - 2 * MARGIN - right
    columns = columns_of(chart.tops, _staff(chart))
    if (room + GAP) // columns < BOX_MIN + GAP:
        return draw_outline(chart, "wide", WIDE, OUTLINE_BOX_MAX)
    spread = Spread(chart, room, columns)
    y = MARGIN
    for node in chart.outside:
        box = make_box(node, WIDE - MARGIN - OUTSIDE_WIDTH, y, OUTSIDE_WIDTH)
        spread.boxes[node] = box
        y = box.bottom + GAP
    return _drawing("wide", WIDE, spread.boxes, spread.edges())


def draw_narrow(chart):
    """The picture for telephones."""
    return draw_outline(chart, "narrow", NARROW, NARROW)


def draw_outline(chart, name, width, box_max):
    """One box under the other, subordinates indented, lines along the left side."""
    boxes, y = {}, MARGIN
    for node in chart.nodes:
        indent = INDENT * min(len(list(_superiors(node))), MAX_INDENTS)
        box_width = min(width - 2 * MARGIN - indent, box_max)
        y += GAP if node in chart.outside else 0
        boxes[node] = make_box(node, MARGIN + indent, y, box_width)
        y = boxes[node].bottom + 16
    edges = [_elbow(boxes[node.superior], box) for node, box in boxes.items() if node.superior]
    return _drawing(name, width, boxes, edges)


def _superiors(node):
    while node := node.superior:
        yield node


def _elbow(upper, lower):
    x = min(upper.x + INDENT // 2, lower.x - 6)
    return Edge(f"M{x} {upper.bottom}V{lower.middle}H{lower.x}", "missing" if lower.node.is_missing else "reports")


def _drawing(name, width, boxes, edges):
    """Missing links lie under the solid ones where they share a way."""
    bottom = max((box.bottom for box in boxes.values()), default=0)
    order = {"missing": 0, "interim": 1, "reports": 2}
    return Drawing(
        name, width, bottom + 2 * MARGIN, list(boxes.values()), sorted(edges, key=lambda edge: order[edge.kind])
    )


class Spread:
    """The tree from top to bottom: leaves side by side, superiors centred above, one row per step.

    A preparing body without subordinates stands beside the line under a lone top, as a staff does.
    """

    def __init__(self, chart, room, columns):
        self.chart = chart
        self.staff = _staff(chart)
        self.box_width = min(BOX_MAX, (room + GAP) // columns - GAP)
        self.boxes = {}
        self._place_columns(MARGIN + (room + GAP - columns * (self.box_width + GAP)) // 2)
        self._place_rows()

    def below(self, node):
        return [child for child in node.children if child not in self.staff]

    def _place_columns(self, left):
        for top in self.chart.tops:
            left = self._place_column(top, left)

    def _place_column(self, node, left):
        """Give the node and all below it their x, from ``left``; return where the next column begins."""
        start = left
        for child in self.below(node):
            left = self._place_column(child, left)
        if left == start:
            left = start + self.box_width + GAP
        self.boxes[node] = make_box(node, (start + left - GAP - self.box_width) // 2, 0, self.box_width)
        return left

    def _place_rows(self):
        """Boxes of one step are equally high and begin at the same height."""
        row, y = self.chart.tops, MARGIN
        while row:
            height = max(self.boxes[node].height for node in row)
            for node in row:
                self._move(node, y, height)
            y += height + ROW_GAP
            if row is self.chart.tops and self.staff:
                y = self._place_staff(y - ROW_GAP // 2)
            row = [child for node in row for child in self.below(node)]

    def _place_staff(self, y):
        """Staff stand right of the line, one under the other; return where the next row begins."""
        left = self.boxes[self.chart.tops[0]].centre + 2 * GAP
        for node in self.staff:
            box = make_box(node, left, y, min(self.box_width, 300))
            self.boxes[node] = box
            y = box.bottom + GAP
        return y - GAP + STAFF_GAP

    def _move(self, node, y, height):
        box = self.boxes[node]
        self.boxes[node] = make_box(node, box.x, y, box.width, height)

    def edges(self):
        edges = []
        for node, box in self.boxes.items():
            upper = self.boxes.get(node.superior)
            if upper:
                edges.append(self._link(upper, box))
            edges += [self._interim(self.boxes[other], box) for other in node.interim_by if other in self.staff]
        return edges

    def _link(self, upper, lower):
        if lower.node in self.staff:
            return Edge(f"M{upper.centre} {upper.bottom}V{lower.middle}H{lower.x}", "reports")
        bus = lower.y - ROW_GAP // 2
        d = f"M{upper.centre} {upper.bottom}V{bus}H{lower.centre}V{lower.y}"
        return Edge(d, "missing" if lower.node.is_missing else "reports")

    def _interim(self, staff, missing):
        """From the body that stands in to the right half of the group it stands in for, around the lines if it can."""
        end = missing.centre + missing.width // 4
        if end > staff.x + staff.width + INDENT:
            return Edge(f"M{staff.x + staff.width} {staff.middle}H{end}V{missing.y}", "interim")
        half = (staff.bottom + missing.y) // 2
        return Edge(f"M{staff.centre} {staff.bottom}C{staff.centre} {half} {end} {half} {end} {missing.y}", "interim")


def columns_of(nodes, staff):
    """How many boxes stand side by side at the broadest: one for each leaf that is not staff."""
    return sum(columns_of([child for child in node.children if child not in staff], staff) for node in nodes) or 1


def _staff(chart):
    """The preparing leaves right under a lone top, if others remain there to make a row."""
    if len(chart.tops) != 1:
        return []
    children = chart.tops[0].children
    staff = [node for node in children if node.mandate.level == Mandate.Level.PREPARING and not node.children]
    return staff if len(children) - len(staff) > 1 else []


# --- Text in boxes ----------------------------------------------------------------------------------------------------


def make_box(node, x, y, width, height=0):
    """A box for the node with its text, as high as the text needs and at least ``height``."""
    rows = box_rows(node, width - 2 * PADDING)
    needed = sum(STEPS[style] for _text, style in rows) + 2 * PADDING - 4
    height = max(height, needed)
    lines, baseline = [], y + (height - needed) // 2 + PADDING - 6
    for text, style in rows:
        baseline += STEPS[style]
        lines.append(TextLine(text, x + width // 2, baseline, style))
    return Box(node, x, y, width, height, lines)


def box_rows(node, width):
    """(text, style) of each line in a box that has ``width`` for text; what does not fit stands in the text version."""
    rows = [(_("Grupp saknas"), "alert")] if node.is_missing else []
    rows += [(text, "title") for text in wrap(node.name, width, TITLE_SIZE, bold=True)]
    facts = [node.interim_text] if node.is_missing else [node.role, node.led_by, node.rhythm]
    facts.append(_("Utanför linjen") if node.is_outside else "")
    for fact in filter(None, facts):
        rows += [(text, "plain") for text in wrap(fact, width, TEXT_SIZE, max_lines=2)]
    return rows + [(text, "duty") for text in _duty_lines(node.duties, width)]


def _duty_lines(duties, width):
    """One area a line if they fit so, else one after the other."""
    lines = [line for text in duties for line in wrap(text, width, TEXT_SIZE, bold=True, max_lines=2)]
    return lines if len(lines) <= MAX_LINES else wrap(" · ".join(duties), width, TEXT_SIZE, bold=True)
