"""Tables as files: an .xlsx workbook or a folder of CSV files, written so that text stays text.

What a file holds is data. A text that a spreadsheet would take for a formula (it begins with = + - @, a tab or their
full-width forms) is stored as text in .xlsx, and gets an apostrophe before it in CSV, which reading takes away again.
"""

import csv
import re
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.text import slugify

LOOKS_LIKE_FORMULA = re.compile(r"'*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")
ESCAPED_CHARACTER = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


@dataclass(frozen=True)
class Problem:
    """Something that must be put right: where it stands, and what to do about it. Row and column may be unknown."""

    sheet: str
    row: int | None
    column: str
    message: str

    def __str__(self):
        from django.utils.translation import gettext as _

        place = [self.sheet and _("arket %s") % self.sheet, self.row and _("rad %s") % self.row]
        place.append(self.column and _("kolumnen %s") % self.column)
        where = ", ".join(part for part in place if part)
        return f"{where[:1].upper()}{where[1:]}: {self.message}" if where else self.message


@dataclass(frozen=True)
class Column:
    """How a column is written: its heading, what kind of cells it has and what a drop-down offers."""

    name: str
    kind: str = "text"
    choices: tuple = ()
    help: str = ""


@dataclass
class Table:
    """A sheet as text: its columns and its rows, every cell a string."""

    name: str
    columns: list[Column]
    rows: list[list[str]] = field(default_factory=list)
    about: str = ""

    @property
    def file_name(self):
        return f"{slugify(self.name)}.csv"


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
            writer.writerows([_csv_text(*cell) for cell in zip(table.columns, row, strict=True)] for row in table.rows)


def _csv_text(column, text):
    return f"'{text}" if column.kind != "number" and LOOKS_LIKE_FORMULA.match(text) else text
