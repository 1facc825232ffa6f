"""Forms of an obstacle: what a party reports, what the coordinators do with it, and which are shown."""

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from agreements.models import Accession, PriorityArea
from followup.models import Obstacle
from followup.obstacles import parties_to_report_for
from governance.models import Body, Decision
from lib.forms import VersionedModelForm
from parties.models import Party


class ObstacleForm(VersionedModelForm):
    """What a party reports. New ones get ``agreement=`` and ``user=`` as scope."""

    class Meta:
        model = Obstacle
        fields = ["party", "title", "text", "consequence", "proposal", "needs", "area"]
        help_texts = {
            "title": _("En rad som säger vad som hindrar, till exempel: Sekretess hindrar att uppgifter delas."),
            "text": _("Vad ni försöker göra och vad som stoppar det. Skriv inte om enskilda personer."),
            "proposal": _("Vad ni tror skulle undanröja hindret."),
            "needs": _("Det ni tror behövs. Samordnaren kan ändra det."),
        }

    def limit_choices(self):
        agreement = self.instance.agreement
        self.fields["area"].queryset = PriorityArea.objects.filter(agreement=agreement)
        if self.is_new:
            parties = parties_to_report_for(agreement, self.scope["user"])
        else:
            parties = Party.objects.filter(pk=self.instance.party_id)  # whose draft it is says who reads it
        self.fields["party"].queryset = parties
        if len(parties) == 1:
            self.initial["party"] = parties[0].pk
            self.fields["party"].empty_label = None


class HandleForm(VersionedModelForm):
    """What the coordinators do with a reported obstacle: sort it, give it an owner, close it, publish it."""

    fieldsets = (
        (_("Vem som tar det vidare"), ["needs", "owner_party", "owner_body", "due_on", "decision"], False),
        (_("Hur det gick"), ["outcome", "outcome_text", "closed_on"], False),
        (_("Vem som läser"), ["published_on"], False),
    )

    class Meta:
        model = Obstacle
        fields = [
            "needs", "owner_party", "owner_body", "due_on", "decision", "outcome", "outcome_text", "closed_on",
            "published_on",
        ]  # fmt: skip
        help_texts = {
            "owner_body": _("Välj en part eller ett organ, inte båda."),
            "decision": _("Det beslut där hindret togs upp."),
            "closed_on": _("Fyll i när hindret är färdigbehandlat. Det går att öppna igen: ta bort dagen."),
            "published_on": _("Från den dagen kan alla läsa hindret. Lämna tomt så läser bara parterna och organen."),
        }

    def limit_choices(self):
        held, agreement = self.instance, self.instance.agreement_id
        members = Accession.objects.standing().filter(agreement=agreement).values("party")
        bodies = Body.objects.filter(mandates__agreement=agreement)
        decisions = Decision.objects.visible_to(self.scope["user"]).filter(
            Q(agreement=agreement) | Q(agreement__isnull=True, body__in=bodies.values("pk"))
        )
        chosen = Decision.objects.filter(pk=held.decision_id)
        self.fields["owner_party"].queryset = Party.objects.filter(Q(pk__in=members) | Q(pk=held.owner_party_id))
        self.fields["owner_body"].queryset = Body.objects.filter(
            Q(pk__in=bodies.values("pk")) | Q(pk=held.owner_body_id)
        )
        self.fields["decision"].queryset = (decisions | chosen).select_related("body").distinct()
        self.fields["decision"].label_from_instance = named_decision

    def clean(self):
        said = super().clean()
        for name, problem in self._problems(said):
            self.add_error(name, problem)
        return said

    def _problems(self, said):
        """(field, what to do) of fields that do not go together."""
        today, reported_on = timezone.localdate(), timezone.localdate(self.instance.reported_at)
        closed_on, outcome = said.get("closed_on"), said.get("outcome")
        if said.get("owner_party") and said.get("owner_body"):
            yield "owner_body", _("Ett hinder har en ägare. Välj en part eller ett organ, inte båda.")
        if "due_on" in self.changed_data and said.get("due_on") and said["due_on"] < today and not closed_on:
            yield "due_on", _("Dagen har redan varit. Ange i dag eller senare.")
        if closed_on and closed_on > today:
            yield "closed_on", _("Dagen har inte varit än. Fyll i den när hindret är avslutat.")
        if closed_on and not outcome and "outcome" in said:
            yield "outcome", _("Välj utfall när hindret avslutas.")
        if outcome and not closed_on and "closed_on" in said:
            yield "closed_on", _("Fyll i vilken dag hindret avslutades, eller ta bort utfallet.")
        for name in ("closed_on", "published_on"):
            if said.get(name) and said[name] < reported_on:
                text = _("Hindret rapporterades %(day)s. Ange den dagen eller senare.")
                yield name, ValidationError(text, params={"day": reported_on})

    def _get_validation_exclusions(self):
        """What the constraints say in general is said above, at its field."""
        return super()._get_validation_exclusions() | {"owner_party", "owner_body", "closed_on", "outcome"}


def named_decision(decision):
    return f"{decision.body.name} {decision.decided_on} {decision}"


class ObstacleFilter(forms.Form):
    """Which obstacles the list shows. What cannot be read in the address filters nothing."""

    STATES = {
        "oppna": (_("Öppna"), lambda row: not row.closed_on),
        "utan-agare": (_("Utan ägare"), lambda row: row.state == "reported"),
        "avslutade": (_("Avslutade"), lambda row: bool(row.closed_on)),
        "alla": (_("Alla"), lambda row: True),
    }

    lage = forms.ChoiceField(label=_("Läge"), required=False)
    behov = forms.ChoiceField(label=_("Behöver"), required=False)
    omrade = forms.ChoiceField(label=_("Område"), required=False)
    agare = forms.ChoiceField(label=_("Ägare"), required=False)

    def __init__(self, data, rows):
        super().__init__({"lage": "oppna"} | {name: value for name, value in data.items() if value})
        self.rows = rows
        areas = {row.area.key: row.area.name for row in rows if row.area}
        owners = {row.owner.key: row.owner.name for row in rows if row.owner}
        needs = [(need.value, capfirst(need.label)) for need in Obstacle.Needs]
        self.fields["lage"].choices = [(key, state[0]) for key, state in self.STATES.items()]
        self.fields["behov"].choices = [("", _("Vad som helst")), *needs]
        self.fields["omrade"].choices = [("", _("Alla områden")), *sorted(areas.items(), key=lambda pair: pair[1])]
        self.fields["agare"].choices = [("", _("Alla ägare")), *sorted(owners.items(), key=lambda pair: pair[1])]

    def shown(self):
        """The rows that are asked for."""
        self.is_valid()
        said = self.cleaned_data
        in_state = self.STATES[said.get("lage") or "oppna"][1]
        return [
            row
            for row in self.rows
            if in_state(row)
            and said.get("behov") in (None, "", row.needs)
            and said.get("omrade") in (None, "", row.area and row.area.key)
            and said.get("agare") in (None, "", row.owner and row.owner.key)
        ]
