"""What somebody wrote is text wherever it is shown. Every field of the walk's world carries one of sixty attempts."""

import pytest
from django.utils.html import escape

from tests.security.crawling import Injected
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


def test_every_attempt_reaches_a_page(walk):
    """As text: the walk shows each of the sixty somewhere, so that it would have seen it act."""
    shown = "".join(each.text for each in walk.answers if each.kind == "text/html")
    unseen = [text for text in PAYLOADS if as_shown(text) not in shown]
    assert unseen == []


def as_shown(text):
    return escape(text)[:40]


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
    ],
)
def test_what_acts_is_told(page):
    assert Injected(page).found != []


@pytest.mark.parametrize(
    "page", ['<input value="&lt;img onerror=kzxss&gt;">', "<p>&lt;kzxss&gt;</p>", '<a href="/sok/?q=kzxss">x</a>']
)
def test_what_is_text_is_let_be(page):
    assert Injected(page).found == []
