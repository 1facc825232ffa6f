"""A paper as PDF, made in memory: tagged so that screen readers find their way (PDF/UA-1), to be kept (PDF/A-2a)."""

import json
import re
import struct
import subprocess
import sys
from functools import cache
from pathlib import Path

from django.utils.translation import gettext as _

LAYOUT = Path(__file__).with_name("typeset.typ")
STANDARDS = ["ua-1", "a-2a"]
DRAWING = '#set page(width: auto, height: auto, margin: 0pt)\n#image(bytes(sys.inputs.svg), format: "svg")'
SETTER, FONTS = (Path(__file__).with_name(name) for name in ("typesetting.py", "fonts"))
LONGEST = 120  # seconds
# What stands for a letter that the font lacks, and how long a word may be before the line may break inside it.
UNKNOWN, LONGEST_WORD = "\u25a1", 30
SILENT = re.compile("[\u200b-\u200d\u2060\ufeff\ufe00-\ufe0f]")  # they only say how the letter beside them is drawn


def pdf(paper):
    """The PDF of a ``lib.paper.paper``, as bytes."""
    words = {"page": _("Sida"), "of": _("av"), "registry": _("Dnr")}
    inputs = {"paper": json.dumps(_settable(paper)), "words": json.dumps(words)}
    return set_paper(LAYOUT.read_text(), inputs, format="pdf", pdf_standards=STANDARDS)


def page_count(made):
    """How many pages a PDF made here has."""
    return max(int(number) for number in re.findall(rb"/Count (\d+)", made))


def png(svg, *, dots_per_inch=200):
    """An SVG drawing as a picture of dots, as bytes: for where drawings cannot be shown."""
    return set_paper(DRAWING, {"svg": str(svg)}, format="png", ppi=dots_per_inch)


class NotSet(Exception):
    """A paper could not be set; what the typesetter said."""


def set_paper(source, inputs, **how):
    """What a process of its own makes of ``source``: why that is, it says itself. Raises NotSet."""
    told = json.dumps({"source": source, "inputs": inputs, "how": how}).encode()
    made = subprocess.run([sys.executable, SETTER], input=told, capture_output=True, timeout=LONGEST, check=False)
    if made.returncode:
        raise NotSet(made.stderr.decode(errors="replace"))
    return made.stdout


def _settable(value):
    """The paper with every text such as can be set; the standard refuses a page with a letter that is not in the font.

    Words that no line has room for may be broken anywhere.
    """
    if isinstance(value, dict):
        return {key: each if key == "svg" else _settable(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_settable(each) for each in value]
    if not isinstance(value, str):
        return value
    text = _unknown().sub(UNKNOWN, SILENT.sub("", value))
    return re.sub(rf"\S{{{LONGEST_WORD}}}(?=\S)", "\\g<0>\u200b", text)


@cache
def _unknown():
    """Finds the letters that some of our fonts lack."""
    found = [_letters_of(path.read_bytes()) for path in sorted(FONTS.glob("*.ttf"))]
    letters = frozenset.intersection(*found) | {"\n", "\t"}
    return re.compile(f"[^{''.join(map(re.escape, sorted(letters)))}]")


def _letters_of(font):
    """What a TrueType font can write, by its table ``cmap`` in the format for all of Unicode (12)."""
    count = struct.unpack_from(">H", font, 4)[0]
    tables = (struct.unpack_from(">4sLLL", font, 12 + 16 * number) for number in range(count))
    cmap = next(offset for name, _sum, offset, _length in tables if name == b"cmap")
    encodings = struct.unpack_from(">H", font, cmap + 2)[0]
    offsets = [struct.unpack_from(">HHL", font, cmap + 4 + 8 * number)[2] for number in range(encodings)]
    table = next(cmap + offset for offset in offsets if struct.unpack_from(">H", font, cmap + offset)[0] == 12)
    groups = struct.unpack_from(">L", font, table + 12)[0]
    ranges = (struct.unpack_from(">LLL", font, table + 16 + 12 * number) for number in range(groups))
    return frozenset(chr(code) for first, last, _glyph in ranges for code in range(first, last + 1))
