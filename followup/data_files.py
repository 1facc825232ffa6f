"""Tables as files that people fetch: CSV for Swedish spreadsheets, and JSON. No text becomes a formula."""

import csv
import io
from dataclasses import dataclass, field
from decimal import Decimal

from django.http import HttpResponse, JsonResponse
from django.utils.text import slugify

from lib.spreadsheets import csv_text


@dataclass(frozen=True)
class DataColumn:
    """``key`` is its name in CSV and JSON, which stays the same; ``label`` what people read."""

    key: str
    label: str
    kind: str = "text"


@dataclass
class DataTable:
    """Cells are text, numbers or None where there is no value. ``about`` is what a reader must know."""

    name: str  # in the address
    columns: list[DataColumn]
    rows: list[list] = field(default_factory=list)
    about: str = ""


def as_csv(table):
    """The table as bytes: semicolons, decimal comma, a byte order mark."""
    file = io.StringIO()
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    writer.writerow(column.key for column in table.columns)
    for row in table.rows:
        writer.writerow(_csv_cell(column, value) for column, value in zip(table.columns, row, strict=True))
    return ("\ufeff" + file.getvalue()).encode()


def _csv_cell(column, value):
    if isinstance(value, Decimal):
        return str(value).replace(".", ",")
    return "" if value is None else csv_text(column, str(value))


def answer_csv(table, title):
    """The table as a download that is called ``title``."""
    response = HttpResponse(as_csv(table), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{slugify(title) or table.name}.csv"'
    return response


def answer_json(data):
    """``data`` for programs, and readable for people."""
    return JsonResponse(data, json_dumps_params={"ensure_ascii": False, "indent": 1})
