"""Who may do what with a thing in a state: asked of the rules themselves, about one row of everything.

What came out is kept in ``rights_table.json``, which the page *Min behörighet* reads, and stands whole in the guide.
``manage.py rights_table`` writes both anew.
"""

import json
from functools import cache
from pathlib import Path

from django.conf import settings
from django.db import transaction

from parties.granting import BY_SYSTEM_ADMINISTRATORS, GRANTS
from parties.models import Right, Role
from portal.rights_world import NEIGHBOUR, PUBLIC, SECRETARY, World

KEPT = Path(__file__).with_name("rights_table.json")
GUIDE = settings.BASE_DIR / "docs" / "guide" / "behorigheter.md"
MARK = "<!-- Nedanför skrivs av manage.py rights_table. -->\n"
# Column → its heading. The roles are those of the own organisation, county board or council.
COLUMNS = {
    Role.READER: "läsare",
    Role.REPORTER: "handläggare",
    Role.APPROVER: "godkännare",
    Role.PARTY_ADMINISTRATOR: "partsadministratör",
    Role.COORDINATOR: "samordnare",
    Role.DRAFTER: "skrivargruppen",
    Role.COUNCIL_MEMBER: "rådsledamot",
    SECRETARY: "rådets ordförande eller sekreterare",
    Role.AUDITOR: "granskare",
    Role.SYSTEM_ADMINISTRATOR: "systemadministratör",
    NEIGHBOUR: "handläggare i en annan part",
    PUBLIC: "allmänheten",
}

# Whoever holds a right of GRANTS, in words.
GIVERS = {
    Right.ADMINISTER: "partsadministratören i den egna organisationen",
    Right.EDIT_AGREEMENT: "samordnaren, till parter i överenskommelsen",
}


class Undone(Exception):
    """Takes back what was made to be asked about."""


def drawn():
    """The table as the rules answer today: rows of {thing, state, may: {column: word}}. The database is as before."""
    rows = []
    try:
        with transaction.atomic():
            world = World()
            things = list(world.things())
            told = world.asked([row for _thing, _state, row in things])
            rows = [
                {
                    "thing": thing,
                    "state": state,
                    "may": {str(column): may[column] for column in COLUMNS if column in may},
                }
                for (thing, state, _row), may in zip(things, told, strict=True)
            ]
            raise Undone  # nothing of it stays
    except Undone:
        return rows


@cache
def kept():
    """The table as it was drawn last."""
    return json.loads(KEPT.read_text(encoding="utf-8"))


def things_for(roles):
    """What the kept table says of the roles: {thing: for each role its [(state, what it may)]}.

    What a role may nothing with is left out, and so is what none of them may.
    """
    things = {}
    for row in kept():
        columns = things.setdefault(row["thing"], [[] for _role in roles])
        for column, role in zip(columns, roles, strict=True):
            if role in row["may"]:
                column.append((row["state"], row["may"][role]))
    return {thing: columns for thing, columns in things.items() if any(columns)}


def as_json(rows):
    return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"


def as_page(rows):
    """The guide's page: what people wrote, and below the mark who may what, and who gives which role."""
    written = GUIDE.read_text(encoding="utf-8").partition(MARK)[0]
    return f"{written}{MARK}\n{_may_what(rows)}\n## Vem ger vilken roll\n\n{_given_by()}"


def _may_what(rows):
    head = ["Vad", "Läge", *COLUMNS.values()]
    lines = [head, ["---"] * len(head)]
    for row in rows:
        lines.append([row["thing"], row["state"], *(row["may"].get(column, "–") for column in COLUMNS)])
    return _as_table(lines)


def _given_by():
    """Role by role who gives it: as ``GRANTS`` says, and what is left to the administration."""
    lines = [["Roll", "Ges av"], ["---"] * 2]
    for role in Role:
        givers = [name for right, name in GIVERS.items() if role in GRANTS[right]]
        givers += ["systemadministratören"] * (role in BY_SYSTEM_ADMINISTRATORS)
        givers += ["samordnaren, för ett utkast"] * (role == Role.DRAFTER)
        lines.append([str(role.label), ", ".join(givers)])
    return _as_table(lines)


def _as_table(lines):
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
