"""Rounds: one period's follow-up of an agreement, the parties that are asked in it, and what came out of it."""

import datetime

from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement
from governance.models import Meeting
from lib.db import Freezable, FreezableQuerySet, Frozen, StampField, Versioned, date_order, who_with_when
from lib.history import HistoricalRecords
from parties.models import Party, Right, User
from parties.rights import with_right

STATE_LABELS = {
    "planned": _("planerad"),
    "open": _("öppen"),
    "review": _("granskas"),
    "closed": _("stängd"),
    "published": _("publicerad"),
}


class RoundQuerySet(FreezableQuerySet):
    # What the council's page shows of a round and its agreement; the rest of the agreement is long and stays unread.
    READ = (
        "id", "version", "label", "stamp", "period_starts_on", "period_ends_on", "asks", "opens_on", "due_on",
        "review_on", "prepare_on", "close_on", "publish_on", "opened_at", "review_started_at", "closed_at",
        "published_at", "opened_by", "opened_by__name", "review_started_by", "review_started_by__name", "closed_by",
        "closed_by__name", "published_by", "published_by__name", "meeting", "meeting__held_on", "meeting__body",
        "meeting__body__name", "meeting__body__key", "agreement", "agreement__slug", "agreement__title",
        "agreement__short_name", "agreement__is_example", "agreement__published_on", "agreement__status",
        "agreement__stamp", "agreement__word_plan", "agreement__county", "agreement__county__code",
        "agreement__county__name",
    )  # fmt: skip

    def frozen(self):
        return self.filter(closed_at__isnull=False)

    def visible_to(self, user):
        """Published rounds follow the agreement; before that the parties and bodies it is shared with see them."""
        published = Q(published_at__isnull=False, agreement__in=Agreement.objects.visible_to(user).values("pk"))
        shared = Q(agreement__in=Agreement.objects.shared_with(user).values("pk"))
        return self.filter(published | shared)

    def visible_with(self, rights, on):
        """As ``visible_to`` on a day for somebody who holds these rights on the agreement that all the rounds have."""
        shared = ~Q(agreement__status=Agreement.Status.DRAFT) if Right.SEE_AGREEMENT in rights else Q(pk__in=[])
        own = ~Q(pk__in=[]) if Right.EDIT_AGREEMENT in rights else Q(pk__in=[])
        return self.filter(Q(published_at__isnull=False, agreement__published_on__lte=on) | shared | own)

    def editable_by(self, user):
        return self.filter(agreement__in=Agreement.objects.editable_by(user).values("pk"))

    def answers_read_by(self, user):
        """Rounds of which the user reads what a party has handed in; ``Report.objects.visible_to`` says the rest."""
        inside = Q(agreement__in=Agreement.objects.submitted_visible_to(user).values("pk"))
        published = Q(published_at__isnull=False, agreement__in=Agreement.objects.visible_to(user).values("pk"))
        return self.filter(inside | published)

    def read_whole_by(self, user):
        """Rounds of which the user may read every answer handed in: coordinators and bodies; published, everybody."""
        inside = Q(agreement__in=Agreement.objects.submitted_visible_to(user).values("pk"))
        return self.visible_to(user).filter(inside | Q(published_at__isnull=False))

    def overseen_by(self, user):
        """Rounds whose control view the user reads: the coordinators', and their board's auditors'."""
        boards = Party.objects.with_right(user, Right.SEE_PARTY).values("pk")
        shared = Agreement.objects.submitted_visible_to(user).exclude(status=Agreement.Status.DRAFT)
        overseen = Q(agreement__in=shared.filter(coordinating_party__in=boards).values("pk"))
        return self.filter(overseen | Q(agreement__in=Agreement.objects.editable_by(user).values("pk")))

    def open(self):
        """Rounds that take answers: open, or in review."""
        return self.filter(opened_at__isnull=False, closed_at__isnull=True)

    def for_list(self):
        """As with_progress; ``example_count``, of how many reports the activity is invented."""
        return self.with_progress().annotate(
            example_count=self._number_of(Q(activity__edition__plan__is_example=True)),
        )

    def with_progress(self):
        """Adds ``report_count`` and ``submitted_count``; a draft counts as nothing handed in. The newest first."""
        return (
            self.select_related("agreement", "meeting__body")
            .annotate(report_count=self._number_of(), submitted_count=self._number_of(Q(submitted_at__isnull=False)))
            .order_by("-period_starts_on", "-pk")
        )

    def _number_of(self, *only):
        """Of each round counted by itself: joined, three counts would read every report three times over."""
        reports = self.model._meta.get_field("reports").related_model.objects.filter(*only, round=models.OuterRef("pk"))
        counted = reports.order_by().values("round").annotate(number=models.Count("pk")).values("number")
        return Coalesce(models.Subquery(counted), 0)


class Round(Freezable, Versioned):
    """One period's follow-up of an agreement: planned → open → in review → closed → published. Closed is frozen."""

    class Asks(models.TextChoices):
        RESPONSIBLE = "responsible", _("ansvariga parter")
        PARTICIPANTS = "participants", _("ansvariga och medverkande parter")

    frozen_but = ("published_at", "published_by", "stamp")
    frozen_message = _("Uppföljningsomgången är stängd och kan inte ändras.")

    agreement = models.ForeignKey(
        Agreement, verbose_name=_("överenskommelse"), on_delete=models.PROTECT, related_name="rounds"
    )
    label = models.CharField(_("omgång"), max_length=20)
    period_starts_on = models.DateField(_("perioden börjar"))
    period_ends_on = models.DateField(_("perioden slutar"))
    asks = models.CharField(_("vilka som svarar"), max_length=12, choices=Asks, default=Asks.RESPONSIBLE)
    meeting = models.ForeignKey(
        Meeting, verbose_name=_("rådets möte"), null=True, blank=True, on_delete=models.PROTECT, related_name="rounds"
    )
    # The round's days, counted back from the meeting (design: T−12, T−7, T−6, T−4, T−2, T+2 weeks), each adjustable.
    opens_on = models.DateField(_("öppnar"), null=True, blank=True)
    due_on = models.DateField(_("sista svarsdag"))
    review_on = models.DateField(_("granskad senast"), null=True, blank=True)
    prepare_on = models.DateField(_("bereds"), null=True, blank=True)
    close_on = models.DateField(_("stängs"), null=True, blank=True)
    publish_on = models.DateField(_("publiceras"), null=True, blank=True)
    opened_at = models.DateTimeField(_("öppnad"), null=True, blank=True, editable=False)
    opened_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    review_started_at = models.DateTimeField(_("granskning började"), null=True, blank=True, editable=False)
    review_started_by = models.ForeignKey(
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
    stamp = StampField()  # new with every answer that is handed in, taken back, returned or approved
    history = HistoricalRecords(excluded_fields=["stamp"])

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
                condition=Q(review_started_at__isnull=True) | Q(opened_at__isnull=False),
                name="round_opened_before_review",
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
        """``planned``, ``open``, ``review``, ``closed`` or ``published``: follows from the facts."""
        if self.published_at:
            return "published"
        if self.closed_at:
            return "closed"
        if self.review_started_at:
            return "review"
        return "open" if self.opened_at else "planned"

    @property
    def state_label(self):
        return STATE_LABELS[self.state]

    @property
    def is_taking_answers(self):
        """Whether parties may write and hand in: from the opening until the round is closed, also while in review."""
        return self.state in ("open", "review")

    @classmethod
    def hold(cls, pk):
        """The stored round, held until the transaction ends: nothing is handed in while it closes, and the reverse."""
        return cls.objects.select_for_update(no_key=True).get(pk=pk)

    @transaction.atomic
    def start_review(self, *, by):
        """From now nobody takes an answer back. Late and returned answers may still come. Raises Frozen unless open."""
        if Round.hold(self.pk).state != "open":
            raise Frozen(_("Granskningen kan bara börja i en öppen omgång."))
        self.review_started_at, self.review_started_by = timezone.now(), by
        self.save(update_fields=["review_started_at", "review_started_by"])

    @transaction.atomic
    def publish(self, *, by):
        """Let everybody read what was handed in. Raises Frozen if the round is not closed, or published already."""
        if Round.hold(self.pk).state != "closed":
            raise Frozen(_("Bara en stängd omgång kan publiceras."))
        self.published_at, self.published_by = timezone.now(), by
        self.save(update_fields=["published_at", "published_by"])

    @transaction.atomic
    def reopen(self, *, by, reason):
        """Take a closed or published round back to review, with a reason that stays on the page.

        What was stored at the closing stays in its Outcome; the next closing stores another. Raises Frozen where the
        round is not closed.
        """
        stored = Round.hold(self.pk)
        if not stored.closed_at:
            raise Frozen(_("Omgången är redan öppen."))
        Reopening.objects.create(
            round=self, reopened_by=by, reason=reason, closed_at=stored.closed_at, published_at=stored.published_at
        )
        emptied = ("closed_at", "closed_by", "published_at", "published_by")
        self.frozen_but = (*type(self).frozen_but, *emptied, "review_started_at", "review_started_by")
        for name in emptied:
            setattr(self, name, None)
        self.review_started_at = self.review_started_at or timezone.now()
        self._change_reason = reason
        self.save(update_fields=[*emptied, "review_started_at"])
        del self.frozen_but


class PartOfRoundQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(round__in=Round.objects.visible_to(user).values("pk"))

    def editable_by(self, user):
        return self.filter(round__in=Round.objects.editable_by(user).values("pk"))


class Reopening(models.Model):
    """That a round was opened again after it was closed: by whom, why, and since when it had been closed."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="reopenings")
    reopened_at = models.DateTimeField(_("öppnad igen"), default=timezone.now)
    reopened_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(_("skäl"), max_length=1000)
    closed_at = models.DateTimeField(_("var stängd"))
    published_at = models.DateTimeField(_("var publicerad"), null=True, blank=True)

    objects = PartOfRoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("öppnad igen")
        verbose_name_plural = _("öppnade igen")
        ordering = ["reopened_at", "pk"]

    def __str__(self):
        return f"{self.round}: {self.reason}"


class Outcome(models.Model):
    """What a closing found, kept as it was: figures, names and what each party was asked. Never changed.

    ``facts`` is plain JSON made by ``followup/outcome.py``; the page of a closed round is drawn from it and not from
    rows that may be renamed later. A round that was opened again and closed anew has several; the last one counts.
    """

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="outcomes")
    made_at = models.DateTimeField(_("räknad"), default=timezone.now)
    facts = models.JSONField()
    figures = models.JSONField(default=dict)  # the sums of ``facts``, short: earlier rounds are drawn from these alone

    objects = PartOfRoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("utfall")
        verbose_name_plural = _("utfall")
        ordering = ["made_at", "pk"]

    def __str__(self):
        return str(self.round)

    def save(self, *args, **kwargs):
        if not self._state.adding:
            raise Frozen(Round.frozen_message)
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise Frozen(Round.frozen_message)


class RespondentQuerySet(models.QuerySet):
    def visible_to(self, user):
        """A party's own place in a round; the coordinators see all of their rounds'."""
        own = Q(party__in=with_right(Party.objects.all(), user, Right.SEE_PARTY).values("pk"))
        return self.filter(own | Q(round__in=Round.objects.editable_by(user).values("pk")))

    def editable_by(self, user):
        """Those who report for the party."""
        return self.filter(party__in=with_right(Party.objects.all(), user, Right.REPORT).values("pk"))

    def with_rule(self):
        """Adds ``needs_approver``: whether the party has said that somebody who approves hands in."""
        rule = ReportingRule.objects.filter(party=OuterRef("party"), needs_approver=True)
        return self.annotate(needs_approver=Exists(rule))


class Respondent(Versioned):
    """A party that is asked in a round: its own last day, whether it has been heard of, and its approver's turn.

    ``begun_at`` is when somebody of the party first opened the round's form. It is the only thing about unfinished
    answers that the coordinators see; no draft moves it.
    """

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="respondents")
    party = models.ForeignKey(Party, verbose_name=_("part"), on_delete=models.PROTECT, related_name="asked_in")
    extended_to = models.DateField(_("längre tid, till och med"), null=True, blank=True)
    extension_reason = models.CharField(_("skäl till längre tid"), max_length=300, blank=True)
    extended_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    begun_at = models.DateTimeField(_("började svara"), null=True, blank=True, editable=False)
    ready_at = models.DateTimeField(_("klar för godkännande"), null=True, blank=True, editable=False)
    ready_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    ready_note = models.CharField(_("till godkännaren"), max_length=500, blank=True)
    history = HistoricalRecords()

    objects = RespondentQuerySet.as_manager()

    class Meta:
        verbose_name = _("svarande part")
        verbose_name_plural = _("svarande parter")
        ordering = ["party__sort_name"]
        constraints = [
            models.UniqueConstraint(fields=["round", "party"], name="respondent_once"),
            who_with_when("ready_by", "ready_at", name="respondent_ready_who_when"),
        ]

    def __str__(self):
        return f"{self.party}: {self.round}"

    @property
    def due_on(self):
        """The party's own last day: its extension, or the round's."""
        return max(filter(None, (self.extended_to, self.round.due_on)))

    def is_late(self, moment=None):
        """Whether the party's last day is over at ``moment`` (now unless told), by the clock of Stockholm."""
        return timezone.localdate(moment or timezone.now()) > self.due_on

    def days_left(self, today=None):
        """Days until the last day; 0 is today, negative is late."""
        return (self.due_on - (today or timezone.localdate())) // datetime.timedelta(days=1)


class ReportingRuleQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(party__in=with_right(Party.objects.all(), user, Right.SEE_PARTY, Right.ADMINISTER))

    def editable_by(self, user):
        """Those who approve for the party, and those who look after its people."""
        return self.filter(party__in=with_right(Party.objects.all(), user, Right.APPROVE, Right.ADMINISTER))


class ReportingRule(Versioned):
    """How a party reports: whether somebody who approves must hand in what others have written."""

    party = models.OneToOneField(Party, on_delete=models.CASCADE, related_name="reporting_rule")
    needs_approver = models.BooleanField(_("godkännare lämnar in"), default=False)
    history = HistoricalRecords()

    objects = ReportingRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("partens rapportering")
        verbose_name_plural = _("parternas rapportering")

    def __str__(self):
        return str(self.party)
