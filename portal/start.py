"""What the start page shows: a map and a table of the agreements that the visitor may see, of the country or a county.

Those of the country are kept as HTML for all who see the same agreements, until something of them is written.
"""

from django.contrib.auth.models import AnonymousUser
from django.db.models import prefetch_related_objects
from django.template.loader import render_to_string

from agreements.models import Agreement
from lib.asked import asked
from lib.kept import kept, values_of
from parties.models import County
from portal.maps import country_map, county_map, municipalities_with_agreements

READ = ("slug", "title", "short_name", "is_example", "status", "stamp", "county__code", "county__name")


def seen_agreements(user):
    """Those that the visitor may see, with what the page shows of them but for how long they hold."""
    return asked(_seen, user)


def all_counties():
    return asked(_counties, AnonymousUser())


def country_parts(counties, agreements):
    """Map and table of the country, as HTML. How long an agreement holds is told by its stamp."""
    shown = [(values_of(row), values_of(row.county)) for row in agreements]
    return kept(
        "start",
        (shown, [values_of(row) for row in counties]),
        lambda: _drawn(lambda: country_map(counties, agreements), agreements),
    )


def county_parts(county, agreements):
    """Map and table of a county, as HTML, and its municipalities with their agreements."""
    own = [row for row in agreements if row.county_id == county.pk]
    municipalities = municipalities_with_agreements(county, own)
    return {**_drawn(lambda: county_map(county, municipalities), own), "municipalities": municipalities}


def _drawn(map, agreements):
    prefetch_related_objects(agreements, "validity_set")
    table = render_to_string("agreements/_agreement_table.html", {"agreements": agreements}) if agreements else ""
    return {"table": table, "map": render_to_string("_map.html", {"map": map()})}


def _seen(user):
    return Agreement.objects.visible_to(user).for_list().prefetch_related(None).only(*READ)


def _counties(user):
    return County.objects.all()
