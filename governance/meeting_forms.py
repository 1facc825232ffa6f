"""The forms of a meeting: when and where, who was there, and its minutes."""

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.attendance import Presence, note_attendance, noted_at, places_of
from governance.forms import free_key
from governance.models import Attendance, Mandate, Meeting, Record
from governance.services import discard_record_file
from lib.db import Frozen
from lib.forms import VersionedModelForm, VersionField, make_swedish
from lib.uploads import ACCEPT, check_upload

FIRST_YEAR, LAST_YEAR = 1990, 2100


class MeetingForm(VersionedModelForm):
    """When and where the ``body`` of the scope meets, and what kind of minutes are kept."""

    class Meta:
        model = Meeting
        fields = ["held_on", "starts_at", "ends_at", "place", "minutes", "note", "registry_number"]
        help_texts = {
            "minutes": gettext_lazy("Protokoll justeras. Minnesanteckningar gör sekreteraren färdiga."),
            "note": gettext_lazy("Läses av alla, till exempel att mötet är digitalt."),
        }

    def limit_choices(self):
        if self.is_new:
            kinds = Mandate.objects.filter(body=self.scope["body"]).exclude(minutes="")
            self.initial.setdefault("minutes", kinds.values_list("minutes", flat=True).first())

    def clean_held_on(self):
        day = self.cleaned_data["held_on"]
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise ValidationError(_("Kontrollera året."))
        return day

    def save(self, commit=True):
        """Raises Frozen where the meeting was published meanwhile."""
        if self.is_new:
            self.instance.key = free_key(Meeting.objects.filter(body=self.instance.body), "mote")
        elif Meeting.hold(self.instance.pk).published_at:
            raise Frozen(_("Mötet är publicerat och ändras inte längre."))
        return super().save()


class AttendanceForm(VersionedModelForm):
    """Who came to the meeting, seat by seat, who else was there, and whether it could decide.

    The version is the meeting's, so that two who note at once see each other's.
    """

    guests = forms.CharField(
        label=gettext_lazy("övriga närvarande"),
        max_length=4000,
        required=False,
        widget=forms.Textarea,
        help_text=gettext_lazy("En per rad: namn och befattning, eller vem som ersatte. Blir offentligt med mötet."),
    )
    field_order = ["version", "guests", "quorum"]
    hide_optional = True

    class Meta:
        model = Meeting
        fields = ["quorum"]
        help_texts = {"quorum": gettext_lazy("Är mötet inte beslutsfört går det att anteckna men inte att besluta.")}

    def limit_choices(self):
        self.places = places_of(self.instance)
        for place in self.places:
            self.fields[_presence(place.seat.pk)] = forms.ChoiceField(
                label=_("närvaro"),
                choices=[("", _("Inte noterat")), *((code, capfirst(label)) for code, label in Presence.choices)],
                required=False,
                widget=forms.RadioSelect,
                error_messages={"invalid_choice": _("Välj närvarande, frånvarande eller ersatt.")},
            )
            name = self.fields[_replaced(place.seat.pk)] = forms.CharField(
                label=_("ersatt av"), max_length=160, required=False
            )
            make_swedish(name)
        self.initial = {**self.stored(self.instance), **self.initial}

    def rows(self):
        """(place, its presence, by whom it was replaced) for each seat, as the page draws them."""
        return [(place, self[_presence(place.seat.pk)], self[_replaced(place.seat.pk)]) for place in self.places]

    def stored(self, row):
        """What is noted of the meeting now, or when the version in the history was stored."""
        then = getattr(row, "_history", None)
        noted = noted_at(row.pk, then.history_date) if then else Attendance.objects.filter(meeting=row.pk)
        values = {name: "" for place in self.places for name in _names(place.seat.pk)}
        for line in noted.exclude(seat=None):
            replaced = line.name if line.presence == Presence.REPLACED else ""
            values |= dict(zip(_names(line.seat_id), (line.presence, replaced), strict=True))
        guests = noted.filter(seat=None).order_by("pk").values_list("name", flat=True)
        return {**super().stored(row), **values, "guests": "\n".join(guests)}

    def with_all_present(self):
        """The same form, unsaved, where all of whom nothing is noted are present but alternates and vacant seats."""
        data = self.data.copy()
        for place in self.places:
            if not (place.is_alternate or place.was_vacant) and not data.get(_presence(place.seat.pk)):
                data[_presence(place.seat.pk)] = Presence.PRESENT
        return type(self)(data, instance=self.instance)

    def clean_guests(self):
        names = [line.strip() for line in self.cleaned_data["guests"].splitlines() if line.strip()]
        if any(len(name) > 160 for name in names):
            raise ValidationError(_("En rad är längre än 160 tecken. Skriv en person per rad."))
        return "\n".join(dict.fromkeys(names))

    def clean(self):
        """Only who is replaced has somebody in their place."""
        for place in self.places:
            presence, replaced = (self.cleaned_data.get(name) for name in _names(place.seat.pk))
            if replaced and presence != Presence.REPLACED:
                self.add_error(_replaced(place.seat.pk), _("Välj ersatt, eller ta bort namnet."))

    def save(self, commit=True):
        """Raises VersionConflict, Frozen once it is published, ValidationError for no quorum where it has decided."""
        meeting = Meeting.hold(self.instance.pk)
        if meeting.published_at:
            raise Frozen(_("Mötet är publicerat, så närvaron ändras inte längre."))
        if self.cleaned_data["quorum"] == Meeting.Quorum.NO and meeting.decisions.exists():
            raise ValidationError(
                {"quorum": _("Mötet har fattat beslut. Ta bort besluten först, eller välj beslutsför.")}
            )
        data = self.cleaned_data
        presences = {place.seat.pk: tuple(data[name] for name in _names(place.seat.pk)) for place in self.places}
        if set(self.changed_data) - {"version"}:
            note_attendance(meeting=meeting, presences=presences, guests=data["guests"].splitlines())
        return super().save()  # last, so that the history of the meeting is not older than what it counts as read


def _presence(seat):
    return f"narvaro_{seat}"


def _replaced(seat):
    return f"ersatt_{seat}"


def _names(seat):
    return _presence(seat), _replaced(seat)


class RecordForm(VersionedModelForm):
    """The minutes of the ``meeting`` of the scope, as text, as a file, or both."""

    hide_optional = True

    class Meta:
        model = Record
        fields = ["text", "file", "adjusters", "adjusted_on", "registry_number"]
        widgets = {"file": forms.ClearableFileInput(attrs={"accept": ACCEPT})}
        help_texts = {
            "text": gettext_lazy("Du kan skriva här, bifoga en fil, eller båda."),
            "file": gettext_lazy("PDF, Word, OpenDocument-text, PNG eller JPEG. Högst 20 MB."),
            "adjusters": gettext_lazy("Funktion eller part, till exempel ordföranden och Gävle kommun."),
            "adjusted_on": gettext_lazy("Dagen då protokollet justerades. Lämna tomt tills det är gjort."),
        }

    def limit_choices(self):
        self.meeting = self.scope.get("meeting") or self.instance.meeting
        self.fields["file"].max_length = None  # the name is replaced by our own
        self.fields["text"].widget.attrs["rows"] = 24
        if self.meeting.minutes == Mandate.Minutes.NOTES:
            for name in ("adjusters", "adjusted_on"):
                self.fields.pop(name, None)

    def clean_file(self):
        upload = self.cleaned_data["file"]
        if isinstance(upload, UploadedFile):
            self.own_name = upload.name
            check_upload(upload)
        return upload

    def clean_adjusted_on(self):
        day = self.cleaned_data["adjusted_on"]
        if day and day < self.meeting.held_on:
            raise ValidationError(
                _("Mötet hölls %(day)s. Justeringen sker samma dag eller senare.") % {"day": self.meeting.held_on}
            )
        if day and day > timezone.localdate():
            raise ValidationError(_("Dagen har inte varit än. Fyll i den när protokollet är justerat."))
        return day

    def save(self, commit=True):
        """As ever; a file that is replaced or taken away is removed. Raises Frozen where they are finished."""
        Meeting.hold(self.meeting.pk)
        former = Record.objects.filter(pk=self.instance.pk).values_list("file", flat=True).first()
        if "file" in self.changed_data:
            self.instance.file_name = getattr(self, "own_name", "")[-120:]
        record = super().save()
        if former and former != record.file.name:
            discard_record_file(record.file.storage, former)
        return record


class RemoveForm(forms.Form):
    """Nothing to fill in: what is removed stands on the page."""


class FinishForm(forms.Form):
    """The version of the minutes that was read when the button was pressed."""

    version = VersionField()
