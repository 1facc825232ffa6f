"""Who does what: the activities of an edition by party and area.

A collective ("kommunerna") stands for each of its parties. Who is responsible for an activity is not counted among
those who take part in it too, so every number is a number of activities, and the sums add up.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from actionplans.fragment import UP, escaped, joined
from agreements.models import Accession, Actor
from lib.markup import markup
from lib.swedish import sort_key


@dataclass(frozen=True)
class Who:
    """A party, or where the plan names somebody who is none, that name; ``None`` in both is nobody."""

    party: int | None
    actor: int | None
    name: str

    @property
    def anchor(self):
        return f"p{self.party}" if self.party else f"o{self.actor or 0}"

    @property
    def order(self):
        """Parties first, then bodies and others, nobody last."""
        return not self.party, not self.actor, sort_key(self.name)


@dataclass
class Cell:
    """The activities of one party, in one area or in all."""

    responsible: list = field(default_factory=list)
    joining: list = field(default_factory=list)

    @property
    def count(self):
        return len(self.responsible) + len(self.joining)

    @property
    def responsible_items(self):
        return _items(self.responsible)

    @property
    def joining_items(self):
        return _items(self.joining)

    def __add__(self, other):
        return Cell(self.responsible + other.responsible, self.joining + other.joining)


def matrix_of(stands_for, rows):
    """``areas``, ``lines`` (who, cells by area, sum) and ``sums`` of the ``rows``; ``stands_for`` from expansions."""
    areas = list(dict.fromkeys((row["area"], row["area__name"] or _("Utan område")) for row in rows))
    cells = defaultdict(Cell)
    for row in rows:
        row["item"] = _item(row)
        responsible, joining = those_of(row, stands_for)
        for who in responsible:
            cells[who, row["area"]].responsible.append(row)
        for who in joining:
            cells[who, row["area"]].joining.append(row)
    people = sorted({who for who, _area in cells}, key=lambda who: who.order)
    lines = [_line(who, {name: cells[who, pk] for pk, name in areas}) for who in people]
    names = [name for _pk, name in areas]
    sums = _line(None, {name: sum((line["cells"][name] for line in lines), Cell()) for name in names})
    return {"areas": names, "lines": lines, "sums": sums}


def _items(rows):
    """The rows as items of a list. Most stand under several parties, so each is filled in once."""
    return joined(row["item"] for row in rows)


def _item(row):
    texts = {name: escaped(row[name]) for name in ("id", "number", "title")}
    return markup("actionplans/_matrix_item.html", (*texts, "url")).format(**texts, url=UP)


def _line(who, cells):
    return {"who": who, "cells": cells, "sum": sum(cells.values(), Cell())}


def those_of(row, stands_for):
    """Who is responsible for an activity, and who else takes part; nobody is responsible where nobody is named."""
    responsible = set(stands_for.get(row["responsible"], ()))
    joining = {who for _order, _name, actor in row["participants"] for who in stands_for.get(actor, ())} - responsible
    if not responsible:
        responsible = {Who(None, None, _("Ingen ansvarig utsedd"))}
    return responsible, joining


def expansions(agreement):
    """Actor → those it stands for, for all of the agreement's actors; as ``Actor.expand``, in two queries."""
    members = list(
        Accession.objects.signatories()
        .standing()
        .filter(agreement=agreement)
        .values_list("party", "party__kind", "party__name")
    )
    actors = Actor.objects.filter(agreement=agreement).select_related("party")
    return {actor.pk: _stands_for(actor, members) for actor in actors}


def _stands_for(actor, members):
    if actor.kind == Actor.Kind.PARTY:
        return [Who(actor.party_id, None, actor.party.name)]
    rule = Actor.COLLECTIVES.get(actor.key, ("", None))[1] if actor.kind == Actor.Kind.COLLECTIVE else None
    found = [Who(party, None, name) for party, kind, name in members if rule in ("all", kind)]
    return found or [Who(None, actor.pk, capfirst(actor.name))]
