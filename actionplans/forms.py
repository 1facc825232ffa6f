"""Forms for activities. What can be chosen belongs to the edition's own agreement."""

import re
import uuid

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actionplans.models import Activity
from actionplans.old_values import sections_with_old_values
from agreements.models import Accession, Actor, CollaborationArea, Goal, PriorityArea
from lib.forms import VersionedModelForm

ACTOR_FIELDS = ("responsible", "participants", "followed_up_by", "proposed_by")
# A rule between fields speaks at one of them; whoever changes the other hears it too.
CONCERNS = {"starts_on": {"ends_on"}, "is_continuous": {"ends_on"}, "area": {"collaboration_area"}}


class ActivityForm(VersionedModelForm):
    """One activity of a draft or proposed edition; new ones get ``edition=`` as scope."""

    hide_optional = True  # almost every field is; the checks tell what is missing

    class Meta:
        model = Activity
        fields = [
            "number", "title", "description", "desired_effect", "change_reason", "responsible",
            "responsible_function", "participants", "starts_on", "ends_on", "is_continuous", "indicator",
            "indicator_base", "indicator_target", "counts", "area", "collaboration_area", "goals", "serves",
            "milestones", "financing", "amount", "followed_up_how", "followed_up_when", "followed_up_by",
            "local_plans", "equality", "children", "target_group_voice", "origin", "proposed_by",
        ]  # fmt: skip
        help_texts = {
            "title": gettext_lazy("Börja med ett verb: ta fram, pröva, enas om."),
            "change_reason": gettext_lazy("Följer med till rådet i jämförelsen med förra versionen."),
            "serves": gettext_lazy("Andra samverkansområden som aktiviteten också bidrar till."),
            "responsible": gettext_lazy("En part, ett organ eller flera tillsammans, till exempel kommunerna."),
            "responsible_function": gettext_lazy("Till exempel enhetschef för integration."),
            "indicator": gettext_lazy("Det som visar om aktiviteten gav effekt."),
            "counts": gettext_lazy("Vilka antal parterna fyller i varje omgång."),
            "is_continuous": gettext_lazy("Markera om aktiviteten pågår hela tiden och saknar slutdatum."),
            "milestones": gettext_lazy("En per rad, med datum först: 2027-03-31 Rutinen är beslutad."),
            "local_plans": gettext_lazy("Hur aktiviteten hör ihop med lokala överenskommelser och planer."),
        }

    fieldsets = (
        (gettext_lazy("Vem"), ("responsible", "responsible_function", "participants"), False),
        (gettext_lazy("När"), ("starts_on", "ends_on", "is_continuous"), False),
        (gettext_lazy("Hur det märks"), ("indicator", "indicator_base", "indicator_target", "counts"), False),
        (gettext_lazy("Var i överenskommelsen"), ("area", "collaboration_area", "goals", "serves"), False),
        (gettext_lazy("Delmoment och pengar"), ("milestones", "financing", "amount"), True),
        (gettext_lazy("Uppföljning"), ("followed_up_how", "followed_up_when", "followed_up_by"), True),
        (
            gettext_lazy("Samband och perspektiv"),
            ("local_plans", "equality", "children", "target_group_voice"),
            True,
        ),
        (gettext_lazy("Ursprung"), ("origin", "proposed_by"), True),
    )

    def limit_choices(self):
        agreement = self.instance.edition.plan.agreement_id
        choices = {
            "area": PriorityArea.objects.filter(agreement=agreement),
            "collaboration_area": CollaborationArea.objects.filter(agreement=agreement).select_related("area"),
            "serves": CollaborationArea.objects.filter(agreement=agreement).select_related("area"),
            "goals": Goal.objects.filter(agreement=agreement),
        }
        for name in self.fields.keys() & choices.keys():
            self.fields[name].queryset = choices[name]
        for name in self.fields.keys() & set(ACTOR_FIELDS):
            self.fields[name].queryset = actors_for(agreement, used_by=self._users_of_actors())
            self.fields[name].label_from_instance = actor_label

    def sections_with_old_values(self):
        """As ``sections``, with what each field held in the edition before."""
        return sections_with_old_values(self)

    def _users_of_actors(self):
        """The rows whose actors can be kept although they have left: this one, or for an empty form all beside it."""
        if self.instance.pk:
            return Activity.objects.filter(pk=self.instance.pk)
        return Activity.objects.filter(edition=self.instance.edition_id)

    def _get_validation_exclusions(self):
        """The edition is not in the form, but a number is unique within it."""
        exclusions = super()._get_validation_exclusions()
        return exclusions - {"edition"} if "number" in self.fields else exclusions

    def _update_errors(self, errors):
        """What the model finds wrong with fields that are not here is said here only where these fields concern it."""
        if hasattr(errors, "error_dict"):
            here = {*self.fields, NON_FIELD_ERRORS}
            concerned = set().union(*(CONCERNS.get(name, set()) for name in self.fields))
            moved = [e for name, found in errors.error_dict.items() if name in concerned - here for e in found]
            kept = {name: found for name, found in errors.error_dict.items() if name in here}
            if moved:
                kept.setdefault(NON_FIELD_ERRORS, []).extend(moved)
            if not kept:
                return
            errors = ValidationError(kept)
        super()._update_errors(errors)


class NewActivityForm(ActivityForm):
    """A new activity. Without a number it gets the next free one; ``once`` makes a form that is sent twice one row."""

    once = forms.UUIDField(required=False, widget=forms.HiddenInput)
    after = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta(ActivityForm.Meta):
        fields = [name for name in ActivityForm.Meta.fields if name not in ("change_reason", "origin", "proposed_by")]
        help_texts = ActivityForm.Meta.help_texts | {
            "number": gettext_lazy("Lämna tomt, så får aktiviteten nästa lediga nummer."),
        }

    def limit_choices(self):
        super().limit_choices()
        self.fields["number"].required = False
        self.initial.setdefault("once", uuid.uuid4())
        for name in ("once", "after"):
            self.fields[name].widget = forms.HiddenInput()

    def values(self):
        """What add_activity takes."""
        return {name: value for name, value in self.cleaned_data.items() if name not in ("once", "after")}


class EndForm(VersionedModelForm):
    """Whether an activity goes on, is closed or struck, and why."""

    class Meta:
        model = Activity
        fields = ["ending", "ending_reason"]
        labels = {"ending": gettext_lazy("Aktiviteten"), "ending_reason": gettext_lazy("Skäl")}
        help_texts = {
            "ending_reason": gettext_lazy("Läses av rådet och står kvar i versionen. Behövs innan planen föreslås.")
        }
        widgets = {"ending": forms.RadioSelect}

    def limit_choices(self):
        self.fields["ending"].choices = [
            ("", _("ska göras")),
            ("closed", _("är avslutad och följer inte med till nästa version")),
            ("cancelled", _("stryks ur planen")),
        ]


BULK_PARTS = {
    "responsible": (gettext_lazy("Byt ansvarig"), ("responsible",)),
    "period": (gettext_lazy("Ändra tidplan"), ("starts_on", "ends_on", "is_continuous")),
    "place": (gettext_lazy("Flytta"), ("area", "collaboration_area")),
    "ending": (gettext_lazy("Avsluta eller stryk"), ("ending", "ending_reason")),
}


class BulkForm(ActivityForm):
    """One change of many rows of an edition: the fields of a part of BULK_PARTS, and the rows as ``rad=pk:version``."""

    class Meta(ActivityForm.Meta):
        fields = [name for _heading, names in BULK_PARTS.values() for name in names]
        labels = {"is_continuous": gettext_lazy("Löpande, utan slutdatum"), "ending_reason": gettext_lazy("Skäl")}
        help_texts = {"ends_on": gettext_lazy("Ett datum som lämnas tomt ändras inte.")}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, auto_id="flera_%s", **kwargs)

    def limit_choices(self):
        super().limit_choices()
        self.chosen = self.data.get("andring", "")
        if self.is_bound:
            for name in self.fields.keys() - set(BULK_PARTS.get(self.chosen, ("", ()))[1]):
                del self.fields[name]

    def _post_clean(self):
        """The values are tried on each row where they go, not here."""

    def parts(self):
        return [
            {"name": name, "heading": heading, "fields": [self[field] for field in fields]}
            for name, (heading, fields) in BULK_PARTS.items()
        ]

    def clean(self):
        data = super().clean()
        if not self.fields:
            raise ValidationError(_("Välj vad du vill ändra."))
        if not self.versions():
            raise ValidationError(_("Välj minst en rad i tabellen först."))
        if self.chosen == "ending" and not data.get("ending"):
            self.add_error("ending", _("Välj om raderna avslutas eller stryks."))
        if self.chosen == "period" and not any(data.values()):
            raise ValidationError(_("Skriv ett datum eller välj löpande."))
        return data

    def versions(self):
        """Row key → the version it was read at."""
        pairs = [re.fullmatch(r"([0-9]{1,10}):([0-9]{1,9})", value) for value in self.data.getlist("rad")]
        return {int(pair[1]): int(pair[2]) for pair in pairs if pair}

    def values(self):
        """What change_many sets. Of a period only what was given; a collaboration area brings its area."""
        values = dict(self.cleaned_data)
        if self.chosen == "place" and values["collaboration_area"]:
            values["area"] = values["collaboration_area"].area
        if self.chosen == "period":
            values = {name: value for name, value in values.items() if value}
            if "ends_on" in values or "is_continuous" in values:
                values = {"ends_on": None, "is_continuous": False} | values
        return values


def actors_for(agreement, *, used_by):
    """Who can be named: the agreement's actors; parties that have left only where a row of ``used_by`` names them."""
    left = Accession.objects.filter(agreement=agreement, party=OuterRef("party"), left_on__lte=timezone.localdate())
    kept = Q(has_left=False)
    for name in ACTOR_FIELDS:
        kept |= Q(pk__in=used_by.order_by().values(name))
    return Actor.objects.filter(agreement=agreement).annotate(has_left=Exists(left)).filter(kept)


def actor_label(actor):
    """The name; of a party that has left, that it has."""
    return _("%(name)s (har lämnat)") % {"name": actor.name} if actor.has_left else actor.name
