"""What every row of an agreement shares: its place, where it comes from, its version and its history."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from lib.db import Stamping, StampingQuerySet, Versioned
from lib.swedish import fold


class Basis(models.TextChoices):
    STATED = "stated", _("står i dokumentet")
    INFERRED = "inferred", _("tolkad")
    EXTERNAL = "external", _("senare uppgift")


class Sourced(models.Model):
    """Where a fact comes from, shown on screen: document, page (of the text), section, and on what basis.

    ``field_basis`` holds the exceptions, ``{"receiver": "inferred"}``; ``basis_ref`` names an external fact (E1).
    """

    source_document = models.ForeignKey(
        "agreements.Document",
        verbose_name=_("källa"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    source_page = models.PositiveSmallIntegerField(
        _("sida"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(5000)]
    )
    source_section = models.CharField(_("avsnitt"), max_length=200, blank=True)
    basis = models.CharField(_("grund"), max_length=10, choices=Basis, default=Basis.STATED)
    basis_ref = models.CharField(_("grundreferens"), max_length=20, blank=True)
    field_basis = models.JSONField(_("grund per fält"), default=dict, blank=True)

    class Meta:
        abstract = True


class AgreementRowQuerySet(StampingQuerySet):
    """Rows follow their agreement: who sees or edits it sees or edits them."""

    def visible_to(self, user):
        agreements = self.model._meta.get_field("agreement").related_model.objects
        return self.filter(agreement__in=agreements.visible_to(user).values("pk"))

    def editable_by(self, user):
        agreements = self.model._meta.get_field("agreement").related_model.objects
        return self.filter(agreement__in=agreements.editable_by(user).values("pk"))


class AgreementRow(Stamping, Versioned, Sourced):
    """A row of an agreement. ``key`` is its stable name in workbooks, unique within the agreement and kind.

    Numbers are the document's own (``number``, in the models that have one); ``order`` only says what comes first.
    """

    stamped_by = "agreement"

    agreement = models.ForeignKey("agreements.Agreement", on_delete=models.PROTECT)
    key = models.SlugField(_("nyckel"), max_length=80, blank=True)
    order = models.PositiveSmallIntegerField(_("ordning"), default=0)

    objects = AgreementRowQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        if not self.key:
            self.key = self._free_key()
        super().save(*args, **kwargs)

    def _free_key(self):
        """``goal-7``: the kind and the first number nobody has in this agreement."""
        stem = self._meta.model_name
        taken = set(type(self)._base_manager.filter(agreement=self.agreement_id).values_list("key", flat=True))
        number = len(taken) + 1
        while f"{stem}-{number}" in taken:
            number += 1
        return f"{stem}-{number}"


class Searchable(models.Model):
    """A row that search finds by the words of its ``searched`` fields, folded so that ÄNGELHOLM finds Ängelholm."""

    searched: tuple[str, ...] = ()
    search_text = models.TextField(editable=False, default="")

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        self.search_text = self.searched_words()
        super().save(*args, **kwargs)

    def searched_words(self):
        return fold(" ".join(getattr(self, field) for field in self.searched))


def unique_key(model_name):
    """The constraint every concrete AgreementRow carries."""
    return models.UniqueConstraint(
        fields=["agreement", "key"],
        name=f"{model_name}_key_unique",
        violation_error_message=_("Nyckeln används redan i överenskommelsen. Välj en annan."),
    )
