"""Swedish text: one order (å ä ö last) and one folding for search, the same on every database."""

import unicodedata

# Letters and digits only, so that no database collation can reorder the key: digits stand before letters everywhere.
_AFTER_Z = {"å": "zz1", "ä": "zz2", "æ": "zz2", "ö": "zz3", "ø": "zz3"}


def fold(text):
    """Text in the form search compares: composed, case folded, white space single. ``ÄNGELHOLM`` → ``ängelholm``."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def sort_key(text):
    """A key that sorts as Swedish does under a plain order: å, ä, ö after z, other accents as their letter."""
    return "".join(_sort_letter(letter) for letter in fold(text))[:200]


def _sort_letter(letter):
    if letter in _AFTER_Z:
        return _AFTER_Z[letter]
    plain = unicodedata.normalize("NFD", letter)[0]
    return plain if plain.isalnum() else "0"
