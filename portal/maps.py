"""The start page's map: all counties, or the municipalities of one. The table beside it says the same in words."""

from django.urls import reverse
from django.utils.translation import gettext as _

from agreements.models import Accession, Agreement
from parties.models import Party
from parties.register import geometry

OVER = {Agreement.Status.EXPIRED, Agreement.Status.TERMINATED, Agreement.Status.SUPERSEDED}
COMING = {Agreement.Status.DRAFT, Agreement.Status.CONSULTATION}


def country_map(counties, agreements):
    """Every county, with a link where it has agreements the visitor may see."""
    frame, own = geometry(), _by_county(agreements)
    start = reverse("portal:start")
    shapes = [
        {
            "name": county.name,
            "path": frame["counties"][county.code],
            "state": _state(own.get(county.pk, [])),
            "label": ", ".join(_said(row) for row in own.get(county.pk, [])) or _("ingen överenskommelse i portalen"),
            "url": f"{start}?lan={county.code}" if county.pk in own else "",
        }
        for county in counties
        if county.code in frame["counties"]
    ]
    return {
        "view_box": f"0 0 {frame['width']} {frame['height']}",
        "title": _("Sveriges län och deras överenskommelser"),
        "shapes": shapes,
    }


def county_map(county, municipalities):
    """The municipalities of one county, as ``municipalities_with_agreements`` gave them."""
    frame = geometry()
    shapes = [
        {
            "name": party.name,
            "path": frame["municipalities"][party.scb_code],
            "state": _state(party.shown_agreements),
            "label": ", ".join(_said(row) for row in party.shown_agreements) or _("inte part"),
            "url": "",
        }
        for party in municipalities
        if party.scb_code in frame["municipalities"]
    ]
    title = _("Kommunerna i %(county)s och deras överenskommelser") % {"county": county.name}
    return {"view_box": frame["boxes"].get(county.code, "0 0 1 1"), "title": title, "shapes": shapes}


def municipalities_with_agreements(county, agreements):
    """The county's municipalities of today with ``shown_agreements``, those of ``agreements`` they are party to."""
    members = Accession.objects.signatories().standing().filter(agreement__in=agreements)
    own = {}
    for party, agreement in members.values_list("party", "agreement"):
        own.setdefault(party, set()).add(agreement)
    parties = list(Party.objects.municipalities_of(county))
    for party in parties:
        party.shown_agreements = [row for row in agreements if row.pk in own.get(party.pk, ())]
    return parties


def _by_county(agreements):
    own = {}
    for agreement in agreements:
        own.setdefault(agreement.county_id, []).append(agreement)
    return own


def _state(agreements):
    """``force`` before ``draft`` before ``over``: what is most alive colours the shape."""
    statuses = {agreement.status for agreement in agreements}
    if statuses - OVER - COMING:
        return "force"
    if statuses & COMING:
        return "draft"
    return "over" if statuses else ""


def _said(agreement):
    return f"{agreement.short_name} ({agreement.get_status_display()})"
