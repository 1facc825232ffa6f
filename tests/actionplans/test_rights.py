"""Who sees, edits, proposes, adopts and comments an edition in each of its states, and that an adopted one is frozen.

The table is said apart from the code.
"""

import pytest
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import get_resolver, reverse
from django.urls.converters import UUIDConverter
from django.utils import timezone

from actionplans.editing import add_activity
from actionplans.models import (
    Activity,
    ActivityCollaborationArea,
    ActivityFile,
    ActivityGoal,
    ActivityParticipant,
    Edition,
)
from actionplans.services import delete_edition, delete_file
from agreements.models import Agreement
from lib.db import Frozen
from parties.models import Role
from parties.rights import hats_on
from tests.factories import (
    AccessionFactory,
    ActionPlanFactory,
    ActivityFactory,
    ActivityFileFactory,
    ActivityGoalFactory,
    ActorFactory,
    AgreementFactory,
    CollaborationAreaFactory,
    EditionFactory,
    GoalFactory,
    MandateFactory,
    MembershipFactory,
    PriorityAreaFactory,
    UserFactory,
    adopt,
)
from tests.workbook.books import book_for, read_in

pytestmark = pytest.mark.django_db

COORDINATOR, AUDITOR = "coordinator", "auditor of the county board"
RESPONSIBLE, PARTICIPANT = "reporter of the responsible party", "reporter of a participating party"
READER, MEMBER = "reader of a party", "member of a body"
FORMER = "reporter of a party that left"
OTHER_COORDINATOR, OTHER_REPORTER = "coordinator of another county", "reporter of another county"
ANONYMOUS = "anonymous"
PARTIES = {RESPONSIBLE, PARTICIPANT, READER}
SHARED = {COORDINATOR, AUDITOR, MEMBER, *PARTIES}
EVERYBODY = {*SHARED, FORMER, OTHER_COORDINATOR, OTHER_REPORTER, ANONYMOUS}
NOBODY = set()

DRAFT, PROPOSED, ADOPTED, SUPERSEDED = "draft", "proposed", "adopted", "superseded"
PUBLISHED, UNPUBLISHED, UNSHARED = "published", "unpublished", "unpublished draft"

WHO_SPEAK = {COORDINATOR, RESPONSIBLE, PARTICIPANT, MEMBER}  # readers and auditors only read
OURS = {"see": {COORDINATOR}, "edit": {COORDINATOR}, "adopt": {COORDINATOR}, "comment": {COORDINATOR}}

# (the agreement, the edition) → who does what. What is not said is done by nobody.
TABLE = {
    (PUBLISHED, DRAFT): {**OURS, "propose": {COORDINATOR}},
    (PUBLISHED, PROPOSED): {**OURS, "see": SHARED, "comment": WHO_SPEAK, "withdraw": {COORDINATOR}},
    (PUBLISHED, ADOPTED): {"see": EVERYBODY},
    (PUBLISHED, SUPERSEDED): {"see": EVERYBODY},
    (UNPUBLISHED, DRAFT): {**OURS, "propose": {COORDINATOR}},
    (UNPUBLISHED, PROPOSED): {**OURS, "see": SHARED, "comment": WHO_SPEAK, "withdraw": {COORDINATOR}},
    (UNPUBLISHED, ADOPTED): {"see": SHARED},
    (UNPUBLISHED, SUPERSEDED): {"see": SHARED},
    (UNSHARED, DRAFT): {**OURS, "propose": {COORDINATOR}},
    (UNSHARED, PROPOSED): {**OURS, "withdraw": {COORDINATOR}},
    (UNSHARED, ADOPTED): {"see": {COORDINATOR}},
    (UNSHARED, SUPERSEDED): {"see": {COORDINATOR}},
}
ACTS = ("see", "edit", "propose", "withdraw", "adopt", "comment")


@pytest.fixture
def world(request):
    """(edition, people) where the edition, in a state, has an activity of one party that another takes part in."""
    publicity, state = request.param
    agreement = AgreementFactory(
        status="draft" if publicity == UNSHARED else "in_force",
        published_on="2020-01-01" if publicity == PUBLISHED else None,
    )
    responsible, participant, reading = (AccessionFactory(agreement=agreement).party for _ in range(3))
    former = AccessionFactory(agreement=agreement, left_on="2025-01-01").party
    body = MandateFactory(agreement=agreement).body
    edition = EditionFactory(plan=ActionPlanFactory(agreement=agreement, adopted_by=body.mandates.get()))
    activity = ActivityFactory(edition=edition, responsible=ActorFactory(agreement=agreement, party=responsible))
    activity.participants.add(ActorFactory(agreement=agreement, party=participant))
    reach(edition, state)
    board = agreement.coordinating_party
    abroad = AgreementFactory(county__code="04")
    hats = {
        COORDINATOR: {"role": Role.COORDINATOR, "party": board},
        AUDITOR: {"role": Role.AUDITOR, "party": board},
        RESPONSIBLE: {"role": Role.REPORTER, "party": responsible},
        PARTICIPANT: {"role": Role.REPORTER, "party": participant},
        READER: {"role": Role.READER, "party": reading},
        FORMER: {"role": Role.REPORTER, "party": former},
        MEMBER: {"role": Role.COUNCIL_MEMBER, "group": body.group()},
        OTHER_COORDINATOR: {"role": Role.COORDINATOR, "party": abroad.coordinating_party},
        OTHER_REPORTER: {"role": Role.REPORTER, "party": AccessionFactory(agreement=abroad).party},
    }
    return edition, {person: MembershipFactory(**hat).user for person, hat in hats.items()} | {ANONYMOUS: None}


def reach(edition, state):
    if state == PROPOSED:
        edition.propose(by=MembershipFactory().user)
    if state in (ADOPTED, SUPERSEDED):
        adopt(edition)
    if state == SUPERSEDED:
        adopt(EditionFactory(plan=edition.plan))


def asked(act, edition, activity):
    """(address, what is posted or None) of an act as the browser does it."""
    place = [edition.plan.agreement.slug, edition.plan.key, edition.label]
    decision = {"mandate": edition.plan.adopted_by_id, "decided_on": "2026-06-11"}
    fields = {"number": activity.number, "title": "Ändrad", "origin": "new", "version": activity.version}
    return {
        "see": (reverse("actionplans:edition_detail", args=place), None),
        "edit": (reverse("actionplans:activity_edit", args=[*place, activity.pk]), fields),
        "propose": (reverse("actionplans:edition_propose", args=place), {}),
        "withdraw": (reverse("actionplans:edition_withdraw", args=place), {}),
        "adopt": (reverse("followup:edition_adopt", args=place), decision),
        "comment": (
            reverse("actionplans:comment_list", args=[*place, activity.pk]),
            {"text": "Hur går det?", "is_shared": "on"},
        ),
    }[act]


def traces(edition, activity):
    """What an act leaves behind."""
    return (
        Edition.objects.get(pk=edition.pk).state,
        Activity.objects.get(pk=activity.pk).title,
        activity.comments.count(),
    )


def did(client, act, edition):
    """Whether the one who is logged in could: seen, or something changed by it."""
    activity = edition.activities.get()
    before = traces(edition, activity)
    url, data = asked(act, edition, activity)
    response = client.get(url) if data is None else client.post(url, data)
    if act == "see":
        return response.status_code == 200
    return traces(edition, activity) != before


@pytest.mark.parametrize("world", TABLE, indirect=True, ids=lambda key: ", ".join(key))
def test_rights(client, world, request):
    edition, people = world
    agreed = TABLE[request.node.callspec.params["world"]]
    able = {act: set() for act in ACTS}
    for person, user in people.items():
        if user:
            client.force_login(user)
        else:
            client.logout()
        for act in ACTS:
            with transaction.atomic():
                if did(client, act, edition):
                    able[act].add(person)
                transaction.set_rollback(True)
    assert able == {act: agreed.get(act, NOBODY) for act in ACTS}


@pytest.mark.parametrize("world", TABLE, indirect=True, ids=lambda key: ", ".join(key))
def test_visible_with_known_rights_says_the_same_as_visible_to(world):
    edition, people = world
    for user in people.values():
        hats = hats_on(user or AnonymousUser(), Agreement, edition.plan.agreement.slug)
        rights = {right for hat in hats for right in hat.rights}
        with_rights = edition.plan.editions.visible_with(rights, timezone.localdate())
        assert set(with_rights) == set(edition.plan.editions.visible_to(user or AnonymousUser()))


# --- adopted is frozen ------------------------------------------------------------------------------------------------


@pytest.fixture
def frozen():
    """An adopted edition whose activity has one of every link, a file and a milestone."""
    edition = EditionFactory()
    agreement = edition.plan.agreement
    area = PriorityAreaFactory(agreement=agreement)
    party = ActorFactory(agreement=agreement, party=AccessionFactory(agreement=agreement).party)
    activity = ActivityFactory(edition=edition, area=area, responsible=party, followed_up_by=party)
    activity.goals.add(GoalFactory(area=area))
    activity.participants.add(party)
    activity.serves.add(CollaborationAreaFactory(area=area))
    ActivityFileFactory(activity=activity)
    return adopt(edition)


def one(edition):
    return edition.activities.get()


def other(edition):
    """An activity of a draft of the same plan."""
    return ActivityFactory(edition=EditionFactory(plan=edition.plan), number="X")


def changed(row, **values):
    for name, value in values.items():
        setattr(row, name, value)
    return row


def goal(edition):
    return GoalFactory(agreement=edition.plan.agreement)


def part(edition):
    return CollaborationAreaFactory(area=one(edition).area)


def link(edition):
    return ActivityGoal.objects.get(activity__edition=edition)


def row_of(edition):
    return Activity.objects.filter(edition=edition)


def file_of(edition):
    return ActivityFile.objects.get(activity__edition=edition)


WRITES = {
    # the edition
    "edition save": lambda e: changed(e, label="ändrad").save(),
    "edition save of one field": lambda e: changed(e, label="ändrad").save(update_fields=["label"]),
    "edition save_version": lambda e: changed(e, label="ändrad").save_version(e.version),
    "edition back to draft": lambda e: changed(e, state="draft").save(update_fields=["state"]),
    "edition delete": lambda e: e.delete(),
    "edition update": lambda e: Edition.objects.filter(pk=e.pk).update(label="ändrad"),
    "edition delete by queryset": lambda e: Edition.objects.filter(pk=e.pk).delete(),
    "edition bulk_update": lambda e: Edition.objects.bulk_update([changed(e, label="ändrad")], ["label"]),
    "edition update_or_create": lambda e: Edition.objects.update_or_create(pk=e.pk, defaults={"label": "ändrad"}),
    "edition upsert": lambda e: Edition.objects.bulk_create(
        [e], update_conflicts=True, update_fields=["label"], unique_fields=["id"]
    ),
    "edition to another plan": lambda e: ActionPlanFactory().editions.add(e),
    "edition to another plan, set": lambda e: ActionPlanFactory().editions.set([e]),
    "editions of its plan": lambda e: e.plan.editions.update(label="ändrad"),
    "edition adopted again": adopt,
    "edition proposed": lambda e: e.propose(by=UserFactory()),
    "edition withdrawn": lambda e: e.withdraw(by=UserFactory()),
    "edition deleted by service": lambda e: delete_edition(edition=e, version=e.version, by=UserFactory()),
    # its activities
    "activity save": lambda e: changed(one(e), title="ändrad").save(),
    "activity save_version": lambda e: changed(one(e), title="ändrad").save_version(1),
    "activity delete": lambda e: one(e).delete(),
    "activity delete_version": lambda e: one(e).delete_version(1),
    "activity update": lambda e: row_of(e).update(title="ändrad"),
    "activity update through the edition": lambda e: e.activities.update(title="ändrad"),
    "activity delete by queryset": lambda e: row_of(e).delete(),
    "activity bulk_update": lambda e: Activity.objects.bulk_update([changed(one(e), title="ändrad")], ["title"]),
    "activity bulk_create": lambda e: Activity.objects.bulk_create([Activity(edition=e, number="9", title="ny")]),
    "activity bulk_create past conflicts": lambda e: Activity.objects.bulk_create(
        [Activity(edition=e, number="9", title="ny")], ignore_conflicts=True
    ),
    "activity created": lambda e: Activity.objects.create(edition=e, number="9", title="ny"),
    "activity created through the edition": lambda e: e.activities.create(number="9", title="ny"),
    "activity moved in": lambda e: changed(other(e), edition=e).save(),
    "activity moved in by update": lambda e: Activity.objects.filter(pk=other(e).pk).update(edition=e),
    "activity moved in by key": lambda e: Activity.objects.filter(pk=other(e).pk).update(edition_id=e.pk),
    "activity moved in by bulk_update": lambda e: Activity.objects.bulk_update(
        [changed(other(e), edition=e)], ["edition"]
    ),
    "activity moved in by add": lambda e: e.activities.add(other(e)),
    "activity moved in by set": lambda e: e.activities.set([one(e), other(e)]),
    "activity moved out": lambda e: changed(one(e), edition=other(e).edition).save(),
    "activity moved out by add": lambda e: other(e).edition.activities.add(one(e)),
    "area through the area": lambda e: PriorityAreaFactory(agreement=e.plan.agreement).activities.add(one(e)),
    "area cleared through the area": lambda e: one(e).area.activities.clear(),
    "responsible through the actor": lambda e: ActorFactory().responsible_activities.set([one(e)]),
    "activity by add_activity": lambda e: add_activity(edition=e, by=UserFactory(), title="ny"),
    # their links
    "goal add": lambda e: one(e).goals.add(goal(e)),
    "goal set": lambda e: one(e).goals.set([goal(e)]),
    "goal remove": lambda e: one(e).goals.remove(link(e).goal),
    "goal clear": lambda e: one(e).goals.clear(),
    "goal create": lambda e: one(e).goals.create(agreement=e.plan.agreement, level="subgoal", text="x"),
    "goal from the other side": lambda e: goal(e).activities.add(one(e)),
    "goal clear from the other side": lambda e: link(e).goal.activities.clear(),
    "goal link save": lambda e: changed(link(e), goal=goal(e)).save(),
    "goal link update": lambda e: ActivityGoal.objects.filter(activity=one(e)).update(goal=goal(e)),
    "goal link delete": lambda e: link(e).delete(),
    "goal link created": lambda e: ActivityGoal(activity=one(e), goal=goal(e)).save(),
    "goal link bulk_create": lambda e: ActivityGoal.objects.bulk_create([ActivityGoal(activity=one(e), goal=goal(e))]),
    "goal link moved in": lambda e: changed(ActivityGoalFactory(activity=other(e)), activity=one(e)).save(),
    "goal link moved in by update": lambda e: ActivityGoal.objects.filter(
        pk=ActivityGoalFactory(activity=other(e)).pk
    ).update(activity=one(e)),
    "participant add": lambda e: one(e).participants.add(ActorFactory(agreement=e.plan.agreement)),
    "participant clear": lambda e: one(e).participants.clear(),
    "participant link deleted": lambda e: ActivityParticipant.objects.get(activity=one(e)).delete(),
    "participant clear from the other side": lambda e: one(e).participants.get().joined_activities.clear(),
    "serves add": lambda e: one(e).serves.add(part(e)),
    "serves set": lambda e: one(e).serves.set([]),
    "serves link deleted": lambda e: ActivityCollaborationArea.objects.filter(activity=one(e)).delete(),
    # their files
    "file added": lambda e: ActivityFileFactory(activity=one(e)),
    "file added through the activity": lambda e: one(e).files.create(name="x", file="x.pdf"),
    "file moved in": lambda e: one(e).files.add(ActivityFileFactory(activity=other(e))),
    "file renamed": lambda e: changed(file_of(e), name="ändrad").save(),
    "file replaced by update": lambda e: ActivityFile.objects.filter(activity=one(e)).update(file="x.pdf"),
    "file deleted": lambda e: file_of(e).delete(),
    "file deleted by service": lambda e: delete_file(file=file_of(e), by=UserFactory()),
    "files deleted by queryset": lambda e: one(e).files.all().delete(),
}
MODELS = (Edition, Activity, ActivityGoal, ActivityParticipant, ActivityCollaborationArea, ActivityFile)


def stored(edition):
    """All that the database holds of an edition."""
    own = {Edition: {"pk": edition.pk}, Activity: {"edition": edition}}
    return {
        model.__name__: list(model.objects.filter(**own.get(model, {"activity__edition": edition})).values())
        for model in MODELS
    }


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
def test_adopted_is_frozen_for_every_write(frozen, write):
    before = stored(frozen)
    with pytest.raises(Frozen), transaction.atomic():
        write(Edition.objects.get(pk=frozen.pk))
    assert stored(frozen) == before


def test_adopted_is_frozen_for_every_address(client, frozen, settings, tmp_path):
    """Every address below the edition that takes a POST, asked by its coordinator, leaves it as it was."""
    settings.MEDIA_ROOT = tmp_path
    activity = one(frozen)
    client.force_login(MembershipFactory(role=Role.COORDINATOR, party=frozen.plan.agreement.coordinating_party).user)
    known = {
        "slug": frozen.plan.agreement.slug, "plan": frozen.plan.key, "label": frozen.label, "pk": activity.pk,
        "file": file_of(frozen).pk,
    }  # fmt: skip
    patterns = [
        (f"{resolver.app_name}:{pattern.name}", pattern.pattern.converters)
        for resolver in get_resolver().url_patterns
        if getattr(resolver, "app_name", "") in ("actionplans", "followup")
        for pattern in resolver.url_patterns
    ]
    names = [
        name
        for name, parts in patterns
        if {"plan", "label"} <= parts.keys() <= known.keys() and not isinstance(parts.get("pk"), UUIDConverter)
    ]
    before = stored(frozen)
    data = {
        "number": "Z", "title": "Smyg in", "field": "title", "value": "Smyg in", "version": activity.version,
        "label": "9999", "starts_on": "2030-01-01", "ends_on": "2030-02-01", "ending": "closed", "name": "x",
        "direction": "up", "rader": [activity.pk], "file": SimpleUploadedFile("a.pdf", b"%PDF-"), "text": "x",
    }  # fmt: skip
    parts = dict(patterns)
    for name in names:
        client.post(reverse(name, kwargs={part: known[part] for part in parts[name]}), data)
    assert (stored(frozen), len(names) > 15) == (before, True)


def test_adopted_is_frozen_for_the_workbook(frozen):
    """A book that changes the edition, its activity and the links is refused as a whole."""
    agreement, before = frozen.plan.agreement, stored(frozen)
    place = {"handlingsplan": frozen.plan.key, "version": frozen.label}
    row = {"version": f"{frozen.plan.key}/{frozen.label}", "nummer": one(frozen).number, "aktivitet": "Ändrad"}
    books = [
        book_for(agreement, Versioner=[{**place, "gäller till och med": "2030-01-01"}]),
        book_for(agreement, Aktiviteter=[row]),
        book_for(agreement, Aktiviteter=[{**row, "nummer": "Z"}]),
    ]
    for book in books:
        assert read_in(book, save=True).saved is False
    assert stored(frozen) == before


def test_adopted_is_frozen_for_admin():
    """No model of the plans is registered there."""
    assert [model for model in admin.site._registry if model._meta.app_label == "actionplans"] == []
