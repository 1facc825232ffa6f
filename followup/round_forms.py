"""The forms of a round: its period and days, a party's longer time, and why a closed round is opened again."""

import datetime

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from actionplans.models import Edition
from agreements.ending import refuse_beyond
from followup.models import Respondent, Round
from followup.schedule import WEEKS, days_from, meetings_of, order_problems, week_of
from followup.services import editions_of, extend, missing_reports
from lib.db import Frozen
from lib.forms import VersionedModelForm, clean_data, make_swedish, shown

PERIOD = ("label", "period_starts_on", "period_ends_on", "asks")
FIRST_YEAR, LAST_YEAR = 1990, 2100
RESERVED_LABELS = ("ny",)  # what stands where a label would in an address


class RoundForm(VersionedModelForm):
    """A round's period, who answers and its days. Once it is open the period and who answers stay as they are."""

    council_on = forms.DateField(
        label=_("annan dag att räkna från"),
        required=False,
        help_text=_("Om mötet inte finns i listan. Dagen sparas inte, bara dagarna som räknas från den."),
    )
    is_sure = forms.BooleanField(label=_("spara ändå"), required=False)

    hide_optional = True  # days may be left empty: they are counted, or simply not set

    class Meta:
        model = Round
        fields = [*PERIOD, "meeting", *WEEKS]

    def limit_choices(self):
        agreement = self.scope["agreement"]
        self.fields["meeting"].queryset = meetings_of(agreement)
        self.fields["meeting"].label_from_instance = _name_of_meeting
        self.fields["asks"].choices = [(code, capfirst(label)) for code, label in Round.Asks.choices]
        self.fields["due_on"].required = False  # counted from the meeting where it is left empty
        self.read_as, self.settled = self.instance.state, {}
        if self.instance.opened_at:
            self.settled = {name: self.fields.pop(name) for name in (*PERIOD, "opens_on")}
        if not (self.is_bound and self._wants_the_past()):
            del self.fields["is_sure"]

    def _wants_the_past(self):
        """Whether the last day that was sent has been, in a round that takes answers."""
        try:
            due_on = self.fields["due_on"].clean(self.data.get("due_on"))
        except ValidationError:
            return False
        return bool(self.instance.opened_at and due_on and due_on < timezone.localdate())

    def stored(self, row):
        return {**super().stored(row), "council_on": None, "is_sure": True}

    def clean_label(self):
        label = self.cleaned_data["label"]
        if label in RESERVED_LABELS or not Edition.LABEL.fullmatch(label):
            raise ValidationError(
                _("Använd bokstäver, siffror, kolon, punkt och bindestreck, till exempel 2027:1. Ordet ny är upptaget.")
            )
        same = Round.objects.filter(agreement=self.scope["agreement"], label=label).exclude(pk=self.instance.pk)
        if same.exists():
            raise ValidationError(_("Det finns redan en omgång som heter så. Välj ett annat namn."))
        return label

    def clean(self):
        data = super().clean()
        self._refuse_settled()
        for name, day in list(data.items()):
            if isinstance(day, datetime.date) and not FIRST_YEAR <= day.year <= LAST_YEAR:
                self.add_error(name, _("Kontrollera året."))
        try:
            refuse_beyond(self.scope["agreement"], data.get("period_starts_on") if self.is_new else None)
        except ValidationError as error:
            self.add_error("period_starts_on", error)
        self._fill_in(data)
        if not data.get("due_on") and "due_on" not in self.errors:
            self.add_error("due_on", _("Ange sista svarsdag, eller välj ett möte att räkna från."))
        for name, problem in order_problems(self._days(data), self.counted_from(data)).items():
            if name in self.fields:
                self.add_error(name, problem)
        first_day, due_on = data.get("period_starts_on") or self.instance.period_starts_on, data.get("due_on")
        if first_day and due_on and due_on < first_day:
            self.add_error("due_on", _("Sista svarsdag ligger före perioden, som börjar %(day)s.") % {"day": first_day})
        if "is_sure" in self.fields and not data.get("is_sure"):
            self.add_error(
                "due_on",
                _("Dagen har redan varit. De som inte har lämnat in blir försenade. Ändra den, eller spara ändå."),
            )
        return data

    def _refuse_settled(self):
        """What somebody typed before the round was opened is told back to them, not left out in silence."""
        typed = [
            f"{capfirst(field.label)} {shown(field, self.data[name])}"
            for name, field in self.settled.items()
            if name in self.data and field.has_changed(self.initial.get(name), self.data[name])
        ]
        if typed:
            message = _("Omgången har öppnats, så det här ändras inte längre. Du skrev: %(typed)s.")
            self.add_error(None, message % {"typed": ", ".join(typed)})

    def save(self, commit=True):
        """As ever, while nobody opens or closes the round. Raises Frozen where somebody did since it was read."""
        if not self.is_new and Round.hold(self.instance.pk).state != self.read_as:
            raise Frozen(_("Någon öppnade eller stängde omgången samtidigt. Ladda om sidan och gör ändringen igen."))
        return super().save()

    def _fill_in(self, data):
        """Days that are left empty in a new round are counted from the meeting."""
        day = self.counted_from(data)
        if not self.is_new or not day:
            return
        for name, counted in days_from(day).items():
            if name not in self.errors and not data.get(name):
                data[name] = counted

    def _days(self, data):
        return {name: data.get(name) if name in self.fields else getattr(self.instance, name) for name in WEEKS}

    def counted_from(self, data):
        """The day that the days are counted from: the meeting's, or the one typed instead."""
        meeting = data.get("meeting")
        return meeting.held_on if meeting else data.get("council_on")

    def recounted(self):
        """A form with what was typed and the days counted anew; this one, with advice, where there is no meeting."""
        data = {}
        for name in ("meeting", "council_on"):
            try:
                data[name] = self.fields[name].clean(self.data.get(name))
            except ValidationError as error:
                self.add_error(name, error)
                return self
        day = self.counted_from(data)
        if not day:
            self.add_error("meeting", _("Välj ett möte, eller skriv en dag att räkna från."))
            return self
        typed = {name: self[name].value() for name in self.fields}
        form = type(self)(instance=self.instance, initial=typed | days_from(day), **self.scope)
        form.initial["version"] = typed.get("version")
        return form

    def timetable(self):
        """(bound field, how many weeks from the meeting, the day's week) for the days that can be set."""
        rows = []
        for name, weeks in WEEKS.items():
            if name in self.fields:
                day = _as_date(self.fields[name], self[name].value())
                rows.append((self[name], weeks, abs(weeks), week_of(day) if day else ""))
        return rows

    def covered(self):
        """The editions, reports and parties of the round as the form stands now; None where its period is unclear."""
        values = {name: _as_date(self.fields[name], self[name].value()) for name in PERIOD[1:3] if name in self.fields}
        if len(values) < 2 or None in values.values():
            return None
        asks = self["asks"].value() or Round.Asks.RESPONSIBLE
        return coverage(Round(agreement=self.scope["agreement"], asks=asks, **values))


def coverage(round):
    """What opening ``round`` would make: its ``editions``, and how many ``reports`` to how many ``parties``."""
    missing = missing_reports(round)
    parties = sorted({report.party for report in missing}, key=lambda party: party.sort_name)
    return {"editions": editions_of(round), "reports": len(missing), "parties": parties}


def _as_date(field, value):
    try:
        return field.clean(value)
    except ValidationError:
        return None


def _name_of_meeting(meeting):
    return f"{meeting.held_on} {meeting.body.name}, {week_of(meeting.held_on)}"


class SwedishForm(forms.Form):
    """A plain form whose fields are ours in looks and words."""

    def __init__(self, data=None, **kwargs):
        super().__init__(clean_data(data), **kwargs)
        for field in self.fields.values():
            make_swedish(field)


class ExtensionForm(VersionedModelForm):
    """Until when a party has, and why. The scope is ``user``, who gives it."""

    to = forms.DateField(label=_("svara senast"))
    reason = forms.CharField(
        label=_("skäl"), max_length=300, help_text=_("Parten ser skälet. Det syns också för andra samordnare.")
    )

    class Meta:
        model = Respondent
        fields = []

    def stored(self, row):
        """What somebody has given already."""
        return {"to": row.extended_to, "reason": row.extension_reason}

    def save(self, commit=True):
        """Raises what ``extend`` raises."""
        row = self.instance
        extend(round=row.round, parties=[row.party], by=self.scope["user"], **self.cleaned_data)
        return row


class ReopenForm(SwedishForm):
    """Why a closed round is opened again."""

    reason = forms.CharField(
        label=_("skäl"),
        max_length=1000,
        widget=forms.Textarea,
        help_text=_("Skälet står kvar på omgångens sida, också när den är publicerad."),
    )


class RemoveForm(SwedishForm):
    """Nothing to fill in: the button says it all."""
