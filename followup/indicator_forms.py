"""The form of an indicator: what it measures, where its values come from, and what is aimed at."""

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from actionplans.models import Activity, Edition
from agreements.models import Goal
from followup.models import Indicator
from lib.forms import SMALL_INTEGER_MAX, VersionedModelForm

SETTLED = ("source", "kpi", "lineage")  # stored values were read by them


class KpiField(forms.CharField):
    """A KPI's name in Kolada; n02267 and N 02267 are read as N02267."""

    def to_python(self, value):
        return "".join(super().to_python(value).split()).upper()


class IndicatorForm(VersionedModelForm):
    """An indicator of an agreement. Where it has values, what they were read by stays as it is."""

    kpi = KpiField(
        label=_("nyckeltal i Kolada"), required=False, max_length=20,
        help_text=_("Bara när källan är Kolada. Bokstaven N eller U och fem siffror, till exempel N02267."),
    )  # fmt: skip
    lineage = forms.ChoiceField(
        label=_("räknas av aktivitet"), required=False,
        help_text=_("Bara för egen uppföljning. Parternas antal i rapporterna summeras när en omgång stängs."),
    )  # fmt: skip
    fieldsets = (
        (_("Varifrån värdena kommer"), ["source", "source_name", "kpi", "lineage"], False),
        (_("Hur värdena läses"), ["unit", "decimals", "is_count", "by_sex", "better"], False),
        (_("Vad som ska nås"), ["target_value", "target_year", "is_key"], False),
    )

    class Meta:
        model = Indicator
        fields = [
            "name", "goal", "source", "source_name", "kpi", "lineage", "unit", "decimals", "is_count", "by_sex",
            "better", "target_value", "target_year", "is_key",
        ]  # fmt: skip
        help_texts = {
            "source_name": _("Vem som mäter, när källan är en annan än parterna och Kolada."),
            "unit": _("Till exempel procent eller personer."),
            "is_count": _("Antal under 5 döljs för andra än er som samordnar."),
            "by_sex": _("Värden skrivs eller hämtas också för kvinnor och män."),
        }

    def limit_choices(self):
        agreement = self.scope["agreement"]
        self.fields["goal"].queryset = Goal.objects.filter(agreement=agreement)
        self.fields["lineage"].choices = [("", _("Anges inte")), *counted_activities(agreement)]
        if not self.is_new:
            self.initial["lineage"] = str(self.instance.lineage or "")

    def stored(self, row):
        return {**super().stored(row), "lineage": str(row.lineage or "")}

    def clean_lineage(self):
        return self.cleaned_data["lineage"] or None

    def clean_kpi(self):
        kpi = self.cleaned_data["kpi"]
        for validator in Indicator._meta.get_field("kpi").validators if kpi else ():
            validator(kpi)
        return kpi

    def clean(self):
        said = super().clean()
        for name, problem in _problems(said):
            self.add_error(name, problem)
        if not self.is_new and set(SETTLED) & set(self.changed_data) and self.instance.measurements.exists():
            raise ValidationError(
                _("Indikatorn har redan värden från sin källa, så den kan inte bytas. Lägg till en ny indikator.")
            )
        if said.get("lineage"):
            said["is_count"] = True
        if said.get("is_count"):
            said["decimals"] = 0
        return said

    def save(self, commit=True):
        if self.is_new:
            last = Indicator.objects.filter(agreement=self.instance.agreement).aggregate(last=Max("order"))["last"]
            self.instance.order = 0 if last is None else min(last + 1, SMALL_INTEGER_MAX)
        return super().save()


def _problems(said):
    """(field, what to do) of fields that do not go together."""
    source = said.get("source")
    if source == Indicator.Source.KOLADA and not said.get("kpi", "-"):
        yield "kpi", _("Skriv nyckeltalets beteckning i Kolada, till exempel N02267.")
    if source != Indicator.Source.KOLADA and said.get("kpi"):
        yield "kpi", _("Välj Kolada som källa, eller ta bort beteckningen.")
    if source != Indicator.Source.OWN and said.get("lineage"):
        yield "lineage", _("Välj egen uppföljning som källa, eller ta bort aktiviteten.")
    if source == Indicator.Source.OTHER and not said.get("source_name"):
        yield "source_name", _("Skriv vem som mäter.")
    if said.get("target_year") and said.get("target_value") is None and "target_value" in said:
        yield "target_value", _("Skriv målvärdet också, eller ta bort året.")


def counted_activities(agreement):
    """(lineage, number and title) of the activities that ask for a count, as their newest edition calls them."""
    rows = Activity.objects.filter(edition__plan__agreement=agreement, edition__state__in=Edition.FROZEN_STATES)
    rows = rows.exclude(counts=Activity.Counts.NOTHING).order_by("edition__starts_on", "edition", "order")
    named = {
        lineage: f"{number} {title}".strip()
        for lineage, number, title in rows.values_list("lineage", "number", "title")
    }
    return [(str(lineage), name) for lineage, name in named.items()]
