"""Words that differ between two texts are marked, and nothing is lost on the way."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.differences import pieces

WORDS = st.text(alphabet="ab åö\n-", max_size=40)


@pytest.mark.parametrize(
    ("old", "new", "before", "after"),
    [
        ("", "ny text", [("", False)], [("ny text", False)]),
        ("gammal text", "", [("gammal text", False)], [("", False)]),
        ("fler i arbete", "fler i arbete nu", [("fler i arbete", False)], [("fler i arbete", False), (" nu", True)]),
        ("minst 10 %", "minst 20 %", [("minst ", False), ("10", True), (" %", False)],
         [("minst ", False), ("20", True), (" %", False)]),
        ("före det goda efter", "före det efter", [("före det ", False), ("goda ", True), ("efter", False)],
         [("före det efter", False)]),
        ("helt annan text", "något alldeles nytt", [("helt annan text", False)], [("något alldeles nytt", False)]),
        ("ord " * 3000, "ord " * 3000 + "slut", [("ord " * 3000, False)], [("ord " * 3000, False), ("slut", True)]),
    ],
)  # fmt: skip
def test_pieces_mark_the_words_that_differ(old, new, before, after):
    assert [[(piece.text, piece.is_changed) for piece in side] for side in pieces(old, new)] == [before, after]


def test_pieces_give_up_where_words_repeat_too_often():
    """Nobody waits for two pages of the same word whose first and last words differ."""
    old = "a " + "ord " * 700 + "b"
    new = "c " + "ord " * 700 + "d"
    assert [[piece.text for piece in side] for side in pieces(old, new)] == [[old], [new]]


@given(WORDS, WORDS)
def test_pieces_hold_the_whole_text(old, new):
    assert ["".join(piece.text for piece in side) for side in pieces(old, new)] == [old, new]
