"""The register of Swedish counties and municipalities (SCB codes), as reference data.

It is loaded by a migration, and again by ``load()`` wherever a database was emptied.
"""

import csv
import functools
import json
from pathlib import Path

from lib.swedish import fold, sort_key

HERE = Path(__file__).parent


def rows(name):
    with (HERE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def load(apps=None):
    """Create the counties and municipalities that are missing; what exists is left alone.

    ``apps`` is a migration's app registry, or None for today's models.
    """
    if apps is None:
        from django.apps import apps
    County, Party, PartyCounty = (apps.get_model("parties", name) for name in ("County", "Party", "PartyCounty"))
    counties = _load_counties(County)
    known = set(Party.objects.values_list("key", flat=True))
    missing = [_municipality(Party, row, counties) for row in rows("municipalities")]
    created = Party.objects.bulk_create([party for party in missing if party.key not in known])
    for party in created:
        PartyCounty.objects.create(party=party, county=party.county, starts_on=_moved_on(party))
    if any(party.key == "kommun-0331" for party in created):
        heby = next(party for party in created if party.key == "kommun-0331")
        PartyCounty.objects.create(party=heby, county=counties["19"], ends_on="2006-12-31")


def _load_counties(County):
    known = set(County.objects.values_list("code", flat=True))
    County.objects.bulk_create(
        County(code=row["code"], letter=row["letter"], name=row["name"], sort_name=sort_key(row["name"]))
        for row in rows("counties")
        if row["code"] not in known
    )
    return {county.code: county for county in County.objects.all()}


def _municipality(Party, row, counties):
    return Party(
        key=f"kommun-{row['code']}",
        name=row["name"],
        kind="municipality",
        scb_code=row["code"],
        county=counties[row["county_code"]],
        sort_name=sort_key(row["name"]),
        search_text=fold(row["name"]),
    )


def _moved_on(party):
    """Heby moved from Västmanland to Uppsala county on 1 January 2007; the others have not moved in our time."""
    return "2007-01-01" if party.key == "kommun-0331" else None


@functools.cache
def geometry():
    """The map, simplified from SCB's open boundaries: SVG path data by code in one common frame.

    ``{"width", "height", "counties": {code: path}, "municipalities": {code: path}, "boxes": {county code: viewBox}}``.
    """
    return json.loads((HERE / "geometry.json").read_text(encoding="utf-8"))
