"""What goes on around a draft: who is in it now, the steps that can be undone, and what people say about its rows."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actionplans.models.activity import Activity
from actionplans.models.plan import ActionPlan, Edition
from agreements.models import Agreement
from lib.db import who_with_when
from parties.models import User


class Presence(models.Model):
    """Somebody has the edition's editor open, and perhaps one of its rows."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="presences")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    activity = models.ForeignKey(Activity, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "user"], name="presence_once")]

    def __str__(self):
        return f"{self.user} i {self.edition}"


class Step(models.Model):
    """One thing a person did in the editor, with what is needed to undo it.

    ``rows`` is a list of ``{"pk", "before", "after"}``: the rows' stored values before and after as
    ``actionplans.steps`` writes them, null where the row did not exist.
    """

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="steps")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    label = models.CharField(max_length=200)
    rows = models.JSONField(blank=True, default=list)
    done_at = models.DateTimeField(default=timezone.now)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        indexes = [models.Index(fields=["edition", "user", "-id"], name="step_latest")]

    def __str__(self):
        return self.label


class CommentQuerySet(models.QuerySet):
    def visible_to(self, user):
        """As ``visible_on_activities``; comments on a proposal follow it.

        What was said before the proposal was handed in stays with the party or body whose it is.
        """
        proposals = Comment.proposal.field.related_model.objects
        on_proposal = Q(is_shared=True, proposal__in=proposals.visible_to(user).values("pk")) | Q(
            proposal__in=proposals.own_of(user).values("pk")
        )
        return self.filter(Q(pk__in=Comment.objects.visible_on_activities(user).values("pk")) | on_proposal)

    def visible_on_activities(self, user):
        """Coordinators read all; what is said about a proposed edition is read by its agreement's parties and bodies.

        What was said in a draft stays with the coordinators when the draft is proposed, and nothing is ever public.
        """
        shared = ActionPlan.objects.filter(agreement__in=Agreement.objects.shared_with(user).values("pk"))
        own = ActionPlan.objects.editable_by(user)
        told = Q(is_shared=True, activity__edition__plan__in=shared.values("pk"))
        return self.filter(
            Q(activity__edition__plan__in=own.values("pk")) | (told & ~Q(activity__edition__state=Edition.State.DRAFT))
        )

    def editable_by(self, user):
        """Threads that the person may resolve or open again: coordinators any they read, others those they began.

        Not after the edition is adopted or the proposal decided.
        """
        plans = ActionPlan.objects.editable_by(user)
        mine = (
            Q(author__pk=user.pk)
            | Q(activity__edition__plan__in=plans.values("pk"))
            | Q(proposal__plan__in=plans.values("pk"))
        )
        frozen = Q(activity__edition__state__in=Edition.FROZEN_STATES)
        decided = Q(proposal__isnull=False) & ~Q(proposal__outcome="")
        return self.visible_to(user).threads().filter(mine).exclude(frozen).exclude(decided)

    def threads(self):
        """The comments that begin a thread, oldest first."""
        return self.filter(reply_to__isnull=True)

    def unresolved(self):
        """The threads that nobody has resolved."""
        return self.threads().filter(resolved_at__isnull=True)


class Comment(models.Model):
    """Something said about an activity or a proposal. A thread is a comment with its replies; it can be resolved."""

    activity = models.ForeignKey(Activity, null=True, blank=True, on_delete=models.CASCADE, related_name="comments")
    proposal = models.ForeignKey("Proposal", null=True, blank=True, on_delete=models.CASCADE, related_name="comments")
    reply_to = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="replies")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("kommentar"), max_length=2000)
    is_shared = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("kommentar")
        verbose_name_plural = _("kommentarer")
        ordering = ["created_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(activity__isnull=False, proposal__isnull=True)
                | Q(activity__isnull=True, proposal__isnull=False),
                name="comment_on_one_thing",
            ),
            who_with_when("resolved_by", "resolved_at", name="comment_resolved_who_when"),
        ]

    def __str__(self):
        return self.text[:60]
