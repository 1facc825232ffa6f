"""The tab of the action plans as it is read: the plans, and the views of an edition."""

from functools import partial

from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from actionplans.fragment import kept_fragment, rows_fragment
from actionplans.matrix import expansions, matrix_of
from actionplans.models import Activity
from actionplans.opened import OpenedEdition
from actionplans.reading import by_area, ended, plans_of, rows_of, standing
from actionplans.timeline import charts
from agreements.frame import frame, visible_agreement
from lib.web import answer_unless_kept, get_visible


def plan_list(request, slug):
    """The agreement's plans with the editions the visitor may see."""
    agreement = visible_agreement(request.user, slug)
    context = {
        **frame(agreement, (capfirst(agreement.plan_word), "")),
        "plans": plans_of(agreement, request.user),
    }
    return render(request, "actionplans/plan_list.html", context)


def edition_detail(request, slug, plan, label):
    """One edition with its activities by area, at an address that stays."""
    opened = OpenedEdition(request.user, slug, plan, label)

    def drawn():
        context = {**opened.frame(), "neighbours": opened.neighbours()}
        return render(request, "actionplans/edition_detail.html", context)

    def answer():
        return opened.answer(request, drawn, part=rows_fragment(opened.edition))

    return answer_unless_kept(request, opened.facts, answer) if opened.is_public else answer()


def activity_whole(request, slug, plan, label, pk):
    """From a row of an edition to its activity through all editions: hundreds of rows lead there by a short address."""
    place = {"edition__plan__agreement__slug": slug, "edition__plan__key": plan, "edition__label": label}
    activity = get_visible(Activity.objects.all(), request.user, **place, pk=pk)
    return redirect("followup:lineage_detail", slug, plan, activity.lineage)


def edition_timeline(request, slug, plan, label):
    """The edition's activities in time, by area or by who is responsible (``?visa=part``)."""
    opened = OpenedEdition(request.user, slug, plan, label)
    edition, per = opened.edition, "part" if request.GET.get("visa") == "part" else "omrade"

    def context_of():
        rows = standing(rows_of(edition))
        return {"per": per, "charts": charts(edition, rows, per=per, today=timezone.localdate())}

    period = edition.starts_on, edition.ends_on
    part = kept_fragment(edition, "actionplans/_edition_charts.html", context_of, per, period)
    return opened.answer(
        request, partial(opened.page, request, "actionplans/edition_timeline.html", _("Tidslinje")), part=part
    )


def edition_matrix(request, slug, plan, label):
    """How many activities each party has in each area, and which."""
    opened = OpenedEdition(request.user, slug, plan, label)
    edition = opened.edition
    stands_for = expansions(edition.plan.agreement)

    def context_of():
        return matrix_of(stands_for, standing(rows_of(edition)))

    part = kept_fragment(edition, "actionplans/_edition_matrix.html", context_of, stands_for)
    return opened.answer(
        request, partial(opened.page, request, "actionplans/edition_matrix.html", _("Matris")), part=part
    )


def edition_print(request, slug, plan, label):
    """The whole edition in one table, made for paper."""
    opened = OpenedEdition(request.user, slug, plan, label)
    edition = opened.edition

    def context_of():
        rows = rows_of(edition)
        shown = {"areas": by_area(standing(rows)), "standing": len(standing(rows)), "ended": ended(rows)}
        return {"edition": edition, "agreement": edition.plan.agreement, **shown}

    part = kept_fragment(edition, "actionplans/_edition_paper.html", context_of, edition.plan.managed_by_id)
    return opened.answer(
        request, partial(opened.page, request, "actionplans/edition_print.html", _("Utskrift")), part=part
    )
