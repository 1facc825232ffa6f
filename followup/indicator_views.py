"""Pages of an agreement's indicators: the list, each one with its chart and table, its form and its open data."""

from collections import defaultdict

from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from agreements.frame import agreement_of, editable_agreement, frame, visible_agreement
from agreements.models import Agreement
from followup.data_files import answer_csv, answer_json
from followup.indicator_forms import IndicatorForm
from followup.indicators_page import data_of, indicators_data, with_values
from followup.indicators_shown import LEAD, page_of, table_of
from followup.models import Indicator
from followup.round_forms import RemoveForm
from lib.forms import answer_form
from lib.web import get_editable, get_visible


def indicator_list(request, slug):
    """The agreement's indicators by goal, each with its last value and its trend."""
    agreement = visible_agreement(request.user, slug)
    indicators = list(Indicator.objects.filter(agreement=agreement).select_related("goal__area"))
    data = indicators_data(indicators, parties=False, shows_small=agreement.can_edit)
    groups = defaultdict(list)
    for indicator in indicators:
        groups[indicator.goal].append((indicator, page_of(data[indicator.pk])))
    groups = sorted(groups.items(), key=lambda group: group[0] is None)
    context = {**indicator_frame(agreement), "groups": groups}
    return render(request, "followup/indicator_list.html", context)


def indicator_detail(request, slug, indicator):
    """An indicator: its chart and trend, every place in a table, how it is defined, and where it comes from."""
    agreement = visible_agreement(request.user, slug)
    row = get_visible(with_values(Indicator.objects.all()), request.user, agreement=agreement, key=indicator)
    data = data_of(row, shows_small=agreement.can_edit)
    page = page_of(data, request.GET.get("plats", ""))
    context = {**indicator_frame(agreement, row), "indicator": row, "data": data, "page": page}
    return render(request, "followup/indicator_detail.html", context)


def indicator_create(request, slug):
    """Add an indicator."""
    agreement = editable_agreement(request.user, slug)
    form = IndicatorForm(request.POST or None, agreement=agreement, initial={"goal": _goal(request)})
    context = {**indicator_frame(agreement, None, _("Ny indikator"))}
    done = _("Indikatorn är tillagd.")
    return answer_form(request, form, "followup/indicator_create.html", context, url=indicator_url, done=done)


def indicator_edit(request, slug, indicator):
    """Change what an indicator measures and aims at."""
    row, context = editable_page(request, slug, indicator, _("Ändra"))
    form = IndicatorForm(request.POST or None, instance=row, agreement=row.agreement)
    return answer_form(request, form, "followup/indicator_edit.html", context, url=indicator_url)


def indicator_delete(request, slug, indicator):
    """Remove an indicator and its values, unless an assessment rests on it."""
    row, context = editable_page(request, slug, indicator, _("Ta bort"))
    context |= {"value_count": row.measurements.count(), "assessments": row.assessments.select_related("round")}

    def delete():
        if row.assessments.exists():
            raise ValidationError(_("Indikatorn är underlag i en bedömning och kan inte tas bort."))
        row.delete()

    return answer_form(
        request,
        RemoveForm(request.POST if request.method == "POST" else None),
        "followup/indicator_delete.html",
        context,
        url=reverse("followup:indicator_list", args=[slug]),
        save=delete,
        done=_("Indikatorn är borttagen."),
    )


def indicator_data(request, slug, indicator, kind):
    """The indicator's values as CSV or JSON. Small counts are left out for everybody: an export travels."""
    agreement = get_visible(Agreement.objects.all(), request.user, slug=slug)
    row = get_visible(with_values(Indicator.objects.all()), request.user, agreement=agreement, key=indicator)
    data = data_of(row)
    if kind == "json":
        return answer_json(data)
    if kind != "csv":
        raise Http404
    return answer_csv(table_of(data), row.name[:80])


def indicator_url(indicator):
    return reverse("followup:indicator_detail", args=[indicator.agreement.slug, indicator.key])


def indicator_frame(agreement, indicator=None, *trail):
    """The context of a page about the agreement's indicators, or about one of them; ``trail`` are names below it."""
    crumbs = [(_("Uppföljning"), reverse("followup:round_list", args=[agreement.slug]))]
    crumbs.append((_("Indikatorer"), reverse("followup:indicator_list", args=[agreement.slug])))
    if indicator:
        crumbs.append((indicator.name, indicator_url(indicator)))
    crumbs += [(name, "") for name in trail]
    crumbs[-1] = (crumbs[-1][0], "")
    is_example = agreement.is_example or bool(indicator and indicator.is_example)
    context = {**frame(agreement, *crumbs), "example": is_example, "lead": LEAD}
    if is_example and not agreement.is_example:
        context["example_text"] = _("Indikatorns värden är påhittade. Överenskommelsen är verklig.")
    return context


def editable_page(request, slug, indicator, name):
    """An indicator that the visitor may change, and the context of a page about it."""
    rows = Indicator.objects.select_related("agreement", "goal")
    row = get_editable(rows, request.user, agreement__slug=slug, key=indicator)
    agreement = agreement_of(request.user, row.agreement_id)
    return row, {**indicator_frame(agreement, row, name), "indicator": row, "back_url": indicator_url(row)}


def _goal(request):
    """The goal that the address asks for, as the page of goals links here; nothing else is taken from it."""
    text = request.GET.get("mal", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
