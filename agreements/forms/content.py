"""The forms of what the agreement says: provisions, target groups, areas, goals, and the figures it states."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.models import (
    CollaborationArea,
    Commitment,
    Financing,
    GlobalGoalLink,
    Goal,
    PriorityArea,
    Provision,
    RelatedStrategy,
    Statistic,
    TargetGroup,
)
from agreements.models.content import GLOBAL_GOALS
from agreements.rows import ON_DETAIL, SOURCE, SOURCE_SECTION, SourcedRowForm
from lib.forms import YearField

AS_PRINTED = gettext_lazy("Som det står i dokumentet. Lämna tomt om det saknar nummer.")


class ProvisionForm(SourcedRowForm):
    slug, page, anchor = "bestammelse", ON_DETAIL, "{row.key}"
    fieldsets = (
        (gettext_lazy("Hör till"), ["actor", "area", "period", "years_min", "years_max"], False),
        SOURCE_SECTION,
    )

    class Meta:
        model = Provision
        fields = [
            "kind", "number", "heading", "text", "subject", "actor", "area", "period", "years_min", "years_max",
            *SOURCE, "order",
        ]  # fmt: skip
        help_texts = {
            "number": AS_PRINTED,
            "text": gettext_lazy("Återge innehållet kort och i egna ord."),
            "subject": gettext_lazy("Vad bestämmelsen handlar om, till exempel uppsägning."),
            "actor": gettext_lazy("Behövs när slaget är ansvar."),
        }

    @classmethod
    def anchor_of(cls, row):
        return "syfte" if row.kind in (Provision.Kind.PURPOSE, Provision.Kind.DEFINITION) else super().anchor_of(row)


class TargetGroupForm(SourcedRowForm):
    slug, page, anchor = "malgrupp", ON_DETAIL, "malgrupp"
    fieldsets = (SOURCE_SECTION,)

    class Meta:
        model = TargetGroup
        fields = ["label", "rank", "rank_note", "text", "includes", "condition", *SOURCE, "order"]
        help_texts = {"condition": gettext_lazy("När gruppen bara ibland hör till målgruppen.")}


class PriorityAreaForm(SourcedRowForm):
    slug, page, anchor = "omrade", ON_DETAIL, "{row.key}"
    fieldsets = (
        (gettext_lazy("Under perioden"), ["added_on", "dropped_on", "dropped_note"], False),
        SOURCE_SECTION,
    )

    class Meta:
        model = PriorityArea
        fields = [
            "number", "name", "subtitle", "challenges", "purpose", "cross_cutting", "derived", "other_parties",
            "added_on", "dropped_on", "dropped_note", *SOURCE, "order",
        ]  # fmt: skip
        help_texts = {
            "number": AS_PRINTED,
            "cross_cutting": gettext_lazy("Ska genomsyra de andra områdena."),
            "derived": gettext_lazy("Dokumentet delar inte själv in i områden, det är vår läsning."),
            "dropped_on": gettext_lazy("Området finns kvar att läsa, märkt som utgånget."),
        }


class GoalForm(SourcedRowForm):
    slug, page, anchor = "mal", ON_DETAIL, "mal-{row.key}"
    fieldsets = (
        (
            gettext_lazy("Hur målet mäts"),
            ["measurable", "indicator", "indicator_source", "direction", "operator", "target_value", "factor",
             "target_year", "baseline_value", "baseline_year", "unit"],
            False,
        ),
        SOURCE_SECTION,
    )  # fmt: skip

    class Meta:
        model = Goal
        fields = [
            "area", "number", "level", "text", "why", "dropped_on", "measurable", "indicator", "indicator_source",
            "direction", "operator", "target_value", "factor", "target_year", "baseline_value", "baseline_year",
            "unit", *SOURCE, "order",
        ]  # fmt: skip
        field_classes = {"target_year": YearField, "baseline_year": YearField}
        help_texts = {
            "area": gettext_lazy("Lämna tomt för mål som gäller hela överenskommelsen."),
            "number": AS_PRINTED,
            "factor": gettext_lazy("Om målet är en ökning i gånger, till exempel 2 för en fördubbling."),
            "target_value": gettext_lazy("Lämna tomt om målet saknar siffra. Tomt är inte noll."),
            "target_year": gettext_lazy("Fyra siffror, till exempel 2027."),
        }


class CollaborationAreaForm(SourcedRowForm):
    slug, page, anchor = "samverkansomrade", ON_DETAIL, "{row.key}"
    fieldsets = (SOURCE_SECTION,)

    class Meta:
        model = CollaborationArea
        fields = ["area", "number", "name", "text", "dropped_on", *SOURCE, "order"]
        help_texts = {"number": AS_PRINTED}


class GlobalGoalLinkForm(SourcedRowForm):
    slug, page, anchor = "globalt-mal", ON_DETAIL, "{row.area.key}-sdg"
    fieldsets = (SOURCE_SECTION,)
    number = forms.TypedChoiceField(
        label=gettext_lazy("globalt mål"),
        choices=[(number, f"{number}. {title}") for number, title in GLOBAL_GOALS.items()],
        coerce=int,
    )

    class Meta:
        model = GlobalGoalLink
        fields = ["area", "number", "stated_by_name", *SOURCE, "order"]
        help_texts = {"stated_by_name": gettext_lazy("Dokumentet nämner målet, inte bara dess symbol.")}


class RelatedStrategyForm(SourcedRowForm):
    slug, page, anchor = "strategi", ON_DETAIL, "strategier"
    fieldsets = (SOURCE_SECTION,)

    class Meta:
        model = RelatedStrategy
        fields = ["name", "period", "owner", "relation", *SOURCE, "order"]
        help_texts = {"relation": gettext_lazy("Hur överenskommelsen lutar sig mot den.")}


class CommitmentForm(SourcedRowForm):
    slug, page, anchor = "atagande", ON_DETAIL, "ar-for-ar"
    fieldsets = (SOURCE_SECTION,)

    class Meta:
        model = Commitment
        fields = [
            "label", "kind", "actor", "receiver", "period", "unit", "agreed", "outcome", "price", "note", *SOURCE,
            "order",
        ]  # fmt: skip
        help_texts = {
            "agreed": gettext_lazy("Till exempel antal platser. Lämna tomt om det saknas. Tomt är inte noll."),
            "outcome": gettext_lazy("Vad det blev. Lämna tomt tills det är känt."),
            "receiver": gettext_lazy("Vid utbyte eller köp: den part som får det."),
        }

    def clean(self):
        """What one party does for another has both, and they are two."""
        data = super().clean()
        if data.get("kind") in (Commitment.Kind.EXCHANGE, Commitment.Kind.SALE):
            for name, text in (("actor", _("Välj vem som gör det.")), ("receiver", _("Välj vem det görs för."))):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, text)
            if data.get("actor") and data.get("actor") == data.get("receiver"):
                self.add_error("receiver", _("Det är samma part. Välj den andra parten."))
        return data


class FinancingForm(SourcedRowForm):
    slug, page, anchor = "finansiering", ON_DETAIL, "finansiering"
    fieldsets = (SOURCE_SECTION,)

    class Meta:
        model = Financing
        fields = ["text", "kind", "source_name", *SOURCE, "order"]


class StatisticForm(SourcedRowForm):
    slug, page, anchor = "statistik", ON_DETAIL, "statistik"
    fieldsets = (SOURCE_SECTION,)

    class Meta:
        model = Statistic
        fields = [
            "label",
            "value",
            "approximate",
            "unit",
            "period",
            "geography",
            "sex",
            "total",
            "note",
            *SOURCE,
            "order",
        ]
        help_texts = {
            "value": gettext_lazy("Som dokumentet skriver, också om delarna inte stämmer med summan."),
            "sex": gettext_lazy("Till exempel kvinnor. Lämna tomt för alla."),
            "total": gettext_lazy("Om siffran är en del av en annan i listan."),
        }
