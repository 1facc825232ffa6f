"""What the pages of the review show: the control view, and one report beside what it said last time."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from agreements.frame import agreement_of
from agreements.models import Agreement
from followup.control import CHOICES, Choice, Sum, control_of, queue_of, state_of, table_of
from followup.frame import keep_names, round_frame, round_stance
from followup.models import Report, Respondent, Return, Round
from followup.review_forms import ApproveForm, BulkForm, ReturnForm
from followup.side_by_side import author_of, counted_in, is_own, last_time, roles_of, said_in, trail_of
from followup.small_numbers import HIDDEN_NOTE

SELECTED_AT_ONCE = ("tysta", "forsenade", "aterlamnade")  # choices one makes to remind all of them

DAYS_TOLD = 60


def round_address(round):
    return reverse("followup:round_review", args=[round.agreement.slug, round.label])


def can_review(user, round):
    """Whether the user may do anything here, and not only read."""
    return round.is_taking_answers and Round.objects.editable_by(user).filter(pk=round.pk).exists()


def control_context(page, *, bulk_form=None, chosen=None):
    """Everything of the OpenedControl but the report beside it; the same number of queries whatever it holds."""
    round, choice = page.round, page.choice
    control = control_of(round)
    areas, rows = table_of(control, choice)
    selected = selected_lines(control, choice, page.data) if chosen is None else {party.pk for party in chosen}
    picked = [line for line, _columns in rows if line.party.pk in selected]
    return {
        "control": control,
        "figures": list(control.figures()),
        "areas": areas,
        "is_folded": any(area.is_folded for area in areas),
        "rows": rows,
        "choice": choice,
        "choices": _choices(control, choice),
        "selected": selected,
        "selected_count": len(picked),
        "selected_waiting": sum(line.waiting for line in picked),
        "bulk_form": bulk_form or BulkForm(),
        "can_review": page.can_review,
        "queue": queue_of(round, choice)[:1],
        "stance": review_stance(round),
        "none_selected": (choice.query() or "?") + "&valj=inga",
        **_addresses(round),
        "days_text": days_text(round),
    }


def _addresses(round):
    place = [round.agreement.slug, round.label]
    return {
        "start_review": _address("round_start_review", place),
        "mails": _address("round_mails", place),
    }


def _address(name, place):
    return reverse(f"followup:{name}", args=place)


def days_text(round):
    """How long it is to the last day, while answers are awaited."""
    days = (round.due_on - timezone.localdate()).days
    if not round.is_taking_answers or days > DAYS_TOLD:
        return ""
    if days < 0:
        return ngettext("för %d dag sedan", "för %d dagar sedan", -days) % -days
    return ngettext("om %d dag", "om %d dagar", days) % days if days else _("i dag")


def changed_context(report, choice):
    """What of the control view has another look after something was done with one report."""
    control = control_of(report.round)
    line = next(line for line in control.lines if line.party.pk == report.party_id)
    cell = next(cell for cell in line.cells if cell.pk == report.pk)
    area = next((area for area in choice.areas(control) if area.pk == cell.area), None)
    is_folded = area is not None and area.is_folded
    return {
        "control": control,
        "figures": list(control.figures()),
        "changed_line": line,
        "changed_cell": None if is_folded or area is None else cell,
        "changed_sum": Sum(area, line) if is_folded else None,
    }


def selected_lines(control, choice, data):
    """The parties whose boxes are ticked from the start: the silent, or all of a choice made to remind them."""
    if data.get("valj") == "inga":
        return set()
    lines = (
        choice.lines(control) if choice.visa in SELECTED_AT_ONCE else control.silent if choice.visa == "alla" else []
    )
    return {line.party.pk for line in lines}


def _choices(control, choice):
    for code, (label, belongs) in CHOICES.items():
        count = sum(bool(belongs(line)) for line in control.lines)
        yield {"label": label, "count": count, "url": choice.query(visa=code), "is_chosen": choice.visa == code}


def review_stance(round):
    """Which state the round is in, and what those who review it read."""
    stance = round_stance(round.agreement, round)
    if not round.is_taking_answers:
        return stance
    return {**stance, "readers": _("Du läser det som är inlämnat. Utkast syns bara för parten.")}


def returned_stance(report):
    """Which state a returned report is in, and what others than its party read of it."""
    readers = _("Du läser det som var inlämnat. Det %(party)s skriver nu syns bara för dem.")
    return {"state": "sent", "label": _("Återlämnad"), "readers": readers % {"party": report.party.name}}


def report_page(request, report, title):
    """Where a page about one report of the review stands."""
    round = report.round
    keep_names(report)
    agreement = agreement_of(request.user, round.agreement_id)
    query = Choice.of(request.GET).query()
    trail = [(_("Läget"), round_address(round) + query), (f"{report}", "")]
    return {
        **round_frame(agreement, round, *trail),
        "report": report,
        "query": query,
        "stance": review_stance(round),
    }


def panel_context(user, report, choice=None, *, approve_form=None, return_form=None, refused="", typed=(), done=""):
    """One report for those who review it: what is handed in, never what is being written.

    ``typed`` is what the reader wrote in the form that was ``refused``, (label, text), to be copied.
    """
    shown = report if report.submitted_at else report.last_submitted if report.returned_at else None
    may, place = can_review(user, report.round), [report.round.agreement.slug, report.round.label]
    return {
        **reading_context(user, report, shown),
        **_neighbours(report, choice or Choice()),
        "known_state": known_state(report),
        "extend_url": _address("respondent_extend", [*place, report.party.key]),
        "version": str(report.version) if report.submitted_at else "",
        "can_review": may,
        "approve_form": approve_form or ApproveForm(),
        "return_form": return_form or (ReturnForm(report=report) if may and report.submitted_at else None),
        "is_returning": bool(return_form),
        "refused": refused,
        "typed": typed,
        "done": done,
    }


def reading_context(user, report, shown):
    """What ``shown``, the report as the reader may see it or None, says beside last time, and the report's history."""
    returns = list(Return.objects.visible_to(user).filter(report=report))
    reasons = returns[-1].reasons if returns and report.returned_at else {}
    own, before = is_own(report, user), last_time(report, user)
    is_inside = own or _reviews(user, report)
    if shown is not None and shown is not report:
        shown.round, shown.activity, shown.party = report.round, report.activity, report.party
    counted = counted_in(shown, before, own) if shown else []
    return {
        "shown": shown,
        "before": before,
        "said": list(said_in(shown, before, reasons)) if shown else [],
        "counted": counted,
        "counts_reason": reasons.get("numbers", ""),
        "hidden_note": HIDDEN_NOTE if any("hidden" in (now["kind"], then["kind"]) for _l, now, then in counted) else "",
        "files": _files(report) if shown is report else [],
        "returned": returns[-1] if returns and report.returned_at else None,
        "trail": trail_of(report, returns if is_inside else None),
        "author": _author(shown, report.party),
        "review_comment": report.review_comment if report.approved_at and is_inside else "",
    }


def moved_since(report):
    """What has happened to a report that cannot be acted on as it was read."""
    if not report.round.is_taking_answers:
        return _("Omgången tar inte emot svar. Öppna den igen för att granska.")
    if report.returned_at:
        return _("En kollega har återlämnat rapporten sedan du läste.")
    if not report.submitted_at:
        return _("Rapporten är inte inlämnad. Parten har den hos sig.")
    if report.approved_at:
        return _("En kollega har godkänt rapporten sedan du läste.")
    return _("Parten har lämnat in på nytt sedan du läste. Läs svaret igen.")


def known_state(report):
    """The report's state as the coordinators know it. One query."""
    place = {"round": report.round_id, "party": report.party_id}
    has_begun = Respondent.objects.filter(**place, begun_at__isnull=False).exists()
    return state_of(report.approved_at, report.submitted_at, report.returned_at, has_begun)


def _reviews(user, report):
    """Whether the reader is among those who read what is handed in before the public does."""
    return Agreement.objects.submitted_visible_to(user).filter(pk=report.round.agreement_id).exists()


def _author(shown, party):
    return author_of(shown, party, roles_of(party.pk, [shown])) if shown and shown.submitted_at else ""


def _files(report):
    """(file, address) of the report's files."""
    place = [report.round.agreement.slug, report.round.label, report.pk]
    return [(file, _address("report_file_download", [*place, file.pk])) for file in report.files.all()]


def _neighbours(report, choice):
    """Where the report stands among those that wait: ``place`` of ``waiting``, ``previous`` and ``following``."""
    keys = queue_of(report.round, choice, report.pk)
    index = keys.index(report.pk)
    is_waiting = report.state == "submitted"
    return {
        "place": index + 1 if is_waiting else None,
        "waiting": len(keys) - (not is_waiting),
        "previous": keys[index - 1] if index else None,
        "following": keys[index + 1] if index + 1 < len(keys) else None,
    }


def next_to_review(report, choice):
    """The report that waits after this one, from the first again at the end; None where no other waits."""
    keys = queue_of(report.round, choice, report.pk)
    index = keys.index(report.pk)
    following = [*keys[index + 1 :], *keys[:index]]
    return Report.objects.for_page().get(pk=following[0]) if following else None
