"""The cells of an edition's spreadsheet: names for people where the agreement's workbook has keys."""

import re
from collections import Counter
from operator import attrgetter

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.models import Actor, CollaborationArea, Goal, PriorityArea
from lib.cells import BooleanCell, Misread
from lib.lines import did_you_mean
from lib.swedish import fold
from lib.workbook import Directory, Reference, References


def _told_apart(rows, name):
    """The rows with what each is called in the file, ``sheet_name``; those called the same have their key too."""
    rows = list(rows)
    for row in rows:
        row.sheet_name = capfirst(" ".join(name(row).replace(";", ",").split()))
    count = Counter(fold(row.sheet_name) for row in rows)
    for row in rows:
        if count[fold(row.sheet_name)] > 1:
            row.sheet_name += f" ({row.key})"
    return rows


def _directory(words, model, name="name"):
    def load(run):
        return _told_apart(model.objects.filter(agreement=run.subject.plan.agreement_id), attrgetter(name))

    return Directory(words, load=load, key=attrgetter("sheet_name"))


ACTORS = _directory(gettext_lazy("överenskommelsens parter och andra aktörer"), Actor)
AREAS = _directory(gettext_lazy("överenskommelsens områden"), PriorityArea)
PARTS = _directory(gettext_lazy("överenskommelsens samverkansområden"), CollaborationArea)
GOALS = _directory(gettext_lazy("överenskommelsens mål"), Goal, "text")


class Name(Reference):
    """The name of one row of a directory, as in the drop-down; capitals and spaces do not matter."""

    @property
    def offered(self):
        return tuple(self.run.table(self.directory))

    @property
    def hint(self):
        return _("Välj i listan.")

    def _find(self, key):
        table = self.run.table(self.directory)
        found = table.get(key) or {fold(name): row for name, row in table.items()}.get(fold(key))
        if found is None:
            message = _("”%(name)s” finns inte bland %(rows)s. %(hint)s")
            raise Misread(message % {"name": key[:80], "rows": self.directory.name, "hint": self._hint(key)})
        return found

    def _hint(self, key):
        hint = did_you_mean(key[:200], list(self.run.table(self.directory)))
        return hint if len(hint) < 250 else _("Kopiera namnet från en annan rad.")


class Names(Name, References):
    """The names of any number of rows, one on each line."""

    offered = ()  # a drop-down takes one at a time

    @property
    def hint(self):
        return _("Ett namn på varje rad i cellen (Alt + Retur).")

    def __init__(self, directory):
        References.__init__(self, directory)

    def clean(self, value, row=None, **kwargs):
        found = [row for part in re.split(r"[;\n]", value) if part.strip() for row in self._find_all(part.strip())]
        return list({row.pk: row for row in found}.values())

    def _find_all(self, part):
        """One name, or several that were written with commas between them."""
        try:
            return [self._find(part)]
        except Misread:
            if "," not in part:
                raise
            return [self._find(name.strip()) for name in part.split(",") if name.strip()]

    def text(self, rows):
        return self.text_of({row.pk for row in rows})

    def text_of(self, keys):
        return "\n".join(name for name, row in self.run.table(self.directory).items() if row.pk in keys)


class MarkCell(BooleanCell):
    """ja where it is so, and nothing where it is not: a printed plan full of nej says less."""

    def render(self, value, obj=None, **kwargs):
        return "ja" if value else ""
