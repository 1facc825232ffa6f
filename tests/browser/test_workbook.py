"""A coordinator fills in the empty workbook and imports a new agreement through the browser."""

import pytest
from openpyxl import load_workbook

from agreements.models import Agreement
from parties.models import User

AREAS = ["Boende", "Arbete", "Hälsa"]
FILLED = {
    "Överenskommelse": [
        {
            "adress": "sjatte-overenskommelsen",
            "titel": "Överenskommelse om etablering i Uppsala län 2027–2030",
            "kortnamn": "Etablering 2030",
            "län": "03",
            "slag": "regional överenskommelse",
            "status": "utkast",
            "samordnande part": "lansstyrelsen-uppsala",
        }
    ],
    "Parter": [
        {"nyckel": "lansstyrelsen-uppsala", "namn": "Länsstyrelsen i Uppsala län", "slag": "länsstyrelse"},
        {"nyckel": "kommun-0331", "namn": "Heby kommun", "slag": "kommun", "kommunkod": "0331"},
    ],
    "Giltighet": [{"börjar": "2027", "noggrannhet, början": "år", "slutar": "2030", "noggrannhet, slut": "år"}],
    "Områden": [{"nyckel": name.lower().replace("ä", "a"), "namn": name} for name in AREAS],
    "Mål": [{"område": "boende", "nivå": "delmål", "mål": "Fler hittar en bostad inom ett halvår."}],
}


def fill_in(path, **changes):
    """Write the rows of FILLED below the headings and the help row of the downloaded workbook."""
    workbook = load_workbook(path)
    for name, rows in FILLED.items():
        sheet = workbook[name]
        headings = {cell.value: cell.column for cell in sheet[1]}
        for number, row in enumerate(rows, start=3):
            for heading, value in {**row, **changes.get(name, {})}.items():
                sheet.cell(number, headings[heading], value)
    workbook.save(path)


@pytest.fixture
def template(page, sign_in, site, tmp_path):
    """The empty workbook, downloaded as the coordinator does."""
    sign_in(page, User.objects.get(email="samordnare@exempel.invalid"))
    page.goto("/arbetsbok/")
    with page.expect_download() as download:
        page.locator('a[href$="mall.xlsx"]').first.click()
    path = tmp_path / "min-arbetsbok.xlsx"
    download.value.save_as(path)
    return path


def upload(page, path):
    page.goto("/arbetsbok/")
    page.locator("input[type=file]").set_input_files(path)
    page.locator("main form button[type=submit]").click()
    page.get_by_role("heading", name="Granska arbetsboken").wait_for()


def test_a_sixth_agreement_from_the_empty_workbook(page, template, axe, screenshot):
    fill_in(template)
    upload(page, template)
    axe(page)
    screenshot(page, "workbook-preview")
    assert not Agreement.objects.filter(slug="sjatte-overenskommelsen").exists()
    page.locator("main form button[type=submit]").click()
    page.get_by_role("heading", name="Överenskommelse om etablering i Uppsala län 2027–2030").wait_for()
    screenshot(page, "workbook-imported")
    agreement = Agreement.objects.get(slug="sjatte-overenskommelsen")
    assert list(agreement.priorityarea_set.values_list("name", flat=True)) == AREAS
    assert len(agreement.accession_set.all()) == 2


def test_a_faulty_workbook_names_the_cell_and_changes_nothing(page, template, axe, screenshot):
    fill_in(template, Mål={"nivå": "drömmål"}, Överenskommelse={"adress": "felaktig"})
    upload(page, template)
    page.get_by_text("drömmål").first.wait_for()
    axe(page)
    screenshot(page, "workbook-refused")
    assert not Agreement.objects.filter(slug="felaktig").exists()
