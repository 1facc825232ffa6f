"""What somebody wrote is text wherever it is shown. Every field of the walk's world carries all of sixty attempts."""

from collections import Counter

import pytest
from django.db import connection
from django.utils.html import escape

from tests.security.crawling import TOKEN, Injected
from tests.security.payloads import PAYLOADS

pytestmark = pytest.mark.django_db


def test_nothing_written_becomes_part_of_a_page(walk):
    found = {
        (each.surface, str(what))
        for each in walk.answers
        if each.kind == "text/html"
        for what in Injected(each.text).found
    }
    assert found == set()


ROOM = max(len(escape(text)) for text in PAYLOADS) * len(PAYLOADS)  # within which all that a field holds is shown
# Shown in part: lists cut a long text, and what has been compared is marked inside an attempt.
CUT = {
    ("parties.User", "email"), ("actionplans.Proposal", "outcome_reason"), ("followup.Report", "text"),
    ("actionplans.Activity", "children"), ("agreements.PriorityArea", "name"), ("agreements.Goal", "text"),
}  # fmt: skip


def test_every_attempt_in_every_field_reaches_every_page_that_shows_it(walk):
    """As text: wherever a field is shown, all sixty are, so that the walk would have seen any of them act."""
    attempts, most = [escape(text) for text in PAYLOADS], Counter()
    for each in walk.answers:
        for token in TOKEN.finditer(each.text) if each.kind == "text/html" else ():
            place = (*walk.scene.tokens.get(token[0], ("", ""))[:2], each.surface)
            if most[place] < len(PAYLOADS):
                shown = each.text[token.end() : token.end() + ROOM]
                most[place] = max(most[place], sum(text in shown for text in attempts))
    enough = len(PAYLOADS) if connection.vendor == "sqlite" else 0  # elsewhere as many as the field has room for
    assert {place[:2] for place, count in most.items() if count < enough} - CUT == set()
    assert len(most) > 1400


@pytest.mark.parametrize(
    "page",
    [
        "<p><img src=x onerror=document.kzxss=1></p>",
        '<a href="java\tscript:document.kzxss=1">x</a>',
        '<input value="" onmouseover="document.kzxss=1">',
        '<p data-hx-get="/kzxss">',
        "<script>let a = 'document.kzxss=1'</script>",
        '<p style="background:url(/kzxss)">',
        "<kzxss>",
        "<base href=/kzxss/>",
        '<a href="Kanarie kz1z kzxss">x</a>',
    ],
)
def test_what_acts_is_told(page):
    assert Injected(page).found != []


@pytest.mark.parametrize(
    "page", ['<input value="&lt;img onerror=kzxss&gt;">', "<p>&lt;kzxss&gt;</p>", '<a href="/sok/?q=kzxss">x</a>']
)
def test_what_is_text_is_let_be(page):
    assert Injected(page).found == []
