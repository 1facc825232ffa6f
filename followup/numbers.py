"""Counts of people and things in a report: which ones an activity asks for, and what they may hold.

A report keeps them as ``{"women": 34, "men": 3, "other": None}``: a number is an answer, None is *uppgift saknas*, and
a key that is not there is unanswered. Empty is never zero.
"""

import re

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


class Counts(dict):
    """Counts by group that read as words: ``28 kvinnor, 9 män, annat eller okänt saknas``."""

    def __str__(self):
        return ", ".join(self._words(group, count) for group, count in in_order(self))

    def _words(self, group, count):
        label = str(GROUPS[group])
        if count is None:
            return _("%(group)s saknas") % {"group": label.lower()}
        return f"{count} {label.lower()}" if group != "total" else _("summa %(count)s") % {"count": count}


def in_order(numbers):
    """The groups and counts of ``numbers`` in the order they are always shown."""
    return [(group, numbers[group]) for group in GROUPS if group in numbers]


def read_count(text):
    """The whole number that a person wrote, None for nothing; ValidationError saying what to write instead.

    Spaces between thousands, no-break or not, and a decimal part of zeros are read through. What is not exact is not
    guessed at: "ca 20" and "N/A" are asked about, since a blank or a guess would be counted as knowledge.
    """
    plain = "".join(str(text).split()).replace("\N{MINUS SIGN}", "-")
    if not plain:
        return None
    if re.fullmatch(r"[0-9]{1,18}([.,]0+)?", plain):
        count = int(re.split(r"[.,]", plain)[0])
        if count > LARGEST:
            raise ValidationError(_("Antalet är större än vad som kan stämma. Kontrollera siffrorna."))
        return count
    if re.fullmatch(r"[0-9]+[.,][0-9]+", plain):
        raise ValidationError(_("”%(typed)s” är inget helt antal. Skriv utan decimaler."), params={"typed": text})
    if re.fullmatch(r"-[0-9]+([.,][0-9]+)?", plain):
        raise ValidationError(_("Antalet kan inte vara mindre än noll."))
    raise ValidationError(
        _("”%(typed)s” går inte att räkna. Skriv bara siffror, eller välj Saknas om ni inte vet."),
        params={"typed": str(text).strip()[:40]},
    )


def sum_of_known(numbers):
    """The total as written, or else the sum of the parts that are known; None where nothing is."""
    known = [count for count in parts_of(numbers).values() if count is not None]
    return numbers["total"] if numbers.get("total") is not None else sum(known) if known else None


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
