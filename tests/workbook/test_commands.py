"""The two commands: one line per sheet, the counts last, and an exit code that tells."""

import datetime
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command

from agreements.models import Agreement, Goal
from governance.models import Meeting
from lib.cells import count_from
from tests import factories as make
from tests.workbook.books import book_for, complete_agreement, xlsx

pytestmark = pytest.mark.django_db


def run(name, *arguments):
    """(exit code, lines on stdout, lines on stderr)"""
    out, err, code = StringIO(), StringIO(), 0
    try:
        call_command(name, *map(str, arguments), stdout=out, stderr=err)
    except SystemExit as exit:
        code = exit.code
    return code, out.getvalue().splitlines(), err.getvalue().splitlines()


@pytest.fixture
def goal():
    return make.GoalFactory(area=None, agreement=make.AgreementFactory(), text="Nu")


def test_export_says_how_many_rows(goal, tmp_path):
    _code, lines, _err = run("export_agreement", goal.agreement.slug, tmp_path / "mapp")
    assert "Mål: 1" in lines
    assert sorted(path.name for path in (tmp_path / "mapp").iterdir()) == [
        "mal.csv", "organisationer.csv", "overenskommelse.csv",
    ]  # fmt: skip


def test_export_removes_the_file_of_a_sheet_without_rows(goal, tmp_path):
    run("export_agreement", goal.agreement.slug, tmp_path)
    goal.delete()
    run("export_agreement", goal.agreement.slug, tmp_path)
    assert not (tmp_path / "mal.csv").exists()


def test_export_of_unknown_agreement_says_so(tmp_path):
    with pytest.raises(CommandError, match="ingen överenskommelse med adressen ”okand”"):
        run("export_agreement", "okand", tmp_path)


@pytest.mark.parametrize("name", ["mapp", "fil.xlsx"])
def test_import_says_what_became_of_the_rows(goal, tmp_path, name):
    run("export_agreement", goal.agreement.slug, tmp_path / name)
    goal.text = "Sedan"
    goal.save()
    code, lines, errors = run("import_agreement", tmp_path / name)
    assert (code, errors, lines) == (0, [], [
        "Överenskommelse: 0 nya, 0 ändrade, 1 oförändrade, 0 avvisade",
        "Organisationer: 0 nya, 0 ändrade, 1 oförändrade, 0 avvisade",
        "Mål: 0 nya, 1 ändrade, 0 oförändrade, 0 avvisade",
        "0 nya, 1 ändrade, 2 oförändrade, 0 avvisade",
    ])  # fmt: skip
    assert Goal.objects.get().text == "Nu"


def test_dry_run_saves_nothing(goal, tmp_path):
    run("export_agreement", goal.agreement.slug, tmp_path)
    Goal.objects.update(text="Sedan")
    code, lines, _errors = run("import_agreement", tmp_path, "--dry-run")
    assert (code, lines[-1]) == (0, "0 nya, 1 ändrade, 2 oförändrade, 0 avvisade")
    assert Goal.objects.get().text == "Sedan"


def test_refused_row_ends_with_one(goal, tmp_path):
    book = book_for(goal.agreement, Mål=[{"nyckel": goal.key, "nivå": "stort", "mål": "Sedan"}])
    (tmp_path / "fil.xlsx").write_bytes(xlsx(book))
    code, lines, errors = run("import_agreement", tmp_path / "fil.xlsx")
    assert (code, lines[-1]) == (1, "0 nya, 0 ändrade, 1 oförändrade, 1 avvisade")
    assert errors == [
        "Arket Mål, rad 2, kolumnen nivå: ”stort” går inte att välja. Skriv något av: "
        "övergripande mål, delmål, individmål, samverkansmål, riktningsmål."
    ]


def test_refused_heading_ends_with_one(goal, tmp_path):
    (tmp_path / "fil.xlsx").write_bytes(xlsx(book_for(goal.agreement, Mål=[{"namn": "x"}])))
    code, lines, errors = run("import_agreement", tmp_path / "fil.xlsx")
    assert (code, lines, len(errors)) == (1, ["0 nya, 0 ändrade, 0 oförändrade, 1 avvisade"], 1)


@pytest.mark.parametrize("name", ["finns-inte.xlsx", "finns-inte"])
def test_missing_path_is_told(tmp_path, name):
    with pytest.raises(CommandError, match="går inte att läsa"):
        run("import_agreement", tmp_path / name)


def test_unreadable_file_is_told(tmp_path):
    (tmp_path / "fil.xlsx").write_bytes(b"hej")
    with pytest.raises(CommandError, match="ingen arbetsbok"):
        run("import_agreement", tmp_path / "fil.xlsx")


@pytest.mark.parametrize(
    ("text", "day"),
    [("idag", "2026-11-22"), ("idag-90", "2026-08-24"), ("idag+12v", "2027-02-14"), ("2026-01-01", "2026-01-01")],
)
def test_relative_dates_count_from_the_day_of_loading(tmp_path, text, day):
    body = make.MandateFactory().body
    row = {"organ": body.key, "nyckel": "mote", "mötesdag": text}
    (tmp_path / "fil.xlsx").write_bytes(xlsx(book_for(Agreement.objects.get(), Möten=[row])))
    with time_machine.travel(datetime.datetime(2026, 11, 22, 12), tick=False):
        run("import_agreement", tmp_path / "fil.xlsx", "--relative-dates")
    assert str(Meeting.objects.get().held_on) == day


def test_relative_dates_begin_the_lines_of_a_text():
    text = "idag+12v Rutinen är beslutad\nidag-90 Start, räknad från idag-7\nidag är ingen dag"
    told = "2027-02-14 Rutinen är beslutad\n2026-08-24 Start, räknad från idag-7\nidag är ingen dag"
    assert count_from(text, datetime.date(2026, 11, 22)) == told


def test_import_is_remembered_by_the_name_it_is_given(tmp_path):
    row = {"organ": make.MandateFactory().body.key, "nyckel": "mote", "mötesdag": "2026-11-22"}
    (tmp_path / "fil.xlsx").write_bytes(xlsx(book_for(Agreement.objects.get(), Möten=[row])))
    run("import_agreement", tmp_path / "fil.xlsx", "--name", "exempelplaner")
    assert Meeting.history.get().history_change_reason == "Import av arbetsbok exempelplaner"


def test_relative_dates_are_refused_elsewhere(tmp_path):
    body = make.MandateFactory().body
    row = {"organ": body.key, "nyckel": "mote", "mötesdag": "idag"}
    (tmp_path / "fil.xlsx").write_bytes(xlsx(book_for(Agreement.objects.get(), Möten=[row])))
    code, _lines, errors = run("import_agreement", tmp_path / "fil.xlsx")
    assert code == 1
    assert errors == [
        "Arket Möten, rad 2, kolumnen mötesdag: ”idag” går bara att använda i exempeldata. "
        "Skriv ett datum, till exempel 2026-06-30."
    ]


def test_queries_of_an_unchanged_import_do_not_grow_with_the_rows(tmp_path, django_assert_max_num_queries):
    agreement = complete_agreement()
    for _ in range(30):
        make.GoalFactory(agreement=agreement, area=None)
        make.AccessionFactory(agreement=agreement)
    run("export_agreement", agreement.slug, tmp_path)
    with django_assert_max_num_queries(200):
        run("import_agreement", tmp_path, "--dry-run")
