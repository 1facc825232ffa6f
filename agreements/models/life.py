"""What happens to an agreement in its life: its steps from state to state, reviews, amendments, and notice given."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agreements.models.actors import Actor
from agreements.models.agreement import Agreement
from agreements.models.base import AgreementRow, AgreementRowQuerySet, unique_key
from agreements.models.content import Goal
from agreements.models.terms import Validity
from lib.db import Freezable, FreezableQuerySet, date_order
from lib.history import HistoricalRecords
from parties.models import Party, Right, User
from parties.rights import with_right


class Decided(models.Model):
    """Who decided, when, under which paragraph and registry number, and the paper that says so."""

    decided_by = models.CharField(_("beslutat av"), max_length=200, blank=True)
    decided_on = models.DateField(_("beslutsdatum"), null=True, blank=True)
    decision_paragraph = models.CharField(_("paragraf"), max_length=40, blank=True)
    registry_number = models.CharField(_("diarienummer"), max_length=60, blank=True)
    document = models.ForeignKey(
        "agreements.Document", verbose_name=_("protokoll eller annan fil"), null=True, blank=True,
        on_delete=models.PROTECT, related_name="+",
    )  # fmt: skip

    class Meta:
        abstract = True


class LifeEventQuerySet(FreezableQuerySet, AgreementRowQuerySet):
    def frozen(self):
        """What the portal itself did; what was read from a source may be put right."""
        return self.filter(done_at__isnull=False)


class LifeEvent(Freezable, Decided, AgreementRow):
    """One step in the life of an agreement, from a state to a state or within one; never changed once taken here."""

    class Kind(models.TextChoices):
        CREATED = "created", _("påbörjad")
        SENT = "sent", _("skickad på remiss")
        TAKEN_BACK = "taken_back", _("tagen tillbaka till utkast")
        ADOPTED = "adopted", _("antagen")
        SIGNED = "signed", _("undertecknad av alla")
        IN_FORCE = "in_force", _("började gälla")
        REVIEWED = "reviewed", _("sågs över")
        AMENDED = "amended", _("ändrad")
        EXTENDED = "extended", _("förlängd")
        NOTICE = "notice", _("uppsagd av en part")
        LEFT = "left", _("en part lämnade")
        JOINED = "joined", _("en part anslöt sig")
        TERMINATED = "terminated", _("avslutad i förtid")
        EXPIRED = "expired", _("gick ut")
        SUCCEEDED = "succeeded", _("ersattes")
        OTHER = "other", _("annan händelse")

    frozen_but = ("order",)
    frozen_message = _("Det som har hänt ändras inte. Lägg till en anmärkning i stället.")

    kind = models.CharField(_("händelse"), max_length=12, choices=Kind)
    when = models.CharField(_("tid"), max_length=10, help_text=_("År, månad eller datum: 2024, 2024-07, 2024-07-01."))
    effective_on = models.DateField(_("gäller från"), null=True, blank=True)
    from_status = models.CharField(_("från status"), max_length=20, choices=Agreement.Status, blank=True)
    to_status = models.CharField(_("till status"), max_length=20, choices=Agreement.Status, blank=True)
    party = models.ForeignKey(
        Party, verbose_name=_("part"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    text = models.CharField(_("beskrivning"), max_length=500, blank=True)
    reason = models.TextField(_("skäl"), max_length=2000, blank=True)
    done_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    done_at = models.DateTimeField(_("registrerad"), null=True, blank=True)
    history = HistoricalRecords()

    objects = LifeEventQuerySet.as_manager()

    class Meta:
        verbose_name = _("händelse i överenskommelsens liv")
        verbose_name_plural = _("händelser i överenskommelsens liv")
        ordering = ["when", "order", "pk"]
        constraints = [unique_key("lifeevent")]

    def __str__(self):
        return self.text or self.get_kind_display()


class AgreementReview(Decided, AgreementRow):
    """A review that the agreement asks for: due, then done with an outcome and a record of what was found."""

    class Kind(models.TextChoices):
        YEARLY = "yearly", _("årlig översyn")
        RELEVANCE = "relevance", _("aktualitetsprövning")

    class Outcome(models.TextChoices):
        STANDS = "stands", _("gäller oförändrad")
        ADJUST = "adjust", _("mindre ändringar")
        REVISE = "revise", _("ska revideras")
        END = "end", _("ska avslutas")

    kind = models.CharField(_("slag"), max_length=10, choices=Kind, default=Kind.YEARLY)
    due_on = models.DateField(_("senast"), null=True, blank=True)
    responsible = models.ForeignKey(
        Actor, verbose_name=_("görs av"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    done_on = models.DateField(_("gjord"), null=True, blank=True)
    outcome = models.CharField(_("utfall"), max_length=10, choices=Outcome, blank=True)
    text = models.TextField(_("vad som framkom"), max_length=6000, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("översyn")
        verbose_name_plural = _("översyner")
        ordering = ["due_on", "done_on", "pk"]
        constraints = [
            unique_key("agreementreview"),
            models.CheckConstraint(
                condition=Q(outcome="") | Q(done_on__isnull=False),
                name="agreementreview_outcome_when_done",
                violation_error_message=_("Fyll i vilken dag översynen gjordes."),
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} {self.done_on or self.due_on or ''}".strip()


class SituationReportQuerySet(AgreementRowQuerySet):
    def visible_to(self, user):
        """Until it is published it is the coordinators'."""
        rows = super().visible_to(user)
        return rows.filter(Q(published_on__lte=timezone.localdate()) | Q(pk__in=self.editable_by(user).values("pk")))


class SituationReport(AgreementRow):
    """How things are in the county (nulägesbeskrivning): a new one each year, tied to the goals it tells of."""

    year = models.PositiveSmallIntegerField(_("år"), validators=[MinValueValidator(1990), MaxValueValidator(2100)])
    title = models.CharField(_("rubrik"), max_length=200)
    text = models.TextField(_("nuläge"), max_length=20000)
    goals = models.ManyToManyField(Goal, verbose_name=_("mål"), blank=True, related_name="situation_reports")
    document = models.ForeignKey(
        "agreements.Document", verbose_name=_("underlag"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    published_on = models.DateField(_("publicerad"), null=True, blank=True)
    history = HistoricalRecords(m2m_fields=[goals])

    objects = SituationReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("nulägesbeskrivning")
        verbose_name_plural = _("nulägesbeskrivningar")
        ordering = ["-year", "order", "pk"]
        constraints = [unique_key("situationreport")]

    def __str__(self):
        return f"{self.title} {self.year}"


class AmendmentQuerySet(FreezableQuerySet, AgreementRowQuerySet):
    def frozen(self):
        return self.filter(done_at__isnull=False)


class Amendment(Freezable, Decided, AgreementRow):
    """A change of the text in mid-period: the old wording, the new one, and the decision. Never changed after.

    ``block`` is the key of what was changed, as in ``TextVersion.blocks``.
    """

    class Kind(models.TextChoices):
        CHANGED = "changed", _("ändrad")
        ADDED = "added", _("tillagd")
        DROPPED = "dropped", _("utgår")

    frozen_but = ("order",)
    frozen_message = _("En beslutad ändring ändras inte. Besluta om en ny ändring i stället.")

    kind = models.CharField(_("slag"), max_length=10, choices=Kind)
    block = models.CharField(_("stycke"), max_length=120, blank=True)
    heading = models.CharField(_("gäller"), max_length=250)
    old_text = models.TextField(_("tidigare lydelse"), max_length=8000, blank=True)
    new_text = models.TextField(_("ny lydelse"), max_length=8000, blank=True)
    reason = models.TextField(_("skäl"), max_length=2000, blank=True)
    effective_on = models.DateField(_("gäller från"), null=True, blank=True)
    request = models.ForeignKey(
        "agreements.RevisionRequest", verbose_name=_("efter begäran"), null=True, blank=True,
        on_delete=models.PROTECT, related_name="amendments",
    )  # fmt: skip
    done_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    done_at = models.DateTimeField(_("registrerad"), null=True, blank=True)
    history = HistoricalRecords()

    objects = AmendmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("ändring av överenskommelsen")
        verbose_name_plural = _("ändringar av överenskommelsen")
        ordering = ["effective_on", "order", "pk"]
        constraints = [unique_key("amendment")]

    def __str__(self):
        return f"{self.heading}: {self.get_kind_display()}"


class RevisionRequestQuerySet(AgreementRowQuerySet):
    def visible_to(self, user):
        """Shared by the parties; no part of the public page."""
        return self.filter(agreement__in=Agreement.objects.shared_with(user).values("pk"))


class RevisionRequest(Decided, AgreementRow):
    """A party's request that the agreement is revised, and what became of it."""

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted", _("revideras")
        DECLINED = "declined", _("revideras inte")

    party = models.ForeignKey(Party, verbose_name=_("begärs av"), on_delete=models.PROTECT, related_name="+")
    received_on = models.DateField(_("inkom"), default=timezone.localdate)
    text = models.TextField(_("vad som begärs"), max_length=4000)
    outcome = models.CharField(_("utfall"), max_length=10, choices=Outcome, blank=True)
    outcome_text = models.TextField(_("motivering"), max_length=2000, blank=True)
    asked_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    history = HistoricalRecords()

    objects = RevisionRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("begäran om revidering")
        verbose_name_plural = _("begäran om revidering")
        ordering = ["-received_on", "pk"]
        constraints = [
            unique_key("revisionrequest"),
            date_order("received_on", "decided_on", name="revisionrequest_dates"),
        ]

    def __str__(self):
        return f"{self.party}, {self.received_on}"


class TerminationQuerySet(FreezableQuerySet, AgreementRowQuerySet):
    def frozen(self):
        return self.filter(confirmed_at__isnull=False)

    def visible_to(self, user):
        """Until it is confirmed a notice is between the party that gives it and the coordinators."""
        own = with_right(Party.objects.all(), user, Right.APPROVE).values("pk")
        confirmed = Q(confirmed_at__isnull=False) & Q(agreement__in=Agreement.objects.visible_to(user).values("pk"))
        return self.filter(confirmed | Q(party__in=own) | Q(pk__in=self.editable_by(user).values("pk")))


class Termination(Freezable, AgreementRow):
    """Notice given by a party: when each of the others got it, and the last day that follows (see ``leaving``)."""

    frozen_but = ("withdrawn_on", "withdrawn_note", "order")
    frozen_message = _("Uppsägningen är bekräftad och kan inte ändras. Den kan bara tas tillbaka.")

    party = models.ForeignKey(Party, verbose_name=_("uppsägning av"), on_delete=models.PROTECT, related_name="+")
    given_on = models.DateField(_("uppsägningens datum"))
    reason = models.TextField(_("skäl"), max_length=2000, blank=True)
    registry_number = models.CharField(_("diarienummer"), max_length=60, blank=True)
    document = models.ForeignKey(
        "agreements.Document", verbose_name=_("uppsägningen som fil"), null=True, blank=True,
        on_delete=models.PROTECT, related_name="+",
    )  # fmt: skip
    scope = models.CharField(_("omfattning"), max_length=20, choices=Validity.NoticeScope)
    months = models.PositiveSmallIntegerField(_("uppsägningstid, månader"), validators=[MaxValueValidator(120)])
    counted_from = models.DateField(_("räknas från"), null=True, blank=True)
    last_day = models.DateField(_("sista dag"), null=True, blank=True)
    confirmed_at = models.DateTimeField(_("bekräftad"), null=True, blank=True)
    confirmed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    withdrawn_on = models.DateField(_("återtagen"), null=True, blank=True)
    withdrawn_note = models.CharField(_("varför återtagen"), max_length=300, blank=True)
    history = HistoricalRecords()

    objects = TerminationQuerySet.as_manager()

    class Meta:
        verbose_name = _("uppsägning")
        verbose_name_plural = _("uppsägningar")
        ordering = ["-given_on", "pk"]
        constraints = [
            unique_key("termination"),
            models.UniqueConstraint(
                fields=["agreement", "party"],
                condition=Q(withdrawn_on__isnull=True),
                name="termination_once",
                violation_error_message=_("Parten har redan sagt upp överenskommelsen."),
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True) | Q(last_day__isnull=False), name="termination_confirmed_has_day"
            ),
        ]

    def __str__(self):
        return f"{self.party}, {self.given_on}"


class TerminationReceipt(models.Model):
    """The day one of the other parties got the notice."""

    termination = models.ForeignKey(Termination, on_delete=models.CASCADE, related_name="receipts")
    party = models.ForeignKey(Party, verbose_name=_("part"), on_delete=models.PROTECT, related_name="+")
    received_on = models.DateField(_("mottagen"))

    class Meta:
        verbose_name = _("mottagen uppsägning")
        verbose_name_plural = _("mottagna uppsägningar")
        ordering = ["party__sort_name"]
        constraints = [models.UniqueConstraint(fields=["termination", "party"], name="terminationreceipt_once")]

    def __str__(self):
        return f"{self.party}: {self.received_on}"
