"""Forms around a draft: a new agreement, who writes it, what they say, and the versions that are kept."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.creating import boards_of
from agreements.drafting_group import parties_near
from agreements.models import Accession, Agreement, DraftComment, Goal, TextVersion
from lib.forms import MomentField, VersionedModelForm, clean_data, make_swedish
from parties.forms import RoleForm
from parties.inviting import tidy
from parties.models import County, Invitation, Party

NOW = "nu"


class AgreementCreateForm(VersionedModelForm):
    """A new agreement; scope: ``user``, and ``source`` (the one it follows) or ``parent`` (the one it stands under)."""

    start = MomentField(
        label=gettext_lazy("föreslås gälla från"),
        required=False,
        help_text=gettext_lazy("År, månad eller datum: 2027, 2027-01 eller 2027-01-01. Kan fyllas i senare."),
    )
    end = MomentField(label=gettext_lazy("till och med"), required=False)
    parties = forms.ModelMultipleChoiceField(
        Party.objects.none(), label=gettext_lazy("parter i avtalet"), required=False
    )
    serves = forms.ModelMultipleChoiceField(
        Goal.objects.none(), label=gettext_lazy("mål som avtalet bidrar till"), required=False
    )

    class Meta:
        model = Agreement
        fields = ["title", "short_name", "kind", "coordinating_party", "county"]
        help_texts = {
            "title": gettext_lazy("Hela namnet, som det ska stå på första sidan."),
            "short_name": gettext_lazy("Visas i listor och blir sidans adress, till exempel Exempel 2027–2030."),
            "coordinating_party": gettext_lazy("Den som samordnar arbetet och får ändra överenskommelsen."),
        }

    def limit_choices(self):
        self.fields["title"].widget.attrs["rows"] = 2
        boards = self.fields["coordinating_party"]
        boards.queryset = boards_of(self.scope["user"])
        self.fields["county"].queryset = County.objects.all()
        if boards.queryset.count() == 1:
            board = boards.queryset.get()
            for name, value in (("coordinating_party", board.pk), ("county", board.county_id)):
                self.initial[name] = self.initial.get(name) or value  # a new row has them, empty
        if parent := self.scope.get("parent"):
            members = Accession.objects.standing().filter(agreement=parent)
            self.fields["parties"].queryset = Party.objects.filter(pk__in=members.values("party"))
            goals = Goal.objects.filter(agreement=parent, dropped_on__isnull=True)
            self.fields["serves"].queryset = goals.select_related("area")
        else:
            del self.fields["parties"], self.fields["serves"]

    def clean(self):
        data = super().clean()
        start, end = data.get("start") or "", data.get("end") or ""
        if start and end and end < start[: len(end)]:
            self.add_error("end", _("Slutet kan inte vara före början."))
        if self.scope.get("parent") and not data.get("parties") and "parties" not in self.errors:
            self.add_error("parties", _("Välj vilka av parterna avtalet gäller."))
        return data


class WriterForm(RoleForm):
    """Somebody who is to write the draft; scope: ``agreement``, ``roles`` (none to choose)."""

    class Meta:
        model = Invitation
        fields = ["email", "name", "party", "title", "starts_on", "ends_on"]
        help_texts = {
            "email": gettext_lazy("Har adressen ett konto får personen skriva genast. Annars går en inbjudan dit."),
        }

    def limit_choices(self):
        super().limit_choices()
        self.fields["party"].queryset = parties_near(self.scope["agreement"])
        self.fields["party"].label = _("för vilken organisation")
        self.fields["starts_on"].help_text = _("Lämna tomt om det ska gälla genast.")
        self.fields["ends_on"].help_text = _("Lämna tomt om det ska gälla tills utkastet är klart.")

    def clean_email(self):
        return tidy(self.cleaned_data["email"])


class DraftCommentForm(forms.Form):
    """A comment on a block, or a reply in a thread of it."""

    text = forms.CharField(
        label=gettext_lazy("kommentar"),
        max_length=DraftComment._meta.get_field("text").max_length,
        widget=forms.Textarea,
        error_messages={"required": gettext_lazy("Skriv något först.")},
    )
    reply_to = forms.ModelChoiceField(DraftComment.objects.none(), required=False, widget=forms.HiddenInput)

    def __init__(self, data=None, *, threads, thread=None):
        super().__init__(
            clean_data(data), initial={"reply_to": thread}, auto_id=f"svar-{thread.pk}-%s" if thread else "ny-%s"
        )
        self.fields["reply_to"].queryset = DraftComment.objects.filter(pk__in=[row.pk for row in threads])
        make_swedish(self.fields["text"])
        self.fields["text"].widget.attrs["rows"] = 3


class TextVersionForm(VersionedModelForm):
    """A version to keep of the text as it stands."""

    class Meta:
        model = TextVersion
        fields = ["name", "note"]
        help_texts = {
            "name": gettext_lazy("Till exempel Till remissen. Lämna tomt för nästa nummer."),
            "note": gettext_lazy("Vad som är nytt, för den som läser sedan."),
        }


class TextComparisonForm(forms.Form):
    """Which two texts: versions by number, or the text as it stands now."""

    fran = forms.ChoiceField(label=gettext_lazy("Från"), required=False)
    till = forms.ChoiceField(label=gettext_lazy("Till"), required=False)
    allt = forms.BooleanField(label=gettext_lazy("visa också det som är oförändrat"), required=False)

    def __init__(self, data, *, versions):
        numbers = [str(version.number) for version in versions]
        asked = {name: value for name, value in data.items() if value}
        defaults = {"fran": numbers[-1] if numbers else NOW, "till": NOW}
        super().__init__(defaults | asked, label_suffix="")
        choices = [(str(row.number), label_of(row)) for row in versions]
        self.fields["fran"].choices = self.fields["till"].choices = [*choices, (NOW, _("Texten nu"))]
        for name in ("fran", "till"):
            self.fields[name].widget.attrs["class"] = "ds-input"


def label_of(version):
    """``Version 2: Till remissen, 2026-09-01``."""
    name = f": {version.name}" if version.name else ""
    number = _("Version %(number)s") % {"number": version.number}
    return f"{number}{name}, {timezone.localdate(version.made_at)}"


def clean_place(text):
    """Where a block is to be moved: ``up``, ``down`` or a number. ValidationError says what to write."""
    if text in ("up", "down"):
        return text
    try:
        place = int(text)
    except ValueError:
        place = 0
    if not 1 <= place <= 999:
        raise ValidationError(_("Skriv platsen som ett tal, till exempel 3."))
    return place
