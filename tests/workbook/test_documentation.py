"""docs/workbook.md lists every sheet and column; a column that comes or goes shows there, and so in review."""

import pytest

from portal.management.commands.document_workbook import PAGE, page
from portal.workbook import SHEETS, describe_sheets

PRIVATE = {"version", "search_text", "sort_name", "membership", "file", "opened_by", "closed_by", "submitted_by"}


def test_page_is_up_to_date():
    assert PAGE.read_text(encoding="utf-8") == page(), "run manage.py document_workbook"


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: str(sheet.name))
def test_headings_are_told_apart(sheet):
    headings = [heading.casefold() for heading in sheet.headings_in_order()]
    assert len(set(headings)) == len(headings) <= 60


def test_sheets_are_told_apart():
    names = [table.file_name for table in describe_sheets()]
    assert len(set(names)) == len(names)


def test_columns_are_listed_by_name():
    assert {name for sheet in SHEETS for name in sheet._meta.fields} & PRIVATE == set()
    assert all(list(sheet.fields) and sheet._meta.fields for sheet in SHEETS)
