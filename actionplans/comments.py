"""What people say about an activity or a proposal: threads with replies, that can be resolved.

What is said is not taken back or changed afterwards; who wrote something wrong says so in a reply.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from actionplans.models import ActionPlan, Activity, Comment, Edition, Proposal
from actionplans.models.voices import agreements_with_voice
from agreements.models import Accession, Agreement
from governance.models import BodyGroupObjectPermission
from lib.db import Frozen
from parties.models import Membership

SENT_AGAIN = timedelta(minutes=1)  # the same words twice within this time are one comment, sent twice


class Wider(Exception):
    """What was written for a few would now be read by more: the edition was proposed, the proposal handed in."""


def discussed_editions(user):
    """The editions whose comments ``user`` may come to: the coordinators', and from proposed on all that share it."""
    own = ActionPlan.objects.editable_by(user)
    shared = Agreement.objects.shared_with(user)
    open_to_more = Q(plan__agreement__in=shared.values("pk")) & ~Q(state=Edition.State.DRAFT)
    return Edition.objects.filter(Q(plan__in=own.values("pk")) | open_to_more)


def readable_activities(user):
    """The activities whose comments ``user`` may come to."""
    return Activity.objects.filter(edition__in=discussed_editions(user).values("pk"))


def may_comment(user, thing):
    """Whether ``user`` may say something about an activity or a proposal that is open. The thing is seen already."""
    if isinstance(thing, Proposal):
        if not thing.submitted_at:
            return Proposal.objects.editable_by(user).filter(pk=thing.pk).exists()
        plan = thing.plan
    else:
        plan = thing.edition.plan
        if thing.edition.state == Edition.State.DRAFT:
            return ActionPlan.objects.editable_by(user).filter(pk=plan.pk).exists()
    return agreements_with_voice(user).filter(pk=plan.agreement_id).exists()


def is_closed(thing):
    """Whether nothing more can be said: the edition is adopted, or the proposal decided."""
    return bool(thing.outcome) if isinstance(thing, Proposal) else thing.edition.is_frozen


def is_shared_now(thing, reply_to=None):
    """Whether a comment written now would leave the authority: only where the thing has, and the thread with it."""
    if isinstance(thing, Proposal):
        shared = thing.submitted_at is not None
    else:
        shared = thing.edition.state != Edition.State.DRAFT
    return shared and (reply_to is None or reply_to.is_shared)


@transaction.atomic
def say(*, about, text, by, reply_to=None, is_shared):
    """Say ``text`` about an activity or a proposal, or reply to a thread of it, which opens the thread again.

    ``is_shared`` is what the writer was told of the readers: raises Wider where they have become more since, and
    Frozen where nothing more can be said. Rights and that the thread belongs here are asked before.
    """
    about = _hold(about)
    shared = is_shared_now(about, reply_to)
    if shared and not is_shared:
        raise Wider
    thing = {"proposal" if isinstance(about, Proposal) else "activity": about}
    again = Comment.objects.filter(text=text, author=by, reply_to=reply_to, **thing)
    if sent := again.filter(created_at__gt=timezone.now() - SENT_AGAIN).first():
        return sent
    if reply_to:
        reopen(comment=reply_to)
    return Comment.objects.create(text=text, author=by, reply_to=reply_to, is_shared=shared, **thing)


def _hold(thing):
    """The thing as stored, held so that nobody adopts or decides it meanwhile."""
    if isinstance(thing, Proposal):
        held = Proposal.objects.select_for_update(no_key=True).get(pk=thing.pk)
        if held.outcome:
            raise Frozen(_("Förslaget är avgjort och tar inte emot fler kommentarer."))
        return held
    try:
        Edition.lock_open(thing.edition_id)
    except Frozen:
        raise Frozen(
            _("Versionen är fastställd och tar inte emot fler kommentarer. Skriv om aktiviteten i nästa version.")
        ) from None
    return Activity.objects.select_related("edition").get(pk=thing.pk)


@transaction.atomic
def resolve(*, comment, by):
    """Mark the thread as resolved; False where somebody had done so already."""
    unresolved = Comment.objects.filter(pk=comment.pk, resolved_at__isnull=True)
    return bool(unresolved.update(resolved_at=timezone.now(), resolved_by=by))


def reopen(*, comment):
    """Let the thread wait for an answer again; False where it did."""
    resolved = Comment.objects.filter(pk=comment.pk, resolved_at__isnull=False)
    return bool(resolved.update(resolved_at=None, resolved_by=None))


def with_open_comments(activities, user):
    """Adds ``open_comments``: how many unresolved threads about each activity ``user`` may read."""
    threads = Comment.objects.visible_on_activities(user).unresolved().filter(activity=OuterRef("pk")).order_by()
    counted = threads.values("activity").annotate(number=Count("pk")).values("number")
    return activities.annotate(open_comments=Coalesce(Subquery(counted), 0))


def thread_counts(edition, user):
    """Activity id → (unresolved threads, all threads) that ``user`` may read, for those that have any."""
    threads = Comment.objects.visible_on_activities(user).threads().filter(activity__edition=edition)
    counted = (
        threads.order_by()
        .values_list("activity")
        .annotate(unresolved=Count("pk", filter=Q(resolved_at__isnull=True)), count=Count("pk"))
    )
    return {activity: (unresolved, count) for activity, unresolved, count in counted}


def editions_with_open_comments(user):
    """The editions the person prepares that have unresolved threads; ``open_comments`` says how many."""
    unresolved = Q(activities__comments__reply_to__isnull=True, activities__comments__resolved_at__isnull=True)
    counted = Count("activities__comments", filter=unresolved)
    editions = Edition.objects.editable_by(user).annotate(open_comments=counted)
    return editions.filter(open_comments__gt=0).select_related("plan__agreement")


def threads_of(thing, user):
    """The threads about a thing that ``user`` may read, the unresolved first.

    Each has its ``answers``, and ``can_resolve``; every comment has ``hats``, in which its author wrote. The number of
    queries does not follow the comments.
    """
    comments = list(
        thing.comments.visible_to(user).select_related("author", "resolved_by").order_by("created_at", "pk")
    )
    mine = set(thing.comments.editable_by(user).values_list("pk", flat=True))
    agreement = thing.plan.agreement if isinstance(thing, Proposal) else thing.edition.plan.agreement
    _sign(comments, agreement)
    threads = [comment for comment in comments if not comment.reply_to_id]
    for thread in threads:
        thread.answers = [comment for comment in comments if comment.reply_to_id == thread.pk]
        thread.can_resolve = thread.pk in mine
    return sorted(threads, key=lambda thread: thread.resolved_at is not None)


def _sign(comments, agreement):
    """Give every comment ``hats``: what its author was in the agreement on the day it was written."""
    bodies = dict(
        BodyGroupObjectPermission.objects.filter(content_object__mandates__agreement=agreement).values_list(
            "group", "content_object__name"
        )
    )
    of_parties = Q(party__in=Accession.objects.filter(agreement=agreement).values("party"))
    hats = (
        Membership.objects.filter(user__in={comment.author_id for comment in comments})
        .filter(Q(group__in=bodies) | of_parties | Q(party=agreement.coordinating_party_id))
        .select_related("party")
        .order_by("pk")
    )
    for comment in comments:
        day = timezone.localdate(comment.created_at)
        worn = [hat for hat in hats if hat.user_id == comment.author_id and hat.starts_on <= day]
        worn = [hat for hat in worn if hat.ends_on is None or hat.ends_on >= day]
        comment.hats = [f"{hat.get_role_display()}, {bodies.get(hat.group_id) or hat.party.name}" for hat in worn]
