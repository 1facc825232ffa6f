"""The report form as one page: reading it, handing in all of it, taking it back, and leaving it to the approver."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agreements.frame import agreement_of
from followup import answers
from followup.at_hand import listed_reports
from followup.frame import round_frame
from followup.models import FormPresence, Incomplete, Report, ReportingRule, Round
from followup.party_form import (
    Row,
    checklist_of,
    context_of,
    first_unanswered,
    form_url,
    open_row,
    respondent_of,
    row_context,
    rows_of,
    stance_of,
)
from followup.report_forms import ReadyForm, ReportingRuleForm
from lib.db import Frozen, VersionConflict
from lib.forms import answer_form, clean_data
from lib.web import Unseen, get_editable


@require_safe
def party_form(request, slug, label, party):
    """All of the party's activities; to the script one row alone, open (``oppen``) or closed (``rad``)."""
    respondent = respondent_of(request.user, slug, label, party)
    rows = rows_of(respondent.round, respondent.party)
    asked = _key(request.GET.get("oppen")) or _key(request.GET.get("rad"))
    if request.htmx and asked:
        return _answer_row(request, respondent, rows, asked)
    may_write = respondent.can_report and respondent.round.is_taking_answers
    may_open = may_write and "rad" not in request.GET
    opened = open_row(rows, asked or first_unanswered(rows), user=request.user) if may_open else None
    return render(request, "followup/party_form.html", context_of(request, respondent, rows, opened))


def _answer_row(request, respondent, rows, pk):
    """One row, and beside it the checklist, in which colleagues may have changed something."""
    row = next((row for row in rows if row.report.pk == pk), None)
    if row is None:
        raise Http404
    if "oppen" in request.GET and respondent.can_report and respondent.round.is_taking_answers:
        open_row(rows, pk, user=request.user)
    context = context_of(request, respondent, rows, row if row.is_open else None)
    return render(request, "followup/_report_article.html", {**context, "row": row, "oob": True})


def answer_page(request, respondent, rows, opened, *, form, url):
    """Save the form of the open row, or show the page again with what is to be mended or compared."""
    context = context_of(request, respondent, rows, opened)
    return answer_form(request, form, "followup/party_form.html", context, url=url)


def oob(place, report, last=None):
    """(the row, the checklist) after a write, in one query; ``place`` knows what the person may do."""
    rows = [Row(other) for other in listed_reports(place)]
    mine = next(row for row in rows if row.report.pk == report.pk)
    mine.last = last
    return mine, checklist_of(rows, place, form_url(place.round, place.party))


@require_http_methods(["GET", "HEAD", "POST"])
def party_submit(request, slug, label, party):
    """Everything the party hands in, to be read once more; handed in all at once or not at all."""
    respondent = respondent_of(request.user, slug, label, party)
    if not respondent.can_report:
        raise PermissionDenied
    url = form_url(respondent.round, respondent.party)
    if request.method == "POST":
        return _answer_submit(request, respondent, url)
    rows = rows_of(respondent.round, respondent.party)
    agreement = agreement_of(request.user, respondent.round.agreement_id)
    context = round_frame(agreement, respondent.round, (respondent.party.name, url), (_("Granska och lämna in"), ""))
    context |= row_context(respondent, rows) | {"respondent": respondent, "url": url}
    context["stance"] = stance_of(respondent, rows)
    return render(request, "followup/party_submit.html", context | {"checklist": checklist_of(rows, respondent, url)})


def _answer_submit(request, respondent, url):
    again = redirect("followup:party_submit", *_place(respondent))
    try:
        count = answers.submit_package(respondent=respondent, versions=_versions(request), by=request.user)
    except VersionConflict:
        messages.warning(request, _("En kollega har ändrat något sedan du läste. Läs igen, och lämna in."))
    except Incomplete:
        messages.warning(request, _("Inget är inlämnat än. Några svar är inte kompletta: de står nedan."))
    except Frozen as frozen:
        messages.warning(request, str(frozen))
    else:
        messages.success(request, _handed_in(count))
        return redirect(url)
    return again


def _handed_in(count):
    if not count:
        return _("Allt är redan inlämnat.")
    text = ngettext("Tack! %(count)s svar är inlämnat.", "Tack! %(count)s svar är inlämnade.", count)
    return text % {"count": count} + " " + _("Nu läser samordnarna och organen dem.")


def _versions(request):
    """What was read, as sent: ``<key>:<version>`` for each report."""
    pairs = [value.partition(":") for value in request.POST.getlist("read")]
    return {_key(pk): _key(version) for pk, _colon, version in pairs}


@require_POST
def party_ready(request, slug, label, party):
    """Leave the answers to the approver, or back to the colleague (``back``), with a note."""
    respondent = respondent_of(request.user, slug, label, party)
    back = "back" in request.POST
    if not (respondent.can_approve if back else respondent.can_report):
        raise PermissionDenied
    form = ReadyForm(clean_data(request.POST))
    if not form.is_valid():
        messages.warning(request, " ".join(form.errors["ready_note"]))
        return redirect("followup:party_submit", *_place(respondent))
    note = form.cleaned_data["ready_note"]
    try:
        (answers.hand_back if back else answers.hand_to_approver)(respondent=respondent, note=note, by=request.user)
    except Incomplete:
        messages.warning(request, _("Några svar är inte kompletta. Checklistan visar vilka."))
    except Frozen as frozen:
        messages.warning(request, str(frozen))
    else:
        messages.success(request, _("Svaren är tillbaka hos kollegan.") if back else _("Godkännaren kan nu lämna in."))
    return redirect(form_url(respondent.round, respondent.party))


@require_POST
def party_retract(request, slug, label, party):
    """Take back everything that is handed in, while nobody has begun to review."""
    respondent = respondent_of(request.user, slug, label, party)
    if not respondent.can_report:
        raise PermissionDenied
    try:
        answers.retract_package(respondent=respondent, by=request.user)
    except Frozen as frozen:
        messages.warning(request, str(frozen))
    else:
        messages.success(request, _("Svaren är tillbaka hos er och kan ändras."))
    return redirect(form_url(respondent.round, respondent.party))


@require_POST
def party_presence(request, slug, label, party):
    """Say that I have the form open, and learn who else of the party has, and what they changed since I last asked."""
    respondent = respondent_of(request.user, slug, label, party)
    if not respondent.can_report:
        raise PermissionDenied
    place = {"round": respondent.round_id, "party": respondent.party_id}
    own = Report.objects.filter(**place, pk=_key(request.POST.get("report"))).first()
    FormPresence.objects.be_here(respondent, request.user, own)
    if respondent.begun_at is None:
        answers.begin(**place)
    context = {
        "colleagues": FormPresence.objects.others_in(respondent, request.user),
        "changed": _changed_since(place, _key(request.POST.get("since"))),
        "since": _newest(place),
    }
    return render(request, "followup/_report_presence.html", context)


def _changed_since(place, since):
    """(key, version) of the party's reports written after ``since``, a key of the history."""
    later = Report.history.filter(**place, history_id__gt=since).order_by("history_id") if since else ()
    return [*{row.id: row.version for row in later}.items()]


def _newest(place):
    return Report.history.filter(**place).order_by("-history_id").values_list("history_id", flat=True).first() or 0


def reporting_rule(request, slug, label, party):
    """Whether somebody who approves hands in for the party."""
    rule = get_rule(request, slug, label, party)
    form = ReportingRuleForm(request.POST or None, instance=rule, party=rule.party)
    round = Round.objects.get(agreement__slug=slug, label=label)
    context = round_frame(agreement_of(request.user, round.agreement_id), round, (_("Vem som lämnar in"), ""))
    return answer_form(
        request, form, "followup/reporting_rule.html", context | {"party": rule.party, "rule": rule}, url=request.path
    )


def get_rule(request, slug, label, party):
    """The party's rule, unsaved where it has none; for those who approve or look after its people."""
    from parties.models import Party, Right
    from parties.rights import with_right

    asked = Party.objects.filter(asked_in__round__agreement__slug=slug, asked_in__round__label=label, key=party)
    seen = with_right(asked, request.user, Right.SEE_PARTY, Right.ADMINISTER).first()
    if seen is None:
        raise Unseen(asked, {})
    rule = ReportingRule.objects.filter(party=seen).first()
    if rule:
        return get_editable(ReportingRule.objects.select_related("party"), request.user, pk=rule.pk)
    if not with_right(asked, request.user, Right.APPROVE, Right.ADMINISTER).exists():
        raise PermissionDenied
    return ReportingRule(party=seen)


def _place(respondent):
    return [respondent.round.agreement.slug, respondent.round.label, respondent.party.key]


def _key(text):
    """A key that was sent, or None."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None
