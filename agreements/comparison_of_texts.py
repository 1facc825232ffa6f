"""What differs between two texts of an agreement, block by block, with the words that differ marked.

A block is the same in both if it has the same key. What has only been renumbered, since others came or went before it,
is neither changed nor moved.
"""

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from agreements.drafting import reference
from lib.differences import Piece, pieces


class Kind(models.TextChoices):
    """What became of a block; in the order of the summary."""

    UNCHANGED = "unchanged", gettext_lazy("oförändrad")
    CHANGED = "changed", gettext_lazy("ändrad")
    MOVED = "moved", gettext_lazy("flyttad")
    ADDED = "added", gettext_lazy("ny")
    DROPPED = "dropped", gettext_lazy("borttagen")


@dataclass(frozen=True)
class BlockChange:
    """What became of one block: ``old`` or ``new`` is None where the text does not have it."""

    kind: Kind
    old: dict | None
    new: dict | None
    is_moved: bool = False

    @property
    def shown(self):
        """The block as it stands in the newer text, or as it last stood."""
        return self.new or self.old

    @property
    def reference(self):
        return reference(self.shown)

    @property
    def renumbered_from(self):
        """The reference it had before, where it has another one now."""
        before = reference(self.old) if self.old and self.new else ""
        return before if before and before != self.reference else ""

    @cached_property
    def heading_pieces(self):
        """(old, new) headings as lists of Pieces."""
        return _both(self.old, self.new, "heading")

    @cached_property
    def text_pieces(self):
        """(old, new) texts as lists of Pieces."""
        return _both(self.old, self.new, "text")

    @property
    def is_rewritten(self):
        """Whether the texts are so unlike that no words of them are marked."""
        sides = (*self.heading_pieces, *self.text_pieces)
        return self.kind == Kind.CHANGED and not any(piece.is_changed for side in sides for piece in side)


def compare(old_blocks, new_blocks):
    """The BlockChanges between two texts, without what is unchanged, in the newer text's order."""
    return [change for change in compare_all(old_blocks, new_blocks) if change.kind != Kind.UNCHANGED]


def compare_all(old_blocks, new_blocks):
    """As ``compare``, unchanged blocks too; what was dropped stands after what it stood after."""
    before = {block["key"]: block for block in old_blocks}
    after = {block["key"]: block for block in new_blocks}
    moved = _moved(before, after)
    dropped = _dropped_after(before, after)
    changes = [BlockChange(Kind.DROPPED, block, None) for block in dropped.get("", [])]
    for key, block in after.items():
        changes.append(_what_became(before.get(key), block, key in moved))
        changes += [BlockChange(Kind.DROPPED, gone, None) for gone in dropped.get(key, [])]
    return changes


def summary(changes):
    """``14 delar jämförda: 9 oförändrade, 3 ändrade, 2 nya.`` of all changes, unchanged ones too."""
    counts = Counter(change.kind for change in changes)
    if not changes:
        return _("Ingen av texterna har något innehåll.")
    if counts[Kind.UNCHANGED] == len(changes):
        return _("Inget skiljer: texterna är desamma.")
    total = ngettext("%(count)s del jämförd", "%(count)s delar jämförda", len(changes)) % {"count": len(changes)}
    return f"{total}: {', '.join(f'{counts[kind]} {kind_label(kind, counts[kind])}' for kind in Kind if counts[kind])}."


def kind_label(kind, number):
    plurals = {
        Kind.UNCHANGED: ngettext("oförändrad", "oförändrade", number),
        Kind.CHANGED: ngettext("ändrad", "ändrade", number),
        Kind.MOVED: ngettext("flyttad", "flyttade", number),
        Kind.ADDED: ngettext("ny", "nya", number),
        Kind.DROPPED: ngettext("borttagen", "borttagna", number),
    }
    return plurals[kind]


def _what_became(old, new, is_moved):
    if old is None:
        return BlockChange(Kind.ADDED, None, new)
    if any(old[name] != new[name] for name in ("kind", "heading", "text")):
        return BlockChange(Kind.CHANGED, old, new, is_moved)
    return BlockChange(Kind.MOVED if is_moved else Kind.UNCHANGED, old, new, is_moved)


def _moved(before, after):
    """The keys that stand under another area, or in another order: all but the longest run that kept its order."""
    elsewhere = {key for key in after if key in before and after[key]["area"] != before[key]["area"]}
    places = {key: place for place, key in enumerate(before)}
    common = [key for key in after if key in before and key not in elsewhere]
    return elsewhere | (set(common) - _longest_rising(common, places))


def _longest_rising(keys, places):
    """The largest set of ``keys`` whose places rise: patience sorting, n log n."""
    tops, ends, before = [], [], {}
    for key in keys:
        pile = bisect_left(tops, places[key])
        before[key] = ends[pile - 1] if pile else None
        tops[pile : pile + 1], ends[pile : pile + 1] = [places[key]], [key]
    kept, key = set(), ends[-1] if ends else None
    while key is not None:
        kept.add(key)
        key = before[key]
    return kept


def _dropped_after(before, after):
    """{key of the block that is still there, or empty: the blocks after it that are gone}."""
    dropped, last = {}, ""
    for key, block in before.items():
        if key in after:
            last = key
        else:
            dropped.setdefault(last, []).append(block)
    return dropped


def _both(old, new, name):
    """Old and new as pieces; where there is only one of them it is unmarked, as the whole of it differs."""
    if old is None or new is None:
        return [Piece(old[name], False)] if old else [], [Piece(new[name], False)] if new else []
    return pieces(old[name], new[name])
