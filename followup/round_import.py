"""Reading a party's round from its spreadsheet: the same rules as the form, the same door for preview and import.

A file was right when it was fetched. What somebody wrote in it since is what differs from the report at the version the
row names, and only that is read in; where a colleague has changed the same cell meanwhile, a person chooses.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from actionplans.sheet_import import Moved, Result
from actionplans.sheet_rows import CHOICE, CONFLICT, THEIRS, Both, PlanOutcome
from agreements.models import StagedWorkbook
from followup.models import Report, Respondent, Round
from followup.numbers import asked_groups
from followup.report_forms import field_form
from followup.round_sheet import ABOUT, REPORT, SHEET, TOKEN, VERSION, columns_of, token
from lib.cells import Misread, tidy
from lib.db import Frozen
from lib.spreadsheets import Grid, Problem
from lib.swedish import fold
from lib.workbook import CHANGED, REFUSED, UNCHANGED


def import_round(grids, *, respondent, by, choices=None, save=False, expected=None):
    """Read a file's grids into the party's reports that are not handed in, or only try to.

    Everything is tried in one transaction, which is kept when ``save`` is asked for, no row was refused and every
    conflict has its choice (report → mine or theirs). With ``expected``, the fingerprint of a preview, Moved is raised
    where anything else would happen now. Raises Frozen where the round is closed or the person may no longer write.
    """
    with transaction.atomic():
        if not Round.hold(respondent.round_id).is_taking_answers:
            raise Frozen(_("Omgången är stängd. Inget är inläst. Hör av dig till samordnaren."))
        if not Respondent.objects.editable_by(by).filter(pk=respondent.pk).exists():
            raise Frozen(_("Du rapporterar inte längre för parten. Inget är inläst."))
        result = _Reading(grids, respondent, by, choices or {}).result
        moved = expected is not None and result.fingerprint != expected
        result.saved = save and not (moved or result.is_refused or result.unchosen)
        if not result.saved:
            transaction.set_rollback(True)
    if moved and not result.is_refused:
        raise Moved(result)
    return result


def import_staged_round(staged, *, respondent, by, expected, choices):
    """Import a staged file, once, if it does what ``expected`` (file and fingerprint of the preview) says.

    When it is refused, lacks a choice or does something else, the file is kept. Raises Moved and Frozen.
    """
    with transaction.atomic():
        is_previewed = staged.is_intact and expected.startswith(staged.digest)
        if not is_previewed or not StagedWorkbook.objects.filter(pk=staged.pk).delete()[0]:
            raise Moved(import_round(grids_of(staged), respondent=respondent, by=by, choices=choices))
        result = import_round(
            grids_of(staged), respondent=respondent, by=by, choices=choices, save=True,
            expected=expected.removeprefix(staged.digest),
        )  # fmt: skip
        if not result.saved:
            transaction.set_rollback(True)
    return result


def grids_of(staged):
    """The grids of a staged file."""
    return [Grid(name, [(number, cells) for number, cells in rows]) for name, rows, *_marks in staged.grids()]


class _Reading:
    """One reading of a file: finds the rows' reports, compares them three ways, and writes what was changed in it."""

    def __init__(self, grids, respondent, by, choices):
        self.respondent, self.by, self.choices = respondent, by, choices
        self.result = Result(respondent)
        held = Report.objects.filter(round=respondent.round_id, party=respondent.party_id)
        held = held.select_related("activity").select_for_update(of=("self",), no_key=True).order_by("pk")
        self.reports = {report.pk: report for report in held}
        self.columns = columns_of(self.reports.values())
        self._refuse_other_files(grids)
        head = None if self.result.problems else self._find_head(grids)
        if head:
            self._read(*head)

    def _problem(self, row, column, message):
        return Problem(SHEET, row, column, str(message))

    def _refuse_other_files(self, grids):
        """The sheet Om names the round and the party that the file was fetched for."""
        named = [
            cells[1]
            for grid in grids
            if fold(grid.name) == fold(ABOUT)
            for _number, cells in grid.rows
            if len(cells) > 1 and fold(cells[0]) == fold(TOKEN)
        ]
        if named and token(self.respondent) not in named:
            message = _("Filen är hämtad för en annan part eller omgång. Läs in den där, eller hämta en ny härifrån.")
            self.result.problems.append(Problem(ABOUT, None, "", message))

    def _find_head(self, grids):
        """(rows below the head, heading → place) of the first sheet that names the hidden columns."""
        for grid in grids:
            for place, (_number, cells) in enumerate(grid.rows):
                names = {fold(cell): position for position, cell in enumerate(cells)}
                if fold(REPORT) in names and fold(VERSION) in names:
                    return grid.rows[place + 1 :], names
        message = _("Filen har inget blad med omgångens kolumner. Hämta en ny fil och skriv i den.")
        self.result.problems.append(Problem("", None, "", message))
        return None

    def _read(self, rows, names):
        lines = []
        for number, cells in rows:
            texts = {name: tidy(cells[place]) if place < len(cells) else "" for name, place in names.items()}
            if any(texts.values()):
                lines.append((number, texts))
        past, seen = self._past(lines), set()
        for number, texts in lines:
            key = (_whole(texts[fold(REPORT)]), _whole(texts[fold(VERSION)]))
            report = self.reports.get(key[0])
            if report is None or key[0] in seen:
                message = _("Raden hör inte till er omgång eller står två gånger. Ta bort den, eller hämta en ny fil.")
                self.result.problems.append(self._problem(number, "", message))
                continue
            seen.add(key[0])
            self.result.outcomes.append(self._row(number, texts, report, past.get(key)))
        missing = [report.activity for pk, report in self.reports.items() if pk not in seen and not report.submitted_at]
        self.result.missing = missing

    def _past(self, lines):
        """(report, version) → the line of history that the file was fetched at."""
        wanted = {(_whole(texts[fold(REPORT)]), _whole(texts[fold(VERSION)])) for _number, texts in lines}
        found = Report.history.filter(
            id__in=[pk for pk, _version in wanted if pk in self.reports],
            version__in=[version for _pk, version in wanted if version is not None],
        )
        return {(row.id, row.version): row for row in found.order_by("history_id")}

    def _row(self, number, texts, report, past):
        """The Outcome of one row; what it changes is written."""
        outcome = PlanOutcome(
            sheet=SHEET, row=number, label=report.activity.number, title=report.activity.title, kind=UNCHANGED,
            version=report.version, found=UNCHANGED,
        )  # fmt: skip
        past = past or report
        given = [(column, texts[fold(column.heading)]) for column in self.columns if fold(column.heading) in texts]
        mine = [(column, text) for column, text in given if text != column.text(past) and text != column.text(report)]
        outcome.is_behind = past.version != report.version and not mine
        if not mine:
            return outcome
        if report.submitted_at:
            outcome.problems.append(self._problem(number, "", report.why_closed()))
        clashing = [pair for pair in mine if pair[0].text(past) != pair[0].text(report)]
        answers = self._answers(number, mine, report, outcome.problems)
        outcome.changes = [Both(c.heading, c.text(report), text, c.text(past)) for c, text in mine]
        if outcome.problems:
            outcome.kind = outcome.found = REFUSED
            return outcome
        if clashing:
            outcome.found, outcome.choice = CONFLICT, f"{CHOICE}{report.pk}"
            outcome.chosen = self.choices.get(str(report.pk), "")
            outcome.kind = {"": CONFLICT, THEIRS: UNCHANGED}.get(outcome.chosen, CHANGED)
        else:
            outcome.kind = outcome.found = CHANGED
        if outcome.kind == CHANGED:
            report.save_answers(answers, version=report.version, by=self.by)
        return outcome

    def _answers(self, number, mine, report, problems):
        """field → value of what the row says, read by the form's own fields; what they refuse goes to ``problems``."""
        answers = {}
        for field in dict.fromkeys(column.field for column, _text in mine):
            columns = [(column, text) for column, text in mine if column.field == field]
            try:
                sent = self._sent(field, columns, report)
            except Misread as error:
                problems.append(self._problem(number, columns[0][0].heading, error))
                continue
            form = field_form(report, field, sent, user=self.by)
            form.full_clean()
            for error in [error for errors in form.errors.values() for error in errors]:
                problems.append(self._problem(number, columns[0][0].heading, error))
            answers |= {field: form.cleaned_data[field]} if field in form.cleaned_data else {}
        return answers

    def _sent(self, field, columns, report):
        """What the form would have sent of a field; of counts all, those left alone as they are stored."""
        sent = {"version": str(report.version)}
        if field == "numbers":
            asked = asked_groups(report.activity.counts)
            for column in self.columns:
                if column.field == "numbers" and column.group in asked:
                    sent |= column.sent(column.text(report))
            if strange := [column for column, text in columns if column.group not in asked and text]:
                raise Misread(_("Aktiviteten frågar inte efter %(what)s. Töm cellen.") % {"what": strange[0].heading})
        for column, text in columns:
            if field != "numbers" or column.group in asked:
                if field == "numbers":
                    sent.pop(f"{column.name}_missing", None)
                sent |= column.sent(text)
        return sent


def _whole(text):
    """The whole number of a hidden cell, or None."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None
