"""Swedish personal identity numbers in running text, so that nobody publishes one without meaning to."""

import datetime
import re

_SHAPE = re.compile(
    r"(?<![\d-])(?:(\d{2})[ ]?)?(\d{2})(\d{2})(\d{2})[ ]?([-+\N{MINUS SIGN}\N{EN DASH}]?)[ ]?(\d{4})(?![\d-])"
)
_COORDINATION = 60  # added to the day of those who have no personal identity number of their own


def find(text):
    """What in ``text`` reads as a personal identity number or coordination number, as written, in order.

    With or without century and hyphen; the date must exist and the last digit be right, so that few other numbers
    are taken for one.
    """
    return [match[0].strip() for match in _SHAPE.finditer(text or "") if _is_number(*match.groups())]


def _is_number(century, year, month, day, sign, last):
    digits = year + month + day + last
    if not digits.isascii() or not _has_right_check_digit(digits):
        return False
    born_on = int(day) - _COORDINATION if int(day) > _COORDINATION else int(day)
    return any(_is_date(int(hundreds + year), int(month), born_on) for hundreds in _centuries(century))


def _centuries(century):
    """Unsaid, it may be any; nobody alive was born outside these."""
    return ("18", "19", "20") if century is None else (century,) if century in ("18", "19", "20") else ()


def _is_date(year, month, day):
    try:
        return datetime.date(year, month, day) <= datetime.date.today() + datetime.timedelta(days=1)
    except ValueError:
        return False


def _has_right_check_digit(digits):
    """Luhn's sum: every other digit twice, and of what becomes two digits both."""
    doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(digits)]
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0
