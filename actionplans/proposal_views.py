"""Proposals to a plan: the list, one of them, writing and handing in, ranking, merging and deciding."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from actionplans.comment_views import address_of, post_comment, talk
from actionplans.models import ActionPlan, Proposal, ProposalRank
from actionplans.proposal_forms import AcceptForm, DeclineForm, MergeForm, ProposalFilter, ProposalForm, RankForm
from actionplans.proposal_frame import (
    events_of,
    proposal_frame,
    proposal_url,
    proposals_frame,
    proposals_url,
    text_as_handed_in,
)
from actionplans.proposing import (
    accept,
    actors_to_propose_for,
    decline,
    open_drafts,
    plans_to_rank,
    rank,
    remove_draft,
    save_proposal,
    standings,
)
from agreements.frame import agreement_of
from agreements.models import Agreement
from lib.db import Frozen, VersionConflict
from lib.forms import VersionField, answer_form
from lib.web import get_editable, get_visible


def proposal_list(request, slug, plan):
    """The proposals the person reads: drafts, those that wait, with the result of the ranking, and the decided."""
    plan = _shared_plan(request, slug, plan)
    filters = ProposalFilter(request.GET, plan=plan)
    proposals = list(filters.apply(Proposal.objects.visible_to(request.user).filter(plan=plan).for_list()))
    result = standings(plan) if may_see_standings(request.user, plan) else None
    context = {
        **proposals_frame(_agreement(request, plan), plan),
        "filters": filters,
        "drafts": [proposal for proposal in proposals if proposal.state == "draft"],
        "waiting": with_standings([proposal for proposal in proposals if proposal.state == "submitted"], result),
        "decided": [proposal for proposal in proposals if proposal.outcome],
        "result": result,
        "can_propose": actors_to_propose_for(plan, request.user).exists(),
        "can_rank": plans_to_rank(request.user).filter(pk=plan.pk).exists(),
    }
    return render(request, "actionplans/proposal_list.html", context)


def proposal_create(request, slug, plan):
    """Write a proposal for one's own party or body; coordinators also for somebody else."""
    plan = _shared_plan(request, slug, plan)
    if not actors_to_propose_for(plan, request.user).exists():
        raise PermissionDenied
    form = ProposalForm(request.POST or None, plan=plan, author=request.user)
    context = {
        **proposals_frame(_agreement(request, plan), plan, (_("Nytt förslag"), "")),
        "heading": _("Nytt förslag"),
    }
    return _answer_proposal(request, form, context)


def proposal_detail(request, slug, plan, pk):
    """One proposal: its text, what is said about it, what has happened, where it stands and what became of it."""
    return _show(request, _proposal(request, slug, plan, pk))


def proposal_edit(request, slug, plan, pk):
    """Change a draft. Who was too late to change it keeps the text."""
    proposal = _proposal(request, slug, plan, pk)
    if not Proposal.objects.spoken_for_by(request.user).filter(pk=pk).exists():
        raise PermissionDenied
    if proposal.submitted_at and request.method != "POST":
        messages.info(request, _("Förslaget är inlämnat och kan inte ändras. Skriv en kommentar om något är fel."))
        return redirect(proposal_url(proposal))
    form = ProposalForm(request.POST or None, instance=proposal)
    context = proposal_frame(_agreement(request, proposal.plan), proposal, (_("Ändra"), ""))
    return _answer_proposal(request, form, {**context, "heading": _("Ändra förslaget")})


@require_POST
def proposal_submit(request, slug, plan, pk):
    """Hand in a saved draft."""
    proposal = _proposal(request, slug, plan, pk)
    if not Proposal.objects.spoken_for_by(request.user).filter(pk=pk).exists():
        raise PermissionDenied
    try:
        proposal.submit(by=request.user, version=VersionField().clean(request.POST.get("version")))
    except VersionConflict:
        messages.warning(request, _("En kollega har sparat en nyare text. Läs den, och lämna in igen."))
    except Frozen as frozen:
        messages.warning(request, str(frozen))
    else:
        messages.success(request, _("Förslaget är inlämnat. Nu läser samordnarna och de som bereder planen det."))
    return redirect(proposal_url(proposal))


def proposal_delete(request, slug, plan, pk):
    """Ask, and remove a draft."""
    proposal = _proposal(request, slug, plan, pk)
    if not Proposal.objects.spoken_for_by(request.user).filter(pk=pk).exists():
        raise PermissionDenied
    if request.method != "POST" and not proposal.submitted_at:
        context = proposal_frame(_agreement(request, proposal.plan), proposal, (_("Ta bort"), ""))
        return render(request, "actionplans/proposal_delete.html", context)
    try:
        remove_draft(proposal=proposal, version=VersionField().clean(request.POST.get("version")))
    except VersionConflict:
        messages.warning(request, _("En kollega har sparat en nyare text. Läs den innan du tar bort utkastet."))
    except Frozen:
        messages.warning(request, _("Förslaget är inlämnat och kan inte tas bort."))
    else:
        messages.success(request, _("Utkastet togs bort."))
        return redirect(proposals_url(proposal.plan))
    return redirect(proposal_url(proposal))


@require_POST
def proposal_comment(request, slug, plan, pk):
    """Say something about a proposal, or reply."""
    proposal = _proposal(request, slug, plan, pk)
    form, saved = post_comment(request, proposal)
    if request.htmx:
        return render(request, "actionplans/_comment_list.html", talk(request, proposal, form))
    return redirect(address_of(proposal, saved)) if saved else _show(request, proposal, form)


def proposal_rank(request, slug, plan):
    """A member of the preparing body puts what waits in order."""
    plan = _shared_plan(request, slug, plan)
    if not plans_to_rank(request.user).filter(pk=plan.pk).exists():
        raise PermissionDenied
    form = RankForm(request.POST or None, proposals=my_order(plan, request.user))
    if request.method == "POST" and form.is_valid():
        rank(plan=plan, by=request.user, order=form.order())
        move, pk = form.move()
        if not move:
            messages.success(request, _("Din ordning är sparad."))
        return redirect(f"{request.path}?nyss={move}-{pk}#f{pk}" if move else request.path)
    context = {
        **proposals_frame(_agreement(request, plan), plan, (_("Rangordna"), "")),
        "form": form,
        "result": standings(plan),
        "just": request.GET.get("nyss", ""),
    }
    return render(request, "actionplans/proposal_rank.html", context)


def proposal_merge(request, slug, plan):
    """Make several waiting proposals one."""
    plan = get_editable(_shared_plans(request.user), request.user, agreement__slug=slug, key=plan)
    chosen = [pk for pk in (request.POST or request.GET).getlist("forslag") if pk.isdecimal() and len(pk) < 19]
    proposals = Proposal.objects.filter(plan=plan, pk__in=chosen).waiting().select_related("proposed_by", "area")
    proposals = with_standings(list(proposals), standings(plan))
    if len(proposals) < 2:
        messages.warning(request, _("Markera minst två förslag som väntar på beslut."))
        return redirect(proposals_url(plan))
    form = MergeForm(request.POST or None, proposals=proposals)
    context = {
        **proposals_frame(_agreement(request, plan), plan, (_("Slå samman"), "")),
        "proposals": proposals,
    }
    return answer_form(
        request, form, "actionplans/proposal_merge.html", context,
        url=proposal_url, save=lambda: form.merge(by=request.user),
    )  # fmt: skip


def proposal_accept(request, slug, plan, pk):
    """Let a proposal become an activity of a draft edition."""
    proposal = _proposal_to_decide(request, slug, plan, pk)
    if proposal.outcome:
        return _already_decided(request, proposal)
    form = AcceptForm(request.POST or None, instance=proposal)
    context = proposal_frame(_agreement(request, proposal.plan), proposal, (_("Anta"), ""))
    context["has_draft"] = open_drafts(proposal.plan_id).exists()
    return answer_form(
        request,
        form,
        "actionplans/proposal_accept.html",
        context,
        url=proposal_url(proposal),
        save=lambda: accept(
            proposal=proposal,
            edition=form.cleaned_data["edition"],
            by=request.user,
            version=form.cleaned_data["version"],
            reason=form.cleaned_data["outcome_reason"],
        ),
    )


def proposal_decline(request, slug, plan, pk):
    """Decline a proposal for a reason."""
    proposal = _proposal_to_decide(request, slug, plan, pk)
    if proposal.outcome:
        return _already_decided(request, proposal)
    form = DeclineForm(request.POST or None, instance=proposal)
    context = proposal_frame(_agreement(request, proposal.plan), proposal, (_("Avböj"), ""))
    return answer_form(
        request,
        form,
        "actionplans/proposal_decline.html",
        context,
        url=proposal_url(proposal),
        save=lambda: decline(
            proposal=proposal,
            by=request.user,
            version=form.cleaned_data["version"],
            reason=form.cleaned_data["outcome_reason"],
        ),
    )


def may_see_standings(user, plan):
    """Coordinators and the members who rank see the result, also before they have ranked."""
    ranked = plans_to_rank(user).filter(pk=plan.pk).exists()
    return ranked or ActionPlan.objects.editable_by(user).filter(pk=plan.pk).exists()


def with_standings(proposals, result):
    """The proposals with their ``standing``, the first placed first; without a result the first handed in first."""
    proposals.sort(key=lambda proposal: (proposal.submitted_at, proposal.pk))
    for proposal in proposals:
        proposal.standing = result.of.get(proposal.pk) if result else None
    return sorted(proposals, key=lambda proposal: (proposal.standing and proposal.standing.place) or len(proposals) + 1)


def my_order(plan, user):
    """What waits, with the person's own ``rank``: the placed in order, then the rest as they were handed in."""
    ranks = dict(ProposalRank.objects.filter(user=user, proposal__plan=plan).values_list("proposal", "rank"))
    proposals = Proposal.objects.filter(plan=plan).waiting().select_related("proposed_by", "area")
    proposals = sorted(
        proposals.order_by("submitted_at", "pk"), key=lambda row: (row.pk not in ranks, ranks.get(row.pk))
    )
    for number, proposal in enumerate(proposals, 1):
        proposal.rank = number if proposal.pk in ranks else None
    return proposals


def _shared_plans(user):
    """The plans whose proposals the person may come to: of agreements shared with them."""
    shared = Agreement.objects.shared_with(user)
    return ActionPlan.objects.filter(agreement__in=shared.values("pk")).select_related("agreement", "managed_by__body")


def _shared_plan(request, slug, plan):
    return get_visible(_shared_plans(request.user), request.user, agreement__slug=slug, key=plan)


def _proposal(request, slug, plan, pk):
    place = {"plan__agreement__slug": slug, "plan__key": plan}
    return get_visible(Proposal.objects.for_page(), request.user, pk=pk, **place)


def _proposal_to_decide(request, slug, plan, pk):
    """The proposal, for a coordinator of its plan; what is still a draft is seen by its own coordinators only."""
    proposal = _proposal(request, slug, plan, pk)
    get_editable(ActionPlan.objects, request.user, pk=proposal.plan_id)
    if not proposal.submitted_at:
        raise PermissionDenied
    return proposal


def _already_decided(request, proposal):
    told = {"outcome": proposal.get_outcome_display(), "who": proposal.decided_by or _("någon")}
    messages.info(request, _("Förslaget är redan avgjort: %(outcome)s av %(who)s.") % told)
    return redirect(proposal_url(proposal))


def _agreement(request, plan):
    return agreement_of(request.user, plan.agreement_id)


def _answer_proposal(request, form, context):
    return answer_form(
        request,
        form,
        "actionplans/proposal_edit.html",
        context,
        url=proposal_url,
        save=lambda: save_proposal(form=form, by=request.user, submit="submit" in request.POST),
    )


def _show(request, proposal, posted=None):
    """The page of one proposal; ``posted`` is a comment that was refused."""
    user, plan = request.user, proposal.plan
    mine = Proposal.objects.spoken_for_by(user).filter(pk=proposal.pk).exists()
    shows_result = proposal.state == "submitted" and may_see_standings(user, plan)
    result = standings(plan) if shows_result else None
    context = {
        **proposal_frame(_agreement(request, plan), proposal),
        **talk(request, proposal, posted),
        "events": events_of(proposal),
        "handed_in": text_as_handed_in(proposal),
        "sees_merged_into": Proposal.objects.visible_to(user).filter(pk=proposal.merged_into_id).exists(),
        "result": result,
        "standing": result and result.of.get(proposal.pk),
        "is_mine": mine,
        "is_draft": not proposal.submitted_at,
        "can_decide": proposal.state == "submitted"
        and ActionPlan.objects.editable_by(user).filter(pk=plan.pk).exists(),
    }
    return render(request, "actionplans/proposal_detail.html", context)
