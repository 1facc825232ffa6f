"""The map of a round's municipalities."""

from django.shortcuts import render
from django.utils.translation import gettext as _

from agreements.frame import visible_agreement
from followup.frame import round_frame
from followup.map_page import map_page
from followup.models import Round
from lib.web import get_visible


def round_map(request, slug, label):
    """The county's municipalities by a figure of the round or an indicator; the address says which."""
    agreement = visible_agreement(request.user, slug)
    round = get_visible(Round.objects.all(), request.user, agreement=agreement, label=label)
    context = {
        **round_frame(agreement, round, (_("Karta"), "")),
        **map_page(round, agreement, request.user, request.GET),
    }
    return render(request, "followup/round_map.html", context)
