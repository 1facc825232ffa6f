"""Swedish text: one stored form, one order (å ä ö last), one folding for search, the same on every database."""

import re
import unicodedata

# Letters and digits only, so that no database collation can reorder the key: digits stand before letters everywhere.
_AFTER_Z = {"å": "zz1", "ä": "zz2", "æ": "zz2", "ö": "zz3", "ø": "zz3"}
_LATIN_ENDS = 0x250

_LONGEST_FIELD = 5_000
# Control and half characters (Cc, Cs), and invisible marks that turn text round and so can make it read otherwise.
_UNWANTED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")


def clean_text(text):
    """``text`` as it is stored: composed, one kind of line break, no control characters, no half characters.

    NUL and lone surrogates would be refused by one database and kept by the other. What is too long for any field is
    not composed: that takes time by the square of its accents.
    """
    if len(text) <= _LONGEST_FIELD:
        text = unicodedata.normalize("NFC", text)
    text = re.sub(r"\r\n?|[\v\f\u0085\u2028\u2029]", "\n", text)
    return _UNWANTED.sub("", text)


def fold(text):
    """Text in the form search compares: composed, case folded, white space single. ``ÄNGELHOLM`` → ``ängelholm``."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def sort_key(text):
    """A key that sorts as Swedish does under a plain order: å, ä, ö after z, other accents as their letter."""
    return fold(text).translate(_SORT_LETTERS)[:200]


class _SortLetters(dict):
    """Code of a letter → what it is sorted as, found out once of each letter that Swedish has use for."""

    def __missing__(self, code):
        letter = chr(code)
        plain = unicodedata.normalize("NFD", letter)[0]
        found = _AFTER_Z.get(letter) or (plain if plain.isalnum() else "0")
        if code < _LATIN_ENDS:
            self[code] = found
        return found


_SORT_LETTERS = _SortLetters()


_PLURALS = {
    "aktivitet": "aktiviteter",
    "grupp": "grupper",
    "insats": "insatser",
    "område": "områden",
    "plan": "planer",
    "åtgärd": "åtgärder",
}


def plural(phrase):
    """The word an agreement uses for one thing, for several: ``prioriterat område`` → ``prioriterade områden``.

    Words with an ending we do not know stay as they are, as many do in Swedish (mål, råd, spår).
    """
    phrase, of, rest = phrase.partition(" för ")
    *adjectives, noun = phrase.split(" ")
    ending = next((ending for ending in _PLURALS if noun.endswith(ending)), "")
    noun = noun.removesuffix(ending) + _PLURALS.get(ending, "")
    adjectives = [word.removesuffix("at") + "ade" if word.endswith("at") else word for word in adjectives]
    return " ".join([*adjectives, noun]) + of + rest
