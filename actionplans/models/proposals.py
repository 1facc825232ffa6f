"""Proposed activities: what parties and bodies want in the next plan, ranked by those who prepare it."""

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actionplans.models.activity import Activity
from actionplans.models.plan import ActionPlan
from actionplans.models.voices import actors_spoken_for, own_bodies
from agreements.models import Actor, CollaborationArea, PriorityArea
from lib.db import Frozen, VersionConflict, Versioned, who_with_when
from lib.history import HistoricalRecords
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
        own = Q(proposed_by__party__in=parties.values("pk")) | Q(
            proposed_by__mandate__body__in=own_bodies(user).values("pk")
        )
        return self.filter(own, plan__in=ActionPlan.objects.visible_to(user).values("pk"))

    def spoken_for_by(self, user):
        """Proposals of the parties and bodies that the person acts for, handed in or not."""
        return self.filter(proposed_by__in=actors_spoken_for(user).values("pk"))

    def editable_by(self, user):
        """Those who act for the proposing party or body, until it is handed in."""
        return self.spoken_for_by(user).filter(submitted_at__isnull=True)

    def drafts(self):
        return self.filter(submitted_at__isnull=True)

    def waiting(self):
        """Handed in, and not decided yet."""
        return self.filter(submitted_at__isnull=False, outcome="")

    def decided(self):
        return self.exclude(outcome="")

    def for_list(self):
        return self.select_related("area", "proposed_by", "merged_into", "activity__edition__plan__agreement")

    def for_page(self):
        return self.select_related(
            "plan__agreement", "plan__managed_by__body", "area", "collaboration_area", "responsible", "proposed_by",
            "author", "submitted_by", "decided_by", "merged_into", "activity__edition__plan__agreement",
        )  # fmt: skip


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

    @property
    def state(self):
        """``draft``, ``submitted``, or the outcome."""
        return self.outcome or ("submitted" if self.submitted_at else "draft")

    @property
    def state_label(self):
        labels = {"draft": _("utkast"), "submitted": _("väntar på beslut"), **dict(self.Outcome.choices)}
        return labels[self.state]

    @classmethod
    def lock_draft(cls, pk):
        """The proposal as stored, held until the transaction ends; Frozen if it is handed in."""
        held = cls.objects.select_for_update(no_key=True).get(pk=pk)
        if held.submitted_at:
            raise Frozen(_("Förslaget är redan inlämnat och kan inte ändras."))
        return held

    @classmethod
    def lock_waiting(cls, *pks):
        """The proposals as stored, by pk, held until the transaction ends; Frozen if one of them is decided."""
        held = cls.objects.select_for_update(no_key=True).order_by("pk").in_bulk(pks)
        for proposal in held.values():
            if proposal.outcome:
                told = {"title": proposal.title, "outcome": proposal.get_outcome_display()}
                raise Frozen(_("Förslaget ”%(title)s” är redan avgjort: %(outcome)s.") % told)
            if not proposal.submitted_at:
                raise Frozen(_("Förslaget är inte inlämnat."))
        return held

    @transaction.atomic
    def submit(self, *, by, version=None):
        """Hand in the proposal as it is stored; from now the coordinators and the preparing body read it.

        ``version`` is the one that was read: raises VersionConflict when a colleague has saved since, and Frozen when
        it is handed in already.
        """
        held = Proposal.lock_draft(self.pk)
        if version not in (None, held.version):
            raise VersionConflict(held)
        self.refresh_from_db()
        self.submitted_at, self.submitted_by = timezone.now(), by
        self.save_version(held.version)

    def decide(self, outcome, *, by, reason="", **facts):
        """Say what became of the proposal; ``facts`` are the activity it became or the proposal it is part of."""
        self.outcome, self.outcome_reason = outcome, reason
        self.decided_at, self.decided_by = timezone.now(), by
        for name, value in facts.items():
            setattr(self, name, value)
        self.save_version(self.version)


class ProposalRank(models.Model):
    """Where one member of the preparing body puts a proposal: 1 is first."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="ranks")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    rank = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["proposal", "user"], name="proposal_ranked_once")]

    def __str__(self):
        return f"{self.rank}. {self.proposal}"
