"""The year wheel of an agreement."""

from django.shortcuts import render
from django.utils.translation import gettext as _

from agreements.frame import frame, visible_agreement
from portal.year import FIRST, LAST, Year, year_asked


def agreement_year(request, slug):
    """What happens when, in a year that the address chooses: as a wheel and as a list."""
    agreement = visible_agreement(request.user, slug)
    year = Year(agreement, request.user, year_asked(request.GET.get("ar", "")))
    context = {
        **frame(agreement, (_("Årshjul"), "")),
        "year": year,
        "earlier": year.year - 1 if year.year > FIRST else None,
        "later": year.year + 1 if year.year < LAST else None,
    }
    return render(request, "portal/agreement_year.html", context)
