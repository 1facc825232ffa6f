"""Reports: what each party says about each of its activities in a round, what was handed in, returned and approved."""

from functools import cache

from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actionplans.models import Activity
from agreements.models import Agreement
from followup.models.rounds import ReportingRule, Respondent, Round
from followup.numbers import missing_numbers, validate_numbers
from lib.asked import keys_of
from lib.db import (
    Freezable,
    FreezableQuerySet,
    Frozen,
    Stamping,
    StampingQuerySet,
    VersionConflict,
    Versioned,
    who_with_when,
)
from lib.history import HistoricalRecords, update_noted
from lib.written import WrittenUpdate
from parties.models import Party, Right, User


class Incomplete(Exception):
    """The report lacks answers; ``args[0]`` is a dict: field → Swedish sentence saying what to do."""


class ReportStatus(models.TextChoices):
    NOT_STARTED = "not_started", _("ej påbörjad")
    ONGOING = "ongoing", _("pågår")
    CONTINUOUS = "continuous", _("pågår löpande")
    DONE = "done", _("genomförd")
    DEVIATING = "deviating", _("avviker")
    CANCELLED = "cancelled", _("avförd")
    NOT_RELEVANT = "not_relevant", _("ej relevant")
    NO_DATA = "no_data", _("uppgift saknas")


NO_ANSWER_NEEDED = {ReportStatus.NOT_RELEVANT, ReportStatus.NO_DATA}


class Degree(models.TextChoices):
    """The scale that county boards use in Åtgärdswebben; *not relevant* is an answer, empty is none."""

    FULLY = "fully", _("helt eller i huvudsak")
    HALF = "half", _("hälften eller mer")
    STARTED = "started", _("under hälften")
    NOT_STARTED = "not_started", _("ej påbörjad")
    NOT_RELEVANT = "not_relevant", _("ej relevant")


class ReportQuerySet(StampingQuerySet, FreezableQuerySet):
    def frozen(self):
        return self.filter(Q(approved_at__isnull=False) | Q(round__closed_at__isnull=False))

    def visible_to(self, user):
        """A draft is its party's alone; submitted, its coordinators' and bodies'; published, everybody's.

        A returned report is a draft again. What was handed in before stays readable to the coordinators as
        ``last_submitted``; they find it by ``returned_visible_to``.
        """
        own = Q(party__among=keys_of(Party.objects.with_right, user, Right.SEE_PARTY))
        handed_in = Q(submitted_at__isnull=False, round__among=keys_of(Round.objects.answers_read_by, user))
        return self.filter(own | handed_in)

    def editable_by(self, user):
        """Those who report for the party, until it is submitted and while the round takes answers."""
        mine = self.filter(party__in=Party.objects.with_right(user, Right.REPORT).values("pk"))
        return mine.filter(submitted_at__isnull=True, round__opened_at__isnull=False, round__closed_at__isnull=True)

    def own_of(self, user):
        """The reports of the user's own parties, in whatever state, with what the form asks of each in one question.

        Adds ``can_report``, ``can_approve``, ``needs_approver``, and of the party's place in the round ``begun_at``
        and ``ready_at``.
        """
        place = Respondent.objects.filter(round=OuterRef("round"), party=OuterRef("party"))
        rights = (Right.REPORT, Right.APPROVE)
        may = {right: Party.objects.with_right(user, right).filter(pk=OuterRef("party")) for right in rights}
        return self.filter(party__in=Party.objects.with_right(user, Right.SEE_PARTY).values("pk")).annotate(
            can_report=Exists(may[Right.REPORT]),
            can_approve=Exists(may[Right.APPROVE]),
            needs_approver=Exists(ReportingRule.objects.filter(party=OuterRef("party"), needs_approver=True)),
            begun_at=models.Subquery(place.values("begun_at")[:1]),
            ready_at=models.Subquery(place.values("ready_at")[:1]),
        )

    def submittable_by(self, user):
        """As editable_by; where the party wants an approver, only for those who approve."""
        approving = Party.objects.with_right(user, Right.APPROVE)
        return self.editable_by(user).exclude(
            Q(party__reporting_rule__needs_approver=True) & ~Q(party__in=approving.values("pk"))
        )

    def returned_visible_to(self, user):
        """Returned reports whose last submitted answer the user may read. Never show the rows' own fields."""
        return self.filter(
            submitted_at__isnull=True,
            returned_at__isnull=False,
            round__agreement__in=Agreement.objects.submitted_visible_to(user).values("pk"),
        )

    def submitted(self):
        return self.filter(submitted_at__isnull=False)

    def for_page(self):
        return self.select_related(
            "round__agreement__county", "activity__area", "activity__edition__plan", "activity__responsible", "party"
        )


class Report(Stamping, Freezable, Versioned):
    """What one party says about one activity in one round. An empty status means that nothing is answered yet.

    Its round gets a new stamp with every write but those in a draft (``save_answers``), which no page of others shows.
    """

    stamped_by = "round"
    frozen_message = _("Rapporten är godkänd eller omgången stängd. Den kan inte ändras.")
    # What the party answers, in the order of the form; what a return can name, and what is carried over.
    ANSWERS = (
        "status", "degree", "text", "effect", "deviation_cause", "deviation_measure", "new_end_date",
        "decision_asked", "numbers", "addition",
    )  # fmt: skip
    FORM_ORDER = ("activity__area__order", "activity__order", "activity", "pk")  # as the plan has its activities
    # What *oförändrat* takes from last time: not numbers, which belong to their period, and no question to the council.
    REPEATED = ("status", "degree", "text", "effect", "deviation_cause", "deviation_measure", "new_end_date")

    round = models.ForeignKey(Round, verbose_name=_("omgång"), on_delete=models.PROTECT, related_name="reports")
    activity = models.ForeignKey(
        Activity, verbose_name=_("aktivitet"), on_delete=models.PROTECT, related_name="reports"
    )
    party = models.ForeignKey(Party, verbose_name=_("part"), on_delete=models.PROTECT, related_name="reports")
    status = models.CharField(_("hur går det?"), max_length=15, choices=ReportStatus, blank=True)
    degree = models.CharField(_("hur mycket är genomfört?"), max_length=15, choices=Degree, blank=True)
    text = models.TextField(_("vad har ni gjort?"), max_length=4000, blank=True)
    effect = models.TextField(_("vad blev effekten?"), max_length=4000, blank=True)
    deviation_cause = models.TextField(_("orsak till avvikelsen"), max_length=1000, blank=True)
    deviation_measure = models.TextField(_("vad gör ni åt det?"), max_length=1000, blank=True)
    new_end_date = models.DateField(_("nytt slutdatum"), null=True, blank=True)
    decision_asked = models.TextField(_("vad behöver rådet ta ställning till?"), max_length=1000, blank=True)
    numbers = models.JSONField(_("antal"), default=dict, blank=True, validators=[validate_numbers])
    addition = models.TextField(_("tillägg för länet"), max_length=2000, blank=True)
    is_unchanged = models.BooleanField(_("oförändrat sedan förra gången"), default=False)
    reused_from = models.ForeignKey(
        "self", verbose_name=_("samma svar som"), null=True, blank=True, editable=False, on_delete=models.SET_NULL,
        related_name="reuses",
    )  # fmt: skip
    submitted_at = models.DateTimeField(_("inlämnad"), null=True, blank=True, editable=False)
    submitted_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    on_behalf = models.CharField(_("lämnad av samordnaren, efter"), max_length=200, blank=True)
    returned_at = models.DateTimeField(_("återlämnad"), null=True, blank=True, editable=False)
    approved_at = models.DateTimeField(_("godkänd"), null=True, blank=True, editable=False)
    approved_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    review_comment = models.TextField(_("samordnarens kommentar"), max_length=1000, blank=True)
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
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True) | Q(submitted_at__isnull=False),
                name="report_submitted_before_approved",
            ),
        ]
        indexes = [
            models.Index(fields=["party", "round"], name="report_party_round"),
            models.Index(
                fields=["round"],
                name="report_deviates",  # what the council's page reads of thousands: as followup.outcome.DEVIATES
                condition=Q(submitted_at__isnull=False) & (Q(status="deviating") | ~Q(decision_asked="")),
            ),
        ]

    def __str__(self):
        return f"{self.activity.number}, {self.party}"

    def get_absolute_url(self):
        return reverse("followup:report_detail", args=[self.round.agreement.slug, self.round.label, self.pk])

    @property
    def state(self):
        """``empty``, ``draft``, ``submitted``, ``returned`` or ``approved``: follows from the facts."""
        if self.approved_at:
            return "approved"
        if self.submitted_at:
            return "submitted"
        if self.returned_at:
            return "returned"
        return "draft" if self.has_answer else "empty"

    @property
    def has_answer(self):
        return any(getattr(self, name) for name in self.ANSWERS)

    @property
    def last_submitted(self):
        """The report as it was last handed in, an unsaved Report; None where it never was. One query."""
        entry = self.history.filter(submitted_at__isnull=False).order_by("-history_id").first()
        return entry and entry.instance

    def missing(self):
        """What must be answered before the report can be handed in: a dict, field → Swedish sentence."""
        if not self.status:
            return {"status": _("Välj hur det går.")}
        needed = missing_numbers(self.numbers, self.activity.counts) if self.status not in NO_ANSWER_NEEDED else ""
        found = {"numbers": needed} if needed else {}
        if self.status == ReportStatus.CANCELLED and not self.text:
            found["text"] = _("Skriv varför aktiviteten är avförd.")
        if self.status != ReportStatus.DEVIATING:
            return found
        asked = {
            "deviation_cause": _("Skriv orsaken till avvikelsen."),
            "deviation_measure": _("Skriv vad ni gör åt avvikelsen."),
            "new_end_date": _("Ange ett nytt slutdatum, till exempel 2027-06-30."),
        }
        return {name: advice for name, advice in asked.items() if not getattr(self, name)} | found

    def save_answers(self, answers, *, version, by):
        """Store ``answers`` (field → value) of a draft read at ``version``: one UPDATE and one line of history.

        A change of what *oförändrat* repeated makes the answer changed. Raises VersionConflict where a colleague has
        saved since, Frozen where it is handed in or the round takes no answers, DoesNotExist where it is gone.
        """
        if "is_unchanged" not in answers and answers.keys() & set(self.REPEATED):
            answers = {**answers, "is_unchanged": False}
        if not update_noted(_update_of(tuple(answers)), answers, by=by, pk=self.pk, version=version):
            stored = Report.objects.select_related("round").get(pk=self.pk)
            raise VersionConflict(stored) if stored.why_closed() == "" else Frozen(stored.why_closed())
        for name, value in answers.items():
            setattr(self, name, value)
        self.version = version + 1

    def validate_constraints(self, exclude=None):
        """As always, but not one by one where all of them are left out, as in the party's form: a tenth of a save."""
        if not {"round", "submitted_at", "approved_at"} <= set(exclude or ()):
            super().validate_constraints(exclude=exclude)

    def why_closed(self):
        """Why the party cannot write in the report now, as a sentence; empty where it can."""
        if not self.round.is_taking_answers:
            return _("Omgången är stängd. Svaret kan inte ändras. Hör av dig till samordnaren.")
        if self.approved_at:
            return _("Svaret är godkänt och kan inte ändras.")
        return _("Svaret är inlämnat. Ta tillbaka det om det behöver ändras.") if self.submitted_at else ""

    @transaction.atomic
    def submit(self, *, by, version=None):
        """Hand in the report as it is stored; from now the coordinators and bodies read it.

        ``version`` is the one that was read: raises VersionConflict when a colleague has saved since, Frozen when it is
        too late, Incomplete when answers are missing. The round is held meanwhile, so that a report is either in before
        it closes or not at all.
        """
        round = Round.hold(self.round_id)
        self.refresh_from_db()
        if self.submitted_at:
            raise Frozen(_("Rapporten är redan inlämnad."))
        if not round.is_taking_answers:
            raise Frozen(_("Omgången är stängd. Rapporten kan inte lämnas in. Hör av dig till samordnaren."))
        if version not in (None, self.version):
            raise VersionConflict(self)
        if missing := self.missing():
            raise Incomplete(missing)
        self.submitted_at, self.submitted_by, self.returned_at = timezone.now(), by, None
        self.save_version(self.version)

    @transaction.atomic
    def retract(self, *, by):
        """Take back what was handed in, while nobody has begun to review it. Raises Frozen when it is too late."""
        round = Round.hold(self.round_id)
        self.refresh_from_db()
        if not self.submitted_at:
            raise Frozen(_("Rapporten är inte inlämnad."))
        if self.approved_at or round.state != "open":
            raise Frozen(_("Granskningen har börjat. Be samordnaren att återlämna rapporten."))
        self.submitted_at = self.submitted_by = None
        self.on_behalf = ""
        self._history_user = by
        self.save_version(self.version)

    @transaction.atomic
    def approve(self, *, by, comment=""):
        """Accept what was handed in; from now it never changes. Raises Frozen unless it waits for that."""
        round = Round.hold(self.round_id)
        self.refresh_from_db()
        if not round.is_taking_answers or not self.submitted_at or self.approved_at:
            raise Frozen(_("Bara en inlämnad rapport i en öppen omgång kan godkännas."))
        self.approved_at, self.approved_by, self.review_comment = timezone.now(), by, comment
        self.save_version(self.version)

    @transaction.atomic
    def send_back(self, *, by, reasons, due_on=None, comment=""):
        """Return what was handed in, or approved, to its party. ``reasons``: field → what has to change.

        The reasons and what was handed in stay in the history. Raises Frozen unless it is handed in and the round takes
        answers; ValueError without a reason.
        """
        if not reasons and not comment:
            raise ValueError("A return needs a reason")
        round = Round.hold(self.round_id)
        self.refresh_from_db()
        if not round.is_taking_answers or not self.submitted_at:
            raise Frozen(_("Bara en inlämnad rapport i en öppen omgång kan återlämnas."))
        row = self.returns.create(
            returned_by=by, reasons=reasons, comment=comment, due_on=due_on, submitted_at=self.submitted_at
        )
        emptied = ("submitted_at", "submitted_by", "approved_at", "approved_by")
        self.frozen_but = (*type(self).frozen_but, *emptied, "returned_at", "version")
        for name in emptied:
            setattr(self, name, None)
        self.returned_at = row.returned_at
        self.save_version(self.version, reason=comment[:100])
        del self.frozen_but
        return row


@cache
def _update_of(names):
    """The UPDATE of these answers of a draft, at the version it was read at, while its round takes answers."""
    takes = {"submitted_at__isnull": True, "round__in": Round.objects.open().values("pk")}
    pk, version = -2, 2**31 - 2  # hold the places of what is told; a version is never below 0
    rows = models.QuerySet(Report).filter(pk=pk, version=version, **takes)  # plain: asks itself whether it is frozen
    return WrittenUpdate(rows, names, constant={"version": F("version") + 1}, pk=pk, version=version)


@cache
def _history():
    """The manager of the history, which the library would make anew each time."""
    return Report.history


def written(reports, *, by):
    """Add a line to the history of each of the reports, as they are now: one INSERT."""
    _history().bulk_history_create(reports, update=True, default_user=by)
