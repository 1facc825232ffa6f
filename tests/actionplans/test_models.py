"""Editions: who sees which state, and that an adopted one never changes on any path."""

import datetime

import pytest
from django.db import IntegrityError, transaction

from actionplans.models import Activity, ActivityGoal, ActivityParticipant, Edition
from lib.db import Frozen
from parties.models import Role
from tests.factories import (
    AccessionFactory,
    ActivityFactory,
    ActorFactory,
    DecisionFactory,
    EditionFactory,
    GoalFactory,
    MembershipFactory,
    UserFactory,
    adopt,
)

pytestmark = pytest.mark.django_db
SOME_DAY = datetime.date(2027, 1, 1)


@pytest.fixture
def edition():
    """An adopted edition with one activity that has a goal and a participant."""
    edition = EditionFactory()
    activity = ActivityFactory(edition=edition)
    activity.goals.add(GoalFactory(agreement=edition.plan.agreement))
    activity.participants.add(activity.responsible)
    return adopt(edition)


def change_edition(edition):
    edition.label = "ändrad"
    edition.save()


def change_activity(edition):
    activity = edition.activities.get()
    activity.title = "ändrad"
    activity.save()


def move_in(edition):
    activity = ActivityFactory()
    activity.edition = edition
    activity.save()


def bulk_change(edition):
    activity = edition.activities.get()
    activity.title = "ändrad"
    Activity.objects.bulk_update([activity], ["title"])


def upsert(edition):
    activity = edition.activities.get()
    Activity.objects.bulk_create([activity], update_conflicts=True, update_fields=["title"], unique_fields=["id"])


WRITES = {
    "edition save": change_edition,
    "edition delete": lambda edition: edition.delete(),
    "edition update": lambda edition: Edition.objects.filter(pk=edition.pk).update(label="ändrad"),
    "edition delete by queryset": lambda edition: Edition.objects.filter(pk=edition.pk).delete(),
    "edition back to draft": lambda edition: Edition.objects.filter(pk=edition.pk).update(state="draft"),
    "edition save_version": lambda edition: edition.save_version(edition.version) or change_edition(edition),
    "edition adopted twice": adopt,
    "activity save": change_activity,
    "activity delete": lambda edition: edition.activities.get().delete(),
    "activity update": lambda edition: edition.activities.update(title="ändrad"),
    "activity delete by queryset": lambda edition: edition.activities.all().delete(),
    "activity bulk_update": bulk_change,
    "activity upsert": upsert,
    "activity added": lambda edition: ActivityFactory(edition=edition),
    "activity added in bulk": lambda edition: Activity.objects.bulk_create([Activity(edition=edition, number="9")]),
    "activity moved in": move_in,
    "goal added": lambda edition: edition.activities.get().goals.add(GoalFactory(agreement=edition.plan.agreement)),
    "goals cleared": lambda edition: edition.activities.get().goals.clear(),
    "goals set": lambda edition: edition.activities.get().goals.set([]),
    "goal removed": lambda edition: edition.activities.get().goals.remove(edition.activities.get().goals.get()),
    "participants cleared": lambda edition: edition.activities.get().participants.clear(),
    "goal link deleted": lambda edition: ActivityGoal.objects.get().delete(),
    "participant link updated": lambda edition: ActivityParticipant.objects.update(actor=ActorFactory()),
}


def snapshot(edition):
    return (
        list(Edition.objects.filter(pk=edition.pk).values()),
        list(Activity.objects.filter(edition=edition).values()),
        list(ActivityGoal.objects.filter(activity__edition=edition).values()),
        list(ActivityParticipant.objects.filter(activity__edition=edition).values()),
    )


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
def test_adopted_edition_refuses_every_write(edition, write):
    before = snapshot(edition)
    with pytest.raises(Frozen), transaction.atomic():
        write(Edition.objects.get(pk=edition.pk))
    assert snapshot(edition) == before


def test_adopt_supersedes_the_edition_before(edition):
    successor = adopt(EditionFactory(plan=edition.plan))
    states = dict(Edition.objects.filter(plan=edition.plan).values_list("pk", "state"))
    assert states == {edition.pk: "superseded", successor.pk: "adopted"}


def test_adopt_needs_a_decision():
    edition = EditionFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        edition.adopt(decision=None, by=UserFactory())
    assert Edition.objects.get(pk=edition.pk).state == "draft"


def test_two_adopted_editions_of_a_plan_are_refused_by_the_database(edition):
    other = EditionFactory(plan=edition.plan)
    decision = DecisionFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        Edition._base_manager.filter(pk=other.pk).update(
            state="adopted", adopted_at="2026-01-01T00:00Z", decision=decision
        )


@pytest.mark.parametrize(
    ("reader", "seen"),
    [
        ("coordinator", {"draft", "proposed", "adopted"}),
        ("party", {"proposed", "adopted"}),
        ("outsider", {"adopted"}),
        ("nobody", {"adopted"}),
    ],
)
def test_visible_to_follows_the_state(reader, seen):
    edition = EditionFactory()
    agreement = edition.plan.agreement
    party = AccessionFactory(agreement=agreement).party
    EditionFactory(plan=edition.plan)
    Edition.objects.filter(pk=edition.pk).update(state="proposed")
    adopt(EditionFactory(plan=edition.plan))
    user = {
        "coordinator": lambda: MembershipFactory(party=agreement.coordinating_party, role=Role.COORDINATOR).user,
        "party": lambda: MembershipFactory(party=party, role=Role.REPORTER).user,
        "outsider": lambda: MembershipFactory(role=Role.COORDINATOR).user,
        "nobody": UserFactory,
    }[reader]()
    assert set(Edition.objects.visible_to(user).values_list("state", flat=True)) == seen


def test_activity_dates_are_ordered():
    with pytest.raises(IntegrityError), transaction.atomic():
        ActivityFactory(starts_on=SOME_DAY, ends_on=SOME_DAY - datetime.timedelta(days=1))


def test_reporting_parties_of_a_collective_are_its_municipalities():
    edition = EditionFactory()
    agreement = edition.plan.agreement
    municipality = AccessionFactory(agreement=agreement, party__kind="municipality").party
    AccessionFactory(agreement=agreement, party__kind="region")
    together = ActorFactory(agreement=agreement, kind="collective", key="kommunerna", name="kommunerna")
    activity = ActivityFactory(edition=edition, responsible=together)
    assert list(activity.reporting_parties()) == [municipality]
