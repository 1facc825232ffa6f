"""The form of a report."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from followup.models import Report
from lib.forms import VersionedModelForm


class ReportForm(VersionedModelForm):
    """What a party says about one activity. Anything may be saved as a draft; handing in asks for the rest."""

    class Meta:
        model = Report
        fields = ["status", "text", "deviation_cause", "deviation_measure", "new_end_date"]
        widgets = {"status": forms.RadioSelect}
        help_texts = {
            "text": _("Två–fyra meningar räcker. Skriv inte om enskilda personer."),
            "new_end_date": _("Datumet då ni nu räknar med att bli klara."),
        }

    hide_optional = True  # a draft may lack anything; the page says what is missing before handing in
    fieldsets = (
        (_("Om det avviker"), ("deviation_cause", "deviation_measure", "new_end_date"), False),
    )  # fmt: skip

    def limit_choices(self):
        """No line for "nothing chosen": leaving the buttons alone says that."""
        self.fields["status"].choices = [choice for choice in self.fields["status"].choices if choice[0]]

    def clean_new_end_date(self):
        date = self.cleaned_data["new_end_date"]
        if date and "new_end_date" in self.changed_data and date < timezone.localdate():
            raise ValidationError(_("Datumet har redan varit. Ange ett datum från och med i dag."))
        return date
