"""Write the generated half of docs/workbook.md: every sheet, column and value that can be chosen."""

from django.conf import settings
from django.core.management.base import BaseCommand

from portal.workbook import describe_sheets

PAGE = settings.BASE_DIR / "docs" / "workbook.md"
MARK = "<!-- Nedanför skrivs av manage.py document_workbook. -->\n"


def generated():
    """The sheets as Markdown: a heading, a sentence and a table of columns each."""
    return "\n".join(_sheet(table) for table in describe_sheets())


def page():
    """docs/workbook.md as it should be: what people wrote, and below the mark what follows from the code."""
    written = PAGE.read_text(encoding="utf-8").partition(MARK)[0]
    return f"{written}{MARK}\n{generated()}"


class Command(BaseCommand):
    help = "Skriv om docs/workbook.md efter koden."

    def handle(self, *args, **options):
        PAGE.write_text(page(), encoding="utf-8")


def _sheet(table):
    rows = [f"| {column.name} | {column.help} | {', '.join(column.choices)} |" for column in table.columns]
    head = ["| Kolumn | Vad som står där | Värden |", "| --- | --- | --- |"]
    return "\n".join([f"## {table.name}", "", table.about, "", f"CSV: `{table.file_name}`", "", *head, *rows, ""])
