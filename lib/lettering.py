"""How much room text takes in a picture, worked out without a browser, and where its lines break.

Widths are estimated a little high, so that another font than ours still fits.
"""

MAX_LINES = 3

# Advance widths of Source Sans 3 in ems, by kind of letter.
NARROW_LETTERS, WIDE_LETTERS = frozenset(" fijlrt.,:;()'!|/-"), frozenset("mwMW")
LETTER_WIDTHS = {"narrow": 0.3, "wide": 0.84, "capital": 0.62, "other": 0.53}
BOLD_FACTOR = 1.05


def text_width(text, size, *, bold=False):
    """About how many units ``text`` takes, rather more than less."""
    return sum(LETTER_WIDTHS[_letter_kind(letter)] for letter in text) * size * (BOLD_FACTOR if bold else 1)


def _letter_kind(letter):
    if letter in NARROW_LETTERS:
        return "narrow"
    if letter in WIDE_LETTERS:
        return "wide"
    return "capital" if letter.isupper() else "other"


def wrap(text, width, size, *, bold=False, max_lines=MAX_LINES):
    """``text`` as at most ``max_lines`` lines that fit in ``width``; the last ends with … where something is left out.

    A word longer than a line is divided with a hyphen.
    """
    lines, current, words = [], "", text.split()
    while words:
        word = words.pop(0)
        joined = f"{current} {word}".strip()
        if text_width(joined, size, bold=bold) <= width:
            current = joined
        elif current:
            lines.append(current)
            current = ""
            words.insert(0, word)
        elif len(word) == 1:
            lines.append(word)
        else:
            head = _fitting(word, width, size, bold=bold)
            lines.append(f"{head}-")
            words.insert(0, word[len(head) :])
    lines += [current] if current else []
    if len(lines) > max_lines:
        last = lines[max_lines - 1].rstrip(" -·,")
        lines[max_lines - 1 :] = [_fitting(f"{last} ", width, size, bold=bold, mark="…").rstrip() + "…"]
    return lines


def _fitting(word, width, size, *, bold, mark="-"):
    """The longest beginning of ``word`` that fits with ``mark`` after it, at least one letter."""
    count = max(len(word) - 1, 1)
    while count > 1 and text_width(word[:count] + mark, size, bold=bold) > width:
        count -= 1
    return word[:count]
