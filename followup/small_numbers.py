"""Counts of people that are too small to show to others than those who reported them.

A count under five may point at a person. It is stored and its own party sees it; everybody else reads that it is
hidden. A total is hidden with its parts, and sums over several reports leave hidden counts out, so that nothing shown
lets anybody work them out.
"""

from django.utils.translation import gettext_lazy as _

from followup.numbers import parts_of

SMALLEST = 5
HIDDEN = _("döljs")  # compare with ``is``; prints as this word
HIDDEN_NOTE = _("Antal under 5 döljs, och summor som skulle röja dem, för att ingen ska kunna pekas ut.")


def shown_numbers(numbers, is_own):
    """A report's ``numbers`` as the reader may see them: group → count, None (*uppgift saknas*) or ``HIDDEN``.

    ``is_own`` tells that the reader belongs to the party that reported: it sees what it wrote.
    """
    if is_own:
        return dict(numbers)
    shown = {group: HIDDEN if _is_small(count) else count for group, count in numbers.items()}
    if _tells_too_much(numbers):
        shown["total"] = HIDDEN
    return shown


def with_total(numbers):
    """``numbers`` with the total that follows from the parts, where it is not written and every part is known."""
    parts = parts_of(numbers)
    if numbers.get("total") is not None or not parts or None in parts.values():
        return dict(numbers)
    return {**numbers, "total": sum(parts.values())}


def sums_of(reports_numbers):
    """The sums over several reports' ``numbers`` by group, safe for everybody.

    Group → ``{"sum": …, "hidden": …, "missing": …}``: the sum of the counts that may be shown, and how many reports
    hide theirs or say that it is missing. Groups that nobody answered are left out.
    """
    sums = {}
    for numbers in reports_numbers:
        for group, count in shown_numbers(with_total(numbers), is_own=False).items():
            line = sums.setdefault(group, {"sum": 0, "hidden": 0, "missing": 0})
            if count is HIDDEN:
                line["hidden"] += 1
            elif count is None:
                line["missing"] += 1
            else:
                line["sum"] += count
    return sums


def _is_small(count):
    return count is not None and count < SMALLEST


def _tells_too_much(numbers):
    """Whether the total gives away a hidden part, or a small rest that stands as missing."""
    parts, total = parts_of(numbers), numbers.get("total")
    if total is None or not parts:
        return False
    known = [count for count in parts.values() if count is not None]
    has_gap = len(known) < len(parts)
    return any(map(_is_small, known)) or (has_gap and total - sum(known) < SMALLEST)
