"""Action plans: one series per agreement, body or area; an edition per period; activities as its rows."""

import uuid

from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from agreements.models import Actor, Agreement, CollaborationArea, Goal, PriorityArea
from agreements.models.process import Cadence
from governance.models import Decision, Mandate
from lib.db import Freezable, FreezableQuerySet, Frozen, Versioned, date_order
from parties.models import Party, User


class PlanQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(agreement__in=Agreement.objects.visible_to(user).values("pk"))

    def editable_by(self, user):
        return self.filter(agreement__in=Agreement.objects.editable_by(user).values("pk"))


class ActionPlan(Versioned):
    """One series of editions (handlingsplan, aktivitetsplan, arbetsplan) with its own cadence."""

    agreement = models.ForeignKey(
        Agreement, verbose_name=_("överenskommelse"), on_delete=models.PROTECT, related_name="plans"
    )
    key = models.SlugField(_("nyckel"), max_length=80)
    order = models.PositiveSmallIntegerField(_("ordning"), default=0)
    name = models.CharField(_("namn"), max_length=160)
    area = models.ForeignKey(
        PriorityArea, verbose_name=_("område"), null=True, blank=True, on_delete=models.PROTECT, related_name="plans"
    )
    managed_by = models.ForeignKey(
        Mandate, verbose_name=_("förvaltas av"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="managed_plans",
    )  # fmt: skip
    adopted_by = models.ForeignKey(
        Mandate, verbose_name=_("fastställs av"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="adopted_plans",
    )  # fmt: skip
    cadence = models.CharField(_("hur ofta"), max_length=12, choices=Cadence, blank=True)
    history = HistoricalRecords()

    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("handlingsplan")
        verbose_name_plural = _("handlingsplaner")
        ordering = ["order", "pk"]
        constraints = [models.UniqueConstraint(fields=["agreement", "key"], name="actionplan_key_unique")]

    def __str__(self):
        return self.name


class EditionQuerySet(FreezableQuerySet):
    def frozen(self):
        return self.filter(state__in=Edition.FROZEN_STATES)

    def visible_to(self, user):
        """Adopted and superseded editions follow the agreement, proposed ones its parties, drafts its coordinators."""
        adopted = Q(state__in=Edition.FROZEN_STATES, plan__in=ActionPlan.objects.visible_to(user).values("pk"))
        shared = Agreement.objects.shared_with(user)
        proposed = Q(state=Edition.State.PROPOSED, plan__agreement__in=shared.values("pk"))
        drafts = Q(plan__in=ActionPlan.objects.editable_by(user).values("pk"))
        return self.filter(adopted | proposed | drafts)

    def editable_by(self, user):
        """Coordinators edit until adoption; after it nobody does."""
        editable = self.filter(plan__in=ActionPlan.objects.editable_by(user).values("pk"))
        return editable.exclude(state__in=Edition.FROZEN_STATES)

    def adopted(self):
        return self.filter(state=Edition.State.ADOPTED)

    def for_list(self):
        return self.select_related("plan__agreement", "decision").annotate(activity_count=models.Count("activities"))

    def for_page(self):
        return self.select_related(
            "plan__agreement", "plan__adopted_by__body", "plan__managed_by__body", "decision__body", "based_on"
        )


class Edition(Freezable, Versioned):
    """The plan for one period. Frozen once adopted; a correction is a new edition."""

    class State(models.TextChoices):
        DRAFT = "draft", _("utkast")
        PROPOSED = "proposed", _("föreslagen")
        ADOPTED = "adopted", _("fastställd")
        SUPERSEDED = "superseded", _("ersatt")

    FROZEN_STATES = (State.ADOPTED, State.SUPERSEDED)
    frozen_message = _("Versionen är fastställd och kan inte ändras. Gör ändringen i nästa version.")

    plan = models.ForeignKey(
        ActionPlan, verbose_name=_("handlingsplan"), on_delete=models.PROTECT, related_name="editions"
    )
    label = models.CharField(_("version"), max_length=20)
    starts_on = models.DateField(_("gäller från"))
    ends_on = models.DateField(_("gäller till och med"))
    state = models.CharField(_("läge"), max_length=12, choices=State, default=State.DRAFT, editable=False)
    based_on = models.ForeignKey(
        "self",
        verbose_name=_("bygger på"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="next_editions",
    )
    decision = models.ForeignKey(
        Decision, verbose_name=_("beslut"), null=True, blank=True, on_delete=models.PROTECT, related_name="editions"
    )
    adopted_at = models.DateTimeField(_("fastställd"), null=True, blank=True, editable=False)
    adopted_by = models.ForeignKey(
        User, verbose_name=_("fastställd av"), null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        editable=False,
    )  # fmt: skip
    history = HistoricalRecords()

    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version av handlingsplan")
        verbose_name_plural = _("versioner av handlingsplaner")
        ordering = ["plan", "-starts_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "label"], name="edition_label_unique"),
            models.UniqueConstraint(
                fields=["plan"], condition=Q(state="adopted"), name="edition_one_adopted",
                violation_error_message=_("Planen har redan en fastställd version."),
            ),
            date_order("starts_on", "ends_on", name="edition_period"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "proposed"], adopted_at__isnull=True)
                | Q(state__in=["adopted", "superseded"], adopted_at__isnull=False, decision__isnull=False),
                name="edition_adopted_by_decision",
            ),
        ]  # fmt: skip

    def __str__(self):
        return f"{self.plan} {self.label}"

    def get_absolute_url(self):
        return reverse("actionplans:edition_detail", args=[self.plan.agreement.slug, self.plan.key, self.label])

    @property
    def is_frozen(self):
        return self.state in self.FROZEN_STATES

    @classmethod
    def lock_open(cls, pk):
        """Hold the edition until the transaction ends, so that nobody adopts it meanwhile; Frozen if it is adopted."""
        state = cls.objects.select_for_update(no_key=True).values_list("state", flat=True).get(pk=pk)
        if state in cls.FROZEN_STATES:
            raise Frozen(cls.frozen_message)

    @transaction.atomic
    def adopt(self, *, decision, by, at=None):
        """Adopt the edition by ``decision``, now or as of ``at``; the one adopted before is superseded.

        Raises Frozen when too late.
        """
        Edition.lock_open(self.pk)
        for former in Edition.objects.adopted().filter(plan=self.plan_id):
            former.state = self.State.SUPERSEDED
            former.save(update_fields=["state"])
        self.decision, self.adopted_at, self.adopted_by = decision, at or timezone.now(), by
        self.state = self.State.ADOPTED
        self.save()

    def save(self, *args, **kwargs):
        """Superseding is the one change an adopted edition sees; only adopt() asks for it."""
        superseding = self.state == self.State.SUPERSEDED and kwargs.get("update_fields") == ["state"]
        super(Freezable if superseding else Edition, self).save(*args, **kwargs)


class ActivityQuerySet(FreezableQuerySet):
    def frozen(self):
        return self.filter(edition__state__in=Edition.FROZEN_STATES)

    def bulk_create(self, objs, *args, **kwargs):
        """No new rows in a frozen edition either."""
        objs = list(objs)
        Edition.objects.filter(pk__in={obj.edition_id for obj in objs}).refuse_frozen()
        return super().bulk_create(objs, *args, **kwargs)

    def for_table(self):
        """In the order of the areas; what has none stands last, on every database."""
        places = [models.F(f"{place}__order").asc(nulls_last=True) for place in ("area", "collaboration_area")]
        return self.select_related("area", "collaboration_area", "responsible").order_by(
            places[0], "area", places[1], "order", "pk"
        )

    def visible_to(self, user):
        return self.filter(edition__in=Edition.objects.visible_to(user).values("pk"))

    def editable_by(self, user):
        return self.filter(edition__in=Edition.objects.editable_by(user).values("pk"))


class LinkQuerySet(FreezableQuerySet):
    """The goals and participants of activities: ``add``, ``remove``, ``set`` and ``clear`` all end up here."""

    def frozen(self):
        return self.filter(activity__edition__state__in=Edition.FROZEN_STATES)

    def bulk_create(self, objs, *args, **kwargs):
        objs = list(objs)
        Activity.objects.filter(pk__in={obj.activity_id for obj in objs}).refuse_frozen()
        return super().bulk_create(objs, *args, **kwargs)


class ActivityGoal(Freezable):
    frozen_message = Edition.frozen_message

    activity = models.ForeignKey("Activity", on_delete=models.CASCADE)
    goal = models.ForeignKey(Goal, on_delete=models.PROTECT)

    objects = LinkQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["activity", "goal"], name="activity_goal_once")]

    def __str__(self):
        return f"{self.activity}: {self.goal}"


class ActivityParticipant(Freezable):
    frozen_message = Edition.frozen_message

    activity = models.ForeignKey("Activity", on_delete=models.CASCADE)
    actor = models.ForeignKey(Actor, on_delete=models.PROTECT)

    objects = LinkQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["activity", "actor"], name="activity_participant_once")]

    def __str__(self):
        return f"{self.activity}: {self.actor}"


class Activity(Freezable, Versioned):
    """A row of an edition. The same activity in later editions shares its ``lineage``."""

    class Origin(models.TextChoices):
        NEW = "new", _("ny")
        CARRIED = "carried", _("följer med")
        REVISED = "revised", _("ändrad")

    frozen_message = Edition.frozen_message

    edition = models.ForeignKey(Edition, verbose_name=_("version"), on_delete=models.PROTECT, related_name="activities")
    lineage = models.UUIDField(_("släktskap"), default=uuid.uuid4, editable=False, db_index=True)
    number = models.CharField(_("nummer"), max_length=12)
    order = models.PositiveSmallIntegerField(_("ordning"), default=0)
    title = models.CharField(_("aktivitet"), max_length=250)
    description = models.TextField(_("beskrivning"), max_length=4000, blank=True)
    desired_effect = models.TextField(_("önskad effekt"), max_length=2000, blank=True)
    area = models.ForeignKey(
        PriorityArea, verbose_name=_("område"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="activities",
    )  # fmt: skip
    collaboration_area = models.ForeignKey(
        CollaborationArea, verbose_name=_("samverkansområde"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="activities",
    )  # fmt: skip
    goals = models.ManyToManyField(
        Goal, verbose_name=_("mål"), blank=True, related_name="activities", through=ActivityGoal
    )
    responsible = models.ForeignKey(
        Actor, verbose_name=_("ansvarig"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="responsible_activities",
    )  # fmt: skip
    participants = models.ManyToManyField(
        Actor, verbose_name=_("medverkar"), blank=True, related_name="joined_activities", through=ActivityParticipant
    )
    indicator = models.CharField(_("indikator"), max_length=200, blank=True)
    starts_on = models.DateField(_("start"), null=True, blank=True)
    ends_on = models.DateField(_("slut"), null=True, blank=True)
    is_continuous = models.BooleanField(_("löpande"), default=False)
    origin = models.CharField(_("ursprung"), max_length=10, choices=Origin, default=Origin.NEW)
    history = HistoricalRecords(m2m_fields=[goals, participants])

    objects = ActivityQuerySet.as_manager()

    class Meta:
        verbose_name = _("aktivitet")
        verbose_name_plural = _("aktiviteter")
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "number"], name="activity_number_unique",
                violation_error_message=_("Numret finns redan i versionen. Välj ett annat."),
            ),
            models.UniqueConstraint(fields=["edition", "lineage"], name="activity_lineage_once"),
            date_order("starts_on", "ends_on", name="activity_dates"),
        ]  # fmt: skip

    def __str__(self):
        return f"{self.number} {self.title}"

    @transaction.atomic
    def save(self, *args, **kwargs):
        """A frozen edition gets no new rows, and none moved into it."""
        Edition.lock_open(self.edition_id)
        super().save(*args, **kwargs)

    def reporting_parties(self):
        """The parties that answer for the activity: the responsible one, or the members of a collective."""
        return self.responsible.expand() if self.responsible_id else Party.objects.none()
