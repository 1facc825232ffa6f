"""Forms for activities. What can be chosen belongs to the edition's own agreement."""

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actionplans.models import Activity
from agreements.models import Accession, Actor, CollaborationArea, Goal, PriorityArea
from lib.forms import VersionedModelForm

ACTOR_FIELDS = ("responsible", "participants", "followed_up_by", "proposed_by")
# A rule between fields speaks at one of them; whoever changes the other hears it too.
CONCERNS = {"starts_on": {"ends_on"}, "is_continuous": {"ends_on"}, "area": {"collaboration_area"}}


class ActivityForm(VersionedModelForm):
    """One activity of a draft or proposed edition; new ones get ``edition=`` as scope."""

    class Meta:
        model = Activity
        fields = [
            "number", "title", "description", "change_reason", "area", "collaboration_area", "serves", "goals",
            "responsible", "responsible_function", "participants", "starts_on", "ends_on", "is_continuous",
            "milestones", "desired_effect", "indicator", "indicator_base", "indicator_target", "financing", "amount",
            "followed_up_how", "followed_up_when", "followed_up_by", "local_plans", "equality", "children",
            "target_group_voice", "origin", "proposed_by",
        ]  # fmt: skip
        help_texts = {
            "number": gettext_lazy("Kort beteckning som följer aktiviteten, till exempel B2."),
            "title": gettext_lazy("Börja med ett verb: ta fram, pröva, enas om."),
            "change_reason": gettext_lazy("Följer med till rådet i jämförelsen med förra versionen."),
            "serves": gettext_lazy("Andra samverkansområden som aktiviteten också bidrar till."),
            "responsible": gettext_lazy("En part, ett organ eller flera tillsammans, till exempel kommunerna."),
            "responsible_function": gettext_lazy("Till exempel enhetschef för integration."),
            "indicator": gettext_lazy("Det som visar om aktiviteten gav effekt."),
            "is_continuous": gettext_lazy("Markera om aktiviteten pågår hela tiden och saknar slutdatum."),
            "milestones": gettext_lazy("En per rad, med datum först: 2027-03-31 Rutinen är beslutad."),
            "local_plans": gettext_lazy("Hur aktiviteten hör ihop med lokala överenskommelser och planer."),
        }

    fieldsets = (
        (gettext_lazy("Var i överenskommelsen"), ("area", "collaboration_area", "serves", "goals"), False),
        (gettext_lazy("Vem"), ("responsible", "responsible_function", "participants"), False),
        (gettext_lazy("När"), ("starts_on", "ends_on", "is_continuous", "milestones"), False),
        (
            gettext_lazy("Hur det märks"),
            ("desired_effect", "indicator", "indicator_base", "indicator_target"),
            False,
        ),
        (gettext_lazy("Pengar"), ("financing", "amount"), True),
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

    def _users_of_actors(self):
        """The rows whose actors can be kept although they have left: this one, or for an empty form all beside it."""
        if self.instance.pk:
            return Activity.objects.filter(pk=self.instance.pk)
        return Activity.objects.filter(edition=self.instance.edition_id)

    def _get_validation_exclusions(self):
        """The edition is not in the form, but a number is unique within it."""
        return super()._get_validation_exclusions() - {"edition"}

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
