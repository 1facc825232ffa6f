"""What is asked once a day for nobody in particular gives each person what the question itself would give."""

import pytest

from followup import inbox
from lib.asked import asked, asked_together
from parties.rights import rights_of
from portal.rights_world import World
from portal.search import found
from portal.work import LISTS

pytestmark = pytest.mark.django_db
ASKS = [*inbox.ASKS, inbox._numbers, *LISTS.values()]


@pytest.fixture
def world():
    """Somebody in each role, and one of everything that waits for somebody, in each state."""
    world = World()
    assert list(world.things())
    return world


def test_what_is_asked_of_a_person_is_what_the_question_itself_gives(world):
    told, found = {}, 0
    for column, user in world.people.items():
        rows = [list(ask(user)) for ask in ASKS]
        told[column] = (
            rows
            == [asked(ask, user) for ask in ASKS]
            == asked_together(ASKS, user)
            == asked_together(ASKS, user, rights_of(user))
        )
        found += sum(map(len, rows))
    assert ([column for column, is_same in told.items() if not is_same], found > 10) == ([], True)


@pytest.mark.parametrize("words", [["e"], ["a", "r"], ["%"], ["_"], ["\\"], ["'"]])
def test_what_is_searched_is_what_the_question_itself_finds(world, words):
    told = {f"word{number}": word for number, word in enumerate(words)}
    assert [
        column
        for column, user in world.people.items()
        if ordered(asked(found, user, **told)) != ordered(found(user, **told))
    ] == []


def ordered(rows):
    """What the database gathers in lists comes in no order of its own."""
    in_order = ((row["place"], sorted((name, _in_order(value)) for name, value in row["told"].items())) for row in rows)
    return sorted(map(repr, in_order))


def _in_order(value):
    return sorted(map(repr, value)) if isinstance(value, list) else value
