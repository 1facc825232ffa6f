"""An edition as a spreadsheet: how it looks, what it holds, and that all of it is read in again as it was."""

import datetime
import io
import zipfile

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from actionplans.models import Activity, Edition
from actionplans.sheet_import import import_plan
from actionplans.sheet_rows import PlanRows
from actionplans.spreadsheet import write_edition
from lib.spreadsheets import read_files
from tests import factories as make
from tests.actionplans.sheets import Book, coordinator_of, fetch, make_edition, opened, read_in

pytestmark = pytest.mark.django_db

TRIGGERS = ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠1", "'=1", "_x0041_", "007"]
TEXT_FIELDS = {
    field.name: field.max_length
    for field in Activity._meta.concrete_fields
    if field.get_internal_type() in ("CharField", "TextField") and not field.choices
}


def full_edition(text=""):
    """An edition with every field of an activity filled in; texts begin with ``text``."""
    edition = make.EditionFactory()
    agreement = edition.plan.agreement
    area = make.PriorityAreaFactory(agreement=agreement, name=f"{text}Boende")
    inside = make.CollaborationAreaFactory(area=area, name=f"{text}Långsiktigt")
    actor = make.ActorFactory(agreement=agreement, name=f"{text}Kommunerna, alla")
    texts = {name: f"{text}{name}"[:limit] for name, limit in TEXT_FIELDS.items()}
    texts |= {"number": f"{text}1"[:12], "milestones": "2026-10-01 Klart"}
    activity = make.ActivityFactory(
        edition=edition, area=area, collaboration_area=inside, responsible=actor, followed_up_by=actor,
        proposed_by=actor, origin="proposed", ending="closed", starts_on="2026-07-01", ends_on="2026-12-31",
        amount=1_000_000, **texts,
    )  # fmt: skip
    activity.participants.add(actor, make.ActorFactory(agreement=agreement, name=f"{text}Region; öst"))
    activity.goals.add(make.GoalFactory(area=area, text=f"{text}Fler\ni arbete"))
    activity.serves.add(make.CollaborationAreaFactory(area=area, name=f"{text}Annat"))
    return edition


# --- how it looks -----------------------------------------------------------------------------------------------------


def test_columns_are_those_listed_here():
    """What leaves the portal leaves by name: a new column shows here, and so in review."""
    assert opened(full_edition()).heads == [
        "Nummer", "Aktivitet", "Beskrivning", "Önskad effekt", "Ansvarig", "Medverkar", "Start", "Slut", "Löpande",
        "Indikator", "Avslut", "Område", "Samverkansområde", "Bidrar även till", "Mål", "Ansvarig funktion", "Basvärde",
        "Målvärde", "Antal i uppföljningen", "Delmoment", "Finansiering", "Belopp i kronor",
        "Hur den följs upp", "När den följs upp", "Följs upp av", "Lokala överenskommelser och planer", "Jämställdhet",
        "Barns rättigheter", "Målgruppens röst", "Ursprung", "Föreslagen av", "Varför den ändras", "Skäl till avslutet",
        "Släktskap", "Radversion",
    ]  # fmt: skip


def test_every_field_that_people_fill_in_has_a_column():
    fields = {field.name for field in (*Activity._meta.concrete_fields, *Activity._meta.many_to_many)}
    assert fields - set(PlanRows._meta.fields) == {"id", "version", "edition", "lineage", "order", "search_text"}


def test_internal_notes_and_comments_are_not_in_the_file():
    edition = make_edition("1")
    make.InternalNoteFactory(activity=edition.activities.get(), text="Bara för oss")
    make.CommentFactory(activity=edition.activities.get(), text="Sagt i förtroende")
    texts = str([grid.rows for grid in read_files([("plan.xlsx", fetch(edition))])])
    assert "Bara för oss" not in texts
    assert "Sagt i förtroende" not in texts


def test_sheet_is_a_plan_with_title_headings_and_activities():
    edition = full_edition()
    make.ActivityFactory(edition=edition, number="2", title="Enas", responsible=None)
    sheet = opened(edition).sheet
    assert [sheet.cell(row, 1).value for row in range(1, sheet.max_row + 1)] == [
        str(edition), f"{edition.plan.agreement.title} · Utkast · gäller 2026-07-01 – 2026-12-31", "Nummer", "Boende",
        "Långsiktigt", "1", "Utan område", "2",
    ]  # fmt: skip


def test_adopted_edition_tells_its_decision():
    edition = make.adopt(make_edition("1"))
    decision = edition.decision
    parts = [f"Fastställd {decision.decided_on}", decision.body.name, decision.paragraph, decision.registry_number]
    assert ", ".join(filter(None, parts)) in opened(edition).sheet["A2"].value


def test_example_data_is_marked_as_such():
    edition = make_edition("1", plan__is_example=True)
    assert opened(edition).sheet["A3"].value == "Exempeldata: planen, dess aktiviteter och beslut är påhittade."


def test_page_is_a4_across_with_its_heads_on_every_page():
    book = opened(make_edition("1"))
    sheet = book.sheet
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (1, 0)
    assert (sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.print_title_rows) == (
        True,
        f"${book.head}:${book.head}",
    )
    assert (sheet.freeze_panes, sheet.print_area) == ("C4", "'Handlingsplan'!$A$1:$F$5")


def test_hidden_columns_are_locked_and_all_else_is_open():
    book = opened(make_edition("1"))
    assert book.sheet.protection.sheet
    locked = [head for head in book.heads if book.cell("1", head).protection.locked]
    hidden = [head for head in book.heads if book.sheet.column_dimensions[book.cell("1", head).column_letter].hidden]
    assert locked == hidden == ["Släktskap", "Radversion"]
    assert "Dolda kolumner" in [cell.value for cell in book.workbook["Om"]["A"]]


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        ("Löpande", ["ja", "nej"]),
        ("Avslut", ["avslutad", "struken"]),
        ("Område", ["=Boende"]),
        ("Ansvarig", ["=Kommunerna, alla", "=Region, öst"]),
    ],
)
def test_what_can_be_chosen_is_offered(heading, words):
    book = opened(full_edition("="))
    letter = book.cell("=1", heading).column_letter
    lists = {str(rule.sqref): rule.formula1 for rule in book.sheet.data_validations.dataValidation}
    source = lists[f"{letter}{book.head + 1}:{letter}5000"].partition("!")[2].replace("$", "")
    assert [cell.value for (cell,) in book.workbook["Val"][source]] == words
    assert {cell.data_type for row in book.workbook["Val"].iter_rows() for cell in row if cell.value} == {"s"}


def test_row_is_as_high_as_its_text_and_grows_with_it():
    edition = make_edition("1", "2")
    edition.activities.filter(number="2").update(title="Ta fram en gemensam rutin för mottagandet " * 3)
    book = opened(edition)
    heights = [book.sheet.row_dimensions[book.row(number)].height for number in "12"]
    assert heights[0] < heights[1]
    assert b'customHeight="1"' not in _row_xml(fetch(edition), book.row("1"))


def _row_xml(content, number):
    xml = zipfile.ZipFile(io.BytesIO(content)).read("xl/worksheets/sheet1.xml")
    return xml.partition(f'<row r="{number}"'.encode())[2].partition(b">")[0]


# --- what begins as a formula (T12) -----------------------------------------------------------------------------------


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_no_cell_is_a_formula_and_every_text_comes_back(trigger):
    edition = full_edition(trigger)
    content = fetch(edition)
    workbook = load_workbook(io.BytesIO(content))
    kinds = {
        cell.data_type for sheet in workbook for row in sheet.iter_rows() for cell in row if cell.value is not None
    }
    assert kinds == {"s", "n", "d"}
    result = read_in(Book(content), edition, save=False)
    assert (result.counts, result.all_problems) == ("0 nya, 0 ändrade, 1 oförändrad", [])


def test_texts_written_over_in_the_portal_come_back_from_the_file():
    edition = full_edition("=")
    book = opened(edition)
    activity = edition.activities.get()
    before = {name: getattr(activity, name) for name in TEXT_FIELDS}
    for name in TEXT_FIELDS.keys() - {"number", "milestones"}:
        setattr(activity, name, "x")
    activity.save()  # at the same version: as if the file had been written in
    read_in(book, edition)
    activity.refresh_from_db()
    assert {name: getattr(activity, name) for name in TEXT_FIELDS} == before


def test_numbers_dates_and_blanks_keep_their_kind():
    edition = full_edition()
    make.ActivityFactory(edition=edition, number="2", responsible=None)
    book = opened(edition)
    cells = [book.cell("1", heading) for heading in ("Start", "Belopp i kronor", "Radversion", "Basvärde")]
    assert [cell.data_type for cell in cells] == ["d", "n", "n", "s"]
    assert cells[0].value == datetime.datetime(2026, 7, 1)
    assert {book.cell("2", heading).value for heading in ("Start", "Belopp i kronor", "Ansvarig", "Löpande")} == {None}


# --- there and back ---------------------------------------------------------------------------------------------------


def test_file_read_in_at_once_changes_nothing():
    edition = full_edition()
    result = read_in(opened(edition), edition)
    assert (result.counts, result.all_problems, result.notes, result.missing) == (
        "0 nya, 0 ändrade, 1 oförändrad", [], [], [],
    )  # fmt: skip
    assert edition.steps.count() == 0


def test_queries_do_not_grow_with_rows():
    assert queries_with(1) == queries_with(30)


def queries_with(count):
    """How many queries an export and a preview of one changed row take in an edition of ``count`` rows."""
    edition = make_edition(*map(str, range(count)))
    for activity in edition.activities.all():
        activity.participants.add(make.ActorFactory(agreement=edition.plan.agreement))
    user = coordinator_of(edition)
    with CaptureQueriesContext(connection) as export:
        write_edition(Edition.objects.for_page().get(pk=edition.pk), io.BytesIO(), user=user)
    book = opened(edition)
    book.write("0", Aktivitet="Något annat")
    grids = book.grids()
    with CaptureQueriesContext(connection) as preview:
        import_plan(grids, edition=edition, by=user)
    return len(export), len(preview)
