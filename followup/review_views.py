"""Reading and reviewing what the parties handed in."""

from django.shortcuts import render

from followup.frame import report_context
from followup.models import Report
from lib.web import get_visible


def report_detail(request, slug, label, pk):
    """One report as it was handed in."""
    place = {"round__agreement__slug": slug, "round__label": label}
    report = get_visible(Report.objects.for_page(), request.user, pk=pk, **place)
    can_report = Report.objects.editable_by(request.user).filter(pk=pk).exists()
    context = {**report_context(request, report), "can_report": can_report}
    return render(request, "followup/report_detail.html", context)
