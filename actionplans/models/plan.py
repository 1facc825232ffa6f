"""Action plans: one series per agreement, body or area, and an edition of it per period."""

import re

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement, PriorityArea
from agreements.models.process import Cadence
from governance.models import Decision, Mandate
from lib.db import Freezable, FreezableQuerySet, Frozen, StampField, Versioned, date_order, who_with_when
from lib.history import HistoricalRecords
from parties.models import Right, User


class PlanQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(agreement__in=Agreement.objects.visible_to(user).values("pk"))

    def editable_by(self, user):
        return self.filter(agreement__in=Agreement.objects.editable_by(user).values("pk"))


class ActionPlan(Versioned):
    """One series of editions (handlingsplan, aktivitetsplan, arbetsplan) with its own cadence."""

    RESERVED_KEYS = ("ny",)  # stands where a key would in an address

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
    is_example = models.BooleanField(_("exempeldata"), default=False)
    history = HistoricalRecords()

    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("handlingsplan")
        verbose_name_plural = _("handlingsplaner")
        ordering = ["order", "pk"]
        constraints = [models.UniqueConstraint(fields=["agreement", "key"], name="actionplan_key_unique")]

    def __str__(self):
        return self.name

    def clean(self):
        """The area is the agreement's own, and the key is no word of the addresses."""
        if self.key in self.RESERVED_KEYS:
            raise ValidationError({"key": _("Nyckeln används i portalens adresser. Välj en annan.")})
        if self.area_id and self.area.agreement_id != self.agreement_id:
            raise ValidationError({"area": _("Området hör till en annan överenskommelse.")})

    @classmethod
    def hold(cls, pk):
        """Hold the plan until the transaction ends, so that its editions are made one at a time."""
        cls.objects.select_for_update(no_key=True).values_list("pk", flat=True).get(pk=pk)


class EditionQuerySet(FreezableQuerySet):
    # What the frame of an edition's pages shows; the rest of its plan, agreement and decision is long and stays unread.
    READ = (
        "id", "label", "starts_on", "ends_on", "state", "stamp", "plan", "plan__key", "plan__name", "plan__is_example",
        "plan__managed_by", "plan__agreement", "plan__agreement__slug", "plan__agreement__title",
        "plan__agreement__short_name", "plan__agreement__is_example", "plan__agreement__published_on",
        "plan__agreement__status", "plan__agreement__stamp", "plan__agreement__word_plan", "plan__agreement__county",
        "plan__agreement__county__code", "plan__agreement__county__name", "decision", "decision__paragraph",
        "decision__decided_on", "decision__registry_number", "decision__body", "decision__body__name", "based_on",
        "based_on__label", "based_on__state", "based_on__plan",
    )  # fmt: skip

    def frozen(self):
        return self.filter(state__in=Edition.FROZEN_STATES)

    def visible_to(self, user):
        """Adopted and superseded editions follow the agreement, proposed ones its parties, drafts its coordinators."""
        agreements = Agreement.objects
        ways = agreements.published(), agreements.read_together_by(user), agreements.editable_by(user)
        return self._visible(*(Q(plan__agreement__in=way.values("pk")) for way in ways))

    def visible_with(self, rights, on):
        """As ``visible_to`` on a day for somebody who holds these rights on the agreement that all the editions have.

        A short question, where it is known already what the visitor's hats give.
        """
        everybody, nobody = ~Q(pk__in=[]), Q(pk__in=[])
        return self._visible(
            Q(plan__agreement__published_on__lte=on),
            ~Q(plan__agreement__status=Agreement.Status.DRAFT) if Right.SEE_AGREEMENT in rights else nobody,
            everybody if Right.EDIT_AGREEMENT in rights else nobody,
        )

    def _visible(self, published, together, own):
        public = Q(state__in=Edition.FROZEN_STATES) & published
        shared = ~Q(state=Edition.State.DRAFT) & together
        return self.filter(public | shared | own)

    def editable_by(self, user):
        """Coordinators edit until adoption; after it nobody does."""
        editable = self.filter(plan__in=ActionPlan.objects.editable_by(user).values("pk"))
        return editable.exclude(state__in=Edition.FROZEN_STATES)

    def adopted(self):
        return self.filter(state=Edition.State.ADOPTED)

    def overlapping(self, edition):
        """Other editions of the same plan that hold some day of the edition's period."""
        same = self.filter(plan=edition.plan_id, starts_on__lte=edition.ends_on, ends_on__gte=edition.starts_on)
        return same.exclude(pk=edition.pk)

    def for_list(self):
        return self.select_related("plan__agreement", "decision").annotate(
            activity_count=models.Count("activities", filter=Q(activities__ending=""))
        )

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
    # What stands where a label would in an address.
    RESERVED_LABELS = ("aktivitet", "andra", "forslag", "kommentar", "ny", "ny-version")
    LABEL = re.compile(r"\w([\w :.,–-]*\w)?")
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
    is_correction = models.BooleanField(
        _("ersätter i förtid"),
        default=False,
        help_text=_("Versionen rättar den som gäller och får därför börja innan dess period är slut."),
    )
    proposed_at = models.DateTimeField(_("föreslagen"), null=True, blank=True, editable=False)
    proposed_by = models.ForeignKey(
        User, verbose_name=_("föreslagen av"), null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        editable=False,
    )  # fmt: skip
    decision = models.ForeignKey(
        Decision, verbose_name=_("beslut"), null=True, blank=True, on_delete=models.PROTECT, related_name="editions"
    )
    adopted_at = models.DateTimeField(_("fastställd"), null=True, blank=True, editable=False)
    adopted_by = models.ForeignKey(
        User, verbose_name=_("fastställd av"), null=True, blank=True, on_delete=models.PROTECT, related_name="+",
        editable=False,
    )  # fmt: skip
    stamp = StampField()
    history = HistoricalRecords(excluded_fields=["stamp"])

    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("version av handlingsplan")
        verbose_name_plural = _("versioner av handlingsplaner")
        base_manager_name = "objects"  # what plan.editions.add() and the like go by
        ordering = ["plan", "-starts_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "label"], name="edition_label_unique"),
            models.UniqueConstraint(
                fields=["plan"], condition=Q(state="adopted"), name="edition_one_adopted",
                violation_error_message=_("Planen har redan en fastställd version."),
            ),
            date_order("starts_on", "ends_on", name="edition_period"),
            who_with_when("proposed_by", "proposed_at", name="edition_proposed_who_when"),
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

    def clean(self):
        """The label can stand in an address, and the period is nobody else's, but for a correction's."""
        self._clean_label()
        if self.plan_id and self.starts_on and self.ends_on and not self.is_correction:
            other = Edition.objects.overlapping(self).first()
            if other:
                raise ValidationError({"starts_on": self.overlap_message(other)})

    def _clean_label(self):
        if self.label in self.RESERVED_LABELS:
            raise ValidationError(
                {"label": _("Ordet används i portalens adresser. Välj ett annat, till exempel 2027:1.")}
            )
        if self.label and not self.LABEL.fullmatch(self.label):
            message = _("Använd bokstäver, siffror, kolon, punkt och bindestreck, till exempel 2027:1.")
            raise ValidationError({"label": message})
        if Edition.objects.filter(plan=self.plan_id, label=self.label).exclude(pk=self.pk).exists():
            raise ValidationError({"label": _("Planen har redan en version med det namnet. Välj ett annat.")})

    @staticmethod
    def overlap_message(other):
        """That the period is taken by ``other``, and what to do."""
        message = _(
            "Perioden krockar med %(label)s, som gäller %(first)s – %(last)s. Välj en annan period, eller markera att "
            "versionen ersätter i förtid."
        )
        return message % {"label": other.label, "first": other.starts_on, "last": other.ends_on}

    @classmethod
    def lock_open(cls, pk):
        """Hold the edition until the transaction ends, so that nobody adopts it meanwhile; Frozen if it is adopted.

        Returns the state it is in.
        """
        state = cls.objects.select_for_update(no_key=True).values_list("state", flat=True).get(pk=pk)
        if state in cls.FROZEN_STATES:
            raise Frozen(cls.frozen_message)
        return state

    @transaction.atomic
    def propose(self, *, by):
        """Let the agreement's parties and bodies read the draft. Raises Frozen if it is no draft any more."""
        if Edition.lock_open(self.pk) != self.State.DRAFT:
            raise Frozen(_("Versionen är redan föreslagen."))
        self._move(by, state=self.State.PROPOSED, proposed_at=timezone.now(), proposed_by=by)

    @transaction.atomic
    def withdraw(self, *, by, reason=""):
        """Make a proposed edition a draft again, that only coordinators read. Raises Frozen if it is not proposed."""
        if Edition.lock_open(self.pk) != self.State.PROPOSED:
            raise Frozen(_("Versionen är inte föreslagen, så det finns inget att ta tillbaka."))
        self._move(by, reason, state=self.State.DRAFT, proposed_at=None, proposed_by=None)

    @transaction.atomic
    def adopt(self, *, decision, by, at=None):
        """Adopt the edition by ``decision``, now or as of ``at``; the one adopted before is superseded.

        Raises Frozen when too late.
        """
        ActionPlan.hold(self.plan_id)  # one edition at a time: two would both supersede the same one
        Edition.lock_open(self.pk)
        for former in Edition.objects.adopted().filter(plan=self.plan_id):
            former.state = self.State.SUPERSEDED
            former._history_user = by
            former.save(update_fields=["state"])
        at = at or timezone.now()
        self._move(by, state=self.State.ADOPTED, decision=decision, adopted_at=at, adopted_by=by)

    def _move(self, by, reason="", **values):
        """Write ``values`` and nothing else: what this object was read with may be older than what is stored."""
        self.refresh_from_db()
        for name, value in values.items():
            setattr(self, name, value)
        self._history_user, self._change_reason = by, reason or None
        self.save(update_fields=[*values, "stamp"])

    def save(self, *args, **kwargs):
        """Superseding is the one change an adopted edition sees; only adopt() asks for it."""
        superseding = self.state == self.State.SUPERSEDED and kwargs.get("update_fields") == ["state"]
        super(Freezable if superseding else Edition, self).save(*args, **kwargs)
