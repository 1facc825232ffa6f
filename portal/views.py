"""Start page, search, and what only a page above all apps can show."""

import datetime
from functools import partial

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _

from lib.kept import answer_kept, place_of
from parties.hats import hats_as_facts
from parties.rights import hats_of
from portal.search import SearchForm, find
from portal.start import all_counties, country_parts, county_parts, seen_agreements

SECURITY_TXT_HOLDS = datetime.timedelta(days=180)  # less than the year that the standard allows


def start(request):
    """What the portal is, the map, and every agreement the visitor may see; ``?lan=07`` shows one county closer."""
    agreements, counties = seen_agreements(request.user), all_counties()
    chosen = next((county for county in counties if county.code == request.GET.get("lan")), None)
    shown = county_parts(chosen, agreements) if chosen else country_parts(counties, agreements)
    return render(request, "portal/start.html", {"counties": counties, "chosen": chosen, **shown})


def search(request):
    """Hits among everything the visitor may see, grouped by kind. The frame around them is kept for the visitor."""
    form, hats = SearchForm(request.GET), hats_of(request.user)
    text = form.cleaned_data["q"] if form.is_valid() else ""
    found = {"form": form, "text": text, "groups": find(text, request.user)}
    parts = {
        "words": format_html("{} – ", text) if text else "",
        "found": render_to_string("portal/_search.html", found),
    }
    frame = {"hats": hats, "crumbs": [(_("Sök"), "")], **{name: place_of(name) for name in parts}}
    is_kept = request.GET.keys() <= {"q"}
    drawn = partial(render, request, "portal/search.html", frame)
    return answer_kept(request, hats_as_facts(hats), drawn, parts=parts, is_kept=is_kept)


def accessibility(request):
    return render(request, "portal/accessibility.html", {"crumbs": [(_("Tillgänglighet"), "")]})


def privacy(request):
    return render(request, "portal/privacy.html", {"crumbs": [(_("Personuppgifter"), "")]})


def health(request):
    return HttpResponse("ok", content_type="text/plain")


def security_txt(request):
    """Where to tell of a hole in the portal, as RFC 9116 wants it."""
    expires = timezone.now().replace(microsecond=0) + SECURITY_TXT_HOLDS
    lines = {"Contact": settings.SECURITY_CONTACT, "Expires": expires.isoformat(), "Preferred-Languages": "sv, en"}
    lines["Canonical"] = settings.PORTAL_URL + reverse("portal:security_txt")
    text = "".join(f"{name}: {value}\n" for name, value in lines.items())
    return HttpResponse(text, content_type="text/plain; charset=utf-8")
