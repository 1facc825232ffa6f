"""The matrix: who counts for what, and that it adds up."""

import pytest

from actionplans.matrix import expansions, matrix_of
from actionplans.reading import rows_of
from agreements.models import Actor
from parties.models import PartyKind
from tests.factories import (
    AccessionFactory,
    ActivityFactory,
    ActivityParticipantFactory,
    ActorFactory,
    EditionFactory,
    PriorityAreaFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition():
    """An agreement of two municipalities, a region and one that has left, with an actor for each and for all."""
    edition = EditionFactory()
    agreement = edition.plan.agreement
    kinds = [("Arboga", PartyKind.MUNICIPALITY), ("Åre", PartyKind.MUNICIPALITY), ("Regionen", PartyKind.REGION)]
    for name, kind in kinds:
        party = AccessionFactory(agreement=agreement, party__name=name, party__kind=kind).party
        ActorFactory(agreement=agreement, party=party)
    left = {"party__name": "Bjuv", "party__kind": PartyKind.MUNICIPALITY, "left_on": "2025-01-01"}
    AccessionFactory(agreement=agreement, **left)
    for key in ("kommunerna", "parterna", "regeringen"):
        ActorFactory(agreement=agreement, kind=Actor.Kind.COLLECTIVE, key=key, name=key)
    ActorFactory(agreement=agreement, kind=Actor.Kind.NAMED, name="bostadsbolagen")
    return edition


def actor(edition, name):
    return Actor.objects.get(agreement=edition.plan.agreement, name=name)


def counted(edition):
    """Who → (responsible, joining) by area, and the sum."""
    matrix = matrix_of(expansions(edition.plan.agreement), rows_of(edition))
    found = {
        line["who"].name: [
            (len(cell.responsible), len(cell.joining)) for cell in [*line["cells"].values(), line["sum"]]
        ]
        for line in matrix["lines"]
    }
    sums = [
        (len(cell.responsible), len(cell.joining))
        for cell in [*matrix["sums"]["cells"].values(), matrix["sums"]["sum"]]
    ]
    return found, sums


@pytest.mark.parametrize(
    ("name", "stands_for"),
    [
        ("Arboga", ["Arboga"]),
        ("kommunerna", ["Arboga", "Åre"]),
        ("parterna", ["Arboga", "Regionen", "Åre"]),
        ("regeringen", ["Regeringen"]),
        ("bostadsbolagen", ["Bostadsbolagen"]),
    ],
)
def test_expansions_are_the_parties_that_have_not_left(edition, name, stands_for):
    who = expansions(edition.plan.agreement)[actor(edition, name).pk]
    assert sorted(each.name for each in who) == stands_for
    parties = sorted(party.name for party in actor(edition, name).expand())
    assert parties in ([], stands_for)


def test_matrix_tells_responsible_from_joining_and_counts_nobody_twice(edition):
    """Arboga is responsible, and one of the municipalities that take part: counted once."""
    activity = ActivityFactory(edition=edition, responsible=actor(edition, "Arboga"))
    ActivityParticipantFactory(activity=activity, actor=actor(edition, "kommunerna"))
    ActivityParticipantFactory(activity=activity, actor=actor(edition, "Åre"))
    found, sums = counted(edition)
    assert found == {"Arboga": [(1, 0), (1, 0)], "Åre": [(0, 1), (0, 1)]}
    assert sums == [(1, 1), (1, 1)]


def test_matrix_adds_up(edition):
    areas = [PriorityAreaFactory(agreement=edition.plan.agreement, order=order) for order in (1, 2)]
    for place, name in enumerate(["kommunerna", "parterna", "bostadsbolagen", "Regionen"]):
        activity = ActivityFactory(edition=edition, area=areas[place % 2], responsible=actor(edition, name))
        ActivityParticipantFactory(activity=activity, actor=actor(edition, "parterna"))
    found, sums = counted(edition)
    for place in range(3):
        assert sums[place] == tuple(map(sum, zip(*(cells[place] for cells in found.values()), strict=True)))
    assert all(tuple(map(sum, zip(*cells[:2], strict=True))) == cells[2] for cells in found.values())
    assert list(found) == ["Arboga", "Regionen", "Åre", "Bostadsbolagen"]


def test_matrix_shows_what_nobody_answers_for(edition):
    ActivityFactory(edition=edition, responsible=None)
    assert counted(edition)[0] == {"Ingen ansvarig utsedd": [(1, 0), (1, 0)]}
