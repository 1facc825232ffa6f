"""What is kept of an edition's page: never older than what is stored, and never read by somebody who may not."""

import datetime
import re

import pytest
from django.core.cache import caches
from django.urls import reverse

from actionplans.models import Activity, ActivityFile, ActivityGoal, Edition
from parties.models import Role
from tests import factories as make

pytestmark = pytest.mark.django_db


PAGES = ["edition_detail", "edition_timeline", "edition_matrix", "edition_print"]


def address(edition, name="edition_detail"):
    return reverse(f"actionplans:{name}", args=[edition.plan.agreement.slug, edition.plan.key, edition.label])


@pytest.fixture
def activity():
    """An activity of a draft with one of everything that its page shows."""
    edition = make.EditionFactory()
    agreement = edition.plan.agreement
    part = make.CollaborationAreaFactory(area__agreement=agreement)
    activity = make.ActivityFactory(edition=edition, area=part.area, collaboration_area=part, number="B1")
    make.ActivityGoalFactory(activity=activity)
    make.ActivityParticipantFactory(activity=activity)
    make.ActivityCollaborationAreaFactory(activity=activity)
    make.ActivityFileFactory(activity=activity)
    return activity


@pytest.fixture
def reader(client, login_as, activity):
    login_as(Role.COORDINATOR, party=activity.edition.plan.agreement.coordinating_party)
    return client


def page_of(client, edition, name="edition_detail"):
    """The page without the token that differs from one answer to the next."""
    page = client.get(address(edition, name)).content.decode().split("<main")[1]
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", page)


def pages_of(client, edition):
    return {name: page_of(client, edition, name) for name in PAGES}


def change(row, **values):
    for name, value in values.items():
        setattr(row, name, value)
    row.save()


def other(activity):
    return make.ActivityFactory(edition=activity.edition)


def in_bulk(activity):
    activity.title = "Många på en gång"
    Activity.objects.bulk_update([activity], ["title"])


def renamed_party(activity):
    party = make.AccessionFactory(agreement=activity.edition.plan.agreement).party
    actor = make.ActorFactory(agreement=activity.edition.plan.agreement, party=party)
    change(activity, responsible=actor)
    change(actor, name="Nytt namn")


def form_save(activity):
    activity.title = "Sparad från ett formulär"
    activity.save_version(activity.version)


WRITES = {
    "activity saved": lambda row: change(row, title="Ny titel"),
    "activity saved with its version": form_save,
    "activity updated": lambda row: Activity.objects.filter(pk=row.pk).update(title="Ny titel"),
    "activities updated in bulk": in_bulk,
    "activity added": other,
    "activities added in bulk": lambda row: Activity.objects.bulk_create(
        [Activity(edition=row.edition, number="N1", title="Ny")]
    ),
    "activity deleted": lambda row: other(row).delete(),
    "activities deleted": lambda row: Activity.objects.filter(pk=other(row).pk).delete(),
    "activity ended": lambda row: change(row, ending="cancelled", ending_reason="Görs av andra"),
    "goals set": lambda row: row.goals.set([make.GoalFactory(area=row.area, text="Nytt mål")]),
    "goals cleared": lambda row: row.goals.clear(),
    "goal link deleted": lambda row: ActivityGoal.objects.get(activity=row).delete(),
    "participants added": lambda row: row.participants.add(
        make.ActorFactory(agreement=row.edition.plan.agreement, name="Ny aktör")
    ),
    "served areas removed": lambda row: row.serves.remove(*row.serves.all()),
    "file added": lambda row: make.ActivityFileFactory(activity=row, name="ny bilaga.pdf"),
    "file renamed": lambda row: change(row.files.get(), name="nytt namn.pdf"),
    "file deleted": lambda row: row.files.get().delete(),
    "files deleted": lambda row: ActivityFile.objects.filter(activity=row).delete(),
    "area renamed": lambda row: change(row.area, name="Nytt område"),
    "collaboration area renamed": lambda row: change(row.collaboration_area, name="Nytt samverkansområde"),
    "goal rewritten": lambda row: change(row.goals.get(), text="Nytt mål"),
    "actor renamed": lambda row: change(row.responsible, name="Nytt namn"),
    "actors updated": lambda row: type(row.responsible).objects.filter(pk=row.responsible_id).update(name="Nytt namn"),
    "party's actor renamed": renamed_party,
    "edition described": lambda row: change(row.edition, ends_on=datetime.date(2027, 1, 31)),
    "plan renamed": lambda row: change(row.edition.plan, name="Ny plan"),
    "agreement moved": lambda row: change(row.edition.plan.agreement, short_name="Nytt kortnamn"),
    "edition adopted": lambda row: make.adopt(row.edition),
}


NOTHING_LEFT = {"activity deleted", "activities deleted"}  # what is deleted was added by the same write


@pytest.mark.parametrize("write", WRITES)
def test_pages_of_an_edition_are_never_older_than_what_is_stored(reader, activity, write):
    before = pages_of(reader, activity.edition)
    WRITES[write](activity)
    edition = Edition.objects.get(pk=activity.edition_id)
    seen = pages_of(reader, edition)
    caches["pages"].clear()
    assert seen == pages_of(reader, edition)
    assert (seen["edition_detail"] == before["edition_detail"]) is (write in NOTHING_LEFT)


def test_edition_matrix_names_a_party_as_it_is_called_now(reader, activity):
    """The register's name, which no stamp of an agreement tells of."""
    renamed_party(activity)
    page_of(reader, activity.edition, "edition_matrix")
    change(activity.responsible.party, name="Nya kommunen")
    assert "Nya kommunen" in page_of(reader, activity.edition, "edition_matrix")


def test_edition_print_names_the_body_that_manages_the_plan_now(reader, activity):
    plan = activity.edition.plan
    mandates = [make.MandateFactory(agreement=plan.agreement) for _ in range(2)]
    for mandate in mandates:
        change(plan, managed_by=mandate)
        assert mandate.body.name in page_of(reader, activity.edition, "edition_print")
    change(mandates[1].body, name="Nya rådet")
    assert "Nya rådet" in page_of(reader, activity.edition, "edition_print")


@pytest.mark.parametrize("name", ["edition_timeline", "edition_matrix"])
def test_kept_page_answers_what_its_address_asks(reader, activity, name):
    plain = page_of(reader, activity.edition, name)
    other = reader.get(address(activity.edition, name), {"visa": "part"}).content.decode().split("<main")[1]
    assert ("Per ansvarig" in plain and plain != other) is (name == "edition_timeline")


ROLES = [
    ("coordinator", Edition.State.DRAFT, True),
    ("party", Edition.State.DRAFT, False),
    ("public", Edition.State.DRAFT, False),
    ("party", Edition.State.PROPOSED, True),
    ("public", Edition.State.PROPOSED, False),
    ("elsewhere", Edition.State.PROPOSED, False),
    ("public", Edition.State.ADOPTED, True),
]


@pytest.mark.parametrize(("who", "state", "reads"), ROLES)
def test_rows_that_are_kept_are_shown_only_to_who_may_read_the_edition(
    client, reader, login_as, activity, who, state, reads
):
    """The coordinator has read it, so the rows are in the cache; somebody else asks for the same page."""
    edition, agreement = activity.edition, activity.edition.plan.agreement
    party = make.AccessionFactory(agreement=agreement).party
    if state == Edition.State.ADOPTED:
        make.adopt(edition)
    else:
        Edition.objects.filter(pk=edition.pk).update(state=state)
    assert [name for name, page in pages_of(reader, edition).items() if activity.title not in page] == []
    hats = {
        "coordinator": (Role.COORDINATOR, agreement.coordinating_party),
        "party": (Role.READER, party),
        "elsewhere": (Role.COORDINATOR, None),
    }
    client.logout()
    if who in hats:
        login_as(hats[who][0], party=hats[who][1])
    answers = [client.get(address(edition, name)) for name in PAGES]
    seen = {(answer.status_code, activity.title in answer.content.decode()) for answer in answers}
    assert seen == {(200, True) if reads else (404, False)}


def test_rows_are_the_same_for_everybody_and_hold_nothing_internal(client, reader, login_as, activity):
    make.InternalNoteFactory(activity=activity, text="Bara för oss")
    make.CommentFactory(activity=activity, text="Vem gör det?", is_shared=True)
    make.adopt(activity.edition)
    pages = [page_of(reader, activity.edition)]
    client.logout()
    pages.append(page_of(client, activity.edition))
    tables = [page[page.index("<table") : page.index("</table>")] for page in pages]
    assert tables[0] == tables[1]
    assert [word for word in ("Bara för oss", "Vem gör det?") for page in pages if word in page] == []


def test_addresses_in_the_rows_lead_somewhere(reader, activity):
    page = page_of(reader, activity.edition)
    file = activity.files.get()
    place = [activity.edition.plan.agreement.slug, activity.edition.plan.key]
    whole = reverse("followup:lineage_detail", args=[*place, activity.lineage])
    download = reverse(
        "actionplans:activity_file_download", args=[*place, activity.edition.label, activity.pk, file.pk]
    )
    own = address(activity.edition)
    assert f"<a href=a{activity.pk}>" in page
    assert reader.get(f"{own}a{activity.pk}")["Location"] == whole
    assert f'href="{download.removeprefix(own)}"' in page
