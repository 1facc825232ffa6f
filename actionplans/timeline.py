"""The timeline of an edition: one chart for each area or responsible, drawn on the server and said in words beneath.

Pure: takes the rows of ``actionplans.reading`` and asks the database nothing. Every number comes out as text, ready for
the drawing, so that no thousand separator or decimal comma slips in.
"""

import datetime
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from actionplans.reading import grouped, when

WIDTH = 1152
LABELS = 404  # what the names of the activities take
ROW = 28
HEAD = 44
LETTERS = 50  # of a name; the whole name is in the table
BEFORE, AFTER = datetime.timedelta(days=365), datetime.timedelta(days=2 * 365)  # drawn outside the edition's own period


@dataclass(frozen=True)
class Scale:
    """From the first of a month until the first of another."""

    first: datetime.date
    last: datetime.date

    def x(self, day):
        """Where a day stands, as whole units; days outside stand on the edge."""
        day = min(max(day, self.first), self.last)
        return LABELS + round((WIDTH - LABELS) * (day - self.first).days / (self.last - self.first).days)

    def months(self):
        day = self.first
        while day < self.last:
            yield day
            day = next_month(day)


def next_month(day):
    return (day.replace(day=1) + datetime.timedelta(days=32)).replace(day=1)


def scale_of(edition, rows):
    """Whole months round the edition's period and what its activities reach beyond it, within reason."""
    days = [day for row in rows for day in (row["starts_on"], row["ends_on"]) if day]
    first = max(min([edition.starts_on, *days]), edition.starts_on - BEFORE)
    last = min(max([edition.ends_on, *days]), edition.ends_on + AFTER)
    return Scale(first.replace(day=1), next_month(last))


def charts(edition, rows, *, per, today):
    """One chart for each group: its name, ``ticks``, ``bars``, the line of ``today`` and the size."""
    scale = scale_of(edition, rows)
    ticks = list(ticks_of(scale))
    line = str(scale.x(today)) if scale.first <= today < scale.last else ""
    return [
        {
            "name": name,
            "rows": group,
            "bars": [bar(scale, edition, row, HEAD + ROW * place) for place, row in enumerate(group)],
            "ticks": ticks,
            "today": line,
            "height": str(HEAD + ROW * len(group) + 4),
            "view_box": f"0 0 {WIDTH} {HEAD + ROW * len(group) + 4}",
        }
        for name, group in grouped(rows, per)
    ]


def ticks_of(scale):
    """Each month, or each quarter where months would not fit: where it begins, its name, the year where it turns."""
    months = list(scale.months())
    for place, day in enumerate(months):
        if len(months) <= 24:
            name = date_format(day, "b")
        elif day.month % 3 == 1:
            name = _("kv %(number)s") % {"number": day.month // 3 + 1}
        else:
            continue
        if scale.x(day) > WIDTH - 32:
            continue  # no room for its name
        year = str(day.year) if day.month == 1 or place == 0 else ""
        yield {"x": str(scale.x(day)), "text_x": str(scale.x(day) + 4), "name": name, "year": year}


def bar(scale, edition, row, top):
    """What is drawn of an activity: a bar, with an arrow where it goes on, and its milestones."""
    start, end = row["starts_on"], row["ends_on"]
    x = scale.x(start or edition.starts_on)
    goes_on = row["is_continuous"] or (end or scale.first) >= scale.last
    to = scale.x(scale.last if row["is_continuous"] else end or edition.ends_on)
    return {
        "number": row["number"],
        "name": shortened(row["title"]),
        "said": f"{row['number']} {row['title']}: {when(row) or _('tid saknas')}",
        "text_y": str(top + 18),
        "line_y": str(top + ROW),
        "kind": bar_kind(row),
        "x": str(x),
        "y": str(top + 7),
        "width": str(max(to - x - (8 if goes_on else 0), 4)),
        "arrow": f"M{to - 8} {top + 7}l8 7l-8 7z" if goes_on else "",
        "milestones": [milestone(scale, top, on, text) for on, text in row["milestones_by_date"]],
    }


def bar_kind(row):
    """``whole`` where both ends are known, ``open`` without end, ``loose`` where one is missing, ``none`` for both."""
    if row["is_continuous"]:
        return "open"
    known = bool(row["starts_on"]) + bool(row["ends_on"])
    return ("none", "loose", "whole")[known]


def milestone(scale, top, on, text):
    return {"path": f"M{scale.x(on)} {top + 7}l7 7l-7 7l-7 -7z", "said": f"{on} {text}"}


def shortened(title):
    return title if len(title) <= LETTERS else title[: LETTERS - 1].rstrip() + "…"
