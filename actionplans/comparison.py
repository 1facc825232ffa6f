"""What differs between two editions of a plan, activity by activity, in plain sentences.

An activity is the same in both if it has the same lineage. Each one that stands in at least one of the editions is
counted exactly once, so the counts of the summary add up. Notes, comments and steps are never read here.
"""

from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from actionplans.models import Activity, Edition
from actionplans.snapshots import Snapshot, snapshots
from actionplans.wording import PLACES, FieldChange


class Kind(models.TextChoices):
    """What became of an activity; in the order of the summary."""

    UNCHANGED = "unchanged", gettext_lazy("oförändrad")
    CHANGED = "changed", gettext_lazy("ändrad")
    MOVED = "moved", gettext_lazy("flyttad")
    ADDED = "added", gettext_lazy("ny")
    CLOSED = "closed", gettext_lazy("avslutad")
    STRUCK = "struck", gettext_lazy("struken")
    REMOVED = "removed", gettext_lazy("borttagen")


GONE = (Kind.CLOSED, Kind.STRUCK, Kind.REMOVED)  # in the older edition, and not to be done by the newer
ENDINGS = {Activity.Ending.CLOSED: Kind.CLOSED, Activity.Ending.CANCELLED: Kind.STRUCK}


@dataclass
class ActivityChange:
    """What became of one activity. ``old`` or ``new`` is None where the edition does not have it.

    ``ended`` is the activity as it stood in an edition between the two where it was closed or struck.
    """

    kind: Kind
    old: Snapshot | None
    new: Snapshot | None
    fields: list[FieldChange] = field(default_factory=list)
    ended: Activity | None = None
    reasons: list[tuple[str, str]] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)

    @property
    def shown(self):
        """The activity as it stands in the newer of the editions that have it."""
        return self.new or self.old

    @property
    def lineage(self):
        return self.shown.activity.lineage

    @property
    def area(self):
        return self.shown.values["area"]

    @property
    def kind_label(self):
        return kind_label(self.kind, 1)

    @property
    def is_told(self):
        """Whether the sentences say all: then nobody needs to see the fields before and after."""
        return all(field.is_told for field in self.fields)


@dataclass
class Comparison:
    """Two editions beside each other: ``changes`` in the plan's order, and ``counts`` of every Kind."""

    old: Edition
    new: Edition
    changes: list[ActivityChange]
    counts: dict[Kind, int]

    @property
    def total(self):
        return sum(self.counts.values())

    @property
    def summary(self):
        """``12 aktiviteter jämförda: 4 oförändrade, 5 ändrade, 2 nya, 1 struken.``"""
        if not self.total:
            return _("Ingen av versionerna har någon aktivitet.")
        if not self.changes:
            return _("Inget skiljer mellan versionerna: aktiviteterna är desamma.")
        total = ngettext("%(count)s aktivitet jämförd", "%(count)s aktiviteter jämförda", self.total)
        total %= {"count": self.total}
        parts = [f"{number} {kind_label(kind, number)}" for kind, number in self.counts.items() if number]
        return f"{total}: {', '.join(parts)}."

    def by_area(self, changes=None):
        """(area's name, changes) in the plan's order; the name is empty for those without area."""
        rows = self.changes if changes is None else changes
        return [(area, list(group)) for area, group in groupby(rows, key=lambda change: change.area)]


@cache
def kind_label(kind, number):
    """``oförändrad``, ``oförändrade``."""
    plurals = {
        Kind.UNCHANGED: ngettext("oförändrad", "oförändrade", number),
        Kind.CHANGED: ngettext("ändrad", "ändrade", number),
        Kind.MOVED: ngettext("flyttad", "flyttade", number),
        Kind.ADDED: ngettext("ny", "nya", number),
        Kind.CLOSED: ngettext("avslutad", "avslutade", number),
        Kind.STRUCK: ngettext("struken", "strukna", number),
        Kind.REMOVED: ngettext("borttagen", "borttagna", number),
    }
    return plurals[kind]


def compare(old, new, user=None):
    """The Comparison of two editions of the same plan, in ten queries whatever their size.

    Both must be such as the reader may see. ``user`` decides from which editions between them it is told why an
    activity is gone; without a user it is not told.
    """
    found = {old.pk: {}, new.pk: {}}
    rows = Activity.objects.filter(edition__in=[old, new]).for_table().select_related(None)
    places = {}
    for place, snapshot in enumerate(snapshots(rows, old.plan.agreement_id)):
        found[snapshot.activity.edition_id][snapshot.activity.lineage] = snapshot
        places[snapshot.activity.pk] = place
    before, after = found[old.pk], found[new.pk]
    changes = [what_became(before.get(lineage), after.get(lineage)) for lineage in {**after, **before}]
    changes = [change for change in changes if change]
    _find_endings(changes, old, new, user)
    counted = Counter(change.kind for change in changes)
    changes = [change for change in changes if change.kind != Kind.UNCHANGED]
    for change in changes:
        tell(change, new)
    changes.sort(key=lambda change: places[change.shown.activity.pk])
    return Comparison(old, new, changes, {kind: counted[kind] for kind in Kind})


def tell(change, edition):
    """Fill in the sentences and reasons of a change that came with ``edition``; return it."""
    change.sentences, change.reasons = _sentences(change, edition), _reasons(change)
    return change


def what_became(before, after):
    """The ActivityChange between two Snapshots of an activity, not told yet; None where it stands in neither."""
    if not any(snapshot and snapshot.is_standing for snapshot in (before, after)):
        return None
    if after is None:
        return ActivityChange(Kind.REMOVED, before, after)
    if before is None:
        return ActivityChange(Kind.ADDED, before, after, after.filled)
    fields = after.changes_since(before)
    if not after.is_standing:
        return ActivityChange(ENDINGS[after.activity.ending], before, after, fields)
    if not before.is_standing:
        return ActivityChange(Kind.ADDED, before, after, fields)
    if not fields:
        return ActivityChange(Kind.UNCHANGED, before, after)
    is_moved = all(change.name in PLACES for change in fields)
    return ActivityChange(Kind.MOVED if is_moved else Kind.CHANGED, before, after, fields)


def _find_endings(changes, old, new, user):
    """What is gone may have been closed or struck in an edition between the two that ``user`` may see: then it was."""
    if user is None:
        return
    between = Edition.objects.visible_to(user).filter(plan=old.plan_id).exclude(pk__in=[old.pk, new.pk])
    between = between.filter(starts_on__gte=old.starts_on, starts_on__lte=new.starts_on)
    ended = Activity.objects.filter(edition__in=between.order_by().values("pk")).exclude(ending="")
    last = {row.lineage: row for row in ended.select_related("edition").order_by("edition__starts_on", "edition", "pk")}
    for change in changes:
        if change.kind == Kind.REMOVED and change.lineage in last:
            change.ended = last[change.lineage]
            change.kind = ENDINGS[change.ended.ending]


def _sentences(change, new):
    """One sentence on what became of the activity, and one per field that differs."""
    if change.kind == Kind.ADDED and change.old is None:
        return [_new(change.new)]
    words = {"number": change.shown.number, "new": new.label}
    if change.ended:
        words["label"] = change.ended.edition.label
    sentence = {
        (Kind.REMOVED, False): _("%(number)s finns inte med i %(new)s."),
        (Kind.ADDED, False): _("%(number)s tas upp igen."),
        (Kind.CLOSED, False): _("%(number)s avslutas."),
        (Kind.STRUCK, False): _("%(number)s stryks."),
        (Kind.CLOSED, True): _("%(number)s avslutades i %(label)s."),
        (Kind.STRUCK, True): _("%(number)s ströks i %(label)s."),
    }.get((change.kind, bool(change.ended)), "")
    sentences = [sentence % words] if sentence else []
    return sentences + [field.sentence(change.shown.number) for field in change.fields]


def _new(snapshot):
    if snapshot.proposed_by:
        words = {"number": snapshot.number, "actor": snapshot.proposed_by}
        return _("%(number)s är ny, föreslagen av %(actor)s.") % words
    return _("%(number)s är ny.") % {"number": snapshot.number}


def _reasons(change):
    """(label, text): why the activity ended, and why it was changed, as far as that is said."""
    reasons = []
    if change.kind in GONE:
        row = change.ended or change.shown.activity
        reasons.append((_("Skäl"), row.ending_reason or _("Inget skäl är angivet.")))
    said_before = change.old.activity.change_reason if change.old else ""
    if change.new and change.new.activity.change_reason not in ("", said_before):
        reasons.append((_("Varför"), change.new.activity.change_reason))
    return reasons
