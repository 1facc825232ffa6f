"""Follow-up: a round per period, and in it what each party says about each of its activities."""

from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from actionplans.models import Activity
from agreements.models import Agreement
from governance.models import Meeting
from lib.db import Freezable, FreezableQuerySet, Frozen, VersionConflict, Versioned, date_order, who_with_when
from parties.models import Party, Right, User

STATE_LABELS = {
    "planned": _("planerad"),
    "open": _("öppen"),
    "closed": _("stängd"),
    "published": _("publicerad"),
}


class RoundQuerySet(FreezableQuerySet):
    def frozen(self):
        return self.filter(closed_at__isnull=False)

    def visible_to(self, user):
        """Published rounds follow the agreement; before that the parties and bodies it is shared with see them."""
        published = Q(published_at__isnull=False, agreement__in=Agreement.objects.visible_to(user).values("pk"))
        shared = Q(agreement__in=Agreement.objects.shared_with(user).values("pk"))
        return self.filter(published | shared)

    def editable_by(self, user):
        return self.filter(agreement__in=Agreement.objects.editable_by(user).values("pk"))

    def open(self):
        return self.filter(opened_at__isnull=False, closed_at__isnull=True)

    def for_list(self):
        """Adds ``report_count`` and ``submitted_count``; a draft counts as nothing handed in."""
        submitted = Q(reports__submitted_at__isnull=False)
        return self.select_related("agreement", "meeting__body").annotate(
            report_count=models.Count("reports"), submitted_count=models.Count("reports", filter=submitted)
        )


class Round(Freezable, Versioned):
    """One period's follow-up of an agreement: planned → open → closed → published. Closed is frozen."""

    frozen_but = ("published_at", "published_by")
    frozen_message = _("Uppföljningsomgången är stängd och kan inte ändras.")

    agreement = models.ForeignKey(
        Agreement, verbose_name=_("överenskommelse"), on_delete=models.PROTECT, related_name="rounds"
    )
    label = models.CharField(_("omgång"), max_length=20)
    period_starts_on = models.DateField(_("perioden börjar"))
    period_ends_on = models.DateField(_("perioden slutar"))
    due_on = models.DateField(_("sista svarsdag"))
    meeting = models.ForeignKey(
        Meeting, verbose_name=_("rådets möte"), null=True, blank=True, on_delete=models.PROTECT, related_name="rounds"
    )
    opened_at = models.DateTimeField(_("öppnad"), null=True, blank=True, editable=False)
    opened_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    closed_at = models.DateTimeField(_("stängd"), null=True, blank=True, editable=False)
    closed_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    published_at = models.DateTimeField(_("publicerad"), null=True, blank=True, editable=False)
    published_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    history = HistoricalRecords()

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("uppföljningsomgång")
        verbose_name_plural = _("uppföljningsomgångar")
        ordering = ["-period_starts_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "label"], name="round_label_unique"),
            date_order("period_starts_on", "period_ends_on", name="round_period"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(opened_at__isnull=False), name="round_opened_before_closed"
            ),
            models.CheckConstraint(
                condition=Q(published_at__isnull=True) | Q(closed_at__isnull=False),
                name="round_closed_before_published",
            ),
        ]

    def __str__(self):
        return f"{self.agreement} {self.label}"

    def get_absolute_url(self):
        return reverse("followup:round_detail", args=[self.agreement.slug, self.label])

    @property
    def state(self):
        """``planned``, ``open``, ``closed`` or ``published``: follows from the facts."""
        if self.published_at:
            return "published"
        if self.closed_at:
            return "closed"
        return "open" if self.opened_at else "planned"

    @property
    def state_label(self):
        return STATE_LABELS[self.state]

    def close(self, *, by):
        """Freeze the round. Raises Frozen if it is not open."""
        if self.state != "open":
            raise Frozen(_("Omgången är inte öppen."))
        self.closed_at, self.closed_by = timezone.now(), by
        self.save(update_fields=["closed_at", "closed_by"])

    def publish(self, *, by):
        """Let everybody read what was handed in. Raises Frozen if the round is not closed, or published already."""
        if self.state != "closed":
            raise Frozen(_("Bara en stängd omgång kan publiceras."))
        self.published_at, self.published_by = timezone.now(), by
        self.save(update_fields=["published_at", "published_by"])


class Incomplete(Exception):
    """The report lacks answers; ``args[0]`` is a list of Swedish sentences saying which."""


class ReportStatus(models.TextChoices):
    NOT_STARTED = "not_started", _("ej påbörjad")
    ONGOING = "ongoing", _("pågår")
    CONTINUOUS = "continuous", _("pågår löpande")
    DONE = "done", _("genomförd")
    DEVIATING = "deviating", _("avviker")
    CANCELLED = "cancelled", _("avförd")
    NOT_RELEVANT = "not_relevant", _("ej relevant")
    NO_DATA = "no_data", _("uppgift saknas")


class ReportQuerySet(FreezableQuerySet):
    def frozen(self):
        return self.filter(Q(approved_at__isnull=False) | Q(round__closed_at__isnull=False))

    def visible_to(self, user):
        """A draft is its party's alone; submitted, its coordinators' and bodies'; published, everybody's."""
        own = Q(party__in=Party.objects.with_right(user, Right.SEE_PARTY).values("pk"))
        submitted = Q(
            submitted_at__isnull=False,
            round__agreement__in=Agreement.objects.submitted_visible_to(user).values("pk"),
        )
        published = Q(
            submitted_at__isnull=False,
            round__published_at__isnull=False,
            round__agreement__in=Agreement.objects.visible_to(user).values("pk"),
        )
        return self.filter(own | submitted | published)

    def editable_by(self, user):
        """Those who report for the party, until it is submitted and while the round is open."""
        mine = self.filter(party__in=Party.objects.with_right(user, Right.REPORT).values("pk"))
        return mine.filter(submitted_at__isnull=True, round__opened_at__isnull=False, round__closed_at__isnull=True)

    def submitted(self):
        return self.filter(submitted_at__isnull=False)

    def for_page(self):
        return self.select_related(
            "round__agreement__county", "activity__area", "activity__edition__plan", "activity__responsible", "party"
        )


class Report(Freezable, Versioned):
    """What one party says about one activity in one round. An empty status means that nothing is answered yet."""

    frozen_message = _("Rapporten är godkänd eller omgången stängd. Den kan inte ändras.")

    round = models.ForeignKey(Round, verbose_name=_("omgång"), on_delete=models.PROTECT, related_name="reports")
    activity = models.ForeignKey(
        Activity, verbose_name=_("aktivitet"), on_delete=models.PROTECT, related_name="reports"
    )
    party = models.ForeignKey(Party, verbose_name=_("part"), on_delete=models.PROTECT, related_name="reports")
    status = models.CharField(_("hur går det?"), max_length=15, choices=ReportStatus, blank=True)
    text = models.TextField(_("vad har ni gjort, och vad blev effekten?"), max_length=4000, blank=True)
    deviation_cause = models.TextField(_("orsak till avvikelsen"), max_length=1000, blank=True)
    deviation_measure = models.TextField(_("vad gör ni åt det?"), max_length=1000, blank=True)
    new_end_date = models.DateField(_("nytt slutdatum"), null=True, blank=True)
    submitted_at = models.DateTimeField(_("inlämnad"), null=True, blank=True, editable=False)
    submitted_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    approved_at = models.DateTimeField(_("godkänd"), null=True, blank=True, editable=False)
    approved_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    history = HistoricalRecords()

    objects = ReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("lägesrapport")
        verbose_name_plural = _("lägesrapporter")
        ordering = ["activity__order", "party__sort_name"]
        constraints = [
            models.UniqueConstraint(fields=["round", "activity", "party"], name="report_once"),
            who_with_when("submitted_by", "submitted_at", name="report_submitted_who_when"),
            who_with_when("approved_by", "approved_at", name="report_approved_who_when"),
            models.CheckConstraint(
                condition=Q(submitted_at__isnull=True) | ~Q(status=""), name="report_submitted_has_status"
            ),
        ]

    def __str__(self):
        return f"{self.activity.number}, {self.party}"

    @property
    def state(self):
        """``empty``, ``draft``, ``submitted`` or ``approved``: follows from the facts."""
        if self.approved_at:
            return "approved"
        if self.submitted_at:
            return "submitted"
        return "draft" if self.status or self.text else "empty"

    def missing(self):
        """What must be answered before the report can be handed in: a list of Swedish sentences."""
        if not self.status:
            return [_("Välj hur det går.")]
        if self.status != ReportStatus.DEVIATING:
            return []
        needed = {
            _("Skriv orsaken till avvikelsen."): self.deviation_cause,
            _("Skriv vad ni gör åt avvikelsen."): self.deviation_measure,
            _("Ange ett nytt slutdatum, till exempel 2027-06-30."): self.new_end_date,
        }
        return [advice for advice, answer in needed.items() if not answer]

    @transaction.atomic
    def submit(self, *, by, version=None):
        """Hand in the report as it is stored; from now the coordinators and bodies read it.

        ``version`` is the one that was read: raises VersionConflict when a colleague has saved since, Frozen when it is
        too late, Incomplete when answers are missing. The round is held meanwhile, so that a report is either in before
        it closes or not at all.
        """
        round = Round.objects.select_for_update(no_key=True).get(pk=self.round_id)
        self.refresh_from_db()
        if self.submitted_at or round.state != "open":
            raise Frozen(_("Rapporten är redan inlämnad eller omgången är inte öppen."))
        if version not in (None, self.version):
            raise VersionConflict(self)
        if missing := self.missing():
            raise Incomplete(missing)
        self.submitted_at, self.submitted_by = timezone.now(), by
        self.save(update_fields=["submitted_at", "submitted_by"])
