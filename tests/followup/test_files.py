"""Files of a report: what is taken, who fetches them, and until when."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from followup.models import Report, ReportFile
from parties.models import Role
from tests import factories as make
from tests.followup.form import address, asked_party, person_of, reports_of

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4 prov"


@pytest.fixture
def report(client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    place = asked_party()
    person_of(client, place.party)
    return reports_of(place)[0]


def upload(client, report, content=PDF, name="protokoll.pdf", label=""):
    post = {"file": SimpleUploadedFile(name, content), "name": label}
    return client.post(address("report_file_create", report), post)


@pytest.mark.parametrize(
    ("name", "label", "shown"),
    [
        ("protokoll.pdf", "", "protokoll.pdf"),
        ("protokoll.pdf", "Bilaga 1", "Bilaga 1"),
        ("../../etc/passwd.pdf", "", "passwd.pdf"),
        ("x" * 200 + ".pdf", "", "x" * 116 + ".pdf"),
        ("åäö\N{RIGHT-TO-LEFT OVERRIDE}fdp.pdf", "", "åäöfdp.pdf"),
    ],
)
def test_report_file_create_keeps_the_file_under_a_name_nobody_can_guess(client, report, name, label, shown):
    assert upload(client, report, name=name, label=label).status_code == 302
    row = ReportFile.objects.get()
    assert row.name == shown
    assert re.fullmatch(r"reports/\d{4}/[0-9a-f]{32}\.pdf", row.file.name)


@pytest.mark.parametrize(
    ("content", "name", "advice"),
    [
        (b"MZ\x90", "virus.exe", "Filen är inte av ett slag som tas emot"),
        (b"MZ\x90", "virus.pdf", "Filen är inte en vanlig pdf-fil, trots namnet"),
        (PDF, "utan-slag", "Filen är inte av ett slag som tas emot"),
        (b"<svg onload=alert(1)>", "bild.svg", "Filen är inte av ett slag som tas emot"),
        (b"", "tom.pdf", "tom"),
        (PDF + b" " * (21 * 1024 * 1024), "stor.pdf", "Filen är större än 20 MB"),
    ],
)
def test_report_file_create_refuses_in_swedish(client, report, content, name, advice):
    response = upload(client, report, content, name, label="Mitt namn på bilagan")
    page = response.content.decode()
    assert (response.status_code, advice in page, "Mitt namn på bilagan" in page) == (200, True, True)
    assert ReportFile.objects.count() == 0


def test_report_file_create_keeps_nothing_of_fifty_megabytes(client, report):
    response = upload(client, report, PDF + b" " * (50 * 1024 * 1024), "jättestor.pdf", label="Mitt namn på bilagan")
    page = response.content.decode()
    assert (response.status_code, ReportFile.objects.count()) == (200, 0)
    assert ("Filen är större än 20 MB" in page, "Mitt namn på bilagan" in page) == (True, True)


@pytest.mark.parametrize(
    ("role", "draft", "submitted"),
    [(Role.READER, 200, 200), (Role.COORDINATOR, 404, 200), (Role.AUDITOR, 404, 200), (None, 404, 404)],
)
def test_report_file_download_is_for_those_who_see_the_report(client, report, role, draft, submitted):
    upload(client, report)
    if role is None:
        client.logout()
    else:
        own = role == Role.READER
        person_of(client, report.party if own else report.round.agreement.coordinating_party, role)
    url = address("report_file_download", report, ReportFile.objects.get().pk)
    before = client.get(url)
    Report.objects.update(status="done", submitted_at="2026-08-01T10:00Z")
    after = client.get(url)
    statuses = (before.status_code, after.status_code)
    before.close(), after.close()
    assert statuses == (draft, submitted)


def test_report_file_download_is_never_shown_as_a_page(client, report):
    upload(client, report, name="sida.pdf", label="sida.html")
    response = client.get(address("report_file_download", report, ReportFile.objects.get().pk))
    response.close()
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"] == 'attachment; filename="sida.pdf"'


def test_report_file_delete_asks_first(client, report):
    upload(client, report)
    url = address("report_file_delete", report, ReportFile.objects.get().pk)
    assert (client.get(url).status_code, ReportFile.objects.count()) == (200, 1)
    assert (client.post(url).status_code, ReportFile.objects.count()) == (302, 0)


@pytest.mark.parametrize("verb", ["add", "delete"])
def test_report_file_stays_as_it_was_handed_in(client, report, verb):
    upload(client, report)
    row = ReportFile.objects.get()
    Report.objects.update(status="done", submitted_at="2026-08-01T10:00Z")
    response = upload(client, report) if verb == "add" else client.post(address("report_file_delete", report, row.pk))
    assert (response.status_code, list(ReportFile.objects.all())) == (409, [row])


def test_report_file_of_another_report_is_not_there(client, report):
    theirs = make.ReportFileFactory()
    assert client.get(address("report_file_download", report, theirs.pk)).status_code == 404
    assert client.post(address("report_file_delete", report, theirs.pk)).status_code == 404
