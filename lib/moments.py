"""Times as documents give them: a year, a month or a date, kept as they are written."""

import calendar
import datetime
import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

FIRST_YEAR, LAST_YEAR = 1900, 2199


def clean_moment(text):
    """``2024``, ``2024-07``, ``2024-07-01`` or nothing; ValidationError for anything else."""
    if not text:
        return text
    try:
        if not re.fullmatch(r"[12][0-9]{3}(-[0-9]{2}){0,2}", text):
            raise ValueError
        datetime.date.fromisoformat(text + "-01-01"[len(text) - 4 :])
    except ValueError:
        raise ValidationError(
            _("Skriv ett år, en månad eller ett datum, till exempel 2024, 2024-07 eller 2024-07-01.")
        ) from None
    return text


def check_year(day):
    """Refuse a day so far off that it is a slip of the pen, and that nothing can be counted from."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        years = {"first": FIRST_YEAR, "last": LAST_YEAR}
        raise ValidationError(_("Kontrollera året. Skriv ett år från %(first)s till %(last)s.") % years)


def clean_year(text):
    """A year of four digits, or nothing."""
    if text and not re.fullmatch(r"[12][0-9]{3}", text):
        raise ValidationError(_("Skriv året med fyra siffror, till exempel 2027."))
    return text


def last_day_of(moment):
    """The last day of a year, a month or a day as ``clean_moment`` lets through: ``2024-02`` → 2024-02-29."""
    year, month, day = (*map(int, moment.split("-")), None, None)[:3]
    month = month or 12
    return datetime.date(year, month, day or calendar.monthrange(year, month)[1])
