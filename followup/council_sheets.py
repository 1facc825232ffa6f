"""The sheets of what the council is told: indicators with their values, assessments, and what an agenda is about."""

from collections import defaultdict

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actionplans.importing import LineageCell
from agreements.importing import SOURCE, AgreementSheet, rows_of
from followup.importing import FollowUpSheet
from followup.indicators_page import GAP_HIDDEN, hide_small, place_of
from followup.models import (
    AgendaLink,
    Assessment,
    Indicator,
    IndicatorDefinition,
    Measurement,
    RegistryNumber,
    Report,
)
from followup.small_numbers import HIDDEN
from lib.cells import DecimalCell, Misread
from lib.db import Frozen
from lib.workbook import Directory, Heading

INDICATORS = rows_of(Indicator, gettext_lazy("indikatorerna"))
REPORTS = Directory(
    gettext_lazy("lägesrapporterna (omgång/aktivitet/part)"),
    load=lambda run: Report.objects.filter(round__agreement=run.subject).select_related(
        "round", "activity__edition__plan", "party"
    ),
    key=lambda report: (
        f"{report.round.label}/{report.activity.edition.plan.key}/{report.activity.edition.label}"
        f"/{report.activity.number}/{report.party.key}"
    ),
)


def _assessment_key(assessment):
    """As in the address of its page: ``1/omrade-halsa``, ``1/mal-halsa-1``."""
    kind, subject = ("omrade", assessment.area) if assessment.area_id else ("mal", assessment.goal)
    return f"{assessment.round.label}/{kind}-{subject.key}"


ASSESSMENTS = Directory(
    gettext_lazy("bedömningarna (omgång/omrade-nyckel eller omgång/mal-nyckel)"),
    load=lambda run: Assessment.objects.filter(round__agreement=run.subject).select_related("round", "area", "goal"),
    key=_assessment_key,
)


class LineageOrNothingCell(LineageCell):
    def clean(self, value, row=None, **kwargs):
        return super().clean(value) if value else None


class CouncilSheet(FollowUpSheet):
    """Rows that are called by several cells of which some may be empty."""

    directories = {
        **FollowUpSheet.directories,
        Indicator: INDICATORS,
        Report: REPORTS,
        Assessment: ASSESSMENTS,
    }

    def identity_of(self, line):
        return "/".join(self._written(line, self.fields[name]) for name in self.identity)

    def _written(self, line, column):
        """The cell as we would have written it, so that 03 and Uppsala län are the same row."""
        text = line.cells.get(column.column_name, "")
        try:
            return column.widget.render(column.stored(column.widget.clean(text)))
        except Misread:
            return text


class IndicatorResource(AgreementSheet):
    name = gettext_lazy("Målens indikatorer")
    about = gettext_lazy(
        "Det som visar om målen nås: egen räkning, Kolada eller annan källa. Värdena står på Mätvärden."
    )
    ordering = ("goal__area__order", "goal__order", "order", "pk")
    cells = {**AgreementSheet.cells, "lineage": LineageOrNothingCell}
    headings = {"source": gettext_lazy("uppgifternas källa")}

    class Meta:
        model = Indicator
        fields = (
            "key", "order", "goal", "name", "unit", "decimals", "source", "source_name", "kpi", "lineage", "is_count",
            "by_sex", "better", "target_value", "target_year", "is_key", "is_example", *SOURCE,
        )  # fmt: skip

    def check(self, indicator):
        super().check(indicator)
        if indicator.source == Indicator.Source.KOLADA and not indicator.kpi:
            raise ValidationError({"kpi": _("Skriv nyckeltalets beteckning i Kolada, till exempel N02267.")})


class DefinitionResource(CouncilSheet):
    name = gettext_lazy("Definitioner")
    about = gettext_lazy("Hur en indikator har mätts, och från vilket år. Ändrades sättet att mäta bryts serien där.")
    identity = ("indicator", "from_year")
    ordering = ("indicator__order", "indicator", "from_year", "pk")
    headings = {"indicator": gettext_lazy("indikatorns nyckel")}

    class Meta:
        model = IndicatorDefinition
        fields = ("indicator", "from_year", "text", "breaks_series")

    def rows(self):
        return IndicatorDefinition.objects.filter(indicator__agreement=self.run.subject)


class ValueCell(DecimalCell):
    """A number, or the word that says that it is too small to be shown."""

    def clean(self, value, row=None, **kwargs):
        return HIDDEN if value.casefold() == str(HIDDEN) else super().clean(value)

    def render(self, value, obj=None, **kwargs):
        return str(HIDDEN) if value is HIDDEN else super().render(value)


class ValueHeading(Heading):
    """The column of a value. ``hides(measurement)`` tells whether it is too small for the reader."""

    hides = None

    def __init__(self):
        field = Measurement._meta.get_field("value")
        super().__init__("value", str(field.verbose_name), ValueCell(field), model_field=field)

    def get_value(self, measurement):
        return HIDDEN if self.hides(measurement) else measurement.value

    def save(self, measurement, row, is_m2m=False, **kwargs):
        value = self.widget.clean(row[self.column_name])
        if value is HIDDEN and not measurement.pk:
            raise Misread(_("Värdet är dolt i filen. Skriv värdet, eller töm cellen och skriv varför det saknas."))
        if value is not HIDDEN:
            measurement.value = value


class MeasurementResource(CouncilSheet):
    name = gettext_lazy("Mätvärden")
    about = gettext_lazy("Indikatorernas värden: en rad per plats, år och kön. Utan part och län gäller raden riket.")
    identity = ("indicator", "party", "county", "year", "half", "sex")
    ordering = ("indicator__order", "indicator", "year", "half", "county__code", "party__key", "sex", "pk")
    headings = {"indicator": gettext_lazy("indikatorns nyckel")}
    kept = ("half",)

    value = ValueHeading()

    class Meta:
        model = Measurement
        fields = ("indicator", "party", "county", "year", "half", "sex", "value", "gap", "note")

    def __init__(self, run):
        super().__init__(run)
        self.fields["value"].hides = lambda row: row.pk is not None and row.pk in run.memo("hidden", self._hidden)

    def rows(self):
        rows = Measurement.objects.filter(indicator__agreement=self.run.subject)
        return rows.select_related("indicator", "party", "county")

    def identity_of(self, line):
        """A whole year is half-year 0, also where the cell is empty."""
        parts = {name: self._written(line, self.fields[name]) for name in self.identity}
        return "/".join({**parts, "half": parts["half"] or "0"}.values())

    def _hidden(self):
        """The counts that are too small for the reader of the workbook, and what would give them away."""
        counts = self.rows().filter(indicator__is_count=True)
        if self.run.user is None and self.run.is_complete:
            return set()
        if self.run.user is not None:
            counts = counts.exclude(indicator__in=Indicator.objects.editable_by(self.run.user).values("pk"))
        cells, pks = defaultdict(lambda: defaultdict(dict)), {}
        for row in counts:
            place = (place_of(row), row.year, row.half)
            cells[row.indicator_id][place][row.sex] = (row.value, row.gap)
            pks[row.indicator_id, place, row.sex] = row.pk
        for places in cells.values():
            hide_small(places)
        return {
            pks[indicator, place, sex]
            for indicator, places in cells.items()
            for place, sexes in places.items()
            for sex, (_value, gap) in sexes.items()
            if gap == GAP_HIDDEN
        }

    def check(self, measurement):
        if measurement.party_id and measurement.county_id:
            raise ValidationError({"county": _("Skriv en part eller ett län, inte båda.")})
        if measurement.value is None and not measurement.gap:
            raise ValidationError({"value": _("Cellen är tom. Skriv värdet, eller i nästa kolumn varför det saknas.")})
        if measurement.value is not None and measurement.gap:
            raise ValidationError({"gap": _("Raden har ett värde. Töm cellen, eller töm värdet.")})


class AssessmentResource(CouncilSheet):
    name = gettext_lazy("Bedömningar")
    about = gettext_lazy("Vad det beredande eller styrande organet säger om ett område eller mål i en omgång.")
    identity = ("round", "area", "goal")
    ordering = ("round__period_starts_on", "round__label", "area__order", "goal__area__order", "goal__order", "pk")

    class Meta:
        model = Assessment
        fields = (
            "round", "area", "goal", "body", "grade", "analysis", "proposed_decision", "indicators", "reports",
            "meeting", "agreed_at",
        )  # fmt: skip

    def rows(self):
        return Assessment.objects.filter(round__agreement=self.run.subject).select_related("round", "area", "goal")

    def check(self, assessment):
        if assessment.round.closed_at:
            raise Frozen(Assessment.frozen_message)
        if bool(assessment.area) == bool(assessment.goal):
            raise ValidationError({"area": _("Skriv ett område eller ett mål, inte båda.")})
        if assessment.agreed_at and not assessment.grade:
            raise ValidationError({"grade": _("Bedömningen är beslutad men saknar bedömning. Fyll i cellen.")})

    def _save(self, assessment):
        if "agreed_at" in {column.attribute for column in self.changed}:
            assessment.agreed_by = self.run.user if assessment.agreed_at else None
        super()._save(assessment)


class AgendaLinkResource(CouncilSheet):
    name = gettext_lazy("Ärenden")
    about = gettext_lazy("Vad punkterna på dagordningarna handlar om: en version, en omgång eller en bedömning.")
    identity = ("item", "edition", "round", "assessment")
    ordering = ("item__meeting__held_on", "item__meeting__body__key", "item__order", "item", "pk")
    headings = {
        "item": gettext_lazy("punkt"),
        "edition": gettext_lazy("version"),
        "round": gettext_lazy("omgång"),
        "assessment": gettext_lazy("bedömning"),
    }

    class Meta:
        model = AgendaLink
        fields = ("item", "edition", "round", "assessment")

    def rows(self):
        """Proposals are what people have written, and those are not in a workbook."""
        rows = AgendaLink.objects.filter(proposal__isnull=True, item__assignment__isnull=True)
        about = [
            rows.filter(edition__plan__agreement=self.run.subject),
            rows.filter(round__agreement=self.run.subject),
            rows.filter(assessment__round__agreement=self.run.subject),
        ]
        return about[0] | about[1] | about[2]

    def check(self, link):
        if sum(bool(row) for row in (link.edition, link.round, link.assessment)) != 1:
            raise ValidationError({"item": _("Skriv en version, en omgång eller en bedömning, en på varje rad.")})


class RegistryNumberResource(FollowUpSheet):
    name = gettext_lazy("Diarienummer")
    about = gettext_lazy("Vilket nummer varje myndighet har registrerat en omgång under.")
    identity = ("round", "party")
    ordering = ("round__period_starts_on", "round__label", "party__key")
    headings = {"round": gettext_lazy("omgång")}

    class Meta:
        model = RegistryNumber
        fields = ("round", "party", "number")

    def rows(self):
        return RegistryNumber.objects.filter(round__agreement=self.run.subject)
