"""The agreement itself, for how long it holds, who adopted it and who is party to it."""

import datetime

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase
from simple_history.models import HistoricalRecords

from agreements.models.base import AgreementRow, AgreementRowQuerySet, unique_key
from lib.db import Freezable, FreezableQuerySet, Versioned, date_order, json_list
from lib.swedish import fold
from parties.models import County, Party, PartyKind, Right
from parties.rights import with_right


class AgreementSeries(models.Model):
    """Agreements that follow one another in a county. The series has the stable address."""

    slug = models.SlugField(_("serie"), max_length=80, unique=True)
    title = models.CharField(_("titel"), max_length=200)
    county = models.ForeignKey(County, on_delete=models.PROTECT, related_name="series")

    class Meta:
        verbose_name = _("serie")
        verbose_name_plural = _("serier")

    def __str__(self):
        return self.title


class AgreementQuerySet(models.QuerySet):
    def published(self):
        return self.filter(published_on__lte=timezone.localdate())

    def visible_to(self, user):
        """Published is public; the rest is for those it is shared with."""
        shared = Agreement.objects.shared_with(user)
        return self.filter(Q(published_on__lte=timezone.localdate()) | Q(pk__in=shared.values("pk")))

    def shared_with(self, user):
        """A draft is its coordinators'; from the remiss on its parties and bodies share it too."""
        return with_right(self, user, Right.EDIT_AGREEMENT) | with_right(
            self.exclude(status=Agreement.Status.DRAFT), user, Right.SEE_AGREEMENT
        )

    def editable_by(self, user):
        return with_right(self, user, Right.EDIT_AGREEMENT)

    def submitted_visible_to(self, user):
        """Agreements whose submitted, not yet published, reports the user may read."""
        return with_right(self, user, Right.SEE_SUBMITTED)

    def with_counts(self):
        """Adds the number of signatories that have not left (``party_count``), areas, goals and collaboration areas."""
        return self.annotate(
            party_count=self._number_of("accession", role=Accession.Role.SIGNATORY, left_on__isnull=True),
            area_count=self._number_of("priorityarea"),
            goal_count=self._number_of("goal"),
            collaboration_area_count=self._number_of("collaborationarea"),
        )

    def for_list(self):
        """What a row in a table of agreements shows."""
        return self.with_counts().select_related("county").prefetch_related("validity_set")

    def for_page(self, user):
        """What the title block of every tab shows, and whether ``user`` may edit (``can_edit``)."""
        adoptions = Adoption.objects.filter(agreement=OuterRef("pk"), signed_date__isnull=False)
        return (
            self.for_list()
            .select_related("county", "coordinating_party")
            .annotate(
                signed_on=Subquery(adoptions.values("signed_date")[:1]),
                signed_place=Subquery(adoptions.values("signed_place")[:1]),
                can_edit=Exists(Agreement.objects.editable_by(user).filter(pk=OuterRef("pk"))),
            )
        )

    def relatives_of(self, agreement):
        """The other agreements of the same series, and those next before and after it."""
        same = Q(series=agreement.series_id, series__isnull=False)
        return self.filter(same | Q(successor=agreement) | Q(predecessor=agreement)).exclude(pk=agreement.pk)

    def with_side_panel(self):
        """Adds ``follow_up``, how often it is followed up, and ``outside``, the municipalities named as not party."""
        rules = self.model._meta.get_field("followuprule").related_model.objects.filter(agreement=OuterRef("pk"))
        return self.annotate(
            follow_up=Subquery(rules.values("frequency")[:1]),
            outside=json_list(Outsider.objects, "agreement", name="party__name", order="order"),
        )

    def _number_of(self, relation, **only):
        rows = self.model._meta.get_field(relation).related_model.objects.filter(agreement=OuterRef("pk"), **only)
        counted = rows.order_by().values("agreement").annotate(number=models.Count("pk"))
        return Coalesce(Subquery(counted.values("number")), 0)


class Agreement(Versioned):
    """What the parties of a county signed (regional överenskommelse)."""

    class Kind(models.TextChoices):
        REGIONAL = "regional_agreement", _("regional överenskommelse")
        STRATEGIC = "strategic_agreement", _("strategisk överenskommelse")
        INTER_MUNICIPAL = "inter_municipal_agreement", _("överenskommelse mellan kommuner")

    class Status(models.TextChoices):
        DRAFT = "draft", _("utkast")
        CONSULTATION = "consultation", _("på remiss")
        ADOPTED = "adopted", _("antagen")
        SIGNED = "signed", _("undertecknad")
        IN_FORCE = "in_force", _("gällande")
        EXPIRED = "expired", _("utgången")
        TERMINATED = "terminated", _("uppsagd")
        SUPERSEDED = "superseded", _("ersatt")

    slug = models.SlugField(_("adress"), max_length=80, unique=True)
    title = models.CharField(_("titel"), max_length=250)
    title_note = models.CharField(_("anmärkning om titeln"), max_length=300, blank=True)
    title_basis = models.CharField(_("grund för titeln"), max_length=30, blank=True)
    short_name = models.CharField(_("kortnamn"), max_length=80)
    county = models.ForeignKey(County, verbose_name=_("län"), on_delete=models.PROTECT, related_name="agreements")
    series = models.ForeignKey(
        AgreementSeries, verbose_name=_("serie"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="agreements",
    )  # fmt: skip
    predecessor = models.OneToOneField(
        "self", verbose_name=_("föregångare"), null=True, blank=True, on_delete=models.PROTECT, related_name="successor"
    )
    kind = models.CharField(_("slag"), max_length=40, choices=Kind)
    kind_label = models.CharField(_("benämning"), max_length=80, blank=True)
    legal_character = models.CharField(_("rättslig karaktär"), max_length=300, blank=True)
    initiator = models.CharField(_("initiativ"), max_length=300, blank=True)
    initiator_basis = models.CharField(_("grund för initiativet"), max_length=30, blank=True)
    status = models.CharField(_("status"), max_length=20, choices=Status, default=Status.DRAFT)
    status_in_document = models.CharField(_("status i dokumentet"), max_length=20, choices=Status, blank=True)
    status_note = models.CharField(_("anmärkning om statusen"), max_length=300, blank=True)
    coordinating_party = models.ForeignKey(
        Party, verbose_name=_("samordnande part"), on_delete=models.PROTECT, related_name="coordinated_agreements"
    )
    summary = models.TextField(_("sammanfattning"), max_length=4000, blank=True)
    areas_note = models.TextField(_("anmärkning om områdena"), max_length=1000, blank=True)
    goals_note = models.TextField(_("anmärkning om målen"), max_length=1000, blank=True)
    process_note = models.TextField(_("anmärkning om processen"), max_length=1000, blank=True)
    strategies_rule = models.TextField(_("förhållande till strategier"), max_length=1000, blank=True)
    agenda2030_mentioned = models.BooleanField(_("nämner Agenda 2030"), null=True, blank=True)
    agenda2030_numbers_stated = models.BooleanField(_("skriver ut målnummer"), null=True, blank=True)
    agenda2030_note = models.TextField(_("anmärkning om Agenda 2030"), max_length=1000, blank=True)
    word_plan = models.CharField(_("ord för handlingsplan"), max_length=40, blank=True)
    word_activity = models.CharField(_("ord för aktivitet"), max_length=40, blank=True)
    word_area = models.CharField(_("ord för område"), max_length=40, blank=True)
    word_collaboration_area = models.CharField(_("ord för samverkansområde"), max_length=40, blank=True)
    word_council = models.CharField(_("ord för råd"), max_length=40, blank=True)
    is_example = models.BooleanField(_("exempeldata"), default=False)
    published_on = models.DateField(_("publicerad"), null=True, blank=True)
    search_text = models.TextField(editable=False, default="")
    history = HistoricalRecords(excluded_fields=["search_text"])

    objects = AgreementQuerySet.as_manager()

    class Meta:
        verbose_name = _("överenskommelse")
        verbose_name_plural = _("överenskommelser")
        ordering = ["county__sort_name", "title"]
        permissions = [
            (Right.SEE_AGREEMENT, "Läsa det som delas mellan parterna"),
            (Right.SEE_SUBMITTED, "Läsa inlämnade rapporter"),
            (Right.EDIT_AGREEMENT, "Ändra överenskommelsen"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(predecessor=F("id")), name="agreement_not_its_own_predecessor"),
        ]

    def __str__(self):
        return self.short_name

    def save(self, *args, **kwargs):
        self.search_text = fold(f"{self.title} {self.short_name} {self.kind_label} {self.county.name}")
        super().save(*args, **kwargs)

    def get_absolute_url(self):
        return reverse("agreements:agreement_detail", args=[self.slug])

    @property
    def is_published(self):
        return self.published_on is not None and self.published_on <= timezone.localdate()

    @property
    def heading(self):
        """The title without what follows its colon, where both parts are long enough to stand alone."""
        first, colon, rest = self.title.partition(": ")
        return first if colon and min(len(first), len(rest)) > 20 else self.title

    @property
    def subheading(self):
        return self.title.removeprefix(self.heading).removeprefix(": ")

    @property
    def validity(self):
        """For how long it holds: the last row, as an extension is a new row. None where nothing is known."""
        rows = list(self.validity_set.all())
        return rows[-1] if rows else None

    @property
    def first_day(self):
        """The day on which to ask which municipalities the county had: when the agreement began, else today."""
        start = self.validity.start if self.validity else ""
        try:
            return datetime.date.fromisoformat((start + "-01-01")[:10])
        except ValueError:
            return timezone.localdate()

    @property
    def plan_word(self):
        return self.word_plan or str(_("handlingsplan"))

    @property
    def area_word(self):
        return self.word_area or str(_("prioriterat område"))

    @property
    def collaboration_area_word(self):
        return self.word_collaboration_area or str(_("samverkansområde"))


class AgreementGroupObjectPermission(GroupObjectPermissionBase):
    content_object = models.ForeignKey(Agreement, on_delete=models.CASCADE)


class AgreementUserObjectPermission(UserObjectPermissionBase):
    """Unused on purpose, see PartyUserObjectPermission."""

    content_object = models.ForeignKey(Agreement, on_delete=models.CASCADE)


class ActorQuerySet(AgreementRowQuerySet):
    def parties(self):
        return self.filter(kind=Actor.Kind.PARTY)


class Actor(AgreementRow):
    """Somebody the agreement refers to: a party, a body, the parties taken together, or a name in the text."""

    class Kind(models.TextChoices):
        PARTY = "party", _("part")
        BODY = "body", _("organ")
        COLLECTIVE = "collective", _("flera tillsammans")
        NAMED = "named", _("omnämnd")

    # The collective words that documents use, and which parties they stand for (None: nobody in the portal).
    COLLECTIVES = {
        "alla-parter": ("alla parter", "all"),
        "parterna": ("parterna", "all"),
        "kommunerna": ("kommunerna", PartyKind.MUNICIPALITY),
        "respektive-kommun": ("respektive kommun", PartyKind.MUNICIPALITY),
        "regeringen": ("regeringen", None),
    }

    kind = models.CharField(_("slag"), max_length=12, choices=Kind)
    name = models.CharField(_("namn"), max_length=200)
    party = models.ForeignKey(
        Party, verbose_name=_("part"), null=True, blank=True, on_delete=models.PROTECT, related_name="actors"
    )
    organisation_kind = models.CharField(_("organisationsslag"), max_length=40, choices=PartyKind, blank=True)
    role = models.CharField(_("roll"), max_length=20, blank=True)
    role_in_text = models.CharField(_("roll i texten"), max_length=300, blank=True)
    scb_code = models.CharField(_("kommunkod"), max_length=4, blank=True)
    history = HistoricalRecords()

    objects = ActorQuerySet.as_manager()

    class Meta:
        verbose_name = _("aktör")
        verbose_name_plural = _("aktörer")
        ordering = ["order", "name"]
        constraints = [
            unique_key("actor"),
            models.CheckConstraint(
                condition=Q(kind="party", party__isnull=False) | (~Q(kind="party") & Q(party__isnull=True)),
                name="actor_party_iff_kind_party",
            ),
        ]

    def __str__(self):
        return self.name

    def expand(self):
        """The parties this actor stands for: itself, or the members of the collective that have not left."""
        if self.kind == self.Kind.PARTY:
            return Party.objects.filter(pk=self.party_id)
        rule = self.COLLECTIVES.get(self.key, ("", None))[1] if self.kind == self.Kind.COLLECTIVE else None
        if rule is None:
            return Party.objects.none()
        members = Accession.objects.filter(
            agreement=self.agreement_id, role=Accession.Role.SIGNATORY, left_on__isnull=True
        )
        parties = Party.objects.filter(pk__in=members.values("party"))
        return parties if rule == "all" else parties.filter(kind=rule)


class AccessionQuerySet(FreezableQuerySet, AgreementRowQuerySet):
    def with_names_today(self):
        """Adds ``carried_on_by``: the names of those who carry on a party that is no more."""
        return self.annotate(
            carried_on_by=json_list(Party.objects, "predecessor_links__predecessor__accessions", name="name")
        )

    def frozen(self):
        return self.filter(signed_on__isnull=False)

    def signatories(self):
        return self.filter(role=Accession.Role.SIGNATORY)


class Accession(Freezable, AgreementRow):
    """One party's place in one agreement: role, own decision, signature, notice. Signed is frozen."""

    class Role(models.TextChoices):
        SIGNATORY = "signatory", _("part")
        COOPERATING = "cooperating", _("samverkande")
        ADJUNCT = "adjunct", _("adjungerad")

    class SignatureStatus(models.TextChoices):
        UNKNOWN = "unknown", _("framgår inte")
        PENDING = "pending", _("väntar på underskrift")
        SIGNED = "signed", _("undertecknad")

    frozen_but = ("notice_received_on", "left_on", "note", "order")
    frozen_message = _("Anslutningen är undertecknad och kan inte ändras. Lägg till en anmärkning i stället.")

    party = models.ForeignKey(Party, verbose_name=_("part"), on_delete=models.PROTECT, related_name="accessions")
    role = models.CharField(_("roll"), max_length=20, choices=Role, default=Role.SIGNATORY)
    name_at_signing = models.CharField(_("namn vid anslutningen"), max_length=200)
    implied = models.BooleanField(_("inte uppräknad i dokumentet"), default=False)
    signature_status = models.CharField(
        _("underskrift"), max_length=10, choices=SignatureStatus, default=SignatureStatus.UNKNOWN
    )
    decided_by = models.CharField(_("beslutat av"), max_length=200, blank=True)
    decided_on = models.DateField(_("beslutsdatum"), null=True, blank=True)
    decision_paragraph = models.CharField(_("paragraf"), max_length=40, blank=True)
    registry_number = models.CharField(_("diarienummer"), max_length=60, blank=True)
    signatory_name = models.CharField(_("undertecknare"), max_length=120, blank=True)
    signatory_title = models.CharField(_("undertecknarens titel"), max_length=120, blank=True)
    signatory_of = models.CharField(_("undertecknat dokument"), max_length=120, blank=True)
    signed_on = models.DateField(_("undertecknad"), null=True, blank=True)
    signed_place = models.CharField(_("ort"), max_length=80, blank=True)
    joined_on = models.DateField(_("ansluten från"), null=True, blank=True)
    notice_received_on = models.DateField(_("uppsägning mottagen"), null=True, blank=True)
    left_on = models.DateField(_("lämnade"), null=True, blank=True)
    note = models.CharField(_("anmärkning"), max_length=300, blank=True)
    history = HistoricalRecords()

    objects = AccessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("anslutning")
        verbose_name_plural = _("anslutningar")
        ordering = ["order", "name_at_signing"]
        constraints = [
            unique_key("accession"),
            models.UniqueConstraint(
                fields=["agreement", "party"],
                name="accession_once",
                violation_error_message=_("Organisationen är redan ansluten till överenskommelsen."),
            ),
            date_order("joined_on", "left_on", name="accession_dates"),
            models.CheckConstraint(
                condition=Q(signed_on__isnull=True) | Q(signature_status="signed"),
                name="accession_signed_date_means_signed",
                violation_error_message=_("Med underskriftsdatum ska underskriften vara ”undertecknad”."),
            ),
            models.CheckConstraint(
                condition=Q(notice_received_on__isnull=True)
                | Q(signed_on__isnull=True)
                | Q(notice_received_on__gte=F("signed_on")),
                name="accession_notice_after_signature",
                violation_error_message=_("Uppsägningen kan inte vara före underskriften."),
            ),
        ]

    def __str__(self):
        return self.name_at_signing

    @property
    def signatory(self):
        """Who signed for the party: name and title, as far as they are known."""
        return ", ".join(filter(None, (self.signatory_name, self.signatory_title)))

    @property
    def has_own_decision(self):
        return bool(self.decided_on or self.decided_by or self.registry_number)

    def clean(self):
        if not self.name_at_signing and self.party_id:
            self.name_at_signing = self.party.name


class Outsider(AgreementRow):
    """A municipality of the county that the document's parties do not include (Markaryd in Kronoberg)."""

    party = models.ForeignKey(Party, verbose_name=_("kommun"), on_delete=models.PROTECT, related_name="+")
    note = models.CharField(_("anmärkning"), max_length=300, blank=True)
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("kommun utanför")
        verbose_name_plural = _("kommuner utanför")
        ordering = ["order", "key"]
        constraints = [
            unique_key("outsider"),
            models.UniqueConstraint(fields=["agreement", "party"], name="outsider_once"),
        ]

    def __str__(self):
        return self.party.name


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

    start = models.CharField(_("börjar"), max_length=10, blank=True)
    start_precision = models.CharField(_("noggrannhet, början"), max_length=10, choices=Precision, blank=True)
    start_event = models.CharField(_("händelse vid början"), max_length=200, blank=True)
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
        return str(_("framgår inte"))


class Adoption(AgreementRow):
    """Who decided on the agreement, how and where it was signed."""

    decided_by = models.ForeignKey(
        Actor, verbose_name=_("beslutas av"), null=True, blank=True, on_delete=models.PROTECT, related_name="adoptions"
    )
    decision_date = models.DateField(_("beslutsdatum"), null=True, blank=True)
    registry_number = models.CharField(_("diarienummer"), max_length=60, blank=True)
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
        linked = Agreement.objects.visible_to(user).filter(pk=OuterRef("linked_agreement"))
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
        Agreement, verbose_name=_("i portalen"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
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
