"""Forms for an assignment: the answer of whoever got it, and the end that the giver puts to it."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from governance.assigning import answer, end
from governance.models import Assignment
from lib.forms import VersionedModelForm


class AnswerForm(VersionedModelForm):
    """What has been done. Emptied, the report is taken back."""

    class Meta:
        model = Assignment
        fields = ["answer"]
        labels = {"answer": _("vad ni har gjort")}
        help_texts = {"answer": _("Läses av organet som gav uppdraget, och blir offentligt när mötet publiceras.")}

    def clean_answer(self):
        text = self.cleaned_data["answer"]
        if not text and not self.instance.reported_at:
            raise ValidationError(_("Skriv vad ni har gjort innan ni återrapporterar."))
        return text

    def save(self, commit=True):
        values = {"text": self.cleaned_data["answer"], "version": self.cleaned_data["version"]}
        answer(assignment=self.instance, by=self.scope["user"], **values)
        return self.instance


class EndForm(VersionedModelForm):
    """That it is done, or dropped with a reason."""

    class Meta:
        model = Assignment
        fields = ["end", "end_note"]
        widgets = {"end": forms.RadioSelect}
        labels = {"end": _("hur det gick")}
        help_texts = {"end_note": _("Behövs om uppdraget avslutas utan åtgärd.")}

    def limit_choices(self):
        self.fields["end"].required = True
        self.fields["end"].choices = [(code, capfirst(label)) for code, label in Assignment.End.choices]
        self.fields["end"].error_messages["required"] = gettext("Välj om uppdraget är klart eller avslutas ändå.")

    def save(self, commit=True):
        values = {"how": self.cleaned_data["end"], "note": self.cleaned_data["end_note"]}
        end(assignment=self.instance, version=self.cleaned_data["version"], by=self.scope["user"], **values)
        return self.instance
