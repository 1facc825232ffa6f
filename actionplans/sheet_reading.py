"""Reading an edition's spreadsheet back: from the grids of a file to a line for each of its activities."""

import re
import uuid

from django.utils.translation import gettext as _

from actionplans.sheet_cells import AREAS, PARTS
from actionplans.sheet_rows import PlanLine, PlanRows
from actionplans.spreadsheet import ABOUT, LINEAGE, MARK, TOKEN, VERSION, headings, token
from lib.lines import match_columns
from lib.spreadsheets import Grid, Problem
from lib.swedish import fold

NOBODY = str(uuid.UUID(int=0))  # the lineage of rows whose hidden cell was written over


class Reading:
    """What a file says about an edition: ``lines``, ``problems`` that stop it, and ``notes`` about what is not read."""

    def __init__(self, grids, run):
        self.run, self.edition = run, run.subject
        self.lines, self.problems, self.notes, self.grid = [], [], [], None
        self._refuse_other_files(grids)
        if not self.problems:
            self._choose_grid(grids)
        if self.grid:
            self._refuse_merged()
            self._read()

    # --- which sheet

    def _refuse_other_files(self, grids):
        """The sheet Om names the edition that the file was fetched from."""
        tokens = {
            cells[1]
            for grid in grids
            if fold(grid.name) == fold(ABOUT)
            for _number, cells in grid.rows
            if len(cells) > 1 and fold(cells[0]) == fold(TOKEN)
        }
        if tokens and token(self.edition) not in tokens:
            message = _("Filen är hämtad från en annan plan eller version. Läs in den där, eller hämta en ny härifrån.")
            self.problems.append(Problem(ABOUT, None, "", message))

    def _choose_grid(self, grids):
        """The sheet of the plan, from its column heads on: the first that has them, whatever it is called now."""
        known = {fold(name) for name in PlanRows.headings_in_order()}
        for grid in grids:
            for place, (_number, cells) in enumerate(grid.rows):
                if len(known & {fold(cell) for cell in cells}) >= 3:
                    self.grid, self.head = grid, place
                    others = [other.name for other in grids if other is not grid and fold(other.name) != fold(ABOUT)]
                    self.notes += [Problem(name, None, "", _("Bladet läses inte in.")) for name in others]
                    return
        message = _("Filen har inget blad med planens kolumner. Hämta en ny fil och skriv i den.")
        self.problems.append(Problem("", None, "", message))

    def _refuse_merged(self):
        """Excel keeps only the first cell of those it merges: what the others said is gone."""
        for cells in self.grid.merged:
            first, _colon, last = cells.partition(":")
            row, end = (int(re.sub(r"\D", "", cell) or 0) for cell in (first, last or first))
            if end > self.grid.rows[self.head][0] and not self._is_heading(row):
                message = _("Cellerna %(cells)s är sammanslagna. Dela dem och fyll i varje cell.") % {"cells": cells}
                self.problems.append(Problem(self.grid.name, row, self._column(first), message))

    def _column(self, cell):
        """The heading of the column that a cell such as ``B5`` stands in."""
        number = 0
        for letter in re.sub(r"[^A-Z]", "", cell):
            number = number * 26 + ord(letter) - 64
        names = self.grid.rows[self.head][1]
        return names[number - 1] if 0 < number <= len(names) else ""

    # --- its rows

    def _read(self):
        names = self.grid.rows[self.head][1]
        self.technical = {name: [fold(cell) for cell in names].index(fold(name)) for name in self._technical(names)}
        if LINEAGE not in self.technical:
            message = _(
                "Den dolda kolumnen saknas, så raderna går inte att känna igen. Hämta en ny fil och skriv i den."
            )
            self.problems.append(Problem(self.grid.name, self.grid.rows[self.head][0], LINEAGE, message))
            return
        place, is_first, hidden = ("", ""), False, {}
        kept = [self._without_technical(self.grid.rows[self.head])]
        for row in self.grid.rows[self.head + 1 :]:
            secret = self._secret(row[1], LINEAGE)
            if secret.startswith(MARK):
                place, is_first = self._read_heading(row, secret), True
                continue
            hidden[row[0]] = (secret, self._secret(row[1], VERSION), place, is_first)
            kept.append(self._without_technical(row))
            is_first = False
        lines, problems = match_columns(Grid(self.grid.name, kept), PlanRows, None)
        self.problems += problems
        self.lines = [_plan_line(line, *hidden[line.number]) for line in lines]
        shown = {line.number for line in lines}
        note = _("Raden är dold i filen men läses in som de andra.")
        self.notes += [Problem(self.grid.name, row, "", note) for row in self.grid.hidden if row in shown]

    def _technical(self, names):
        folded = {fold(name) for name in names}
        return [name for name in (LINEAGE, VERSION) if fold(name) in folded]

    def _secret(self, cells, name):
        place = self.technical.get(name, len(cells))
        return cells[place] if place < len(cells) else ""

    def _without_technical(self, row):
        secret = self.technical.values()
        return row[0], [cell for place, cell in enumerate(row[1]) if place not in secret] or [""]

    def _is_heading(self, number):
        """Whether the row is a heading; the place of the hidden column is not known yet."""
        return any(cell.startswith(MARK) for row, cells in self.grid.rows if row == number for cell in cells)

    def _read_heading(self, row, secret):
        """The keys of the place that a heading stands for; what was written in it is not read in."""
        number, cells = row
        area_key, _slash, part_key = secret.removeprefix(MARK).partition("/")
        area, part = self._by_key(AREAS, area_key), self._by_key(PARTS, part_key)
        names = self.grid.rows[self.head][1]
        filled = [place for place, cell in enumerate(cells) if cell and place not in self.technical.values()]
        if stray := [place for place in filled if place > 0]:
            message = _("Raden är en rubrik. Infoga en rad under den och skriv aktiviteten där.")
            self.problems.append(Problem(self.grid.name, number, names[stray[0]], message))
        elif fold(cells[0]) != fold(headings(area, part)[1 if part_key else 0]):
            message = _("Rubriken ”%(text)s” läses inte in. Områden ändras i överenskommelsen.")
            self.notes.append(Problem(self.grid.name, number, "", message % {"text": cells[0][:80]}))
        return area_key, part_key

    def _by_key(self, directory, key):
        return next((row for row in self.run.table(directory).values() if row.key == key), None)


def _plan_line(line, lineage, version, place, is_first):
    try:
        lineage = str(uuid.UUID(lineage)) if lineage else ""
    except ValueError:
        lineage = NOBODY
    version = int(version) if re.fullmatch(r"[0-9]{1,9}", version) else None
    return PlanLine(line.number, line.cells, lineage, version, place, is_first)
