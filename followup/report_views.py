"""A party's own reports: writing them and handing them in."""

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from followup.forms import ReportForm
from followup.frame import report_context
from followup.models import Incomplete, Report
from lib.db import VersionConflict
from lib.forms import VersionField, answer_form
from lib.web import get_editable


def report_edit(request, slug, label, pk):
    """Save a draft of the party's own report."""
    place = {"round__agreement__slug": slug, "round__label": label}
    report = get_editable(Report.objects.for_page(), request.user, pk=pk, **place)
    form = ReportForm(request.POST or None, instance=report)
    context = {**report_context(request, report), "missing": report.missing().values()}
    return answer_form(request, form, "followup/report_edit.html", context, url=request.path)


@require_POST
def report_submit(request, slug, label, pk):
    """Hand in the party's saved report."""
    place = {"round__agreement__slug": slug, "round__label": label}
    report = get_editable(Report.objects.for_page(), request.user, pk=pk, **place)
    try:
        report.submit(by=request.user, version=VersionField().clean(request.POST.get("version")))
    except VersionConflict:
        messages.warning(request, _("En kollega har sparat en nyare text. Läs den, och lämna in igen."))
    except Incomplete as incomplete:
        for advice in incomplete.args[0].values():
            messages.warning(request, advice)
    else:
        messages.success(request, _("Rapporten är inlämnad. Nu läser samordnarna och organen den."))
        return redirect(report.round)
    return redirect("followup:report_edit", slug, label, pk)
