"""The grid in which values of an indicator are typed, a moment at a time, and the form of how it is counted."""

import re
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from followup.models import Indicator, IndicatorDefinition, Measurement
from followup.numbers import read_count, validate_numbers
from lib.forms import VersionField, clean_data, make_swedish
from lib.history import note_beside
from parties.models import Party

YEARS = (1970, 2100)
GAP_WORDS = {"saknas": "missing", "uppgift saknas": "missing", "för få": "private"}
WORD_OF_GAP = {"missing": "saknas", "private": "för få"}
HALVES = ((0, gettext_lazy("Hela året")), (1, gettext_lazy("Första halvåret")), (2, gettext_lazy("Andra halvåret")))
Sex = Measurement.Sex
NO_VALUE = (None, "")


class MomentForm(forms.Form):
    """Which moment's values to type; read from the address."""

    ar = forms.IntegerField(label=gettext_lazy("år"), min_value=YEARS[0], max_value=YEARS[1])
    halvar = forms.TypedChoiceField(label=gettext_lazy("del av året"), choices=HALVES, coerce=int, required=False)

    def __init__(self, data, *, indicator):
        newest = indicator.measurements.order_by("-year", "-half").values_list("year", "half").first()
        year, half = newest or (timezone.localdate().year - 1, 0)
        super().__init__(
            {"ar": str(year), "halvar": str(half)} | {name: data[name] for name in ("ar", "halvar") if name in data}
        )
        for field in self.fields.values():
            make_swedish(field)
        self.fields["halvar"].choices = HALVES

    @property
    def moment(self):
        """(year, half), or None where the address asks for none there is."""
        return (self.cleaned_data["ar"], self.cleaned_data["halvar"] or 0) if self.is_valid() else None


class ValueField(forms.CharField):
    """A number, ``saknas``, or nothing; cleaned to (value, gap). Empty is never zero."""

    def __init__(self, *, is_count, **kwargs):
        super().__init__(required=False, **kwargs)
        self.is_count = is_count
        self.widget.attrs = {"inputmode": "text", "autocomplete": "off"}

    def clean(self, value):
        text = " ".join(super().clean(value).split())
        if text.lower() in GAP_WORDS:
            return None, GAP_WORDS[text.lower()]
        if not text:
            return NO_VALUE
        return (Decimal(read_count(text)) if self.is_count else read_value(text)), ""


def read_value(text):
    """The number that a person wrote, with at most three decimals; ValidationError saying what to write instead."""
    plain = "".join(text.split()).replace("\N{MINUS SIGN}", "-").replace(",", ".")
    if not re.fullmatch(r"-?[0-9]{1,10}(\.[0-9]+)?", plain):
        raise ValidationError(
            _("”%(typed)s” går inte att läsa som ett tal. Skriv till exempel 71,4, eller saknas om ni inte vet."),
            params={"typed": text[:40]},
        )
    if len(plain.partition(".")[2]) > 3:
        raise ValidationError(_("Skriv högst tre decimaler."))
    return Decimal(plain)


def text_of(value, gap):
    """What is typed for a stored value."""
    if value is None:
        return WORD_OF_GAP.get(gap, "")
    return f"{value.normalize():f}".replace(".", ",")


class Clash(Exception):
    """Somebody else wrote in the same cells meanwhile. The form says where and what."""


class GridForm(forms.Form):
    """Every place × sex of an indicator in one moment. A cell that is emptied has no value any more.

    Each cell remembers what it held when the page was opened, so two people in different cells do not disturb each
    other, and in the same cell both texts are shown.
    """

    def __init__(self, data=None, *, indicator, moment):
        super().__init__(clean_data(data))
        self.indicator, (self.year, self.half) = indicator, moment
        self.places = places_to_fill(indicator)
        self.sexes = _sexes(indicator)
        self.rows = self.stored_rows()
        self.keys = {name: (place["party_id"], place["county_id"], sex) for name, place, sex in self.cells()}
        for name, place, sex in self.cells():
            label = f"{place['name']}, {capfirst(Sex(sex).label)}" if sex else place["name"]
            self.fields[name] = ValueField(label=label, is_count=indicator.is_count)
            self.fields[name].widget.attrs["aria-label"] = label
            self.fields[f"was_{name}"] = forms.CharField(required=False, widget=forms.HiddenInput, strip=False)
            self.initial[name] = self.initial[f"was_{name}"] = self.stored_text(name)

    def cells(self):
        """(field's name, place, sex) of each cell."""
        return [(f"{place['key']}_{sex or 'all'}", place, sex) for place in self.places for sex in self.sexes]

    def grid(self):
        """(place's name, [(column, bound field, its hidden one), …]) by row."""
        rows = {}
        for name, place, sex in self.cells():
            rows.setdefault(place["key"], (place["name"], []))[1].append(
                (self._head(sex), self[name], self[f"was_{name}"])
            )
        return list(rows.values())

    def _head(self, sex):
        return capfirst(Sex(sex).label) if len(self.sexes) > 1 else _("Värde")

    @property
    def heads(self):
        return [self._head(sex) for sex in self.sexes]

    def stored_rows(self):
        """(party, county, sex) → Measurement of the moment, as stored now."""
        rows = self.indicator.measurements.filter(year=self.year, half=self.half)
        return {(row.party_id, row.county_id, row.sex): row for row in rows}

    def stored_text(self, name):
        row = self.rows.get(self.keys[name])
        return text_of(row.value, row.gap) if row else ""

    def clean(self):
        said = super().clean()
        if self.indicator.is_count and self.indicator.by_sex:
            for place in self.places:
                self._check_sum(place, said)
        return said

    def _check_sum(self, place, said):
        """A place's sexes add up to its total, where all are known."""
        cells = {sex or "total": said.get(f"{place['key']}_{sex or 'all'}", NO_VALUE) for sex in self.sexes}
        numbers = {
            group: None if value is None else int(value)
            for group, (value, gap) in cells.items()
            if value is not None or gap
        }
        try:
            validate_numbers(numbers)
        except ValidationError as error:
            self.add_error(f"{place['key']}_all", error)

    @transaction.atomic
    def save(self):
        """Write the cells that were changed. Raises Clash, and then writes nothing."""
        Indicator.objects.filter(pk=self.indicator.pk).renew_stamp()  # before the row, as every form that saves it
        stored = Indicator.objects.select_for_update(no_key=True, of=("self",)).get(pk=self.indicator.pk)
        self.rows = self.stored_rows()
        changed = [name for name, _place, _sex in self.cells() if self._typed(name) != self.cleaned_data[f"was_{name}"]]
        self._refuse_clashes(changed)
        for name in changed:
            self._write(name)
        note_beside(stored, [self._told(name) for name in changed])

    def _told(self, name):
        """What was typed where, for the history; not the figures where they count people, who may be few."""
        where = (
            f"{self.fields[name].label} {(f'{self.year}, ' + _('halvår %s') % self.half if self.half else self.year)}"
        )
        if self.indicator.is_count:
            return where
        before, after = self.cleaned_data[f"was_{name}"], self._typed(name)
        return f"{where}: {before or _('tomt')} → {after or _('tomt')}"

    def _typed(self, name):
        return text_of(*self.cleaned_data[name])

    def _refuse_clashes(self, changed):
        clashing = [
            name
            for name in changed
            if self.stored_text(name) not in (self.cleaned_data[f"was_{name}"], self._typed(name))
        ]
        if not clashing:
            return
        self.data = self.data.copy()
        for name in clashing:
            now = self.stored_text(name)
            self.data[f"was_{name}"] = now
            told = {"now": now or _("ingenting")}
            self.add_error(
                name, _("Någon annan skrev %(now)s här medan du skrev. Spara igen om ditt ska gälla.") % told
            )
        raise Clash

    def _write(self, name):
        party, county, sex = self.keys[name]
        row, (value, gap) = self.rows.get((party, county, sex)), self.cleaned_data[name]
        if (value, gap) == NO_VALUE:
            if row:
                row.delete()
            return
        row = row or Measurement(
            indicator=self.indicator, party_id=party, county_id=county, year=self.year, half=self.half, sex=sex
        )
        row.value, row.gap, row.note = value, gap, ""
        row.save()


def places_to_fill(indicator):
    """The county, its municipalities, the agreement's other parties, whoever has values; of others the country too."""
    agreement = indicator.agreement
    county = {"key": f"lan-{agreement.county.code}", "name": agreement.county.name, "party_id": None}
    places = [county | {"county_id": agreement.county_id}]
    if indicator.source == Indicator.Source.OTHER:
        places.append({"key": "riket", "name": _("Riket"), "party_id": None, "county_id": None})
    municipalities = Party.objects.municipalities_of(agreement.county).values("pk")
    acceded, measured = agreement.accession_set.values("party"), indicator.measurements.values("party")
    parties = Party.objects.filter(Q(pk__in=municipalities) | Q(pk__in=acceded) | Q(pk__in=measured))
    for pk, key, name in parties.order_by("sort_name", "pk").values_list("pk", "key", "name"):
        places.append({"key": key, "name": name, "party_id": pk, "county_id": None})
    return places


def _sexes(indicator):
    if not indicator.by_sex:
        return [Sex.ALL.value]
    adults = [Sex.WOMEN.value, Sex.MEN.value]
    return [*adults, Sex.GIRLS.value, Sex.BOYS.value, Sex.OTHER.value, Sex.ALL.value] if indicator.is_count else [
        *adults, Sex.ALL.value
    ]  # fmt: skip


class DefinitionsForm(forms.Form):
    """How an indicator is counted, from which year, and where values cannot be compared with those before.

    The words that Kolada uses are Kolada's and stay; whether the series breaks there is for people to judge. A
    definition whose text is emptied is removed.
    """

    version = VersionField()

    def __init__(self, data=None, *, indicator):
        super().__init__(clean_data(data))
        self.indicator = indicator
        self.stored = list(indicator.definitions.order_by("from_year", "pk"))
        if data is not None:  # what somebody added since the page was opened stands in no field of it
            self.stored = [row for row in self.stored if f"year_{row.pk}" in data]
        self.initial["version"] = indicator.version
        for row in [*self.stored, IndicatorDefinition()]:
            self._add_fields(row)
        for field in self.fields.values():
            make_swedish(field)

    def _add_fields(self, row):
        key = row.pk or "new"
        self.fields[f"year_{key}"] = forms.IntegerField(
            label=_("från år"), required=bool(row.pk), min_value=YEARS[0], max_value=YEARS[1]
        )
        if not (row.pk and self.is_kolada):
            self.fields[f"text_{key}"] = forms.CharField(
                label=_("så räknas den"), required=False, max_length=4000, widget=forms.Textarea
            )
        self.fields[f"breaks_{key}"] = forms.BooleanField(label=_("går inte att jämföra bakåt"), required=False)
        if row.pk:
            named = {"year": row.from_year, "text": row.text, "breaks": row.breaks_series}
            self.initial |= {f"{name}_{key}": value for name, value in named.items()}

    @property
    def is_kolada(self):
        return self.indicator.source == Indicator.Source.KOLADA

    def blocks(self):
        """(definition or None for the new one, its bound fields) in order."""
        keys = [(row, row.pk) for row in self.stored] + [(None, "new")]
        names = ("year", "text", "breaks")
        return [(row, [self[f"{name}_{key}"] for name in names if f"{name}_{key}" in self.fields]) for row, key in keys]

    def clean(self):
        said = super().clean()
        text, year = said.get("text_new"), said.get("year_new")
        if text and not year and "year_new" not in self.errors:
            self.add_error("year_new", _("Skriv från vilket år det gäller."))
        if (year or said.get("breaks_new")) and not text and "text_new" not in self.errors:
            self.add_error("text_new", _("Skriv hur indikatorn räknas från det året."))
        return said

    @transaction.atomic
    def save(self):
        """Write the definitions at the version the indicator was read at. Raises VersionConflict."""
        self.indicator.save_version(self.cleaned_data["version"], reason="; ".join(self._told()))
        for row in self.stored:
            self._write(row, row.pk)
        if self.cleaned_data["text_new"]:
            self._write(IndicatorDefinition(indicator=self.indicator), "new")

    def _told(self):
        """What is changed, for the history: each definition before and after."""
        said, lines = self.cleaned_data, []
        for row in self.stored:
            breaks = said[f"breaks_{row.pk}"]
            after = (said[f"year_{row.pk}"], said.get(f"text_{row.pk}", row.text), breaks)
            if after != (row.from_year, row.text, row.breaks_series):
                lines.append(f"{_definition(row.from_year, row.text, row.breaks_series)} → {_definition(*after)}")
        if said["text_new"]:
            lines.append(_definition(said["year_new"], said["text_new"], said["breaks_new"]))
        return lines

    def _write(self, row, key):
        text = self.cleaned_data.get(f"text_{key}", row.text)
        if not text:
            row.delete()
            return
        row.text, row.from_year = text, self.cleaned_data[f"year_{key}"]
        row.breaks_series = self.cleaned_data[f"breaks_{key}"]
        row.save()


def _definition(year, text, breaks):
    """A definition as the history tells it."""
    words = _("från %(year)s: %(text)s") % {"year": year, "text": text or _("borttagen")}
    return f"{words} ({_('går inte att jämföra bakåt')})" if breaks else words
