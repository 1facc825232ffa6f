"""The council's papers of a closed round, kept as they were sent, and the numbers they are registered under."""

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actionplans.models import Edition
from agreements.models import Agreement
from followup.models.rounds import Outcome, PartOfRoundQuerySet, Round
from lib.db import Frozen
from parties.models import Party, User


class CouncilPackQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Read by the coordinators and bodies, who read every answer in it; published with the round.

        One that compares the plan with a proposal is read by others only where they may read the proposal too.
        """
        inside = Q(outcome__round__agreement__in=Agreement.objects.submitted_visible_to(user).values("pk"))
        compared = self.model.editions.through.objects.filter(councilpack=OuterRef("pk"))
        hidden = compared.exclude(edition__in=Edition.objects.visible_to(user).values("pk"))
        rounds = Round.objects.read_whole_by(user)
        return self.filter(inside | ~Exists(hidden), outcome__round__in=rounds.values("pk"))

    def editable_by(self, user):
        return self.filter(outcome__round__in=Round.objects.editable_by(user).values("pk"))


class CouncilPack(models.Model):
    """One file of the council's papers, made once from what the round's closing stored. Never changed.

    ``sha256`` is of the file's bytes, in hex: whoever has the file can tell that it is the one that was kept.
    """

    class Kind(models.TextChoices):
        PDF = "pdf", _("PDF")
        WORD = "docx", _("Word")
        EXCEL = "xlsx", _("Excel")

    outcome = models.ForeignKey(Outcome, on_delete=models.PROTECT, related_name="packs")
    kind = models.CharField(_("slag"), max_length=4, choices=Kind)
    file = models.FileField(_("fil"), upload_to="packs/%Y/")
    sha256 = models.CharField(_("kontrollsumma"), max_length=64)
    size = models.PositiveIntegerField(_("storlek"))
    pages = models.PositiveSmallIntegerField(_("sidor"), null=True, blank=True)
    editions = models.ManyToManyField(Edition, verbose_name=_("jämförda versioner"), related_name="+")
    made_at = models.DateTimeField(_("skapad"), default=timezone.now)
    made_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(_("skickad till ledamöterna"), null=True, blank=True)

    objects = CouncilPackQuerySet.as_manager()

    class Meta:
        verbose_name = _("rådets underlag")
        verbose_name_plural = _("rådets underlag")
        ordering = ["made_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["outcome", "kind"], name="council_pack_once")]

    def __str__(self):
        return f"{self.outcome}: {self.get_kind_display()}"

    def save(self, *args, **kwargs):
        """That it was sent is all that is ever added."""
        if not self._state.adding and set(kwargs.get("update_fields") or ["file"]) != {"sent_at"}:
            raise Frozen(Round.frozen_message)
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise Frozen(Round.frozen_message)


class RegistryNumber(models.Model):
    """The number under which one authority has registered a round: each keeps its own diary."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="registry_numbers")
    party = models.ForeignKey(Party, verbose_name=_("myndighet"), on_delete=models.PROTECT, related_name="+")
    number = models.CharField(_("diarienummer"), max_length=60)

    objects = PartOfRoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("diarienummer")
        verbose_name_plural = _("diarienummer")
        ordering = ["party__sort_name", "pk"]
        constraints = [models.UniqueConstraint(fields=["round", "party"], name="registry_number_once")]

    def __str__(self):
        return f"{self.party}: {self.number}"
