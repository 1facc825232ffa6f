"""Forms of the coordinators' review."""

import datetime

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from followup.models import Incomplete, Report, ReportStatus, Return
from followup.numbers import asked_groups
from followup.report_forms import ReportForm
from followup.reviewing import submit_on_behalf
from followup.side_by_side import LABELS
from lib.forms import MaxLength, VersionField, clean_data, make_swedish
from lib.swedish import clean_text

REASON_LENGTH = 500
DAYS_TO_ANSWER = 7
ALWAYS_ASKED = ("status", "text", "effect")


class ApproveForm(forms.Form):
    """What was read is approved, with a comment to the party if there is one."""

    version = VersionField()
    comment = forms.CharField(
        label=gettext_lazy("kommentar till parten"),
        max_length=Report._meta.get_field("review_comment").max_length,
        required=False,
        widget=forms.Textarea,
    )

    def __init__(self, data=None):
        super().__init__(clean_data(data), auto_id="godkann-%s")
        make_swedish(self.fields["comment"])
        self.fields["comment"].widget.attrs["rows"] = 2

    @property
    def typed(self):
        """(label, text) of what was written in the form, to be copied where it is refused."""
        return _typed(self, ("comment", self.fields["comment"].label))


class ReturnForm(forms.Form):
    """Why a report is sent back: a reason for each field that has to change, one for the whole, and a last day.

    ``rows`` are the fields that can be named: (name, label, ticked, reason, error).
    """

    version = VersionField()
    comment = forms.CharField(
        label=gettext_lazy("skäl"),
        max_length=Return._meta.get_field("comment").max_length,
        required=False,
        widget=forms.Textarea,
        help_text=gettext_lazy("Sparas i historiken. Deras text ligger kvar."),
    )
    due_on = forms.DateField(label=gettext_lazy("svara senast"), required=False)

    def __init__(self, data=None, *, report):
        data = clean_data(data)
        initial = {"version": report.version, "due_on": timezone.localdate() + datetime.timedelta(days=DAYS_TO_ANSWER)}
        super().__init__(data, initial=initial, auto_id="aterlamna-%s")
        for field in self.fields.values():
            make_swedish(field)
        self.fields["comment"].widget.attrs["rows"] = 3
        self.rows = [self._row(name, label) for name, label in LABELS.items() if _can_name(report, name)]

    hide_optional = True

    @property
    def typed(self):
        """As ApproveForm.typed: every reason, also of a field that the report no longer answers."""
        reasons = [(f"skal-{name}", label) for name, label in LABELS.items()]
        return _typed(self, *reasons, *((name, self.fields[name].label) for name in ("comment", "due_on")))

    def _row(self, name, label):
        reason = clean_text(self.data.get(f"skal-{name}", ""))
        ticked = bool(reason) or name in (self.data.getlist("falt") if hasattr(self.data, "getlist") else ())
        return {"name": name, "label": label, "ticked": ticked, "reason": reason, "error": ""}

    def clean_due_on(self):
        day = self.cleaned_data["due_on"]
        if day and day < timezone.localdate():
            raise ValidationError(_("Dagen har redan varit. Ange i dag eller en senare dag."))
        return day

    def clean(self):
        data = super().clean()
        for row in self.rows:
            row["error"] = _problem(row)
        if any(row["error"] for row in self.rows):
            raise ValidationError(_("Rätta skälen som är markerade."))
        data["reasons"] = {row["name"]: row["reason"] for row in self.rows if row["ticked"]}
        if not data["reasons"] and not data.get("comment") and "comment" not in self.errors:
            raise ValidationError(_("Skriv vad som behöver ändras. Parten ser skälet vid fältet."))
        return data


def _typed(form, *fields):
    said = [(label, clean_text(form.data.get(name, ""))) for name, label in fields]
    return [(label, text) for label, text in said if text.strip()]


def _can_name(report, name):
    if name == "numbers":
        return bool(asked_groups(report.activity.counts) or report.numbers)
    return name in ALWAYS_ASKED or bool(getattr(report, name))


def _problem(row):
    if row["ticked"] and not row["reason"]:
        return _("Skriv vad som behöver ändras, eller ta bort krysset.")
    try:
        MaxLength(REASON_LENGTH)(row["reason"])
    except ValidationError as error:
        return error.messages[0]
    return ""


class OnBehalfForm(ReportForm):
    """An answer that a coordinator writes down for a party and hands in, all in one step.

    It is made on an empty report of the same activity, so that nothing of the party's draft can show.
    """

    source = forms.CharField(
        label=gettext_lazy("hur fick du svaret?"),
        max_length=Report._meta.get_field("on_behalf").max_length,
        help_text=gettext_lazy("Till exempel telefonsamtal 2026-11-20. Det står vid rapporten för alltid."),
    )
    field_order = ["source"]

    def __init__(self, data=None, *, report, user, initial=None):
        self.report = report
        empty = Report(round=report.round, activity=report.activity, party=report.party)
        super().__init__(data, instance=empty, initial=initial, user=user)
        self.fields["status"].choices = [(code, capfirst(str(label))) for code, label in ReportStatus.choices]

    def parts(self):
        """The fields in the order of the form: what is always asked, what only a deviation asks, the rest."""
        asked = ("source", "status", "degree", "text", "effect")
        deviation = ("deviation_cause", "deviation_measure", "new_end_date")
        last = ("decision_asked", "addition")
        return [[self[name] for name in names] for names in (asked, deviation, last)]

    def save(self, commit=True):
        """Hand in. Raises ValidationError by field where answers are missing, and Frozen where it is too late."""
        values = {name: self.cleaned_data[name] for name in Report.ANSWERS if name in self.cleaned_data}
        try:
            submit_on_behalf(
                report=self.report, values=values, source=self.cleaned_data["source"], by=self.scope["user"]
            )
        except Incomplete as incomplete:
            raise ValidationError(incomplete.args[0]) from None
        return self.report


class BulkForm(forms.Form):
    """What is done with all chosen parties, and until when they get more time."""

    ACTIONS = ("godkann", "paminn", "forlang")

    action = forms.ChoiceField(choices=[(action, action) for action in ACTIONS])
    to = forms.DateField(label=gettext_lazy("ny sista dag"), required=False)
    reason = forms.CharField(label=gettext_lazy("skäl"), max_length=300, required=False)

    def __init__(self, data=None):
        super().__init__(clean_data(data), auto_id="flera-%s")
        for field in self.fields.values():
            make_swedish(field)

    hide_optional = True

    def clean(self):
        data = super().clean()
        if data.get("action") == "forlang" and not data.get("to") and "to" not in self.errors:
            self.add_error("to", _("Ange den nya sista dagen, till exempel 2027-06-30."))
        return data
