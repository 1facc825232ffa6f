"""What everybody may read: the fields by name, nothing personal, and gone at once when it is taken back."""

import datetime
import re
from pathlib import Path

import pytest
from django.utils import timezone

from lib.personal_numbers import find
from tests.test_access import ANONYMOUS

pytestmark = pytest.mark.django_db

FIELDS = Path(__file__).with_name("public_fields.txt")
TAG = re.compile(r"<[a-z][^<>]*>")
ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.\w[\w.-]+")
PHONE = re.compile(r"(?<![\w./:-])(?:\+46|0046|0)[ -]?\d{1,3}[ -/]{1,3}\d{2,3}[ -]?\d{2}[ -]?\d{2,3}(?![\w-])")


def personal(text):
    """What in a text reads as an address, a telephone number or a personal identity number."""
    return ADDRESS.findall(text) + PHONE.findall(TAG.sub(" ", text)) + find(TAG.sub(" ", text))


def test_public_fields_are_those_agreed_on(walk):
    """A field that begins to be shown to everybody is agreed on first: add it to public_fields.txt with the change."""
    read = set().union(*(each.tokens for each in walk.answers if each.person == ANONYMOUS)) & walk.scene.tokens.keys()
    found = {".".join(walk.scene.tokens[token][:2]) for token in read}
    assert sorted(found) == FIELDS.read_text().split()


def test_public_bytes_hold_nothing_personal(walk):
    """Everybody in the walk's world has an address, and none of them is in what visitors are answered."""
    answers = [each for each in walk.answers if each.person == ANONYMOUS and each.surface != "portal:security_txt"]
    assert {(each.surface, what) for each in answers for what in personal(each.text)} == set()


@pytest.mark.parametrize(
    "text",
    ["skriv till a.b@kommun.example.se", "ring 018-471 00 00", "0701-23 45 67", "+46 18 471 00 00", "811228-9874"],
)
def test_what_is_personal_is_told(text):
    assert personal(text) != []


@pytest.mark.parametrize("text", ["dnr 2026-1234", "2025–2027", "1 234 567 personer", "kl. 09.00", "version 2.0.1"])
def test_what_is_not_personal_is_let_be(text):
    assert personal(text) == []


def test_what_is_no_longer_public_is_gone_at_once(walk):
    assert {pair for pair in walk.unpublished if pair[1] != 404} == set()
    assert len(walk.unpublished) > 20


@pytest.mark.parametrize(
    ("contact", "line"),
    [(None, "Contact: mailto:portalen@localhost"), ("https://a.se/hal", "Contact: https://a.se/hal")],
)
def test_security_txt_says_where_to_tell_of_a_hole(client, settings, contact, line):
    settings.SECURITY_CONTACT = contact or settings.SECURITY_CONTACT
    lines = client.get("/.well-known/security.txt").content.decode().splitlines()
    expires = datetime.datetime.fromisoformat(lines[1].removeprefix("Expires: "))
    assert (lines[0], lines[3]) == (line, "Canonical: http://127.0.0.1:8000/.well-known/security.txt")
    assert timezone.now() < expires < timezone.now() + datetime.timedelta(days=365)
