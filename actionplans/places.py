"""Where a row stands among its neighbours, and the number it gets there."""

import re

from actionplans.models import Activity
from lib.forms import SMALL_INTEGER_MAX

STEP = 10  # between neighbours, so that a row can be put in between without touching the others
NUMBER_LENGTH = Activity._meta.get_field("number").max_length


def neighbours(edition, area_id, part_id, *, but=None):
    """The rows that stand together under an area and collaboration area, in order; without the row ``but``."""
    rows = Activity.objects.filter(edition=edition, area=area_id, collaboration_area=part_id)
    return list(rows.exclude(pk=but).only("number", "order", "edition").order_by("order", "pk"))


def room(rows, index):
    """The order of a row put at ``index`` among ``rows``; they are spread out where there is no room between them.

    Spreading out changes neither versions nor history: the rows stand as they stood.
    """
    before = rows[index - 1].order if index else 0
    after = rows[index].order if index < len(rows) else before + 2 * STEP
    if after - before >= 2 and after <= SMALL_INTEGER_MAX:
        return (before + after) // 2
    step = min(STEP, SMALL_INTEGER_MAX // (len(rows) + 2))
    for position, row in enumerate(rows):
        row.order = step * (position + 1 + (position >= index))
    Activity.objects.bulk_update(rows, ["order"])
    return step * (index + 1)


def free_number(edition, pattern=""):
    """The next free number in the style of ``pattern`` (B2 → B3, 1.4 → 1.5); one more than the highest otherwise."""
    numbers = Activity.objects.filter(edition=edition).values_list("number", flat=True)
    style = re.fullmatch(r"(.*?)[0-9]+", pattern)
    number = _next(numbers, style[1] if style else "")
    return number if len(number) <= NUMBER_LENGTH else _next(numbers, "")


def _next(numbers, prefix):
    own = re.compile(re.escape(prefix) + r"([0-9]+)")
    return f"{prefix}{max((int(match[1]) for match in map(own.fullmatch, numbers) if match), default=0) + 1}"


def style_for(edition, area_id, rows):
    """The number a new row takes after: its last neighbour's, or that of the last row in the same area."""
    if rows:
        return rows[-1].number
    same_area = Activity.objects.filter(edition=edition, area=area_id) if area_id else Activity.objects.none()
    return same_area.order_by("collaboration_area__order", "order", "pk").values_list("number", flat=True).last() or ""
