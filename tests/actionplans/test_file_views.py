"""Files and notes of an activity: what is taken in, who fetches it, and that the note stays with the coordinators."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from actionplans.models import ActivityFile, InternalNote
from actionplans.services import carry_over
from parties.models import Role
from tests.factories import (
    AccessionFactory,
    ActivityFactory,
    ActivityFileFactory,
    InternalNoteFactory,
    UserFactory,
    adopt,
)

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n%..."


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return lambda: sorted(path.name for path in tmp_path.rglob("*.*"))


@pytest.fixture
def activity(media, login_as):
    """An activity of a draft; its agreement's coordinator is logged in."""
    activity = ActivityFactory(number="B1")
    login_as(Role.COORDINATOR, party=activity.edition.plan.agreement.coordinating_party)
    return activity


def address(name, activity, *more):
    edition = activity.edition
    place = [edition.plan.agreement.slug, edition.plan.key, edition.label, activity.pk, *more]
    return reverse(f"actionplans:{name}", args=place)


def upload(client, activity, called="Underlag åäö.pdf", content=PDF, **data):
    file = SimpleUploadedFile(called, content)
    return client.post(address("activity_file_create", activity), {**data, "file": file})


@pytest.mark.parametrize(("typed", "name"), [("Underlag", "Underlag"), ("", "Underlag åäö.pdf")])
def test_activity_file_create_stores_under_a_name_nobody_guesses(client, activity, media, typed, name):
    assert upload(client, activity, name=typed).status_code == 302
    row = activity.files.get()
    assert (row.name, row.added_by is not None) == (name, True)
    assert (len(media()), "nderlag" in media()[0]) == (1, False)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("sida.html", b"<script>alert(1)</script>", "inte av ett slag som tas emot"),
        ("sida.pdf", b"<html>", "inte en vanlig pdf-fil"),
        ("bild.svg", b"<svg/>", "inte av ett slag som tas emot"),
        ("tom.pdf", b"", "tom"),
    ],
)
def test_activity_file_create_refuses_in_swedish(client, activity, media, name, content, message):
    response = upload(client, activity, name, content, name="Det jag skrev")
    page = response.content.decode()
    assert (response.status_code, message in page, "Det jag skrev" in page) == (200, True, True)
    assert (media(), ActivityFile.objects.count()) == ([], 0)


def test_activity_file_download_is_always_an_attachment(client, activity):
    upload(client, activity, name="Underlag åäö")
    response = client.get(address("activity_file_download", activity, activity.files.get().pk))
    assert b"".join(response.streaming_content) == PDF
    assert response["Content-Disposition"] == 'attachment; filename="underlag-aao.pdf"'
    assert response["Content-Type"] == "application/octet-stream"


@pytest.mark.parametrize(
    ("state", "person", "status"),
    [
        ("draft", "party", 404),
        ("draft", "anonymous", 404),
        ("proposed", "party", 200),
        ("proposed", "anonymous", 404),
        ("adopted", "party", 200),
        ("adopted", "anonymous", 200),
    ],
)
def test_activity_file_download_asks_each_time(client, login_as, activity, state, person, status):
    upload(client, activity)
    if state == "proposed":
        activity.edition.propose(by=UserFactory())
    if state == "adopted":
        adopt(activity.edition)
    party = AccessionFactory(agreement=activity.edition.plan.agreement).party
    login_as(*(["anonymous"] if person == "anonymous" else [Role.READER]), party=party)
    response = client.get(address("activity_file_download", activity, activity.files.get().pk))
    response.close()
    assert response.status_code == status


def test_activity_file_download_is_404_where_the_file_is_lost_or_another_activitys(client, activity):
    lost = ActivityFileFactory(activity=activity)
    other = ActivityFileFactory(activity=ActivityFactory(edition=activity.edition))
    codes = [client.get(address("activity_file_download", activity, row.pk)).status_code for row in (lost, other)]
    assert codes == [404, 404]


def test_activity_file_delete_keeps_what_another_edition_has(
    client, activity, media, django_capture_on_commit_callbacks
):
    upload(client, activity)
    adopt(activity.edition)
    period = {"label": "2027:1", "starts_on": "2027-01-01", "ends_on": "2027-06-30"}
    edition = carry_over(source=activity.edition, by=UserFactory(), endings={}, **period)
    copy = edition.activities.get()
    upload(client, copy, name="Egen")
    for row in copy.files.all():
        with django_capture_on_commit_callbacks(execute=True):
            url = address("activity_file_delete", copy, row.pk)
            assert (client.get(url).status_code, client.post(url).status_code) == (200, 302)
    assert (copy.files.count(), activity.files.count(), len(media())) == (0, 1, 1)


# --- notes ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", ["draft", "adopted"])
def test_note_edit_is_open_in_every_state(client, activity, state):
    if state == "adopted":
        adopt(activity.edition)
    url = address("note_edit", activity)
    assert client.post(url, {"text": "Kolla med Heby"}).status_code == 302
    assert client.post(url, {"text": "Klart", "version": 1}).status_code == 302
    assert activity.internal_note.text == "Klart"


def test_note_edit_answers_a_colleague_with_both_texts(client, activity):
    note = InternalNoteFactory(activity=activity, text="Först")
    note.text = "Kollegans"
    note.save_version(1)
    response = client.post(address("note_edit", activity), {"text": "Mina ord", "version": 1})
    page = response.content.decode()
    assert (response.status_code, "Kollegans" in page, "Mina ord" in page) == (409, True, True)


@pytest.mark.parametrize(
    ("person", "state", "status"),
    [("party", "draft", 404), ("party", "adopted", 403), ("elsewhere", "adopted", 403), ("anonymous", "adopted", 302)],
)
def test_note_edit_is_for_the_coordinators_alone(client, login_as, activity, person, state, status):
    InternalNoteFactory(activity=activity, text="hemligt om Heby")
    if state == "adopted":
        adopt(activity.edition)
    hats = {
        "party": (Role.APPROVER, AccessionFactory(agreement=activity.edition.plan.agreement).party),
        "elsewhere": (Role.COORDINATOR, None),
        "anonymous": ("anonymous", None),
    }
    role, party = hats[person]
    user = login_as(role, party=party)
    assert client.get(address("note_edit", activity)).status_code == status
    if person != "anonymous":
        assert not InternalNote.objects.visible_to(user).exists()
    assert "hemligt" not in client.get(activity.edition.get_absolute_url()).content.decode()
