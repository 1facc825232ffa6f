"""The form in which an agreement is adopted."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.adopting import adopt, text_now, texts_of, told_of
from agreements.models import Actor, Adoption, Agreement, Document, TextVersion, Validity
from agreements.paper_forms import DecisionForm
from lib.forms import MomentField

Label = Adoption._meta.get_field


class AdoptionCreateForm(DecisionForm):
    """Who decided, when and how, on which text, and when it begins. The version is the agreement's."""

    decided_by = forms.ModelChoiceField(
        Actor.objects.none(),
        label=gettext_lazy("beslutat av"),
        help_text=gettext_lazy("Organet eller den part som antar. Fattas namnet: lägg till det på sidan Parter först."),
    )
    decided_on = forms.DateField(label=Label("decision_date").verbose_name)
    decision_paragraph = forms.CharField(label=Label("decision_paragraph").verbose_name, max_length=40, required=False)
    registry_number = forms.CharField(label=Label("registry_number").verbose_name, max_length=60, required=False)
    document = forms.ModelChoiceField(Document.objects.none(), label=Label("document").verbose_name, required=False)
    text = forms.ModelChoiceField(TextVersion.objects.none(), label=Label("text").verbose_name, required=False)
    takes_effect = forms.ChoiceField(
        label=Validity._meta.get_field("takes_effect").verbose_name,
        choices=[("", gettext_lazy("Framgår inte")), *Validity.TakesEffect.choices],
        required=False,
        help_text=gettext_lazy("Vad överenskommelsen säger om när den börjar gälla."),
    )  # fmt: skip
    start = MomentField(
        label=Validity._meta.get_field("start").verbose_name,
        required=False,
        help_text=gettext_lazy("År, månad eller datum. Lämna tomt om det bara följer av underskrifterna."),
    )
    signing_form = forms.CharField(
        label=Label("signing_form").verbose_name,
        max_length=200,
        required=False,
        help_text=gettext_lazy("Till exempel: undertecknas av var och en av parterna."),
    )
    note = forms.CharField(label=Label("note").verbose_name, max_length=300, required=False)
    own_fields = (
        "decided_by", "decided_on", "decision_paragraph", "registry_number", "document", "text", "takes_effect",
        "start", "signing_form", "note",
    )  # fmt: skip
    field_order = ("version", *own_fields[:5], "paper", "paper_is_public", *own_fields[5:])
    fieldsets = (
        (gettext_lazy("När den börjar gälla"), ["takes_effect", "start", "signing_form"], False),
        (gettext_lazy("Anmärkning"), ["note"], True),
    )

    class Meta:
        model = Agreement
        fields = []

    def limit_choices(self):
        super().limit_choices()
        agreement, validity = self.instance, self.instance.validity
        self.fields["decided_by"].queryset = Actor.objects.filter(agreement=agreement)
        self.fields["text"].queryset = texts_of(agreement)
        self.fields["text"].empty_label = _("Texten som den är nu")
        given = {}
        if validity:
            given |= {"takes_effect": validity.takes_effect, "start": validity.start}
        self.initial = {**given, **self.initial}

    def save(self, commit=True):
        """Raises ValidationError, VersionConflict and PermissionDenied, as the step does."""
        data = self.cleaned_data
        told = told_of(self)
        text = data["text"] or text_now(self.instance, by=self.scope["user"])
        document = self.keep_paper(_("Beslut om överenskommelsen, %(body)s") % {"body": data["decided_by"].name})
        adoption = Adoption(
            decided_by=data["decided_by"],
            decision_date=data["decided_on"],
            document=document,
            text=text,
            **{name: data[name] for name in ("decision_paragraph", "registry_number", "signing_form", "note")},
        )
        adopt(
            agreement=self.instance,
            by=self.scope["user"],
            version=data["version"],
            adoption=adoption,
            takes_effect=data["takes_effect"],
            start=data["start"],
            decided_by=data["decided_by"].name,
            document=document,
            text=_("Antagen text: %(text)s") % {"text": text} if text else "",
            **told,
        )
        return self.instance
