"""What stands in the cells of a workbook: text in, values out, and back again without loss.

Every cell is a django-import-export widget. ``clean`` takes the text of a cell and answers a value or raises Misread;
``render`` gives the text that stands for a value, always the same for the same value.
"""

import datetime
import re
from decimal import Decimal
from functools import cached_property

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from import_export.widgets import Widget

from lib.moments import FIRST_YEAR, LAST_YEAR, clean_moment, clean_year
from lib.swedish import clean_text

SPACES = str.maketrans("", "", " \u00a0\u202f\u2009")
RELATIVE_DATE = re.compile(r"idag(?:([+-]\d{1,4})([dv]?))?( \d\d:\d\d)?")
RELATIVE_YEAR = re.compile(r"i år([+-]\d{1,2})?")
RELATIVE_LINE = re.compile(r"^idag(?:([+-]\d{1,4})([dv]?))(?= \S)", re.MULTILINE)


def tidy(text):
    """Text as it is stored, with nothing but text at its ends."""
    return (text if text.isascii() and text.isprintable() else clean_text(text)).strip()


def count_from(text, today):
    """A cell of example data that counts from the day it is loaded, as a date; any other text as it is.

    ``idag``, ``idag-90``, ``idag+12v`` (weeks), and with a time of day: ``idag-7 10:00``. In a text the lines that
    begin with such a date get theirs: ``idag+30 Rutinen är beslutad``. ``i år-1`` is the year before.
    """

    def day(match):
        days = int(match[1] or 0) * (7 if match[2] == "v" else 1)
        return (today + datetime.timedelta(days=days)).isoformat()

    if match := RELATIVE_YEAR.fullmatch(text):
        return str(today.year + int(match[1] or 0))
    match = RELATIVE_DATE.fullmatch(text)
    return day(match) + (match[3] or "") if match else RELATIVE_LINE.sub(day, text)


class Misread(ValueError):
    """A cell that cannot be understood. The message is Swedish and says what to write instead."""


class Cell(Widget):
    """Base of all cells. ``kind`` is how a spreadsheet stores it; ``offered`` is what its drop-down holds."""

    kind = "text"
    hint = ""
    offered = ()
    run = None
    columns = ()

    def __init__(self, model_field=None):
        Widget.__init__(self)
        self.model_field = model_field


class TextCell(Cell):
    """Text up to the field's limit."""

    def clean(self, value, row=None, **kwargs):
        limit = self.model_field.max_length
        if limit and len(value) > limit:
            raise Misread(
                _("Texten är %(length)s tecken. Gränsen är %(limit)s. Korta texten.")
                % {"length": len(value), "limit": limit}
            )
        return value

    def render(self, value, obj=None, **kwargs):
        return tidy(str(value or ""))

    @property
    def hint(self):
        limit = self.model_field.max_length
        return _("Högst %(limit)s tecken.") % {"limit": limit} if limit else ""


class KeyCell(TextCell):
    """A short name of letters, digits and hyphens that other rows refer to."""

    def clean(self, value, row=None, **kwargs):
        if value and not re.fullmatch(r"[A-Za-z0-9_-]+", value):
            raise Misread(_("Nyckeln får bara innehålla a–z, siffror, bindestreck och understreck."))
        return super().clean(value)


class PaddedCodeCell(TextCell):
    """A code of four digits; spreadsheets like to drop the zero it begins with."""

    def clean(self, value, row=None, **kwargs):
        return super().clean(value.zfill(4) if value.isdigit() else value)


class ChoiceCell(Cell):
    """One of a list, by its Swedish label; the code is understood too."""

    @cached_property
    def labels(self):
        return {code: str(label) for code, label in self.model_field.flatchoices if code}

    @property
    def offered(self):
        return tuple(self.labels.values())

    def clean(self, value, row=None, **kwargs):
        if not value:
            return ""
        codes = {label.casefold(): code for code, label in self.labels.items()}
        code = value if value in self.labels else codes.get(value.casefold())
        if code is None:
            raise Misread(
                _("”%(value)s” går inte att välja. Skriv något av: %(labels)s.")
                % {"value": value, "labels": ", ".join(self.offered)}
            )
        return code

    def render(self, value, obj=None, **kwargs):
        return self.labels.get(value, str(value or ""))


class BooleanCell(Cell):
    """ja, nej or, where it may be unknown, nothing."""

    offered = ("ja", "nej")
    WORDS = {"ja": True, "nej": False, "true": True, "false": False, "1": True, "0": False}

    def clean(self, value, row=None, **kwargs):
        if not value:
            return None
        answer = self.WORDS.get(value.casefold())
        if answer is None:
            raise Misread(_("”%(value)s” går inte att förstå. Skriv ja eller nej.") % {"value": value})
        return answer

    def render(self, value, obj=None, **kwargs):
        return "" if value is None else "ja" if value else "nej"


class NumberCell(Cell):
    kind = "number"

    def clean(self, value, row=None, **kwargs):
        if not value:
            return None
        plain = value.translate(SPACES).replace(",", ".").replace("\u2212", "-")
        if not re.fullmatch(r"[+-]?[0-9]{1,15}(\.[0-9]{1,12})?", plain):
            raise Misread(_("”%(value)s” är inget tal. Skriv till exempel 1234,5.") % {"value": value})
        return Decimal(plain)


class IntegerCell(NumberCell):
    """A whole number."""

    largest = 32767  # what the smallest of the databases' whole numbers holds

    @property
    def hint(self):
        return _("Heltal.")

    def clean(self, value, row=None, **kwargs):
        number = super().clean(value)
        if number is None:
            return None
        if number != number.to_integral_value():
            raise Misread(_("”%(value)s” är inget heltal. Skriv till exempel 12.") % {"value": value})
        if abs(number) > self.largest:
            message = _("Talet %(value)s är för stort. Skriv högst %(largest)s.")
            raise Misread(message % {"value": value, "largest": self.largest})
        return int(number)

    def render(self, value, obj=None, **kwargs):
        return "" if value is None else str(value)


class LargeIntegerCell(IntegerCell):
    """A whole number that may be an amount of money."""

    largest = 2_147_483_647


class DecimalCell(NumberCell):
    """A number with as many decimals as the field keeps."""

    @property
    def hint(self):
        return _("Tal med högst %(places)s decimaler.") % {"places": self.model_field.decimal_places}

    def clean(self, value, row=None, **kwargs):
        number = super().clean(value)
        if number is None:
            return None
        places = self.model_field.decimal_places
        if number.quantize(Decimal(1).scaleb(-places)) != number:
            raise Misread(
                _("”%(value)s” har för många decimaler. Skriv högst %(places)s.") % {"value": value, "places": places}
            )
        return number

    def render(self, value, obj=None, **kwargs):
        if value is None:
            return ""
        text = f"{Decimal(value):f}"
        return text.rstrip("0").rstrip(".") if "." in text else text


class DateCell(Cell):
    """A date as 2026-06-30."""

    kind = "date"

    @property
    def hint(self):
        return _("Datum som 2026-06-30.")

    def clean(self, value, row=None, **kwargs):
        return self.date(value) if value else None

    def date(self, value):
        if RELATIVE_DATE.fullmatch(value):
            message = _("”%(value)s” går bara att använda i exempeldata. Skriv ett datum, till exempel 2026-06-30.")
            raise Misread(message % {"value": value})
        try:
            if re.fullmatch(r"\d{4}-\d\d-\d\d|\d{8}", value):
                day = datetime.date.fromisoformat(value)
                if FIRST_YEAR <= day.year <= LAST_YEAR:
                    return day
        except ValueError:
            pass
        raise Misread(_("”%(value)s” är inget giltigt datum. Skriv till exempel 2026-06-30.") % {"value": value})

    def render(self, value, obj=None, **kwargs):
        return value.isoformat() if value else ""


class PartialDateCell(TextCell):
    """A date of which perhaps only the year or the month is known: 2026, 2026-06, 2026-06-30."""

    rule = staticmethod(clean_moment)

    @property
    def hint(self):
        return _("År, månad eller datum: 2026, 2026-06 eller 2026-06-30.")

    def clean(self, value, row=None, **kwargs):
        try:
            return self.rule(value)
        except ValidationError as error:
            raise Misread(error.message) from None


class YearCell(PartialDateCell):
    """A year of four digits."""

    rule = staticmethod(clean_year)

    @property
    def hint(self):
        return _("År med fyra siffror.")


class MomentCell(DateCell):
    """A date with a time, Swedish time; the date alone means midnight."""

    @property
    def hint(self):
        return _("Datum, eller datum och klockslag som 2026-06-30 14:05.")

    kind = "text"

    def clean(self, value, row=None, **kwargs):
        if not value:
            return None
        day, _space, clock = value.replace("T", " ").partition(" ")
        try:
            time = datetime.time.fromisoformat(clock) if clock else datetime.time()
        except ValueError:
            raise Misread(
                _("”%(value)s” är inget klockslag. Skriv till exempel 2026-06-30 14:05.") % {"value": value}
            ) from None
        return timezone.make_aware(datetime.datetime.combine(self.date(day), time))

    def render(self, value, obj=None, **kwargs):
        if not value:
            return ""
        local = timezone.localtime(value).replace(tzinfo=None, microsecond=0)
        return local.date().isoformat() if local.time() == datetime.time() else local.isoformat(sep=" ")


class TimeCell(Cell):
    """A time of day as 14:05."""

    @property
    def hint(self):
        return _("Klockslag som 14:05.")

    def clean(self, value, row=None, **kwargs):
        if not value:
            return None
        try:
            return datetime.time.fromisoformat(value.replace(".", ":").zfill(5))
        except ValueError:
            raise Misread(_("”%(value)s” är inget klockslag. Skriv till exempel 14:05.") % {"value": value}) from None

    def render(self, value, obj=None, **kwargs):
        return value.strftime("%H:%M") if value else ""


class ExceptionsCell(Cell):
    """Values that hold for single columns of the row: ``mottagare: tolkad; slutar: senare uppgift E1``.

    Stored as ``{"receiver": "inferred", "end": "external:E1"}``: attribute → code, with what it refers to if any.
    """

    choices: tuple = ()

    @property
    def hint(self):
        return _("Kolumn: grund, åtskilda med semikolon, till exempel mottagare: tolkad.")

    def clean(self, value, row=None, **kwargs):
        pairs = [part.partition(":") for part in re.split(r"[;\n]", value) if part.strip()]
        return dict(self._pair(name.strip(), basis.strip()) for name, _colon, basis in pairs)

    def _pair(self, name, basis):
        attributes = {column.column_name.casefold(): column.attribute for column in self.columns}
        attribute = attributes.get(name.casefold()) or (name if name in attributes.values() else None)
        for code, label in self.choices:
            for word in (code, str(label)):
                if basis.casefold().startswith(word.casefold()) and attribute:
                    reference = basis[len(word) :].strip(": ")
                    return attribute, f"{code}:{reference}" if reference else str(code)
        raise Misread(
            _("”%(text)s” går inte att förstå. Skriv kolumnens namn, kolon och något av: %(labels)s.")
            % {"text": f"{name}: {basis}", "labels": ", ".join(str(label) for _code, label in self.choices)}
        )

    def render(self, value, obj=None, **kwargs):
        headings = {column.attribute: column.column_name for column in self.columns}
        labels = {str(code): str(label) for code, label in self.choices}
        parts = []
        for attribute, basis in (value or {}).items():
            code, _colon, reference = basis.partition(":")
            parts.append(f"{headings.get(attribute, attribute)}: {labels.get(code, code)} {reference}".strip())
        return "; ".join(sorted(parts))
