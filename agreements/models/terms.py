"""For how long the agreement holds, who adopted it, and what came before and after it."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from agreements.models.actors import Actor
from agreements.models.base import AgreementRow, AgreementRowQuerySet, unique_key
from lib.db import date_order
from lib.history import HistoricalRecords


class Validity(AgreementRow):
    """For how long the agreement holds. An extension is a new row; the old end stays readable."""

    class Precision(models.TextChoices):
        DATE = "date", _("datum")
        MONTH = "month", _("månad")
        YEAR = "year", _("år")
        EVENT = "event", _("händelse")

    class NoticeScope(models.TextChoices):
        WHOLE = "whole_agreement", _("hela överenskommelsen upphör")
        PARTY = "leaving_party", _("bara parten lämnar")

    class TakesEffect(models.TextChoices):
        EACH = "each_signature", _("för varje part när den har undertecknat")
        ALL = "all_signed", _("för alla när alla har undertecknat")
        DATE = "date", _("för alla från ett datum")

    start = models.CharField(_("börjar"), max_length=10, blank=True)
    start_precision = models.CharField(_("noggrannhet, början"), max_length=10, choices=Precision, blank=True)
    start_event = models.CharField(_("händelse vid början"), max_length=200, blank=True)
    takes_effect = models.CharField(_("börjar gälla"), max_length=15, choices=TakesEffect, blank=True)
    end = models.CharField(_("slutar"), max_length=10, blank=True)
    end_precision = models.CharField(_("noggrannhet, slut"), max_length=10, choices=Precision, blank=True)
    open_ended = models.BooleanField(_("tills vidare"), default=False)
    notice_period_months = models.PositiveSmallIntegerField(
        _("uppsägningstid, månader"), null=True, blank=True, validators=[MaxValueValidator(120)]
    )
    notice_effect = models.CharField(_("verkan av uppsägning"), max_length=300, blank=True)
    notice_scope = models.CharField(_("uppsägningens omfattning"), max_length=20, choices=NoticeScope, blank=True)
    notice_scope_note = models.CharField(_("anmärkning om omfattningen"), max_length=300, blank=True)
    review = models.CharField(_("översyn"), max_length=200, blank=True)
    revision_initiated_by = models.CharField(_("revidering kan begäras av"), max_length=120, blank=True)
    note = models.CharField(_("anmärkning"), max_length=400, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("giltighet")
        verbose_name_plural = _("giltighet")
        ordering = ["order", "pk"]
        constraints = [
            unique_key("validity"),
            models.CheckConstraint(
                condition=Q(start="") | Q(end="") | Q(end__gte=F("start")) | Q(end__startswith=F("start")),
                name="validity_dates",
                violation_error_message=_("Slutet kan inte vara före början."),
            ),
            models.CheckConstraint(
                condition=~Q(open_ended=True, end__gt=""),
                name="validity_open_or_end",
                violation_error_message=_("En överenskommelse som gäller tills vidare har inget slutår."),
            ),
        ]

    def __str__(self):
        return self.period

    @property
    def period(self):
        """The period as people write it: ``2019–2025``, ``från 2019, tills vidare`` or that it is unknown."""
        start = self.start or self.start_event
        if self.open_ended:
            return str(_("tills vidare")) if not self.start else _("från %(start)s, tills vidare") % {"start": start}
        if self.start and self.end:
            return f"{self.start}–{self.end}"
        if self.start:
            return _("från %(start)s") % {"start": start}
        if self.end:
            return _("till och med %(end)s") % {"end": self.end}
        return str(_("framgår inte"))


class Adoption(AgreementRow):
    """Who decided on the agreement, how and where it was signed."""

    decided_by = models.ForeignKey(
        Actor, verbose_name=_("beslutas av"), null=True, blank=True, on_delete=models.PROTECT, related_name="adoptions"
    )
    decision_date = models.DateField(_("beslutsdatum"), null=True, blank=True)
    decision_paragraph = models.CharField(_("paragraf"), max_length=40, blank=True)
    registry_number = models.CharField(_("diarienummer"), max_length=60, blank=True)
    document = models.ForeignKey(
        "agreements.Document", verbose_name=_("beslutet som fil"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    text = models.ForeignKey(
        "agreements.TextVersion", verbose_name=_("antagen text"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="adoptions",
    )  # fmt: skip
    signing_form = models.CharField(_("form för undertecknande"), max_length=200, blank=True)
    signed_place = models.CharField(_("ort"), max_length=80, blank=True)
    signed_date = models.DateField(_("undertecknad"), null=True, blank=True)
    note = models.CharField(_("anmärkning"), max_length=300, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("antagande")
        verbose_name_plural = _("antagande")
        ordering = ["order", "pk"]
        constraints = [unique_key("adoption"), date_order("decision_date", "signed_date", name="adoption_dates")]

    def __str__(self):
        return str(self.decided_by or _("antagande"))


class SeriesEntryQuerySet(AgreementRowQuerySet):
    def for_page(self, user):
        """Adds ``can_open``: whether the linked agreement is in the portal for ``user`` to read."""
        agreements = self.model._meta.get_field("agreement").related_model.objects
        linked = agreements.visible_to(user).filter(pk=OuterRef("linked_agreement"))
        return self.select_related("linked_agreement").annotate(can_open=Exists(linked))


class SeriesEntry(AgreementRow):
    """An agreement before or after this one, in the portal or only known from a source."""

    class Relation(models.TextChoices):
        PREDECESSOR = "predecessor", _("föregångare")
        SUCCESSOR = "successor", _("efterföljare")

    relation = models.CharField(_("förhållande"), max_length=12, choices=Relation)
    title = models.CharField(_("titel"), max_length=300)
    period = models.CharField(_("period"), max_length=40, blank=True)
    linked_agreement = models.ForeignKey(
        "agreements.Agreement",
        verbose_name=_("i portalen"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    note = models.CharField(_("anmärkning"), max_length=400, blank=True)
    history = HistoricalRecords()

    objects = SeriesEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("led i serien")
        verbose_name_plural = _("serien")
        ordering = ["order", "pk"]
        constraints = [unique_key("seriesentry")]

    def __str__(self):
        return self.title
