"""What the agreement says: provisions, target groups, areas, goals, and the figures it states."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from agreements.models.actors import Actor
from agreements.models.base import AgreementRow, AgreementRowQuerySet, Searchable, unique_key
from lib.db import date_order, json_list
from lib.history import HistoricalRecords


class PriorityAreaQuerySet(AgreementRowQuerySet):
    def for_page(self):
        """With who is responsible, and with lists."""
        responsibilities = self.model._meta.get_field("responsibilities").related_model.objects.for_page()
        return self.with_lists().prefetch_related(models.Prefetch("responsibilities", responsibilities))

    def with_lists(self):
        """With ``others`` (further actors), ``sdgs`` and ``later_facts``."""
        others = self.model.other_parties.through.objects
        facts = self.model._meta.get_field("annotations").related_model.objects.external()
        return self.annotate(
            others=json_list(others, "priorityarea", name="actor__name", order="actor__order"),
            sdgs=json_list(GlobalGoalLink.objects, "area", pk="pk", number="number", basis="basis"),
            later_facts=json_list(facts, "area", text="text", found_in="found_in", order="order"),
        )


class PriorityArea(Searchable, AgreementRow):
    """A prioritised area. It may cut across the others, be our reading of the text, or be dropped in mid-period."""

    searched = ("name", "subtitle")
    number = models.CharField(_("nummer"), max_length=10, blank=True)
    name = models.CharField(_("namn"), max_length=120)
    subtitle = models.CharField(_("underrubrik"), max_length=200, blank=True)
    challenges = models.TextField(_("utmaningar"), max_length=3000, blank=True)
    purpose = models.TextField(_("syfte"), max_length=2000, blank=True)
    cross_cutting = models.BooleanField(_("tvärgående"), default=False)
    derived = models.BooleanField(_("härlett område"), default=False)
    other_parties = models.ManyToManyField(Actor, verbose_name=_("övriga aktörer"), blank=True, related_name="+")
    added_on = models.DateField(_("tillagt"), null=True, blank=True)
    dropped_on = models.DateField(_("utgått"), null=True, blank=True)
    dropped_note = models.CharField(_("varför utgått"), max_length=300, blank=True)
    history = HistoricalRecords(excluded_fields=["search_text"], m2m_fields=[other_parties])

    objects = PriorityAreaQuerySet.as_manager()

    class Meta:
        verbose_name = _("prioriterat område")
        verbose_name_plural = _("prioriterade områden")
        ordering = ["order", "pk"]
        constraints = [unique_key("priorityarea"), date_order("added_on", "dropped_on", name="priorityarea_dates")]

    def __str__(self):
        return self.name


class GoalQuerySet(AgreementRowQuerySet):
    def overarching(self):
        return self.filter(area__isnull=True)


class Goal(Searchable, AgreementRow):
    """A goal on the agreement (no area) or on an area; the target may lack value, baseline or year."""

    class Level(models.TextChoices):
        OVERARCHING = "overarching", _("övergripande mål")
        SUBGOAL = "subgoal", _("delmål")
        INDIVIDUAL = "individual", _("individmål")
        COLLABORATION = "collaboration", _("samverkansmål")
        DIRECTION = "direction", _("riktningsmål")

    class Measurable(models.TextChoices):
        QUANTIFIED = "quantified", _("mätbart")
        DIRECTIONAL = "directional", _("riktning")
        QUALITATIVE = "qualitative", _("bedöms i ord")

    class Direction(models.TextChoices):
        INCREASE = "increase", _("ökar")
        DECREASE = "decrease", _("minskar")

    class Operator(models.TextChoices):
        AT_LEAST = ">=", _("minst")
        AT_MOST = "<=", _("högst")
        EQUAL = "=", _("lika med")

    searched = ("text", "indicator")
    area = models.ForeignKey(
        PriorityArea, verbose_name=_("område"), null=True, blank=True, on_delete=models.PROTECT, related_name="goals"
    )
    number = models.CharField(_("nummer"), max_length=10, blank=True)
    level = models.CharField(_("nivå"), max_length=15, choices=Level)
    text = models.TextField(_("mål"), max_length=1000)
    why = models.TextField(_("motiv"), max_length=1000, blank=True)
    measurable = models.CharField(_("mätbarhet"), max_length=12, choices=Measurable, blank=True)
    indicator = models.CharField(_("indikator"), max_length=200, blank=True)
    indicator_source = models.CharField(_("indikatorns källa"), max_length=80, blank=True)
    direction = models.CharField(_("riktning"), max_length=10, choices=Direction, blank=True)
    operator = models.CharField(_("villkor"), max_length=2, choices=Operator, blank=True)
    factor = models.DecimalField(_("faktor"), max_digits=8, decimal_places=3, null=True, blank=True)
    target_value = models.DecimalField(_("målvärde"), max_digits=14, decimal_places=3, null=True, blank=True)
    target_year = models.CharField(_("målår"), max_length=4, blank=True)
    baseline_value = models.DecimalField(_("basvärde"), max_digits=14, decimal_places=3, null=True, blank=True)
    baseline_year = models.CharField(_("basår"), max_length=4, blank=True)
    unit = models.CharField(_("enhet"), max_length=40, blank=True)
    added_on = models.DateField(_("tillagt"), null=True, blank=True)
    dropped_on = models.DateField(_("utgått"), null=True, blank=True)
    history = HistoricalRecords(excluded_fields=["search_text"])

    objects = GoalQuerySet.as_manager()

    class Meta:
        verbose_name = _("mål")
        verbose_name_plural = _("mål")
        ordering = ["area__order", "order", "pk"]
        constraints = [unique_key("goal")]

    def __str__(self):
        return self.text

    @property
    def is_quantified(self):
        return self.target_value is not None or self.factor is not None


class CollaborationArea(Searchable, AgreementRow):
    """What the parties will do together inside an area. Numbers are the document's and may restart per area."""

    searched = ("name", "text")
    area = models.ForeignKey(
        PriorityArea, verbose_name=_("område"), on_delete=models.PROTECT, related_name="collaboration_areas"
    )
    number = models.CharField(_("nummer"), max_length=10, blank=True)
    name = models.CharField(_("namn"), max_length=160)
    text = models.TextField(_("beskrivning"), max_length=2000, blank=True)
    dropped_on = models.DateField(_("utgått"), null=True, blank=True)
    history = HistoricalRecords(excluded_fields=["search_text"])

    class Meta:
        verbose_name = _("samverkansområde")
        verbose_name_plural = _("samverkansområden")
        ordering = ["area__order", "order", "pk"]
        constraints = [unique_key("collaborationarea")]

    def __str__(self):
        return self.name


GLOBAL_GOALS = {
    1: _("Ingen fattigdom"),
    2: _("Ingen hunger"),
    3: _("God hälsa och välbefinnande"),
    4: _("God utbildning för alla"),
    5: _("Jämställdhet"),
    6: _("Rent vatten och sanitet för alla"),
    7: _("Hållbar energi för alla"),
    8: _("Anständiga arbetsvillkor och ekonomisk tillväxt"),
    9: _("Hållbar industri, innovationer och infrastruktur"),
    10: _("Minskad ojämlikhet"),
    11: _("Hållbara städer och samhällen"),
    12: _("Hållbar konsumtion och produktion"),
    13: _("Bekämpa klimatförändringarna"),
    14: _("Hav och marina resurser"),
    15: _("Ekosystem och biologisk mångfald"),
    16: _("Fredliga och inkluderande samhällen"),
    17: _("Genomförande och globalt partnerskap"),
}


class GlobalGoalLink(AgreementRow):
    """An area's tie to one of the seventeen global goals of Agenda 2030."""

    area = models.ForeignKey(
        PriorityArea, verbose_name=_("område"), on_delete=models.CASCADE, related_name="global_goals"
    )
    number = models.PositiveSmallIntegerField(
        _("globalt mål"), validators=[MinValueValidator(1), MaxValueValidator(17)]
    )
    stated_by_name = models.BooleanField(_("skrivet med namn"), default=False)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("globalt mål")
        verbose_name_plural = _("globala mål")
        ordering = ["area__order", "number"]
        constraints = [
            unique_key("globalgoallink"),
            models.UniqueConstraint(fields=["area", "number"], name="globalgoallink_once"),
            models.CheckConstraint(condition=Q(number__gte=1, number__lte=17), name="globalgoallink_1_to_17"),
        ]

    def __str__(self):
        return f"{self.number} {self.title}"

    @property
    def title(self):
        return GLOBAL_GOALS[self.number]


class Provision(AgreementRow):
    """A text of the agreement: purpose, definition, principle, commitment, one actor's responsibility, …"""

    class Kind(models.TextChoices):
        PURPOSE = "purpose", _("syfte")
        DEFINITION = "definition", _("definition")
        PRINCIPLE = "principle", _("princip")
        COMMITMENT = "commitment", _("åtagande")
        RESPONSIBILITY = "responsibility", _("ansvar")
        DIRECTION = "direction", _("utvecklingsriktning")
        SECTION = "section", _("paragraf")
        SPECIAL = "special", _("särskild bestämmelse")

    kind = models.CharField(_("slag"), max_length=20, choices=Kind)
    subject = models.CharField(_("ämne"), max_length=60, blank=True)
    number = models.CharField(_("nummer"), max_length=20, blank=True)
    heading = models.CharField(_("rubrik"), max_length=200, blank=True)
    text = models.TextField(_("text"), max_length=4000, blank=True)
    actor = models.ForeignKey(
        Actor, verbose_name=_("aktör"), null=True, blank=True, on_delete=models.PROTECT, related_name="provisions"
    )
    area = models.ForeignKey(
        PriorityArea, verbose_name=_("område"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="provisions",
    )  # fmt: skip
    period = models.CharField(_("period"), max_length=40, blank=True)
    years_min = models.PositiveSmallIntegerField(_("minst antal år"), null=True, blank=True)
    years_max = models.PositiveSmallIntegerField(_("högst antal år"), null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("bestämmelse")
        verbose_name_plural = _("bestämmelser")
        ordering = ["kind", "order", "pk"]
        constraints = [
            unique_key("provision"),
            models.CheckConstraint(
                condition=~Q(kind="responsibility") | Q(actor__isnull=False),
                name="provision_responsibility_has_actor",
                violation_error_message=_("Ange vilken aktör som har ansvaret."),
            ),
            models.CheckConstraint(
                condition=~Q(heading="", text=""),
                name="provision_says_something",
                violation_error_message=_("Skriv en rubrik eller en text."),
            ),
        ]

    def __str__(self):
        return self.heading or self.text


class TargetGroup(AgreementRow):
    """Whom the agreement is for. The five agreements word it in five ways, so figures need it beside them."""

    class Rank(models.TextChoices):
        PRIMARY = "primary", _("primär")
        SECONDARY = "secondary", _("sekundär")
        SINGLE = "single", _("enda")
        CONDITIONAL = "conditional", _("villkorad")

    rank = models.CharField(_("rang"), max_length=12, choices=Rank)
    rank_note = models.CharField(_("anmärkning om rangen"), max_length=200, blank=True)
    label = models.CharField(_("benämning"), max_length=160)
    text = models.TextField(_("beskrivning"), max_length=2000, blank=True)
    includes = models.TextField(_("omfattar"), max_length=2000, blank=True, help_text=_("En grupp per rad."))
    condition = models.CharField(_("villkor"), max_length=300, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("målgrupp")
        verbose_name_plural = _("målgrupper")
        ordering = ["order", "pk"]
        constraints = [unique_key("targetgroup")]

    def __str__(self):
        return self.label


class RelatedStrategy(AgreementRow):
    """Another strategy or plan that the agreement leans on."""

    name = models.CharField(_("namn"), max_length=200)
    period = models.CharField(_("period"), max_length=40, blank=True)
    owner = models.CharField(_("ägare"), max_length=120, blank=True)
    relation = models.CharField(_("förhållande"), max_length=400, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("närliggande strategi")
        verbose_name_plural = _("närliggande strategier")
        ordering = ["order", "pk"]
        constraints = [unique_key("relatedstrategy")]

    def __str__(self):
        return self.name


class Commitment(AgreementRow):
    """A quantified commitment for a period against its outcome, such as reception places agreed and received.

    What one party does for another is an exchange or a sale and has a ``receiver``.
    """

    class Kind(models.TextChoices):
        OWN = "own", _("eget åtagande")
        EXCHANGE = "exchange", _("utbyte")
        SALE = "sale", _("köp och försäljning")

    actor = models.ForeignKey(
        Actor, verbose_name=_("aktör"), null=True, blank=True, on_delete=models.PROTECT, related_name="commitments"
    )
    kind = models.CharField(_("slag"), max_length=10, choices=Kind, default=Kind.OWN)
    receiver = models.ForeignKey(
        Actor, verbose_name=_("till"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    label = models.CharField(_("åtagande"), max_length=200)
    period = models.CharField(_("år"), max_length=40)
    unit = models.CharField(_("enhet"), max_length=40)
    agreed = models.DecimalField(_("överenskommet"), max_digits=14, decimal_places=2, null=True, blank=True)
    outcome = models.DecimalField(_("utfall"), max_digits=14, decimal_places=2, null=True, blank=True)
    price = models.DecimalField(_("pris per enhet, kronor"), max_digits=14, decimal_places=2, null=True, blank=True)
    note = models.CharField(_("anmärkning"), max_length=300, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("åtagande per år")
        verbose_name_plural = _("åtaganden per år")
        ordering = ["order", "pk"]
        constraints = [unique_key("commitment")]

    def __str__(self):
        return f"{self.label} {self.period}"


class Financing(AgreementRow):
    """Where the money comes from."""

    text = models.CharField(_("finansiering"), max_length=400)
    kind = models.CharField(_("slag"), max_length=40, blank=True)
    source_name = models.CharField(_("finansiär"), max_length=120, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("finansiering")
        verbose_name_plural = _("finansiering")
        ordering = ["order", "pk"]
        constraints = [unique_key("financing")]

    def __str__(self):
        return self.text


class Statistic(AgreementRow):
    """A figure the document states, stored as given; parts that do not add up to their total are flagged."""

    label = models.CharField(_("uppgift"), max_length=200)
    value = models.DecimalField(_("värde"), max_digits=14, decimal_places=2)
    approximate = models.BooleanField(_("ungefärligt"), default=False)
    unit = models.CharField(_("enhet"), max_length=40)
    period = models.CharField(_("period"), max_length=40, blank=True)
    geography = models.CharField(_("geografi"), max_length=80, blank=True)
    sex = models.CharField(_("kön"), max_length=20, blank=True)
    total = models.ForeignKey(
        "self", verbose_name=_("del av"), null=True, blank=True, on_delete=models.PROTECT, related_name="parts"
    )
    note = models.CharField(_("anmärkning"), max_length=300, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("statistikuppgift")
        verbose_name_plural = _("statistik")
        ordering = ["order", "pk"]
        constraints = [unique_key("statistic")]

    def __str__(self):
        return self.label

    def difference(self, parts):
        """Total minus the sum of ``parts`` when they are split by sex and so should add up; None otherwise."""
        by_sex = [part.value for part in parts if part.sex]
        return self.value - sum(by_sex) if len(by_sex) > 1 else None
