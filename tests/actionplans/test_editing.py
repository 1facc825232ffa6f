"""Writes to a draft's rows: numbers and places given out, and each kept as a step."""

import datetime
import uuid

import pytest
from django.core.exceptions import ValidationError

from actionplans.editing import add_activity, change_many, delete_activity, duplicate_activity, move_activity
from actionplans.models import Activity, ActivityFile, Comment, InternalNote, Step
from lib.db import Frozen, VersionConflict
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
    part = CollaborationAreaFactory(area=area)
    assert add_activity(edition=edition, by=UserFactory(), area=area, collaboration_area=part).number == "H2"


def test_add_activity_stands_below_the_row_and_takes_its_place(edition, area):
    part = CollaborationAreaFactory(area=area)
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


def test_add_activity_once_is_made_once(edition):
    user, once = UserFactory(), uuid.uuid4()
    first, again = (add_activity(edition=edition, by=user, once=once, title="Pröva") for _ in range(2))
    other = add_activity(edition=edition, by=UserFactory(), once=once, title="Pröva")
    assert (first == again, first == other, edition.activities.count()) == (True, False, 2)


def test_duplicate_activity_copies_the_content_under_a_new_number(edition, area):
    row = ActivityFactory(
        edition=edition, number="B1", area=area, title="Pröva", change_reason="För att", ending="closed"
    )
    row.goals.add(GoalFactory(agreement=area.agreement))
    copy = duplicate_activity(activity=row, by=UserFactory())
    assert (copy.number, copy.title, copy.area, list(copy.goals.all())) == ("B2", "Pröva", area, list(row.goals.all()))
    assert (copy.change_reason, copy.ending, copy.origin, copy.lineage == row.lineage) == ("", "", "new", False)


@pytest.mark.parametrize(
    ("number", "where", "expected"),
    [
        ("B2", {"direction": "up"}, ["B2", "B1", "B3"]),
        ("B2", {"direction": "down"}, ["B1", "B3", "B2"]),
        ("B1", {"direction": "up"}, ["B1", "B2", "B3"]),
        ("B3", {"direction": "down"}, ["B1", "B2", "B3"]),
        ("B1", {"after": "B3"}, ["B2", "B3", "B1"]),
        ("B3", {"after": None}, ["B3", "B1", "B2"]),
    ],
)
@pytest.mark.parametrize("orders", [(0, 0, 0), (1, 2, 3), (10, 20, 30)])
def test_move_activity_changes_nobody_elses_version(edition, number, where, expected, orders):
    rows = {
        name: ActivityFactory(edition=edition, number=name, order=order)
        for name, order in zip(("B1", "B2", "B3"), orders, strict=True)
    }
    target = {key: rows.get(value, value) for key, value in where.items()}
    move_activity(activity=rows[number], by=UserFactory(), **target)
    assert numbers(edition) == expected
    assert set(edition.activities.exclude(number=number).values_list("version", flat=True)) == {1}


def test_move_activity_to_another_area(edition, area):
    row, there = ActivityFactory(edition=edition), ActivityFactory(edition=edition, area=area)
    moved = move_activity(activity=row, by=UserFactory(), after=there, place=(area, None))
    assert list(edition.activities.filter(area=area).order_by("order")) == [there, moved]


def test_move_activity_refuses_a_collaboration_area_of_another_area(edition, area):
    part = CollaborationAreaFactory(area=area)
    with pytest.raises(ValidationError, match="annat område"):
        move_activity(activity=ActivityFactory(edition=edition), by=UserFactory(), place=(None, part))


def test_change_many_tells_of_rows_that_moved_on_and_saves_the_others(edition):
    stale, fresh = ActivityFactory(edition=edition), ActivityFactory(edition=edition)
    actor = ActorFactory(agreement=edition.plan.agreement)
    versions = {stale.pk: 7, fresh.pk: fresh.version, 10**6: 1}
    bulk = change_many(edition=edition, versions=versions, values={"responsible": actor}, by=UserFactory(), label="X")
    assert (bulk.saved, bulk.moved_on, bulk.gone) == ([fresh], [stale], 1)
    assert list(edition.activities.filter(responsible=actor)) == [fresh]


def test_change_many_leaves_a_row_that_the_values_do_not_fit(edition):
    late = ActivityFactory(edition=edition, number="B7", starts_on=datetime.date(2026, 9, 1))
    values = {"ends_on": datetime.date(2026, 8, 1), "is_continuous": False}
    bulk = change_many(edition=edition, versions={late.pk: 1}, values=values, by=UserFactory(), label="X")
    assert (bulk.saved, bulk.refused) == ([], [(late, "Slutdatum kan inte vara före startdatum.")])


def test_change_many_makes_carried_rows_revised(edition):
    row = ActivityFactory(edition=edition, origin="carried")
    change_many(edition=edition, versions={row.pk: 1}, values={"title": "Annat"}, by=UserFactory(), label="X")
    row.refresh_from_db()
    assert row.origin == "revised"


def keep_in_earlier_edition(row):
    ActivityFactory(edition=EditionFactory(plan=row.edition.plan), lineage=row.lineage)


OBSTACLES = {
    "earlier edition": keep_in_earlier_edition,
    "comment": lambda row: Comment.objects.create(activity=row, author=UserFactory(), text="Bra"),
    "file": lambda row: ActivityFile.objects.create(activity=row, name="Bilaga", file="bilaga.pdf"),
    "note": lambda row: InternalNote.objects.create(activity=row, text="Minns"),
}


@pytest.mark.parametrize("obstacle", OBSTACLES.values(), ids=OBSTACLES.keys())
def test_delete_activity_refuses_what_has_a_past(edition, obstacle):
    row = ActivityFactory(edition=edition)
    obstacle(row)
    with pytest.raises(Frozen, match="Avsluta eller stryk"):
        delete_activity(activity=row, version=row.version, by=UserFactory())


def test_delete_activity_refuses_a_row_that_moved_on(edition):
    row = ActivityFactory(edition=edition)
    with pytest.raises(VersionConflict):
        delete_activity(activity=row, version=row.version + 1, by=UserFactory())


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"starts_on": "2026-09-01", "ends_on": "2026-08-01"}, "ends_on"),
        ({"ends_on": "2026-08-01", "is_continuous": True}, "ends_on"),
    ],
)
def test_clean_holds_between_the_dates(edition, values, field):
    dates = {name: datetime.date.fromisoformat(v) if isinstance(v, str) else v for name, v in values.items()}
    with pytest.raises(ValidationError) as caught:
        ActivityFactory.build(edition=edition, **dates).clean()
    assert list(caught.value.message_dict) == [field]


def test_clean_holds_between_the_areas(edition, area):
    part = CollaborationAreaFactory(area=area)
    with pytest.raises(ValidationError) as caught:
        ActivityFactory.build(edition=edition, area=None, collaboration_area=part).clean()
    assert list(caught.value.message_dict) == ["collaboration_area"]
