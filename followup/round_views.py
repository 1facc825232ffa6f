"""The tab of the follow-up: rounds, from the first plan of one to what came out of it."""

from copy import copy

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from agreements.frame import agreement_of, editable_agreement, frame, visible_agreement
from followup.assessing import drafts_left
from followup.council_page import CouncilPage
from followup.dashboard import board_of
from followup.decided import left_out
from followup.frame import round_frame
from followup.kept_page import rest_of
from followup.models import Round
from followup.outcome import unreviewed_in
from followup.party_result import party_result
from followup.round_forms import ExtensionForm, RemoveForm, ReopenForm, RoundForm
from followup.schedule import proposal_for
from followup.services import close_round, delete_round, open_round
from lib.db import Frozen
from lib.forms import answer_form
from lib.web import answer_unless_kept, get_editable, get_visible


def round_list(request, slug):
    """The agreement's rounds with how many reports were handed in."""
    agreement = visible_agreement(request.user, slug)
    rounds = Round.objects.filter(agreement=agreement).visible_to(request.user).for_list()
    return render(request, "followup/round_list.html", {**frame(agreement, (_("Uppföljning"), "")), "rounds": rounds})


def round_create(request, slug):
    """Plan a round: its period, and its days counted back from the council's meeting."""
    agreement = editable_agreement(request.user, slug)
    initial = proposal_for(agreement, timezone.localdate())
    form = RoundForm(request.POST or None, agreement=agreement, initial=initial)
    rounds = (_("Uppföljning"), reverse("followup:round_list", args=[slug]))
    context = frame(agreement, rounds, (_("Ny omgång"), ""))
    return _answer_round(request, form, "followup/round_create.html", context, _("Omgången är planerad."))


def round_edit(request, slug, label):
    """Change a planned round, or the days of one that takes answers."""
    round, context = _page(request, slug, label, _("Ändra"))
    if round.closed_at:
        messages.error(request, str(Round.frozen_message))
        return redirect(round)
    form = RoundForm(request.POST or None, instance=copy(round), agreement=round.agreement)
    return _answer_round(request, form, "followup/round_edit.html", context, _("Omgången är ändrad."))


def round_delete(request, slug, label):
    """Delete a round that was never opened."""
    round, context = _page(request, slug, label, _("Ta bort"))
    form = RemoveForm(request.POST if request.method == "POST" else None)
    return answer_form(
        request,
        form,
        "followup/round_delete.html",
        context,
        url=reverse("followup:round_list", args=[slug]),
        save=lambda: delete_round(round=round, by=request.user),
        done=_("Omgång %(label)s är borttagen.") % {"label": label},
    )


def round_detail(request, slug, label):
    """The council's page: what changed, what deviates, who is silent, what to decide; the same for an area or party."""
    page = CouncilPage(request, slug, label)
    return answer_unless_kept(request, page.facts, page.answer) if page.is_public else page.answer()


@require_POST
def round_open(request, slug, label):
    """Open the round and create its reports."""
    done = _("Omgången är öppen. Parterna kan svara.")
    return _change(request, slug, label, lambda round: open_round(round=round, by=request.user), done)


@require_POST
def round_start_review(request, slug, label):
    """From now nobody takes an answer back."""
    done = _("Granskningen har börjat. Parterna kan fortfarande lämna in det som saknas, men inte ta tillbaka.")
    return _change(request, slug, label, lambda round: round.start_review(by=request.user), done)


def round_close(request, slug, label):
    """Show what is unfinished, and freeze the round."""
    round, context = _page(request, slug, label, _("Stäng"))
    if request.method == "POST":
        done = _("Omgången är stängd. Siffrorna och namnen är sparade som de var.")
        return _change(request, slug, label, lambda round: close_round(round=round, by=request.user), done)
    context |= _result(request, round) | {"unreviewed": unreviewed_in(round)}
    context |= {"unagreed": drafts_left(round), "left_out": left_out(round)}
    return render(request, "followup/round_close.html", context)


def round_publish(request, slug, label):
    """Show what becomes public, and let everybody read the round."""
    round, context = _page(request, slug, label, _("Publicera"))
    if request.method == "POST":
        done = _("Omgången är publicerad. Alla kan läsa den.")
        return _change(request, slug, label, lambda round: round.publish(by=request.user), done)
    context |= _result(request, round, as_published=True)
    return render(request, "followup/round_publish.html", context)


def round_reopen(request, slug, label):
    """Take a closed round back to review, with a reason that stays on its page."""
    round, context = _page(request, slug, label, _("Öppna igen"))
    form = ReopenForm(request.POST or None)
    return answer_form(
        request,
        form,
        "followup/round_reopen.html",
        context,
        url=round.get_absolute_url(),
        save=lambda: round.reopen(by=request.user, reason=form.cleaned_data["reason"]),
        done=_("Omgången är öppen igen, i granskning. Skälet står på sidan."),
    )


def respondent_extend(request, slug, label, party):
    """Give one party more time."""
    round, context = _page(request, slug, label, _("Mer tid"))
    respondent = get_visible(round.respondents.select_related("party"), request.user, party__key=party)
    form = ExtensionForm(request.POST or None, instance=respondent, user=request.user)
    days = {"party": respondent.party.name, "day": form.cleaned_data["to"]} if form.is_valid() else {}
    return answer_form(
        request,
        form,
        "followup/respondent_extend.html",
        {**context, "respondent": respondent},
        url=round.get_absolute_url(),
        done=_("%(party)s har till och med %(day)s.") % days if days else "",
    )


def party_outcome(request, slug, label, party):
    """One party's answers beside the whole round, its earlier rounds, and what the coordinators answered."""
    agreement = visible_agreement(request.user, slug)
    round = get_visible(_rounds(), request.user, agreement=agreement, label=label)
    result = party_result(round, party, request.user)
    context = {**round_frame(agreement, round, (result.name, "")), "result": result}
    return render(request, "followup/party_outcome.html", context)


def _rounds():
    names = ("opened_by", "review_started_by", "closed_by", "published_by")
    return Round.objects.select_related("agreement", "meeting__body", *names)


def _page(request, slug, label, name):
    """A round that the visitor may change, and the context of a page about it."""
    round = get_editable(_rounds(), request.user, agreement__slug=slug, label=label)
    agreement = agreement_of(request.user, round.agreement_id)
    return round, round_frame(agreement, round, (name, ""))


def _result(request, round, *, as_published=False):
    """What the pages that close and publish show of the round in figures."""
    board = board_of(round, request.user, as_published=as_published)
    return {
        "board": board,
        "figures": board.figures,
        "reopenings": round.reopenings.select_related("reopened_by"),
        **rest_of(board.facts, board.part, round, request.user),
    }


def _answer_round(request, form, template, context, done):
    """Answer the form of a round: save it, or only count its days anew."""
    if "recount" in request.POST:
        form.is_valid()
        return render(request, template, {**context, "form": form.recounted()})
    return answer_form(request, form, template, context, url=lambda round: round.get_absolute_url(), done=done)


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
