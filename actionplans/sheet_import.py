"""Importing an edition's spreadsheet: the same door for the preview, which is undone, and the import, which is kept."""

import hashlib
import json
from collections import Counter
from dataclasses import astuple, dataclass, field

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from actionplans import steps
from actionplans.models import Edition
from actionplans.sheet_reading import Reading
from actionplans.sheet_rows import CONFLICT, PlanOutcome, PlanRows
from agreements.models import StagedWorkbook
from lib.db import Frozen
from lib.spreadsheets import Grid, Problem
from lib.workbook import CHANGED, IMPORT, NEW, REFUSED, UNCHANGED, Run


@dataclass
class Result:
    """What an import does, or would do, to its ``subject``: an edition, or a party's place in a round."""

    subject: Edition
    outcomes: list[PlanOutcome] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    missing: list = field(default_factory=list)  # activities that the file does not have
    saved: bool = False

    def of_kind(self, kind):
        return [outcome for outcome in self.outcomes if outcome.kind == kind]

    @property
    def new(self):
        return self.of_kind(NEW)

    @property
    def changed(self):
        return self.of_kind(CHANGED)

    @property
    def plainly_changed(self):
        """The changed rows that nobody has to choose about."""
        return [outcome for outcome in self.changed if not outcome.choice]

    @property
    def conflicts(self):
        """The rows that somebody has to choose about, or has chosen about."""
        return [outcome for outcome in self.outcomes if outcome.choice]

    @property
    def unchosen(self):
        return self.of_kind(CONFLICT)

    @property
    def behind(self):
        return [outcome for outcome in self.outcomes if outcome.is_behind and not outcome.is_gone]

    @property
    def gone(self):
        return [outcome for outcome in self.outcomes if outcome.is_gone and not outcome.choice]

    @property
    def all_problems(self):
        return [*self.problems, *(problem for row in self.of_kind(REFUSED) for problem in row.problems)]

    @property
    def is_refused(self):
        return bool(self.all_problems)

    @property
    def writes(self):
        """Whether there is anything to import."""
        return bool(self.new or self.changed or self.conflicts)

    @property
    def counts(self):
        """N nya, N ändrade, N oförändrade; conflicts and refused rows only where there are any."""
        count = Counter(outcome.kind for outcome in self.outcomes)
        words = {
            NEW: ngettext("%d ny", "%d nya", count[NEW]),
            CHANGED: ngettext("%d ändrad", "%d ändrade", count[CHANGED]),
            UNCHANGED: ngettext("%d oförändrad", "%d oförändrade", count[UNCHANGED]),
            CONFLICT: _("%d att välja om"),
            REFUSED: ngettext("%d avvisad", "%d avvisade", count[REFUSED]),
        }
        always = (NEW, CHANGED, UNCHANGED)
        return ", ".join(words[kind] % count[kind] for kind in words if count[kind] or kind in always)

    @property
    def fingerprint(self):
        """The same only if the same rows, at the same versions, would change in the same way; whatever is chosen."""
        rows = [
            (row.row, row.label, row.found, row.version, [astuple(change) for change in row.changes])
            for row in self.outcomes
            if row.found != UNCHANGED
        ]
        problems = [astuple(problem) for problem in self.all_problems]
        return hashlib.sha256(json.dumps([rows, problems], ensure_ascii=False).encode()).hexdigest()


class Moved(Exception):
    """Since the preview somebody changed what the import would do. ``result`` is what it would do now."""

    def __init__(self, result):
        super().__init__(result.counts)
        self.result = result


def import_plan(grids, *, edition, by, name="", choices=None, save=False, expected=None):
    """Read a file's grids into an edition that is not adopted, or only try to.

    Everything is tried in one transaction, which is kept when ``save`` is asked for, no row was refused and every
    conflict has its choice (lineage → mine or theirs); then it is one step that its author can undo. With
    ``expected``, the fingerprint of a preview, Moved is raised where anything else would happen now. Raises Frozen.
    """
    with transaction.atomic():
        Edition.lock_open(edition.pk)
        if not Edition.objects.editable_by(by).filter(pk=edition.pk).exists():
            raise Frozen(_("Du får inte längre ändra i versionen. Inget är inläst."))
        result, rows = _try(grids, Run(subject=edition, user=by, reason=f"{IMPORT} {name}"), choices)
        moved = expected is not None and result.fingerprint != expected
        result.saved = save and not (moved or result.is_refused or result.unchosen)
        if result.saved:
            steps.record(edition=edition, by=by, label=_("Läste in %s") % name, rows=rows.steps)
        else:
            transaction.set_rollback(True)
    if moved and not result.is_refused:
        raise Moved(result)
    return result


def _try(grids, run, choices):
    """The result of importing everything, and the rows as they then are."""
    reading = Reading(grids, run)
    result = Result(run.subject, problems=reading.problems, notes=reading.notes)
    rows = PlanRows(run, choices)
    if not reading.problems:
        result.outcomes = rows.import_lines(reading.lines)
        given = {line.lineage for line in reading.lines}
        result.missing = [row for lineage, row in rows.stored.items() if lineage not in given]
    return result, rows


def preview_plan(staged, *, edition, by, choices=None):
    """What importing a staged file would do."""
    return import_plan(_grids(staged), edition=edition, by=by, choices=choices)


def import_staged_plan(staged, *, edition, by, expected, choices):
    """Import a staged file, once, if it does what ``expected`` (file and fingerprint of the preview) says.

    When it is refused, lacks a choice or does something else, the file is kept. Raises Moved and Frozen.
    """
    with transaction.atomic():
        is_previewed = staged.is_intact and expected.startswith(staged.digest)
        if not is_previewed or not StagedWorkbook.objects.filter(pk=staged.pk).delete()[0]:
            raise Moved(preview_plan(staged, edition=edition, by=by, choices=choices))
        result = import_plan(
            _grids(staged), edition=edition, by=by, name=staged.name, choices=choices, save=True,
            expected=expected.removeprefix(staged.digest),
        )  # fmt: skip
        if not result.saved:
            transaction.set_rollback(True)
    return result


def stage_plan(*, user, session, name, grids):
    """Keep the grids of an uploaded file for a preview."""
    kept = [[grid.name, grid.rows, grid.merged, grid.hidden] for grid in grids]
    return StagedWorkbook.objects.stage(user=user, session=session, name=name, grids=kept)


def _grids(staged):
    grids = []
    for name, rows, *marks in staged.grids():
        merged, hidden = marks or ([], [])
        grids.append(Grid(name, [(number, cells) for number, cells in rows], merged, hidden))
    return grids
