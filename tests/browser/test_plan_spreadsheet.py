"""A coordinator fetches a carried-over draft, writes in it in Excel and reads it in: the comparison shows just that."""

import datetime
import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from actionplans.services import carry_over
from parties.models import Role
from parties.services import join
from tests import factories as make
from tests.actionplans.sheets import Book


@pytest.fixture
def draft(site):
    """2027:1, carried over from the adopted 2026:2 with four activities in two areas."""
    agreement = make.AgreementFactory(short_name="Excelvägen", title="Överenskommelse för Excelvägen")
    source = make.EditionFactory(plan=make.ActionPlanFactory(agreement=agreement, name="Handlingsplan"), label="2026:2")
    kommunerna = make.ActorFactory(agreement=agreement, name="kommunerna")
    make.ActorFactory(agreement=agreement, name="Region Provlän")
    for name, numbers in {"Boende": ("B1", "B2"), "Arbete": ("A1", "A2")}.items():
        area = make.PriorityAreaFactory(agreement=agreement, name=name)
        for number in numbers:
            make.ActivityFactory(
                edition=source, number=number, title=f"Ta fram {number}", area=area, responsible=kommunerna,
                indicator="Antal", ends_on="2027-03-31",
            )  # fmt: skip
    make.adopt(source)
    user = make.UserFactory()
    join(user=user, party=agreement.coordinating_party, role=Role.COORDINATOR)
    period = datetime.date(2027, 1, 1), datetime.date(2027, 6, 30)
    edition = carry_over(source=source, label="2027:1", starts_on=period[0], ends_on=period[1], by=user, endings={})
    edition.coordinator = user
    return edition


def address(name, edition, *more):
    return reverse(f"actionplans:{name}", args=[edition.plan.agreement.slug, edition.plan.key, edition.label, *more])


def fetch(page, edition, path):
    """Download the file from the edition's page, and open it."""
    page.goto(edition.get_absolute_url())
    with page.expect_download() as download:
        page.get_by_role("link", name="Hämta Excel").click()
    download.value.save_as(path)
    return Book(path.read_bytes())


def upload(page, edition, book, path):
    book.workbook.save(path)
    page.goto(address("edition_import", edition))
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("button", name="Granska").click()
    page.get_by_role("heading", name="Granska filen").wait_for()


def expect_comparison(page, edition, sentences):
    """The comparison with the edition it builds on says just these, number → sentences."""
    page.goto(address("edition_compare", edition, "2026:2"))
    changes = page.locator("article.change")
    expect(changes).to_have_count(len(sentences))
    for number, lines in sentences.items():
        change = changes.filter(has=page.locator("h3", has_text=re.compile(rf"^\s*{number}\b")))
        expect(change.locator("ul.plain > li")).to_have_text(lines)


def test_what_is_written_in_excel_is_what_the_comparison_shows(page, sign_in, axe, screenshot, draft, tmp_path):
    sign_in(page, draft.coordinator)
    book = fetch(page, draft, tmp_path / "plan.xlsx")
    expect_comparison(page, draft, {})
    book.write("B1", Aktivitet="Ta fram en gemensam rutin")
    book.write("A1", Ansvarig="Region Provlän", Slut=datetime.date(2027, 5, 31))
    book.insert("B2", Nummer="B3", Aktivitet="Pröva boskola", Ansvarig="Kommunerna")
    upload(page, draft, book, tmp_path / "plan.xlsx")
    page.get_by_text("1 ny, 2 ändrade, 2 oförändrade. Inget är sparat än.").wait_for()
    axe(page)
    screenshot(page, "plan-spreadsheet-preview")
    page.get_by_role("button", name="Läs in").click()
    page.get_by_text("Filen är inläst: 1 ny, 2 ändrade, 2 oförändrade.").wait_for()
    sentences = {
        "B1": ["B1 heter nu ”Ta fram en gemensam rutin”."],
        "A1": [
            "A1 får ny ansvarig: Region Provlän i stället för kommunerna.",
            "A1 slutar 2027-05-31 i stället för 2027-03-31.",
        ],
        "B3": ["B3 är ny."],
    }
    expect_comparison(page, draft, sentences)


def test_row_changed_on_both_sides_is_chosen_about(page, phone, sign_in, axe, screenshot, draft, tmp_path):
    for window in (page, phone):
        sign_in(window, draft.coordinator)
    book = fetch(page, draft, tmp_path / "plan.xlsx")
    activity = draft.activities.get(number="B1")
    activity.title = "Ta fram en rutin som står i portalen"
    activity.save_version(activity.version)
    book.write("B1", Aktivitet="Ta fram en rutin som står i filen")
    book.write("B2", Aktivitet="Pröva boskola")
    for window in (phone, page):
        upload(window, draft, book, tmp_path / "plan.xlsx")
        window.get_by_role("heading", name="1 rad är ändrad på båda ställena").wait_for()
        axe(window)
        screenshot(window, "plan-spreadsheet-conflict")
    page.get_by_label("Det som står i filen").check()
    page.get_by_role("button", name="Läs in").click()
    page.get_by_text("Filen är inläst: 0 nya, 2 ändrade, 2 oförändrade.").wait_for()
    assert sorted(draft.activities.values_list("title", flat=True))[:1] == ["Pröva boskola"]
    activity.refresh_from_db()
    assert activity.title == "Ta fram en rutin som står i filen"


def test_faulty_file_is_answered_cell_by_cell_and_can_be_looked_at_again(
    phone, sign_in, axe, screenshot, draft, tmp_path
):
    sign_in(phone, draft.coordinator)
    book = fetch(phone, draft, tmp_path / "plan.xlsx")
    book.write("B1", Slut="nästa vår", Ansvarig="Okända bolaget")
    upload(phone, draft, book, tmp_path / "plan.xlsx")
    phone.get_by_text("”nästa vår” är inget giltigt datum. Skriv till exempel 2026-06-30.").wait_for()
    axe(phone)
    screenshot(phone, "plan-spreadsheet-refused")
    phone.get_by_role("link", name="Granska om samma fil").click()
    phone.get_by_role("heading", name="2 saker att rätta").wait_for()
    assert not draft.activities.exclude(title__startswith="Ta fram").exists()
