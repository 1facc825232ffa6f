"""The rows of an edition's spreadsheet: one activity each, with names where the agreement's workbook has keys.

A file was right when it was fetched. What somebody wrote in it since is what differs from the activity at the version
the row names, and only that is read in; where the portal has moved on too, a person chooses between the two.
"""

import copy
import re
from collections import defaultdict
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actionplans import steps
from actionplans.editing import follow
from actionplans.models import Activity
from actionplans.places import free_number, neighbours, room, style_for
from actionplans.sheet_cells import ACTORS, AREAS, GOALS, PARTS, MarkCell, Name, Names
from actionplans.sheet_past import Past
from agreements.models import Actor, CollaborationArea, Goal, PriorityArea
from lib.cells import Misread
from lib.lines import Line
from lib.workbook import CHANGED, NEW, REFUSED, UNCHANGED, Change, Outcome, Sheet

CONFLICT = "conflict"
MINE, THEIRS = "mine", "theirs"
CHOICE = "rad-"  # how the names of the choices begin in the form


# --- what the file says -----------------------------------------------------------------------------------------------


@dataclass
class PlanLine(Line):
    """A line of the file that is an activity, with its hidden columns and the heading it stands under."""

    lineage: str = ""
    version: int | None = None
    place: tuple = ("", "")  # keys of the area and the collaboration area of the heading above
    is_first: bool = False  # right below a heading


@dataclass
class Both(Change):
    """A cell that was changed in the portal or the file: there, here, and as it stood when the file was fetched."""

    exported: str | None = None


@dataclass
class PlanOutcome(Outcome):
    """What becomes of a line. ``found`` is what it was before anybody chose; ``choice`` the name of a conflict's."""

    title: str = ""
    found: str = ""
    choice: str = ""
    chosen: str = ""
    is_gone: bool = False  # removed from the portal since the file was fetched
    is_behind: bool = False  # changed in the portal since, and not in the file
    note: str = ""


@dataclass
class Match:
    """What a line is compared with: the activity it means, and the texts that stood in the file when it was fetched."""

    row: Activity | None
    exported: dict | None
    mine: list = field(default_factory=list)  # columns that were changed in the file
    has_moved: bool = False


class PlanRows(Sheet):
    """The activities of one edition; the subject of the run is the edition."""

    name = gettext_lazy("Handlingsplan")
    identity = ("number",)
    kept = ("number",)
    twice = gettext_lazy("Numret %(key)s står redan på rad %(row)s. Byt eller töm det ena.")

    class Meta:
        model = Activity
        skip_diff = True
        use_transactions = False
        fields = (
            "number", "title", "description", "desired_effect", "responsible", "participants", "starts_on", "ends_on",
            "is_continuous", "indicator", "area", "collaboration_area", "serves", "goals", "responsible_function",
            "indicator_base", "indicator_target", "counts", "milestones", "financing", "amount", "followed_up_how",
            "followed_up_when", "followed_up_by", "local_plans", "equality", "children", "target_group_voice",
            "origin", "proposed_by", "change_reason", "ending", "ending_reason",
        )  # fmt: skip

    directories = {Actor: ACTORS, PriorityArea: AREAS, CollaborationArea: PARTS, Goal: GOALS}

    def __init__(self, run, choices=None):
        super().__init__(run)
        self.choices, self.steps, self.above = choices or {}, [], None

    @classmethod
    def cell_for(cls, name, django_field):
        if django_field.is_relation:
            return (Names if django_field.many_to_many else Name)(cls.directories[django_field.related_model])
        if name == "is_continuous":
            return MarkCell(django_field)
        return super().cell_for(name, django_field)

    def rows(self):
        return self.run.subject.activities.for_table()

    def exported(self):
        """In the order of the plan."""
        return self.seen().prefetch_related("goals", "participants", "serves")

    # --- who is who

    def match(self, lines):
        """Compare every line with the activity it means, and let go of the numbers that pass on to other rows."""
        self.stored = {str(row.lineage): row for row in self.existing.values()}
        self.by_pk = {row.pk: row for row in self.existing.values()}
        self.numbers = {*self.existing, *(self.identity_of(line) for line in lines)}
        self.copies = _copies(lines, self.stored)
        past = Past(self, [line for line in lines if self._is_behind(line)])
        self.matches = {id(line): self._match(line, past) for line in lines}
        self._let_go_of_numbers(lines)

    def _is_behind(self, line):
        row = self.stored.get(line.lineage)
        return bool(line.lineage) and (row is None or row.version != line.version)

    def _match(self, line, past):
        if not line.lineage or id(line) in self.copies:
            return None
        row = self.stored.get(line.lineage)
        exported = past.texts(line) if self._is_behind(line) else self.texts(row)
        if row is None and exported is None:
            return None
        match = Match(row, exported, has_moved=self._is_behind(line))
        compared = self.texts(row) if exported is None else exported
        columns = [column for column in self.columns if column.column_name in line.cells]
        match.mine = [column for column in columns if self._differs(column, line, compared[column])]
        return match

    def _differs(self, column, line, text):
        """Whether the cell says something else than ``text``; an empty number leaves what there is."""
        cell = line.cells[column.column_name]
        if cell == text or (column.attribute in self.kept and not cell):
            return False
        return self._read(column, line) != text

    def _read(self, column, line):
        """The text of a cell as it would come out again; None where it cannot be understood."""
        try:
            value = column.clean(line.cells)
        except Misread:
            return None
        return column.widget.text(value) if column.is_many else column.widget.render(column.stored(value))

    def _let_go_of_numbers(self, lines):
        """So that two activities can change numbers with each other; saved with the new ones, or undone as a whole."""
        wanted, number = {self.identity_of(line) for line in lines}, self.fields["number"]
        for line in lines:
            match = self.matches[id(line)]
            moves = match and match.row and number in match.mine and self.choices.get(line.lineage) != THEIRS
            if moves and match.row.number in wanted:
                Activity.objects.filter(pk=match.row.pk).update(number=f"~{match.row.pk}")
                self.existing.pop(match.row.number, None)

    # --- line by line

    def columns_of(self, line):
        match = self.matches[id(line)]
        return match.mine if match and match.row else super().columns_of(line)

    def get_instance(self, instance_loader, row):
        match = self.matches[id(self.line)]
        return match.row if match else None

    def init_instance(self, row=None):
        activity = Activity(edition=self.run.subject)
        if self.matches[id(self.line)]:
            activity.lineage = self.line.lineage  # it was removed, and somebody wants it back
        return activity

    def _import_line(self, line):
        match, self.activity = self.matches[id(line)], None
        self.line, self.called, self.version = line, self.identity_of(line), match and match.row and match.row.version
        outcome = self._compare_with_portal(line, match) if match else self._refuse_stranger(line)
        if outcome is None or outcome.chosen == MINE:
            outcome = self._apply(line, outcome)
        self.above = match.row if match and match.row else self.activity
        return outcome

    def _compare_with_portal(self, line, match):
        """The outcome of a line that says nothing new, or that somebody must choose about; None for the others."""
        texts = self.texts(match.row) if match.row else dict.fromkeys(self.columns, "")
        apart = [column for column in match.mine if self._read(column, line) != texts[column]]
        outcome = self._outcome(UNCHANGED, is_gone=match.row is None, is_behind=match.has_moved)
        if not apart:
            return outcome
        if not match.has_moved:
            return None
        if problems := [problem for column in apart if (problem := self._misread(column, line))]:
            return self._outcome(REFUSED, problems=problems)
        exported = match.exported or {}
        outcome.changes = [Both(c.column_name, texts[c], self._read(c, line), exported.get(c)) for c in apart]
        outcome.found, outcome.choice, outcome.is_behind = CONFLICT, f"{CHOICE}{line.lineage}", False
        outcome.chosen = self.choices.get(line.lineage, "")
        outcome.kind = UNCHANGED if outcome.chosen == THEIRS else CONFLICT
        return outcome

    def _refuse_stranger(self, line):
        """The outcome of a line that means no activity of this edition and is not new either; None for new lines."""
        original = self.copies.get(id(line))
        if original and self.called and self.called == self.identity_of(original):
            message = _("Raden är en kopia av rad %(row)s. Ge den ett eget nummer, eller töm numret.")
            problem = self.problem("number", message % {"row": original.number})
        elif line.lineage and not original:
            message = _(
                "Raden kommer från en annan version. Skriv av den på en tom rad om den ska med, och ta bort den."
            )
            problem = self.problem("title", message)
        else:
            return None
        return self._outcome(REFUSED, problems=[problem])

    def _misread(self, column, line):
        try:
            column.clean(line.cells)
        except Misread as error:
            return self.problem(column.attribute, error)
        return None

    def _outcome(self, kind, **more):
        place = {"sheet": str(self.name), "row": self.line.number, "label": self.called, "version": self.version}
        return PlanOutcome(**place, kind=kind, found=kind, title=self.cell(self.line, "title"), **more)

    def _apply(self, line, conflict):
        """Save the line; ``conflict`` is what was chosen about, if anything was."""
        plain = super()._import_line(line)
        outcome = PlanOutcome(**vars(plain), title=self.cell(line, "title"), found=plain.kind)
        if plain.kind in (NEW, CHANGED):
            self.steps.append((self.activity.pk, self.stored_before, steps.stored(self.activity, self.names)))
            if conflict:
                outcome.found, outcome.choice, outcome.chosen = conflict.found, conflict.choice, conflict.chosen
                outcome.changes = conflict.changes
        if id(line) in self.copies:
            outcome.note = _("Kopia av rad %(row)s.") % {"row": self.copies[id(line)].number}
        return outcome

    # --- saving

    def after_init_instance(self, instance, new, row, **kwargs):
        super().after_init_instance(instance, new, row, **kwargs)
        self.activity = instance
        self.was = None if new else copy.copy(instance)
        self.names = [*steps.FIELDS, *steps.LISTS] if new else [column.attribute for column in self.present]
        self.stored_before = None if new else steps.stored(instance, self.names)

    def import_instance(self, instance, row, **kwargs):
        try:
            super().import_instance(instance, row, **kwargs)
        finally:
            if self.new:
                self._place(instance)

    def _place(self, activity):
        """A new activity stands under the heading it was written under, and has a number, if it says nothing else."""
        if activity.collaboration_area_id and not activity.area_id:
            activity.area = activity.collaboration_area.area
        elif not activity.area_id:
            activity.area, activity.collaboration_area = self._heading(AREAS, 0), self._heading(PARTS, 1)
        if not activity.number:
            rows = neighbours(self.run.subject, activity.area_id, activity.collaboration_area_id)
            beside = self.above and self.above.pk in {row.pk for row in rows}
            style = self.above.number if beside else style_for(self.run.subject, activity.area_id, rows)
            activity.number = self.called = self._next_number(style)
        self.numbers.add(activity.number)

    def _heading(self, directory, level):
        """The area or collaboration area that the line's heading names, or None."""
        rows = self.run.table(directory).values()
        return next((row for row in rows if row.key == self.line.place[level]), None)

    def _next_number(self, pattern):
        """The next number that neither the portal nor the file has."""
        number = free_number(self.run.subject, pattern)
        while number in self.numbers:
            head, digits = re.fullmatch(r"(.*?)([0-9]+)", number).groups()
            number = f"{head}{int(digits) + 1}"
        return number

    def check(self, activity):
        other = self.existing.get(activity.number)
        if other is not None and other.pk != activity.pk:
            raise ValidationError({"number": _("Numret finns redan i versionen. Välj ett annat.")})

    def _save(self, part):
        part._history_user = self.run.user
        followed = ["order"]
        if part._state.adding:
            rows = neighbours(self.run.subject, part.area_id, part.collaboration_area_id)
            part.order = room(rows, self._index(rows))
        else:
            followed = follow(part, self.was, [column.attribute for column in self.changed])
            self.names += followed
            self.stored_before |= steps.stored(self.was, followed)
        super()._save(part)
        self.by_pk[part.pk] = part
        if "order" in followed:  # others may have made room for it
            for pk, order in self.run.subject.activities.values_list("pk", "order"):
                self.by_pk[pk].order = order

    def _index(self, rows):
        """Below the row above in the file, first below a heading, and otherwise last."""
        if self.line.is_first:
            return 0
        return next((i + 1 for i, row in enumerate(rows) if self.above and row.pk == self.above.pk), len(rows))


def _copies(lines, stored):
    """id of a line → the line it is a copy of: a row copied in Excel takes its hidden columns along."""
    same = defaultdict(list)
    for line in lines:
        if line.lineage:
            same[line.lineage].append(line)
    copies = {}
    for lineage, rows in same.items():
        number = stored[lineage].number if lineage in stored else None
        original = next((line for line in rows if line.cells.get("nummer") == number), rows[0])
        copies.update({id(line): original for line in rows if line is not original})
    return copies
