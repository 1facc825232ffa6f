"""The tab of the follow-up: rounds, and the dashboard of one."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from agreements.frame import frame
from agreements.models import Agreement
from followup.dashboard import activities_of, figures_of, parties_of
from followup.frame import round_frame
from followup.models import Round
from followup.services import close_round, open_round
from lib.db import Frozen
from lib.web import get_editable, get_visible


def round_list(request, slug):
    """The agreement's rounds with how many reports were handed in."""
    agreement = get_visible(Agreement.objects.for_page(request.user), request.user, slug=slug)
    rounds = Round.objects.filter(agreement=agreement).visible_to(request.user).for_list()
    return render(request, "followup/round_list.html", {**frame(agreement, (_("Uppföljning"), "")), "rounds": rounds})


def round_detail(request, slug, label):
    """The dashboard: the round in figures, who is silent, and per activity a way to each answer."""
    agreement = get_visible(Agreement.objects.for_page(request.user), request.user, slug=slug)
    round = get_visible(_rounds(), request.user, agreement=agreement, label=label)
    parties = parties_of(round)
    context = {
        **round_frame(agreement, round),
        "figures": figures_of(round),
        "parties": parties,
        "silent_parties": [row for row in parties if row["missing"]],
        "activities": activities_of(round, request.user),
    }
    return render(request, "followup/round_detail.html", context)


@require_POST
def round_open(request, slug, label):
    """Open the round and create its reports."""
    return _change(
        request, slug, label, lambda round: open_round(round=round, by=request.user), _("Omgången är öppen.")
    )


@require_POST
def round_close(request, slug, label):
    """Freeze the round."""
    return _change(
        request, slug, label, lambda round: close_round(round=round, by=request.user), _("Omgången är stängd.")
    )


@require_POST
def round_publish(request, slug, label):
    """Let everybody read the round."""
    return _change(request, slug, label, lambda round: round.publish(by=request.user), _("Omgången är publicerad."))


def _rounds():
    return Round.objects.select_related("agreement", "meeting__body")


def _change(request, slug, label, change, done):
    """Do a one-click change of a round's state and go back to it."""
    round = get_editable(_rounds(), request.user, agreement__slug=slug, label=label)
    try:
        change(round)
    except Frozen as frozen:
        messages.error(request, str(frozen))
    else:
        messages.success(request, done)
    return redirect(round)
