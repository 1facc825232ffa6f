"""An official fetches the round, fills it in in Excel, reads it in and hands in: the portal says what the file said."""

from openpyxl import load_workbook

from followup.models import Report
from parties.models import Role
from parties.services import join
from tests import factories
from tests.browser.test_report_form import make_office


def test_official_answers_the_round_in_a_spreadsheet(site, page, sign_in, axe, tmp_path):
    office, path = make_office(3), tmp_path / "svar.xlsx"
    user = factories.UserFactory(name="Elin Lund")
    join(user=user, party=office.party, role=Role.REPORTER)
    sign_in(page, user)
    page.goto(office.form)
    page.get_by_role("link", name="Svara i Excel").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Hämta omgången som Excelfil").click()
    download.value.save_as(path)
    fill_in(path)
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("button", name="Granska").click()
    page.get_by_role("heading", name="3 rader ändras").wait_for()
    axe(page)
    page.get_by_role("button", name="Läs in").click()
    page.get_by_text("Filen är inläst: 0 nya, 3 ändrade, 0 oförändrade.").wait_for()
    page.get_by_role("link", name="Granska och lämna in").click()
    page.get_by_role("button", name="Lämna in").click()
    page.get_by_text("Tack! 3 svar är inlämnade.").wait_for()
    said = Report.objects.filter(round=office.round).submitted().values_list("status", "text")
    assert set(said) == {("ongoing", f"Sju möten om A{number}.") for number in (1, 2, 3)}


def fill_in(path):
    """Write a status and a text in every row, as somebody does in Excel."""
    book = load_workbook(path)
    sheet = book["Svar"]
    head = next(row for row in sheet.iter_rows() if row[0].value == "Nr")
    columns = {cell.value: cell.column for cell in head}
    for row in range(head[0].row + 1, sheet.max_row + 1):
        sheet.cell(row, columns["Hur går det?"]).value = "pågår"
        sheet.cell(row, columns["Vad har ni gjort?"]).value = f"Sju möten om {sheet.cell(row, 1).value}."
    book.save(path)
