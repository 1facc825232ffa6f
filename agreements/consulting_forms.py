"""Forms of those who run a remiss: what is sent and to whom, and more time."""

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements import consulting
from agreements.consultation_letters import reachable
from agreements.models import Addressee, Agreement, Consultation, Document, TextVersion
from lib.forms import VersionedModelForm, make_swedish
from parties.models import Party, PartyKind

NAME_MAX = 200


def choose_among(form, name, rows):
    """Offer ``rows`` in a field; where there are none there is nothing to ask."""
    form.fields[name].queryset = rows
    if not rows.exists():
        del form.fields[name]


class AddresseeForm(VersionedModelForm):
    """Who is to have the remiss: all parties, all municipalities, some by choice, others by name and e-mail."""

    all_parties = forms.BooleanField(label=gettext_lazy("alla parter i överenskommelsen"), required=False)
    all_municipalities = forms.BooleanField(label=gettext_lazy("alla kommuner i länet"), required=False)
    parties = forms.ModelMultipleChoiceField(
        Party.objects.none(),
        label=gettext_lazy("eller de här"),
        required=False,
        help_text=gettext_lazy("De svarar med sina konton i portalen."),
    )
    others = forms.CharField(
        label=gettext_lazy("med e-post och länk"),
        max_length=20000,
        required=False,
        widget=forms.Textarea,
        help_text=gettext_lazy(
            "En per rad: namn; e-postadress. Till exempel Försäkringskassan; remiss@myndighet.se. Länken i brevet "
            "gäller för ett svar. Skriv en part här om ingen där har konto."
        ),
    )

    class Meta:
        model = Consultation
        fields = []

    @property
    def place(self):
        return self.instance.agreement

    def askable(self):
        """The parties that do not have the remiss."""
        asked = self.instance.addressee_set.filter(party__isnull=False)
        return Party.objects.exclude(pk__in=asked.values("party"))

    def limit_choices(self):
        """Whoever has the remiss is not offered, and a shortcut to nobody is none."""
        place, parties = self.place, self.askable()
        self.members = parties.filter(accessions__in=place.accession_set.standing().values("pk"))
        self.municipalities = parties.filter(county=place.county, kind=PartyKind.MUNICIPALITY, dissolved_on=None)
        near = Q(pk__in=self.members.values("pk")) | Q(pk__in=self.municipalities.values("pk"))
        choose_among(self, "parties", parties.filter(near))
        if "parties" in self.fields:
            gone = _("Någon du valde har redan fått remissen, eller går inte att välja. Kontrollera valen.")
            self.fields["parties"].error_messages["invalid_choice"] = gone
        for name, rows in {"all_parties": self.members, "all_municipalities": self.municipalities}.items():
            if not rows.exists():
                del self.fields[name]

    def clean_others(self):
        """[(name, e-mail)]; every line that cannot be read is told."""
        found, errors = [], []
        for number, line in enumerate(self.cleaned_data["others"].splitlines(), start=1):
            if line.strip():
                name, _sign, email = (part.strip() for part in line.rpartition(";"))
                if self._is_address(name, email):
                    found.append((name, email.lower()))
                else:
                    errors.append(_("Rad %(number)s: skriv namn; e-postadress.") % {"number": number})
        if errors:
            raise ValidationError(errors)
        return found

    def _is_address(self, name, email):
        try:
            validate_email(email)
        except ValidationError:
            return False
        return 0 < len(name) <= NAME_MAX

    def chosen(self):
        """The parties that are chosen, one way or another."""
        rows = set(self.cleaned_data.get("parties", ()))
        rows |= set(self.members) if self.cleaned_data.get("all_parties") else set()
        rows |= set(self.municipalities) if self.cleaned_data.get("all_municipalities") else set()
        return sorted(rows, key=lambda party: party.sort_name)

    def clean(self):
        super().clean()
        if not self.errors and not self.chosen() and not self.cleaned_data["others"]:
            self.add_error("parties" if "parties" in self.fields else "others", _("Välj minst en som ska få remissen."))

    def preview(self):
        """Who gets a letter how, and who gets none."""
        parties, others = self.chosen(), self.cleaned_data["others"]
        reached, named = reachable(parties), {name.casefold() for name, _email in others}
        return {
            "by_account": [party for party in parties if party.pk in reached],
            "by_link": others,
            "unreached": [party for party in parties if party.pk not in reached and party.name.casefold() not in named],
        }

    def save(self, commit=True):
        """Send it to these as well."""
        cleaned = self.cleaned_data
        consulting.ask(
            consultation=self.instance, parties=self.chosen(), others=cleaned["others"], by=self.scope["user"]
        )
        return self.instance


class ConsultationSendForm(AddresseeForm):
    """What is sent: the text, the papers, until when, and to whom. The version is the agreement's."""

    text = forms.ModelChoiceField(TextVersion.objects.none(), label=gettext_lazy("textversion"))
    documents = forms.ModelMultipleChoiceField(
        Document.objects.none(),
        label=gettext_lazy("handlingar som följer med"),
        required=False,
        help_text=gettext_lazy("Alla som får remissen kan hämta dem, även de som inte är offentliga."),
    )

    fieldsets = (
        (gettext_lazy("Vad som skickas"), ["text", "documents", "registry_number", "asks", "note"], False),
        (gettext_lazy("När"), ["deadline", "answers_public_on"], False),
        (gettext_lazy("Vilka som får den"), ["all_parties", "all_municipalities", "parties", "others"], False),
    )

    class Meta:
        model = Agreement
        fields = []

    @property
    def place(self):
        return self.instance

    def askable(self):
        return Party.objects.all()

    def limit_choices(self):
        super().limit_choices()
        for name, required in {"registry_number": False, "asks": False, "note": False, "deadline": True,
                               "answers_public_on": False}.items():  # fmt: skip
            self.fields[name] = Consultation._meta.get_field(name).formfield(required=required)
            make_swedish(self.fields[name])
        self.fields["note"].label = _("meddelande till mottagarna")
        self.fields["answers_public_on"].help_text = _(
            "Från den dagen kan alla som läser överenskommelsen läsa svaren här. Fram till dess läser bara samordnarna "
            "och skrivargruppen dem, och var och en sitt eget. Lämna tomt om ni inte vet än."
        )
        versions = self.instance.text_versions.all()
        self.fields["text"].queryset = versions
        self.initial.setdefault("text", versions.last())
        choose_among(self, "documents", Document.objects.filter(agreement=self.instance).with_file())
        self.initial.setdefault("all_parties", True)
        self.initial.setdefault("asks", _("Synpunkter och ställningstagande"))

    def clean_deadline(self):
        day = self.cleaned_data["deadline"]
        if day < timezone.localdate():
            raise ValidationError(consulting.DEADLINE_PASSED)
        return day

    def clean_answers_public_on(self):
        day, deadline = self.cleaned_data["answers_public_on"], self.cleaned_data.get("deadline")
        if day and deadline and day < deadline:
            raise ValidationError(_("Svaren kan inte bli offentliga före sista svarsdag."))
        return day

    def stored(self, row):
        """The fields belong to no row yet; nobody else can have changed them."""
        return {name: self.initial.get(name) for name in self.fields}

    def save(self, commit=True):
        """Send it. Raises what ``consulting.send`` raises."""
        cleaned = dict(self.cleaned_data)
        told = {name: cleaned[name] for name in ("registry_number", "asks", "note", "answers_public_on", "text",
                                                 "deadline", "others", "version")}  # fmt: skip
        told["documents"] = cleaned.get("documents", ())
        return consulting.send(agreement=self.instance, by=self.scope["user"], parties=self.chosen(), **told)


class ExtensionForm(VersionedModelForm):
    """More time, for some or for all that have not answered."""

    to = forms.DateField(label=gettext_lazy("ny sista svarsdag"))
    reason = forms.CharField(label=gettext_lazy("skäl"), max_length=300)
    addressees = forms.ModelMultipleChoiceField(None, label=gettext_lazy("för"))

    class Meta:
        model = Consultation
        fields = []

    def limit_choices(self):
        rows = consulting.waiting(self.instance)
        choose_among(self, "addressees", rows)
        self.initial.setdefault("addressees", [row.pk for row in rows])

    def save(self, commit=True):
        cleaned = {"addressees": (), **self.cleaned_data}
        consulting.extend(consultation=self.instance, by=self.scope["user"], **cleaned)
        return self.instance

    def stored(self, row):
        """What was given last, by somebody else; as the form was opened, nothing."""
        given = Addressee.history.filter(consultation=row.pk, extended_to__isnull=False).first()
        if given is None or row.version == self.cleaned_data["version"]:
            return {}
        same = {"extended_to": given.extended_to, "extension_reason": given.extension_reason}
        return {
            "to": given.extended_to,
            "reason": given.extension_reason,
            "addressees": list(row.addressee_set.filter(**same).values_list("pk", flat=True)),
        }
