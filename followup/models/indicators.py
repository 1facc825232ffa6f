"""Indicators of goals: what is measured, how it was defined when, and the values, each with its source."""

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement, Goal
from agreements.models.base import AgreementRow, unique_key
from lib.db import Stamping, StampingQuerySet
from lib.history import HistoricalRecords
from parties.models import County, Party


class Indicator(AgreementRow):
    """What tells whether a goal moves: counted by the parties, or fetched from Kolada by its KPI.

    Shown beside its source and definition. It measures outcome, not the effect of the plan, and the page says so.
    """

    class Source(models.TextChoices):
        OWN = "own", _("egen uppföljning")
        KOLADA = "kolada", _("Kolada")
        OTHER = "other", _("annan källa")

    class Better(models.TextChoices):
        HIGHER = "higher", _("högre är bättre")
        LOWER = "lower", _("lägre är bättre")
        NEITHER = "", _("varken eller")

    goal = models.ForeignKey(
        Goal, verbose_name=_("mål"), null=True, blank=True, on_delete=models.PROTECT, related_name="indicators"
    )
    name = models.CharField(_("indikator"), max_length=250)
    unit = models.CharField(_("enhet"), max_length=40, blank=True)
    decimals = models.PositiveSmallIntegerField(_("decimaler"), default=1, validators=[MaxValueValidator(3)])
    source = models.CharField(_("källa"), max_length=10, choices=Source, default=Source.OWN)
    source_name = models.CharField(_("källans namn"), max_length=160, blank=True)
    kpi = models.CharField(
        _("nyckeltal i Kolada"), max_length=6, blank=True,
        validators=[RegexValidator(r"^[NU]\d{5}$", _("Skriv N eller U och fem siffror, till exempel N02267."))],
    )  # fmt: skip
    lineage = models.UUIDField(
        _("räknas av aktivitet"), null=True, blank=True,
        help_text=_("Aktiviteten vars antal i rapporterna summeras när omgången stängs."),
    )  # fmt: skip
    is_count = models.BooleanField(_("är ett antal personer"), default=False)
    by_sex = models.BooleanField(_("delas upp på kön"), default=False)
    better = models.CharField(_("riktning"), max_length=6, choices=Better, blank=True)
    target_value = models.DecimalField(_("målvärde"), max_digits=14, decimal_places=3, null=True, blank=True)
    target_year = models.PositiveSmallIntegerField(_("målår"), null=True, blank=True)
    is_key = models.BooleanField(_("visas på rådets sida"), default=True)
    is_example = models.BooleanField(_("exempeldata"), default=False)
    fetched_at = models.DateTimeField(_("hämtad"), null=True, blank=True, editable=False)
    fetch_error = models.CharField(_("senaste hämtning"), max_length=300, blank=True, editable=False)
    history = HistoricalRecords(excluded_fields=["fetched_at", "fetch_error"])

    class Meta:
        verbose_name = _("indikator")
        verbose_name_plural = _("indikatorer")
        ordering = ["goal__area__order", "goal__order", "order", "pk"]
        constraints = [
            unique_key("indicator"),
            models.CheckConstraint(
                condition=~Q(source="kolada") | ~Q(kpi=""), name="indicator_of_kolada_has_kpi",
                violation_error_message=_("Skriv nyckeltalets beteckning i Kolada, till exempel N02267."),
            ),
        ]  # fmt: skip

    def __str__(self):
        return self.name


class PartOfIndicator(Stamping):
    """A row that is shown with its indicator, on pages of its agreement."""

    stamped_by = "indicator"

    class Meta:
        abstract = True

    @classmethod
    def stamp_holders(cls, keys):
        return Agreement.objects.filter(pk__in=Indicator.objects.filter(pk__in=keys).values("agreement"))


class PartOfIndicatorQuerySet(StampingQuerySet):
    def visible_to(self, user):
        return self.filter(indicator__in=Indicator.objects.visible_to(user).values("pk"))

    def editable_by(self, user):
        return self.filter(indicator__in=Indicator.objects.editable_by(user).values("pk"))


class IndicatorDefinition(PartOfIndicator):
    """How the source has defined the indicator from a year on. Where the method changed, the series breaks there."""

    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="definitions")
    from_year = models.PositiveSmallIntegerField(_("från år"))
    text = models.TextField(_("definition"), max_length=4000)
    breaks_series = models.BooleanField(_("går inte att jämföra bakåt"), default=False)
    seen_at = models.DateTimeField(_("sedd"), auto_now_add=True)

    objects = PartOfIndicatorQuerySet.as_manager()

    class Meta:
        verbose_name = _("definition")
        verbose_name_plural = _("definitioner")
        ordering = ["from_year", "pk"]

    def __str__(self):
        return f"{self.from_year}: {self.text[:60]}"


class Measurement(PartOfIndicator):
    """One value of an indicator: for a party, a county, or (with neither) the country, in a year and for a sex.

    ``value`` is empty where the source says that there is none, with its reason; that is not zero. ``half`` is 0 for
    a whole year, else 1 or 2.
    """

    class Sex(models.TextChoices):
        ALL = "", _("alla")
        WOMEN = "women", _("kvinnor")
        MEN = "men", _("män")
        GIRLS = "girls", _("flickor")
        BOYS = "boys", _("pojkar")
        OTHER = "other", _("annat")

    class Gap(models.TextChoices):
        NONE = "", _("värde finns")
        MISSING = "missing", _("saknas")
        PRIVATE = "private", _("för få, visas inte")

    indicator = models.ForeignKey(Indicator, on_delete=models.CASCADE, related_name="measurements")
    party = models.ForeignKey(
        Party, verbose_name=_("part"), null=True, blank=True, on_delete=models.PROTECT, related_name="measurements"
    )
    county = models.ForeignKey(
        County, verbose_name=_("län"), null=True, blank=True, on_delete=models.PROTECT, related_name="measurements"
    )
    year = models.PositiveSmallIntegerField(_("år"), validators=[MinValueValidator(1970), MaxValueValidator(2100)])
    half = models.PositiveSmallIntegerField(_("halvår"), default=0, validators=[MaxValueValidator(2)])
    sex = models.CharField(_("kön"), max_length=5, choices=Sex, blank=True)
    value = models.DecimalField(_("värde"), max_digits=14, decimal_places=3, null=True, blank=True)
    gap = models.CharField(_("varför värde saknas"), max_length=8, choices=Gap, blank=True)
    note = models.CharField(_("anmärkning"), max_length=200, blank=True)
    measured_at = models.DateTimeField(_("inläst"), auto_now=True)

    objects = PartOfIndicatorQuerySet.as_manager()

    class Meta:
        verbose_name = _("mätvärde")
        verbose_name_plural = _("mätvärden")
        ordering = ["year", "half", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "party", "year", "half", "sex"], condition=Q(party__isnull=False),
                name="measurement_of_party_once",
            ),
            models.UniqueConstraint(
                fields=["indicator", "county", "year", "half", "sex"], condition=Q(county__isnull=False),
                name="measurement_of_county_once",
            ),
            models.UniqueConstraint(
                fields=["indicator", "year", "half", "sex"],
                condition=Q(party__isnull=True, county__isnull=True), name="measurement_of_country_once",
            ),
            models.CheckConstraint(
                condition=Q(party__isnull=True) | Q(county__isnull=True), name="measurement_of_one_place"
            ),
            models.CheckConstraint(
                condition=Q(value__isnull=False, gap="") | Q(value__isnull=True) & ~Q(gap=""),
                name="measurement_value_or_gap",
            ),
        ]  # fmt: skip

    def __str__(self):
        return f"{self.indicator} {self.year}: {self.value}"
