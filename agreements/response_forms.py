"""Forms of an answer to a remiss: what is said of the whole and of each part of the text, and what becomes of it."""

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import model_to_dict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements import responses
from agreements.models import ConsultationResponse, ResponseFile, SectionResponse, Stance, Treatment
from agreements.responses import heading_of, place_of
from lib.forms import VersionedModelForm, clean_data, make_swedish, put_on_one_line
from lib.uploads import ACCEPT, check_upload

NEEDS_REASON = (Treatment.PARTLY, Treatment.NOT_FOLLOWED)


class ResponseForm(VersionedModelForm):
    """An answer: the stance on the whole, and for each block ``stance_3`` and ``text_3``, where 3 is its place.

    The scope is ``blocks``, the text that was sent. Anything may be saved; handing in asks for the rest.
    """

    hide_optional = True
    fieldsets = (
        (gettext_lazy("Helheten"), ["stance", "text", "reservation"], False),
        (gettext_lazy("Beslut och diarium"), ["decided_by", "decided_on", "decision_paragraph", "registry_number"],
         False),
    )  # fmt: skip

    class Meta:
        model = ConsultationResponse
        fields = [
            "stance", "text", "reservation", "registry_number", "decided_by", "decided_on", "decision_paragraph",
        ]  # fmt: skip
        help_texts = {
            "reservation": gettext_lazy("Om någon av er har en annan mening. Den följer med svaret."),
            "decided_by": gettext_lazy("Till exempel kommunstyrelsen."),
        }

    def limit_choices(self):
        if "decided_by" in self.fields:
            put_on_one_line(self.fields["decided_by"])
        stored = self._sections()
        for place, block in enumerate(self.scope["blocks"]):
            title = heading_of(block)
            choices = [("", "---------"), *Stance.choices]
            stance = forms.ChoiceField(label=_("ställningstagande: %(part)s") % {"part": title}, choices=choices,
                                       required=False)  # fmt: skip
            text = forms.CharField(label=_("synpunkt: %(part)s") % {"part": title}, max_length=8000, required=False,
                                   widget=forms.Textarea)  # fmt: skip
            for name, field in ((f"stance_{place}", stance), (f"text_{place}", text)):
                make_swedish(field)
                self.fields[name] = field
                self.initial.setdefault(name, stored.get(name, ""))

    def _sections(self):
        """{name of a field: what is stored} of the parts that something is said of."""
        said = {row.block: row for row in SectionResponse.objects.filter(response=self.instance.pk)}
        found = {}
        for place, block in enumerate(self.scope["blocks"]):
            if row := said.get(block["key"]):
                found |= {f"stance_{place}": row.stance, f"text_{place}": row.text}
        return found

    def stored(self, row):
        """What the fields hold as stored now. Of an earlier version it is not known what was said of the parts."""
        whole = model_to_dict(row, fields=self._meta.fields)
        if not ConsultationResponse.objects.filter(pk=row.pk, version=row.version).exists():
            return whole
        empty = {name: "" for name in self.fields if name.startswith(("stance_", "text_"))}
        return {**empty, **whole, **self._sections()}

    def parts(self):
        """What the page shows of each part: the block, its two fields, and whether something is said of it."""
        for place, block in enumerate(self.scope["blocks"]):
            stance, text = self[f"stance_{place}"], self[f"text_{place}"]
            said = stance.value() or text.value() or stance.errors or text.errors
            yield {
                "block": block,
                "title": heading_of(block),
                "place": place_of(block),
                "stance": stance,
                "text": text,
                "is_open": bool(said),
            }

    def clean_decided_on(self):
        day = self.cleaned_data["decided_on"]
        if day and day > timezone.localdate():
            raise ValidationError(_("Beslutet kan inte ha en dag som inte har varit än."))
        return day

    def save(self, commit=True):
        if set(self.changed_data) - {"version"}:
            responses.save_draft(
                response=self.instance, version=self.cleaned_data["version"], sections=list(self._changed_sections())
            )
        return self.instance

    def _changed_sections(self):
        for place, block in enumerate(self.scope["blocks"]):
            names = f"stance_{place}", f"text_{place}"
            if set(names) & set(self.changed_data):
                yield block["key"], heading_of(block)[:250], *(self.cleaned_data[name] for name in names)


class ResponseFileForm(forms.ModelForm):
    """An attachment and what it is called."""

    class Meta:
        model = ResponseFile
        fields = ["name", "file"]
        widgets = {"file": forms.FileInput(attrs={"accept": ACCEPT})}
        help_texts = {
            "file": gettext_lazy("PDF, Word, Excel, OpenDocument-text, PNG eller JPEG. Högst 20 MB."),
            "name": gettext_lazy("Till exempel protokollsutdrag § 114."),
        }

    def __init__(self, data=None, files=None, *, response):
        super().__init__(clean_data(data), files, instance=ResponseFile(response=response))
        self.fields["file"].max_length = None  # the name is replaced by our own
        make_swedish(self.fields["name"])
        put_on_one_line(self.fields["name"])

    def clean_file(self):
        upload = self.cleaned_data["file"]
        check_upload(upload)
        return upload

    def typed(self):
        return [(self["name"].label, self["name"].data or "")]


class TreatmentForm(VersionedModelForm):
    """What becomes of a remark, and why. The scope is ``user``."""

    class Meta:
        model = ConsultationResponse
        fields = ["treatment", "treatment_reason"]
        widgets = {"treatment": forms.RadioSelect}
        help_texts = {"treatment_reason": gettext_lazy("Står i remissammanställningen, som alla parter läser.")}

    def limit_choices(self):
        self.fields["treatment"].required = True
        self.fields["treatment"].choices = [choice for choice in self.fields["treatment"].choices if choice[0]]

    def clean(self):
        super().clean()
        if self.cleaned_data.get("treatment") in NEEDS_REASON and not self.cleaned_data.get("treatment_reason"):
            self.add_error("treatment_reason", _("Skriv varför synpunkten inte följs fullt ut."))

    def save(self, commit=True):
        self.instance.treated_by, self.instance.treated_at = self.scope["user"], timezone.now()
        return super().save(commit)


class SectionTreatmentForm(TreatmentForm):
    class Meta(TreatmentForm.Meta):
        model = SectionResponse
