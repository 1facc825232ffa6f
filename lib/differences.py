"""Two texts beside each other, with the words that differ marked."""

import difflib
import re
from collections import Counter
from dataclasses import dataclass

# How many pairs of equal words there may be between the first and the last change (the time goes to them: a page of
# the same word over and over has most), and how alike the texts must be as a whole to be marked.
MOST_PAIRS, LEAST_AKIN = 10_000, 0.5


@dataclass(frozen=True)
class Piece:
    """A run of words; changed where the other side has other words or none."""

    text: str
    is_changed: bool


def pieces(old, new):
    """The old and the new text, each as a list of Pieces; whole and unmarked where they are hardly alike.

    What both begin and end with is set aside first, and a space alone is no likeness: so a small change in a long text
    costs as much as the change, and two editions of a plan can be compared while somebody waits.
    """
    before, after = _words(old), _words(new)
    head = _alike(before, after)
    tail = _alike(before[head:][::-1], after[head:][::-1])
    ends = "".join(before[:head]), "".join(before[len(before) - tail :])
    before, after = before[head : len(before) - tail], after[head : len(after) - tail]
    if _pairs(before, after) <= MOST_PAIRS:
        match = difflib.SequenceMatcher(str.isspace, before, after, autojunk=False)
        alike = head + tail + sum(block.size for block in match.get_matching_blocks())
        if alike >= LEAST_AKIN * (head + tail + (len(before) + len(after)) / 2):
            codes = match.get_opcodes()
            left = [Piece("".join(before[a:b]), tag != "equal") for tag, a, b, _c, _d in codes]
            right = [Piece("".join(after[c:d]), tag != "equal") for tag, _a, _b, c, d in codes]
            return _joined(left, *ends), _joined(right, *ends)
    return [Piece(old, False)], [Piece(new, False)]


def _joined(middle, head, tail):
    """Head, middle and tail as pieces, none of them empty, and never two of a kind after each other."""
    joined = []
    for piece in (Piece(head, False), *middle, Piece(tail, False)):
        if piece.text and joined and joined[-1].is_changed == piece.is_changed:
            joined[-1] = Piece(joined[-1].text + piece.text, piece.is_changed)
        elif piece.text:
            joined.append(piece)
    return joined


def _pairs(some, others):
    """How many pairs of equal words there are, spaces left out."""
    counted = Counter(others)
    return sum(counted[word] for word in some if not word.isspace())


def _words(text):
    return re.findall(r"\w+|\s+|[^\w\s]", text)


def _alike(some, others):
    """How many words both begin with."""
    shorter = min(len(some), len(others))
    return next((place for place in range(shorter) if some[place] != others[place]), shorter)
