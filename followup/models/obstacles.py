"""Obstacles that parties meet and cannot remove alone, sorted by what it would take."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement, PriorityArea
from governance.models import Body, Decision
from lib.db import Stamping, StampingQuerySet, Versioned
from lib.history import HistoricalRecords
from parties.models import Party, Right, User
from parties.rights import with_right


class ObstacleQuerySet(StampingQuerySet):
    def visible_to(self, user):
        """A draft is its party's; reported, the parties and bodies share it; public once it is published."""
        own = Q(party__in=with_right(Party.objects.all(), user, Right.SEE_PARTY).values("pk"))
        shared = Q(agreement__in=Agreement.objects.shared_with(user).values("pk"))
        public = Q(
            published_on__lte=timezone.localdate(),
            agreement__in=Agreement.objects.visible_to(user).values("pk"),
        )
        return self.filter(own | Q(reported_at__isnull=False) & (shared | public))

    def editable_by(self, user):
        """The party's reporters until it is reported, then the coordinators."""
        parties = with_right(Party.objects.all(), user, Right.REPORT).values("pk")
        agreements = Agreement.objects.editable_by(user).values("pk")
        reported = Q(reported_at__isnull=False)
        return self.filter(Q(reported_at__isnull=True, party__in=parties) | reported & Q(agreement__in=agreements))

    def reported(self):
        return self.filter(reported_at__isnull=False)

    def open(self):
        return self.reported().filter(closed_on__isnull=True)


class Obstacle(Stamping, Versioned):
    """Something in the way that one party reports: draft → reported → taken up → closed with its outcome."""

    class Needs(models.TextChoices):
        LAW = "law", _("ändrad lag eller förordning")
        ROUTINE = "routine", _("ändrad rutin")
        JOINT = "joint", _("gemensam framställan till staten")
        OTHER = "other", _("annat")

    class Outcome(models.TextChoices):
        REMOVED = "removed", _("undanröjt")
        PARTLY = "partly", _("delvis undanröjt")
        REMAINS = "remains", _("kvarstår")
        NO_OBSTACLE = "no_obstacle", _("bedöms inte vara ett hinder")

    stamped_by = "agreement"

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="obstacles")
    party = models.ForeignKey(Party, verbose_name=_("rapporterat av"), on_delete=models.PROTECT, related_name="+")
    area = models.ForeignKey(
        PriorityArea, verbose_name=_("område"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    title = models.CharField(_("hinder"), max_length=200)
    text = models.TextField(_("vad som är i vägen"), max_length=4000)
    consequence = models.TextField(_("vad det leder till"), max_length=2000, blank=True)
    proposal = models.TextField(_("förslag"), max_length=2000, blank=True)
    needs = models.CharField(_("vad som behövs"), max_length=10, choices=Needs)
    reported_at = models.DateTimeField(_("rapporterat"), null=True, blank=True)
    reported_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    owner_party = models.ForeignKey(
        Party, verbose_name=_("ägs av part"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    owner_body = models.ForeignKey(
        Body, verbose_name=_("ägs av organ"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    due_on = models.DateField(_("senast"), null=True, blank=True)
    decision = models.ForeignKey(
        Decision, verbose_name=_("beslut"), null=True, blank=True, on_delete=models.PROTECT, related_name="obstacles"
    )
    outcome = models.CharField(_("utfall"), max_length=12, choices=Outcome, blank=True)
    outcome_text = models.TextField(_("vad som hände"), max_length=2000, blank=True)
    closed_on = models.DateField(_("avslutat"), null=True, blank=True)
    published_on = models.DateField(_("publicerat"), null=True, blank=True)
    created_at = models.DateTimeField(_("skapat"), default=timezone.now)
    history = HistoricalRecords()

    objects = ObstacleQuerySet.as_manager()

    class Meta:
        verbose_name = _("hinder")
        verbose_name_plural = _("hinder")
        ordering = ["needs", "-reported_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(owner_party__isnull=True) | Q(owner_body__isnull=True), name="obstacle_one_owner"
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | ~Q(outcome=""),
                name="obstacle_closed_has_outcome",
                violation_error_message=_("Välj utfall när hindret avslutas."),
            ),
            models.CheckConstraint(
                condition=Q(reported_at__isnull=False) | Q(closed_on__isnull=True, published_on__isnull=True),
                name="obstacle_reported_first",
            ),
        ]

    def __str__(self):
        return self.title

    @property
    def state(self):
        """``draft``, ``reported``, ``taken_up`` or ``closed``: follows from the facts."""
        if self.closed_on:
            return "closed"
        if not self.reported_at:
            return "draft"
        return "taken_up" if self.owner_party_id or self.owner_body_id else "reported"

    @property
    def owner(self):
        """The party or body that takes it further, or None."""
        return self.owner_party or self.owner_body

    @property
    def is_late(self):
        return bool(self.due_on and not self.closed_on and self.due_on < timezone.localdate())

    @property
    def is_published(self):
        return bool(self.published_on and self.published_on <= timezone.localdate())
