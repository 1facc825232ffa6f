"""The counts of a report in a workbook: a column per group, where empty is unanswered and never zero.

A small count is only for its own party. To others the cell says that it is hidden, and a cell that says so leaves the
count as it is: what was fetched can be read in again without changing anything.
"""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from followup.models import Report
from followup.numbers import GROUPS, read_count
from followup.small_numbers import HIDDEN, shown_numbers
from lib.cells import Cell, Misread
from lib.workbook import Heading

NUMBER_COLUMNS = tuple(f"numbers_{group}" for group in GROUPS)
UNANSWERED = object()


class CountCell(Cell):
    """A whole number of at least zero, ``saknas``, or nothing where it is not answered."""

    kind = "number"

    @property
    def hint(self):
        return _("Heltal, eller ”saknas”. Tom cell: inte besvarat.")

    def clean(self, value, row=None, **kwargs):
        if not value:
            return UNANSWERED
        word = value.casefold()
        if word in (str(_("saknas")), str(HIDDEN)):
            return None if word == str(_("saknas")) else HIDDEN
        try:
            return read_count(value)
        except ValidationError as error:
            raise Misread(error.messages[0]) from None

    def render(self, value, obj=None, **kwargs):
        if value is UNANSWERED:
            return ""
        return str(_("saknas")) if value is None else str(value)


class CountHeading(Heading):
    """The column of one group of ``Report.numbers``. ``is_own(report)`` tells whether small counts are shown."""

    is_own = None

    def __init__(self, group, name):
        field = Report._meta.get_field("numbers")
        super().__init__(f"numbers_{group}", str(name), CountCell(field), model_field=field)
        self.group = group

    def get_value(self, report):
        shown = shown_numbers(report.numbers or {}, is_own=self.is_own(report))
        return shown.get(self.group, UNANSWERED)

    def save(self, report, row, is_m2m=False, **kwargs):
        """Put the cell into the report's counts, in a dictionary of its own."""
        count, numbers = self.widget.clean(row[self.column_name]), dict(report.numbers or {})
        if count is HIDDEN and self.group in numbers:
            return
        if count is HIDDEN:
            raise Misread(_("Antalet är dolt i filen. Skriv antalet, skriv saknas eller töm cellen."))
        numbers.pop(self.group, None)
        report.numbers = numbers if count is UNANSWERED else {**numbers, self.group: count}
