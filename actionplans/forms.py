"""Forms for activities. What can be chosen belongs to the edition's own agreement."""

from django import forms
from django.utils.translation import gettext_lazy as _

from actionplans.models import Activity
from agreements.models import Actor, CollaborationArea, Goal, PriorityArea
from lib.forms import VersionedModelForm


class ActivityForm(VersionedModelForm):
    """One activity of a draft or proposed edition; new ones get ``edition=`` as scope."""

    class Meta:
        model = Activity
        fields = [
            "number", "title", "description", "desired_effect", "area", "collaboration_area", "goals", "responsible",
            "participants", "indicator", "starts_on", "ends_on", "is_continuous", "origin",
        ]  # fmt: skip
        help_texts = {
            "number": _("Kort beteckning som följer aktiviteten, till exempel B2."),
            "title": _("Börja med ett verb: ta fram, pröva, enas om."),
            "responsible": _("En part, ett organ eller flera tillsammans, till exempel kommunerna."),
            "indicator": _("Det som visar om aktiviteten gav effekt."),
            "is_continuous": _("Markera om aktiviteten pågår hela tiden och saknar slutdatum."),
        }
        widgets = {"goals": forms.CheckboxSelectMultiple, "participants": forms.CheckboxSelectMultiple}

    fieldsets = (
        (_("Var i överenskommelsen"), ("area", "collaboration_area", "goals"), False),
        (_("Vem"), ("responsible", "participants"), False),
        (_("När och hur det märks"), ("starts_on", "ends_on", "is_continuous", "indicator", "origin"), False),
    )

    def limit_choices(self):
        agreement = self.instance.edition.plan.agreement_id
        self.fields["area"].queryset = PriorityArea.objects.filter(agreement=agreement)
        self.fields["collaboration_area"].queryset = CollaborationArea.objects.filter(agreement=agreement)
        self.fields["goals"].queryset = Goal.objects.filter(agreement=agreement)
        for name in ("responsible", "participants"):
            self.fields[name].queryset = Actor.objects.filter(agreement=agreement)
