"""The remiss at work: who was asked, what each answered, and what became of every remark."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agreements.models.agreement import Agreement
from agreements.models.process import Consultation
from lib.db import Freezable, FreezableQuerySet, Versioned
from lib.history import HistoricalRecords
from parties.models import Party, Right, User
from parties.rights import with_right


class Stance(models.TextChoices):
    SUPPORTS = "supports", _("tillstyrker")
    COMMENTS = "comments", _("tillstyrker med synpunkter")
    OPPOSES = "opposes", _("tillstyrker inte")
    ABSTAINS = "abstains", _("avstår från att yttra sig")


class Treatment(models.TextChoices):
    FOLLOWED = "followed", _("följs")
    PARTLY = "partly", _("följs delvis")
    NOT_FOLLOWED = "not_followed", _("följs inte")


def _answered_for(user):
    return with_right(Party.objects.all(), user, Right.REPORT).values("pk")


class AddresseeQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Who was asked is known to whoever reads the agreement: it stands in the letter."""
        return self.filter(consultation__agreement__in=Agreement.objects.visible_to(user).values("pk"))

    def editable_by(self, user):
        return self.filter(consultation__agreement__in=Agreement.objects.editable_by(user).values("pk"))

    def answered_by(self, user):
        """Those that ``user`` may answer for: reporters and approvers of the party that was asked."""
        return self.filter(party__in=_answered_for(user), withdrawn_at__isnull=True)


class Addressee(Versioned):
    """One that the remiss was sent to: a party, answered for by account, or a name with an e-mail and a link.

    Of the link only the digest of its secret is kept, and it is good for one answer.
    """

    consultation = models.ForeignKey(Consultation, on_delete=models.PROTECT, related_name="addressee_set")
    party = models.ForeignKey(
        Party, verbose_name=_("part"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField(_("namn"), max_length=200)
    email = models.EmailField(_("e-post"), blank=True)
    secret_digest = models.CharField(max_length=64, blank=True, editable=False)
    sent_at = models.DateTimeField(_("skickad"), null=True, blank=True)
    reminded_at = models.DateTimeField(_("påmind"), null=True, blank=True)
    extended_to = models.DateField(_("förlängd till"), null=True, blank=True)
    extension_reason = models.CharField(_("skäl till förlängningen"), max_length=300, blank=True)
    withdrawn_at = models.DateTimeField(_("återkallad"), null=True, blank=True)
    history = HistoricalRecords(excluded_fields=["secret_digest"])

    objects = AddresseeQuerySet.as_manager()

    class Meta:
        verbose_name = _("remissinstans")
        verbose_name_plural = _("remissinstanser")
        ordering = ["party__sort_name", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["consultation", "party"], condition=Q(party__isnull=False), name="addressee_party_once"
            ),
            models.UniqueConstraint("secret_digest", condition=~Q(secret_digest=""), name="addressee_secret_unique"),
            models.CheckConstraint(
                condition=Q(party__isnull=False) | ~Q(email=""),
                name="addressee_can_be_reached",
                violation_error_message=_("Ange en e-postadress för den som inte är part i portalen."),
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def last_day(self):
        return self.extended_to or self.consultation.deadline


class ConsultationResponseQuerySet(FreezableQuerySet):
    def frozen(self):
        return self.filter(submitted_at__isnull=False)

    def visible_to(self, user):
        """A draft is its own party's. What is handed in the writers read too, and all from the day it is public."""
        own = Q(addressee__party__in=_answered_for(user))
        written = Q(addressee__consultation__agreement__in=Agreement.objects.drafted_by(user).values("pk"))
        public = Q(
            addressee__consultation__answers_public_on__lte=timezone.localdate(),
            addressee__consultation__agreement__in=Agreement.objects.visible_to(user).values("pk"),
        )
        return self.filter(own | Q(submitted_at__isnull=False) & (written | public))

    def editable_by(self, user):
        return self.filter(addressee__in=Addressee.objects.answered_by(user).values("pk"), submitted_at__isnull=True)

    def treatable_by(self, user):
        return self.filter(
            addressee__consultation__agreement__in=Agreement.objects.editable_by(user).values("pk"),
            submitted_at__isnull=False,
        )


class ConsultationResponse(Freezable, Versioned):
    """What one addressee answers: draft → handed in, once. Handed in it is frozen but for the treatment."""

    frozen_but = ("treatment", "treatment_reason", "treated_by", "treated_at")
    frozen_message = _("Remissvaret är inlämnat och kan inte ändras. Skicka en rättelse till samordnaren.")

    addressee = models.OneToOneField(Addressee, on_delete=models.PROTECT, related_name="response")
    stance = models.CharField(_("ställningstagande"), max_length=10, choices=Stance, blank=True)
    text = models.TextField(_("synpunkter på helheten"), max_length=10000, blank=True)
    reservation = models.TextField(_("reservation"), max_length=4000, blank=True)
    registry_number = models.CharField(_("eget diarienummer"), max_length=60, blank=True)
    decided_by = models.CharField(_("beslutat av"), max_length=200, blank=True)
    decided_on = models.DateField(_("beslutsdatum"), null=True, blank=True)
    decision_paragraph = models.CharField(_("paragraf"), max_length=40, blank=True)
    submitted_at = models.DateTimeField(_("inlämnad"), null=True, blank=True)
    submitted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    is_late = models.BooleanField(_("efter sista svarsdag"), default=False)
    treatment = models.CharField(_("behandling"), max_length=12, choices=Treatment, blank=True)
    treatment_reason = models.TextField(_("varför"), max_length=2000, blank=True)
    treated_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    treated_at = models.DateTimeField(_("behandlad"), null=True, blank=True)
    history = HistoricalRecords()

    objects = ConsultationResponseQuerySet.as_manager()

    class Meta:
        verbose_name = _("remissvar")
        verbose_name_plural = _("remissvar")
        ordering = ["addressee__party__sort_name", "addressee__name"]
        constraints = [
            models.CheckConstraint(
                condition=Q(submitted_at__isnull=True) | ~Q(stance=""),
                name="response_handed_in_has_stance",
                violation_error_message=_("Välj ställningstagande innan du lämnar in."),
            )
        ]

    def __str__(self):
        return str(self.addressee)


class OfResponseQuerySet(FreezableQuerySet):
    def frozen(self):
        return self.filter(response__submitted_at__isnull=False)

    def visible_to(self, user):
        return self.filter(response__in=ConsultationResponse.objects.visible_to(user).values("pk"))

    def editable_by(self, user):
        return self.filter(response__in=ConsultationResponse.objects.editable_by(user).values("pk"))


class SectionResponse(Freezable, Versioned):
    """What the answer says of one block of the text that was sent; ``block`` and ``heading`` are that text's."""

    frozen_but = ("treatment", "treatment_reason", "treated_by", "treated_at")
    frozen_message = ConsultationResponse.frozen_message

    response = models.ForeignKey(ConsultationResponse, on_delete=models.CASCADE, related_name="sections")
    block = models.CharField(max_length=120)
    heading = models.CharField(_("avsnitt"), max_length=250)
    stance = models.CharField(_("ställningstagande"), max_length=10, choices=Stance, blank=True)
    text = models.TextField(_("synpunkt"), max_length=8000, blank=True)
    treatment = models.CharField(_("behandling"), max_length=12, choices=Treatment, blank=True)
    treatment_reason = models.TextField(_("varför"), max_length=2000, blank=True)
    treated_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    treated_at = models.DateTimeField(_("behandlad"), null=True, blank=True)
    history = HistoricalRecords()

    objects = OfResponseQuerySet.as_manager()

    class Meta:
        verbose_name = _("synpunkt på ett avsnitt")
        verbose_name_plural = _("synpunkter på avsnitt")
        ordering = ["response", "pk"]
        constraints = [models.UniqueConstraint(fields=["response", "block"], name="sectionresponse_once")]

    def __str__(self):
        return self.heading


class ResponseFile(Freezable):
    """An attachment to an answer."""

    frozen_message = ConsultationResponse.frozen_message

    response = models.ForeignKey(ConsultationResponse, on_delete=models.CASCADE, related_name="files")
    name = models.CharField(_("namn"), max_length=200)
    file = models.FileField(_("fil"), upload_to="responses/%Y/")
    added_at = models.DateTimeField(_("tillagd"), default=timezone.now)

    objects = OfResponseQuerySet.as_manager()

    class Meta:
        verbose_name = _("bilaga till remissvar")
        verbose_name_plural = _("bilagor till remissvar")
        ordering = ["pk"]

    def __str__(self):
        return self.name
