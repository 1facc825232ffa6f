"""Making, proposing, carrying over and deleting editions: what comes along, what is refused, and all or nothing."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from actionplans.checks import Unready
from actionplans.models import Activity, ActivityFile, Edition
from actionplans.services import carry_over, create_edition, delete_edition, propose_edition
from lib.db import Frozen, VersionConflict
from tests.factories import (
    AccessionFactory,
    ActivityFactory,
    ActivityFileFactory,
    ActorFactory,
    CollaborationAreaFactory,
    CommentFactory,
    EditionFactory,
    GoalFactory,
    InternalNoteFactory,
    PriorityAreaFactory,
    ReportFactory,
    UserFactory,
    adopt,
)

pytestmark = pytest.mark.django_db
NEXT = {"label": "2027:1", "starts_on": datetime.date(2027, 1, 1), "ends_on": datetime.date(2027, 6, 30)}
PERIOD = {"starts_on": datetime.date(2026, 7, 1), "ends_on": datetime.date(2026, 12, 31)}


def rich(edition, number):
    """An activity with something in every field, link and file."""
    agreement = edition.plan.agreement
    area = PriorityAreaFactory(agreement=agreement)
    actors = [ActorFactory(agreement=agreement, party=AccessionFactory(agreement=agreement).party) for _ in range(3)]
    activity = ActivityFactory(
        edition=edition, number=number, order=7, title=f"Ta fram {number}", description="Beskrivning",
        desired_effect="Effekt", area=area, collaboration_area=CollaborationAreaFactory(area=area),
        responsible=actors[0], responsible_function="Integrationsstrateg", indicator="Antal", indicator_base="1",
        indicator_target="2", counts="all_ages", starts_on=PERIOD["starts_on"], ends_on=PERIOD["ends_on"],
        milestones="2026-09-30 Klar", financing="Egna medel", amount=1000, followed_up_how="Samtal",
        followed_up_when="Varje halvår", followed_up_by=actors[1], local_plans="Lokal plan", equality="Jämställdhet",
        children="Barn", target_group_voice="Röst", origin="proposed", proposed_by=actors[2], change_reason="Avvek",
    )  # fmt: skip
    activity.goals.set(GoalFactory.create_batch(2, area=area))
    activity.participants.set(actors)
    activity.serves.set([CollaborationAreaFactory(area=area)])
    ActivityFileFactory(activity=activity, name=f"{number}.pdf", file=f"activities/{number}.pdf")
    return activity


def content(activity):
    """All that an activity says, but for what it says about its own edition."""
    own = {"id", "edition_id", "version", "origin", "change_reason", "ending", "ending_reason"}
    fields = {
        name: value for name, value in Activity.objects.filter(pk=activity.pk).values()[0].items() if name not in own
    }
    links = {
        name: sorted(getattr(activity, name).values_list("pk", flat=True))
        for name in ("goals", "participants", "serves")
    }
    return {**fields, **links, "files": list(activity.files.values_list("name", "file"))}


# --- carry over -------------------------------------------------------------------------------------------------------


def test_carry_over_takes_every_field_link_and_file_along():
    source = EditionFactory()
    before = [rich(source, "B1"), rich(source, "B2")]
    adopt(source)
    edition = carry_over(source=source, by=UserFactory(), endings={}, **NEXT)
    after = list(edition.activities.order_by("number"))
    assert [content(activity) for activity in after] == [content(activity) for activity in before]
    assert {(row.origin, row.change_reason, row.ending, row.version) for row in after} == {("carried", "", "", 1)}
    assert (edition.state, edition.based_on, edition.label, edition.plan) == ("draft", source, "2027:1", source.plan)


def test_carry_over_ends_with_the_reason_and_leaves_behind_what_was_ended():
    source = EditionFactory()
    first, second, third = (ActivityFactory(edition=source, number=number) for number in ("B1", "B2", "B3"))
    ActivityFactory(edition=source, number="B4", ending="closed", ending_reason="Klar förra gången")
    adopt(source)
    endings = {first.pk: ("closed", "Genomförd"), second.pk: ("cancelled", "Saknar pengar")}
    edition = carry_over(source=source, by=UserFactory(), endings=endings, **NEXT)
    assert list(edition.activities.order_by("number").values_list("number", "ending", "ending_reason", "lineage")) == [
        ("B1", "closed", "Genomförd", first.lineage),
        ("B2", "cancelled", "Saknar pengar", second.lineage),
        ("B3", "", "", third.lineage),
    ]


def test_carry_over_leaves_notes_and_comments_where_they_were_written():
    activity = ActivityFactory()
    InternalNoteFactory(activity=activity)
    CommentFactory(activity=activity)
    edition = carry_over(source=activity.edition, by=UserFactory(), endings={}, **NEXT)
    copy = edition.activities.get()
    assert (copy.comments.count(), hasattr(copy, "internal_note")) == (0, False)


def test_carry_over_writes_the_history_as_if_each_was_saved_alone():
    source = EditionFactory()
    rich(source, "B1")
    by = UserFactory()
    edition = carry_over(source=source, by=by, endings={}, **NEXT)
    activity = edition.activities.get()
    first = activity.history.get()
    assert (first.history_type, first.history_user, first.title) == ("+", by, activity.title)
    activity.title = "Ändrad"
    activity.save()
    changes = activity.history.first().diff_against(first).changes
    assert [change.field for change in changes] == ["title"]
    assert activity.files.get().history.get().history_user == by
    assert edition.history.get().history_user == by


def test_carry_over_does_not_multiply_queries():
    def queries(count):
        source, by = EditionFactory(), UserFactory()
        rich(source, "X")
        for number in range(count):
            ActivityFactory(edition=source, number=f"B{number}")
        with CaptureQueriesContext(connection) as captured:
            carry_over(source=source, by=by, endings={}, **NEXT)
        return len(captured)

    few = queries(1)
    assert queries(60) <= few + 6  # SQLite takes 999 values at a time


def test_carry_over_refuses_a_period_that_is_taken():
    source = EditionFactory(label="2026:2", **PERIOD)
    with pytest.raises(ValidationError, match="krockar med 2026:2"):
        carry_over(source=source, by=UserFactory(), endings={}, **{**NEXT, "starts_on": PERIOD["ends_on"]})
    assert Edition.objects.count() == 1


def test_carry_over_that_fails_midway_leaves_nothing():
    """Row 7 of 10 cannot be stored: no edition, activity, link, file or history row is left of the attempt."""
    source = EditionFactory()
    for number in range(9):
        ActivityFactory(edition=source, number=f"B{number}")
    rich(source, "B9")
    models = [Edition, Activity, Activity.goals.through, ActivityFile, Activity.history.model, Edition.history.model]
    before = [model._base_manager.count() for model in models]
    seventh = Activity.objects.get(number="B7")
    with pytest.raises(IntegrityError):
        carry_over(source=source, by=UserFactory(), endings={seventh.pk: ("closed", None)}, **NEXT)
    assert [model._base_manager.count() for model in models] == before


# --- editions ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"label": "2026:2"}, "label"),
        ({"label": "ny-version"}, "label"),
        ({"label": "2027/1"}, "label"),
        ({"label": ".."}, "label"),
        ({"starts_on": PERIOD["ends_on"]}, "starts_on"),
        ({"ends_on": datetime.date(2026, 12, 1)}, "starts_on"),
        ({"starts_on": datetime.date(2027, 7, 1)}, "__all__"),
    ],
    ids=["label taken", "label of an address", "slash", "dots", "overlaps by a day", "overlaps", "end before start"],
)
def test_create_edition_refuses(changes, field):
    plan = EditionFactory(label="2026:2", **PERIOD).plan
    if field == "starts_on" and "ends_on" in changes:
        changes = {**changes, "starts_on": datetime.date(2026, 8, 1)}
    with pytest.raises(ValidationError) as refused:
        create_edition(plan=plan, by=UserFactory(), **{**NEXT, **changes})
    assert list(refused.value.message_dict) == [field]
    assert plan.editions.count() == 1


def test_create_edition_lets_a_correction_begin_early():
    plan = EditionFactory(label="2026:2", **PERIOD).plan
    edition = create_edition(plan=plan, by=UserFactory(), label="2026:2 rättad", is_correction=True, **PERIOD)
    assert edition.state == "draft"


def test_propose_edition_is_refused_with_the_list_of_what_stops_it():
    edition = EditionFactory()
    ActivityFactory(edition=edition, number="B1", responsible=None)
    ActivityFactory(edition=edition, number="B2", ending="closed")
    with pytest.raises(Unready) as refused:
        propose_edition(edition=edition, by=UserFactory())
    assert refused.value.messages == ["B1: Ansvarig part saknas.", "B2: Avslutad utan skäl."]
    assert Edition.objects.get().state == "draft"


def test_propose_edition_can_be_withdrawn_and_proposed_again():
    activity = ActivityFactory()
    edition, by = activity.edition, UserFactory()
    propose_edition(edition=edition, by=by)
    assert (edition.state, edition.proposed_by) == ("proposed", by)
    with pytest.raises(Frozen, match="redan föreslagen"):
        propose_edition(edition=edition, by=by)
    edition.withdraw(by=by, reason="Kommunerna vill ändra")
    assert (edition.state, edition.proposed_at, edition.proposed_by) == ("draft", None, None)
    assert edition.history.first().history_change_reason == "Kommunerna vill ändra"
    with pytest.raises(Frozen, match="inte föreslagen"):
        edition.withdraw(by=by)
    propose_edition(edition=edition, by=by)
    assert [row.state for row in edition.history.order_by("pk")] == ["draft", "proposed", "draft", "proposed"]


@pytest.mark.parametrize("verb", ["propose", "withdraw"])
def test_an_adopted_edition_is_neither_proposed_nor_withdrawn(verb):
    edition = adopt(ActivityFactory().edition)
    with pytest.raises(Frozen, match="fastställd"):
        getattr(edition, verb)(by=UserFactory())
    assert Edition.objects.get().state == "adopted"


def test_states_change_nothing_that_a_colleague_saved_meanwhile():
    edition = ActivityFactory().edition
    mine = Edition.objects.get()
    edition.label = "Nytt namn"
    edition.save()
    mine.propose(by=UserFactory())
    assert adopt(mine).label == Edition.objects.get().label == "Nytt namn"


def test_delete_edition_takes_its_activities_and_files_but_not_what_others_share(
    settings, tmp_path, django_capture_on_commit_callbacks
):
    settings.MEDIA_ROOT = tmp_path
    source = EditionFactory()
    shared = ActivityFileFactory(activity__edition=source)
    shared.file.save("delad.pdf", ContentFile(b"%PDF-"))
    edition = carry_over(source=source, by=UserFactory(), endings={}, **NEXT)
    own = ActivityFileFactory(activity=edition.activities.get())
    own.file.save("egen.pdf", ContentFile(b"%PDF-"))
    with django_capture_on_commit_callbacks(execute=True):
        delete_edition(edition=edition, version=edition.version, by=UserFactory())
    assert (list(Edition.objects.all()), Activity.objects.count(), ActivityFile.objects.count()) == ([source], 1, 1)
    assert (shared.file.storage.exists(shared.file.name), own.file.storage.exists(own.file.name)) == (True, False)


def needed(edition):
    EditionFactory(plan=edition.plan, based_on=edition)


def reported(edition):
    ReportFactory(activity=ActivityFactory(edition=edition))


@pytest.mark.parametrize(
    ("prepare", "error"),
    [
        (adopt, Frozen),
        (lambda edition: edition.propose(by=UserFactory()), Frozen),
        (needed, Frozen),
        (reported, Frozen),
        (lambda edition: edition.save_version(edition.version), VersionConflict),
    ],
    ids=["adopted", "proposed", "another builds on it", "reported on", "saved by a colleague"],
)  # fmt: skip
def test_delete_edition_is_refused(prepare, error):
    edition = ActivityFactory().edition
    prepare(edition)
    with pytest.raises(error), transaction.atomic():
        delete_edition(edition=edition, version=1, by=UserFactory())
    assert Activity.objects.filter(edition=edition).exists()
