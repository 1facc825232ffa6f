"""Everybody the agreement refers to, who is party to it, and who of the county is not."""

import datetime

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agreements.models.base import AgreementRow, AgreementRowQuerySet, unique_key
from lib.db import Freezable, FreezableQuerySet, date_order, json_list
from lib.history import HistoricalRecords
from parties.models import Party, PartyKind


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
        members = Accession.objects.signatories().standing().filter(agreement=self.agreement_id)
        parties = Party.objects.filter(pk__in=members.values("party"))
        return parties if rule == "all" else parties.filter(kind=rule)


def not_left(path=""):
    """The condition that an accession, reached by ``path``, has not ended: its first day outside has not come."""
    return Q(**{f"{path}left_on__isnull": True}) | Q(**{f"{path}left_on__gt": timezone.localdate()})


class AccessionQuerySet(FreezableQuerySet, AgreementRowQuerySet):
    def with_names_today(self):
        """Adds ``carried_on_by``: the names and keys of those who carry on the party."""
        return self.annotate(
            carried_on_by=json_list(Party.objects, "predecessor_links__predecessor__accessions", name="name", key="key")
        )

    def frozen(self):
        return self.filter(signed_on__isnull=False)

    def standing(self):
        """Those that have not left; who has given notice stands until the last day."""
        return self.filter(not_left())

    def signatories(self):
        return self.filter(role=Accession.Role.SIGNATORY)


class Accession(Freezable, AgreementRow):
    """One party's place in one agreement: role, own decision, signature, notice. Signed is frozen."""

    class Role(models.TextChoices):
        SIGNATORY = "signatory", _("part")
        COOPERATING = "cooperating", _("samverkande")
        ADJUNCT = "adjunct", _("adjungerad")
        SUPPORTER = "supporter", _("stödjer, inte part")

    class Representation(models.TextChoices):
        PROXY = "proxy", _("fullmakt")
        NETWORK = "network", _("nätverk")

    class SignatureStatus(models.TextChoices):
        UNKNOWN = "unknown", _("framgår inte")
        PENDING = "pending", _("väntar på underskrift")
        SIGNED = "signed", _("undertecknad")
        DECLINED = "declined", _("avstår")

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
    document = models.ForeignKey(
        "agreements.Document", verbose_name=_("beslutet som fil"), null=True, blank=True, on_delete=models.PROTECT,
        related_name="+",
    )  # fmt: skip
    reservation = models.CharField(_("reservation"), max_length=1000, blank=True)
    represented_by = models.ForeignKey(
        Party, verbose_name=_("företräds av"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    representation = models.CharField(_("företräds genom"), max_length=10, choices=Representation, blank=True)
    signatory_name = models.CharField(_("undertecknare"), max_length=120, blank=True)
    signatory_title = models.CharField(_("undertecknarens titel"), max_length=120, blank=True)
    signatory_of = models.CharField(_("undertecknat dokument"), max_length=120, blank=True)
    signed_on = models.DateField(_("undertecknad"), null=True, blank=True)
    signed_place = models.CharField(_("ort"), max_length=80, blank=True)
    joined_on = models.DateField(_("ansluten från"), null=True, blank=True)
    notice_received_on = models.DateField(_("uppsägning mottagen"), null=True, blank=True)
    left_on = models.DateField(_("lämnade"), null=True, blank=True)  # the first day outside
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
    def last_day(self):
        """The last day as a party of one that has left, or has given notice; None for all others."""
        return self.left_on and self.left_on - datetime.timedelta(days=1)

    @property
    def has_left(self):
        return self.left_on is not None and self.left_on <= timezone.localdate()

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
