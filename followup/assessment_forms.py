"""Forms of assessments: what a body says of an area or a goal, agreeing on several, and taking one up again."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from followup.assessing import evidence_for, measures_for, proposed_assessor
from followup.models import Assessment
from followup.round_forms import SwedishForm
from governance.models import Body, Meeting
from lib.forms import VersionedModelForm

NONE_CHOSEN = gettext_lazy("Välj minst en bedömning i listan.")
CHANGED = gettext_lazy(
    "En av bedömningarna har ändrats sedan du läste den. Inget är sparat. Läs den igen och välj på nytt."
)


class AssessmentForm(VersionedModelForm):
    """Scope: ``round``, ``area`` or ``goal`` (the other None), ``bodies`` that may assess, and ``user``."""

    fieldsets = ((gettext_lazy("Underlag"), ("reports", "indicators"), True),)

    class Meta:
        model = Assessment
        fields = ["body", "grade", "analysis", "proposed_decision", "reports", "indicators"]
        help_texts = {
            "grade": gettext_lazy("Kan vara tom i ett utkast. För att beslutas behöver den fyllas i."),
            "analysis": gettext_lazy("Varför bedömer ni så? Skriv inget om enskilda personer."),
            "proposed_decision": gettext_lazy("Vad ni ber rådet besluta, om något."),
        }

    def limit_choices(self):
        if "body" in self.fields:
            self._limit_body()
        subject = {"area": self.scope["area"], "goal": self.scope["goal"]}
        self._offer("reports", evidence_for(self.scope["round"], self.scope["user"], **subject), _answer_name)
        self._offer("indicators", measures_for(self.scope["round"], **subject), str)

    def _limit_body(self):
        """Which body assesses; where there is only one to choose, it is not asked."""
        bodies = self.scope["bodies"]
        keys = {body.pk for body in bodies} | {self.instance.body_id} - {None}
        if len(keys) == 1:
            self.instance.body_id = keys.pop()
            del self.fields["body"]
            return
        self.fields["body"].queryset = Body.objects.filter(pk__in=keys)
        self.fields["body"].empty_label = None
        if self.is_new:
            goal = self.scope["goal"]
            area = self.scope["area"] or (goal and goal.area)
            self.initial["body"] = self.initial.get("body") or proposed_assessor(bodies, area).pk

    def _offer(self, name, rows, label):
        """Let ``rows`` be chosen, and what is chosen already; where there is neither, the field is left out."""
        if name not in self.fields:
            return
        keys = {row.pk for row in rows}
        chosen = set() if self.is_new else set(getattr(self.instance, name).values_list("pk", flat=True))
        if not keys | chosen:
            del self.fields[name]
            return
        model = self.fields[name].queryset.model
        self.fields[name].queryset = (rows if chosen <= keys else model.objects.filter(pk__in=keys | chosen)).distinct()
        self.fields[name].label_from_instance = label

    def save(self, commit=True):
        """Save while the round takes answers and nobody has agreed. Raises Frozen otherwise, and as other forms do."""
        self.instance.hold_open()
        return super().save()


def _answer_name(report):
    return f"{report.activity.number} {report.activity.title}, {report.party.name}: {report.get_status_display()}"


class AgreeForm(SwedishForm):
    """Which assessments were agreed on, and in which meeting.

    ``matters`` are those that can be, as they were read; each is told whether its box is ticked: at first all are.
    """

    meeting = forms.ModelChoiceField(Meeting.objects.none(), label=gettext_lazy("möte"))
    chosen = forms.MultipleChoiceField(label=gettext_lazy("bedömningar"))

    def __init__(self, data=None, *, matters, **kwargs):
        super().__init__(data, **kwargs)
        for matter in matters:
            matter.is_chosen = matter.choice in self.data.getlist("chosen") if self.is_bound else True
        self.rows = {matter.choice: matter.row for matter in matters}
        self.fields["chosen"].error_messages |= {"required": NONE_CHOSEN, "invalid_choice": CHANGED}
        self.fields["chosen"].choices = [(choice, str(row.subject)) for choice, row in self.rows.items()]
        bodies = {row.body_id for row in self.rows.values()}
        held = Meeting.objects.filter(body__in=bodies, held_on__lte=timezone.localdate())
        self.fields["meeting"].queryset = held.select_related("body").order_by("-held_on", "pk")
        self.fields["meeting"].label_from_instance = lambda meeting: f"{meeting.held_on} {meeting.body.name}"

    def clean(self):
        meeting, chosen = self.cleaned_data.get("meeting"), self.cleaned_data.get("chosen", ())
        if meeting and meeting.quorum == Meeting.Quorum.NO:
            text = _("Mötet var inte beslutsfört, så inget kunde beslutas där. Välj ett annat möte.")
            raise ValidationError({"meeting": text})
        others = [row for row in map(self.rows.get, chosen) if meeting and row.body_id != meeting.body_id]
        if others:
            text = _("%(subject)s bedöms av %(body)s. Välj ett av dess möten, eller besluta den för sig.")
            raise ValidationError({"meeting": text % {"subject": others[0].subject, "body": others[0].body.name}})
        return self.cleaned_data

    def chosen_rows(self):
        return [self.rows[choice] for choice in self.cleaned_data["chosen"]]


class TakeUpForm(SwedishForm):
    """Why an assessment that was agreed on is taken up again."""

    reason = forms.CharField(
        label=gettext_lazy("skäl"),
        max_length=100,
        help_text=gettext_lazy("Skälet står kvar i historiken."),
    )
