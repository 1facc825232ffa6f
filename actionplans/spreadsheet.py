"""An edition as a spreadsheet that looks like a plan people would print, and that can be read in again.

The sheet has what is printed to the left and the other fields beside it; hidden columns last say which activity a row
is and at which version it was fetched. ``actionplans.sheet_reading`` reads it back.
"""

import textwrap
from copy import copy
from itertools import groupby

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.dimensions import RowDimension

from actionplans.models import Edition
from actionplans.sheet_rows import PlanRows
from lib.spreadsheet_reader import MAX_ROWS
from lib.spreadsheets import CHOICES, Choices, offer, write_cell, write_text
from lib.workbook import Run

SHEET, ABOUT = "Handlingsplan", "Om"
LINEAGE, VERSION = "Släktskap", "Radversion"
MARK = "rubrik:"  # in a heading's cell for the lineage, with the keys of the area and the collaboration area
TOKEN = "Filens beteckning"

PRINTED = (
    "number", "title", "description", "desired_effect", "responsible", "participants", "starts_on", "ends_on",
    "is_continuous", "indicator", "ending",
)  # fmt: skip
# Printed also where the plan has none of it.
ALWAYS = ("number", "title", "responsible", "starts_on", "ends_on", "is_continuous")
WIDTHS = {
    "number": 9.5, "title": 34, "description": 44, "desired_effect": 32, "responsible": 24, "participants": 25,
    "starts_on": 11.5, "ends_on": 11.5, "is_continuous": 9, "indicator": 26, "area": 24, "collaboration_area": 26,
    "amount": 13, "indicator_base": 12, "indicator_target": 12, "counts": 20, "origin": 12, "ending": 12,
}  # fmt: skip
OTHER_WIDTH = 30
CENTRED = ("starts_on", "ends_on", "is_continuous")
PETROL, TINT, PALE, LINE, INK, SOFT, RED = "0B5A6F", "E2EEF1", "F4F7F5", "D3DCD7", "1B1F24", "48525B", "9D1C14"
BELOW = Border(bottom=Side("thin", color=LINE))


def write_edition(edition, file, *, user):
    """Write the edition to ``file`` (path or open file), with what everybody who may read the edition may read."""
    book = Workbook()
    sheet = book.active
    sheet.title = SHEET
    book.properties.title, book.properties.creator = str(edition), ""
    lists = Choices()
    PlanSheet(sheet, edition, user, lists).write()
    _write_about(book.create_sheet(ABOUT), edition, PlanRows(Run(subject=edition, user=user)).columns)
    lists.write(book.create_sheet(CHOICES))
    book[CHOICES].sheet_state = "hidden"
    book.save(file)


def token(edition):
    """What tells the file of one edition from those of all others, also when it gets another name."""
    return f"{edition.plan.agreement.slug}:{edition.pk}"


def mark(area, part):
    """The hidden mark of a heading."""
    return f"{MARK}{area.key if area else ''}/{part.key if part else ''}"


def headings(area, part):
    """What the headings of an area and of a collaboration area in it say."""
    return (capfirst(area.name) if area else _("Utan område")), (capfirst(part.name) if part else "")


def state_line(edition):
    """In which state the edition is, for which period, and by which decision."""
    parts = [] if edition.state == Edition.State.ADOPTED else [edition.get_state_display()]
    if decision := edition.decision if edition.is_frozen else None:
        words = [_("fastställd %s") % decision.decided_on, decision.body.name, decision.paragraph]
        parts.append(", ".join(filter(None, [*words, decision.registry_number])))
    parts.append(_("gäller %(first)s – %(last)s") % {"first": edition.starts_on, "last": edition.ends_on})
    return capfirst(" · ".join(parts))


def is_example(edition):
    return edition.plan.is_example or edition.plan.agreement.is_example


def _fill(color):
    return PatternFill("solid", fgColor=color)


def _font(size=11, color=INK, **more):
    return Font(name="Calibri", size=size, color=color, **more)


class AutoHeight(RowDimension):
    """A height that the spreadsheet program changes with the text; openpyxl alone would make every height final.

    Without any height some programs show one line of each text.
    """

    @property
    def customHeight(self):  # the file format's word
        return False


class PlanSheet:
    """The sheet with the plan: title, headings, activities by area."""

    def __init__(self, sheet, edition, user, lists):
        self.sheet, self.edition, self.lists = sheet, edition, lists
        self.rows = PlanRows(Run(subject=edition, user=user))
        self.activities = list(self.rows.exported())
        self.texts = {activity.pk: self.rows.texts(activity) for activity in self.activities}
        self.printed, rest = self._columns()
        self.columns = [*self.printed, *rest]
        self.head, self.place, self.looks = 0, None, {}

    def _columns(self):
        """The columns that are printed, and the others."""
        by_name = {column.attribute: column for column in self.rows.columns}
        filled = {column for texts in self.texts.values() for column, text in texts.items() if text}
        printed = [by_name[name] for name in PRINTED if name in ALWAYS or by_name[name] in filled]
        return printed, [column for column in self.rows.columns if column not in printed]

    def write(self):
        self._write_title()
        self.head = self.sheet.max_row + 1
        self._write_head()
        for (area, part), activities in groupby(self.activities, lambda row: (row.area, row.collaboration_area)):
            self._write_headings(area, part)
            for activity in activities:
                self._write_activity(activity)
        self._set_columns()
        self._set_page()
        self._protect()

    # --- the rows

    def _write_title(self):
        edition = self.edition
        lines = [
            (str(edition), _font(18, bold=True)),
            (f"{edition.plan.agreement.title} · {state_line(edition)}", _font(color=SOFT)),
        ]
        if is_example(edition):
            text = _("Exempeldata: planen, dess aktiviteter och beslut är påhittade.")
            lines.append((text, _font(color=RED, bold=True)))
        for row, (text, font) in enumerate(lines, start=1):
            cell = self.sheet.cell(row, 1)
            write_text(cell, text)
            cell.font, cell.alignment = font, Alignment(vertical="center")
        self.sheet.row_dimensions[1].height = 28

    def _write_head(self):
        names = [capfirst(column.column_name) for column in self.columns]
        for number, name in enumerate([*names, LINEAGE, VERSION], start=1):
            cell = self.sheet.cell(self.head, number)
            write_text(cell, name)
            is_printed = number <= len(self.printed)
            cell.font = _font(color="FFFFFF" if is_printed else INK, bold=True)
            cell.fill = _fill(PETROL if is_printed else LINE)
            is_day = number <= len(self.columns) and self.columns[number - 1].attribute in CENTRED
            cell.alignment = Alignment(wrap_text=True, vertical="center", horizontal="center" if is_day else None)
        self.sheet.row_dimensions[self.head].height = 32

    def _write_headings(self, area, part):
        """A heading where an area begins, and one where a collaboration area does."""
        names = headings(area, part)
        if self.place is None or area != self.place[0]:
            self._write_heading(names[0], mark(area, None), _font(13, PETROL, bold=True), _fill(TINT))
        if part:
            self._write_heading(names[1], mark(area, part), _font(bold=True), _fill(PALE))
        self.place = (area, part)

    def _write_heading(self, text, place, font, fill):
        row = self.sheet.max_row + 1
        for number in range(1, len(self.columns) + 1):
            self.sheet.cell(row, number).fill = fill
            self.sheet.cell(row, number).protection = Protection(locked=False)  # a row put in below takes after it
        cell = self.sheet.cell(row, 1)
        write_text(cell, text)
        cell.font, cell.alignment = font, Alignment(vertical="center")
        write_text(self.sheet.cell(row, len(self.columns) + 1), place)
        self.sheet.row_dimensions[row].height = 24 if font.size == 13 else 19

    def _write_activity(self, activity):
        row, texts = self.sheet.max_row + 1, self.texts[activity.pk]
        for number, column in enumerate(self.columns, start=1):
            cell = self.sheet.cell(row, number)
            cell._style = copy(self._look(column, bool(activity.ending)))
            if texts[column]:
                write_cell(cell, column.widget.kind, texts[column])
        write_text(self.sheet.cell(row, len(self.columns) + 1), str(activity.lineage))
        self.sheet.cell(row, len(self.columns) + 2).value = activity.version
        self.sheet.row_dimensions[row] = AutoHeight(self.sheet, index=row, ht=15 * self._lines(texts) + 3)

    def _lines(self, texts):
        """How many lines the longest of the printed cells will need, about."""
        return max(
            sum(len(textwrap.wrap(line, WIDTHS[column.attribute])) or 1 for line in texts[column].split("\n"))
            for column in self.printed
        )

    def _look(self, column, ended):
        """How a cell of that column looks. Found out once: what is set on a cell is searched for among all looks.

        Printed cells are as high as their text; beside them a text may be cut off rather than stretch the plan.
        """
        is_named, is_printed = column.attribute in ("number", "title"), column in self.printed
        kind = is_named, is_printed, column.attribute in CENTRED, ended
        if kind not in self.looks:
            cell = self.looks[kind] = Cell(self.sheet, 1, 1)
            horizontal = "center" if column.attribute in CENTRED else None
            cell.alignment = Alignment(wrap_text=is_printed, vertical="top", horizontal=horizontal)
            cell.font = _font(bold=is_named and not ended, strike=is_named and ended, color=SOFT if ended else INK)
            cell.border, cell.protection = BELOW, Protection(locked=False)
        return self.looks[kind]._style

    # --- the sheet

    def _set_columns(self):
        for number, column in enumerate(self.columns, start=1):
            letter = get_column_letter(number)
            dimension = self.sheet.column_dimensions[letter]
            dimension.width = WIDTHS.get(column.attribute, OTHER_WIDTH)
            dimension.protection = Protection(locked=False)  # rows below the last one too
            dimension.outlineLevel = 0 if number <= len(self.printed) else 1
            if column.widget.kind == "text":
                dimension.number_format = "@"
            if offered := tuple(column.widget.offered):
                offer(self.sheet, f"{letter}{self.head + 1}:{letter}{MAX_ROWS}", self.lists.source(offered))
        for number in (1, 2):
            self.sheet.column_dimensions[get_column_letter(len(self.columns) + number)].hidden = True

    def _set_page(self):
        sheet, last = self.sheet, get_column_letter(len(self.printed))
        sheet.freeze_panes = f"C{self.head + 1}"
        sheet.print_area = f"A1:{last}{sheet.max_row}"
        sheet.print_title_rows = f"{self.head}:{self.head}"
        sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
        sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
        sheet.page_margins.left = sheet.page_margins.right = 0.4
        sheet.page_margins.top, sheet.page_margins.bottom = 0.5, 0.6
        sheet.oddFooter.left.text = state_line(self.edition).replace("&", "&&")
        sheet.oddFooter.center.text = str(self.edition).replace("&", "&&")
        sheet.oddFooter.right.text = _("Sida &P av &N")

    def _protect(self):
        """Title, column heads and hidden columns are locked, without a password; all else can be done."""
        protection = self.sheet.protection
        protection.sheet = True
        for allowed in ("formatCells", "formatColumns", "formatRows", "insertRows", "deleteRows", "sort", "autoFilter"):
            setattr(protection, allowed, False)  # False is what Excel calls not forbidden


def _write_about(sheet, edition, columns):
    """What the file is, how it is used, and what tells it from other files."""
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 34, 100
    for row, (label, text) in enumerate(_about(edition, columns), start=1):
        for column, words in enumerate((label, text), start=1):
            cell = sheet.cell(row, column)
            if words:
                write_text(cell, words)
            cell.font = _font(11 if text else 14, bold=column == 1 or not text)
            cell.alignment = Alignment(wrap_text=column == 2, vertical="top")
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.protection.sheet = True


def _about(edition, columns):
    """(label, text) of every row of the sheet; a heading has no text."""
    yield str(edition), ""
    yield _("Överenskommelse"), edition.plan.agreement.title
    yield _("Läge"), state_line(edition)
    yield _("Hämtad"), date_format(timezone.localtime(), "Y-m-d H:i")
    if is_example(edition):
        yield _("Exempeldata"), _("Planen, dess aktiviteter och beslut är påhittade.")
    yield TOKEN, token(edition)
    yield _("Så gör du"), ""
    yield _("Ändra"), _("Skriv i bladet Handlingsplan och spara som .xlsx. Läs in filen där du hämtade den.")
    yield _("Granska"), _("Du får se vad som ändras, cell för cell, innan något sparas.")
    yield _("Ny aktivitet"), _("Infoga en rad under rätt rubrik och skriv. Numret får vara tomt.")
    yield _("Flera namn i en cell"), _("Ett på varje rad: Alt + Retur. Namnen är de som står i listorna.")
    yield _("Ta bort"), _("Inget tas bort av att en rad saknas. Stryk eller avsluta med kolumnerna Avslut och Skäl.")
    yield _("Ordning och rubriker"), _("Läses inte in. Byt område i kolumnerna Område och Samverkansområde.")
    yield _("Ändrar någon annan"), _("Har samma rad ändrats i portalen sedan filen hämtades väljer du rad för rad.")
    yield (
        _("Dolda kolumner"),
        _(
            "Släktskap säger vilken aktivitet raden är, Radversion hur den såg ut när filen hämtades. De är låsta, och "
            "portalen behöver dem för att hitta raden. Kopierar du en rad blir kopian en ny aktivitet."
        ),
    )
    yield _("Skydd"), _("Bladen är skyddade utan lösenord: Granska, Ta bort bladets skydd.")
    yield _("Utskrift"), _("Kolumnerna med mörk rubrik skrivs ut på liggande A4. De andra står till höger om dem.")
    yield _("Kolumner"), ""
    for column in columns:
        demand = _("Måste fyllas i.") if column.required else ""
        yield capfirst(column.column_name), f"{demand} {column.widget.hint}".strip() or _("ja, eller tomt")
