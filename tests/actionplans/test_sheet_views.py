"""An edition's spreadsheet in the browser: fetch, upload, preview, choose and import."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from actionplans.models import Activity, Edition
from agreements.models import StagedWorkbook
from parties.models import Membership, Role
from tests import factories as make
from tests.actionplans.sheets import make_edition, opened
from tests.workbook.books import package

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition():
    return make_edition("1", "2", label="2027:1", plan__key="boende")


@pytest.fixture
def coordinator(edition, login_as):
    return login_as(Role.COORDINATOR, party=edition.plan.agreement.coordinating_party)


def address(name, edition, *more):
    return reverse(f"actionplans:{name}", args=[edition.plan.agreement.slug, edition.plan.key, edition.label, *more])


def post_file(client, edition, content, name="plan.xlsx"):
    return client.post(address("edition_import", edition), {"files": SimpleUploadedFile(name, content)})


def preview_of(client, book, edition):
    """Upload the file; the address of its preview."""
    response = post_file(client, edition, book.saved())
    assert response.status_code == 302
    return response.url


def confirm(client, preview, **choices):
    """Press the button of a preview page as the page was when it was read."""
    page = client.get(preview)
    return client.post(f"{preview}las-in/", {"previewed": page.context["previewed"], **choices})


def titles(edition):
    return list(edition.activities.order_by("number").values_list("title", flat=True))


# --- fetch ------------------------------------------------------------------------------------------------------------


def test_edition_export_is_a_file_with_a_name(client, edition, coordinator):
    response = client.get(address("edition_export", edition))
    assert response["Content-Disposition"] == 'attachment; filename="boende-2027-1.xlsx"'
    assert b"".join(response.streaming_content).startswith(b"PK")


@pytest.mark.parametrize(
    ("state", "status"), [(Edition.State.DRAFT, 404), (Edition.State.PROPOSED, 404), (Edition.State.ADOPTED, 200)]
)
def test_edition_export_is_for_who_may_read_the_edition(client, edition, state, status):
    if state == Edition.State.ADOPTED:
        make.adopt(edition)
    else:
        Edition.objects.update(state=state)
    response = client.get(address("edition_export", edition))
    assert response.status_code == status
    response.close()


# --- upload -----------------------------------------------------------------------------------------------------------


def test_edition_import_shows_how_it_is_done(client, edition, coordinator):
    assert address("edition_export", edition) in client.get(address("edition_import", edition)).content.decode()


@pytest.mark.parametrize(
    ("content", "name", "message"),
    [
        (b"", "plan.xlsx", "Filen plan.xlsx är tom. Välj en annan fil."),
        (b"%PDF-1.7", "plan.pdf", "Filen är ingen arbetsbok. Välj en .xlsx-fil"),
        (b"\xd0\xcf\x11\xe0", "plan.xls", "Filen har lösenord eller är av äldre slag (.xls)."),
        (package(more={"xl/vbaProject.bin": "x"}), "plan.xlsm", "Filen innehåller makron. Spara om den som .xlsx."),
        (
            package('<row r="7"><c r="B7"><f>1+1</f><v>2</v></c></row>'),
            "plan.xlsx",
            "Arket Mål, rad 7, kolumnen B: Cellen innehåller en formel.",
        ),
    ],
)
def test_edition_import_answers_a_file_that_cannot_be_read(client, edition, coordinator, content, name, message):
    response = post_file(client, edition, content, name)
    assert response.status_code == 422
    assert message in response.content.decode()
    assert not StagedWorkbook.objects.exists()


def test_edition_import_needs_a_file(client, edition, coordinator):
    response = client.post(address("edition_import", edition))
    assert response.status_code == 422
    assert "Välj en fil." in response.content.decode()


# --- preview and import -----------------------------------------------------------------------------------------------


def test_edition_import_preview_shows_both_texts_and_saves_nothing(client, edition, coordinator):
    book = opened(edition)
    book.write("1", Aktivitet="Ta fram en rutin")
    book.insert("2", Aktivitet="Ny")
    text = client.get(preview_of(client, book, edition)).content.decode()
    assert '<ins><span class="sr">tillagt: </span>en rutin</ins>' in text
    assert '<del><span class="sr">borttaget: </span>1</del>' in text
    assert "1 ny, 1 ändrad, 1 oförändrad. Inget är sparat än." in text
    assert titles(edition) == ["Ta fram 1", "Ta fram 2"]


def test_edition_import_confirm_saves_what_was_previewed(client, edition, coordinator):
    book = opened(edition)
    book.write("1", Aktivitet="Ta fram en rutin")
    response = confirm(client, preview_of(client, book, edition))
    assert response.url == address("edition_edit", edition)
    assert "Filen är inläst: 0 nya, 1 ändrad, 1 oförändrad." in client.get(response.url).content.decode()
    assert titles(edition) == ["Ta fram en rutin", "Ta fram 2"]
    assert edition.steps.get().user == coordinator


def test_edition_import_confirm_is_for_one_use(client, edition, coordinator):
    book = opened(edition)
    book.write("1", Aktivitet="En")
    preview = preview_of(client, book, edition)
    confirm(client, preview)
    assert client.get(preview).status_code == 404
    assert client.post(f"{preview}las-in/").status_code == 404


def test_edition_import_preview_without_anything_new_offers_no_import(client, edition, coordinator):
    text = client.get(preview_of(client, opened(edition), edition)).content.decode()
    assert "Inget att läsa in" in text
    assert "las-in" not in text


def test_edition_import_preview_refuses_and_keeps_the_file(client, edition, coordinator):
    book = opened(edition)
    book.write("1", Start="i höst")
    preview = preview_of(client, book, edition)
    text = client.get(preview).content.decode()
    assert "1 sak att rätta" in text
    assert "”i höst” är inget giltigt datum." in text
    assert "las-in" not in text
    assert client.get(preview).status_code == 200


def test_edition_import_preview_tells_what_it_leaves_alone(client, edition, coordinator):
    make.ActivityFactory(edition=edition, number="3", title="Ta fram 3")
    book = opened(edition)
    for number, title in (("2", "I portalen"), ("3", "")):
        activity = edition.activities.get(number=number)
        activity.title = title or activity.title
        activity.save_version(activity.version) if title else activity.delete()
    book.sheet.delete_rows(book.row("1"))
    text = client.get(preview_of(client, book, edition)).content.decode()
    assert "1 rad saknas i filen och lämnas som den är" in text
    assert "1 rad är ändrad bara i portalen, och portalens text står kvar" in text
    assert "1 rad är borttagen i portalen och läggs inte till igen" in text


@pytest.fixture
def conflict(client, edition, coordinator):
    """The preview of a file whose first row was changed in the portal too."""
    book = opened(edition)
    book.write("1", Aktivitet="I filen")
    activity = edition.activities.get(number="1")
    activity.title = "I portalen"
    activity.save_version(activity.version)
    return preview_of(client, book, edition)


def test_edition_import_preview_asks_about_a_row_changed_on_both_sides(client, edition, conflict):
    text = client.get(conflict).content.decode()
    assert "1 rad är ändrad på båda ställena" in text
    assert [word in text for word in ("Ta fram 1", "I portalen", "I filen")] == [True] * 3
    assert f'name="rad-{edition.activities.get(number="1").lineage}"' in text


@pytest.mark.parametrize(("choice", "title"), [("mine", "I filen"), ("theirs", "I portalen")])
def test_edition_import_confirm_takes_the_choice(client, edition, conflict, choice, title):
    lineage = edition.activities.get(number="1").lineage
    assert confirm(client, conflict, **{f"rad-{lineage}": choice}).status_code == 302
    assert titles(edition) == [title, "Ta fram 2"]


@pytest.mark.parametrize("choice", ["", "annat"])
def test_edition_import_confirm_needs_every_choice(client, edition, conflict, choice):
    lineage = edition.activities.get(number="1").lineage
    response = confirm(client, conflict, **{f"rad-{lineage}": choice})
    assert response.status_code == 422
    assert "Välj i varje rad som ändrats på båda ställena." in response.content.decode()
    assert titles(edition) == ["I portalen", "Ta fram 2"]


def test_edition_import_confirm_keeps_the_choices_when_refused(client, edition, conflict):
    """The choice is there again on the page that asks for another look."""
    lineage = edition.activities.get(number="1").lineage
    response = client.post(f"{conflict}las-in/", {"previewed": "x", f"rad-{lineage}": "mine"})
    assert response.status_code == 409
    assert 'value="mine" required checked' in response.content.decode()


# --- between preview and import (T9) ----------------------------------------------------------------------------------


def change_row(edition, user):
    activity = edition.activities.get(number="1")
    activity.title = "Under tiden"
    activity.save_version(activity.version)


def remove_row(edition, user):
    edition.activities.get(number="1").delete()


def take_number(edition, user):
    make.ActivityFactory(edition=edition, number="9")


def remove_area(edition, user):
    edition.activities.update(area=None)
    edition.plan.agreement.priorityarea_set.all().delete()


def adopt(edition, user):
    make.adopt(edition)


def leave(edition, user):
    Membership.objects.filter(user=user).update(starts_on="2020-01-01", ends_on="2020-01-02")


@pytest.mark.parametrize(
    ("meanwhile", "status", "message"),
    [
        (change_row, 409, "Granska en gång till."),
        (remove_row, 409, "Granska en gång till."),
        (take_number, 422, "Numret finns redan i versionen."),
        (remove_area, 422, "”Boende” finns inte bland överenskommelsens områden."),
        (adopt, 409, "Versionen är fastställd och kan inte ändras."),
        (leave, 404, ""),
    ],
)
def test_edition_import_confirm_answers_what_changed_since_the_preview(
    client, edition, coordinator, meanwhile, status, message
):
    make.PriorityAreaFactory(agreement=edition.plan.agreement, name="Boende")
    book = opened(edition)
    book.write("1", Nummer="9", Område="Boende")
    book.write("2", Aktivitet="Annat")
    preview = preview_of(client, book, edition)
    previewed = client.get(preview).context["previewed"]
    meanwhile(edition, coordinator)
    before = list(Activity.history.values_list("history_id", flat=True)), titles(edition)
    response = client.post(f"{preview}las-in/", {"previewed": previewed})
    assert response.status_code == status
    assert message in response.content.decode()
    assert (list(Activity.history.values_list("history_id", flat=True)), titles(edition)) == before
    assert StagedWorkbook.objects.filter(user=coordinator).exists()


@pytest.mark.parametrize("previewed", ["", "x", "\0", "å" * 200])
def test_edition_import_confirm_needs_a_preview(client, edition, coordinator, previewed):
    book = opened(edition)
    book.write("1", Aktivitet="Annat")
    preview = preview_of(client, book, edition)
    assert client.post(f"{preview}las-in/", {"previewed": previewed}).status_code == 409
    assert titles(edition) == ["Ta fram 1", "Ta fram 2"]


def test_staged_plan_is_no_agreements_workbook_and_the_other_way_round(client, edition, coordinator):
    staged = preview_of(client, opened(edition), edition).rstrip("/").rpartition("/")[2]
    text = client.get(reverse("portal:workbook_preview", args=[staged])).content.decode()
    assert "Arket finns inte i arbetsboken." in text
    export = client.get(reverse("portal:workbook_export", args=[edition.plan.agreement.slug]))
    content = b"".join(export.streaming_content)
    book = io.BytesIO(content)
    response = post_file(client, edition, book.getvalue())
    assert client.get(response.url).context["result"].is_refused


def test_file_of_somebody_else_is_not_found(client, edition, coordinator, login_as):
    preview = preview_of(client, opened(edition), edition)
    login_as(Role.COORDINATOR, party=edition.plan.agreement.coordinating_party)
    assert client.get(preview).status_code == 404
