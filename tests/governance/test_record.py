"""The minutes of a meeting: written, uploaded, finished, published."""

import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from governance.attendance import note_attendance
from governance.minutes_text import text_of
from governance.models import Meeting, Record
from lib.db import Frozen
from parties.models import Role
from tests import factories

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7 protokoll"


@pytest.fixture
def meeting():
    body = factories.MandateFactory(body__name="Rådet").body
    return factories.MeetingFactory(body=body, minutes="protokoll", place="Residenset")


@pytest.fixture
def keeper(login_as, meeting):
    return login_as(Role.COORDINATOR, party=meeting.body.mandates.get().agreement.coordinating_party)


def url_of(meeting, view):
    agreement = meeting.body.mandates.get().agreement
    return reverse(f"governance:{view}", args=[agreement.slug, meeting.body.key, meeting.key])


def test_draft_begins_from_agenda_attendance_and_decisions(meeting, keeper):
    seat = factories.SeatFactory(body=meeting.body, office="Landshövding", party=None)
    note_attendance(meeting=meeting, presences={seat.pk: ("present", "")}, guests=["Kim, SCB"])
    item = factories.AgendaItemFactory(meeting=meeting, title="Planen", notes="Ordföranden föredrog.")
    factories.DecisionFactory(
        body=meeting.body, meeting=meeting, item=item, paragraph="§ 4", title="Planen fastställs", text=""
    )
    assert text_of(meeting, keeper) == (
        "Rådet, 2026-06-01, Residenset\n\nNärvarande\nLandshövding\n\nÖvriga närvarande\nKim, SCB\n\n"
        "1. Planen\nOrdföranden föredrog.\nBeslut § 4: Planen fastställs\n"
    )


def test_record_edit_offers_adjusting_for_minutes_only(client, meeting, keeper):
    assert "adjusted_on" in client.get(url_of(meeting, "record_edit")).context["form"].fields
    Meeting.objects.update(minutes="minnesanteckningar")
    page = client.get(url_of(meeting, "record_edit"))
    assert "adjusted_on" not in page.context["form"].fields
    assert "<h1>Minnesanteckningar</h1>" in page.content.decode()


def test_record_edit_keeps_the_file_and_removes_the_one_it_replaces(
    client, meeting, keeper, settings, tmp_path, django_capture_on_commit_callbacks
):
    settings.MEDIA_ROOT = tmp_path
    url = url_of(meeting, "record_edit")
    client.post(url, {"text": "", "file": SimpleUploadedFile("Justerat protokoll.pdf", PDF)})
    first = Record.objects.get()
    assert (first.file_name, first.version) == ("Justerat protokoll.pdf", 1)
    assert "protokoll" not in first.file.name
    with django_capture_on_commit_callbacks(execute=True):
        client.post(url, {"text": "", "version": 1, "file": SimpleUploadedFile("rätt.pdf", PDF + b"2")})
    kept = [path.read_bytes() for path in tmp_path.rglob("*.pdf")]
    assert (kept, Record.objects.get().file_name) == ([PDF + b"2"], "rätt.pdf")
    response = client.get(url_of(meeting, "record_download"))
    assert response["Content-Disposition"] == 'attachment; filename="ratt.pdf"'
    response.close()


@pytest.mark.parametrize(
    ("upload", "message"),
    [
        (("protokoll.exe", b"MZ"), "Filen är inte av ett slag som tas emot."),
        (("protokoll.pdf", b"<html>"), "Filen är inte en vanlig pdf-fil, trots namnet."),
    ],
)
def test_record_edit_keeps_the_text_where_the_file_is_the_wrong_one(client, meeting, keeper, upload, message):
    page = client.post(url_of(meeting, "record_edit"), {"text": "Mötet öppnades.", "file": SimpleUploadedFile(*upload)})
    text = page.content.decode()
    assert (page.status_code, message in text, "Mötet öppnades." in text) == (200, True, True)
    assert not Record.objects.exists()


@pytest.mark.parametrize(
    ("day", "message"),
    [
        (lambda: "2026-05-31", "Mötet hölls 2026-06-01. Justeringen sker samma dag eller senare."),
        (lambda: timezone.localdate() + datetime.timedelta(days=1), "Dagen har inte varit än."),
    ],
)
def test_record_is_adjusted_after_the_meeting_and_not_ahead(client, meeting, keeper, day, message):
    page = client.post(url_of(meeting, "record_edit"), {"text": "x", "adjusted_on": day()})
    assert page.context["form"].errors["adjusted_on"][0].startswith(message)


def test_record_edit_shows_both_texts_where_two_write(client, meeting, keeper):
    factories.RecordFactory(meeting=meeting, text="Deras", version=2)
    page = client.post(url_of(meeting, "record_edit"), {"text": "Min", "version": 1})
    assert page.status_code == 409
    assert [(clash["mine"], clash["theirs"]) for clash in page.context["conflicts"]] == [("Min", "Deras")]


ADJUSTED = {"adjusters": "Ordföranden", "adjusted_on": datetime.date(2026, 6, 8)}


@pytest.mark.parametrize(
    ("kind", "facts", "missing"),
    [
        ("protokoll", {}, ["vilka som justerar", "vilken dag protokollet justerades"]),
        ("protokoll", ADJUSTED, []),
        ("protokoll", {**ADJUSTED, "text": ""}, ["text eller fil"]),
        ("minnesanteckningar", {}, []),
        ("", {}, []),
    ],
)
def test_record_finish_waits_for_what_its_kind_needs(client, meeting, keeper, kind, facts, missing):
    Meeting.objects.update(minutes=kind)
    record = factories.RecordFactory(meeting=meeting, **facts)
    response = client.post(url_of(meeting, "record_finish"), {"version": 1})
    record.refresh_from_db()
    record.meeting.refresh_from_db()
    assert (record.missing, response.status_code) == (missing, 200 if missing else 302)
    assert (record.finished_at is None, record.finished_by) == (bool(missing), None if missing else keeper)


def test_record_finish_wants_the_text_that_was_read(client, meeting, keeper):
    record = factories.RecordFactory(meeting=meeting, **ADJUSTED, version=2)
    page = client.post(url_of(meeting, "record_finish"), {"version": 1})
    assert "Någon ändrade anteckningarna medan du läste. Läs dem igen." in page.content.decode()
    assert 'name="version" value="2"' in page.content.decode()
    record.refresh_from_db()
    assert record.finished_at is None


def test_finished_record_is_frozen(client, meeting, keeper):
    record = factories.RecordFactory(meeting=meeting, **ADJUSTED)
    record.finish(version=1, by=keeper)
    record.text = "Ändrat"
    with pytest.raises(Frozen):
        record.save()
    page = client.post(url_of(meeting, "record_edit"), {"text": "Ändrat", "version": 2}, follow=True)
    assert "Anteckningarna är färdiga och kan inte ändras." in page.content.decode()


def test_meeting_publish_waits_for_the_minutes_and_then_shows_them_to_all(client, meeting, keeper):
    seat = factories.SeatFactory(body=meeting.body, office="Landshövding")
    note_attendance(meeting=meeting, presences={seat.pk: ("replaced", "Ada Andersson")}, guests=["Kim, SCB"])
    record = factories.RecordFactory(meeting=meeting, **ADJUSTED)
    page = client.post(url_of(meeting, "meeting_publish"), follow=True)
    assert "Färdigställ anteckningarna först." in page.content.decode()
    record.finish(version=1, by=keeper)
    client.post(url_of(meeting, "meeting_publish"))
    assert client.post(url_of(meeting, "meeting_publish")).status_code == 302
    client.logout()
    text = client.get(url_of(meeting, "meeting_detail")).content.decode()
    told = [word in text for word in ("Mötet öppnades.", "Landshövding", "Kim, SCB", "Ada Andersson")]
    assert told == [True, True, True, False]  # who sat in for a seat is a person, not for the public


@pytest.mark.parametrize(("finished", "readers"), [(False, {"keeper"}), (True, {"keeper", "member"})])
def test_record_is_read_by_the_body_once_it_is_finished(client, login_as, meeting, finished, readers):
    by = factories.UserFactory()
    meeting.call(by=by)
    record = factories.RecordFactory(meeting=meeting, **ADJUSTED)
    if finished:
        record.finish(version=1, by=by)
    people = {
        "keeper": lambda: login_as(Role.COORDINATOR, party=meeting.body.mandates.get().agreement.coordinating_party),
        "member": lambda: login_as(Role.COUNCIL_MEMBER, group=meeting.body.group()),
        "public": client.logout,
    }
    reading = set()
    for name, come in people.items():
        come()
        if "Mötet öppnades." in client.get(url_of(meeting, "meeting_detail")).content.decode():
            reading.add(name)
    assert reading == readers
