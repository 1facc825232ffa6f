"""The agreement itself: its place in a series, who sees it, and the words it uses."""

import datetime

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase

from agreements.models.actors import Accession, Outsider, not_left
from agreements.models.terms import Adoption
from lib.db import StampField, Versioned, json_list
from lib.history import HistoricalRecords
from lib.swedish import fold
from parties.models import County, Party, Right
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
        """Published is public; the rest is for those who write it and, from the remiss on, those it is shared with."""
        shared = Agreement.objects.drafted_by(user) | Agreement.objects.read_together_by(user)
        return self.filter(Q(published_on__lte=timezone.localdate()) | Q(pk__in=shared.values("pk")))

    def shared_with(self, user):
        """A draft is its coordinators'; from the remiss on its parties and bodies share it too."""
        return self.editable_by(user) | self.read_together_by(user)

    def read_together_by(self, user):
        """What the parties and bodies share, coordinators apart: nothing while the agreement is a draft."""
        return with_right(self.exclude(status=Agreement.Status.DRAFT), user, Right.SEE_AGREEMENT)

    def editable_by(self, user):
        return with_right(self, user, Right.EDIT_AGREEMENT)

    def drafted_by(self, user):
        """Whose text ``user`` writes or follows: its coordinators' and its drafting group's, drafts and all."""
        return with_right(self, user, Right.EDIT_AGREEMENT, Right.DRAFT_AGREEMENT)

    def text_editable_by(self, user):
        """Whose rows ``user`` may change: the coordinators' always, the drafting group's while it is a draft."""
        return self.editable_by(user) | with_right(
            self.filter(status=Agreement.Status.DRAFT), user, Right.DRAFT_AGREEMENT
        )

    def submitted_visible_to(self, user):
        """Agreements whose submitted, not yet published, reports the user may read."""
        return with_right(self, user, Right.SEE_SUBMITTED)

    def with_counts(self):
        """Adds the number of areas, goals and collaboration areas, and as for_list of parties."""
        return self.for_list().annotate(
            area_count=self._number_of("priorityarea"),
            goal_count=self._number_of("goal"),
            collaboration_area_count=self._number_of("collaborationarea"),
        )

    def for_list(self):
        """What a row in a table of agreements shows, the number of signatories that have not left (``party_count``)."""
        signatories = self._number_of("accession", Q(role=Accession.Role.SIGNATORY), not_left())
        return self.select_related("county").prefetch_related("validity_set").annotate(party_count=signatories)

    def for_page(self, user):
        """What the title block of every tab shows, and whether ``user`` may edit (``can_edit``)."""
        adoptions = Adoption.objects.filter(agreement=OuterRef("pk"), signed_date__isnull=False)
        return (
            self.with_counts()
            .select_related("county", "coordinating_party", "series")
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

    def _number_of(self, relation, *only):
        rows = self.model._meta.get_field(relation).related_model.objects.filter(*only, agreement=OuterRef("pk"))
        counted = rows.order_by().values("agreement").annotate(number=models.Count("pk"))
        return Coalesce(Subquery(counted.values("number")), 0)


class Agreement(Versioned):
    """What the parties of a county signed (regional överenskommelse)."""

    class Kind(models.TextChoices):
        REGIONAL = "regional_agreement", _("regional överenskommelse")
        STRATEGIC = "strategic_agreement", _("strategisk överenskommelse")
        INTER_MUNICIPAL = "inter_municipal_agreement", _("överenskommelse mellan kommuner")
        BILATERAL = "bilateral_agreement", _("avtal mellan några av parterna")
        LOCAL = "local_agreement", _("lokal överenskommelse")

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
    parent = models.ForeignKey(
        "self", verbose_name=_("under"), null=True, blank=True, on_delete=models.PROTECT, related_name="sub_agreements"
    )
    serves = models.ManyToManyField(
        "agreements.Goal", verbose_name=_("mål som avtalet bidrar till"), blank=True, related_name="served_by"
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
    stamp = StampField()
    history = HistoricalRecords(excluded_fields=["search_text", "stamp"], m2m_fields=[serves])

    objects = AgreementQuerySet.as_manager()

    class Meta:
        verbose_name = _("överenskommelse")
        verbose_name_plural = _("överenskommelser")
        ordering = ["county__sort_name", "title"]
        permissions = [
            (Right.SEE_AGREEMENT, "Läsa det som delas mellan parterna"),
            (Right.SEE_SUBMITTED, "Läsa inlämnade rapporter"),
            (Right.EDIT_AGREEMENT, "Ändra överenskommelsen"),
            (Right.DRAFT_AGREEMENT, "Skriva på utkastet"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(predecessor=F("id")), name="agreement_not_its_own_predecessor"),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="agreement_not_its_own_parent"),
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
    """``until`` is the last day of a right that ends with a notice; without one it holds until it is taken back."""

    until = models.DateField(null=True, blank=True)
    content_object = models.ForeignKey(Agreement, on_delete=models.CASCADE)


class AgreementUserObjectPermission(UserObjectPermissionBase):
    """Unused on purpose, see PartyUserObjectPermission."""

    content_object = models.ForeignKey(Agreement, on_delete=models.CASCADE)
