"""What forms of decisions share: the paper that says so, chosen among the agreement's documents or sent along."""

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.models import Document
from lib.forms import SMALL_INTEGER_MAX, VersionedModelForm, put_on_one_line
from lib.uploads import ACCEPT, check_upload


def not_ahead(day):
    """``day``, which what is told of has happened on; ValidationError where it has not come."""
    if day and day > timezone.localdate():
        raise ValidationError(_("Dagen har inte varit än. Fyll i när det hände."))
    return day


class DecisionForm(VersionedModelForm):
    """A form on what was decided. ``document`` is one that is there; ``paper`` a file sent now, which becomes one.

    Scope: ``agreement`` and ``user``. ``own_fields`` are the form's fields that its row does not hold.
    """

    own_fields = ()
    paper = forms.FileField(
        label=gettext_lazy("eller skicka med beslutet som fil"),
        required=False,
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
        help_text=gettext_lazy("PDF, Word, OpenDocument-text, PNG eller JPEG. Högst 20 MB."),
    )
    paper_is_public = forms.BooleanField(
        label=gettext_lazy("alla får läsa filen"),
        required=False,
        help_text=gettext_lazy("Annars läses den bara av samordnarna."),
    )
    field_order = ("version",)

    def limit_choices(self):
        if "decided_by" in self.fields:
            put_on_one_line(self.fields["decided_by"])  # a body by its name; where it is chosen, still a list
        if "document" in self.fields:
            self.fields["document"].queryset = Document.objects.filter(agreement=self.scope["agreement"])
            self.fields["document"].help_text = _("Välj bland överenskommelsens dokument.")
        if "paper" in self.fields:
            self.fields["paper"].max_length = None  # the name is replaced by our own

    def stored(self, row):
        """The fields that belong to no row hold nothing that somebody else could have changed."""
        extra = {name: self.initial.get(name) for name in ("paper", "paper_is_public", *self.own_fields)}
        return {**extra, **super().stored(row)}

    def clean_paper(self):
        upload = self.cleaned_data["paper"]
        if upload:
            check_upload(upload)
        return upload

    def clean_decided_on(self):
        return not_ahead(self.cleaned_data["decided_on"])

    def clean(self):
        """One paper: chosen or sent, not both."""
        super().clean()
        if self.cleaned_data.get("document") and self.cleaned_data.get("paper"):
            self.add_error("paper", _("Välj ett dokument eller skicka en fil, inte båda."))

    def keep_paper(self, title, kind=Document.Kind.MINUTES, dated_on=None):
        """Store the file that was sent as a document of the agreement, and answer with the decision's document.

        It is of the day of the decision, unless ``dated_on`` another.
        """
        upload = self.cleaned_data.get("paper")
        if not upload:
            return self.cleaned_data.get("document")
        agreement = self.scope["agreement"]
        last = Document.objects.filter(agreement=agreement).aggregate(last=Max("order"))["last"] or 0
        return Document.objects.create(
            agreement=agreement,
            kind=kind,
            title=title[:250],
            dated_on=dated_on or self.cleaned_data.get("decided_on"),
            registry_number=self.cleaned_data.get("registry_number", ""),
            file=upload,
            is_public=self.cleaned_data["paper_is_public"],
            order=min(last + 1, SMALL_INTEGER_MAX),
        )
