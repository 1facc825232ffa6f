"""The forms in which an agreement is changed in mid-period: a new wording, something added, something dropped."""

from functools import cache

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.amending import BY_NAME, DECIDED, WORDED, add_row, change_wording, drop_row, heading_of
from agreements.models import (
    Amendment,
    CollaborationArea,
    Document,
    Goal,
    PriorityArea,
    Provision,
    RevisionRequest,
)
from agreements.paper_forms import DecisionForm, not_ahead


def _label(name):
    return Amendment._meta.get_field(name).verbose_name


class AmendmentForm(DecisionForm):
    """The decision behind a change; what is changed is fields of the subclass."""

    decided_by = forms.CharField(
        label=_label("decided_by"), max_length=200, help_text=gettext_lazy("Till exempel rådet, eller alla parter.")
    )
    decided_on = forms.DateField(label=_label("decided_on"))
    decision_paragraph = forms.CharField(label=_label("decision_paragraph"), max_length=40, required=False)
    registry_number = forms.CharField(label=_label("registry_number"), max_length=60, required=False)
    document = forms.ModelChoiceField(Document.objects.none(), label=_label("document"), required=False)
    effective_on = forms.DateField(label=_label("effective_on"))
    reason = forms.CharField(label=_label("reason"), max_length=2000, widget=forms.Textarea)
    request = forms.ModelChoiceField(RevisionRequest.objects.none(), label=_label("request"), required=False)
    own_fields = (*DECIDED, "effective_on", "reason", "request")
    fieldsets = (
        (gettext_lazy("Beslutet"), [*DECIDED, "paper", "paper_is_public", "effective_on", "reason", "request"], False),
    )

    def limit_choices(self):
        super().limit_choices()
        requests = RevisionRequest.objects.filter(agreement=self.scope["agreement"])
        self.fields["request"].queryset = requests.filter(outcome=RevisionRequest.Outcome.ACCEPTED)
        if not self.fields["request"].queryset.exists():
            del self.fields["request"]
        for name, each in self.fields.items():  # what stands in the row may be areas and the like of the agreement
            model = each.queryset.model if isinstance(each, forms.ModelChoiceField) else None
            if model is PriorityArea:
                self.fields[name].queryset = model.objects.filter(agreement=self.scope["agreement"], dropped_on=None)

    def clean_effective_on(self):
        return not_ahead(self.cleaned_data["effective_on"])

    def clean(self):
        super().clean()
        decided, effective = self.cleaned_data.get("decided_on"), self.cleaned_data.get("effective_on")
        if decided and effective and effective < decided:
            self.add_error("effective_on", _("Ändringen kan inte gälla före beslutet."))

    def told(self):
        """What the amendment is told of the decision; keeps the paper that was sent."""
        data = self.cleaned_data
        names = ("decided_by", "decided_on", "decision_paragraph", "registry_number", "effective_on", "reason")
        title = _("Beslut om ändring, %(what)s") % {"what": heading_of(self.instance)}
        return {name: data[name] for name in names} | {
            "request": data.get("request"),
            "document": self.keep_paper(title),
        }

    def given(self):
        return {"by": self.scope["user"], "told": self.told()}


class ChangeForm(AmendmentForm):
    """A new wording, filled in from the old one."""

    def save(self, commit=True):
        return change_wording(self.instance, version=self.cleaned_data["version"], **self.given())


class DropForm(AmendmentForm):
    """What is dropped, and from when."""

    def save(self, commit=True):
        return drop_row(self.instance, version=self.cleaned_data["version"], **self.given())


class AddForm(AmendmentForm):
    """What is added."""

    def save(self, commit=True):
        if isinstance(self.instance, Provision):
            self.instance.kind = Provision.Kind.SECTION
        return add_row(self.instance, **self.given())


# The word in addresses → what may be added in mid-period, with the fields that are filled in.
ADDABLE = {
    "omrade": (PriorityArea, ["number", "name", "purpose"]),
    "mal": (Goal, ["area", "number", "level", "text"]),
    "samverkansomrade": (CollaborationArea, ["area", "number", "name", "text"]),
    "paragraf": (Provision, ["number", "heading", "text"]),
}


@cache
def change_form(model):
    return _form(ChangeForm, model, list(WORDED[model]))


@cache
def drop_form(model):
    return _form(DropForm, model, [])


@cache
def add_form(word):
    return _form(AddForm, *ADDABLE[word])


def _form(base, model, names):
    meta = type("Meta", (), {"model": model, "fields": names})
    return type(base)(f"{model.__name__}{base.__name__}", (base,), {"Meta": meta, "__module__": __name__})


class WordConverter:
    """The words of ADDABLE in addresses."""

    regex = "|".join(sorted(ADDABLE, key=len, reverse=True))

    def to_python(self, value):
        return value

    to_url = to_python


class BlockConverter:
    """The key of a block in addresses: ``goal:mal-1``."""

    regex = f"(?:{'|'.join(BY_NAME)}):[-a-zA-Z0-9_]+"

    def to_python(self, value):
        return value

    to_url = to_python
