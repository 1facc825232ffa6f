"""A workbook in the browser: an empty one, upload, preview cell by cell, and only then the import."""

from io import BytesIO

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists
from django.http import FileResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from agreements.models import Agreement, StagedWorkbook
from lib.asked import asked
from lib.spreadsheet_forms import XLSX, FilesField
from lib.spreadsheets import write_workbook
from lib.web import get_visible
from parties.models import Party, Right, User
from portal.workbook import INTRODUCTION, Moved, Result, describe_sheets, export_tables, import_staged, preview_staged


class UploadForm(forms.Form):
    files = FilesField(
        label=gettext_lazy("Arbetsbok"),
        help_text=gettext_lazy("En .xlsx-fil, eller arbetsbokens ark som CSV-filer. Högst 10 MB."),
        allow_empty_file=True,
        error_messages={"required": gettext_lazy("Välj en fil.")},
    )


def may_import(user):
    """Workbooks are read in by those who coordinate: an agreement, or a county where one may begin."""
    return bool(asked(importer, user))


def importer(user):
    """The person, who may_import; nobody where not."""
    coordinating = Exists(Party.objects.with_right(user, Right.COORDINATE))
    return User.objects.filter(coordinating | Exists(Agreement.objects.editable_by(user)), pk=user.pk)


def _require_importer(user):
    if not may_import(user):
        raise PermissionDenied


@require_safe
def workbook_template(request):
    """An empty workbook with help and drop-downs."""
    file = BytesIO()
    write_workbook(describe_sheets(), file, introduction=INTRODUCTION)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename="arbetsbok-mall.xlsx", content_type=XLSX)


@require_safe
def workbook_export(request, slug):
    """The agreement's workbook with what the reader may see."""
    agreement = get_visible(Agreement.objects, request.user, slug=slug)
    file = BytesIO()
    write_workbook(export_tables(agreement, user=request.user), file)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename=f"{agreement.slug}.xlsx", content_type=XLSX)


def workbook_upload(request):
    """Choose a file; what can be read is kept for a preview."""
    _require_importer(request.user)
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if form.is_bound and form.is_valid():
        name, grids = form.cleaned_data["files"]
        staged = StagedWorkbook.objects.stage(
            user=request.user, session=request.session, name=name, grids=[[grid.name, grid.rows] for grid in grids]
        )
        return redirect("portal:workbook_preview", staged.pk)
    context = {
        "form": form,
        "sheets": describe_sheets(),
        "agreements": Agreement.objects.editable_by(request.user),
        "crumbs": [(_("Läs in arbetsbok"), "")],
    }
    return render(request, "portal/workbook_upload.html", context, status=422 if form.errors else 200)


@require_safe
def workbook_preview(request, pk):
    """What the file would change. Nothing is saved."""
    staged = get_visible(StagedWorkbook.objects.of_session(request.session), request.user, pk=pk)
    _require_importer(request.user)
    return _preview(request, staged, preview_staged(staged, user=request.user))


@require_POST
def workbook_confirm(request, pk):
    """Import what was previewed, if it still is the same; otherwise show what it has become."""
    staged = get_visible(StagedWorkbook.objects.of_session(request.session), request.user, pk=pk)
    _require_importer(request.user)
    try:
        result = import_staged(staged, user=request.user, expected=request.POST.get("previewed", ""))
    except Moved as moved:
        messages.warning(request, _("Något har ändrats i portalen sedan du granskade. Granska en gång till."))
        return _preview(request, staged, moved.result, status=409)
    if not result.saved:
        messages.error(request, _("Inget har lästs in. Rätta det som är avvisat."))
        return _preview(request, staged, result, status=422)
    messages.success(request, _("Arbetsboken är inläst: %(counts)s.") % {"counts": result.counts})
    return redirect(result.agreement)


def _preview(request, staged, result: Result, status=200):
    context = {
        "staged": staged,
        "result": result,
        "sheets": result.sheets_to_show(),
        "previewed": staged.digest + result.fingerprint,
        "crumbs": [(_("Läs in arbetsbok"), reverse("portal:workbook_upload")), (_("Granska"), "")],
    }
    return render(request, "portal/workbook_preview.html", context, status=status)
