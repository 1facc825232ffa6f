"""How things are in the county: a report each year, tied to the goals it tells of."""

from django.contrib import messages
from django.db import transaction
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from agreements.frame import frame, visible_agreement
from agreements.models import Document, SituationReport
from agreements.row_views import editable
from agreements.rows import DeleteForm
from lib.db import VersionConflict
from lib.web import get_editable, get_visible


def situation_list(request, slug):
    """The reports, the latest year first."""
    agreement = visible_agreement(request.user, slug)
    reports = SituationReport.objects.visible_to(request.user).filter(agreement=agreement).prefetch_related("goals")
    context = {**frame(agreement, (_("Nulägesbeskrivningar"), "")), "reports": reports}
    return render(request, "agreements/situation_list.html", context)


def situation_detail(request, slug, pk):
    """One report, with the goals that it says something of."""
    agreement = visible_agreement(request.user, slug)
    reports = SituationReport.objects.select_related("document")
    report = get_visible(reports, request.user, agreement=agreement, pk=pk)
    listed = (_("Nulägesbeskrivningar"), reverse("agreements:situation_list", args=[slug]))
    context = {
        **frame(agreement, listed, (f"{report.year}", "")),
        "row": report,
        "goals": report.goals.select_related("area"),
        "papers": Document.objects.readable_files(agreement, request.user),
    }
    return render(request, "agreements/situation_detail.html", context)


@require_POST
def situation_publish(request, slug, pk):
    """Publish the report as it was read, or take it back."""
    agreement = editable(request, slug)
    report = get_editable(SituationReport.objects.all(), request.user, agreement=agreement, pk=pk)
    form = DeleteForm(request.POST)
    report.published_on = None if report.published_on else timezone.localdate()
    try:
        with transaction.atomic():
            report.save_version(form.is_valid() and form.cleaned_data["version"])
    except VersionConflict:
        messages.error(request, _("Någon ändrade texten medan du läste. Läs den igen innan du publicerar."))
    else:
        messages.success(request, _("Publicerad.") if report.published_on else _("Publiceringen är tillbakatagen."))
    return redirect("agreements:situation_detail", slug, pk)
