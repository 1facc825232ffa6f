"""Counts of people and things in a report: which ones an activity asks for, and what they may hold.

A report keeps them as ``{"women": 34, "men": 3, "other": None}``: a number is an answer, None is *uppgift saknas*, and
a key that is not there is unanswered. Empty is never zero.
"""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actionplans.models import Activity

LARGEST = 10_000_000
GROUPS = {
    "women": gettext_lazy("Kvinnor"),
    "men": gettext_lazy("Män"),
    "girls": gettext_lazy("Flickor"),
    "boys": gettext_lazy("Pojkar"),
    "other": gettext_lazy("Annat eller okänt"),
    "total": gettext_lazy("Summa"),
}
ASKED = {
    Activity.Counts.NOTHING: (),
    Activity.Counts.NUMBER: ("total",),
    Activity.Counts.ADULTS: ("women", "men", "other", "total"),
    Activity.Counts.ALL_AGES: ("women", "men", "girls", "boys", "other", "total"),
}


def asked_groups(counts):
    """The keys that an activity of this kind asks for, in order."""
    return ASKED.get(counts, ())


def parts_of(numbers):
    """The breakdown without its total."""
    return {group: count for group, count in numbers.items() if group != "total"}


def validate_numbers(numbers):
    """ValidationError where ``numbers`` is not counts by group, or the breakdown does not add up to the total."""
    if not isinstance(numbers, dict) or set(numbers) - set(GROUPS):
        raise ValidationError(_("Antalen är inte skrivna som de ska."))
    for group, count in numbers.items():
        is_count = isinstance(count, int) and not isinstance(count, bool) and 0 <= count <= LARGEST
        if count is not None and not is_count:
            raise ValidationError(
                _("%(group)s: skriv ett helt antal, eller välj Saknas."), params={"group": GROUPS[group]}
            )
    parts, total = parts_of(numbers), numbers.get("total")
    known = sum(count for count in parts.values() if count is not None)
    if total is None or not parts:
        return
    if known > total or (known != total and None not in parts.values()):
        raise ValidationError(
            _(
                "Delarna blir %(known)s men summan är %(total)s. Rätta det som är fel, "
                "eller välj Saknas för det ni inte vet."
            ),
            params={"known": known, "total": total},
        )


def missing_numbers(numbers, counts):
    """A sentence naming the groups that are asked for and unanswered; empty where there are none.

    The total need not be written where the parts are known: it follows from them.
    """
    asked = asked_groups(counts)
    needed = asked if asked == ("total",) else [group for group in asked if group != "total"]
    unanswered = [str(GROUPS[group]) for group in needed if group not in numbers]
    if not unanswered:
        return ""
    return _("Fyll i antal, eller välj Saknas: %(groups)s.") % {"groups": ", ".join(unanswered).lower()}
