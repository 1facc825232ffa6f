"""Upload, preview and import in the browser."""

import datetime
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from agreements.models import Agreement, Goal, StagedWorkbook
from lib.spreadsheets import read_files
from parties.models import County, Membership, PartyKind, Role
from portal.workbook import SHEETS
from tests import factories as make
from tests.workbook.books import book_for, book_of, complete_agreement, saved, xlsx

pytestmark = pytest.mark.django_db

UPLOAD = reverse("portal:workbook_upload")
GOAL = {"nyckel": "mal-1", "nivå": "delmål", "mål": "Sedan"}


@pytest.fixture
def goal():
    return make.GoalFactory(key="mal-1", area=None, agreement=make.AgreementFactory(), text="Nu")


@pytest.fixture
def coordinator(goal, login_as):
    return login_as(Role.COORDINATOR, party=goal.agreement.coordinating_party)


def file(content, name="bok.xlsx"):
    return SimpleUploadedFile(name, content)


@pytest.fixture
def upload(client):
    """upload(book): post a workbook and return the address of its preview."""

    def upload(book):
        response = client.post(UPLOAD, {"files": file(xlsx(book))})
        assert response.status_code == 302
        return response.url

    return upload


def confirm(client, preview):
    """Press the button of a preview page as the page was when it was read."""
    page = client.get(preview)
    return client.post(f"{preview}las-in/", {"previewed": page.context["previewed"]})


# --- from file to portal ----------------------------------------------------------------------------------------------


def test_workbook_preview_shows_old_and_new_and_saves_nothing(client, goal, coordinator, upload):
    page = client.get(upload(book_for(goal.agreement, Mål=[GOAL, {**GOAL, "nyckel": "mal-2", "mål": "Nytt"}])))
    text = page.content.decode()
    assert "<del>Nu</del>" in text
    assert "<ins>Sedan</ins>" in text
    assert page.context["result"].counts == "1 nya, 1 ändrade, 1 oförändrade, 0 avvisade"
    assert list(Goal.objects.values_list("text", flat=True)) == ["Nu"]


def test_workbook_confirm_saves_what_was_previewed(client, goal, coordinator, upload):
    preview = upload(book_for(goal.agreement, Mål=[GOAL]))
    response = confirm(client, preview)
    assert response.url == goal.agreement.get_absolute_url()
    assert "0 nya, 1 ändrade, 1 oförändrade, 0 avvisade" in client.get(response.url).content.decode()
    goal.refresh_from_db()
    entry = goal.history.first()
    assert (goal.text, entry.history_user, entry.history_change_reason) == (
        "Sedan", coordinator, "Import av arbetsbok bok.xlsx",
    )  # fmt: skip


def test_workbook_confirm_is_for_one_use(client, goal, coordinator, upload):
    preview = upload(book_for(goal.agreement, Mål=[GOAL]))
    confirm(client, preview)
    assert client.get(preview).status_code == 404
    assert client.post(f"{preview}las-in/").status_code == 404
    assert not StagedWorkbook.objects.exists()


def test_template_filled_in_becomes_an_agreement(client, login_as):
    board = make.PartyFactory(kind=PartyKind.COUNTY_BOARD, county=County.objects.get(code="03"))
    login_as(Role.COORDINATOR, party=board)
    template = b"".join(client.get(reverse("portal:workbook_template")).streaming_content)
    book = load_workbook(BytesIO(template))
    fill(book, "Överenskommelse", {
        "adress": "sjatte", "titel": "En sjätte överenskommelse", "kortnamn": "Sjätte", "län": "Uppsala län",
        "slag": "regional överenskommelse", "samordnande part": board.key, "status": "utkast",
    })  # fmt: skip
    fill(book, "Parter", {"nyckel": "kommun-0380", "roll": "part", "undertecknad": None})
    fill(book, "Områden", {"namn": "Boende", "tvärgående": "nej"})
    fill(book, "Mål", {"nivå": "delmål", "mål": "Fler bostäder", "målvärde": 12.5, "område": "priorityarea-1"})
    response = client.post(UPLOAD, {"files": file(saved(book), "mall.xlsx")})
    response = confirm(client, response.url)
    agreement = Agreement.objects.get(slug="sjatte")
    assert response.url == agreement.get_absolute_url()
    goal = agreement.goal_set.get()
    assert (goal.area.name, goal.target_value, agreement.accession_set.get().party.name) == (
        "Boende", 12.5, "Uppsala kommun",
    )  # fmt: skip


def fill(book, name, values):
    """Write one row below the help of a sheet."""
    sheet = book[name]
    columns = {cell.value: cell.column for cell in sheet[1]}
    for heading, value in values.items():
        sheet.cell(3, columns[heading], value)


def test_several_csv_files_are_one_workbook(client, goal, coordinator):
    files = [
        file(f"adress\n{goal.agreement.slug}\n".encode(), "overenskommelse.csv"),
        file("nyckel;mål\nmal-1;Sedan\n".encode("cp1252"), "Mål.csv"),
    ]
    response = client.post(UPLOAD, {"files": files})
    assert client.get(response.url).context["result"].counts == "0 nya, 1 ändrade, 1 oförändrade, 0 avvisade"


# --- refused ----------------------------------------------------------------------------------------------------------


def test_refused_rows_are_listed_and_cannot_be_confirmed(client, goal, coordinator, upload):
    preview = upload(book_for(goal.agreement, Mål=[{**GOAL, "nivå": "stort"}]))
    text = client.get(preview).content.decode()
    assert "1 sak att rätta" in text
    assert "”stort” går inte att välja." in text
    assert "las-in" not in text


def test_refused_file_is_kept_and_can_be_tried_again(client, goal, coordinator, upload):
    preview = upload(book_for(goal.agreement, Mål=[{**GOAL, "källa": "brev"}]))
    response = confirm(client, preview)
    assert response.status_code == 422
    assert "Inget har lästs in." in response.content.decode()
    make.DocumentFactory(agreement=goal.agreement, key="brev")
    assert confirm(client, preview).status_code == 302


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ([], "Välj en fil."),
        ([("tom.xlsx", b"")], "Filen tom.xlsx är tom. Välj en annan fil."),
        ([("bild.png", b"\x89PNG")], "Filen är ingen arbetsbok. Välj en .xlsx-fil, eller en eller flera CSV-filer."),
        ([("stor.csv", b"a\n" * 5_300_000)], "Filen är större än 10 MB."),
        ([("<b>.csv", b'"')], "Arket &lt;b&gt;, rad 1: Filen är ingen riktig CSV-fil"),
    ],
)
def test_unreadable_file_is_answered_on_the_form(client, coordinator, files, message):
    response = client.post(UPLOAD, {"files": [file(content, name) for name, content in files]})
    assert response.status_code == 422
    assert message in response.content.decode()
    assert not StagedWorkbook.objects.exists()


def test_nothing_to_change_offers_no_import(client, goal, coordinator, upload):
    page = client.get(upload(book_of(goal.agreement)))
    assert "Allt i arbetsboken står redan i portalen." in page.content.decode()
    assert "las-in" not in page.content.decode()


# --- between preview and import ---------------------------------------------------------------------------------------


def change_row(goal, coordinator):
    goal.save_version(goal.version)


def change_value(goal, coordinator):
    goal.text = "Under tiden"
    goal.save()


def add_row(goal, coordinator):
    Goal.objects.filter(pk=goal.pk).update(key="annan")


def swap_file(goal, coordinator):
    other = make.StagedWorkbookFactory()
    StagedWorkbook.objects.exclude(pk=other.pk).update(content=other.content, digest=other.digest)


def damage_file(goal, coordinator):
    StagedWorkbook.objects.update(content=make.StagedWorkbookFactory().content)


@pytest.mark.parametrize("meanwhile", [change_row, change_value, add_row, swap_file, damage_file])
def test_workbook_confirm_answers_what_changed_since_the_preview(client, goal, coordinator, upload, meanwhile):
    preview = upload(book_for(goal.agreement, Mål=[GOAL]))
    previewed = client.get(preview).context["previewed"]
    meanwhile(goal, coordinator)
    before = list(Goal.objects.values_list("key", "text"))
    response = client.post(f"{preview}las-in/", {"previewed": previewed})
    assert response.status_code == 409
    assert "Granska en gång till." in response.content.decode()
    assert list(Goal.objects.values_list("key", "text")) == before
    assert StagedWorkbook.objects.filter(user=coordinator).exists()


@pytest.mark.parametrize("previewed", ["", "x", "\0", "å" * 200])
def test_workbook_confirm_needs_a_preview(client, goal, coordinator, upload, previewed):
    preview = upload(book_for(goal.agreement, Mål=[GOAL]))
    assert client.post(f"{preview}las-in/", {"previewed": previewed}).status_code == 409
    goal.refresh_from_db()
    assert goal.text == "Nu"


def test_second_preview_after_a_change_can_be_confirmed(client, goal, coordinator, upload):
    preview = upload(book_for(goal.agreement, Mål=[GOAL]))
    client.get(preview)
    change_value(goal, coordinator)
    assert confirm(client, preview).status_code == 302


def test_right_that_ended_since_the_preview_imports_nothing(client, goal, coordinator, upload):
    preview = upload(book_for(goal.agreement, Mål=[GOAL]))
    previewed = client.get(preview).context["previewed"]
    Membership.objects.update(starts_on=datetime.date(2020, 1, 1), ends_on=datetime.date(2020, 12, 31))
    assert client.post(f"{preview}las-in/", {"previewed": previewed}).status_code == 403
    goal.refresh_from_db()
    assert goal.text == "Nu"


def test_right_on_the_agreement_that_ended_since_the_preview_imports_nothing(client, goal, coordinator, upload):
    preview = upload(book_for(goal.agreement, Mål=[GOAL]))
    previewed = client.get(preview).context["previewed"]
    goal.agreement.agreementgroupobjectpermission_set.all().delete()
    response = client.post(f"{preview}las-in/", {"previewed": previewed})
    assert response.status_code == 422
    assert "en överenskommelse som du inte samordnar" in response.content.decode()
    goal.refresh_from_db()
    assert goal.text == "Nu"


# --- whose ------------------------------------------------------------------------------------------------------------


def test_other_persons_file_is_not_found(client, goal, coordinator, upload, login_as):
    preview = upload(book_for(goal.agreement, Mål=[GOAL]))
    login_as(Role.COORDINATOR, party=goal.agreement.coordinating_party)
    assert client.get(preview).status_code == 404
    assert client.post(f"{preview}las-in/").status_code == 404


def test_file_of_another_session_is_not_found(client, goal, coordinator, upload):
    preview = upload(book_for(goal.agreement, Mål=[GOAL]))
    client.logout()
    client.force_login(coordinator)
    assert client.get(preview).status_code == 404


def test_file_is_kept_for_a_day(client, goal, coordinator, upload):
    preview = upload(book_for(goal.agreement, Mål=[GOAL]))
    StagedWorkbook.objects.update(created_at=timezone.now() - datetime.timedelta(hours=24))
    assert client.get(preview).status_code == 404
    upload(book_for(goal.agreement, Mål=[GOAL]))
    assert StagedWorkbook.objects.count() == 1


@pytest.mark.parametrize(
    ("role", "status"),
    [
        (Role.COORDINATOR, 200), (Role.READER, 403), (Role.REPORTER, 403), (Role.APPROVER, 403),
        (Role.PARTY_ADMINISTRATOR, 403), (Role.AUDITOR, 403), (Role.COUNCIL_MEMBER, 403),
        (Role.SYSTEM_ADMINISTRATOR, 403), ("anonymous", 302),
    ],
)  # fmt: skip
def test_workbook_upload_is_for_coordinators(client, goal, login_as, role, status):
    login_as(role, party=goal.agreement.coordinating_party)
    assert client.get(UPLOAD).status_code == status


# --- downloads --------------------------------------------------------------------------------------------------------


def test_workbook_template_has_help_and_drop_downs(client, coordinator):
    response = client.get(reverse("portal:workbook_template"))
    book = load_workbook(BytesIO(b"".join(response.streaming_content)))
    assert book.sheetnames == ["Läs mig", *[str(sheet.name) for sheet in SHEETS], "Val"]
    sheet = book["Mål"]
    assert sheet["A2"].value.startswith("# Hjälp: ")
    columns = {cell.value: cell.column_letter for cell in sheet[1]}
    rules = sheet.data_validations.dataValidation
    lists = {str(rule.sqref).partition("2:")[0]: rule.formula1 for rule in rules}
    words = [cell.value for (cell,) in book["Val"][lists[columns["nivå"]].partition("!")[2].replace("$", "")]]
    assert words == ["övergripande mål", "delmål", "individmål", "samverkansmål", "riktningsmål"]
    assert response["Content-Disposition"] == 'attachment; filename="arbetsbok-mall.xlsx"'


def test_workbook_export_is_read_in_without_change(client, goal, coordinator):
    response = client.get(reverse("portal:workbook_export", args=[goal.agreement.slug]))
    content = b"".join(response.streaming_content)
    assert {grid.name for grid in read_files([("fil.xlsx", content)])} == {str(sheet.name) for sheet in SHEETS}
    preview = client.post(UPLOAD, {"files": file(content)}).url
    assert client.get(preview).context["result"].counts == "0 nya, 0 ändrade, 3 oförändrade, 0 avvisade"


def test_workbook_export_of_an_unseen_agreement_is_not_found(client):
    agreement = make.AgreementFactory(draft=True)
    assert client.get(reverse("portal:workbook_export", args=[agreement.slug])).status_code == 404


def test_no_cell_of_an_export_is_a_formula(client):
    agreement = complete_agreement()
    for text in ("=1+1", "==1+1", "+1", "-1", "@SUM(1)", "\t=1", "＝1"):
        make.GoalFactory(agreement=agreement, area=None, text=text)
    response = client.get(reverse("portal:workbook_export", args=[agreement.slug]))
    book = load_workbook(BytesIO(b"".join(response.streaming_content)))
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert kinds == {"s", "n", "d"}
