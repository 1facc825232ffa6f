"""Files as other programs write them are understood; files made to do harm are refused before they can."""

import json
import re
import subprocess
import sys
from contextlib import suppress
from datetime import datetime, time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from lib import spreadsheet_reader as reader
from lib import spreadsheets
from lib.cells import tidy
from lib.spreadsheets import Column, Grid, Table, Unreadable, read_files, read_path, write_folder, write_workbook
from tests.workbook.books import SHEET, package, saved

GOALS = [["nyckel", "mål"], ["ett", "Öka, tydligt"], ["två", "a"]]


def grid_of(*files):
    (grid,) = read_files(files)
    return [cells for _number, cells in grid.rows]


def problem_of(*files):
    with pytest.raises(Unreadable) as error:
        read_files(files)
    return error.value.problem


# --- CSV as Swedish programs write it ---------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_csv_dialect_is_found(encoding, delimiter, end):
    lines = [delimiter.join(f'"{cell}"' for cell in row) for row in GOALS]
    assert grid_of(("Mål.csv", (end.join(lines) + end).encode(encoding))) == GOALS


def test_csv_with_one_column_needs_no_delimiter():
    assert grid_of(("mal.csv", b"nyckel\nett\n")) == [["nyckel"], ["ett"]]


def test_csv_cell_may_hold_lines_and_quotes():
    content = 'nyckel;mål\nett;"Två\nrader med ""citat"" och ;"\n'.encode()
    assert grid_of(("mal.csv", content))[1] == ["ett", 'Två\nrader med "citat" och ;']


def test_workbook_tells_what_is_merged_and_hidden():
    workbook = Workbook()
    for row in GOALS:
        workbook.active.append(row)
    workbook.active.merge_cells("A2:A3")
    workbook.active.row_dimensions[3].hidden = True
    (grid,) = read_files([("mal.xlsx", saved(workbook))])
    assert (grid.merged, grid.hidden, len(grid.rows)) == (["A2:A3"], [3], 3)


def test_csv_keeps_row_numbers_where_rows_are_empty():
    (grid,) = read_files([("mal.csv", b"nyckel\n\n;;\nett\n")])
    assert [number for number, _cells in grid.rows] == [1, 4]


@pytest.mark.parametrize(("cell", "text"), [("'=1", "=1"), ("''=1", "'=1"), ("'hej", "'hej"), ("=1", "=1"), ("'", "'")])
def test_csv_apostrophe_before_a_formula_is_taken_away(cell, text):
    assert grid_of(("mal.csv", f"nyckel;mål\n{cell};a\n".encode()))[1][0] == text


# --- .xlsx as other programs write it ---------------------------------------------------------------------------------


def workbook(*rows, epoch=None):
    book = Workbook()
    if epoch:
        book.epoch = epoch
    book.active.title = "Mål"
    for row in rows:
        book.active.append(row)
    return book


@pytest.mark.parametrize("epoch", [None, CALENDAR_MAC_1904])
def test_cells_come_out_as_text(epoch):
    day = datetime(2026, 6, 30)
    expected = {
        "ja": True, "nej": False, "12": 12, "1.5": 1.5, "0.1": 0.1, "2019": 2019.0,
        "2026-06-30": day.date(), "2026-06-30 14:05:00": day.replace(hour=14, minute=5), "09:30": time(9, 30), "x": "x",
    }  # fmt: skip
    assert grid_of(("a.xlsx", saved(workbook(list(expected.values()), epoch=epoch)))) == [list(expected)]


def test_shared_and_formatted_strings_are_read():
    strings = "<si><t>ett</t></si><si><r><t>fet</t></r><r><t>stil</t></r><rPh><t>läs</t></rPh></si>"
    row = '<row r="3"><c r="A3" t="s"><v>0</v></c><c r="C3" t="s"><v>1</v></c></row>'
    (grid,) = read_files([("a.xlsx", package(row, strings=strings))])
    assert grid == Grid("Mål", [(3, ["ett", "", "fetstil"])])


def test_rows_and_cells_without_address_are_counted():
    row = "<row><c><v>1</v></c><c><v>2</v></c></row>"
    (grid,) = read_files([("a.xlsx", package(row * 2))])
    assert grid.rows == [(1, ["1", "2"]), (2, ["1", "2"])]


def test_cells_that_are_only_formatted_may_be_anywhere():
    rows = '<row r="1"><c r="A1"><v>1</v></c><c r="XFD1" s="1"/></row><row r="1048576"><c r="A1048576" s="1"/></row>'
    assert grid_of(("a.xlsx", package(rows))) == [["1"]]


def test_sheets_of_the_template_that_hold_no_rows_are_passed_over():
    book = workbook(["nyckel"])
    book.create_sheet("Läs mig").append(["=1+1"])
    book.create_sheet("Val").append(["ja"])
    assert [grid.name for grid in read_files([("a.xlsx", saved(book))])] == ["Mål"]


def test_path_may_be_a_folder_a_csv_file_or_a_workbook(tmp_path):
    (tmp_path / "mal.csv").write_bytes(b"nyckel\nett\n")
    (tmp_path / "annat.txt").write_bytes(b"hej")
    expected = [Grid("mal", [(1, ["nyckel"]), (2, ["ett"])])]
    assert read_path(tmp_path) == read_path(tmp_path / "mal.csv") == expected


def test_folder_without_files_is_refused(tmp_path):
    with pytest.raises(Unreadable, match="har inga CSV-filer"):
        read_path(tmp_path)


# --- what is refused, and where ---------------------------------------------------------------------------------------


def hidden():
    book = workbook(["nyckel"])
    book.create_sheet("Dold").sheet_state = "veryHidden"
    return saved(book)


def cell(content, address="B2", more=""):
    return package(
        f'<row r="1"><c r="A1" t="inlineStr"><is><t>nyckel</t></is></c>'
        f'<c r="B1" t="inlineStr"><is><t>mål</t></is></c></row><row r="2"><c r="{address}"{more}>{content}</c></row>'
    )


@pytest.mark.parametrize(
    ("content", "where", "begins"),
    [
        (hidden(), ("Dold", None, ""), "Arket är dolt."),
        (cell("<f>A1</f><v>1</v>"), ("Mål", 2, "mål"), "Cellen innehåller en formel."),
        (cell("<v>#REF!</v>", more=' t="e"'), ("Mål", 2, "mål"), "Cellen visar felet #REF!."),
        (cell("<v>ett</v>"), ("Mål", 2, "mål"), "”ett” är inget tal."),
        (cell("<v>1</v>", address="BI2"), ("Mål", 2, "BI"), "Arket har innehåll efter kolumn 60."),
        (cell("<v>1</v>", address="B5003"), ("Mål", 5003, "mål"), "Arket har innehåll efter rad 5 000."),
        (cell("<v>1</v>", address="XFD1048576"), ("Mål", 1048576, "XFD"), "Arket har innehåll efter rad 5 000."),
        (cell("<v>9</v>", more=' t="s"'), ("Mål", None, ""), "Filen är skadad."),
        (cell("<v>1</v>", address="2B"), ("Mål", None, ""), "Filen är skadad."),
        (package(sheet="<worksheet>"), ("Mål", None, ""), "Filen är skadad."),
        (package(more={"xl/vbaProject.bin": "x"}), ("", None, ""), "Filen innehåller makron."),
        (package(more={"xl/externalLinks/externalLink1.xml": "x"}), ("", None, ""), "Filen hämtar värden ur andra"),
        (package(more={"xl/embeddings/fil.bin": "x"}), ("", None, ""), "Filen har andra filer inbäddade."),
        (package(more={"xl/media/bild.png": package()}), ("", None, ""), "Filen har andra filer inbäddade."),
        (package()[:-30], ("", None, ""), "Filen är ingen arbetsbok."),
    ],
)  # fmt: skip
def test_workbook_is_refused(content, where, begins):
    problem = problem_of(("fil.xlsx", content))
    assert (problem.sheet, problem.row, problem.column) == where
    assert problem.message.startswith(begins)


@pytest.mark.parametrize(
    ("content", "row", "begins"),
    [
        (b"a;" * 60 + b"a\n", 1, "Arket har innehåll efter kolumn 60."),
        (b"a\n" * 5003, 5003, "Arket har innehåll efter rad 5 000."),
        (b"a\n" + b"b" * 40_000, 2, "Cellen har mer än 32 767 tecken."),
    ],
)
def test_csv_is_refused(content, row, begins):
    problem = problem_of(("mal.csv", content))
    assert (problem.sheet, problem.row) == ("mal", row)
    assert problem.message.startswith(begins)


def test_more_than_ten_megabytes_are_refused(tmp_path):
    (tmp_path / "mal.csv").write_bytes(b"a\n" * (5 * 1024 * 1024 + 1))
    with pytest.raises(Unreadable, match="större än 10 MB"):
        read_path(tmp_path)


# --- bombs: refused within two seconds of processor time and 100 MiB, whatever is inside -----------------------------


def rows_of(count):
    return SHEET.format("".join(f'<row r="{n}"><c r="A{n}"><v>1</v></c></row>' for n in range(1, count + 1)))


def many_attributes():
    return package(sheet="<a " + " ".join(f"b{n}=''" for n in range(1_500_000)) + "/>")


def empty_cells():
    return package("<row>" + "".join(f'<c r="A{n}"/>' for n in range(1_900_000)) + "</row>")


def shared_bomb():
    cells = "".join(f'<c r="A{n}" t="s"><v>0</v></c>' for n in range(1, 5000))
    return package(f"<row>{cells}</row>", strings=f"<si><t>{'a' * 32_000}</t></si>")


ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY b SYSTEM "file:///etc/passwd">]>'
USES = SHEET.format('<row><c t="inlineStr"><is><t>&b;</t></is></c></row>')

BOMBS = {
    "a million rows": ("unpacks_too_big", lambda: package(sheet=rows_of(1_000_000))),
    "rows within the unpacked size": ("too_many_rows", lambda: package(sheet=rows_of(500_000))),
    "a hundred megabytes": ("unpacks_too_big", lambda: package(sheet=SHEET.format(" " * 100_000_000))),
    "a high ratio": ("unpacks_too_big", lambda: package(sheet=SHEET.format(" " * 30_000_000))),
    "one far cell": ("too_many_rows", lambda: package('<row r="20000"><c r="XFD20000"><v>1</v></c></row>')),
    "the last cell": ("too_many_rows", lambda: package('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')),
    "one string everywhere": ("too_much_text", shared_bomb),
    "entities": ("document_type", lambda: package(sheet=ENTITIES + USES)),
    "outside entities": ("document_type", lambda: package(sheet=OUTSIDE + USES)),
    "many parts": ("unpacks_too_big", lambda: package(more={f"x/{n}.xml": "" for n in range(1000)})),
    "many attributes": (None, many_attributes),
    "empty cells": (None, empty_cells),
    "csv of delimiters": (None, lambda: b";" * 10_000_000),
    "csv of lines": ("too_many_rows", lambda: b"\n" * 10_000_000),
    "csv of quotes": ("long_cell", lambda: b'"' * 10_000_000),
    "csv of one cell": ("long_cell", lambda: b"a" * 10_000_000),
}
# The reader, and after it the processor time and the most memory it took, as the system saw it from inside.
MEASURED = """
import resource, runpy, sys
try:
    runpy.run_path(sys.argv[1], run_name="__main__")
finally:
    used = resource.getrusage(resource.RUSAGE_SELF)
    peak = [line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")][0]
    print(used.ru_utime + used.ru_stime, int(peak) / 1024, file=sys.stderr)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits memory")
@pytest.mark.parametrize("name", BOMBS)
def test_bomb_is_refused_within_its_limits(name):
    code, make = BOMBS[name]
    content = make()
    file_name = "mal.csv" if name.startswith("csv") else "fil.xlsx"
    order = json.dumps({"files": [{"name": file_name, "size": len(content)}], "ignored": []}).encode()
    command = [sys.executable, "-I", "-S", "-c", MEASURED, reader.__file__]
    done = subprocess.run(command, input=order + b"\n" + content, capture_output=True, timeout=60)
    if done.returncode == 0:
        problem = json.loads(done.stdout.splitlines()[-1])
        seconds, peak = (float(figure) for figure in done.stderr.split())
        assert problem[:1] == ["problem"]
        assert (problem[1], seconds < 2, peak < 100) == (code or problem[1], True, True)
    else:  # stopped by the operating system, at the limits set
        assert code is None
        assert done.returncode in (-9, -24) or b"MemoryError" in done.stderr


def test_file_that_takes_too_long_is_refused():
    begins = "Filen tog för lång tid eller för mycket minne att läsa."
    assert problem_of(("fil.xlsx", many_attributes())).message.startswith(begins)


# --- whatever the bytes -----------------------------------------------------------------------------------------------


def read_here(name, content):
    """Read a file in this process; being refused for a reason that has words is fine, failing is not."""
    with suppress(reader.Refused):
        list(reader.read([(name, content)]))


def test_every_reason_to_refuse_has_words():
    codes = set(re.findall(r'(?:Refused|_refuse)\(\s*"(\w+)"', Path(reader.__file__).read_text()))
    codes |= {"long_cell", "bad_csv", "too_heavy"}  # chosen by expressions
    assert codes == set(spreadsheets.PROBLEMS)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content):
    read_here("mal.csv", content)
    read_here("fil.xlsx", content)


@given(st.data())
def test_any_damage_to_a_workbook_is_read_or_refused(data):
    content = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    read_here("fil.xlsx", bytes(content))


WHOLE = package('<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1"><v>1.5</v></c></row>', strings="<si><t>a</t></si>")


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=30), min_size=1, max_size=5))
def test_any_text_survives_both_formats(tmp_path_factory, texts):
    folder = tmp_path_factory.mktemp("texts")
    texts = [tidy(text) for text in texts]
    table = Table("Mål", [Column("nyckel"), Column("mål")], [["k", text] for text in texts])
    write_folder([table], folder)
    write_workbook([table], folder / "fil.xlsx")
    for name in ("mal.csv", "fil.xlsx"):
        _sheet, _headings, *rows = reader.read([(name, (folder / name).read_bytes())], ["Val"])
        assert [tidy([*cells, ""][1]) for _row, _number, cells in rows] == texts
