"""From proposal to plan: ranking by the members of the preparing body, merging, accepting, declining.

Everything that decides holds the proposals first, so that what is accepted twice becomes one activity.
"""

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from actionplans.comments import SENT_AGAIN
from actionplans.editing import add_activity
from actionplans.models import ActionPlan, Activity, Edition, Proposal, ProposalRank
from actionplans.models.voices import actors_spoken_for, own_bodies
from agreements.models import Actor
from lib.db import Frozen, VersionConflict
from parties.models import Membership

WAITING = Q(proposals__submitted_at__isnull=False, proposals__outcome="")
CARRIED = ("title", "description", "desired_effect", "area", "collaboration_area", "responsible", "proposed_by")


def actors_to_propose_for(plan, user):
    """Whom ``user`` may propose for in ``plan``: the party or body acted for, and for coordinators anybody."""
    actors = Actor.objects.filter(agreement=plan.agreement_id)
    if ActionPlan.objects.editable_by(user).filter(pk=plan.pk).exists():
        return actors
    return actors.filter(pk__in=actors_spoken_for(user).values("pk"))


def plans_to_rank(user):
    """The plans whose proposals the person ranks, as a member of the body that prepares them."""
    return ActionPlan.objects.visible_to(user).filter(managed_by__body__in=own_bodies(user).values("pk"))


def plans_awaiting_rank(user):
    """The plans with proposals that the person has still to rank; ``unranked`` says how many."""
    ranked = ProposalRank.objects.filter(user__pk=user.pk).values("proposal")
    unranked = Count("proposals", filter=WAITING & ~Q(proposals__in=ranked))
    return plans_to_rank(user).annotate(unranked=unranked).filter(unranked__gt=0).select_related("agreement")


def plans_awaiting_decision(user):
    """The plans with proposals that the person has to decide; ``waiting`` says how many."""
    plans = ActionPlan.objects.editable_by(user).annotate(waiting=Count("proposals", filter=WAITING))
    return plans.filter(waiting__gt=0).select_related("agreement")


def open_drafts(plan):
    """The draft editions of the plan, where accepted proposals can land; the next period's first."""
    return Edition.objects.filter(plan=plan, state=Edition.State.DRAFT).order_by("starts_on", "pk")


@transaction.atomic
def save_proposal(*, form, by, submit):
    """Save the form's draft and hand it in if asked to, or if it is written on behalf of somebody else.

    A coordinator's text in another authority's name is never a draft there: nobody would know whose it is, and who
    reads it. Raises Frozen when a colleague has handed in meanwhile, VersionConflict when one has saved.
    """
    if not form.is_new:
        Proposal.lock_draft(form.instance.pk)
    elif sent := _sent_again(form, by):
        return sent
    proposal = form.save()
    if submit or not Proposal.objects.spoken_for_by(by).filter(pk=proposal.pk).exists():
        proposal.submit(by=by)
    return proposal


@transaction.atomic
def remove_draft(*, proposal, version):
    """Remove a draft with its comments. Raises Frozen when it is handed in, VersionConflict when it is newer."""
    Proposal.lock_draft(proposal.pk).delete_version(version)


def _sent_again(form, by):
    """The proposal that the same form made a moment ago; a page that is slow to answer is sent twice."""
    ActionPlan.objects.select_for_update(no_key=True).get(pk=form.instance.plan_id)
    moment = timezone.now() - SENT_AGAIN
    made = Proposal.history.filter(history_type="+", history_date__gt=moment, plan=form.instance.plan_id)
    same = {name: getattr(form.instance, name) for name in form.cleaned_data}
    return Proposal.objects.filter(pk__in=made.values("id"), author=by, **same).first()


@transaction.atomic
def accept(*, proposal, edition, by, version, reason=""):
    """Let the proposal become an activity of the draft ``edition``, and return the activity.

    Raises Frozen when it is decided already or the edition is no draft any more, VersionConflict when its text has
    changed since ``version``.
    """
    held = Proposal.lock_waiting(proposal.pk)[proposal.pk]
    if held.version != version:
        raise VersionConflict(held)
    if not open_drafts(held.plan_id).filter(pk=edition.pk).exists():
        raise Frozen(_("Versionen är inte längre ett utkast. Välj ett annat utkast."))
    fields = {name: getattr(held, name) for name in CARRIED}
    activity = add_activity(edition=edition, by=by, origin=Activity.Origin.PROPOSED, **fields)
    held.decide(Proposal.Outcome.ACCEPTED, by=by, reason=reason, activity=activity)
    held.merged.update(activity=activity)
    return activity


@transaction.atomic
def decline(*, proposal, by, version, reason):
    """Decline the proposal for a reason that the proposer reads. Raises as ``accept`` does."""
    held = Proposal.lock_waiting(proposal.pk)[proposal.pk]
    if held.version != version:
        raise VersionConflict(held)
    held.decide(Proposal.Outcome.DECLINED, by=by, reason=reason)
    return held


@transaction.atomic
def merge(*, leading, others, versions, by, reason="", **texts):
    """Make several waiting proposals one: ``leading`` goes on with ``texts``, the ``others`` point to it.

    ``versions`` holds the version that was read of each. Raises Frozen when one of them is decided or has another text
    by now. What was merged into the others before follows along.
    """
    held = Proposal.lock_waiting(leading.pk, *[other.pk for other in others])
    for proposal in held.values():
        if proposal.version != versions[proposal.pk]:
            told = {"title": proposal.title}
            raise Frozen(_("”%(title)s” har fått ny text medan du skrev. Läs den och spara igen.") % told)
    leading = held.pop(leading.pk)
    for name, text in texts.items():
        setattr(leading, name, text)
    leading.save_version(leading.version)
    for other in held.values():
        other.merged.update(merged_into=leading)
        other.decide(Proposal.Outcome.MERGED, by=by, reason=reason, merged_into=leading)
    return leading


@transaction.atomic
def rank(*, plan, by, order):
    """Put the person's waiting proposals in ``order``, a list of their ids; what it lacks is unplaced.

    What is no longer waiting is passed over.
    """
    waiting = set(
        Proposal.objects.select_for_update(no_key=True).filter(plan=plan).waiting().values_list("pk", flat=True)
    )
    ProposalRank.objects.filter(user=by, proposal__in=waiting).delete()
    placed = [pk for pk in order if pk in waiting]
    ProposalRank.objects.bulk_create(
        ProposalRank(proposal_id=pk, user=by, rank=number) for number, pk in enumerate(placed, 1)
    )


@dataclass
class Standing:
    """Where a proposal stands: ``place`` is shared by equals, ``mean`` is None where nobody has ranked anything."""

    place: int | None
    mean: Fraction | None
    placed_by: int


@dataclass
class Standings:
    """The result of the ranking. ``members`` could have ranked, ``ranked`` have."""

    members: int
    ranked: int
    of: dict


def standings(plan):
    """The waiting proposals of ``plan`` as the preparing body's members have ranked them.

    The rule: each member puts as many as they like in order, and each proposal gets its place in that order. What a
    member left unplaced shares the places that are left: who places two of six gives the other four place 4.5 each,
    the mean of 3, 4, 5 and 6. So it costs nothing to leave out what one cannot judge, and nothing is won by it. A
    proposal stands where the mean of its places puts it; equal means share a place. Those count who have placed at
    least one and are members today. When a proposal is decided, those after it move up.
    """
    waiting = list(
        Proposal.objects.filter(plan=plan).waiting().order_by("submitted_at", "pk").values_list("pk", flat=True)
    )
    members = set(_members(plan))
    ballots = defaultdict(list)
    ranks = ProposalRank.objects.filter(proposal__in=waiting, user__in=members).order_by("rank", "pk")
    for user, proposal in ranks.values_list("user", "proposal"):
        ballots[user].append(proposal)
    means = {pk: mean_place(pk, ballots.values(), len(waiting)) for pk in waiting}
    known = sorted(mean for mean in means.values() if mean is not None)
    of = {
        pk: Standing(
            place=None if mean is None else known.index(mean) + 1,
            mean=mean,
            placed_by=sum(pk in ballot for ballot in ballots.values()),
        )
        for pk, mean in means.items()
    }
    return Standings(members=len(members), ranked=len(ballots), of=of)


def mean_place(pk, ballots, count):
    """The mean of a proposal's places on the ballots, each a list in order, among ``count``; None without ballots."""
    if not ballots:
        return None
    places = [
        Fraction(ballot.index(pk) + 1) if pk in ballot else Fraction(len(ballot) + 1 + count, 2) for ballot in ballots
    ]
    return sum(places) / len(places)


def _members(plan):
    """The ids of those who hold a seat in the preparing body today."""
    if not plan.managed_by_id:
        return []
    seated = Membership.objects.active().filter(
        group__bodygroupobjectpermission__content_object=plan.managed_by.body_id
    )
    return seated.values_list("user", flat=True)
