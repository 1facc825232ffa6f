"""A paper in plain pieces, which ``lib.typeset`` makes a PDF of and ``lib.word`` a Word file.

Everything is dicts and lists of text, so that it can be handed to the typesetter as data: whatever somebody has written
in a field stays text there, and is never read as a command.

A *text* is a list of runs; a *cell* is a list of texts, one per paragraph.
"""

from lib.swedish import clean_text


def _clean(text):
    """The text without what cannot be printed. Most texts are clean, and looking at every letter takes time."""
    if all(line.isprintable() for line in text.split("\n")):
        return text
    return clean_text(text)


def run(text, mark=""):
    """Words with a mark: ``strong``, ``soft``, ``gone`` (no longer there), ``come`` (new), or none."""
    return {"text": _clean(text), "mark": mark}


def cell(*texts):
    """A cell with a paragraph per text; plain strings are allowed."""
    return [[run(text)] if isinstance(text, str) else text for text in texts]


def heading(level, text):
    return {"kind": "heading", "level": level, "text": _clean(text)}


def paragraph(*runs, style=""):
    """A paragraph of runs or strings; ``style`` is ``lead`` for what the paper begins with, ``keep`` for what stands on
    the same page as what follows, or none.
    """
    return {
        "kind": "paragraph",
        "style": style,
        "text": [run(each) if isinstance(each, str) else each for each in runs],
    }


def table(head, rows, *, widths, title):
    """A table of cells under a head that is repeated on every page; ``widths`` are shares, ``title`` what it holds.

    A row begins with its own heading: the cell that says what the row is about.
    """
    return {
        "kind": "table",
        "head": [_clean(text) for text in head],
        "rows": rows,
        "widths": widths,
        "title": _clean(title),
    }


def bullets(*texts):
    """A list of texts or strings, one per point."""
    return {"kind": "bullets", "items": [[run(text)] if isinstance(text, str) else text for text in texts]}


def picture(svg, description, *, share=1):
    """An SVG drawing over ``share`` of the line; ``description`` says the same for those who do not see it."""
    return {"kind": "picture", "svg": str(svg), "description": _clean(description), "share": share}


def contents(title, blocks):
    """The chapters of ``blocks``, which follow, under ``title``; a PDF tells their pages too."""
    chapters = [part["text"] for part in blocks if part["kind"] == "heading" and part["level"] == 2]
    return {"kind": "contents", "title": _clean(title), "headings": chapters}


def page_break():
    return {"kind": "break"}


def paper(blocks, *, title, kicker, author, date, running, registry_number="", marks=()):
    """The whole paper. ``kicker`` stands above the title, ``running`` on every page.

    ``marks`` are what no page may be seen without: that it is a draft, or invented.
    """
    return {
        "title": _clean(title), "kicker": kicker, "author": _clean(author), "date": date.isoformat(),
        "running": _clean(running), "registry_number": _clean(registry_number), "marks": list(marks),
        "blocks": _without_gaps(blocks),
    }  # fmt: skip


def _without_gaps(blocks):
    """The blocks with no level of heading left out: the standard refuses a paper that has one, whatever it is about."""
    above, found = 1, []
    for part in blocks:
        if part["kind"] == "heading":
            above = min(part["level"], above + 1)
            part = {**part, "level": above}
        found.append(part)
    return found
