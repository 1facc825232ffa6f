"""Forms for the edition that comes next and for adopting one."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actionplans.edition_forms import EditionForm
from actionplans.models import Activity
from actionplans.services import carry_over, create_edition
from agreements.ending import refuse_beyond
from followup.next_edition import carried_from, proposal_for, source_of
from governance.models import Mandate
from lib.forms import MaxLength, clean_data, make_swedish
from lib.swedish import clean_text

ENDINGS = [("", _("Följer med")), (Activity.Ending.CLOSED, _("Avslutas")), (Activity.Ending.CANCELLED, _("Stryks"))]
REASON_LENGTH = Activity._meta.get_field("ending_reason").max_length


class EditionCreateForm(EditionForm):
    """The next edition of a plan: its name and period, and for each activity whether it follows along.

    ``rows`` are the activities with what was reported, what is chosen and what is wrong. What the reports suggest is
    chosen from the start, unless ``everything`` asks that all follow along.
    """

    common_reason = forms.CharField(
        label=_("skäl för alla som avslutas eller stryks"),
        max_length=REASON_LENGTH,
        required=False,
        widget=forms.Textarea,
        help_text=_("Används för de rader som inte får ett eget skäl."),
    )

    def __init__(self, data=None, *, plan, user, everything=False):
        self.source = source_of(plan)
        super().__init__(data, plan=plan)
        self.rows = carried_from(self.source, user) if self.source else []
        for row in self.rows:
            self._choose(row, everything)
        label, starts_on, ends_on = proposal_for(plan, timezone.localdate())
        self.initial |= {"label": label, "starts_on": starts_on, "ends_on": ends_on}
        if not self.source:
            del self.fields["is_correction"]
        if not self.rows:
            del self.fields["common_reason"]

    def _choose(self, row, everything):
        row.name, row.error, row.suggestion = f"a{row.activity.pk}", "", row.ending
        if everything:
            row.ending = row.reason = ""
        if self.is_bound:
            row.ending = self.data.get(row.name, "")
            row.reason = clean_text(self.data.get(f"{row.name}-skal", ""))
        row.options = [(code, label, code == row.ending) for code, label in ENDINGS]

    def clean(self):
        data = super().clean()
        refuse_beyond(self.scope["plan"].agreement, data.get("starts_on"))
        for row in self.rows:
            row.error = self._problem(row)
        if any(row.error for row in self.rows):
            raise ValidationError(_("Rätta de aktiviteter som är markerade i listan."))
        return data

    def _problem(self, row):
        if row.ending not in dict(ENDINGS):
            return _("Välj om aktiviteten följer med, avslutas eller stryks.")
        try:
            MaxLength(REASON_LENGTH)(row.reason)
        except ValidationError as error:
            return error.messages[0]
        return ""

    def carry(self, *, by):
        """Make the edition. Raises ValidationError where the period was taken meanwhile."""
        values = {name: self.cleaned_data.get(name, False) for name in self._meta.fields}
        if self.source is None:
            return create_edition(plan=self.scope["plan"], by=by, **values)
        common = self.cleaned_data.get("common_reason", "")
        endings = {row.activity.pk: (row.ending, row.reason or common) for row in self.rows if row.ending}
        return carry_over(source=self.source, by=by, endings=endings, **values)


class EditionAdoptForm(forms.Form):
    """The decision that adopts an edition: by which body, when, and where it is registered."""

    mandate = forms.ModelChoiceField(Mandate.objects.none(), label=_("beslutande organ"))
    decided_on = forms.DateField(label=_("beslutsdatum"), initial=timezone.localdate)
    paragraph = forms.CharField(label=_("paragraf"), max_length=20, required=False)
    registry_number = forms.CharField(label=_("diarienummer"), max_length=60, required=False)

    def __init__(self, data=None, *, edition):
        super().__init__(clean_data(data))
        plan = edition.plan
        self.fields["mandate"].queryset = Mandate.objects.filter(agreement=plan.agreement).select_related("body")
        self.fields["mandate"].initial = plan.adopted_by
        for field in self.fields.values():
            make_swedish(field)

    def clean_decided_on(self):
        date = self.cleaned_data["decided_on"]
        if date > timezone.localdate():
            raise ValidationError(_("Beslutet kan inte ligga i framtiden. Ange dagen då organet beslutade."))
        return date
