"""The forms of what is done before the text is written: occasions on which organisations are asked."""

from django import forms
from django.utils.translation import gettext_lazy

from agreements.drafting_group import parties_near
from agreements.models import Contribution, Dialogue
from agreements.rows import SOURCE, SOURCE_SECTION, SourcedRowForm
from lib.forms import VersionedModelForm
from lib.uploads import ACCEPT, check_upload
from parties.models import Party


class DialogueForm(SourcedRowForm):
    """A survey or a workshop before the text is written."""

    slug, page, anchor = "dialog", "agreements:dialogue_list", "dialog-{row.pk}"
    fieldsets = (SOURCE_SECTION,)

    class Meta:
        model = Dialogue
        fields = ["kind", "title", "question", "invited", "held_on", "closes_on", "summary", *SOURCE, "order"]
        help_texts = {
            "question": gettext_lazy("Det som de inbjudna läser och svarar på."),
            "invited": gettext_lazy(
                "Handläggarna hos de inbjudna får frågan i Mitt arbete. De ser inte utkastet och inte andras bidrag."
            ),
            "held_on": gettext_lazy("För en workshop: dagen den hålls."),
            "closes_on": gettext_lazy("Efter den dagen tas inga fler bidrag emot. Tomt: ingen sista dag."),
            "summary": gettext_lazy("Vad dialogen gav, kort. Läses av dem som skriver utkastet."),
        }

    def limit_choices(self):
        super().limit_choices()
        invited = (
            Party.objects.filter(pk__in=self.instance.invited.values("pk"))
            if self.instance.pk
            else Party.objects.none()
        )
        self.fields["invited"].queryset = parties_near(self.scope["agreement"]) | invited


class ContributionForm(VersionedModelForm):
    """What an invited party says; scope: ``dialogue`` and ``party``."""

    class Meta:
        model = Contribution
        fields = ["text", "file"]
        widgets = {"file": forms.FileInput(attrs={"accept": ACCEPT})}
        help_texts = {
            "text": gettext_lazy("Det läses av dem som skriver utkastet."),
            "file": gettext_lazy("Om ni hellre skickar med anteckningar. PDF, Word, OpenDocument, PNG eller JPEG."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["file"].max_length = None  # the name is replaced by our own

    def clean_file(self):
        upload = self.cleaned_data["file"]
        if upload and hasattr(upload, "content_type"):
            self.instance.file_name = upload.name[:200]
            check_upload(upload)
        return upload
