"""The forms of how the agreement came about, its papers, and the rules it sets for plans and follow-up."""

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy

from agreements.models import (
    Annotation,
    Consultation,
    Document,
    FollowUpRule,
    PlanRule,
    ProcessStep,
    StatedIndicator,
)
from agreements.rows import ON_PROCESS, SOURCE, SOURCE_SECTION, SourcedRowForm
from agreements.services import discard_file
from lib.uploads import ACCEPT, check_upload


class DocumentForm(SourcedRowForm):
    slug, page, anchor = "dokument", ON_PROCESS, "{row.key}"
    fieldsets = (
        (gettext_lazy("Fil"), ["file", "remove_file", "is_public"], False),
        SOURCE_SECTION,
    )
    remove_file = forms.BooleanField(label=gettext_lazy("ta bort filen"), required=False)

    class Meta:
        model = Document
        fields = [
            "kind", "title", "publisher", "registry_number", "dated_on", "pages", "foreword_by", "note", "file",
            "is_public", *SOURCE, "order",
        ]  # fmt: skip
        widgets = {"file": forms.FileInput(attrs={"accept": ACCEPT})}
        help_texts = {
            "file": gettext_lazy("PDF, Word, Excel, OpenDocument-text, PNG eller JPEG. Högst 20 MB."),
            "is_public": gettext_lazy("Annars läses dokumentet bara av samordnarna."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.old_file = self.instance.file.name
        self.fields["file"].max_length = None  # the name is replaced by our own
        if not self.old_file:
            del self.fields["remove_file"]

    def clean_file(self):
        upload = self.cleaned_data["file"]
        if isinstance(upload, UploadedFile):
            check_upload(upload)
        elif self.data.get(self.add_prefix("remove_file")):
            return False
        return upload

    def save(self, commit=True):
        """The file that was replaced is removed once the new one is safe."""
        row = super().save()
        if self.old_file and self.old_file != row.file.name:
            discard_file(row.file.storage, self.old_file)
        return row

    @classmethod
    def delete(cls, row, version):
        super().delete(row, version)
        if row.file:
            discard_file(row.file.storage, row.file.name)


class ProcessStepForm(SourcedRowForm):
    slug, page, anchor = "processteg", ON_PROCESS, "vag"
    fieldsets = (SOURCE_SECTION,)

    class Meta:
        model = ProcessStep
        fields = ["scope", "name", "text", "when", "actor", *SOURCE, "order"]

    @classmethod
    def anchor_of(cls, row):
        return "planvag" if row.scope == ProcessStep.Scope.ACTION_PLAN else super().anchor_of(row)


class ConsultationForm(SourcedRowForm):
    slug, page, anchor = "remiss", ON_PROCESS, "remiss-{row.pk}"
    fieldsets = (
        (gettext_lazy("Utskick"), ["sent_by", "sent_via", "decided_by", "decided_on", "sent_on", "deadline",
                                   "answers_public_on", "asks",
                                   "addressees", "attachments"], False),
        (gettext_lazy("Möte"), ["meeting_kind", "meeting_on", "meeting_starts", "meeting_ends"], False),
        SOURCE_SECTION,
    )  # fmt: skip

    class Meta:
        model = Consultation
        fields = [
            "held", "kind", "when", "registry_number", "note", "sent_by", "sent_via", "decided_by", "decided_on",
            "sent_on", "deadline", "answers_public_on", "asks", "addressees", "attachments", "meeting_kind",
            "meeting_on", "meeting_starts", "meeting_ends", *SOURCE, "order",
        ]  # fmt: skip
        help_texts = {
            "answers_public_on": gettext_lazy("Från den dagen läses svaren av alla som läser överenskommelsen."),
            "kind": gettext_lazy("Till exempel remiss eller dialogmöten."),
            "when": gettext_lazy("Om dokumentet bara säger ungefär när, till exempel hösten 2018."),
        }

    def limit_choices(self):
        """What was sent from here, to whom and until when, is changed on the page of the remiss."""
        super().limit_choices()
        if self.instance.text_id:
            for name in ("held", "kind", "sent_by", "sent_via", "sent_on", "deadline", "addressees", "attachments"):
                del self.fields[name]
        else:
            del self.fields["answers_public_on"]


class FollowUpRuleForm(SourcedRowForm):
    slug, page, anchor = "uppfoljningsregel", ON_PROCESS, "uppfoljning"
    fieldsets = (SOURCE_SECTION,)

    class Meta:
        model = FollowUpRule
        fields = [
            "frequency", "times_per_year", "coordinator", "performed_by", "receiver", "subject", "covers",
            "first_follow_up", *SOURCE, "order",
        ]  # fmt: skip
        help_texts = {"subject": gettext_lazy("Det som följs upp, till exempel målen eller handlingsplanen.")}


class StatedIndicatorForm(SourcedRowForm):
    slug, page, anchor = "indikator", ON_PROCESS, "uppfoljning"
    fieldsets = (SOURCE_SECTION,)

    class Meta:
        model = StatedIndicator
        fields = ["label", "source_system", "indicator_id", *SOURCE, "order"]
        help_texts = {"source_system": gettext_lazy("Till exempel Kolada.")}


class PlanRuleForm(SourcedRowForm):
    slug, page, anchor = "planregel", ON_PROCESS, "plan-{row.pk}"
    fieldsets = (
        (gettext_lazy("Vem gör vad"),
         ["prepared_by", "coordinated_by", "managed_by", "prioritised_by", "adopted_by"], False),
        SOURCE_SECTION,
    )  # fmt: skip

    class Meta:
        model = PlanRule
        fields = [
            "exists", "name", "cadence", "updates_per_year", "plan_count", "input", "content_rule", "prepared_by",
            "coordinated_by", "managed_by", "prioritised_by", "adopted_by", *SOURCE, "order",
        ]  # fmt: skip
        help_texts = {"name": gettext_lazy("Vad dokumentet kallar planen, till exempel aktivitetsplan.")}


class AnnotationForm(SourcedRowForm):
    slug, page, anchor = "notering", ON_PROCESS, "underlag"
    fieldsets = (SOURCE_SECTION,)

    class Meta:
        model = Annotation
        fields = ["kind", "code", "text", "found_in", "area", *SOURCE, "order"]
        help_texts = {
            "kind": gettext_lazy("Om underlaget: något att veta om texten. Senare uppgift: känt från annat håll."),
            "code": gettext_lazy("Som andra rader hänvisar till, till exempel E1."),
        }

    @classmethod
    def anchor_of(cls, row):
        return "senare" if row.kind == Annotation.Kind.EXTERNAL else super().anchor_of(row)
