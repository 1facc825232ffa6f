"""A party's round as a spreadsheet: fetched, filled in, and read in again after a preview."""

from io import BytesIO

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from actionplans.sheet_import import Moved, Result, stage_plan
from actionplans.sheet_rows import CHOICE, MINE, THEIRS
from actionplans.sheet_views import PlanFileForm
from agreements.frame import agreement_of
from agreements.models import StagedWorkbook
from followup.frame import round_frame
from followup.party_form import form_url, respondent_of
from followup.round_import import grids_of, import_round, import_staged_round
from followup.round_sheet import write_round
from lib.db import Frozen
from lib.spreadsheet_forms import XLSX
from lib.web import get_visible


@require_safe
def party_export(request, slug, label, party):
    """The party's round as an .xlsx file to fill in."""
    respondent, file = respondent_of(request.user, slug, label, party), BytesIO()
    write_round(respondent, file)
    file.seek(0)
    name = f"uppfoljning-{slugify(label.replace(':', '-'))}-{respondent.party.key}.xlsx"
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)


def party_import(request, slug, label, party):
    """Choose a file; what can be read is kept for a preview."""
    respondent = _reported_for(request, slug, label, party)
    form = PlanFileForm(request.POST, request.FILES) if request.method == "POST" else PlanFileForm()
    if form.is_bound and form.is_valid():
        name, grids = form.cleaned_data["files"]
        staged = stage_plan(user=request.user, session=request.session, name=name, grids=grids)
        return redirect("followup:party_import_preview", slug, label, party, staged.pk)
    context = {**_frame(request, respondent, (_("Läs in från Excel"), "")), "form": form}
    return render(request, "followup/party_import.html", context, status=422 if form.errors else 200)


@require_safe
def party_import_preview(request, slug, label, party, pk):
    """What the file would change, row by row. Nothing is saved."""
    respondent, staged = _staged(request, slug, label, party, pk)
    try:
        result = import_round(grids_of(staged), respondent=respondent, by=request.user)
    except Frozen as frozen:
        return _preview(request, respondent, staged, Result(respondent), status=409, stopped=str(frozen))
    return _preview(request, respondent, staged, result)


@require_POST
def party_import_confirm(request, slug, label, party, pk):
    """Import what was previewed, with the choices made, if it still is the same; else show what it has become."""
    respondent, staged = _staged(request, slug, label, party, pk)
    expected, choices = request.POST.get("previewed", ""), _choices(request.POST)
    try:
        result = import_staged_round(staged, respondent=respondent, by=request.user, expected=expected, choices=choices)
    except Frozen as frozen:
        return _preview(request, respondent, staged, Result(respondent), status=409, stopped=str(frozen))
    except Moved as moved:
        messages.warning(request, _("Något har ändrats i portalen sedan du granskade. Granska en gång till."))
        return _preview(request, respondent, staged, moved.result, status=409)
    if not result.saved:
        if not result.is_refused:
            messages.error(request, _("Inget är inläst. Välj i varje rad som ändrats på båda ställena."))
        return _preview(request, respondent, staged, result, status=422)
    counts = {"counts": result.counts}
    messages.success(request, _("Filen är inläst: %(counts)s. Lämna in när allt är klart.") % counts)
    return redirect(form_url(respondent.round, respondent.party))


def _reported_for(request, slug, label, party):
    """The party's place in the round, for those who report for it: its readers get 403, others 404."""
    respondent = respondent_of(request.user, slug, label, party)
    if not respondent.can_report:
        raise PermissionDenied
    return respondent


def _staged(request, slug, label, party, pk):
    respondent = _reported_for(request, slug, label, party)
    return respondent, get_visible(StagedWorkbook.objects.of_session(request.session), request.user, pk=pk)


def _choices(data):
    """report → mine or theirs, of what was chosen on the page."""
    chosen = {name.removeprefix(CHOICE): data[name] for name in data if name.startswith(CHOICE)}
    return {report: choice for report, choice in chosen.items() if choice in (MINE, THEIRS)}


def _frame(request, respondent, *trail):
    agreement = agreement_of(request.user, respondent.round.agreement_id)
    form = (_("Svara för %(party)s") % {"party": respondent.party.name}, form_url(respondent.round, respondent.party))
    return {
        **round_frame(agreement, respondent.round, form, *trail),
        "respondent": respondent,
        "place": [agreement.slug, respondent.round.label, respondent.party.key],
    }


def _preview(request, respondent, staged, result, status=200, stopped=""):
    place = [respondent.round.agreement.slug, respondent.round.label, respondent.party.key]
    upload = reverse("followup:party_import", args=place)
    context = {
        **_frame(request, respondent, (_("Läs in från Excel"), upload), (_("Granska"), "")),
        "staged": staged,
        "result": result,
        "stopped": stopped,
        "previewed": staged.digest + result.fingerprint,
        "about": _("Uppföljning %(label)s, %(party)s") % {"label": respondent.round.label, "party": respondent.party},
        "back_url": form_url(respondent.round, respondent.party),
        "back_label": _("Till svaren"),
        "upload_url": upload,
        "preview_url": reverse("followup:party_import_preview", args=[*place, staged.pk]),
        "confirm_url": reverse("followup:party_import_confirm", args=[*place, staged.pk]),
    }
    return render(request, "followup/party_import_preview.html", context, status=status)
