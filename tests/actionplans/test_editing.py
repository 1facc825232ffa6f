"""Writes to a draft's rows: numbers and places given out, and each kept as a step."""

import pytest

from actionplans.editing import add_activity
from actionplans.models import Activity, Step
from lib.db import Frozen
from tests.factories import (
    ActivityFactory,
    ActorFactory,
    CollaborationAreaFactory,
    EditionFactory,
    GoalFactory,
    PriorityAreaFactory,
    UserFactory,
    adopt,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition():
    return EditionFactory()


@pytest.fixture
def area(edition):
    return PriorityAreaFactory(agreement=edition.plan.agreement)


def numbers(edition):
    return list(edition.activities.for_table().values_list("number", flat=True))


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        ([], "1"),
        (["1", "2"], "3"),
        (["B1", "B2"], "B3"),
        (["B2", "B10", "B1"], "B11"),
        (["1.1", "1.2"], "1.3"),
        (["7", "A"], "8"),
        (["ABCDEFGHIJK9"], "1"),
        (["B-1", "B-2"], "B-3"),
    ],
)
def test_add_activity_numbers_like_its_neighbours(edition, there, expected):
    for order, number in enumerate(there):
        ActivityFactory(edition=edition, number=number, order=order)
    assert add_activity(edition=edition, by=UserFactory(), title="Pröva").number == expected


def test_add_activity_takes_after_the_area_where_the_collaboration_area_is_empty(edition, area):
    ActivityFactory(edition=edition, area=area, number="H1")
    ActivityFactory(edition=edition, number="B7")
    part = CollaborationAreaFactory(agreement=area.agreement, area=area)
    assert add_activity(edition=edition, by=UserFactory(), area=area, collaboration_area=part).number == "H2"


def test_add_activity_stands_below_the_row_and_takes_its_place(edition, area):
    part = CollaborationAreaFactory(agreement=area.agreement, area=area)
    first, second = (
        ActivityFactory(edition=edition, area=area, collaboration_area=part, number=number, order=order)
        for number, order in [("B1", 1), ("B2", 2)]
    )
    added = add_activity(edition=edition, by=UserFactory(), after=first, title="Pröva")
    assert (added.area, added.collaboration_area) == (area, part)
    assert numbers(edition) == ["B1", "B3", "B2"]
    assert set(Activity.objects.values_list("version", flat=True)) == {first.version} == {second.version}


def test_add_activity_a_thousand_times_finds_room(edition):
    first = ActivityFactory(edition=edition, number="1", order=32767)
    for _ in range(20):
        add_activity(edition=edition, by=UserFactory(), after=first, title="Pröva")
    assert numbers(edition) == ["1", *map(str, range(21, 1, -1))]


def test_add_activity_sets_lists_and_who(edition):
    goal, actor = GoalFactory(agreement=edition.plan.agreement), ActorFactory(agreement=edition.plan.agreement)
    user = UserFactory()
    added = add_activity(edition=edition, by=user, title="Pröva", goals=[goal], participants=[actor])
    assert (list(added.goals.all()), list(added.participants.all())) == ([goal], [actor])
    assert set(added.history.values_list("history_user", flat=True)) == {user.pk}


def test_add_activity_is_a_step(edition):
    user = UserFactory()
    added = add_activity(edition=edition, by=user, title="Pröva")
    step = Step.objects.get()
    assert (step.user, step.label) == (user, "Lade till 1")
    assert [(row["pk"], row["before"], row["after"]["title"]) for row in step.rows] == [(added.pk, None, "Pröva")]


def test_add_activity_refuses_an_adopted_edition(edition):
    adopt(edition)
    with pytest.raises(Frozen):
        add_activity(edition=edition, by=UserFactory(), title="Pröva")
