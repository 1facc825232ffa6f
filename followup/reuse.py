"""One answer for several counties: an agency says the same in each, and adds what is the county's own."""

from django.contrib import messages
from django.db import transaction
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.frame import agreement_of
from followup.frame import report_stance, round_frame
from followup.models import Report
from followup.party_form import form_url
from followup.report_views import own_report
from lib.db import Frozen, VersionConflict

# What one answer gives another: not counts, which belong to a county, nor questions to its council, nor what it adds.
REUSED = Report.REPEATED


def report_reuse(request, slug, label, pk):
    """Choose among the party's other open reports which get the same answer as this one."""
    report = own_report(request, slug, label, pk)
    if request.method != "POST" or not (chosen := _chosen(request)):
        if request.method == "POST":
            messages.warning(request, _("Välj minst en aktivitet."))
        return _answer_page(request, report)
    copied, left = reuse(report=report, versions=chosen, by=request.user)
    if copied:
        one, many = "Svaret är kopierat till %(count)s aktivitet.", "Svaret är kopierat till %(count)s aktiviteter."
        text = ngettext(one, many, copied)
        messages.success(request, text % {"count": copied})
    for other in left:
        messages.warning(request, _("%(report)s ändrades av en kollega och är inte rörd.") % {"report": other.activity})
    return _answer_page(request, report) if left else redirect(form_url(report.round, report.party, pk))


def others_of(report):
    """The party's reports in other agreements that it can still write in, by county; the same activity first."""
    others = Report.objects.filter(party=report.party_id, submitted_at__isnull=True, round__opened_at__isnull=False)
    found = others.filter(round__closed_at__isnull=True).exclude(round__agreement=report.round.agreement_id)
    rows = found.select_related("round__agreement__county", "activity").order_by(
        "round__agreement__county__name", "round__agreement", "activity__order", "pk"
    )
    return sorted(rows, key=lambda row: row.activity.title.casefold() != report.activity.title.casefold())


def reuse(*, report, versions, by):
    """Copy the answer to the reports in ``versions`` (pk → version as read).

    Returns (how many, [reports that a colleague changed meanwhile, left alone]).
    """
    answers = {name: getattr(report, name) for name in REUSED} | {"reused_from": report, "is_unchanged": False}
    copied, left = 0, []
    for other in others_of(report):
        if other.pk not in versions:
            continue
        try:
            with transaction.atomic():
                other.save_answers(answers, version=versions[other.pk], by=by)
        except (VersionConflict, Frozen):
            left.append(other)
        else:
            copied += 1
    return copied, left


def _chosen(request):
    """What was ticked, as sent: ``<key>:<version>``."""
    pairs = [value.partition(":") for value in request.POST.getlist("to")]
    return {int(pk): int(version) for pk, _colon, version in pairs if _is_key(pk) and _is_key(version)}


def _is_key(text):
    return text.isascii() and text.isdigit() and len(text) < 10


def _answer_page(request, report):
    agreement = agreement_of(request.user, report.round.agreement_id)
    form = form_url(report.round, report.party, report.pk)
    others = others_of(report)
    for other in others:
        other.is_same = other.activity.title.casefold() == report.activity.title.casefold()
        other.is_ticked = other.is_same and not other.has_answer
    context = round_frame(agreement, report.round, (report.activity.number, form), (_("Använd i fler län"), ""))
    context |= {"report": report, "others": others, "form_page": form, "stance": report_stance(report)}
    return render(request, "followup/report_reuse.html", context)
