"""The forms of the agreement itself, for how long it holds, who adopted it and who is party to it."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements import lifecycle
from agreements.acceding import refuse_after_end
from agreements.models import (
    Accession,
    Actor,
    Adoption,
    Agreement,
    AgreementSeries,
    Goal,
    Outsider,
    SeriesEntry,
    Validity,
)
from agreements.rows import ON_PARTIES, ON_PROCESS, SOURCE, SOURCE_SECTION, SourcedRowForm, limit_agreements
from agreements.series import check_successor
from agreements.services import actor_for
from lib.forms import MomentField, VersionedModelForm
from parties.models import Party, PartyKind

COORDINATING_KINDS = (PartyKind.COUNTY_BOARD, PartyKind.REGION, PartyKind.ASSOCIATION)


class AgreementForm(VersionedModelForm):
    """The agreement itself. Its address, county and example mark are given once; publishing is a step of its own."""

    fieldsets = (
        (gettext_lazy("Läge och ansvar"), ["status_in_document", "status_note", "coordinating_party"], False),
        (gettext_lazy("Innehåll"), ["summary", "areas_note", "goals_note", "process_note", "strategies_rule"], False),
        (gettext_lazy("Slag och ursprung"), ["kind", "kind_label", "legal_character", "initiator", "initiator_basis",
                                             "title_note", "title_basis", "series", "predecessor", "serves"], True),
        (gettext_lazy("Agenda 2030"),
         ["agenda2030_mentioned", "agenda2030_numbers_stated", "agenda2030_note"], True),
        (gettext_lazy("Era egna ord"),
         ["word_plan", "word_activity", "word_area", "word_collaboration_area", "word_council"], True),
    )  # fmt: skip

    class Meta:
        model = Agreement
        fields = [
            "title", "short_name", "status_in_document", "status_note", "coordinating_party", "summary",
            "areas_note", "goals_note", "process_note", "strategies_rule", "kind", "kind_label", "legal_character",
            "initiator", "initiator_basis", "title_note", "title_basis", "series", "predecessor",
            "agenda2030_mentioned", "agenda2030_numbers_stated", "agenda2030_note", "word_plan", "word_activity",
            "word_area", "word_collaboration_area", "word_council", "serves",
        ]  # fmt: skip
        help_texts = {
            "short_name": gettext_lazy("Visas i listor och i sidans sökväg."),
            "status_in_document": gettext_lazy("Om dokumentet säger något annat än vad som gäller i dag."),
            "coordinating_party": gettext_lazy(
                "Partens samordnare får ändra överenskommelsen. Byter du part tar den nya över, och ni släpper taget."
            ),
            "summary": gettext_lazy("Två till fyra meningar i egna ord. Visas först på sidan."),
            "kind_label": gettext_lazy("Om parterna kallar den något annat, till exempel samverkansöverenskommelse."),
            "legal_character": gettext_lazy("Vilken tyngd texten ger sig själv, till exempel avsiktsförklaring."),
            "initiator_basis": gettext_lazy("Lämna tomt om det står i dokumentet."),
            "title_basis": gettext_lazy("Lämna tomt om titeln står i dokumentet."),
            "series": gettext_lazy("Länets överenskommelser som följer på varandra."),
            "strategies_rule": gettext_lazy("Hur överenskommelsen förhåller sig till andra strategier och planer."),
            "word_plan": gettext_lazy("Lämna tomt för handlingsplan."),
            "word_activity": gettext_lazy("Lämna tomt för aktivitet."),
            "word_area": gettext_lazy("Lämna tomt för prioriterat område."),
            "word_collaboration_area": gettext_lazy("Lämna tomt för samverkansområde."),
            "word_council": gettext_lazy("Lämna tomt för råd."),
        }

    def limit_choices(self):
        parties = Party.objects.filter(kind__in=COORDINATING_KINDS)
        self.fields["coordinating_party"].queryset = parties | Party.objects.filter(
            pk=self.instance.coordinating_party_id
        )
        self.fields["series"].queryset = AgreementSeries.objects.filter(county=self.instance.county_id)
        self._limit_goals()
        limit_agreements(self, "predecessor", own=self.instance)
        if "predecessor" in self.fields:
            predecessors = self.fields["predecessor"]
            predecessors.queryset = predecessors.queryset.filter(county=self.instance.county_id)

    def _limit_goals(self):
        """What stands under an agreement serves goals of that one; other agreements serve none."""
        goals = Goal.objects.filter(agreement=self.instance.parent_id).visible_to(self.scope["user"])
        if self.instance.parent_id and goals.exists():
            self.fields["serves"].queryset = goals
        else:
            del self.fields["serves"]

    def clean_predecessor(self):
        """An agreement is not its own predecessor, not by way of others either."""
        predecessor = step = self.cleaned_data["predecessor"]
        passed = {self.instance.pk}
        while step:
            if step.pk in passed:
                raise ValidationError(_("Den överenskommelsen följer på den här. Den kan inte också komma före."))
            passed.add(step.pk)
            step = step.predecessor
        if predecessor:
            check_successor(predecessor=predecessor, successor=self.instance)
        return predecessor

    def save(self, commit=True):
        """What follows on another stands in its series, unless it is given one of its own."""
        before = self.instance.predecessor
        if before and not self.instance.series_id:
            self.instance.series = before.series
        return super().save()


class PublishForm(VersionedModelForm):
    """Publish, or take back what is published: the button is the whole form."""

    class Meta:
        model = Agreement
        fields = []

    def save(self, commit=True):
        self.instance.published_on = None if self.instance.published_on else timezone.localdate()
        self.instance.save_version(self.cleaned_data["version"])
        return self.instance


class ValidityForm(SourcedRowForm):
    slug, page, anchor = "giltighet", ON_PROCESS, "giltighet"
    fieldsets = (
        (
            gettext_lazy("Uppsägning och översyn"),
            ["notice_period_months", "notice_effect", "notice_scope", "notice_scope_note", "review",
             "revision_initiated_by"],
            False,
        ),
        SOURCE_SECTION,
    )  # fmt: skip

    class Meta:
        model = Validity
        fields = [
            "start", "start_event", "takes_effect", "end", "open_ended", "note", "notice_period_months",
            "notice_effect", "notice_scope", "notice_scope_note", "review", "revision_initiated_by", *SOURCE, "order",
        ]  # fmt: skip
        field_classes = {"start": MomentField, "end": MomentField}
        help_texts = {
            "start": gettext_lazy("År, månad eller datum: 2024, 2024-07 eller 2024-07-01."),
            "start_event": gettext_lazy("Om den börjar med en händelse, till exempel när alla har undertecknat."),
            "end": gettext_lazy("År, månad eller datum. Lämna tomt om det inte framgår eller gäller tills vidare."),
            "takes_effect": gettext_lazy("Vad överenskommelsen säger. Lämna tomt om det inte framgår."),
            "open_ended": gettext_lazy("Gäller tills någon säger upp den."),
            "note": gettext_lazy("En förlängning läggs till som en egen rad, så att det gamla slutet går att läsa."),
        }

    def clean(self):
        """How exact a moment is follows from how it is written."""
        precisions = {4: "year", 7: "month", 10: "date"}
        start, end = self.cleaned_data.get("start", ""), self.cleaned_data.get("end", "")
        by_event = "event" if self.cleaned_data.get("start_event") else ""
        self.instance.start_precision = precisions.get(len(start), by_event)
        self.instance.end_precision = precisions.get(len(end), "")


class AdoptionForm(SourcedRowForm):
    slug, page, anchor = "antagande", ON_PROCESS, "giltighet"
    fieldsets = (SOURCE_SECTION,)

    class Meta:
        model = Adoption
        fields = [
            "decided_by", "decision_date", "decision_paragraph", "registry_number", "document", "signing_form",
            "signed_place", "signed_date", "note", *SOURCE, "order",
        ]  # fmt: skip
        help_texts = {
            "signing_form": gettext_lazy("Till exempel: undertecknas av var och en av parterna."),
            "signed_date": gettext_lazy("Gemensam dag. Varje parts egen underskrift står på parten."),
        }


class AccessionForm(SourcedRowForm):
    slug, page, anchor = "anslutning", ON_PARTIES, "{row.party.key}"
    changes_rights = True
    fieldsets = (
        (
            gettext_lazy("Partens eget beslut"),
            ["decided_by", "decided_on", "decision_paragraph", "registry_number", "document", "reservation"],
            False,
        ),
        (
            gettext_lazy("Underskrift"),
            ["signature_status", "signed_on", "signed_place", "signatory_name", "signatory_title", "signatory_of"],
            False,
        ),
        (gettext_lazy("Om någon annan företräder parten"), ["represented_by", "representation"], True),
        (gettext_lazy("Från och till"), ["joined_on", "notice_received_on", "left_on"], False),
        SOURCE_SECTION,
    )

    class Meta:
        model = Accession
        fields = [
            "party", "role", "name_at_signing", "implied", "note", "decided_by", "decided_on", "decision_paragraph",
            "registry_number", "document", "reservation", "signature_status", "signed_on", "signed_place",
            "signatory_name", "signatory_title", "represented_by", "representation", "signatory_of",
            "joined_on", "notice_received_on", "left_on", *SOURCE, "order",
        ]  # fmt: skip
        help_texts = {
            "name_at_signing": gettext_lazy("Vad parten hette då. Lämna tomt för namnet i dag."),
            "implied": gettext_lazy("Parten hör till dem dokumentet menar, men nämns inte vid namn."),
            "decided_by": gettext_lazy("Till exempel kommunstyrelsen."),
            "signed_on": gettext_lazy("När datumet är sparat kan raden inte längre ändras, bara kompletteras."),
            "signatory_of": gettext_lazy("Om det är ett annat dokument än överenskommelsen, till exempel följebrevet."),
            "left_on": gettext_lazy("Från den dagen läser parten bara det som är publicerat."),
        }

    def limit_choices(self):
        super().limit_choices()
        if "party" in self.fields:
            others = Accession.objects.filter(agreement=self.scope["agreement"]).exclude(pk=self.instance.pk)
            self.fields["party"].queryset = Party.objects.exclude(pk__in=others.values("party"))
        if "name_at_signing" in self.fields:
            self.fields["name_at_signing"].required = False

    def clean(self):
        """Nobody joins or signs an agreement that has ended; what was done before is still a fact to fill in."""
        super().clean()
        if self.scope["agreement"].status in lifecycle.OVER:
            days = {name: self.cleaned_data.get(name) for name in ("signed_on", "joined_on") if name in self.fields}
            refuse_after_end(self.scope["agreement"], days=days)

    def save(self, commit=True):
        """A party of the agreement can be named in its other rows."""
        row = super().save()
        actor_for(agreement=row.agreement, key=row.party.key)
        return row


class OutsiderForm(SourcedRowForm):
    slug, page, anchor = "utanfor", ON_PARTIES, "utanfor"
    fieldsets = (SOURCE_SECTION,)

    class Meta:
        model = Outsider
        fields = ["party", "note", *SOURCE, "order"]

    def limit_choices(self):
        super().limit_choices()
        in_county = Party.objects.filter(kind=PartyKind.MUNICIPALITY, counties__county=self.scope["agreement"].county)
        self.fields["party"].queryset = Party.objects.filter(pk__in=in_county.values("pk")) | Party.objects.filter(
            pk=self.instance.party_id
        )


class ActorForm(SourcedRowForm):
    """Somebody the text names. Parties and bodies become actors by themselves."""

    slug, page, anchor = "aktor", ON_PARTIES, "omnamnda"
    fieldsets = (SOURCE_SECTION,)
    stands_for = forms.ChoiceField(
        label=gettext_lazy("står för"),
        required=False,
        help_text=gettext_lazy("Välj om texten lägger ansvar på flera tillsammans. Annars räcker namnet."),
    )
    field_order = ["stands_for", "name"]

    class Meta:
        model = Actor
        fields = ["name", "organisation_kind", "role", "role_in_text", "scb_code", *SOURCE, "order"]

    @classmethod
    def rows(cls, agreement):
        return Actor.objects.filter(agreement=agreement, kind__in=[Actor.Kind.NAMED, Actor.Kind.COLLECTIVE])

    def limit_choices(self):
        super().limit_choices()
        if not self.is_new:
            del self.fields["stands_for"]
            return
        taken = set(Actor.objects.filter(agreement=self.scope["agreement"]).values_list("key", flat=True))
        words = [(key, words[0]) for key, words in Actor.COLLECTIVES.items() if key not in taken]
        self.fields["stands_for"].choices = [("", _("Bara sig själv")), *words]
        self.fields["name"].required = False

    def clean(self):
        collective = self.cleaned_data.get("stands_for")
        if collective:
            self.instance.key, self.instance.kind = collective, Actor.Kind.COLLECTIVE
            self.cleaned_data["name"] = self.cleaned_data.get("name") or Actor.COLLECTIVES[collective][0]
        elif self.is_new:
            self.instance.kind = Actor.Kind.NAMED
        if not self.cleaned_data.get("name") and "name" not in self.errors:
            self.add_error("name", _("Skriv namnet, eller välj vad aktören står för."))


class SeriesEntryForm(SourcedRowForm):
    slug, page, anchor = "serie", ON_PROCESS, "serie"
    fieldsets = (SOURCE_SECTION,)

    class Meta:
        model = SeriesEntry
        fields = ["relation", "title", "period", "linked_agreement", "note", *SOURCE, "order"]
        help_texts = {"linked_agreement": gettext_lazy("Om överenskommelsen finns i portalen och du får läsa den.")}
