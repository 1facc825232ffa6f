"""What goes out comes in again: as the same rows here, and as the same agreement in an empty portal."""

import csv

import pytest
from django.db import transaction
from openpyxl import load_workbook

from agreements.models import Goal, Statistic
from lib.spreadsheets import read_path
from portal.workbook import SHEETS, export_tables, export_to, import_grids
from tests import factories as make
from tests.workbook.books import book_for, book_of, complete_agreement, read_in

pytestmark = pytest.mark.django_db

FORMATS = ("mapp", "fil.xlsx")
TEXTS = [
    "=1+1", "==1+1", "+46", "-5", "@här", "'=apostrof", "''", "＝1", "－1", "＋1", "＠1", "= 1",
    'a;b"c,d', "två\nrader", "tabb\tinuti", "åäö ÅÄÖ é", "😀", "007", "2026-06-30", "1,5", "ja", "#hej", "# Hjälp",
    "_x0041_", "<b>&amp;", "None", "Zalgo \u00e1\u0302\u0303\u0304",
]  # fmt: skip


def exported(agreement, path):
    export_to(agreement, path)
    return read_path(path)


def test_complete_agreement_has_every_sheet():
    assert list(book_of(complete_agreement())) == [str(sheet.name) for sheet in SHEETS]


@pytest.mark.parametrize("name", FORMATS)
def test_import_of_export_changes_nothing(tmp_path, name):
    agreement = complete_agreement()
    result = import_grids(exported(agreement, tmp_path / name), save=True)
    assert (result.new, result.changed, result.all_problems) == ([], [], [])
    assert len(result.unchanged) == sum(len(table.rows) for table in export_tables(agreement))


@pytest.mark.parametrize("name", FORMATS)
def test_export_imported_to_an_empty_portal_is_identical(tmp_path, name):
    with transaction.atomic():
        agreement = complete_agreement()
        before, slug = export_tables(agreement), agreement.slug
        grids = exported(agreement, tmp_path / name)
        transaction.set_rollback(True)
    result = import_grids(grids, save=True)
    assert (result.all_problems, result.agreement.slug) == ([], slug)
    assert export_tables(result.agreement) == before


@pytest.mark.parametrize("name", FORMATS)
def test_texts_come_back_as_they_were(tmp_path, name):
    agreement = make.AgreementFactory()
    goals = [make.GoalFactory(area=None, agreement=agreement, text=text) for text in TEXTS]
    grids = exported(agreement, tmp_path / name)
    assert import_grids(grids).changed == []
    for goal in goals:
        goal.text = "något annat"
        goal.save()
    import_grids(grids, save=True)
    assert list(Goal.objects.order_by("pk").values_list("text", flat=True)) == TEXTS


@pytest.mark.parametrize("name", FORMATS)
def test_numbers_stay_numbers(tmp_path, name):
    agreement = make.AgreementFactory()
    for value in ("120.00", "0.5", "-3.25", "0"):
        make.StatisticFactory(agreement=agreement, value=value)
    grids = exported(agreement, tmp_path / name)
    assert import_grids(grids).changed == []
    assert [row["värde"] for row in book_of(agreement)["Statistik"]] == ["120", "0.5", "-3.25", "0"]


def test_cells_of_a_workbook_have_types(tmp_path):
    statistic = make.StatisticFactory(value="0.5", period="2024", note="")
    make.GoalFactory(agreement=statistic.agreement, area=None, dropped_on="2025-06-30")
    export_to(statistic.agreement, tmp_path / "fil.xlsx")
    workbook = load_workbook(tmp_path / "fil.xlsx")

    def kinds(name):
        headings, row = workbook[name].iter_rows(max_row=2)
        return {heading.value: cell.data_type for heading, cell in zip(headings, row, strict=True) if cell.value}

    assert kinds("Statistik") == {
        "nyckel": "s", "uppgift": "s", "värde": "n", "ungefärligt": "s", "enhet": "s", "period": "s", "grund": "s",
    }  # fmt: skip
    assert kinds("Mål") == {"nyckel": "s", "nivå": "s", "mål": "s", "utgått": "d", "grund": "s"}


def test_empty_number_is_not_zero(tmp_path):
    commitment = make.CommitmentFactory(agreed=0, outcome=None)
    row = book_of(commitment.agreement)["Åtaganden per år"][0]
    assert (row["överenskommet"], row["utfall"]) == ("0", "")
    read_in(book_of(commitment.agreement), save=True)
    commitment.refresh_from_db()
    assert (commitment.agreed, commitment.outcome) == (0, None)


def test_csv_is_what_swedish_excel_opens(tmp_path):
    goal = make.GoalFactory(text="Öka åtgärderna; nu")
    export_to(goal.agreement, tmp_path)
    content = (tmp_path / "mal.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbfnyckel;ordning;")
    rows = list(csv.DictReader(content.decode("utf-8-sig").splitlines(), delimiter=";"))
    assert [row["mål"] for row in rows] == ["Öka åtgärderna; nu"]


def test_columns_that_are_left_out_keep_what_they_hold():
    goal = make.GoalFactory(text="Nu", why="Därför")
    read_in(book_for(goal.agreement, Mål=[{"nyckel": goal.key, "mål": "Sedan"}]), save=True)
    goal.refresh_from_db()
    assert (goal.text, goal.why) == ("Sedan", "Därför")


def test_rows_that_are_left_out_stay():
    goal = make.GoalFactory()
    result = read_in(book_for(goal.agreement, Mål=[{"nyckel": "nytt", "nivå": "delmål", "mål": "Nytt"}]), save=True)
    assert result.counts == "1 nya, 0 ändrade, 1 oförändrade, 0 avvisade"
    assert list(Goal.objects.order_by("pk").values_list("key", flat=True)) == [goal.key, "nytt"]


def test_rows_without_key_get_one_and_are_found_again():
    agreement = make.AgreementFactory()
    book = book_for(agreement, Mål=[{"nivå": "delmål", "mål": "Ett"}, {"nivå": "delmål", "mål": "Två"}])
    assert read_in(book, save=True).counts == "2 nya, 0 ändrade, 1 oförändrade, 0 avvisade"
    assert read_in(book, save=True).counts == "0 nya, 0 ändrade, 3 oförändrade, 0 avvisade"
    assert list(Goal.objects.values_list("key", "text")) == [("goal-1", "Ett"), ("goal-2", "Två")]


def test_row_may_refer_to_a_later_row_of_its_sheet():
    agreement = make.AgreementFactory()
    part = {"nyckel": "del", "uppgift": "Del", "värde": "1", "enhet": "st", "del av": "hel"}
    whole = {"nyckel": "hel", "uppgift": "Hel", "värde": "2", "enhet": "st", "del av": ""}
    read_in(book_for(agreement, Statistik=[part, whole]), save=True)
    assert Statistic.objects.get(key="del").total.key == "hel"
