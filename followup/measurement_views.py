"""Typing of an indicator's values, a moment at a time, and of how it is counted."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from followup.indicator_views import editable_page, indicator_url
from followup.indicators_page import moment_label
from followup.measurement_forms import Clash, DefinitionsForm, GridForm, MomentForm
from followup.models import Indicator
from lib.db import VersionConflict
from lib.forms import typed_in


def measurement_edit(request, slug, indicator):
    """Type the values of a year or half a year: every place × sex. What Kolada says is not typed."""
    row, context = editable_page(request, slug, indicator, _("Skriv in värden"))
    if row.source == Indicator.Source.KOLADA:
        messages.error(request, _("Värdena hämtas från Kolada och skrivs inte in för hand."))
        return redirect(indicator_url(row))
    moment_form = MomentForm(request.GET, indicator=row)
    context["moment_form"] = moment_form
    if not moment_form.moment:
        return render(request, "followup/measurement_edit.html", context)
    form = GridForm(typed_in(request), indicator=row, moment=moment_form.moment)
    context |= {"form": form, "moment": moment_label(*moment_form.moment), "moments": _moments(row)}
    if request.method == "POST" and form.is_valid():
        try:
            form.save()
        except Clash:
            return render(request, "followup/measurement_edit.html", context, status=409)
        messages.success(request, _("Värdena för %(moment)s är sparade.") % {"moment": context["moment"]})
        return redirect(indicator_url(row))
    return render(request, "followup/measurement_edit.html", context)


def definition_edit(request, slug, indicator):
    """Write how the indicator is counted from which year, and where its series breaks."""
    row, context = editable_page(request, slug, indicator, _("Så räknas indikatorn"))
    form = DefinitionsForm(typed_in(request), indicator=row)
    if request.method == "POST" and form.is_valid():
        try:
            form.save()
        except VersionConflict as conflict:
            form.data = form.data.copy()
            form.data["version"] = conflict.current.version
            form.add_error(None, _("Någon annan sparade indikatorn medan du skrev. Ditt står kvar. Spara igen."))
            context |= {"form": form, "stored": row.definitions.order_by("from_year", "pk")}
            return render(request, "followup/definition_edit.html", context, status=409)
        messages.success(request, _("Sparat."))
        return redirect(indicator_url(row))
    return render(request, "followup/definition_edit.html", {**context, "form": form})


def _moments(indicator):
    """(name, address) of each moment that has values, newest first."""
    address = reverse("followup:measurement_edit", args=[indicator.agreement.slug, indicator.key])
    moments = indicator.measurements.order_by("-year", "-half").values_list("year", "half").distinct()
    return [(moment_label(year, half), f"{address}?ar={year}&halvar={half}") for year, half in moments]
