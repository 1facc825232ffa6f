"""The agreement workbook: all sheets in their order, read and written as one."""

import hashlib
import json
from dataclasses import astuple, dataclass, field
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from actionplans.importing import ActionPlanResource, ActivityResource, EditionResource
from agreements.importing import (
    AccessionResource,
    ActorResource,
    AdoptionResource,
    AgreementResource,
    AnnotationResource,
    CollaborationAreaResource,
    CommitmentResource,
    ConsultationResource,
    DocumentResource,
    FinancingResource,
    FollowUpRuleResource,
    GlobalGoalLinkResource,
    GoalResource,
    OutsiderResource,
    PartyNameResource,
    PlanRuleResource,
    PriorityAreaResource,
    ProcessStepResource,
    ProvisionResource,
    RelatedStrategyResource,
    SeriesEntryResource,
    StatedIndicatorResource,
    StatisticResource,
    TargetGroupResource,
    ValidityResource,
)
from agreements.importing_life import (
    AgreementReviewResource,
    AmendmentResource,
    DialogueResource,
    LifeEventResource,
    SituationReportResource,
)
from agreements.models import Agreement, StagedWorkbook
from agreements.services import name_parties
from followup.council_sheets import (
    AgendaLinkResource,
    AssessmentResource,
    DefinitionResource,
    IndicatorResource,
    MeasurementResource,
    RegistryNumberResource,
)
from followup.importing import ReportResource, RespondentResource, RoundResource, ask_parties
from followup.models import Round
from governance.importing import MandateResource, OrganisationResource, ResponsibilityResource, SeatResource
from governance.meeting_sheets import AgendaItemResource, AssignmentResource, DecisionResource, MeetingResource
from governance.services import grant_governance_rights
from lib.lines import match_sheets
from lib.spreadsheets import Grid, Problem, write_folder, write_workbook
from lib.workbook import CHANGED, IMPORT, NEW, REFUSED, UNCHANGED, Outcome, Run

# A sheet may refer to rows of the sheets before it.
SHEETS = [
    AgreementResource,
    DocumentResource,
    AccessionResource,
    OrganisationResource,
    PartyNameResource,
    OutsiderResource,
    ActorResource,
    MandateResource,
    SeatResource,
    ValidityResource,
    AdoptionResource,
    TargetGroupResource,
    PriorityAreaResource,
    GoalResource,
    CollaborationAreaResource,
    GlobalGoalLinkResource,
    ProvisionResource,
    ResponsibilityResource,
    RelatedStrategyResource,
    CommitmentResource,
    FinancingResource,
    StatisticResource,
    ProcessStepResource,
    ConsultationResource,
    DialogueResource,
    LifeEventResource,
    AmendmentResource,
    AgreementReviewResource,
    SituationReportResource,
    FollowUpRuleResource,
    StatedIndicatorResource,
    PlanRuleResource,
    SeriesEntryResource,
    AnnotationResource,
    IndicatorResource,
    DefinitionResource,
    MeasurementResource,
    MeetingResource,
    AgendaItemResource,
    DecisionResource,
    AssignmentResource,
    ActionPlanResource,
    EditionResource,
    ActivityResource,
    RoundResource,
    RespondentResource,
    ReportResource,
    AssessmentResource,
    AgendaLinkResource,
    RegistryNumberResource,
]


SHOWN_ROWS = 200  # of each kind on each sheet; a page of thousands helps nobody

INTRODUCTION = [
    _lazy("Arbetsbok för en överenskommelse"),
    _lazy("Fyll i de ark du behöver. Arket Överenskommelse ska ha en rad; de andra får vara tomma."),
    _lazy("Raden som börjar med # Hjälp läses inte in. Ark och kolumner får tas bort men inte byta namn."),
    _lazy("Nyckeln är radens namn: andra ark hänvisar till den, och med den hittas raden nästa gång du läser in."),
    _lazy("Har raden ingen nyckel får den en när arbetsboken läses in. Inget tas bort av att en rad saknas."),
    _lazy("Läs in arbetsboken i portalen. Du får se vad som ändras, cell för cell, innan något sparas."),
]


@dataclass
class Result:
    """What an import does, or would do: the outcome of every row, or the problems that stop it before any row."""

    agreement: Agreement | None = None
    outcomes: list[Outcome] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
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
    def unchanged(self):
        return self.of_kind(UNCHANGED)

    @property
    def refused(self):
        return self.of_kind(REFUSED)

    @property
    def all_problems(self):
        return [*self.problems, *(problem for outcome in self.refused for problem in outcome.problems)]

    @property
    def is_refused(self):
        return bool(self.problems or self.refused)

    @property
    def counts(self):
        """N nya, N ändrade, N oförändrade, N avvisade."""
        numbers = {kind: len(self.of_kind(kind)) for kind in (NEW, CHANGED, UNCHANGED, REFUSED)}
        text = _("%(new)s nya, %(changed)s ändrade, %(unchanged)s oförändrade, %(refused)s avvisade")
        return text % {**numbers, "refused": numbers[REFUSED] or len(self.problems)}

    @property
    def fingerprint(self):
        """A text that is the same only if the same rows, read at the same versions, would change in the same way."""
        rows = [(o.sheet, o.row, o.label, o.kind, o.version, [astuple(c) for c in o.changes]) for o in self.outcomes]
        return hashlib.sha256(json.dumps(rows, ensure_ascii=False).encode()).hexdigest()

    def sheets_to_show(self):
        """For a page: per sheet its name, how many rows are unchanged, and the first of the new and changed ones."""
        shown = []
        for name, outcomes in self.by_sheet():
            new = [outcome for outcome in outcomes if outcome.kind == NEW]
            changed = [outcome for outcome in outcomes if outcome.kind == CHANGED]
            unchanged = sum(outcome.kind == UNCHANGED for outcome in outcomes)
            shown.append(
                {
                    "name": name,
                    "unchanged": unchanged,
                    "new": new[:SHOWN_ROWS],
                    "changed": changed[:SHOWN_ROWS],
                    "new_count": len(new),
                    "changed_count": len(changed),
                    "hidden": max(0, len(new) - SHOWN_ROWS) + max(0, len(changed) - SHOWN_ROWS),
                }
            )
        return shown

    def by_sheet(self):
        """(sheet name, its outcomes) in the order of the workbook."""
        names = dict.fromkeys(outcome.sheet for outcome in self.outcomes)
        return [(name, [outcome for outcome in self.outcomes if outcome.sheet == name]) for name in names]


class Moved(Exception):
    """Since the preview somebody changed what the import would do. ``result`` is what it would do now."""

    def __init__(self, result):
        super().__init__(result.counts)
        self.result = result


def import_grids(grids, *, user=None, reason="", today=None, save=False, expected=None):
    """Read the grids of a workbook into the database, or only try to.

    Everything is tried in one transaction. It is kept when ``save`` is asked for and no row was refused; otherwise it
    is undone, and the result says what would have happened. With ``expected``, the fingerprint of a preview, it is
    also undone when anything turned out differently, and Moved is raised. ``user`` None is the system itself, which
    may do everything. ``today`` lets cells count from that day (example data).
    """
    lines, problems = match_sheets(grids, SHEETS, today=today)
    problems += _exactly_one_agreement(lines)
    if problems:
        return Result(problems=problems)
    with transaction.atomic():
        result = _import_lines(lines, _run(user, reason), grant=save)
        moved = expected is not None and result.fingerprint != expected
        result.saved = save and not result.is_refused and not moved
        if not result.saved:
            transaction.set_rollback(True)
    if moved and not result.is_refused:
        raise Moved(result)
    return result


def _run(user, reason):
    """The system reads all that a file says, also what is hidden in the files that people fetch."""
    return Run(user=user, reason=reason, is_complete=user is None)


def _exactly_one_agreement(lines):
    name = str(AgreementResource.name)
    rows = lines.get(AgreementResource, [])
    if not lines:
        return [Problem("", None, "", _("Arbetsboken är tom. Fyll i minst arket Överenskommelse."))]
    if not rows:
        message = _("Arket saknas eller är tomt. Det ska ha en rad som säger vilken överenskommelse det gäller.")
        return [Problem(name, None, "", message)]
    if len(rows) > 1:
        return [Problem(name, rows[1].number, "", _("Arket ska ha en enda rad. Ta bort de andra."))]
    return []


def _import_lines(lines, run, *, grant):
    """Save all lines, sheet by sheet. Without an agreement there is nothing that the other sheets could belong to."""
    sheets = {kind: kind(run) for kind in SHEETS if kind in lines}
    for kind, sheet in sheets.items():
        sheet.announce(lines[kind])
    result = Result()
    for kind, sheet in sheets.items():
        result.outcomes += sheet.import_lines(lines[kind])
        if run.subject is None:
            return result
    result.agreement = run.subject
    if not result.refused:
        for sheet in sheets.values():
            result.outcomes += sheet.finish()
        result.outcomes += ask_parties(run, _rounds_to_fill(sheets, run.subject))
        if grant:
            name_parties(run.subject)
            grant_governance_rights(run.subject)
    return result


def _rounds_to_fill(sheets, agreement):
    """The rounds that may ask for more reports now: those just opened; all open ones where an edition was adopted."""
    if EditionResource in sheets and sheets[EditionResource].adoptions:
        return Round.objects.open().filter(agreement=agreement)
    return sheets[RoundResource].opened if RoundResource in sheets else []


def preview_staged(staged, *, user):
    """What importing a staged file would do."""
    return import_grids(_grids(staged), user=user)


def import_staged(staged, *, user, expected):
    """Import a staged file, once, if it does what ``expected`` (file and fingerprint of the preview) says.

    When it is refused or does something else, the file is kept. Raises Moved.
    """
    reason = f"{IMPORT} {staged.name}"
    with transaction.atomic():
        is_previewed = staged.is_intact and expected.startswith(staged.digest)
        if not is_previewed or not StagedWorkbook.objects.filter(pk=staged.pk).delete()[0]:
            raise Moved(preview_staged(staged, user=user))
        result = import_grids(
            _grids(staged), user=user, reason=reason, save=True, expected=expected.removeprefix(staged.digest)
        )
        if not result.saved:
            transaction.set_rollback(True)
    return result


def _grids(staged):
    return [Grid(name, [(number, cells) for number, cells in rows]) for name, rows, *_marks in staged.grids()]


def describe_sheets():
    """Every sheet without rows, for the template and the documentation."""
    return [sheet(Run()).describe() for sheet in SHEETS]


def export_tables(agreement, *, user=None, is_complete=False):
    """Every sheet of the agreement's workbook, with what ``user`` may see (None: the system, everything).

    Small counts of people are hidden from all but their own party; ``is_complete`` is for moving the agreement to
    another portal, in a file that is given to nobody.
    """
    run = Run(subject=agreement, user=user, is_complete=is_complete)
    return [sheet(run).table() for sheet in SHEETS]


def export_to(agreement, path, *, is_complete=False):
    """Write the workbook to a folder of CSV files, or to a file where ``path`` ends in .xlsx; return its tables."""
    tables = export_tables(agreement, is_complete=is_complete)
    if str(path).lower().endswith(".xlsx"):
        write_workbook(tables, path)
    else:
        write_folder(tables, Path(path))
    return tables
