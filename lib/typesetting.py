"""Sets one paper and ends: python lib/typesetting.py, with what to set as JSON on stdin and the file on stdout.

A process of its own, since the library keeps what it has computed for as long as the process lives: a server that made
the council's papers grew by a hundred MB with each. Knows no Django, so that it begins at once.
"""

import json
import sys
from pathlib import Path

import typst

FONTS = Path(__file__).with_name("fonts")


def main():
    told = json.load(sys.stdin)
    fonts = typst.Fonts(include_system_fonts=False, font_paths=[str(FONTS)])
    compiler = typst.Compiler(told["source"].encode(), font_paths=fonts, sys_inputs=told["inputs"])
    try:
        made = compiler.compile(**told["how"])
    except typst.TypstError as error:
        sys.exit(str(error))
    sys.stdout.buffer.write(made)


if __name__ == "__main__":
    main()
