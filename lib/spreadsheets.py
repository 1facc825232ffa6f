"""Tables as files: an .xlsx workbook or CSV files, written so that text stays text, read within limits.

What a file holds is data. A text that a spreadsheet would take for a formula (it begins with = + - @, a tab or their
full-width forms) is stored as text in .xlsx, and gets an apostrophe before it in CSV, which reading takes away again.
"""

import csv
import datetime
import json
import signal
import subprocess
import sys
from copy import copy
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from lib import spreadsheet_reader as reader
from lib.spreadsheet_reader import LOOKS_LIKE_FORMULA

README, CHOICES = "Läs mig", "Val"  # sheets of a workbook that hold no rows
HELP_MARK = "# Hjälp"  # a row whose first cell begins so is for people only
FORMATS = {"text": "@", "number": "General", "date": "yyyy-mm-dd"}
LONGEST_WAIT = 15  # seconds; where the operating system limits nothing

PROBLEMS = {
    "bad_csv": gettext_lazy("Filen är ingen riktig CSV-fil: ett citattecken saknas eller är ett för mycket. Spara om."),
    "broken_number": gettext_lazy("”%(value)s” är inget tal. Skriv om cellen."),
    "broken_workbook": gettext_lazy("Filen är skadad. Öppna den i kalkylprogrammet, spara om den och försök igen."),
    "document_type": gettext_lazy("Filen innehåller något annat än kalkylblad. Spara om den som .xlsx."),
    "embedded_files": gettext_lazy("Filen har andra filer inbäddade. Ta bort dem och spara om den som .xlsx."),
    "empty_file": gettext_lazy("Filen %(file)s är tom. Välj en annan fil."),
    "encoding": gettext_lazy("Filens tecken går inte att läsa. Spara den som CSV UTF-8."),
    "error_value": gettext_lazy("Cellen visar felet %(value)s. Rätta eller töm den."),
    "external_links": gettext_lazy("Filen hämtar värden ur andra filer. Bryt länkarna och spara om den."),
    "formula": gettext_lazy("Cellen innehåller en formel. Kopiera kolumnen och klistra in den som värden."),
    "hidden_sheet": gettext_lazy("Arket är dolt. Visa det eller ta bort det, så att du ser allt som läses in."),
    "long_cell": gettext_lazy("Cellen har mer än 32 767 tecken. Korta texten."),
    "macros": gettext_lazy("Filen innehåller makron. Spara om den som .xlsx."),
    "not_a_workbook": gettext_lazy("Filen är ingen arbetsbok. Välj en .xlsx-fil, eller en eller flera CSV-filer."),
    "not_text": gettext_lazy("Filen heter .csv men är ingen CSV-fil. Spara den som .xlsx eller som CSV UTF-8."),
    "old_or_encrypted": gettext_lazy("Filen har lösenord eller är av äldre slag (.xls). Spara den som .xlsx utan."),
    "one_workbook_or_csv": gettext_lazy("Välj en enda .xlsx-fil, eller en eller flera CSV-filer."),
    "too_big": gettext_lazy("Filen är större än 10 MB. Ta bort bilder och sådant som inte hör till överenskommelsen."),
    "too_heavy": gettext_lazy("Filen tog för lång tid eller för mycket minne att läsa. Dela den eller spara om den."),
    "too_many_columns": gettext_lazy("Arket har innehåll efter kolumn 60. Ta bort det som inte hör dit."),
    "too_many_rows": gettext_lazy("Arket har innehåll efter rad 5 000. Ta bort det som inte hör dit."),
    "too_many_sheets": gettext_lazy("Filen har fler än 60 ark. Ta bort dem som inte hör dit."),
    "too_much_text": gettext_lazy("Filen innehåller för mycket text. Dela den."),
    "unpacks_too_big": gettext_lazy("Filen är mycket större än den ser ut. Spara om den i kalkylprogrammet."),
}


@dataclass(frozen=True)
class Problem:
    """Something that must be put right: where it stands, and what to do about it. Row and column may be unknown."""

    sheet: str
    row: int | None
    column: str
    message: str

    def __str__(self):
        place = [self.sheet and _("arket %s") % self.sheet, self.row and _("rad %s") % self.row]
        place.append(self.column and _("kolumnen %s") % self.column)
        where = ", ".join(part for part in place if part)
        return f"{where[:1].upper()}{where[1:]}: {self.message}" if where else self.message


class Unreadable(Exception):
    """The file is not what it should be; ``problem`` says why."""

    def __init__(self, problem):
        super().__init__(str(problem))
        self.problem = problem


@dataclass(frozen=True)
class Column:
    """How a column is written: its heading, what kind of cells it has and what a drop-down offers."""

    name: str
    kind: str = "text"
    choices: tuple = ()
    help: str = ""
    required: bool = False


@dataclass
class Table:
    """A sheet to write: its columns and its rows, every cell a string."""

    name: str
    columns: list[Column]
    rows: list[list[str]] = field(default_factory=list)
    about: str = ""

    @property
    def file_name(self):
        return f"{slugify(self.name)}.csv"


@dataclass
class Grid:
    """A sheet as read: its name, its rows that are not empty, each with its number, and what hides some of it.

    ``merged`` are the ranges of cells made one (``B5:C7``), ``hidden`` the numbers of rows that are not shown.
    """

    name: str
    rows: list[tuple[int, list[str]]] = field(default_factory=list)
    merged: list[str] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)


# --- reading ----------------------------------------------------------------------------------------------------------


def read_path(path):
    """The grids of an .xlsx file, a CSV file or a folder of CSV files. Raises Unreadable."""
    path = Path(path)
    files = sorted(path.glob("*.csv")) if path.is_dir() else [path]
    if not files:
        raise Unreadable(Problem("", None, "", _("Mappen %s har inga CSV-filer.") % path))
    if sum(file.stat().st_size for file in files) > reader.MAX_BYTES:
        raise Unreadable(_problem("too_big", {}))
    return read_files([(file.name, file.read_bytes()) for file in files])


def read_files(files):
    """The grids of ``files``, pairs of name and bytes: one .xlsx, or any number of CSV files. Raises Unreadable.

    The files are read by a process of their own that may use little time and memory.
    """
    order = {"files": [{"name": name, "size": len(content)} for name, content in files], "ignored": [README, CHOICES]}
    given = json.dumps(order).encode() + b"\n" + b"".join(content for _name, content in files)
    command = [sys.executable, "-I", "-S", "-B", reader.__file__]
    try:
        done = subprocess.run(command, input=given, capture_output=True, timeout=LONGEST_WAIT, check=False)
    except subprocess.TimeoutExpired:
        raise Unreadable(_problem("too_heavy", {})) from None
    lines = [json.loads(line) for line in done.stdout.splitlines()] if done.returncode == 0 else []
    if not lines:
        return _stopped(done)
    if lines[-1][0] == "problem":
        raise Unreadable(_problem(lines[-1][1], lines[-1][2], grids=_grids(lines)))
    return _grids(lines)


def _stopped(done):
    """The reader did not end by itself: the operating system stopped it, or it is broken."""
    if done.returncode in (-signal.SIGXCPU, -signal.SIGKILL) or b"MemoryError" in done.stderr:
        raise Unreadable(_problem("too_heavy", {}))
    raise RuntimeError(done.stderr.decode(errors="replace"))


def _grids(lines):
    grids = []
    for kind, *rest in lines:
        if kind == "sheet":
            grids.append(Grid(rest[0]))
        elif kind == "row":
            grids[-1].rows.append((rest[0], rest[1]))
        elif kind == "merged":
            grids[-1].merged.append(rest[0])
        elif kind == "hidden":
            grids[-1].hidden.append(rest[0])
    return grids


def _problem(code, where, grids=()):
    """The Swedish words for a problem of the reader, with the column's heading where the grid so far tells it."""
    heading = ""
    if where.get("column") is not None:
        heading = get_column_letter(where["column"] + 1)
        rows = [cells for grid in grids if grid.name == where.get("sheet") for _number, cells in grid.rows]
        headings = next((cells for cells in rows if len(list(filter(None, cells))) > 1), rows[0] if rows else [])
        heading = (headings[where["column"] : where["column"] + 1] or [""])[0] or heading
    return Problem(where.get("sheet", ""), where.get("row"), heading, PROBLEMS[code] % where)


# --- writing ----------------------------------------------------------------------------------------------------------


def write_folder(tables, folder):
    """Write one CSV file per table that has rows: semicolons and a byte order mark, as Swedish Excel wants them."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for table in tables:
        path = folder / table.file_name
        if not table.rows:
            path.unlink(missing_ok=True)
            continue
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file, delimiter=";", lineterminator="\n")
            writer.writerow(column.name for column in table.columns)
            writer.writerows([csv_text(*cell) for cell in zip(table.columns, row, strict=True)] for row in table.rows)


def csv_text(column, text):
    """A cell of a CSV file: no text that a spreadsheet would take for a formula. ``column`` has a ``kind``."""
    return f"'{text}" if column.kind != "number" and LOOKS_LIKE_FORMULA.match(text) else text


def write_workbook(tables, file, *, introduction=()):
    """Write all tables to an .xlsx ``file`` (path or open file), with drop-downs for what can be chosen.

    With an ``introduction``, lines for a first sheet, it becomes a template: every sheet gets a row of help too.
    """
    workbook = Workbook()
    workbook.remove(workbook.active)
    if introduction:
        _write_introduction(workbook.create_sheet(README), introduction, tables)
    lists = Choices()
    for table in tables:
        _write_sheet(workbook.create_sheet(table.name), table, lists, with_help=bool(introduction))
    if lists.columns:
        lists.write(workbook.create_sheet(CHOICES))
    workbook.save(file)


class Choices:
    """The sheet that drop-downs take their words from; equal lists stand there once."""

    def __init__(self):
        self.columns = {}

    def source(self, choices):
        """The cells where these choices will stand."""
        letter = get_column_letter(self.columns.setdefault(choices, len(self.columns) + 1))
        return f"{CHOICES}!${letter}$1:${letter}${len(choices)}"

    def write(self, sheet):
        for choices, column in self.columns.items():
            for row, choice in enumerate(choices, start=1):
                write_text(sheet.cell(row, column), choice)


def _write_introduction(sheet, lines, tables):
    sheet.column_dimensions["A"].width, sheet.column_dimensions["B"].width = 28, 90
    for line in lines:
        sheet.append([str(line)])
    sheet.append([])
    for table in tables:
        sheet.append([table.name, table.about])
        sheet.cell(sheet.max_row, 1).font = Font(bold=True)
    for row in sheet.iter_rows(min_col=2, max_col=2):
        row[0].alignment = Alignment(wrap_text=True, vertical="top")
    sheet["A1"].font = Font(bold=True, size=14)


def _write_sheet(sheet, table, lists, *, with_help):
    sheet.freeze_panes = "B2"
    sheet.append([column.name for column in table.columns])
    for cell in sheet[1]:
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="E6EEEA")
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    if with_help:
        _write_help(sheet, table)
    looks_so = Cell(sheet, 1, 1)  # what is set on a cell is searched for among all that the book has: once is enough
    looks_so.alignment = Alignment(wrap_text=True, vertical="top")
    for line, row in enumerate(table.rows, start=3 if with_help else 2):
        _write_row(sheet, line, table, row, looks_so._style)
    for number, column in enumerate(table.columns, start=1):
        letter = get_column_letter(number)
        sheet.column_dimensions[letter].width = _width(table, number - 1)
        sheet.column_dimensions[letter].number_format = FORMATS[column.kind]
        if column.choices:
            offer(sheet, f"{letter}2:{letter}{reader.MAX_ROWS + 2}", lists.source(column.choices))


def _write_help(sheet, table):
    sheet.append([column.help for column in table.columns])
    for cell in sheet[2]:
        cell.font, cell.alignment = Font(italic=True, color="55606A"), Alignment(wrap_text=True, vertical="top")
    sheet["A2"] = f"{HELP_MARK}: {table.columns[0].help}"


def _write_row(sheet, line, table, row, style):
    for number, (column, text) in enumerate(zip(table.columns, row, strict=True), start=1):
        if not text:
            continue
        cell = sheet.cell(line, number)
        cell._style = copy(style)
        write_cell(cell, column.kind, text)


def write_cell(cell, kind, text):
    """Put ``text`` into a cell as what it is: a number, a date or text. Among numbers a word may stand for one."""
    if kind == "number" and not text.isalpha():
        cell.value = Decimal(text)
    elif kind == "date" and text >= "1901":
        cell.value, cell.number_format = datetime.date.fromisoformat(text), FORMATS["date"]
    else:
        write_text(cell, text)


def write_text(cell, text):
    """Put text into a cell: whatever it begins with, it is no formula."""
    cell.value = reader.ESCAPED_CHARACTER.sub(lambda match: f"_x005F{match[0]}", text)
    cell.data_type, cell.number_format = "s", FORMATS["text"]


def offer(sheet, cells, source):
    """A drop-down in the ``cells`` of a sheet, with the words of a Choices' ``source``."""
    validation = DataValidation(type="list", formula1=source, allow_blank=True, showErrorMessage=True)
    validation.errorTitle, validation.error = _("Går inte att välja"), _("Välj något ur listan eller lämna cellen tom.")
    validation.add(cells)
    sheet.add_data_validation(validation)


def _width(table, number):
    longest = max([len(table.columns[number].name), *(len(row[number]) for row in table.rows)])
    return min(max(longest + 2, 12), 60)
