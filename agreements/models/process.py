"""How the agreement came about, its papers, and the rules it sets for plans and follow-up."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.models.actors import Actor
from agreements.models.base import AgreementRow, AgreementRowQuerySet, unique_key
from lib.db import date_order, json_list
from lib.history import HistoricalRecords


class DocumentQuerySet(AgreementRowQuerySet):
    def with_file(self):
        return self.exclude(file="")

    def readable_files(self, agreement, user):
        """The keys of the agreement's documents that ``user`` may fetch as files, for pages that link to them."""
        rows = self.with_file().visible_to(user).filter(agreement=agreement)
        return set(rows.values_list("pk", flat=True))

    def visible_to(self, user):
        """Working papers that are not public are the coordinators' own."""
        rows = super().visible_to(user)
        return rows.filter(models.Q(is_public=True) | models.Q(pk__in=self.editable_by(user).values("pk")))


class Document(AgreementRow):
    """A paper of the agreement with its registry number; the file is optional."""

    class Kind(models.TextChoices):
        AGREEMENT = "agreement", _("överenskommelsen")
        CONSULTATION = "consultation", _("remisshandling")
        ATTACHMENT = "attachment", _("bilaga")
        MINUTES = "minutes", _("protokoll eller anteckningar")
        REPORT = "report", _("rapport")
        EXTERNAL = "external", _("extern källa")

    kind = models.CharField(_("slag"), max_length=20, choices=Kind)
    title = models.CharField(_("titel"), max_length=250)
    publisher = models.CharField(_("utgivare"), max_length=120, blank=True)
    registry_number = models.CharField(_("diarienummer"), max_length=60, blank=True)
    dated_on = models.DateField(_("datum"), null=True, blank=True)
    pages = models.PositiveSmallIntegerField(_("antal sidor"), null=True, blank=True)
    foreword_by = models.CharField(_("förord av"), max_length=120, blank=True)
    note = models.CharField(_("anmärkning"), max_length=300, blank=True)
    file = models.FileField(_("fil"), upload_to="documents/%Y/", blank=True)
    is_public = models.BooleanField(_("offentlig"), default=True)
    history = HistoricalRecords()

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("dokument")
        verbose_name_plural = _("dokument")
        ordering = ["order", "pk"]
        constraints = [unique_key("document")]

    def __str__(self):
        return self.title


class ProcessStep(AgreementRow):
    """A step on the way to the agreement, or of the yearly way to its action plan."""

    class Scope(models.TextChoices):
        AGREEMENT = "agreement", _("överenskommelsen")
        ACTION_PLAN = "action_plan", _("handlingsplanen")

    scope = models.CharField(_("gäller"), max_length=12, choices=Scope, default=Scope.AGREEMENT)
    name = models.CharField(_("steg"), max_length=120)
    text = models.CharField(_("beskrivning"), max_length=500, blank=True)
    when = models.CharField(
        _("tid"), max_length=40, blank=True, help_text=_("Som dokumentet skriver: 2008-06-24, 2018–2019.")
    )
    actor = models.ForeignKey(
        Actor, verbose_name=_("aktör"), null=True, blank=True, on_delete=models.PROTECT, related_name="process_steps"
    )
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("processteg")
        verbose_name_plural = _("processteg")
        ordering = ["scope", "order", "pk"]
        constraints = [unique_key("processstep")]

    def __str__(self):
        return self.name


class Consultation(AgreementRow):
    """What is known of the consultation (remiss): None as ``held`` means that the document does not say."""

    held = models.BooleanField(_("genomförd"), null=True, blank=True)
    kind = models.CharField(_("form"), max_length=80, blank=True)
    when = models.CharField(_("tid"), max_length=40, blank=True)
    registry_number = models.CharField(_("diarienummer"), max_length=60, blank=True)
    sent_by = models.CharField(_("avsändare"), max_length=120, blank=True)
    sent_via = models.ForeignKey(
        Actor, verbose_name=_("sänd via"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_by = models.ForeignKey(
        Actor, verbose_name=_("beslutad av"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_on = models.DateField(_("beslutad"), null=True, blank=True)
    sent_on = models.DateField(_("sänd"), null=True, blank=True)
    deadline = models.DateField(_("sista svarsdag"), null=True, blank=True)
    text = models.ForeignKey(
        "agreements.TextVersion", verbose_name=_("text som skickades"), null=True, blank=True,
        on_delete=models.PROTECT, related_name="consultations",
    )  # fmt: skip
    closed_on = models.DateField(_("avslutad"), null=True, blank=True)
    answers_public_on = models.DateField(_("svaren offentliga från"), null=True, blank=True)
    asks = models.CharField(_("frågar efter"), max_length=200, blank=True)
    addressees = models.TextField(_("mottagare"), max_length=2000, blank=True, help_text=_("En mottagare per rad."))
    attachments = models.TextField(_("bilagor"), max_length=2000, blank=True, help_text=_("En bilaga per rad."))
    meeting_kind = models.CharField(_("möte"), max_length=80, blank=True)
    meeting_on = models.DateField(_("mötesdag"), null=True, blank=True)
    meeting_starts = models.TimeField(_("mötet börjar"), null=True, blank=True)
    meeting_ends = models.TimeField(_("mötet slutar"), null=True, blank=True)
    note = models.CharField(_("anmärkning"), max_length=300, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("remiss")
        verbose_name_plural = _("remisser")
        ordering = ["order", "pk"]
        constraints = [unique_key("consultation"), date_order("sent_on", "deadline", name="consultation_dates")]

    def __str__(self):
        return self.kind or str(_("remiss"))


def _names(relation, row):
    return json_list(relation.through.objects, row, name="actor__name", order="actor__order")


class Cadence(models.TextChoices):
    SEMIANNUAL = "semiannual", _("två gånger om året")
    ANNUAL = "annual", _("varje år")
    QUARTERLY = "quarterly", _("varje kvartal")


class FollowUpRuleQuerySet(AgreementRowQuerySet):
    def for_page(self):
        """With coordinator and receiver, and ``performers``: the names of those who do it."""
        return self.select_related("coordinator", "receiver").annotate(
            performers=_names(self.model.performed_by, "followuprule")
        )


class FollowUpRule(AgreementRow):
    """How the agreement says it is followed up."""

    frequency = models.CharField(_("hur ofta"), max_length=12, choices=Cadence, blank=True)
    times_per_year = models.PositiveSmallIntegerField(
        _("gånger per år"), null=True, blank=True, validators=[MaxValueValidator(52)]
    )
    coordinator = models.ForeignKey(
        Actor, verbose_name=_("samordnas av"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    performed_by = models.ManyToManyField(Actor, verbose_name=_("görs av"), blank=True, related_name="+")
    receiver = models.ForeignKey(
        Actor, verbose_name=_("mottagare"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    subject = models.CharField(_("utgår från"), max_length=400, blank=True)
    covers = models.TextField(_("omfattar"), max_length=1000, blank=True, help_text=_("En sak per rad."))
    first_follow_up = models.CharField(_("första uppföljning"), max_length=80, blank=True)
    history = HistoricalRecords(m2m_fields=[performed_by])

    objects = FollowUpRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("regel för uppföljning")
        verbose_name_plural = _("regler för uppföljning")
        ordering = ["order", "pk"]
        constraints = [unique_key("followuprule")]

    def __str__(self):
        return self.get_frequency_display() or str(_("uppföljning"))


class StatedIndicator(AgreementRow):
    """An indicator that the agreement itself names, with the system it comes from."""

    label = models.CharField(_("indikator"), max_length=200)
    source_system = models.CharField(_("system"), max_length=80, blank=True)
    indicator_id = models.CharField(_("id i systemet"), max_length=40, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("angiven indikator")
        verbose_name_plural = _("angivna indikatorer")
        ordering = ["order", "pk"]
        constraints = [unique_key("statedindicator")]

    def __str__(self):
        return self.label


class PlanRuleQuerySet(AgreementRowQuerySet):
    def for_page(self):
        """With everybody who has to do with the plan; ``preparers`` are the names of those who write it."""
        return self.select_related("coordinated_by", "managed_by", "prioritised_by", "adopted_by").annotate(
            preparers=_names(self.model.prepared_by, "planrule")
        )


class PlanRule(AgreementRow):
    """What the agreement says of its action plans: name, cadence, and who does what with them."""

    exists = models.BooleanField(_("plan finns"), null=True, blank=True)
    name = models.CharField(_("planens namn"), max_length=80, blank=True)
    cadence = models.CharField(_("hur ofta"), max_length=12, choices=Cadence, blank=True)
    updates_per_year = models.PositiveSmallIntegerField(_("uppdateringar per år"), null=True, blank=True)
    plan_count = models.PositiveSmallIntegerField(_("antal planer"), null=True, blank=True)
    prepared_by = models.ManyToManyField(Actor, verbose_name=_("tas fram av"), blank=True, related_name="+")
    coordinated_by = models.ForeignKey(
        Actor, verbose_name=_("samordnas av"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    managed_by = models.ForeignKey(
        Actor, verbose_name=_("förvaltas av"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    prioritised_by = models.ForeignKey(
        Actor, verbose_name=_("prioriteras av"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    adopted_by = models.ForeignKey(
        Actor, verbose_name=_("fastställs av"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    input = models.CharField(_("underlag"), max_length=300, blank=True)
    content_rule = models.CharField(_("innehåll"), max_length=400, blank=True)
    history = HistoricalRecords(m2m_fields=[prepared_by])

    objects = PlanRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("regel för handlingsplan")
        verbose_name_plural = _("regler för handlingsplan")
        ordering = ["order", "pk"]
        constraints = [unique_key("planrule")]

    def __str__(self):
        return self.name or str(_("handlingsplan"))


class AnnotationQuerySet(AgreementRowQuerySet):
    def external(self):
        return self.filter(kind=Annotation.Kind.EXTERNAL)


class Annotation(AgreementRow):
    """Something to know about the document: a trap in the text, or a fact found elsewhere with where it was found."""

    class Kind(models.TextChoices):
        QUALITY = "quality", _("om underlaget")
        EXTERNAL = "external", _("senare uppgift")

    kind = models.CharField(_("slag"), max_length=10, choices=Kind)
    code = models.CharField(_("beteckning"), max_length=20, blank=True)
    text = models.TextField(_("text"), max_length=2000)
    found_in = models.CharField(_("hämtad ur"), max_length=300, blank=True)
    area = models.ForeignKey(
        "agreements.PriorityArea", verbose_name=_("område"), null=True, blank=True, on_delete=models.SET_NULL,
        related_name="annotations",
    )  # fmt: skip
    history = HistoricalRecords()

    objects = AnnotationQuerySet.as_manager()

    class Meta:
        verbose_name = _("notering")
        verbose_name_plural = _("noteringar")
        ordering = ["kind", "order", "pk"]
        constraints = [unique_key("annotation")]

    def __str__(self):
        return self.text
