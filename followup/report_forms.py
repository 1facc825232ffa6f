"""The form of a report: what a party says about one activity, whole or one field at a time."""

from functools import cache

from django import forms
from django.core.exceptions import ValidationError
from django.forms import modelform_factory
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actionplans.edition_forms import FileForm
from followup.models import NO_ANSWER_NEEDED, Report, ReportFile, ReportingRule, Respondent
from followup.numbers import GROUPS, Counts, asked_groups, read_count, validate_numbers
from lib.forms import VersionedModelForm
from lib.personal_numbers import find

TEXTS = ("text", "effect", "deviation_cause", "deviation_measure", "decision_asked", "addition")
PERSONAL = "personal_number"
CONFIRMED = "not_personal"  # the name of the box that says that a number is none


class CountsInput(forms.Widget):
    """A box and a *Saknas* for each group: ``numbers_women`` and ``numbers_women_missing``."""

    def value_from_datadict(self, data, files, name):
        """{group: (what was typed, whether *Saknas* was chosen)} of the groups that were sent."""
        sent = {}
        for group in GROUPS:
            box, missing = f"{name}_{group}", f"{name}_{group}_missing"
            if box in data or missing in data:
                sent[group] = (data.get(box, "").strip(), missing in data)
        return sent

    def value_omitted_from_data(self, data, files, name):
        return not self.value_from_datadict(data, files, name)

    def id_for_label(self, id_):
        return ""

    def subwidgets(self, name, value, attrs=None):
        return []

    def render(self, name, value, attrs=None, renderer=None):
        return ""  # the template of the form draws the table


class CountsField(forms.Field):
    """Counts by group, as ``followup.numbers`` keeps them. An error's ``code`` is the group it is about."""

    widget = CountsInput
    groups = tuple(GROUPS)  # narrowed to those the activity asks for

    def clean(self, value):
        counts, errors = {}, []
        for group, (typed, missing) in self._asked(value):
            try:
                count = self._count(typed, missing)
            except ValidationError as error:
                errors.append(ValidationError(f"{GROUPS[group]}: {error.messages[0]}", code=group))
            else:
                counts |= {group: count} if missing or count is not None else {}
        if errors:
            raise ValidationError(errors)
        self.run_validators(counts)
        return counts

    def _asked(self, value):
        return [(group, sent) for group, sent in (value or {}).items() if group in self.groups]

    def _count(self, typed, missing):
        if typed and missing:
            raise ValidationError(
                _("ni har både skrivit %(typed)s och valt Saknas. Välj ett av dem.") % {"typed": typed}
            )
        return read_count(typed)

    def has_changed(self, initial, data):
        try:
            return self.clean(data) != (initial or {})
        except ValidationError:
            return True

    def prepare_value(self, value):
        """Stored counts, or what was typed, as something that reads as words."""
        is_typed = isinstance(value, dict) and any(isinstance(sent, tuple) for sent in value.values())
        return Typed(value) if is_typed else Counts(value or {})


class Typed(dict):
    """What was sent of counts: group → (what was typed, whether *Saknas* was chosen)."""

    def __str__(self):
        return ", ".join(f"{GROUPS[group]} {typed or _('saknas')}" for group, (typed, missing) in self.items()
                         if typed or missing)  # fmt: skip


class ReportForm(VersionedModelForm):
    """What a party says about one activity. Anything may be saved as a draft; handing in asks for the rest.

    The scope is ``user``, whom the history names, and ``last``, the party's answer last time. Who may write is asked
    before there is a form.
    """

    numbers = CountsField(label=gettext_lazy("antal"), required=False, validators=[validate_numbers])

    class Meta:
        model = Report
        fields = Report.ANSWERS
        widgets = {"status": forms.RadioSelect}
        help_texts = {
            "text": gettext_lazy("Två–fyra meningar räcker. Skriv inte om enskilda personer."),
            "new_end_date": gettext_lazy("Datumet då ni nu räknar med att bli klara."),
            "decision_asked": gettext_lazy("Lämna tomt om rådet inte behöver besluta något."),
            "addition": gettext_lazy("Det som bara gäller det här länet. Det följer aldrig med till andra län."),
        }

    hide_optional = True  # a draft may lack anything; the page says what is missing before handing in

    def limit_choices(self):
        """Radio buttons for what is going on; what a quick answer said stands among them only where it was given."""
        self._only_asked_numbers()
        for name in TEXTS:
            if name in self.fields:
                self.fields[name].clean = self._warning_of_persons(name, self.fields[name].clean)
        if "status" in self.fields:
            rare = NO_ANSWER_NEEDED - {self.instance.status}
            self.fields["status"].choices = [
                choice
                for choice in self.fields["status"].choices
                if choice[0] and (self.is_one or choice[0] not in rare)
            ]

    @property
    def is_one(self):
        """Whether this is the form of one field alone."""
        return len(self.fields.keys() - {"numbers", "version"}) <= 1

    def _only_asked_numbers(self):
        if "numbers" not in self.fields:
            return
        self.fields["numbers"].groups = asked_groups(self.instance.activity.counts)
        if not self.fields["numbers"].groups:
            del self.fields["numbers"]

    def _warning_of_persons(self, name, clean):
        """``clean`` that also stops at a personal identity number, unless the person says that it is none."""

        def warning(value):
            text = clean(value)
            known = find(getattr(self._stored, name)) if text else ()
            found = [number for number in find(text) if number not in known]
            if found and not self.data.get(CONFIRMED):
                raise ValidationError(
                    _(
                        "%(number)s ser ut som ett personnummer. Det ni lämnar in blir allmän handling och kan läsas "
                        "av alla. Ta bort numret, eller säg att det inte är ett personnummer."
                    ),
                    code=PERSONAL,
                    params={"number": found[0]},
                )
            return text

        return warning

    @property
    def _stored(self):
        return self.instance  # not written to until the fields are clean

    def asks_of_persons(self):
        """Whether something typed reads as a personal identity number and nobody has said that it is none."""
        return any(error.code == PERSONAL for errors in self.errors.as_data().values() for error in errors)

    def clean_new_end_date(self):
        date = self.cleaned_data["new_end_date"]
        if date and "new_end_date" in self.changed_data and date < timezone.localdate():
            raise ValidationError(_("Datumet har redan varit. Ange ett datum från och med i dag."))
        return date

    def answers(self):
        """What was changed: field → value."""
        return {name: self.cleaned_data[name] for name in self.changed_data if name in Report.ANSWERS}

    def save(self, commit=True):
        """Store what was changed. Raises what Report.save_answers raises."""
        if answers := self.answers():
            self.instance.save_answers(answers, version=self.cleaned_data["version"], by=self.scope["user"])
        return self.instance

    def stored(self, row):
        return {name: getattr(row, name) for name in self.fields if name in Report.ANSWERS}

    def _leave_out_frozen(self):
        """Nothing is left out: whether the report may be written in was asked when it was fetched."""

    def number_rows(self):
        """For each group asked for: its label, what its boxes hold, last time's count, and what is wrong with it."""
        if "numbers" not in self.fields:
            return []
        errors = {error.code: error for error in self.errors.as_data().get("numbers", ())} if self.is_bound else {}
        value, last = self["numbers"].value(), self.scope.get("last")
        rows = []
        for group in self.fields["numbers"].groups:
            sent = value.get(group, "")
            typed, missing = sent if isinstance(sent, tuple) else ("" if sent is None else sent, sent is None)
            before = last.numbers.get(group, "") if last else ""
            row = {"group": group, "label": GROUPS[group], "typed": typed, "missing": missing}
            rows.append(row | {"before": before, "error": errors.get(group)})
        return rows


@cache
def _form_class(name):
    """The form of one field alone."""
    return modelform_factory(Report, form=ReportForm, fields=(name,))


def field_form(report, name, data, *, user):
    """The form of one field with what was sent: ``value``, or for numbers all their boxes."""
    sent = QueryDict(mutable=True)
    if name == "numbers":
        sent.update({key: value for key, value in data.items() if key.startswith("numbers_")})
    else:
        sent[name] = data.get("value", "")
    sent["version"] = data.get("version", "")
    if data.get(CONFIRMED):
        sent[CONFIRMED] = "on"
    form = _form_class(name)(sent, instance=report, user=user)
    if name != "numbers":
        form.fields.pop("numbers", None)
    return form


class ReportFileForm(FileForm):
    """A file for the report in the form's scope."""

    class Meta(FileForm.Meta):
        model = ReportFile
        help_texts = FileForm.Meta.help_texts | {"name": gettext_lazy("Lämna tomt för att använda filens eget namn.")}


class ReadyForm(forms.ModelForm):
    """A line to the approver, or back from the approver."""

    class Meta:
        model = Respondent
        fields = ["ready_note"]


class ReportingRuleForm(VersionedModelForm):
    """Whether somebody who approves hands in for the party."""

    class Meta:
        model = ReportingRule
        fields = ["needs_approver"]
        labels = {"needs_approver": gettext_lazy("Bara den som godkänner får lämna in")}
        help_texts = {
            "needs_approver": gettext_lazy(
                "Handläggarna skriver svaren och säger till när de är klara. Godkännaren läser och lämnar in."
            )
        }
