"""Forms for proposals: the text, the filter of the list, the order of a member, merging and deciding."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actionplans.models import Edition, Proposal
from actionplans.proposing import actors_to_propose_for, merge, open_drafts
from agreements.models import Actor, CollaborationArea, PriorityArea
from lib.forms import VersionedModelForm, VersionField, clean_data, make_swedish


class ProposalForm(VersionedModelForm):
    """A draft proposal. New ones get ``plan=`` and ``author=``, the person who writes, as scope."""

    class Meta:
        model = Proposal
        fields = [
            "proposed_by", "title", "description", "desired_effect", "area", "collaboration_area", "responsible",
            "occasion",
        ]  # fmt: skip
        help_texts = {
            "title": gettext_lazy("Börja med ett verb: ta fram, pröva, enas om."),
            "description": gettext_lazy("Vad ska göras, och varför? Skriv inte om enskilda personer."),
            "responsible": gettext_lazy("Den ni tror bör ansvara. Planen avgör."),
            "occasion": gettext_lazy("När förslaget kom fram, till exempel Länsturné 2027."),
        }

    def limit_choices(self):
        agreement = self.instance.plan.agreement_id
        self.fields["area"].queryset = PriorityArea.objects.filter(agreement=agreement)
        self.fields["collaboration_area"].queryset = CollaborationArea.objects.filter(agreement=agreement)
        self.fields["responsible"].queryset = Actor.objects.filter(agreement=agreement)
        if self.is_new:
            actors = actors_to_propose_for(self.instance.plan, self.scope["author"])
        else:
            actors = Actor.objects.filter(pk=self.instance.proposed_by_id)  # whose draft it is says who reads it
        self.fields["proposed_by"].queryset = actors
        if len(actors) == 1:
            self.initial["proposed_by"] = actors[0].pk
            self.fields["proposed_by"].empty_label = None

    def clean(self):
        data = super().clean()
        area, inside = data.get("area"), data.get("collaboration_area")
        if inside and inside.area != area:
            self.add_error("collaboration_area", ValidationError(_("Samverkansområdet hör till ett annat område.")))
        return data


class ProposalFilter(forms.Form):
    """Which proposals the list shows. What cannot be read in the address filters nothing."""

    STATES = {
        "utkast": (gettext_lazy("Utkast"), "drafts"),
        "vantar": (gettext_lazy("Väntar på beslut"), "waiting"),
        "avgjorda": (gettext_lazy("Avgjorda"), "decided"),
    }

    omrade = forms.ModelChoiceField(PriorityArea.objects.none(), label=gettext_lazy("Område"), required=False)
    lage = forms.ChoiceField(label=gettext_lazy("Läge"), required=False)

    def __init__(self, data, *, plan):
        super().__init__(data)
        self.fields["omrade"].queryset = PriorityArea.objects.filter(agreement=plan.agreement_id)
        self.fields["omrade"].empty_label = _("Alla områden")
        self.fields["lage"].choices = [("", _("Alla lägen")), *((key, state[0]) for key, state in self.STATES.items())]

    def apply(self, proposals):
        self.is_valid()
        area, state = self.cleaned_data.get("omrade"), self.cleaned_data.get("lage")
        proposals = proposals.filter(area=area) if area else proposals
        return getattr(proposals, self.STATES[state][1])() if state else proposals


class RankForm(forms.Form):
    """A member's order of the waiting proposals: a number each, or none. ``proposals`` have ``rank``, as it is stored.

    Any button saves the numbers as they stand; those beside a proposal move it in the same go.
    """

    MOVES = ("up", "down", "place", "leave")

    def __init__(self, data=None, *, proposals):
        super().__init__(clean_data(data))
        self.proposals = proposals
        for proposal in proposals:
            field = forms.IntegerField(
                label=proposal.title, required=False, min_value=1, max_value=len(proposals), initial=proposal.rank
            )
            message = _("Skriv en plats från 1 till %(count)s.") % {"count": len(proposals)}
            field.error_messages |= {"min_value": message, "max_value": message}
            make_swedish(field)
            field.error_messages["invalid"] = message
            self.fields[f"place-{proposal.pk}"] = field

    def rows(self):
        """(proposal, bound field) of each, the placed first."""
        return [(proposal, self[f"place-{proposal.pk}"]) for proposal in self.proposals]

    def clean(self):
        data = super().clean()
        numbers = [number for number in data.values() if number]
        for name, number in list(data.items()):  # an error takes the field out of it
            if number and numbers.count(number) > 1:
                message = _("Två förslag har plats %(number)s. Ge dem olika platser.") % {"number": number}
                self.add_error(name, message)
        return data

    def order(self):
        """The ids of the placed proposals in order, after the move that was asked for."""
        numbers = {proposal.pk: self.cleaned_data.get(f"place-{proposal.pk}") for proposal in self.proposals}
        order = sorted((pk for pk in numbers if numbers[pk]), key=numbers.get)
        move, pk = self.move()
        return moved(order, move, pk) if pk in numbers else order

    def move(self):
        """(what, whose id) of the button that was pressed; ("", 0) for the one that only saves."""
        move, _dash, pk = self.data.get("move", "").partition("-")
        return (move, int(pk)) if move in self.MOVES and pk.isdecimal() and len(pk) < 19 else ("", 0)


def moved(order, move, pk):
    """``order``, a list of ids, with one of them moved a step, placed last, or left out."""
    place = order.index(pk) if pk in order else None
    if place is None:
        return [*order, pk] if move == "place" else order
    rest = [other for other in order if other != pk]
    if move == "leave":
        return rest
    step = {"up": -1, "down": 1}.get(move, 0)
    rest.insert(max(place + step, 0), pk)
    return rest


class AcceptForm(VersionedModelForm):
    """Where an accepted proposal lands, and what to say to those who proposed it."""

    edition = forms.ModelChoiceField(Edition.objects.none(), label=gettext_lazy("läggs i utkastet"), empty_label=None)

    class Meta:
        model = Proposal
        fields = ["outcome_reason"]
        labels = {"outcome_reason": gettext_lazy("hälsning till den som föreslog")}

    field_order = ["edition", "outcome_reason"]

    def limit_choices(self):
        self.fields["edition"].queryset = open_drafts(self.instance.plan_id).select_related("plan")
        self.order_fields(self.field_order)


class DeclineForm(VersionedModelForm):
    """Why a proposal is declined."""

    class Meta:
        model = Proposal
        fields = ["outcome_reason"]
        labels = {"outcome_reason": gettext_lazy("skäl")}
        help_texts = {"outcome_reason": gettext_lazy("Den som föreslog läser skälet.")}

    def limit_choices(self):
        self.fields["outcome_reason"].required = True


class MergeForm(forms.ModelForm):
    """Several proposals that become one: which of them goes on, with which text."""

    class Meta:
        model = Proposal
        fields = ["title", "description", "desired_effect"]

    leading = forms.ModelChoiceField(
        Proposal.objects.none(),
        label=gettext_lazy("det förslag som går vidare"),
        help_text=gettext_lazy("Dess område och ansvariga följer med. De andra pekar på det."),
        widget=forms.RadioSelect,
        empty_label=None,
    )
    reason = forms.CharField(
        label=gettext_lazy("hälsning till dem som föreslog"), required=False, max_length=1000, widget=forms.Textarea
    )
    field_order = ["leading", "title", "description", "desired_effect", "reason"]

    def __init__(self, data=None, *, proposals):
        initial = {"leading": proposals[0].pk, "title": proposals[0].title}
        for name in ("description", "desired_effect"):
            initial[name] = "\n\n".join(filter(None, (getattr(proposal, name) for proposal in proposals)))
        super().__init__(clean_data(data), initial=initial)
        self.proposals = proposals
        self.fields["leading"].queryset = Proposal.objects.filter(pk__in=[proposal.pk for proposal in proposals])
        for field in self.fields.values():
            make_swedish(field)

    def typed(self):
        """What was typed, for a page where it can only be copied."""
        return [(self[name].label, self.data.get(name, "")) for name in ("title", "description", "desired_effect")]

    def merge(self, *, by):
        """Merge; the versions are those of the texts that the page showed."""
        data = dict(self.cleaned_data)
        leading = data.pop("leading")
        others = [proposal for proposal in self.proposals if proposal.pk != leading.pk]
        return merge(leading=leading, others=others, versions=self.versions(), by=by, **data)

    def versions(self):
        """Proposal id → the version that was read; what cannot be read is a version nobody has."""
        return {
            proposal.pk: VersionField().clean(self.data.get(f"version-{proposal.pk}")) for proposal in self.proposals
        }
