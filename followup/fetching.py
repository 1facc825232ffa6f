"""Fetching of indicators from Kolada: all places and years of an indicator at once, or nothing.

What Kolada has revised or withdrawn since last time is changed here too; a definition that reads differently is added
to those before it. An answer without any value changes nothing.
"""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from followup.kolada import COUNTRY, KoladaError, Unreachable
from followup.models import Indicator, IndicatorDefinition, Measurement
from lib.swedish import clean_text
from parties.models import Party

DEFINITION_LENGTH = IndicatorDefinition._meta.get_field("text").max_length
ERROR_LENGTH = Indicator._meta.get_field("fetch_error").max_length


@dataclass(frozen=True)
class Fetched:
    """What fetching an indicator changed: how many values are new, changed and gone, and whether its definition is."""

    added: int
    changed: int
    removed: int
    is_redefined: bool


def to_fetch():
    """The indicators that come from Kolada; invented values of examples are left alone."""
    kolada = Indicator.objects.filter(source=Indicator.Source.KOLADA, is_example=False, agreement__is_example=False)
    return kolada.select_related("agreement__county").order_by("agreement", "pk")


def fetch_all(indicators, client):
    """Yield each indicator with its Fetched or KoladaError. Once Kolada is unreachable it is left alone."""
    down = None
    for indicator in indicators:
        try:
            if down:
                raise down
            yield indicator, fetch(indicator, client)
        except KoladaError as error:
            down = error if isinstance(error, Unreachable) else None
            Indicator.objects.filter(pk=indicator.pk).update(fetch_error=str(error)[:ERROR_LENGTH])
            yield indicator, error


def fetch(indicator, client):
    """Fetch and store one indicator. Returns Fetched; raises KoladaError, and then nothing is changed."""
    places = places_of(indicator.agreement.county)
    kpi = client.kpi(indicator.kpi)
    values = client.values(indicator.kpi, list(places))
    if not any(value.value is not None for value in values):
        raise KoladaError(_("Kolada har inga värden för %(kpi)s i länet. Inget är ändrat.") % {"kpi": indicator.kpi})
    return _store(indicator, kpi, values, places)


def places_of(county):
    """Kolada's code → the fields of a Measurement: the county's municipalities, the county and the country."""
    municipalities = Party.objects.municipalities_of(county).exclude(scb_code="").order_by("scb_code")
    places = {code: {"party_id": pk, "county_id": None} for pk, code in municipalities.values_list("pk", "scb_code")}
    places[f"00{county.code}"] = {"party_id": None, "county_id": county.pk}
    places[COUNTRY] = {"party_id": None, "county_id": None}
    return places


@transaction.atomic
def _store(indicator, kpi, values, places):
    Indicator.objects.filter(pk=indicator.pk).renew_stamp()  # before the row, as every form that saves it
    held = Indicator.objects.select_for_update(no_key=True, of=("self",)).filter(
        pk=indicator.pk, source=Indicator.Source.KOLADA, kpi=indicator.kpi
    )
    if not held.first():
        raise KoladaError(_("Indikatorn ändrades medan den hämtades. Hämta igen."))
    wanted = _wanted(indicator, values, places)
    is_redefined = _define(indicator, kpi, [value.year for value in values])
    added, changed, removed = _replace(indicator, wanted)
    Indicator.objects.filter(pk=indicator.pk).update(fetched_at=timezone.now(), fetch_error="")
    return Fetched(added, changed, removed, is_redefined)


def _wanted(indicator, values, places):
    """(party, county, year, sex) → (value, gap)."""
    wanted = {}
    for value in values:
        if value.sex == "" or indicator.by_sex:
            place = places[value.place]
            wanted[place["party_id"], place["county_id"], value.year, value.sex] = (value.value, value.gap)
    return wanted


def _replace(indicator, wanted):
    """Make the stored values those ``wanted``. Returns how many were added, changed and removed."""
    stored = {(row.party_id, row.county_id, row.year, row.sex): row for row in indicator.measurements.filter(half=0)}
    changed = [row for key, row in stored.items() if key in wanted and (row.value, row.gap) != wanted[key]]
    for row in changed:
        row.value, row.gap = wanted[row.party_id, row.county_id, row.year, row.sex]
        row.measured_at = timezone.now()
    new = [_measurement(indicator, key, said) for key, said in wanted.items() if key not in stored]
    gone = [row.pk for key, row in stored.items() if key not in wanted]
    Measurement.objects.bulk_create(new, batch_size=500)
    Measurement.objects.bulk_update(changed, ["value", "gap", "measured_at"], batch_size=500)
    for start in range(0, len(gone), 500):
        Measurement.objects.filter(pk__in=gone[start : start + 500]).delete()
    return len(new), len(changed), len(gone)


def _measurement(indicator, key, said):
    party, county, year, sex = key
    value, gap = said
    return Measurement(indicator=indicator, party_id=party, county_id=county, year=year, sex=sex, value=value, gap=gap)


def _define(indicator, kpi, years):
    """Keep how the KPI is defined, where it never read so before. Says whether it was redefined.

    Whether the series breaks there is for people to judge.
    """
    text = clean_text(f"{kpi.title}. {kpi.description}")[:DEFINITION_LENGTH].strip()
    known = set(indicator.definitions.values_list("text", flat=True))
    if text in known:
        return False
    from_year = max(years) if known else min(years)
    IndicatorDefinition.objects.create(indicator=indicator, from_year=from_year, text=text)
    return bool(known)
