"""The files of a report, as public as the report is."""

from pathlib import PurePath

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agreements.frame import agreement_of
from followup.answers import add_file, delete_file
from followup.frame import report_stance, round_frame
from followup.models import ReportFile
from followup.party_form import form_url
from followup.report_forms import ReportFileForm
from followup.report_views import answer_closed, own_report
from lib.db import Frozen
from lib.forms import answer_form
from lib.web import answer_download, get_visible


def report_file_create(request, slug, label, pk):
    """The files of the party's own report, and a form for another."""
    report = own_report(request, slug, label, pk)
    if report.why_closed():
        return answer_closed(request, report, [], report.why_closed())
    form = ReportFileForm(request.POST or None, request.FILES or None, report=report)
    context = _context(request, report, _("Bilagor")) | {"files": report.files.all()}
    return answer_form(
        request,
        form,
        "followup/report_file_create.html",
        context,
        url=request.path,
        save=lambda: add_file(form=form, by=request.user),
        done=_("Bilagan är sparad."),
    )


@require_safe
def report_file_download(request, slug, label, pk, file):
    """A file of a report the visitor may see, always as a download: nothing uploaded is shown as a page."""
    place = {"report__round__agreement__slug": slug, "report__round__label": label, "report": pk}
    row = get_visible(ReportFile.objects.all(), request.user, **place, pk=file)
    return answer_download(row.file, PurePath(row.name).stem)


def report_file_delete(request, slug, label, pk, file):
    """Remove a file from a report that is not handed in, after asking."""
    report = own_report(request, slug, label, pk)
    row = report.files.filter(pk=file).first()
    if row is None:
        raise Http404
    if report.why_closed():
        return answer_closed(request, report, [], report.why_closed())
    back = reverse("followup:report_file_create", args=[slug, label, pk])
    if request.method == "POST":
        try:
            delete_file(file=row, by=request.user)
        except Frozen as frozen:
            messages.error(request, str(frozen))
        else:
            messages.success(request, _("Bilagan är borttagen."))
        return redirect(back)
    context = _context(request, report, _("Ta bort bilaga")) | {"file": row, "back_url": back}
    return render(request, "followup/report_file_delete.html", context)


def _context(request, report, title):
    agreement = agreement_of(request.user, report.round.agreement_id)
    form = form_url(report.round, report.party, report.pk)
    return {
        **round_frame(agreement, report.round, (report.activity.number, form), (title, "")),
        "report": report,
        "form_page": form,
        "stance": report_stance(report),
    }
