"""The tab of the action plans as it is read: the plans, and the views of an edition."""

from django.shortcuts import render
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from actionplans.fragment import rows_fragment
from actionplans.matrix import matrix_of
from actionplans.opened import OpenedEdition
from actionplans.reading import by_area, ended, plans_of, rows_of, standing
from actionplans.timeline import charts
from agreements.frame import frame
from agreements.models import Agreement
from lib.web import answer_unless_kept, get_visible


def plan_list(request, slug):
    """The agreement's plans with the editions the visitor may see."""
    agreement = get_visible(Agreement.objects.for_page(request.user), request.user, slug=slug)
    context = {
        **frame(agreement, (capfirst(agreement.plan_word), "")),
        "plans": plans_of(agreement, request.user),
    }
    return render(request, "actionplans/plan_list.html", context)


def edition_detail(request, slug, plan, label):
    """One edition with its activities by area, at an address that stays."""
    opened = OpenedEdition(request.user, slug, plan, label)

    def answer():
        shown = {"neighbours": opened.neighbours(), "rows": rows_fragment(opened.edition)}
        return render(request, "actionplans/edition_detail.html", {**opened.frame(), **shown})

    return answer_unless_kept(request, opened.facts, answer) if opened.is_public else answer()


def edition_timeline(request, slug, plan, label):
    """The edition's activities in time, by area or by who is responsible (``?visa=part``)."""
    opened = OpenedEdition(request.user, slug, plan, label)
    per = "part" if request.GET.get("visa") == "part" else "omrade"
    rows = standing(rows_of(opened.edition))
    shown = {"per": per, "charts": charts(opened.edition, rows, per=per, today=timezone.localdate())}
    return render(request, "actionplans/edition_timeline.html", {**opened.frame((_("Tidslinje"), "")), **shown})


def edition_matrix(request, slug, plan, label):
    """How many activities each party has in each area, and which."""
    opened = OpenedEdition(request.user, slug, plan, label)
    context = opened.frame((_("Matris"), ""))
    matrix = matrix_of(context["agreement"], standing(rows_of(opened.edition)))
    return render(
        request, "actionplans/edition_matrix.html", {**context, "url": opened.edition.get_absolute_url(), **matrix}
    )


def edition_print(request, slug, plan, label):
    """The whole edition in one table, made for paper."""
    opened = OpenedEdition(request.user, slug, plan, label)
    rows = rows_of(opened.edition)
    shown = {"areas": by_area(standing(rows)), "standing": len(standing(rows)), "ended": ended(rows)}
    return render(request, "actionplans/edition_print.html", {**opened.frame((_("Utskrift"), "")), **shown})
