"""One report of the form: its fields, its quick answers, and handing it in or taking it back."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from agreements.frame import agreement_of
from followup import answers, at_hand
from followup.form_views import answer_page, oob
from followup.frame import round_frame
from followup.models import Incomplete, Report
from followup.numbers import asked_groups
from followup.party_form import Row, after, form_url, last_answers, open_row, respondent_of, rows_of, saved_at
from followup.report_forms import ReportForm
from lib.db import Frozen, VersionConflict
from lib.forms import VersionField, shown
from lib.web import Unseen


@require_http_methods(["GET", "HEAD", "POST"])
def report_edit(request, slug, label, pk):
    """The form with this report open; saves the whole of it where there is no script."""
    report = own_report(request, slug, label, pk)
    if request.method != "POST":
        return redirect(form_url(report.round, report.party, pk))
    last = last_of(report)
    form = ReportForm(_with_copied_text(request, last), instance=report, user=request.user, last=last)
    if report.why_closed():
        return answer_closed(request, report, form.typed(), report.why_closed())
    respondent = respondent_of(request.user, slug, label, report.party.key)
    rows = rows_of(respondent.round, respondent.party)
    opened = open_row(rows, pk, user=request.user, form=form)

    def url(_row):
        return _next_url(request, respondent, rows, form)

    answers.begin(round=report.round_id, party=report.party_id)
    return answer_page(request, respondent, rows, opened, form=form, url=url)


def _with_copied_text(request, last):
    """What was sent; where last time's text was asked for it follows upon what is written."""
    if "copy" not in request.POST:
        return request.POST
    data = request.POST.copy()
    data["text"] = "\n\n".join(filter(None, (data.get("text", "").strip(), last.text if last else "")))
    return data


def _next_url(request, respondent, rows, form):
    """The next row where this one is done and that was asked for; else the same row, which says what is missing."""
    report = form.instance
    following = after(rows, report.pk)
    if "next" in request.POST and not report.missing():
        return form_url(respondent.round, respondent.party, following and following.report.pk)
    return form_url(respondent.round, respondent.party, report.pk)


@require_POST
def report_field(request, slug, label, pk):
    """Save one field: the row's state, what to mend (422) or both texts (409). The checklist where it has changed."""
    report, name = own_report(request, slug, label, pk), request.POST.get("field", "")
    if name not in Report.ANSWERS or (name == "numbers" and not asked_groups(report.activity.counts)):
        return _note(request, report, name, kind="error", errors=[_("Det fältet går inte att ändra här.")], status=422)
    known = report.version, report.missing()  # before the form writes in the report
    try:
        form = answers.save_field(report=report, name=name, data=request.POST, by=request.user)
    except VersionConflict as conflict:
        return _both_texts(request, report, name, conflict.current)
    except Frozen as frozen:
        return _note(request, report, name, kind="closed", errors=[str(frozen)], status=409)
    if form.errors:
        errors = [error for listed in form.errors.values() for error in listed]
        asks = form.asks_of_persons()
        return _note(request, report, name, kind="error", errors=errors, asks=asks, form=form, status=422)
    is_listed = known == (VersionField().clean(request.POST.get("version")), form.instance.missing())
    return _answer_saved(request, report, form.instance, is_listed)


def _answer_saved(request, place, report, is_listed):
    """The state of the row and, unless the reader's checklist already shows it as it is, that beside it.

    ``place`` is the report that knows what the person may do.
    """
    if place.begun_at is None:
        answers.begin(round=place.round_id, party=place.party_id)
    row, checklist = (Row(report), None) if is_listed else oob(place, report)
    context = {"row": row, "checklist": checklist, "oob": not is_listed}
    response = render(request, "followup/_report_status.html", context)
    response["X-Saved-At"] = saved_at()
    return response


def _both_texts(request, report, name, current):
    """409: what I wrote and what a colleague saved meanwhile."""
    current.activity = report.activity
    form = answers.field_form(current, name, request.POST, user=request.user)
    last = current.history.select_related("history_user").first()
    both = {
        "mine": shown(form[name].field, form[name].data),
        "theirs": shown(form[name].field, getattr(current, name)),
        "stored": current.numbers if name == "numbers" else getattr(current, name) or "",
        "who": last and last.history_user and last.history_user.name,
        "at": last and last.history_date,
    }
    return _note(request, report, name, kind="conflict", version=current.version, status=409, **both)


def _note(request, report, name, *, status, **note):
    """What a field has to say of what was typed in it, which stays there."""
    label = str(Report._meta.get_field(name).verbose_name) if name in Report.ANSWERS else ""
    typed = request.POST.get("value", "")
    context = {"note": {"field": name, "label": label, "typed": typed, **note}, "report": report}
    return render(request, "followup/_answer_note.html", context, status=status)


@require_POST
def report_quick(request, slug, label, pk):
    """Answer with one key: the row closed and the checklist to the script, the form again to everybody else."""
    report, answer = own_report(request, slug, label, pk), request.POST.get("answer", "")
    if answer not in answers.QUICK:
        return _answer_quick(request, report, _("Välj ett av snabbsvaren."))
    last = last_of(report)
    version = VersionField().clean(request.POST.get("version"))
    try:
        answers.answer_quickly(report=report, answer=answer, version=version, last=last, by=request.user)
    except VersionConflict:
        return _answer_quick(request, report, _("En kollega har svarat samtidigt. Läs svaret innan du ändrar det."))
    except Frozen as frozen:
        return _answer_quick(request, report, str(frozen))
    except Incomplete as incomplete:
        return _answer_quick(request, report, " ".join(map(str, incomplete.args[0].values())))
    if report.begun_at is None:
        answers.begin(round=report.round_id, party=report.party_id)
    return _answer_quick(request, report, "", last)


def _answer_quick(request, report, refusal, last=None):
    """The row as it is now; ``refusal`` says why nothing was saved."""
    if not request.htmx:
        if refusal:
            messages.warning(request, refusal)
        rows = rows_of(report.round, report.party)
        following = report if refusal or report.missing() else after(rows, report.pk)
        following = getattr(following, "report", following)
        return redirect(form_url(report.round, report.party, following and following.pk))
    if refusal:
        return _note(request, report, "status", kind="closed", errors=[refusal], status=409)
    row, checklist = oob(report, report, last=last)
    context = {"row": row, "checklist": checklist, "oob": True, "round": report.round, "is_writing": True}
    response = render(request, "followup/_report_article.html", context)
    response["X-Saved-At"] = saved_at()
    return response


@require_POST
def report_submit(request, slug, label, pk):
    """Hand in one saved report."""
    report = own_report(request, slug, label, pk)
    if report.needs_approver and not report.can_approve:
        raise PermissionDenied
    try:
        report.submit(by=request.user, version=VersionField().clean(request.POST.get("version")))
    except VersionConflict:
        messages.warning(request, _("En kollega har sparat en nyare text. Läs den, och lämna in igen."))
    except Incomplete as incomplete:
        for advice in incomplete.args[0].values():
            messages.warning(request, advice)
    except Frozen as frozen:
        messages.warning(request, str(frozen))
    else:
        messages.success(request, _("Svaret är inlämnat. Nu läser samordnarna och organen det."))
        return redirect(f"{form_url(report.round, report.party)}#r{pk}")
    return redirect(form_url(report.round, report.party, pk))


@require_POST
def report_retract(request, slug, label, pk):
    """Take one report back, while nobody has begun to review."""
    report = own_report(request, slug, label, pk)
    try:
        report.retract(by=request.user)
    except Frozen as frozen:
        messages.warning(request, str(frozen))
    else:
        messages.success(request, _("Svaret är tillbaka hos er och kan ändras."))
    return redirect(form_url(report.round, report.party, pk))


def own_report(request, slug, label, pk):
    """A report of the user's own party, one that the user reports for: unseen is 404, read-only is 403. One query."""
    report = at_hand.own_report(request.user, slug, label, pk)
    if report is None:
        raise Unseen(Report.objects.all(), {"round__agreement__slug": slug, "round__label": label, "pk": pk})
    if not report.can_report:
        raise PermissionDenied
    return report


def last_of(report):
    """What the party last handed in of the same activity, or None."""
    lineage = report.activity.lineage
    return last_answers(report.party, report.round, {lineage}).get(lineage)


def answer_closed(request, report, typed, reason):
    """409: nothing more is taken; the page holds what was typed, to copy."""
    agreement = agreement_of(request.user, report.round.agreement_id)
    context = round_frame(agreement, report.round, (str(report), ""))
    context |= {"report": report, "typed": typed, "reason": reason, "url": form_url(report.round, report.party)}
    return render(request, "followup/report_edit.html", context, status=409)
