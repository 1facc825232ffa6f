"""The tab of the action plans as it is read: the plans, and the views of an edition."""

from django.shortcuts import render
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from actionplans.fragment import rows_fragment
from actionplans.frame import edition_frame
from actionplans.matrix import matrix_of
from actionplans.models import Edition
from actionplans.reading import by_area, ended, neighbours_of, plans_of, rows_of, standing
from actionplans.timeline import charts
from agreements.frame import frame
from agreements.models import Agreement
from lib.web import answer_unless_kept, get_listed, get_visible
from parties.rights import hats_of


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
    edition, editions, context = _edition(request, slug, plan, label)
    hats = hats_of(request.user)

    def answer():
        shown = {"neighbours": neighbours_of(edition, editions), "rows": rows_fragment(edition), "hats": hats}
        return render(request, "actionplans/edition_detail.html", {**context, **shown})

    if not (edition.plan.agreement.is_published and all(row.is_frozen for row in editions)):
        return answer()  # the page is not public, or leads to a draft
    worn = [(hat.pk, hat.role, hat.party.name) for hat in hats]
    read = [row.as_read() for row in editions]
    return answer_unless_kept(request, (timezone.localdate(), edition.can_edit, worn, read), answer)


def edition_timeline(request, slug, plan, label):
    """The edition's activities in time, by area or by who is responsible (``?visa=part``)."""
    edition, _editions, context = _edition(request, slug, plan, label, (_("Tidslinje"), ""))
    per = "part" if request.GET.get("visa") == "part" else "omrade"
    rows = standing(rows_of(edition))
    context |= {"per": per, "charts": charts(edition, rows, per=per, today=timezone.localdate())}
    return render(request, "actionplans/edition_timeline.html", context)


def edition_matrix(request, slug, plan, label):
    """How many activities each party has in each area, and which."""
    edition, _editions, context = _edition(request, slug, plan, label, (_("Matris"), ""))
    context |= {"url": edition.get_absolute_url(), **matrix_of(context["agreement"], standing(rows_of(edition)))}
    return render(request, "actionplans/edition_matrix.html", context)


def edition_print(request, slug, plan, label):
    """The whole edition in one table, made for paper."""
    edition, _editions, context = _edition(request, slug, plan, label, (_("Utskrift"), ""))
    rows = rows_of(edition)
    context |= {"areas": by_area(standing(rows)), "standing": len(standing(rows)), "ended": ended(rows)}
    return render(request, "actionplans/edition_print.html", context)


def _edition(request, slug, plan, label, *trail):
    """An edition that the visitor may read, those of its plan that are read too, and the context of a page."""
    of_plan = Edition.objects.filter(plan__agreement__slug=slug, plan__key=plan).visible_to(request.user)
    editions = list(of_plan.for_reading(request.user))
    edition = get_listed(editions, label=label)
    agreement = edition.plan.agreement
    agreement.can_edit = edition.can_edit
    return edition, editions, edition_frame(agreement, edition, *trail)
