"""Proposed activities: what parties and bodies want in the next plan, ranked by those who prepare it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from actionplans.models.activity import Activity
from actionplans.models.plan import ActionPlan
from actionplans.models.voices import actors_spoken_for, own_bodies
from agreements.models import Actor, CollaborationArea, PriorityArea
from lib.db import Versioned, who_with_when
from parties.models import Party, Right, User
from parties.rights import with_right


class ProposalQuerySet(models.QuerySet):
    def visible_to(self, user):
        """A draft is its party's or body's; handed in, also the coordinators' and the preparing body's."""
        plans = Q(plan__in=ActionPlan.objects.editable_by(user).values("pk")) | Q(
            plan__managed_by__body__in=own_bodies(user).values("pk")
        )
        own = Proposal.objects.own_of(user)
        return self.filter(Q(pk__in=own.values("pk")) | Q(plans, submitted_at__isnull=False))

    def own_of(self, user):
        """Proposals of the parties and bodies whose drafts the person reads."""
        parties = with_right(Party.objects.all(), user, Right.SEE_PARTY)
        return self.filter(
            Q(proposed_by__party__in=parties.values("pk"))
            | Q(proposed_by__mandate__body__in=own_bodies(user).values("pk"))
        )

    def editable_by(self, user):
        """Those who act for the proposing party or body, until it is handed in."""
        return self.filter(proposed_by__in=actors_spoken_for(user).values("pk"), submitted_at__isnull=True)

    def waiting(self):
        """Handed in, and not decided yet."""
        return self.filter(submitted_at__isnull=False, outcome="")


class Proposal(Versioned):
    """An activity that a party or a body proposes for a plan: draft → handed in → accepted, merged or declined."""

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted", _("antaget")
        MERGED = "merged", _("sammanslaget")
        DECLINED = "declined", _("avböjt")

    plan = models.ForeignKey(
        ActionPlan, verbose_name=_("handlingsplan"), on_delete=models.PROTECT, related_name="proposals"
    )
    title = models.CharField(_("aktivitet"), max_length=250)
    description = models.TextField(_("beskrivning"), max_length=4000, blank=True)
    desired_effect = models.TextField(_("önskad effekt"), max_length=2000, blank=True)
    area = models.ForeignKey(
        PriorityArea, verbose_name=_("område"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    collaboration_area = models.ForeignKey(
        CollaborationArea, verbose_name=_("samverkansområde"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    responsible = models.ForeignKey(
        Actor, verbose_name=_("föreslagen ansvarig"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    proposed_by = models.ForeignKey(
        Actor, verbose_name=_("föreslås av"), on_delete=models.PROTECT, related_name="proposals"
    )
    occasion = models.CharField(_("tillfälle"), max_length=120, blank=True)
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", editable=False)
    submitted_at = models.DateTimeField(_("inlämnat"), null=True, blank=True, editable=False)
    submitted_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    outcome = models.CharField(_("utfall"), max_length=10, choices=Outcome, blank=True, editable=False)
    outcome_reason = models.TextField(_("skäl"), max_length=1000, blank=True)
    decided_at = models.DateTimeField(_("avgjort"), null=True, blank=True, editable=False)
    decided_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    merged_into = models.ForeignKey(
        "self", verbose_name=_("ingår i"), null=True, blank=True, on_delete=models.PROTECT, related_name="merged",
        editable=False,
    )  # fmt: skip
    activity = models.ForeignKey(
        Activity, verbose_name=_("blev aktiviteten"), null=True, blank=True, on_delete=models.SET_NULL,
        related_name="proposals", editable=False,
    )  # fmt: skip
    history = HistoricalRecords()

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("förslag")
        verbose_name_plural = _("förslag")
        ordering = ["-submitted_at", "-pk"]
        constraints = [
            who_with_when("submitted_by", "submitted_at", name="proposal_submitted_who_when"),
            who_with_when("decided_by", "decided_at", name="proposal_decided_who_when"),
            models.CheckConstraint(
                condition=Q(outcome="") | Q(decided_at__isnull=False, submitted_at__isnull=False),
                name="proposal_decided_when_handed_in",
            ),
        ]

    def __str__(self):
        return self.title


class ProposalRank(models.Model):
    """Where one member of the preparing body puts a proposal: 1 is first."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="ranks")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    rank = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["proposal", "user"], name="proposal_ranked_once")]

    def __str__(self):
        return f"{self.rank}. {self.proposal}"
