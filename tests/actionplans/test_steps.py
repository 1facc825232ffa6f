"""Undo: the user's own latest step, whole or not at all, and never over what a colleague has written since."""

import datetime

import pytest

from actionplans.editing import add_activity, change_many, delete_activity, duplicate_activity, move_activity
from actionplans.models import Activity, Comment, Step
from actionplans.steps import CannotUndo, stored, undo_latest
from lib.db import Frozen
from tests.factories import (
    ActivityFactory,
    ActorFactory,
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
def activity(edition):
    """A row with something in every kind of field."""
    agreement = edition.plan.agreement
    activity = ActivityFactory(
        edition=edition,
        number="B1",
        title="Pröva boskola",
        area=PriorityAreaFactory(agreement=agreement),
        starts_on=datetime.date(2026, 7, 1),
        amount=1000,
    )
    activity.goals.add(GoalFactory(agreement=agreement))
    activity.participants.add(ActorFactory(agreement=agreement))
    return activity


@pytest.fixture
def user():
    return UserFactory()


def content(edition):
    return {row.pk: stored(row) for row in edition.activities.all()}


def change(edition, user, *activities, **values):
    versions = {activity.pk: Activity.objects.get(pk=activity.pk).version for activity in activities}
    return change_many(edition=edition, versions=versions, values=values, by=user, label="Ändrade")


STEPS = {
    "add": lambda activity, user: add_activity(edition=activity.edition, by=user, title="Ny", after=activity),
    "duplicate": lambda activity, user: duplicate_activity(activity=activity, by=user),
    "delete": lambda activity, user: delete_activity(activity=activity, version=activity.version, by=user),
    "change": lambda activity, user: change(activity.edition, user, activity, responsible=None, title="Annat"),
    "end": lambda activity, user: change(activity.edition, user, activity, ending="closed", ending_reason="Klart"),
    "move": lambda activity, user: move_activity(activity=activity, by=user, place=(None, None)),
}


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS.keys())
def test_undo_puts_back_everything(activity, user, step):
    before = content(activity.edition)
    step(Activity.objects.get(pk=activity.pk), user)
    assert content(activity.edition) != before
    undo_latest(edition=activity.edition, by=user)
    assert content(activity.edition) == before


def test_undo_takes_one_step_after_the_other(activity, user):
    for title in ("Första", "Andra"):
        change(activity.edition, user, activity, title=title)
    found = []
    while undo_latest(edition=activity.edition, by=user):
        found.append(Activity.objects.get(pk=activity.pk).title)
    assert found == ["Första", "Pröva boskola"]


def test_undo_takes_back_many_rows_as_one_step(edition, user):
    rows = [ActivityFactory(edition=edition, starts_on=None) for _ in range(3)]
    change(edition, user, *rows, starts_on=datetime.date(2026, 8, 1))
    undo_latest(edition=edition, by=user)
    assert set(edition.activities.values_list("starts_on", flat=True)) == {None}


def test_undo_is_for_ones_own_steps(activity, user):
    change(activity.edition, user, activity, title="Annat")
    assert undo_latest(edition=activity.edition, by=UserFactory()) is None


def test_undo_names_the_colleague_who_changed_the_row_since(activity, user):
    change(activity.edition, user, activity, title="Mitt")
    change(activity.edition, UserFactory(name="Elin Lund"), activity, title="Elins")
    with pytest.raises(CannotUndo, match="Elin Lund har ändrat B1 sedan dess"):
        undo_latest(edition=activity.edition, by=user)
    assert Activity.objects.get(pk=activity.pk).title == "Elins"


def test_undo_leaves_what_a_colleague_wrote_in_another_field(activity, user):
    change(activity.edition, user, activity, title="Mitt")
    change(activity.edition, UserFactory(), activity, indicator="Elins")
    undo_latest(edition=activity.edition, by=user)
    activity.refresh_from_db()
    assert (activity.title, activity.indicator) == ("Pröva boskola", "Elins")


def test_undo_of_many_rows_is_all_or_nothing(edition, user):
    rows = [ActivityFactory(edition=edition, title="Förut") for _ in range(3)]
    change(edition, user, *rows, title="Mitt")
    change(edition, UserFactory(), rows[0], title="Elins")
    with pytest.raises(CannotUndo):
        undo_latest(edition=edition, by=user)
    assert sorted(edition.activities.values_list("title", flat=True)) == ["Elins", "Mitt", "Mitt"]


def test_undo_of_a_new_row_with_comments_is_refused(edition, user):
    activity = add_activity(edition=edition, by=user, title="Ny")
    Comment.objects.create(activity=activity, author=UserFactory(), text="Bra")
    with pytest.raises(CannotUndo, match="kommentarer"):
        undo_latest(edition=edition, by=user)


def test_undo_of_a_deletion_is_refused_where_the_number_is_taken(activity, user):
    delete_activity(activity=activity, version=activity.version, by=user)
    ActivityFactory(edition=activity.edition, number="B1")
    with pytest.raises(CannotUndo, match="Numret finns redan"):
        undo_latest(edition=activity.edition, by=user)


def test_undo_of_a_deletion_gives_a_version_that_nobody_has_read(activity, user):
    change(activity.edition, user, activity, title="Mitt")
    delete_activity(activity=Activity.objects.get(pk=activity.pk), version=2, by=user)
    undo_latest(edition=activity.edition, by=user)
    assert Activity.objects.get(pk=activity.pk).version > 2


def test_undo_in_a_row_that_is_gone_is_refused(activity, user):
    change(activity.edition, user, activity, title="Mitt")
    delete_activity(activity=activity, version=Activity.objects.get(pk=activity.pk).version, by=UserFactory())
    with pytest.raises(CannotUndo, match="tagits bort"):
        undo_latest(edition=activity.edition, by=user)


def test_undo_refuses_an_adopted_edition(activity, user):
    change(activity.edition, user, activity, title="Mitt")
    adopt(activity.edition)
    with pytest.raises(Frozen):
        undo_latest(edition=activity.edition, by=user)


def test_a_change_of_nothing_is_no_step(activity, user):
    change(activity.edition, user, activity, title=activity.title)
    assert Step.objects.count() == 0
