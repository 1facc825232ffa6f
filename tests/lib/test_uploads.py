"""What is taken for a file of an allowed kind, how much of it, and under which name it is stored."""

import re
import sys

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory

from lib.uploads import KINDS, MACROS, ZIP, check_upload
from parties.models import User
from tests.virus_scanner import VIRUS, scanning

GOOD = {kind: start + b" " + inside for kind, (start, inside) in KINDS.items()}
HTML, SVG, EXE = b"<!doctype html><script>alert(1)</script>", b"<svg onload='alert(1)'/>", b"MZ\x90\x00"


def refusal(name, content):
    upload = SimpleUploadedFile(name, content)
    try:
        check_upload(upload)
    except ValidationError as error:
        return error.messages[0]
    return upload.name


@pytest.mark.parametrize("kind", KINDS)
def test_check_upload_gives_a_name_nobody_can_guess(kind):
    names = {refusal(f"Hemligt om Anna.{kind.upper()}", GOOD[kind]) for _ in range(3)}
    assert len(names) == 3
    assert all(re.fullmatch(rf"[0-9a-f]{{32}}\.{kind}", name) for name in names)


@pytest.mark.parametrize(
    "name",
    ["a.html", "a.svg", "a.htm", "a.xhtml", "a.xml", "a.exe", "a.js", "a.docm", "a.xlsm", "a.zip", "a.doc", "a",
     "pdf", ".pdf", "a.pdf.html", "a.pdf.", "a.pdf ", "a.php;.jpg.sh", "a.pdf\u202efdp.exe"],
)  # fmt: skip
def test_check_upload_takes_only_kinds_of_the_list(name):
    assert refusal(name, GOOD["pdf"]).startswith("Filen är inte av ett slag")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "content",
    [
        HTML,
        SVG,
        EXE,
        b"",
        b" %PDF-",
        b"GIF89a",
        ZIP,
        ZIP + b"word/document.xml" + MACROS,
        ZIP + b"xl/workbook.xml" + MACROS,
    ],
    ids=["html", "svg", "exe", "empty", "spaced", "gif", "zip", "word macros", "excel macros"],
)
def test_check_upload_believes_the_content_and_not_the_name(kind, content):
    if content:  # Django itself refuses empty files before
        assert refusal(f"a.{kind}", content).startswith("Filen är inte en vanlig")


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - {"jpeg", "jpg"}))
def test_check_upload_refuses_the_content_of_another_kind(kind):
    for other, content in GOOD.items():
        if other != kind:
            assert refusal(f"a.{kind}", content).startswith("Filen är inte en vanlig"), other


def test_check_upload_asks_the_scanner(settings):
    infected = GOOD["pdf"] + VIRUS
    with scanning() as scanner:
        settings.ANTIVIRUS = scanner.url
        answers = refusal("a.pdf", infected), refusal("a.pdf", GOOD["pdf"]), refusal("a.html", infected)
    assert answers[0] == "Filen innehåller skadlig kod (Prov.Virus) och är inte sparad. Tala med er it-avdelning."
    assert (answers[1][-4:], scanner.scanned) == (".pdf", [len(infected), len(GOOD["pdf"])])
    assert refusal("a.pdf", GOOD["pdf"]).startswith("Filen kunde inte virussökas just nu")  # it has stopped


@pytest.fixture
def person(settings):
    settings.CACHES = {**settings.CACHES, "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    cache.clear()
    yield User(pk=1)
    cache.clear()


def sizes(user, *contents):
    """How large the files of one request are, as the form sees them; none are kept where the size is without end."""
    files = {f"file{number}": SimpleUploadedFile("a.pdf", content) for number, content in enumerate(contents)}
    request = RequestFactory().post("/", files)
    request.user = user
    return [file.size for file in request.FILES.values()]


def test_upload_limit_counts_the_day_of_a_person(settings, person):
    settings.UPLOAD_DAILY_BYTES, settings.UPLOAD_DAILY_FILES = 1000, 4
    assert sizes(person, b"x" * 600) == [600]
    assert sizes(person, b"x" * 600) == [sys.maxsize]
    assert sizes(User(pk=2), b"x" * 600) == [600]
    assert sizes(person, b"x" * 300, b"x" * 10) == [300, 10]
    assert sizes(person, b"x") == [1]
    assert sizes(person, b"x") == [sys.maxsize]  # the fifth file


def test_upload_limit_keeps_nothing_of_visitors(person):
    from django.contrib.auth.models import AnonymousUser

    assert sizes(AnonymousUser(), b"x") == [sys.maxsize]


def test_full_day_is_told_at_the_field(settings, person):
    settings.UPLOAD_DAILY_BYTES = 1
    request = RequestFactory().post("/", {"file": SimpleUploadedFile("a.pdf", GOOD["pdf"])})
    request.user = person
    with pytest.raises(ValidationError, match="så mycket som får plats på ett dygn"):
        check_upload(request.FILES["file"])
