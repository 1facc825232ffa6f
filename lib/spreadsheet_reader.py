"""Reads one .xlsx file or some CSV files in a process of its own, with limits on time, memory and size.

Run as a script, with nothing but the standard library: on stdin a line of JSON that lists the files (``name``,
``size``) and then their bytes; on stdout lines of JSON: ``["sheet", name]``, ``["row", number, [text, …]]``, of .xlsx
also ``["hidden", number]`` for a row that is not shown and ``["merged", range]``, and last ``["done"]`` or
``["problem", code, {sheet, row, column, …}]``. Whatever the file holds, every cell comes out as text: dates as
2026-06-30, numbers with a point, truth as ja or nej. ``lib.spreadsheets`` starts it and words the problems.
"""

import csv
import datetime
import io
import json
import math
import re
import sys
import unicodedata
import zipfile
import zlib
from decimal import Decimal
from xml.parsers import expat

MAX_BYTES = 10 * 1024 * 1024
MAX_UNPACKED = 40 * 1024 * 1024
MAX_RATIO = 200  # an honest sheet of equal rows packs well below this
MAX_PARTS = 500
MAX_SHEETS = 60
MAX_ROWS = 5000
MAX_COLUMNS = 60
MAX_CELL = 32_767
MAX_MERGED = 1000  # ranges of a sheet that are told of; nobody mends more by hand
MAX_TEXT = 20_000_000
CPU_SECONDS = 2
MEMORY = 100 * 1024 * 1024

LOOKS_LIKE_FORMULA = re.compile(r"'*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")
ESCAPED_CHARACTER = re.compile(r"_x([0-9A-Fa-f]{4})_")
DATE_FORMAT = re.compile(r"[ymdhs]", re.IGNORECASE)
NOT_FORMAT = re.compile(r'"[^"]*"|\\.|_.|\[[^\]]*\]')
BUILT_IN_DATES = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError)
OUT_OF_MEMORY = 1  # expat's number for it
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_RELATIONS = "http://purl.oclc.org/ooxml/officeDocument/relationships"


class Refused(Exception):
    """The file cannot be read; ``code`` says why and ``where`` in which sheet, row or column."""

    def __init__(self, code, **where):
        super().__init__(code)
        self.code, self.where = code, where


def read(files, ignored=()):
    """Yield the lines described above for ``files``, pairs of name and bytes. Raises Refused."""
    if sum(len(content) for _name, content in files) > MAX_BYTES:
        raise Refused("too_big")
    if len(files) > MAX_SHEETS:
        raise Refused("too_many_sheets")
    budget = Budget()
    for name, content in files:
        if not content:
            raise Refused("empty_file", file=name)
        if name.lower().endswith(".csv"):
            yield from read_csv(name, content, budget)
        elif len(files) > 1:
            raise Refused("one_workbook_or_csv", file=name)
        else:
            yield from Workbook(content, budget, ignored).lines()


class Budget:
    """How much text may still come out of the whole file: one long text can be referred to by every cell."""

    def __init__(self):
        self.left = MAX_TEXT

    def text(self, text, sheet, row, column):
        """The text of a cell; refused when it is too long."""
        if len(text) > MAX_CELL:
            raise Refused("long_cell", sheet=sheet, row=row, column=column)
        self.left -= len(text)
        if self.left < 0:
            raise Refused("too_much_text", sheet=sheet)
        return text.strip()


# --- CSV --------------------------------------------------------------------------------------------------------------


def read_csv(name, content, budget):
    """The rows of one CSV file, whatever Swedish or other dialect a spreadsheet gave it."""
    sheet = unicodedata.normalize("NFC", re.sub(r"\.csv$", "", name.replace("\\", "/").rpartition("/")[2], flags=re.I))
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise Refused("not_text", sheet=sheet)
    text = io.TextIOWrapper(io.BytesIO(content), encoding=_encoding(content, sheet), newline="")
    delimiter = _delimiter(text.read(MAX_CELL))
    text.seek(0)
    yield ["sheet", sheet]
    csv.field_size_limit(MAX_CELL)
    number = 0
    try:
        for number, cells in enumerate(csv.reader(text, delimiter=delimiter, strict=True), start=1):
            yield from _csv_row(sheet, number, cells, budget)
    except csv.Error as error:
        code = "long_cell" if "field limit" in str(error) else "bad_csv"
        raise Refused(code, sheet=sheet, row=number + 1) from None


def _csv_row(sheet, number, cells, budget):
    while cells and not cells[-1].strip():
        cells.pop()
    if not cells and number < MAX_ROWS * 10:
        return
    if number > MAX_ROWS + 2:
        raise Refused("too_many_rows", sheet=sheet, row=number)
    if len(cells) > MAX_COLUMNS:
        raise Refused("too_many_columns", sheet=sheet, row=number)
    cells = [cell[1:] if cell[:1] == "'" and LOOKS_LIKE_FORMULA.match(cell) else cell for cell in cells]
    yield ["row", number, [budget.text(cell, sheet, number, column) for column, cell in enumerate(cells)]]


def _encoding(content, sheet):
    """UTF-8 where the bytes allow it, else what Windows and Excel wrote before."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            content.decode(encoding)
            return encoding
        except UnicodeDecodeError:
            continue
    raise Refused("encoding", sheet=sheet)


def _delimiter(text):
    """The sign that divides the first line that is not empty; a semicolon where there is only one column."""
    first = text.lstrip().partition("\n")[0]
    unquoted = re.sub(r'"[^"]*"', "", first)
    return max(";\t,", key=unquoted.count)


# --- .xlsx ------------------------------------------------------------------------------------------------------------


class Workbook:
    """An .xlsx file: a zip archive of XML parts, of which only the few that hold the cells are opened."""

    def __init__(self, content, budget, ignored):
        self.budget, self.ignored = budget, {name.casefold() for name in ignored}
        self.archive = self._open(content)
        main = self._target("_rels/.rels", "officeDocument")
        self.base = main.rpartition("/")[0]
        self.sheets, self.epoch = [], datetime.datetime(1899, 12, 30)
        self.parse(main, start=self._workbook_element)
        relations = self._relations(f"{self.base}/_rels/{main.rpartition('/')[2]}.rels")
        self.paths = {key: path for key, (_kind, path) in relations.items()}
        by_kind = {kind: path for kind, path in relations.values()}
        self.strings = Strings(self, by_kind.get("sharedStrings")).texts
        self.dates = Styles(self, by_kind.get("styles")).dates

    def lines(self):
        """Every sheet and row."""
        if len(self.sheets) > MAX_SHEETS:
            raise Refused("too_many_sheets")
        for name, relation, state in self.sheets:
            if name.casefold() in self.ignored:
                continue
            if state != "visible":
                raise Refused("hidden_sheet", sheet=name)
            yield ["sheet", name]
            yield from SheetPart(self, name, self.paths.get(relation, "")).rows()

    def _open(self, content):
        if content.startswith(b"\xd0\xcf\x11\xe0"):
            raise Refused("old_or_encrypted")
        try:
            archive = zipfile.ZipFile(io.BytesIO(content))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
            raise Refused("not_a_workbook") from None
        parts = archive.infolist()
        unpacked = sum(part.file_size for part in parts)
        if len(parts) > MAX_PARTS or unpacked > MAX_UNPACKED:
            raise Refused("unpacks_too_big")
        for part in parts:
            if part.file_size > 1_000_000 and part.file_size > MAX_RATIO * max(part.compress_size, 1):
                raise Refused("unpacks_too_big")
            self._refuse_dangerous(part, archive)
        return archive

    def _refuse_dangerous(self, part, archive):
        name = part.filename.lower()
        if part.flag_bits & 0x1:
            raise Refused("old_or_encrypted")
        if name.endswith("vbaproject.bin") or "/macrosheets/" in name or "/activex/" in name:
            raise Refused("macros")
        if "/externallinks/" in name:
            raise Refused("external_links")
        packed = re.search(r"\.(zip|xlsx|xlsm|xlsb|xls|docx|ods|7z|rar|gz)$", name)
        if packed or "/embeddings/" in name or self._first_bytes(part, archive) == b"PK\x03\x04":
            raise Refused("embedded_files")

    def _first_bytes(self, part, archive):
        if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Refused("not_a_workbook")
        try:
            with archive.open(part) as stream:
                return stream.read(4)
        except ZIP_ERRORS:
            raise Refused("not_a_workbook") from None

    def _target(self, path, kind):
        for found, target in self._relations(path).values():
            if found == kind:
                return target
        raise Refused("not_a_workbook")

    def _relations(self, path):
        """id → (last word of the type, path of the part) of a relations part."""
        found = {}
        folder = path.partition("_rels/")[0]

        def start(name, attributes):
            if name == "Relationship":
                target = attributes.get("Target", "")
                if attributes.get("TargetMode") == "External":
                    target = ""  # a web address in a cell; never followed
                target = target[1:] if target.startswith("/") else folder + target
                kind = attributes.get("Type", "").rpartition("/")[2]
                found[attributes.get("Id", "")] = (kind, target)

        self.parse(path, start=start)
        return found

    def _workbook_element(self, name, attributes):
        if name == "workbookPr" and attributes.get("date1904") in ("1", "true"):
            self.epoch = datetime.datetime(1904, 1, 1)
        if name == "sheet":
            relation = attributes.get(f"{RELATIONS} id") or attributes.get(f"{STRICT_RELATIONS} id", "")
            title = unicodedata.normalize("NFC", attributes.get("name", "").strip())
            self.sheets.append((title, relation, attributes.get("state", "visible")))

    def parse(self, path, **handlers):
        """Read the whole of one XML part."""
        for _chunk in self.chunks(path, **handlers):
            pass

    def chunks(self, path, start=None, end=None, data=None, sheet=""):
        """Read one XML part, chunk by chunk. Types, entities and the like are refused before they can do anything."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text, parser.buffer_size = True, 65536
        local = LocalNames()
        parser.StartElementHandler = start and (lambda name, attributes: start(local[name], attributes))
        parser.EndElementHandler = end and (lambda name: end(local[name]))
        parser.CharacterDataHandler = data

        def refuse(*_ignored):
            raise Refused("document_type", sheet=sheet)

        parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
        try:
            with self.archive.open(path) as stream:
                while chunk := stream.read(65536):
                    parser.Parse(chunk)
                    yield
            parser.Parse(b"", True)
            yield
        except KeyError:
            raise Refused("not_a_workbook") from None
        except (expat.ExpatError, *ZIP_ERRORS) as error:
            if getattr(error, "code", None) == OUT_OF_MEMORY:
                raise MemoryError from None
            raise Refused("broken_workbook", sheet=sheet) from error


class LocalNames(dict):
    """Element names without their name space, worked out once each."""

    def __missing__(self, name):
        self[name] = name.rpartition(" ")[2]
        return self[name]


class Strings:
    """The texts that cells refer to by number; runs of formatted text are joined, reading aids left out."""

    def __init__(self, workbook, path):
        self.texts, self.parts, self.inside, self.aid = [], [], False, 0
        if path:
            workbook.parse(path, start=self._start, end=self._end, data=self._data)

    def _start(self, name, _attributes):
        if name == "si":
            self.parts = []
        elif name == "rPh":
            self.aid += 1
        elif name == "t":
            self.inside = not self.aid

    def _end(self, name):
        if name == "si":
            self.texts.append("".join(self.parts))
        elif name == "rPh":
            self.aid -= 1
        elif name == "t":
            self.inside = False

    def _data(self, text):
        if self.inside:
            self.parts.append(text)


class Styles:
    """Which cell styles show their number as a date."""

    def __init__(self, workbook, path):
        self.dates, self.formats, self.in_cells, self.count = set(), set(BUILT_IN_DATES), False, 0
        if path:
            workbook.parse(path, start=self._start, end=self._end)

    def _start(self, name, attributes):
        if name == "numFmt" and DATE_FORMAT.search(NOT_FORMAT.sub("", attributes.get("formatCode", ""))):
            self.formats.add(_integer(attributes.get("numFmtId")))
        elif name == "cellXfs":
            self.in_cells = True
        elif name == "xf" and self.in_cells:
            if _integer(attributes.get("numFmtId")) in self.formats:
                self.dates.add(self.count)
            self.count += 1

    def _end(self, name):
        if name == "cellXfs":
            self.in_cells = False


class SheetPart:
    """The cells of one sheet. What is far out or calculated is refused; empty cells are passed over anywhere."""

    def __init__(self, workbook, name, path):
        self.workbook, self.name, self.path = workbook, name, path
        self.found = []
        self.row = self.column = 0
        self.cells, self.kind, self.style, self.value, self.taking, self.formula = {}, "", 0, [], False, False
        self.is_hidden, self.merged = False, 0

    def rows(self):
        """The rows, a few at a time; also those before the one that is refused, as they tell the headings."""
        handlers = {"start": self._start, "end": self._end, "data": self._data, "sheet": self.name}
        try:
            for _chunk in self.workbook.chunks(self.path, **handlers):
                yield from self.found
                self.found.clear()
        except Refused:
            yield from self.found
            raise

    def _start(self, name, attributes):
        if name == "c":
            self._locate(attributes.get("r"))
            self.kind, self.style = attributes.get("t", "n"), attributes.get("s", "0")
            self.value, self.formula = [], False
        elif name in ("v", "t"):
            self.taking = True
        elif name == "f":
            self.formula = True
        elif name == "row":
            self.row = _integer(attributes.get("r")) or self.row + 1
            self.column, self.cells = 0, {}
            self.is_hidden = attributes.get("hidden") in ("1", "true")
        elif name == "mergeCell" and self.merged < MAX_MERGED:
            self.merged += 1
            self.found.append(["merged", attributes.get("ref", "")[:30]])

    def _locate(self, reference):
        if not reference:
            self.column += 1
            return
        match = re.fullmatch(r"([A-Z]{1,3})([0-9]{1,7})", reference)
        if not match:
            raise Refused("broken_workbook", sheet=self.name)
        column = 0
        for letter in match[1]:
            column = column * 26 + ord(letter) - 64
        self.row, self.column = int(match[2]), column

    def _data(self, text):
        if self.taking:
            self.value.append(text)

    def _end(self, name):
        if name in ("v", "t"):
            self.taking = False
        elif name == "c":
            if self.formula:
                self._refuse("formula")
            if self.value:
                self._cell("".join(self.value))
        elif name == "row" and self.cells:
            width = max(self.cells)
            self.found.append(["row", self.row, [self.cells.get(column, "") for column in range(1, width + 1)]])
            if self.is_hidden:
                self.found.append(["hidden", self.row])

    def _cell(self, raw):
        text = self._text(raw)
        if not text:
            return
        if self.row > MAX_ROWS + 2:
            self._refuse("too_many_rows")
        if self.column > MAX_COLUMNS:
            self._refuse("too_many_columns")
        self.cells[self.column] = text

    def _text(self, raw):
        if self.kind == "s":
            raw = self._shared(raw)
        if self.kind in ("s", "str", "inlineStr"):
            if "_x" in raw:
                raw = ESCAPED_CHARACTER.sub(_character, raw)
            return self.workbook.budget.text(raw, self.name, self.row, self.column - 1)
        if self.kind == "b":
            return "ja" if raw.strip() in ("1", "true") else "nej"
        if self.kind == "e":
            self._refuse("error_value", value=raw[:20])
        if self.kind == "d":
            return raw.strip().removesuffix("T00:00:00")[:40]
        return self._number(raw)

    def _shared(self, raw):
        try:
            return self.workbook.strings[int(raw)]
        except (ValueError, IndexError):
            raise Refused("broken_workbook", sheet=self.name) from None

    def _number(self, raw):
        try:
            number = float(raw)
            if _integer(self.style) in self.workbook.dates:
                return _moment(self.workbook.epoch, number)
        except (ValueError, OverflowError):
            self._refuse("broken_number", value=raw[:20])
        if not math.isfinite(number):
            self._refuse("broken_number", value=raw[:20])
        return f"{Decimal(repr(number)):f}".removesuffix(".0")

    def _refuse(self, code, **more):
        raise Refused(code, sheet=self.name, row=self.row, column=self.column - 1, **more)


def _integer(text):
    return int(text) if text and text.isascii() and text.isdigit() else 0


def _character(escaped):
    """What _x000D_ stands for; half characters stand for nothing."""
    code = int(escaped[1], 16)
    return "" if 0xD800 <= code <= 0xDFFF else chr(code)


def _moment(epoch, days):
    """A spreadsheet's day number as date, time of day, or both."""
    moment = epoch + datetime.timedelta(seconds=round(days * 86400))
    if 0 <= days < 1:
        return moment.strftime("%H:%M")
    return moment.date().isoformat() if moment.time() == datetime.time() else moment.isoformat(sep=" ")


# --- the process ------------------------------------------------------------------------------------------------------


def limit_process():
    """Let the operating system stop what the checks above should miss. Not every system limits memory."""
    import resource

    for kind, amount in ((resource.RLIMIT_CPU, CPU_SECONDS), (resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_FSIZE, 0)):
        try:
            resource.setrlimit(kind, (amount, amount))
        except (ValueError, OSError):
            continue


def main():
    limit_process()
    order = json.loads(sys.stdin.buffer.readline())
    files = [(item["name"], sys.stdin.buffer.read(item["size"])) for item in order["files"]]
    out = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", write_through=False)
    try:
        for line in read(files, order["ignored"]):
            out.write(json.dumps(line, ensure_ascii=False) + "\n")
        last = ["done"]
    except Refused as problem:
        last = ["problem", problem.code, problem.where]
    except MemoryError:
        last = ["problem", "too_heavy", {}]
    out.write(json.dumps(last) + "\n")
    out.flush()


if __name__ == "__main__":
    main()
