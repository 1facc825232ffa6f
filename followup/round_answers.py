"""Every answer of a round, chosen by status, area and party in the address: where each figure of the page leads.

``status`` is a status of reports, ``not_reported``, or ``on_track``, ``asks`` and ``late``; ``omrade`` and ``part`` are
keys. The answers to a page are the activities that have any, a fixed number at a time.
"""

from itertools import groupby

from django import forms
from django.core.paginator import Paginator
from django.db.models import Q
from django.shortcuts import render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.frame import visible_agreement
from followup.dashboard import NO_AREA, NO_AREA_NAME, Part
from followup.figures import read_figures
from followup.frame import round_frame
from followup.headline import ASKS, ON_TRACK
from followup.models import Report, Round
from followup.numbers import GROUPS
from followup.outcome import NOT_REPORTED, activities_of, area_key, kept_facts, numbers_of
from followup.shares import LABELS, ORDER, answers_by_status
from followup.shares import ON_TRACK as ON_TRACK_CODES
from lib.web import get_visible

AT_ONCE = 40  # activities on a page
LATE = "late"
CHOICES = {
    ON_TRACK: gettext_lazy("enligt plan"),
    **{str(code): LABELS[code] for code in ORDER},
    ASKS: gettext_lazy("ber rådet besluta"),
    LATE: gettext_lazy("kom efter sista dagen"),
}


class PartForm(forms.Form):
    """Which part of the round the address names; what the round does not have is as not said."""

    hide_optional = True
    omrade = forms.ChoiceField(label=gettext_lazy("Område"), required=False)
    part = forms.ChoiceField(label=gettext_lazy("Part"), required=False)

    def __init__(self, data, parts):
        super().__init__(data)
        for name, choices in self.choices_in(parts).items():
            self.fields[name].choices = [("", _("Alla")), *choices]
        self.is_valid()

    def choices_in(self, parts):
        """``parts`` holds (key, name) of the round's ``areas`` and ``parties``."""
        areas = [(key or NO_AREA, name or NO_AREA_NAME) for key, name in parts["areas"]]
        return {"omrade": areas, "part": parts["parties"]}

    @property
    def said(self):
        return {name: value for name, value in self.cleaned_data.items() if value}


class AnswerFilter(PartForm):
    """Which answers the address names."""

    status = forms.ChoiceField(label=gettext_lazy("Svar"), required=False)
    field_order = ("status", "omrade", "part")

    def choices_in(self, parts):
        named = [(code, capfirst(str(label))) for code, label in CHOICES.items()]
        return {"status": named, **super().choices_in(parts)}


def round_answers(request, slug, label):
    """Every answer of the round, or those that a figure counts, each leading to its report."""
    agreement = visible_agreement(request.user, slug)
    rounds = Round.objects.select_related("agreement", "meeting__body")
    round = get_visible(rounds, request.user, agreement=agreement, label=label)
    context = {**round_frame(agreement, round, (_("Svaren"), "")), **answers_page(round, request)}
    return render(request, "followup/round_answers.html", context)


def answers_page(round, request):
    """What the page shows: the ``filter``, how many answers it names, and a page of them by area."""
    figures = read_figures([round])[round.pk]
    parts = {name: [(row["key"], row["name"]) for row in figures[name]] for name in ("areas", "parties")}
    chosen = AnswerFilter(request.GET, parts)
    activities, numbers = chosen_answers(round, chosen.said)
    page = Paginator(activities, AT_ONCE).get_page(request.GET.get("sida"))
    part = Part.chosen(chosen.said, figures)
    kept = part.query(status=chosen.said.get("status"))  # goes along to a report and back
    return {
        "filter": chosen,
        "chosen": bool(chosen.said),
        "count": sum(len(row["reports"]) for row in activities),
        "total": figures["total"],
        "areas": shown_by_area(page.object_list, numbers, readable_in(page.object_list, request.user)),
        "page_obj": page,
        "query": kept[1:],
        "kept": kept,
        "filter_url": reverse("followup:round_answers", args=[round.agreement.slug, round.label]),
        "back": round.get_absolute_url() + part.query(),
    }


def chosen_answers(round, said):
    """(activities with those reports alone that ``said`` names, sums by activity): of the facts, or as it is now.

    Sums are of whole activities; where only some of the answers are shown there are none.
    """
    facts, whole = kept_facts(round), said.keys() <= {"omrade"}
    if facts is None:
        facts = {"activities": activities_of(round, _place(said)), "numbers": numbers_of(round) if whole else {}}
    parties = {row["party"]: row["key"] for row in facts.get("parties", ())}
    chosen = []
    for row in facts["activities"]:
        if said.get("omrade", area_key(row) or NO_AREA) == (area_key(row) or NO_AREA):
            reports = [report for report in row["reports"] if _is_named(report, said, parties)]
            chosen += [{**row, "reports": reports}] if reports else []
    return chosen, facts["numbers"] if whole else {}


def _place(said):
    """The area and the party that ``said`` names, as a Q."""
    named = Q()
    if area := said.get("omrade"):
        named &= Q(activity__area__isnull=True) if area == NO_AREA else Q(activity__area__key=area)
    return named & Q(party__key=said["part"]) if "part" in said else named


def _is_named(report, said, parties):
    status, party = said.get("status"), said.get("part")
    if party and parties.get(report["party"], party) != party:
        return False
    if status == ASKS:
        return bool(report.get("decision_asked"))
    if status == LATE:
        return report.get("late", False)
    code = report["status"] or NOT_REPORTED
    return code in ON_TRACK_CODES if status == ON_TRACK else status in (None, code)


def readable_in(activities, user):
    """The reports of ``activities`` that the user may open."""
    told = [report["report"] for row in activities for report in row["reports"]]
    return set(Report.objects.visible_to(user).submitted().filter(pk__in=told).order_by().values_list("pk", flat=True))


def shown_by_area(activities, numbers, readable):
    """(area, activities) in the plan's order; each activity with its ``answers`` by status and its ``counts``."""
    rows = []
    for row in activities:
        reports = [{**report, "readable": report["report"] in readable} for report in row["reports"]]
        sums = numbers.get(str(row["activity"]), {})
        counts = [{"label": GROUPS[group], **sums[group]} for group in GROUPS if group in sums]
        rows.append({**row, "answers": answers_by_status(reports), "counts": counts})
    return [(area, list(group)) for area, group in groupby(rows, key=lambda row: row["area"])]
