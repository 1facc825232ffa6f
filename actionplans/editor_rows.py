"""The editor's rows as HTML: the markup of each kind is drawn once, then filled for each activity."""

from django.template.loader import render_to_string

from actionplans.fragment import escaped, joined
from lib.markup import markup

TEXTS = ("pk", "version", "url", "link", "area", "part", "number", "title", "comments")


def drawn(row, note=""):
    """The HTML of one of ``editor.make_row``'s rows, with what it has to say of the last thing typed in it."""
    kind = {"is_cut": bool(row["ending"]), "lacks_reason": row["no_reason"], "is_talked_of": bool(row["comments"])}
    texts = {name: escaped(row[name]) for name in TEXTS}
    cells = "".join(_cell(*cell) for cell in row["cells"])
    form = markup("actionplans/_activity_row.html", (*TEXTS, "cells", "note"), **kind)
    return form.format(**texts, cells=cells, note=note)


def drawn_together(rows):
    return joined(map(drawn, rows))


def drawn_note(note, colspan):
    """What ``_activity_note.html`` says; empty without a note."""
    return render_to_string("actionplans/_activity_note.html", {"note": note, "colspan": colspan}) if note else ""


def _cell(name, value, label, text):
    form = markup(
        "actionplans/_activity_cell.html", ("value", "text"), name=name, label=label, has_value=value is not None
    )
    return form.format(value=escaped(value), text=escaped(text))
