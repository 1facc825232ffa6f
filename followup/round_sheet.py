"""A party's round as a spreadsheet: a row per activity, with last time's answer beside what is to be filled in.

Hidden columns last say which report a row is and at which version it was fetched. ``followup.round_import`` reads it.
"""

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter

from followup.models import Report
from followup.numbers import GROUPS, Counts, asked_groups
from followup.party_form import rows_of
from lib.cells import Cell, ChoiceCell, DateCell, tidy
from lib.spreadsheets import CHOICES, Choices, offer, write_cell, write_text

SHEET, ABOUT = "Svar", "Om"
REPORT, VERSION, TOKEN = "Rapport", "Radversion", "Filens beteckning"
NUMBER, TITLE, LAST, STATE = "Nr", "Aktivitet", "Förra gången", "Läge"
TOLD = (NUMBER, TITLE, LAST, STATE)  # what the file says and is not read in again
WIDTHS = {NUMBER: 7, TITLE: 34, LAST: 34, STATE: 14}
TEXT_WIDTH, SHORT_WIDTH = 40, 15
PETROL, TINT, LINE, INK, SOFT, RED = "0B5A6F", "E2EEF1", "D3DCD7", "1B1F24", "48525B", "9D1C14"
BELOW = Border(bottom=Side("thin", color=LINE))


class AnswerColumn:
    """A column for one field of the report. What a person writes in it is sent on as the form's field would be."""

    def __init__(self, name):
        field = Report._meta.get_field(name)
        kinds = {"status": ChoiceCell, "degree": ChoiceCell, "new_end_date": DateCell}
        self.name = self.field = name
        self.heading, self.cell = capfirst(str(field.verbose_name)), kinds.get(name, Cell)(field)

    @property
    def width(self):
        return SHORT_WIDTH if self.cell.kind == "date" or self.cell.offered else TEXT_WIDTH

    def text(self, report):
        """What the cell says of the report, or of a line of its history."""
        value = getattr(report, self.name)
        return tidy(value) if isinstance(value, str) and not self.cell.offered else self.cell.render(value)

    def sent(self, text):
        """What a form would send where somebody wrote ``text``. Raises Misread."""
        if self.cell.offered:
            return {"value": self.cell.clean(text)}
        return {"value": self.cell.render(self.cell.clean(text)) if self.cell.kind == "date" else text}


class CountColumn:
    """A column for one group of the report's counts: a number, *saknas*, or nothing where it is not answered."""

    field, width = "numbers", SHORT_WIDTH

    def __init__(self, group):
        self.name, self.group, self.heading = f"numbers_{group}", group, _("Antal: %s") % str(GROUPS[group]).lower()
        self.cell = Cell()
        self.cell.kind = "number"

    def text(self, report):
        numbers = report.numbers or {}
        if self.group not in numbers:
            return ""
        return str(_("saknas")) if numbers[self.group] is None else str(numbers[self.group])

    def sent(self, text):
        is_missing = text.casefold() == str(_("saknas"))
        return {self.name: "", f"{self.name}_missing": "on"} if is_missing else {self.name: text}


def columns_of(reports):
    """The columns to fill in: every answer, and the counts that any of the activities asks for."""
    asked = {group for report in reports for group in asked_groups(report.activity.counts)}
    answers = [AnswerColumn(name) for name in Report.ANSWERS if name != "numbers"]
    return [*answers, *(CountColumn(group) for group in GROUPS if group in asked)]


def token(respondent):
    """What tells the file of one party's round from those of all others."""
    return f"{respondent.round.agreement.slug}:{respondent.pk}"


def write_round(respondent, file):
    """Write the party's round to ``file`` (path or open file). Small counts stand in it: it is the party's own."""
    rows = rows_of(respondent.round, respondent.party)
    columns, lists, book = columns_of([row.report for row in rows]), Choices(), Workbook()
    sheet = book.active
    sheet.title = SHEET
    book.properties.title, book.properties.creator = _title(respondent), ""
    _write_title(sheet, respondent)
    head = sheet.max_row + 1
    _write_head(sheet, head, columns)
    for number, row in enumerate(rows, start=head + 1):
        _write_row(sheet, number, row, columns)
    _set_columns(sheet, head, columns, lists)
    _write_about(book.create_sheet(ABOUT), respondent)
    lists.write(book.create_sheet(CHOICES))
    book[CHOICES].sheet_state = "hidden"
    book.save(file)


def _title(respondent):
    return _("Uppföljning %(label)s, %(party)s") % {
        "label": respondent.round.label,
        "party": respondent.party.name,
    }


def _font(size=11, color=INK, **more):
    return Font(name="Calibri", size=size, color=color, **more)


def _write_title(sheet, respondent):
    agreement = respondent.round.agreement
    due = _("svara senast %s") % respondent.due_on
    lines = [(_title(respondent), _font(18, bold=True)), (f"{agreement.title} · {due}", _font(color=SOFT))]
    if agreement.is_example:
        lines.append((_("Exempeldata: omgången och svaren är påhittade."), _font(color=RED, bold=True)))
    for number, (text, font) in enumerate(lines, start=1):
        cell = sheet.cell(number, 1)
        write_text(cell, text)
        cell.font = font
    sheet.row_dimensions[1].height = 28


def _write_head(sheet, head, columns):
    for number, name in enumerate([*TOLD, *(column.heading for column in columns), REPORT, VERSION], start=1):
        cell = sheet.cell(head, number)
        write_text(cell, name)
        cell.font, cell.fill = _font(color="FFFFFF", bold=True), PatternFill("solid", fgColor=PETROL)
        cell.alignment = Alignment(wrap_text=True, vertical="center")
    sheet.row_dimensions[head].height = 32
    sheet.freeze_panes = sheet.cell(head + 1, 3)


def _write_row(sheet, number, row, columns):
    report = row.report
    told = [report.activity.number, report.activity.title, _last(row.last), _state(report)]
    for place, text in enumerate(told, start=1):
        cell = sheet.cell(number, place)
        write_text(cell, text)
        cell.fill, cell.font = PatternFill("solid", fgColor=TINT), _font(bold=place < 3)
        cell.alignment, cell.border = Alignment(wrap_text=True, vertical="top"), BELOW
    for place, column in enumerate(columns, start=len(told) + 1):
        cell = sheet.cell(number, place)
        if text := column.text(report):
            kind = column.cell.kind if text != str(_("saknas")) else "text"
            write_cell(cell, kind, text)
        is_asked = column.field != "numbers" or column.group in asked_groups(report.activity.counts)
        is_locked = bool(report.submitted_at) or not is_asked
        cell.alignment, cell.border = Alignment(wrap_text=True, vertical="top"), BELOW
        cell.protection = Protection(locked=is_locked)
        if is_locked:
            cell.fill = PatternFill("solid", fgColor=TINT)
    sheet.cell(number, len(told) + len(columns) + 1).value = report.pk
    sheet.cell(number, len(told) + len(columns) + 2).value = report.version


def _last(last):
    """What was answered last time, in a few lines."""
    if last is None:
        return _("Ny för er.")
    lines = [f"{last.round.label}: {last.get_status_display()}", last.text, str(Counts(last.numbers or {}))]
    return "\n".join(filter(None, lines))


def _state(report):
    words = {"approved": _("godkänd"), "submitted": _("inlämnad"), "returned": _("återlämnad")}
    return str(words.get(report.state, _("att svara på")))


def _set_columns(sheet, head, columns, lists):
    for number, name in enumerate(TOLD, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = WIDTHS[name]
    for number, column in enumerate(columns, start=len(TOLD) + 1):
        letter = get_column_letter(number)
        sheet.column_dimensions[letter].width = column.width
        if offered := tuple(column.cell.offered):
            offer(sheet, f"{letter}{head + 1}:{letter}{max(sheet.max_row, head + 1)}", lists.source(offered))
    for number in (1, 2):
        sheet.column_dimensions[get_column_letter(len(TOLD) + len(columns) + number)].hidden = True
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = f"{head}:{head}"
    protection = sheet.protection
    protection.sheet = True
    for allowed in ("formatCells", "formatColumns", "formatRows", "sort", "autoFilter"):
        setattr(protection, allowed, False)  # False is what Excel calls not forbidden


def _write_about(sheet, respondent):
    """What the file is, how it is used, and what tells it from other files."""
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 24, 100
    for number, (label, text) in enumerate(_about(respondent), start=1):
        for place, words in enumerate((label, text), start=1):
            cell = sheet.cell(number, place)
            write_text(cell, words)
            cell.font, cell.alignment = _font(bold=place == 1), Alignment(wrap_text=place == 2, vertical="top")
    sheet.protection.sheet = True


def _about(respondent):
    yield _("Uppföljning"), _title(respondent)
    yield _("Överenskommelse"), respondent.round.agreement.title
    yield _("Hämtad"), date_format(timezone.localtime(), "Y-m-d H:i")
    yield TOKEN, token(respondent)
    yield _("Fyll i"), _("Skriv i de vita cellerna på bladet Svar, spara som .xlsx och läs in där du hämtade filen.")
    yield _("Granska"), _("Du får se vad som ändras, cell för cell, innan något sparas. Inläsningen lämnar inte in.")
    yield _("Antal"), _("Skriv ett helt tal, eller saknas om ni inte vet. En tom cell är inget svar, och aldrig noll.")
    yield _("Har någon ändrat"), _("Har en kollega ändrat samma svar i portalen väljer du rad för rad.")
    yield _("Vem som kan läsa"), _("Filen är er. Svaren läses bara av er tills ni lämnar in dem i portalen.")
