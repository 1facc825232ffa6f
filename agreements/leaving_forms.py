"""The forms of notice and of a new end."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.extending import extend
from agreements.leaving import give_notice, is_coordinator, leavable_by, note_receipts, others_of, take_back
from agreements.models import Agreement, Document, LifeEvent, Termination
from agreements.paper_forms import DecisionForm
from lib.forms import MomentField, VersionedModelForm, make_swedish


class TerminationForm(DecisionForm):
    """Notice as it was given. What the agreement says of period and effect is not asked for.

    Coordinators put its paper among the agreement's documents: one that is there, or sent along.
    """

    field_order = (
        "party", "given_on", "scope", "months", "registry_number", "document", "paper", "paper_is_public", "reason",
    )  # fmt: skip

    class Meta:
        model = Termination
        fields = ["party", "given_on", "scope", "months", "registry_number", "document", "reason"]
        help_texts = {
            "given_on": gettext_lazy("Den dag som uppsägningen är daterad."),
            "scope": gettext_lazy("Överenskommelsen säger inte vad som händer. Välj det som parterna är överens om."),
            "months": gettext_lazy("Överenskommelsen säger ingen tid. Fyll i den som parterna är överens om."),
            "registry_number": gettext_lazy("Uppsägningens eget diarienummer."),
        }

    def limit_choices(self):
        agreement, user = self.scope["agreement"], self.scope["user"]
        self.fields["party"].queryset = parties = leavable_by(user, agreement)
        if len(parties) == 1:
            self.initial.setdefault("party", parties[0].pk)
        validity = agreement.validity
        if validity and validity.notice_scope:
            del self.fields["scope"]
        if validity and validity.notice_period_months is not None:
            del self.fields["months"]
        if is_coordinator(user, agreement):
            self.fields["paper"].label = _("eller skicka med uppsägningen som fil")
        else:
            for name in ("document", "paper", "paper_is_public"):
                del self.fields[name]
        super().limit_choices()

    def _get_validation_exclusions(self):
        """What the agreement says itself is filled in when the notice is stored."""
        return super()._get_validation_exclusions() | {"scope", "months"} - self.fields.keys()

    def save(self, commit=True):
        row = self.instance
        row.months = row.months or 0
        title = _("Uppsägning, %(party)s") % {"party": row.party}
        row.document = self.keep_paper(title, Document.Kind.ATTACHMENT, row.given_on)
        return give_notice(termination=row, by=self.scope["user"])


class ReceiptsForm(VersionedModelForm):
    """The day each of the other parties got the notice: one day for all, and those that differ."""

    hide_optional = True

    for_all = forms.DateField(
        label=gettext_lazy("alla fick den samma dag"),
        required=False,
        help_text=gettext_lazy("Gäller de parter som du inte fyller i en egen dag för."),
    )

    class Meta:
        model = Termination
        fields = []

    def limit_choices(self):
        self.others = list(others_of(self.instance.agreement_id, self.instance.party_id))
        for row in self.others:
            day = self.fields[_received(row.party_id)] = forms.DateField(label=row.name_at_signing, required=False)
            make_swedish(day)
        self.fieldsets = [
            (_("Parter som fick den en annan dag"), [_received(row.party_id) for row in self.others], False)
        ]
        self.initial = {**self.stored(self.instance), **self.initial}

    def stored(self, row):
        """What is noted now. Earlier days are not kept one by one: so all that a colleague has noted since is shown."""
        now = Termination.objects.get(pk=row.pk)
        days = dict(now.receipts.values_list("party", "received_on")) if row.version == now.version else {}
        return {_received(other.party_id): days.get(other.party_id) for other in self.others} | {"for_all": None}

    def clean(self):
        given, today = self.instance.given_on, timezone.localdate()
        for name, day in list(self.cleaned_data.items()):
            if name == "version" or not day:
                continue
            if day < given:
                text = _("Dagen är före uppsägningens datum, %(day)s.")
                self.add_error(name, text % {"day": given})
            elif day > today:
                self.add_error(name, _("Dagen har inte varit än. Fyll i den när parten har fått uppsägningen."))

    def save(self, commit=True):
        data = self.cleaned_data
        days = {row.party_id: data.get(_received(row.party_id)) or data.get("for_all") for row in self.others}
        return note_receipts(termination=self.instance, version=data["version"], days=days, by=self.scope["user"])


def _received(party):
    return f"mottagen_{party}"


class WithdrawalForm(VersionedModelForm):
    """Why the notice is taken back."""

    class Meta:
        model = Termination
        fields = ["withdrawn_note"]

    def limit_choices(self):
        self.fields["withdrawn_note"].required = True

    def save(self, commit=True):
        data = self.cleaned_data
        return take_back(
            termination=self.instance, version=data["version"], why=data["withdrawn_note"], by=self.scope["user"]
        )


class ExtensionForm(DecisionForm):
    """The new end, or none, and the decision on it with its paper. The version is the agreement's."""

    end = MomentField(
        label=gettext_lazy("gäller till och med"),
        required=False,
        help_text=gettext_lazy("År, månad eller datum: 2029, 2029-06 eller 2029-06-30."),
    )
    until_notice = forms.BooleanField(label=gettext_lazy("gäller tills vidare, utan slut"), required=False)
    told = ("decided_by", "decided_on", "decision_paragraph", "registry_number", "document", "reason")
    own_fields = ("end", "until_notice", *told)
    fieldsets = (
        (gettext_lazy("Nytt slut eller tills vidare"), ["end", "until_notice"], False),
        (gettext_lazy("Beslutet"), [*told[:-1], "paper", "paper_is_public", "reason"], False),
    )

    class Meta:
        model = Agreement
        fields = []

    def limit_choices(self):
        self.fields["end"].is_alternative = True  # one of two is needed: neither of them is optional
        for name in self.told:
            needed = name in ("decided_by", "decided_on")
            self.fields[name] = LifeEvent._meta.get_field(name).formfield(required=needed)
            make_swedish(self.fields[name])
        super().limit_choices()

    def clean(self):
        super().clean()
        end, until_notice = self.cleaned_data.get("end"), self.cleaned_data.get("until_notice")
        if "end" not in self.errors and not end and not until_notice:
            self.add_error("end", _("Fyll i det nya slutet, eller kryssa i att den gäller tills vidare."))
        if end and until_notice:
            self.add_error("end", _("Fyll i ett slut eller kryssa i tills vidare, inte båda."))

    def save(self, commit=True):
        data = self.cleaned_data
        told = {name: data[name] for name in self.told if data[name]}
        if document := self.keep_paper(_("Beslut om förlängning, %(body)s") % {"body": data["decided_by"]}):
            told["document"] = document
        extend(agreement=self.instance, by=self.scope["user"], version=data["version"], end=data["end"], **told)
        return self.instance
