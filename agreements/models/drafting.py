"""How the text comes about: versions that were kept of it, what its writers say of it, and who was asked for ideas."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agreements.models.agreement import Agreement
from agreements.models.base import AgreementRow, AgreementRowQuerySet, unique_key
from lib.db import Freezable, FreezableQuerySet, Versioned, date_order
from lib.history import HistoricalRecords
from parties.models import Party, Right, User
from parties.rights import with_right


class TextVersionQuerySet(FreezableQuerySet):
    def frozen(self):
        return self

    def visible_to(self, user):
        """All of them for those who write; what was sent or adopted for whoever reads the agreement."""
        told = self.filter(Q(consultations__isnull=False) | Q(adoptions__isnull=False))
        told = told.filter(agreement__in=Agreement.objects.visible_to(user).values("pk")).order_by().values("pk")
        written = Agreement.objects.drafted_by(user).values("pk")
        return self.filter(Q(agreement__in=written) | Q(pk__in=told))

    def editable_by(self, user):
        return self.filter(agreement__in=Agreement.objects.text_editable_by(user).values("pk"))


class TextVersion(Freezable):
    """The agreement's whole text as it was at one moment, never changed after.

    ``blocks`` is the text in order: ``{"key", "kind", "number", "heading", "text", "area"}`` each, where ``key`` is
    the kind and key of the row it was made from (``provision:paragraf-3``), the same in every version.
    """

    frozen_message = _("En sparad textversion ändras inte. Spara en ny version i stället.")

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="text_versions")
    number = models.PositiveSmallIntegerField(_("nummer"))
    name = models.CharField(_("namn"), max_length=120, blank=True)
    note = models.CharField(_("anmärkning"), max_length=300, blank=True)
    blocks = models.JSONField(_("text"))
    digest = models.CharField(max_length=64)
    made_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(_("sparad"), default=timezone.now)

    objects = TextVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("textversion")
        verbose_name_plural = _("textversioner")
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["agreement", "number"], name="textversion_number_once")]

    def __str__(self):
        return self.name or str(_("version %(number)s") % {"number": self.number})


class DraftCommentQuerySet(models.QuerySet):
    def visible_to(self, user):
        """What the writers say to one another stays with them, also when the text is sent and adopted."""
        return self.filter(agreement__in=Agreement.objects.drafted_by(user).values("pk"))

    def editable_by(self, user):
        """One's own words, as long as one writes there."""
        return self.visible_to(user).filter(written_by=user) if user.is_authenticated else self.none()

    def open(self):
        return self.filter(resolved_at__isnull=True)


class DraftComment(Versioned):
    """A remark on a block of the text (``block`` is its key) or, without one, on the whole."""

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="draft_comments")
    block = models.CharField(max_length=120, blank=True)
    reply_to = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="replies")
    text = models.TextField(_("kommentar"), max_length=4000)
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField(_("skriven"), default=timezone.now)
    resolved_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    resolved_at = models.DateTimeField(_("klar"), null=True, blank=True)
    history = HistoricalRecords()

    objects = DraftCommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("kommentar till utkastet")
        verbose_name_plural = _("kommentarer till utkastet")
        ordering = ["written_at", "pk"]

    def __str__(self):
        return self.text[:80]


class DialogueQuerySet(AgreementRowQuerySet):
    def visible_to(self, user):
        """The writers', and the question itself for those who report for an invited party."""
        parties = with_right(Party.objects.all(), user, Right.REPORT).values("pk")
        written = Agreement.objects.drafted_by(user).values("pk")
        asked = self.model.invited.through.objects.filter(party__in=parties).values("dialogue")
        return self.filter(Q(agreement__in=written) | Q(pk__in=asked))

    def editable_by(self, user):
        return self.filter(agreement__in=Agreement.objects.text_editable_by(user).values("pk"))


class Dialogue(AgreementRow):
    """An occasion on which organisations were asked before the text was written: a survey or a workshop."""

    class Kind(models.TextChoices):
        SURVEY = "survey", _("enkät")
        WORKSHOP = "workshop", _("workshop")

    kind = models.CharField(_("slag"), max_length=10, choices=Kind)
    title = models.CharField(_("rubrik"), max_length=200)
    question = models.TextField(_("fråga"), max_length=2000, blank=True)
    invited = models.ManyToManyField(Party, verbose_name=_("inbjudna"), blank=True, related_name="dialogues")
    held_on = models.DateField(_("dag"), null=True, blank=True)
    closes_on = models.DateField(_("svara senast"), null=True, blank=True)
    summary = models.TextField(_("vad som kom fram"), max_length=4000, blank=True)
    history = HistoricalRecords(m2m_fields=[invited])

    objects = DialogueQuerySet.as_manager()

    class Meta:
        verbose_name = _("dialog")
        verbose_name_plural = _("dialoger")
        ordering = ["order", "pk"]
        constraints = [unique_key("dialogue"), date_order("held_on", "closes_on", name="dialogue_dates")]

    def __str__(self):
        return self.title


class ContributionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """The writers read all; a party its own."""
        parties = with_right(Party.objects.all(), user, Right.REPORT).values("pk")
        written = Agreement.objects.drafted_by(user).values("pk")
        return self.filter(Q(dialogue__agreement__in=written) | Q(party__in=parties))

    def editable_by(self, user):
        """Its own party, while the dialogue is open."""
        today, parties = timezone.localdate(), with_right(Party.objects.all(), user, Right.REPORT).values("pk")
        still = Q(dialogue__closes_on__isnull=True) | Q(dialogue__closes_on__gte=today)
        return self.filter(still, party__in=parties, dialogue__agreement__status=Agreement.Status.DRAFT)


class Contribution(Versioned):
    """What one invited party said in a dialogue."""

    dialogue = models.ForeignKey(Dialogue, on_delete=models.PROTECT, related_name="contributions")
    party = models.ForeignKey(Party, verbose_name=_("part"), on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("bidrag"), max_length=8000)
    file = models.FileField(_("fil"), upload_to="contributions/%Y/", blank=True)
    file_name = models.CharField(max_length=200, blank=True)
    written_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    written_at = models.DateTimeField(_("lämnat"), default=timezone.now)
    history = HistoricalRecords()

    objects = ContributionQuerySet.as_manager()

    class Meta:
        verbose_name = _("bidrag")
        verbose_name_plural = _("bidrag")
        ordering = ["party__sort_name"]
        constraints = [models.UniqueConstraint(fields=["dialogue", "party"], name="contribution_once")]

    def __str__(self):
        return f"{self.party}: {self.text[:60]}"
