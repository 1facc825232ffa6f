"""An edition as a spreadsheet: fetched by whoever may read it, and read in again row by row by who may edit it."""

from io import BytesIO

from django import forms
from django.contrib import messages
from django.http import FileResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from actionplans.frame import edition_frame
from actionplans.models import Edition
from actionplans.sheet_import import Moved, Result, import_staged_plan, preview_plan, stage_plan
from actionplans.sheet_rows import CHOICE, MINE, THEIRS
from actionplans.spreadsheet import write_edition
from agreements.frame import agreement_of
from agreements.models import StagedWorkbook
from lib.db import Frozen
from lib.spreadsheet_forms import XLSX, FilesField, SeveralFiles
from lib.web import get_editable, get_visible


class PlanFileForm(forms.Form):
    files = FilesField(
        label=gettext_lazy("Excelfil"),
        help_text=gettext_lazy("Filen du hämtade härifrån, sparad som .xlsx. Högst 10 MB."),
        widget=SeveralFiles(attrs={"accept": ".xlsx", "multiple": False}),
        allow_empty_file=True,
        error_messages={"required": gettext_lazy("Välj en fil.")},
    )


@require_safe
def edition_export(request, slug, plan, label):
    """The edition as an .xlsx file to read, print and edit."""
    edition = get_visible(Edition.objects.for_page(), request.user, **_place(slug, plan, label))
    file = BytesIO()
    write_edition(edition, file, user=request.user)
    file.seek(0)
    name = f"{slugify(edition.plan.key)}-{slugify(edition.label.replace(':', '-'))}.xlsx"
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)


def edition_import(request, slug, plan, label):
    """Choose a file; what can be read is kept for a preview."""
    edition = get_editable(Edition.objects.for_page(), request.user, **_place(slug, plan, label))
    form = PlanFileForm(request.POST, request.FILES) if request.method == "POST" else PlanFileForm()
    if form.is_bound and form.is_valid():
        name, grids = form.cleaned_data["files"]
        staged = stage_plan(user=request.user, session=request.session, name=name, grids=grids)
        return redirect("actionplans:edition_import_preview", slug, plan, label, staged.pk)
    context = {**_frame(request, edition, (_("Läs in från Excel"), "")), "form": form}
    return render(request, "actionplans/edition_import.html", context, status=422 if form.errors else 200)


@require_safe
def edition_import_preview(request, slug, plan, label, pk):
    """What the file would change, row by row. Nothing is saved."""
    edition, staged = _staged(request, slug, plan, label, pk)
    try:
        result = preview_plan(staged, edition=edition, by=request.user)
    except Frozen as frozen:
        return _preview(request, staged, Result(edition), status=409, stopped=str(frozen))
    return _preview(request, staged, result)


@require_POST
def edition_import_confirm(request, slug, plan, label, pk):
    """Import what was previewed, with the choices made, if it still is the same; else show what it has become."""
    edition, staged = _staged(request, slug, plan, label, pk)
    choices = _choices(request.POST)
    try:
        expected = request.POST.get("previewed", "")
        result = import_staged_plan(staged, edition=edition, by=request.user, expected=expected, choices=choices)
    except Frozen as frozen:
        return _preview(request, staged, Result(edition), status=409, stopped=str(frozen))
    except Moved as moved:
        messages.warning(request, _("Något har ändrats i portalen sedan du granskade. Granska en gång till."))
        return _preview(request, staged, moved.result, status=409)
    if not result.saved:
        if not result.is_refused:
            messages.error(request, _("Inget är inläst. Välj i varje rad som ändrats på båda ställena."))
        return _preview(request, staged, result, status=422)
    messages.success(request, _("Filen är inläst: %(counts)s.") % {"counts": result.counts})
    return redirect("actionplans:edition_edit", slug, plan, label)


def _place(slug, plan, label):
    return {"plan__agreement__slug": slug, "plan__key": plan, "label": label}


def _staged(request, slug, plan, label, pk):
    """The edition and the file that waits; an edition that was adopted meanwhile is answered on the page."""
    edition = get_visible(Edition.objects.for_page(), request.user, **_place(slug, plan, label))
    staged = get_visible(StagedWorkbook.objects.of_session(request.session), request.user, pk=pk)
    if not edition.is_frozen:
        get_editable(Edition.objects, request.user, pk=edition.pk)
    return edition, staged


def _choices(data):
    """lineage → mine or theirs, of what was chosen on the page."""
    chosen = {name.removeprefix(CHOICE): data[name] for name in data if name.startswith(CHOICE)}
    return {lineage: choice for lineage, choice in chosen.items() if choice in (MINE, THEIRS)}


def _frame(request, edition, *trail):
    agreement = agreement_of(request.user, edition.plan.agreement_id)
    return edition_frame(agreement, edition, *trail)


def _preview(request, staged, result, status=200, stopped=""):
    edition = result.subject
    place = [edition.plan.agreement.slug, edition.plan.key, edition.label]
    upload = reverse("actionplans:edition_import", args=place)
    context = {
        **_frame(request, edition, (_("Läs in från Excel"), "" if edition.is_frozen else upload), (_("Granska"), "")),
        "staged": staged,
        "result": result,
        "stopped": stopped,
        "about": edition,
        "back_url": edition.get_absolute_url(),
        "back_label": _("Till versionen"),
        "previewed": staged.digest + result.fingerprint,
        "upload_url": upload,
        "preview_url": reverse("actionplans:edition_import_preview", args=[*place, staged.pk]),
        "confirm_url": reverse("actionplans:edition_import_confirm", args=[*place, staged.pk]),
    }
    return render(request, "actionplans/edition_import_preview.html", context, status=status)
