"""Assessments of areas and goals in a round: read, written, agreed on in a meeting, and taken up again."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from agreements.frame import agreement_of
from followup.assessing import (
    agree_on,
    assessors,
    assessors_for,
    before,
    board_of,
    find_subject,
    may_agree,
    told_of,
    trail_of,
)
from followup.assessment_forms import AgreeForm, AssessmentForm, TakeUpForm
from followup.frame import round_frame
from followup.models import Assessment, Round
from lib.forms import answer_form
from lib.web import get_visible


def assessment_list(request, slug, label):
    """What is said of each area and goal; those who assess go on from here, and note what was agreed on."""
    context = _list_context(request, _round(request, slug, label))
    return render(request, "followup/assessment_list.html", context)


@require_POST
def assessment_agree(request, slug, label):
    """Note in which meeting the chosen assessments were agreed on; all of them, or none."""
    round = _round(request, slug, label)
    if not may_agree(round, request.user):
        raise PermissionDenied
    context = _list_context(request, round)
    form = AgreeForm(request.POST, matters=context["board"].ready)
    number = len(form.cleaned_data["chosen"]) if form.is_valid() else 0
    done = ngettext("%(number)s bedömning är beslutad.", "%(number)s bedömningar är beslutade.", number)
    return answer_form(
        request,
        form,
        "followup/assessment_list.html",
        context,
        url=_list_url(round),
        save=lambda: agree_on(rows=form.chosen_rows(), meeting=form.cleaned_data["meeting"], by=request.user),
        done=done % {"number": number},
    )


def assessment_edit(request, slug, label, subject):
    """Write what a body says of an area or a goal; the row is made the first time it is saved."""
    round = _round(request, slug, label)
    matter, row = _matter(round, subject)
    bodies = assessors_for(round.agreement, request.user)
    if not (_is_own(row, request.user) if row else bodies):
        raise PermissionDenied
    row = row or Assessment(round=round, **matter)
    if request.method != "POST" and (why := row.why_closed()):
        messages.info(request, str(why))
        return redirect(_list_url(round))
    form = AssessmentForm(
        request.POST or None, instance=row, round=round, **{"area": None, "goal": None} | matter,
        bodies=bodies, user=request.user,
    )  # fmt: skip
    context = {**_context(request, round, _("Bedöm")), "row": row, "before": before(row, request.user)}
    context |= {**told_of(round, request.user, **matter), "trail": trail_of(row)}
    return answer_form(request, form, "followup/assessment_edit.html", context, url=_list_url(round, subject))


def assessment_reopen(request, slug, label, subject):
    """Make a draft again of an assessment that was agreed on, with a reason."""
    round = _round(request, slug, label)
    _found, row = _matter(round, subject)
    row = get_visible(Assessment.objects.filter(round=round), request.user, pk=row and row.pk)
    if not Assessment.objects.agreeable_by(request.user).filter(pk=row.pk).exists():
        raise PermissionDenied
    if not row.agreed_at or round.closed_at:
        messages.info(request, str(row.why_closed() if round.closed_at else _("Bedömningen är ett utkast redan.")))
        return redirect(_list_url(round, subject))
    form = TakeUpForm(request.POST or None)
    return answer_form(
        request,
        form,
        "followup/assessment_reopen.html",
        {**_context(request, round, _("Ta upp igen")), "row": row},
        url=_list_url(round, subject),
        save=lambda: row.take_up_again(by=request.user, reason=form.cleaned_data["reason"]),
        done=_("Bedömningen är ett utkast igen."),
    )


def _round(request, slug, label):
    rounds = Round.objects.select_related("agreement", "meeting__body")
    return get_visible(rounds, request.user, agreement__slug=slug, label=label)


def _context(request, round, *names):
    """The context of a page below the list of assessments, or of the list."""
    agreement = agreement_of(request.user, round.agreement_id)
    own = (_("Bedömningar"), _list_url(round) if names else "")
    return round_frame(agreement, round, own, *[(name, "") for name in names])


def _list_context(request, round):
    board = board_of(round, request.user)
    form = AgreeForm(matters=board.ready) if board.ready else None
    return {**_context(request, round), "board": board, "form": form, "bodies": assessors(round.agreement)}


def _list_url(round, subject=""):
    url = reverse("followup:assessment_list", args=[round.agreement.slug, round.label])
    return f"{url}#{subject}" if subject else url


def _matter(round, subject):
    """The area or goal that the address names, as ``find_subject``, and its stored assessment or None; else 404."""
    matter = find_subject(round, subject)
    if matter is None:
        raise Http404
    return matter, Assessment.objects.filter(round=round, **matter).first()


def _is_own(row, user):
    return Assessment.objects.assessable_by(user).filter(pk=row.pk).exists()
