"""How figures and short lists of an agreement are written."""

import re

from django import template
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from agreements.models.content import GLOBAL_GOALS
from agreements.models.process import Cadence
from lib.swedish import plural, sort_key

register = template.Library()
register.filter(plural)


@register.filter
def hyphenated(title):
    """The title with a place to break its longest word, which is wider than a phone in large type."""
    return re.sub(r"(?<=\w)överenskommelse", "\u00adöverenskommelse", title)


@register.filter
def number(value):
    """A figure as people write it: 4 736, 15, 0,5; the database's own decimals are dropped. None is empty."""
    if value is None:
        return ""
    whole = value == value.to_integral_value()
    return number_format(value.quantize(1) if whole else value.normalize(), use_l10n=True, force_grouping=True)


@register.filter
def joined(words):
    """``a``, ``a och b``, ``a, b och c``."""
    words = [str(word) for word in words]
    if len(words) < 2:
        return "".join(words)
    return _("%(first)s och %(last)s") % {"first": ", ".join(words[:-1]), "last": words[-1]}


@register.filter
def names(rows):
    """The names of a short list, in the document's order."""
    return joined(row["name"] for row in _in_order(rows))


@register.filter
def headings(rows):
    """The words that a list of definitions explains."""
    return joined(row.heading for row in rows)


@register.filter
def party_names(rows):
    """The names of parties that carry on another, in Swedish order."""
    return joined(sorted((row["name"] for row in rows), key=sort_key))


@register.filter
def basis_of(row, field):
    """The basis of one field where it differs from its row's (stated, inferred, external)."""
    return row.field_basis.get(field, "")


@register.filter
def numbers(parts):
    """The printed numbers of collaboration areas, or their names where the document has no numbers."""
    return joined(part["number"] or part["name"] for part in _in_order(parts))


@register.filter
def global_goal(goal_number):
    """The name of one of the seventeen goals of Agenda 2030."""
    return GLOBAL_GOALS[goal_number]


@register.filter
def any_inferred(rows):
    """Whether some row of the list is our reading and not the document's own words."""
    return any(row["basis"] == "inferred" for row in rows or [])


@register.filter
def cadence(code):
    """``annual`` → ``varje år``."""
    return dict(Cadence.choices).get(code, "")


def _in_order(rows):
    return sorted(rows or [], key=lambda row: row["order"])
