"""The life of plans and editions: made, described, proposed, taken back and deleted. Adoption stands in followup."""

from copy import copy

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from actionplans.checks import Unready
from actionplans.edition_forms import EditionDeleteForm, EditionForm, PlanForm, WithdrawForm
from actionplans.frame import edition_frame
from actionplans.models import ActionPlan, ActivityFile, Comment, Edition, InternalNote
from actionplans.services import delete_edition, propose_edition, save_edition
from agreements.frame import agreement_of, editable_agreement, frame
from lib.db import Frozen
from lib.forms import answer_form
from lib.web import get_editable


def plan_create(request, slug):
    """Add a plan to the agreement; its first edition comes next."""
    agreement = editable_agreement(request.user, slug)
    form = PlanForm(request.POST or None, agreement=agreement)
    return _answer_plan(
        request,
        form,
        "actionplans/plan_create.html",
        _("Ny plan"),
        url=lambda plan: reverse("followup:edition_create", args=[slug, plan.key]),
    )


def plan_edit(request, slug, plan):
    """Change what a plan is called, what it is about and which bodies have to do with it."""
    plan = get_editable(ActionPlan.objects.select_related("agreement"), request.user, agreement__slug=slug, key=plan)
    agreement = agreement_of(request.user, plan.agreement_id)
    form = PlanForm(request.POST or None, instance=plan, agreement=agreement)
    return _answer_plan(request, form, "actionplans/plan_edit.html", str(plan))


def edition_describe(request, slug, plan, label):
    """Change an edition's label and period until it is adopted."""
    edition, context = _edition(request, slug, plan, label, _("Uppgifter"))
    form = EditionForm(request.POST or None, instance=copy(edition))  # the page's own addresses stay what they are
    return answer_form(
        request,
        form,
        "actionplans/edition_describe.html",
        context,
        url=Edition.get_absolute_url,
        save=lambda: save_edition(form=form),
    )


def edition_delete(request, slug, plan, label):
    """Delete a draft after reading what disappears with it."""
    edition, context = _edition(request, slug, plan, label, _("Ta bort"))
    form = EditionDeleteForm(request.POST or None, instance=edition)
    return answer_form(
        request,
        form,
        "actionplans/edition_delete.html",
        {**context, "going": _going(edition)},
        url=reverse("actionplans:plan_list", args=[slug]),
        save=lambda: delete_edition(edition=edition, version=form.cleaned_data["version"], by=request.user),
        done=_("%(edition)s är borttagen.") % {"edition": edition},
    )


@require_POST
def edition_propose(request, slug, plan, label):
    """Let the parties and bodies read the draft; where something stops it, show what."""
    edition, context = _edition(request, slug, plan, label, _("Föreslå"))
    try:
        propose_edition(edition=edition, by=request.user)
    except Unready as unready:
        context |= {"findings": unready.findings}
        return render(request, "actionplans/edition_propose.html", context, status=422)
    except Frozen as frozen:
        messages.error(request, str(frozen))
    else:
        messages.success(request, _("Versionen är föreslagen. Nu kan parterna och organen läsa och kommentera den."))
    return redirect(edition)


@require_POST
def edition_withdraw(request, slug, plan, label):
    """Make a proposed edition a draft again."""
    edition, _context = _edition(request, slug, plan, label)
    form = WithdrawForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    try:
        edition.withdraw(by=request.user, reason=reason)
    except Frozen as frozen:
        messages.error(request, str(frozen))
    else:
        messages.success(request, _("Versionen är ett utkast igen. Bara samordnarna kan läsa den."))
    return redirect(edition)


def _edition(request, slug, plan, label, *trail):
    """An edition that the visitor may change, and the context of a page about it."""
    place = {"plan__agreement__slug": slug, "plan__key": plan, "label": label}
    edition = get_editable(Edition.objects.for_page(), request.user, **place)
    agreement = agreement_of(request.user, edition.plan.agreement_id)
    return edition, edition_frame(agreement, edition, *((name, "") for name in trail))


def _answer_plan(request, form, template, heading, url=None):
    agreement = form.scope["agreement"]
    back = reverse("actionplans:plan_list", args=[agreement.slug])
    context = frame(agreement, (capfirst(agreement.plan_word), back), (heading, ""))
    return answer_form(request, form, template, {**context, "heading": heading, "back_url": back}, url=url or back)


def _going(edition):
    """What is deleted along with the edition: how many of each kind."""
    inside = {"activity__edition": edition}
    return {
        "activities": list(edition.activities.for_table()),
        "files": ActivityFile.objects.filter(**inside).count(),
        "comments": Comment.objects.filter(**inside).count(),
        "notes": InternalNote.objects.filter(**inside).exclude(text="").count(),
    }
