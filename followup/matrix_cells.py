"""The cells of the council's matrices, as values and as markup.

A page has hundreds of them, and the engine of templates would spend most of its time on filling in the same five texts.
"""

from dataclasses import dataclass
from functools import cache, lru_cache

from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from followup.shares import tally
from lib.templatetags.portal_ui import icon

NOTHING = '<td{now} data-label="{label}"><div><span class="soft">–</span></div></td>'
NOT_ASKED = format_html('<td class="{}"></td>', "pmx__none")
FIGURE = (
    '<td{now} data-label="{{label}}"><div><a class="amx__n" href="{{url}}"><b>{{on_track}}</b> {of} {{total}}</a>'
    '<svg class="mini" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">'
    '<rect width="100" height="8" class="sh-track"/><rect width="{{width}}" height="8" class="sh-done"/></svg>'
    "{more}</div></td>"
)
MARK = '<span class="st st--{} small">{}{} {}</span>'
NOW = format_html(' class="{}"', "now")


@dataclass(frozen=True)
class Cell:
    """How many go as planned of all, how many deviate, how many are missing; ``is_now`` in this round or of all."""

    label: str
    on_track: int
    total: int
    deviating: int
    missing: int
    url: str
    is_now: bool


def cell_of(label, line, url, *, is_now):
    on_track, deviating, missing = tally(line)
    return Cell(label, on_track, line["total"], deviating, missing, url, is_now)


def cells_html(cells):
    """The cells of one row, next to each other; None is a party that was not asked."""
    drawn = [_cell_html(cell) for cell in cells]
    return format_html("{}" * len(drawn), *drawn) if drawn else ""


@lru_cache(maxsize=8192)  # an answer that comes in moves a few of a page's cells
def _cell_html(cell):
    if cell is None:
        return NOT_ASKED
    if not cell.total:
        return format_html(NOTHING, now=NOW if cell.is_now else "", label=cell.label)
    figures = {"on_track": cell.on_track, "total": cell.total, "width": f"{100 * cell.on_track / cell.total:.0f}"}
    more = {name: getattr(cell, name) for name in ("deviating", "missing") if getattr(cell, name)}
    return format_html(_markup(cell.is_now, *more), label=cell.label, url=cell.url, **figures, **more)


@cache
def _markup(is_now, *marks):
    """The markup with a {name} for each figure; its words and symbols are the same in every cell."""
    words = {"deviating": ("warn", icon("deviates"), _("avviker")), "missing": ("plain", icon("missing"), _("saknas"))}
    more = format_html_join("", MARK, [(*words[name][:2], f"{{{name}}}", words[name][2]) for name in marks])
    return format_html(FIGURE, now=NOW if is_now else "", of=_("av"), more=more)
