"""Reading what the parties handed in, and the coordinators' review of it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from followup.bulk import act_on_many, chosen_parties
from followup.control import Choice
from followup.frame import report_context, round_frame
from followup.models import Report, Round
from followup.opened_control import OpenedControl
from followup.review_forms import ApproveForm, BulkForm, OnBehalfForm, ReturnForm
from followup.review_page import (
    changed_context,
    control_context,
    moved_since,
    next_to_review,
    panel_context,
    reading_context,
    report_page,
    returned_stance,
    round_address,
)
from followup.reviewing import approve, send_back
from lib.db import Frozen, VersionConflict
from lib.forms import answer_form
from lib.kept import answer_kept
from lib.web import Unseen, get_editable, get_visible


def round_review(request, slug, label):
    """The control view: parties × activities, who is silent, and one report beside."""
    page = OpenedControl(request.user, slug, label, request.GET)
    return answer_kept(request, page.facts, lambda: _control_view(request, page), is_kept=page.is_kept)


@require_POST
def round_bulk(request, slug, label):
    """Approve, remind or extend: the same for all chosen parties, and say what was done and what was not."""
    round = get_editable(Round.objects.select_related("agreement"), request.user, agreement__slug=slug, label=label)
    form, parties = BulkForm(request.POST), chosen_parties(round, request.POST)
    if not parties:
        form.add_error(None, _("Välj minst en part i listan."))
    if form.is_valid():
        try:
            said = act_on_many(round=round, parties=parties, form=form, data=request.POST, by=request.user)
        except Frozen as frozen:
            form.add_error(None, str(frozen))
        except ValidationError as error:
            form.add_error(None, error)
        else:
            for level, text in said:
                messages.add_message(request, level, text)
            return redirect(round_address(round) + Choice.of(request.GET).query())
    return _control_view(request, OpenedControl(request.user, slug, label, request.GET), bulk_form=form, chosen=parties)


def _control_view(request, page, **more):
    frame = round_frame(page.round.agreement, page.round, (_("Läget"), ""), invented=page.opened.invented)
    context = {**frame, **control_context(page, **more), "hats": page.opened.hats}
    return render(request, "followup/round_review.html", context)


def report_review(request, slug, label, pk):
    """One report beside what it said last time: a page of its own, or the panel of the control view."""
    report = _overseen_report(request, slug, label, pk)
    return _answer(request, report)


@require_POST
def report_approve(request, slug, label, pk):
    """Approve what was read, and go on to the next report that waits."""
    report = _overseen_report(request, slug, label, pk, to_edit=True)
    form = ApproveForm(request.POST)
    if not form.is_valid():
        return _answer(request, report, approve_form=form)
    values = form.cleaned_data
    return _act(request, report, form, lambda: approve(report=report, by=request.user, **values), _("%s är godkänd."))


def report_return(request, slug, label, pk):
    """Send back what was read, or approved, with a reason for each field that has to change."""
    report = _overseen_report(request, slug, label, pk, to_edit=True)
    form = ReturnForm(request.POST or None, report=report)
    if request.method == "POST" and not (report.submitted_at and report.round.is_taking_answers):
        return _refuse(request, report, form)
    if request.method != "POST" or not form.is_valid():
        form = form if report.submitted_at else None  # no word of a draft
        return _answer(request, report, template="followup/report_return.html", return_form=form)
    values = form.cleaned_data
    done = _("%s är återlämnad.")
    return _act(request, report, form, lambda: send_back(report=report, by=request.user, **values), done)


def report_on_behalf(request, slug, label, pk):
    """Write down and hand in a party's answer. Its own draft is never shown."""
    report = _overseen_report(request, slug, label, pk, to_edit=True)
    former = report.last_submitted if report.returned_at and not report.submitted_at else None
    initial = {name: getattr(former, name) for name in Report.ANSWERS} if former else {}
    form = OnBehalfForm(request.POST or None, report=report, user=request.user, initial=initial)
    context = {**report_page(request, report, _("Lämna för parten")), "is_taken": bool(report.submitted_at)}
    return answer_form(
        request,
        form,
        "followup/report_on_behalf.html",
        context,
        url=reverse("followup:report_review", args=[slug, label, pk]) + Choice.of(request.GET).query(),
        done=_("Svaret är inlämnat för %(party)s. Det står vid rapporten att du lämnade det.")
        % {"party": report.party.name},
    )


def report_detail(request, slug, label, pk):
    """One report as it was handed in; of a returned one those who review read what was handed in before."""
    place = {"round__agreement__slug": slug, "round__label": label, "pk": pk}
    rows = Report.objects.for_page().filter(**place)
    readable = rows.visible_to(request.user).first()
    report = readable or rows.returned_visible_to(request.user).first()
    if report is None:
        raise Unseen(Report.objects.all(), place)
    context = {
        **report_context(request, report),
        **reading_context(request.user, report, readable or report.last_submitted),
        **({} if readable else {"stance": returned_stance(report)}),
        "can_report": Report.objects.editable_by(request.user).filter(pk=pk).exists(),
    }
    return render(request, "followup/report_detail.html", context)


def _overseen_report(request, slug, label, pk, to_edit=False):
    """A report in any state; what an unfinished one says is shown nowhere.

    Unseen is 404; seen but not overseen, or only read by the one who wants to change it, is 403.
    """
    place = {"round__agreement__slug": slug, "round__label": label, "pk": pk}
    rounds = Round.objects.overseen_by(request.user)
    report = Report.objects.for_page().filter(**place, round__in=rounds.values("pk")).first()
    if report is None:
        get_visible(Report.objects.all(), request.user, **place)
        raise PermissionDenied
    if to_edit and not rounds.editable_by(request.user).filter(pk=report.round_id).exists():
        raise PermissionDenied
    return report


def _act(request, report, form, change, done):
    """Do one verb on the report and answer with the next that waits, or with the same and why it was refused."""
    choice = Choice.of(request.GET)
    try:
        change()
    except VersionConflict:
        return _refuse(request, report, form)
    except Frozen as frozen:
        return _refuse(request, report, form, str(frozen))
    text = done % f"{report.party.name} {report.activity.number}"
    following = next_to_review(report, choice)
    if request.htmx:
        return _answer(request, following or report, done=text, changed=report)
    messages.success(request, text)
    if following:
        return redirect(reverse("followup:report_review", args=[*_place(following)]) + choice.query())
    return redirect(round_address(report.round) + choice.query())


def _refuse(request, report, form, why=""):
    """The report as it is now, why nothing was done, and what the ``form`` that was sent said."""
    return _answer(request, report, refused=why or moved_since(report), typed=form.typed)


def _answer(request, report, template="followup/report_review.html", changed=None, **more):
    """The panel of the control view to htmx, with what else of it has changed; the page to everybody else."""
    choice = Choice.of(request.GET)
    context = {**report_page(request, report, _("Granska")), **panel_context(request.user, report, choice, **more)}
    if not request.htmx:
        return render(request, template, context)
    if changed and (request.htmx.current_url_abs_path or "").startswith(round_address(report.round)):
        context |= changed_context(changed, choice)
    response = render(request, "followup/_review_answer.html", context)
    response["HX-Push-Url"] = "false"  # the address stays the control view's; on a boosted link no attribute says so
    return response


def _place(report):
    return [report.round.agreement.slug, report.round.label, report.pk]
