"""From the grids of a file to the lines of the sheets: every heading known, none twice, help left out."""

from dataclasses import dataclass
from difflib import get_close_matches

from django.utils.text import slugify
from django.utils.translation import gettext as _

from lib.cells import count_from, tidy
from lib.spreadsheets import HELP_MARK, Problem


@dataclass
class Line:
    """One row of a sheet as read: its number in the file and heading → text of the columns that are there."""

    number: int | None
    cells: dict


def match_sheets(grids, sheets, *, today=None):
    """Find the sheet of every grid: (sheet class → lines, problems). Nothing is read from the database."""
    known = {word: sheet for sheet in sheets for word in (str(sheet.name).casefold(), slugify(sheet.name))}
    lines, problems = {}, []
    for grid in grids:
        sheet = known.get(grid.name.casefold()) or known.get(slugify(grid.name))
        if sheet is None:
            names = [str(sheet.name) for sheet in sheets]
            message = _("Arket finns inte i arbetsboken. %(hint)s Byt namn på det eller ta bort det.")
            problems.append(Problem(grid.name, None, "", message % {"hint": did_you_mean(grid.name, names)}))
        elif sheet in lines:
            problems.append(Problem(grid.name, None, "", _("Arket finns två gånger. Ta bort det ena.")))
        else:
            lines[sheet], found = match_columns(grid, sheet, today)
            problems += found
    return lines, problems


def match_columns(grid, sheet, today):
    """The lines of one grid, and what is wrong with its headings."""
    rows = [(number, cells) for number, cells in grid.rows if not cells[0].startswith(HELP_MARK)]
    if not rows:
        return [], []
    names = sheet.known_headings()
    number, headings = rows[0]
    found, problems = {}, []
    for position, heading in enumerate(headings):
        name = names.get(" ".join(heading.split()).casefold())
        if not heading:
            if any(len(cells) > position and cells[position] for _number, cells in rows[1:]):
                message = _("Kolumn %(number)s har innehåll men ingen rubrik. Skriv rubriken eller töm kolumnen.")
                problems.append(Problem(str(sheet.name), number, "", message % {"number": position + 1}))
        elif name is None:
            message = _("Kolumnen finns inte på arket. %(hint)s Byt rubrik eller ta bort kolumnen.")
            hint = did_you_mean(heading, sheet.headings_in_order())
            problems.append(Problem(str(sheet.name), number, heading, message % {"hint": hint}))
        elif name in found:
            message = _("Rubriken står två gånger. Ta bort den ena kolumnen.")
            problems.append(Problem(str(sheet.name), number, heading, message))
        else:
            found[name] = position
    lines = [Line(number, _cells(cells, found, today)) for number, cells in rows[1:]]
    return [line for line in lines if any(line.cells.values())], problems


def _cells(cells, positions, today):
    texts = {name: tidy(cells[position]) if position < len(cells) else "" for name, position in positions.items()}
    return {name: count_from(text, today) for name, text in texts.items()} if today else texts


def did_you_mean(word, words):
    """A hint for a word that is none of the ``words``: the one that looks most like it, or all of them."""
    near = get_close_matches(word.casefold(), [known.casefold() for known in words], 1)
    likely = [known for known in words if known.casefold() in near]
    if likely:
        return _("Menar du ”%(word)s”?") % {"word": likely[0]}
    return _("De som finns är: %(words)s.") % {"words": ", ".join(words)}
