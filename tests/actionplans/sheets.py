"""An edition's spreadsheet for tests: fetched as the portal writes it, and changed as somebody does in Excel."""

import io

from openpyxl import load_workbook

from actionplans.sheet_import import import_plan
from actionplans.spreadsheet import write_edition
from lib.spreadsheets import read_files
from parties.models import Role
from parties.services import join
from tests import factories as make


def make_edition(*numbers, **fields):
    """A draft with an activity of each number; ``fields`` are the edition's."""
    edition = make.EditionFactory(**fields)
    for number in numbers:
        make.ActivityFactory(edition=edition, number=number, title=f"Ta fram {number}", responsible=None)
    return edition


def coordinator_of(edition):
    user = make.UserFactory()
    join(user=user, party=edition.plan.agreement.coordinating_party, role=Role.COORDINATOR)
    return user


def fetch(edition):
    """The bytes of the edition's file."""
    file = io.BytesIO()
    write_edition(type(edition).objects.for_page().get(pk=edition.pk), file, user=coordinator_of(edition))
    return file.getvalue()


class Book:
    """The file opened in a spreadsheet program: rows by number, columns by heading."""

    def __init__(self, content):
        self.workbook = load_workbook(io.BytesIO(content))
        self.sheet = self.workbook["Handlingsplan"]
        self.head = next(row[0].row for row in self.sheet.iter_rows() if row[0].value == "Nummer")
        self.columns = {cell.value: cell.column for cell in self.sheet[self.head] if cell.value}

    @property
    def heads(self):
        return list(self.columns)

    def row(self, number):
        """The row of an activity, or of a heading with that text."""
        rows = range(self.head + 1, self.sheet.max_row + 1)
        return next(row for row in rows if self.sheet.cell(row, 1).value == number)

    def cell(self, number, heading):
        return self.sheet.cell(self.row(number), self.columns[heading])

    def write(self, number, **texts):
        row = self.row(number)
        for heading, text in texts.items():
            self.sheet.cell(row, self.columns[heading.replace("_", " ")]).value = text

    def insert(self, after, **texts):
        """Put in a row below the one called ``after`` and write in it; returns its number in the file."""
        row = self.row(after) + 1
        self.sheet.insert_rows(row)
        for heading, text in texts.items():
            self.sheet.cell(row, self.columns[heading.replace("_", " ")]).value = text
        return row

    def saved(self):
        file = io.BytesIO()
        self.workbook.save(file)
        return file.getvalue()

    def grids(self):
        return read_files([("plan.xlsx", self.saved())])


def opened(edition):
    """The edition's file, opened."""
    return Book(fetch(edition))


def read_in(book, edition, *, by=None, save=True, **options):
    return import_plan(book.grids(), edition=edition, by=by or coordinator_of(edition), save=save, **options)


def refusals(book, edition, **options):
    """(row, column, message) of every problem; nothing is saved."""
    result = read_in(book, edition, **options)
    assert not result.saved
    return [(problem.row, problem.column, problem.message) for problem in result.all_problems]
