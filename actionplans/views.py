"""The tab of the action plans: the plans, one edition, one activity."""

from django.shortcuts import render
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from actionplans.forms import ActivityForm
from actionplans.frame import edition_frame
from actionplans.matrix import matrix_of
from actionplans.models import Activity, Edition
from actionplans.reading import by_area, ended, neighbours_of, plans_of, rows_fragment, rows_of, standing
from actionplans.timeline import charts
from agreements.frame import frame
from agreements.models import Agreement
from lib.forms import answer_form
from lib.web import get_editable, get_visible


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
    edition, context = _edition(request, slug, plan, label)
    context |= {"neighbours": neighbours_of(edition, request.user), "rows": rows_fragment(edition)}
    return render(request, "actionplans/edition_detail.html", context)


def edition_timeline(request, slug, plan, label):
    """The edition's activities in time, by area or by who is responsible (``?visa=part``)."""
    edition, context = _edition(request, slug, plan, label, (_("Tidslinje"), ""))
    per = "part" if request.GET.get("visa") == "part" else "omrade"
    rows = standing(rows_of(edition))
    context |= {"per": per, "charts": charts(edition, rows, per=per, today=timezone.localdate())}
    return render(request, "actionplans/edition_timeline.html", context)


def edition_matrix(request, slug, plan, label):
    """How many activities each party has in each area, and which."""
    edition, context = _edition(request, slug, plan, label, (_("Matris"), ""))
    context |= {"url": edition.get_absolute_url(), **matrix_of(context["agreement"], standing(rows_of(edition)))}
    return render(request, "actionplans/edition_matrix.html", context)


def edition_print(request, slug, plan, label):
    """The whole edition in one table, made for paper."""
    edition, context = _edition(request, slug, plan, label, (_("Utskrift"), ""))
    rows = rows_of(edition)
    context |= {"areas": by_area(standing(rows)), "standing": len(standing(rows)), "ended": ended(rows)}
    return render(request, "actionplans/edition_print.html", context)


def activity_create(request, slug, plan, label):
    """Add an activity to an edition that is not adopted."""
    edition = get_editable(Edition.objects.for_page(), request.user, **_place(slug, plan, label))
    form = ActivityForm(request.POST or None, edition=edition)
    return _answer(request, form, edition, _("Ny aktivitet"))


def activity_edit(request, slug, plan, label, pk):
    """Change an activity of an edition that is not adopted."""
    place = {f"edition__{name}": value for name, value in _place(slug, plan, label).items()}
    activity = get_editable(Activity.objects.select_related("edition__plan__agreement"), request.user, pk=pk, **place)
    form = ActivityForm(request.POST or None, instance=activity)
    return _answer(request, form, activity.edition, str(activity))


def _edition(request, slug, plan, label, *trail):
    """An edition that the visitor may read, and the context of a page about it."""
    edition = get_visible(Edition.objects.for_page(), request.user, **_place(slug, plan, label))
    agreement = Agreement.objects.for_page(request.user).get(pk=edition.plan.agreement_id)
    return edition, edition_frame(agreement, edition, *trail)


def _place(slug, plan, label):
    return {"plan__agreement__slug": slug, "plan__key": plan, "label": label}


def _answer(request, form, edition, heading):
    agreement = Agreement.objects.for_page(request.user).get(pk=edition.plan.agreement_id)
    context = {**edition_frame(agreement, edition, (heading, "")), "heading": heading}
    return answer_form(
        request,
        form,
        "actionplans/activity_edit.html",
        context,
        url=lambda row: f"{edition.get_absolute_url()}#a{row.pk}",
    )
