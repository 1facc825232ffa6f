"""The forms of a meeting: when and where, who was there, and its minutes."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from governance.forms import free_key
from governance.models import Mandate, Meeting
from lib.db import Frozen
from lib.forms import VersionedModelForm

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


class RemoveForm(forms.Form):
    """Nothing to fill in: what is removed stands on the page."""
