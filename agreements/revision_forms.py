"""The forms in which a party asks for a revision, and in which it is answered."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.models import RevisionRequest
from agreements.paper_forms import DecisionForm, not_ahead
from agreements.revising import ask, asked_for_by, refuse_answered
from agreements.revision_letters import DECIDED, write_revision
from lib.forms import VersionedModelForm


class RevisionCreateForm(VersionedModelForm):
    """What the party asks for. Coordinators also fill in when it came to them."""

    class Meta:
        model = RevisionRequest
        fields = ["party", "received_on", "text"]
        help_texts = {
            "text": gettext_lazy("Vad ni vill ändra och varför. Läses av parterna och organen, inte av alla."),
        }

    def limit_choices(self):
        parties = asked_for_by(self.scope["user"], self.scope["agreement"])
        self.fields["party"].queryset = parties
        self.fields["text"].widget.attrs["rows"] = 10
        if len(parties) == 1:
            self.initial["party"] = parties[0]

    def clean_received_on(self):
        return not_ahead(self.cleaned_data["received_on"])

    def save(self, commit=True):
        return ask(self.instance, by=self.scope["user"])


class RevisionDecideForm(DecisionForm):
    """Whether the agreement is revised, why, and who decided."""

    field_order = ("version", "outcome", "outcome_text")

    class Meta:
        model = RevisionRequest
        fields = [
            "outcome", "outcome_text", "decided_by", "decided_on", "decision_paragraph", "registry_number", "document",
        ]  # fmt: skip

    def limit_choices(self):
        super().limit_choices()
        for name in ("outcome", "outcome_text", "decided_on"):
            self.fields[name].required = True
        self.fields["outcome"].choices = [
            (code, label if code else _("Välj")) for code, label in self.fields["outcome"].choices
        ]

    def clean_decided_on(self):
        day = super().clean_decided_on()
        if day < self.instance.received_on:
            raise ValidationError(
                _("Begäran kom in %(day)s. Beslutet är efter det.") % {"day": self.instance.received_on}
            )
        return day

    def save(self, commit=True):
        """Raises ValidationError where it is answered already, and what forms raise."""
        refuse_answered(self.instance)
        self.instance.document = self.keep_paper(_("Beslut om revidering, %(party)s") % {"party": self.instance.party})
        request = super().save()
        write_revision(request, DECIDED, by=self.scope["user"])
        return request
