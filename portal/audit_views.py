"""The log of people and rights: searched on a page, and fetched as a file for any period."""

import csv
import tempfile

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from lib.spreadsheet_forms import XLSX
from lib.spreadsheets import Column, csv_text, write_text
from portal.audit_log import HEADINGS, SearchForm, cells, lines_for, reads_the_log, told_changes

PER_PAGE = 50
CHUNK = 2000
SHEET_MAX = 1_000_000  # a sheet holds a few more rows
TEXT = Column("text")


class Echo:
    """A file that gives back what is written to it, for csv to write to."""

    def write(self, text):
        return text


@require_safe
def audit_log(request):
    """What happened, newest first, as far as the reader looks after it; searched by person, kind and period."""
    form, rows = _asked(request)
    query = request.GET.copy()
    query.pop("sida", None)
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("sida"))
    for event in page:
        event.told = told_changes(event)
    context = {
        "form": form,
        "page_obj": page,
        "query": query.urlencode(),
        "searched": any(query.values()),
        "crumbs": [(_("Händelselogg"), "")],
        "stance": {"state": "draft", "label": _("Internt"), "readers": _("Du ser det du granskar eller sköter.")},
    }
    return render(request, "portal/audit_log.html", context)


@require_safe
def audit_export(request, kind):
    """The lines that the page shows, all of them, as CSV or a workbook; made while it is sent, whatever the number."""
    form, rows = _asked(request)
    if kind not in ("csv", "xlsx"):
        raise Http404
    if not form.is_valid():
        return _back(request)
    if kind == "xlsx" and rows.count() > SHEET_MAX:
        messages.error(request, _("Det är fler rader än ett kalkylblad rymmer. Välj en kortare period, eller CSV."))
        return _back(request)
    name = "-".join(part for part in ("handelselogg", form.period) if part)
    lines = map(cells, rows.iterator(chunk_size=CHUNK))
    if kind == "xlsx":
        return FileResponse(_workbook(lines), as_attachment=True, filename=f"{name}.xlsx", content_type=XLSX)
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return StreamingHttpResponse(_csv(lines), content_type="text/csv; charset=utf-8", headers=headers)


def _back(request):
    return redirect(f"{reverse('portal:audit_log')}?{request.GET.urlencode()}")


def _asked(request):
    """(form, lines) of what the visitor asks for among what the visitor may read; 403 for whom nothing is there."""
    if not reads_the_log(request.user):
        raise PermissionDenied
    form = SearchForm(request.GET or {}, request.user)
    return form, form.found_among(lines_for(request.user))


def _csv(lines):
    writer = csv.writer(Echo(), delimiter=";", lineterminator="\r\n")
    yield "\ufeff" + writer.writerow(map(str, HEADINGS))
    for line in lines:
        yield writer.writerow(csv_text(TEXT, text) for text in line)


def _workbook(lines):
    """A file on disk with a sheet of the lines; rows are written as they come and not kept."""
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet(_("Händelselogg"))
    sheet.freeze_panes = "A2"
    sheet.append(list(map(str, HEADINGS)))
    for line in lines:
        sheet.append([_cell(sheet, text) for text in line])
    file = tempfile.TemporaryFile()  # noqa: SIM115  closed by the response
    workbook.save(file)
    file.seek(0)
    return file


def _cell(sheet, text):
    cell = WriteOnlyCell(sheet)
    write_text(cell, text)
    return cell
