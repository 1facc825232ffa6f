"""The page of a series, and the address that always leads to the version in force."""

from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from agreements.models import AgreementSeries
from agreements.series import current, in_order, known_of
from parties.letters import absolute


def series_detail(request, slug):
    """All agreements of the series, those in the portal and those only known from a source."""
    series, agreements = _seen(request, slug)
    context = {
        "series": series,
        "agreements": agreements,
        "current": current(agreements),
        "known": known_of(series, request.user),
        "address": absolute(reverse("portal:series_current", args=[series.slug])),
        "crumbs": [(_("Överenskommelser"), reverse("agreements:agreement_list")), (series.title, "")],
    }
    return render(request, "portal/series_detail.html", context)


def series_current(request, slug):
    """Lead on to the version in force; to the series where the visitor may read none."""
    series, agreements = _seen(request, slug)
    holding = current(agreements)
    return redirect(holding) if holding else redirect("portal:series_detail", slug)


def _seen(request, slug):
    """The series with those of its agreements that the visitor may see; 404 where there are none."""
    series = AgreementSeries.objects.filter(slug=slug).select_related("county").first()
    agreements = in_order(series, request.user) if series else []
    if not agreements:
        raise Http404
    return series, agreements
