"""Writes to the rows of an edition that is not adopted. Each is one step that its author can undo.

Everything here locks the edition first: nobody adopts it meanwhile, and numbers and places are given out one at a time.
Raises Frozen where the edition is adopted, VersionConflict where the row has moved on.
"""

import uuid
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from actionplans import steps
from actionplans.models import Activity, Edition
from actionplans.places import free_number, neighbours, room, style_for
from actionplans.steps import LISTS
from lib.db import Frozen

NO_CONTENT = {"number", "order", "ending", "ending_reason", "change_reason", "origin", "proposed_by"}
COPIED = [
    name for name in steps.FIELDS if name not in NO_CONTENT and name != "lineage"
]  # what a copy of an activity takes after it


@transaction.atomic
def add_activity(*, edition, by, after=None, once=None, **fields):
    """Add an activity below ``after``, or last among its neighbours, and return it.

    ``fields`` are values of Activity's fields by name, lists (goals, participants, serves) too. What is left out
    follows from the place: area and collaboration area from ``after``, the number from the neighbours, the order.
    Asked again with the same ``once`` (a UUID), it returns what it made the first time.
    """
    Edition.lock_open(edition.pk)
    made = made_once(edition=edition, by=by, once=once)
    if made:
        return made
    if once:
        fields["lineage"] = _lineage(edition, by, once)
    lists = {name: fields.pop(name) for name in LISTS if name in fields}
    place = {"area": after.area, "collaboration_area": after.collaboration_area} if after else {}
    activity = Activity(edition=edition, **{**place, **fields})
    _find_place(activity, after)
    activity._history_user = by
    activity.save()
    for name, rows in lists.items():
        getattr(activity, name).set(rows)
    label = _("Lade till %(number)s") % {"number": activity.number}
    steps.record(edition=edition, by=by, label=label, rows=[(activity.pk, None, steps.stored(activity))])
    return activity


def made_once(*, edition, by, once):
    """The row that add_activity made when it was asked with this ``once`` before, or None."""
    return once and Activity.objects.filter(edition=edition, lineage=_lineage(edition, by, once)).first()


def _lineage(edition, by, once):
    return uuid.uuid5(once, f"{edition.pk}/{by.pk}")


def _find_place(activity, after):
    """Give a new row the number and order it has not been given: below ``after``, or last among its neighbours."""
    rows = neighbours(activity.edition, activity.area_id, activity.collaboration_area_id)
    if not activity.number:
        style = after.number if after else style_for(activity.edition, activity.area_id, rows)
        activity.number = free_number(activity.edition, style)
    if not activity.order:
        index = next((place + 1 for place, row in enumerate(rows) if after and row.pk == after.pk), len(rows))
        activity.order = room(rows, index)


def duplicate_activity(*, activity, by, once=None):
    """A copy right below, with a number and a lineage of its own; comments, files and notes stay with the first."""
    fields = {name: getattr(activity, name) for name in COPIED if name != "order"}
    lists = {name: list(getattr(activity, name).all()) for name in LISTS}
    return add_activity(edition=activity.edition, by=by, after=activity, once=once, **fields, **lists)


@transaction.atomic
def save_activity(*, form, by, label=""):
    """Save the form of a stored activity as one step and return the row.

    What follows from the change comes along: carried over becomes revised, and in another area the row stands last.
    Raises VersionConflict, Frozen, or DoesNotExist where the row is gone.
    """
    activity = form.instance
    Edition.lock_open(activity.edition_id)
    names = [name for name in form.changed_data if name != "version"]
    if not names:
        return activity
    was = Activity.objects.get(pk=activity.pk)
    activity.order = was.order
    names += follow(activity, was, names)
    before = steps.stored(was, names)
    activity._history_user = by
    form.save()
    label = label or _changed_label(activity, names)
    rows = [(activity.pk, before, steps.stored(activity, names))]
    steps.record(edition=activity.edition, by=by, label=label, rows=rows)
    return activity


def follow(activity, was, names):
    """Change what follows from a change of ``names``; returns the names of that."""
    followed = []
    place = (activity.area_id, activity.collaboration_area_id)
    if place != (was.area_id, was.collaboration_area_id):
        rows = neighbours(activity.edition, *place, but=activity.pk)
        activity.order = room(rows, len(rows))
        followed.append("order")
    if was.origin == activity.origin == Activity.Origin.CARRIED and set(names) - NO_CONTENT:
        activity.origin = Activity.Origin.REVISED
        followed.append("origin")
    return followed


def _changed_label(activity, names):
    fields = ", ".join(str(Activity._meta.get_field(name).verbose_name) for name in names if name not in NO_CONTENT)
    return _("Ändrade %(number)s: %(fields)s") % {"number": activity.number, "fields": fields or _("uppgifter")}


@transaction.atomic
def move_activity(*, activity, by, direction="", after=None, place=None):
    """Move the row: ``up`` or ``down`` among its neighbours, or below the row ``after`` (None: first) of a ``place``.

    ``place`` is (area, collaboration area); without it the row stays in its own. Other rows keep their versions.
    """
    Edition.lock_open(activity.edition_id)
    activity = Activity.objects.select_related("edition").get(pk=activity.pk)
    was = steps.stored(activity, PLACE)
    if place:
        activity.area, activity.collaboration_area = place
        activity.clean()
    rows = neighbours(activity.edition, activity.area_id, activity.collaboration_area_id, but=activity.pk)
    activity.order = room(rows, _index(rows, activity, direction, after))
    if steps.stored(activity, PLACE) != was:
        activity._history_user = by
        activity.save_version(activity.version)
    rows = [(activity.pk, was, steps.stored(activity, PLACE))]
    steps.record(edition=activity.edition, by=by, label=_("Flyttade %s") % activity.number, rows=rows)
    return activity


PLACE = ("area", "collaboration_area", "order")


def _index(rows, activity, direction, after):
    """Where among ``rows``, which are without the row itself, it goes."""
    if direction:
        above = sum((row.order, row.pk) < (activity.order, activity.pk) for row in rows)
        return max(above - 1, 0) if direction == "up" else min(above + 1, len(rows))
    return next((index + 1 for index, row in enumerate(rows) if after and row.pk == after.pk), 0)


@transaction.atomic
def delete_activity(*, activity, version, by):
    """Delete a row that only this edition has. Raises Frozen with the reason where it can only be ended."""
    Edition.lock_open(activity.edition_id)
    obstacle = activity.why_kept()
    if obstacle:
        raise Frozen(obstacle)
    pk, before, edition = activity.pk, steps.stored(activity), activity.edition
    activity._history_user = by
    activity.delete_version(version)
    label = _("Tog bort %(number)s") % {"number": activity.number}
    steps.record(edition=edition, by=by, label=label, rows=[(pk, before, None)])


@dataclass
class Bulk:
    """What came of a change of many rows: those saved, those that had moved on, and (row, why) of those refused."""

    saved: list = field(default_factory=list)
    moved_on: list = field(default_factory=list)
    refused: list = field(default_factory=list)
    gone: int = 0


@transaction.atomic
def change_many(*, edition, versions, values, by, label):
    """Set ``values`` (by field) in the rows of ``versions`` (key → version it was read at), as one step.

    A row that has moved on, or that the values do not fit, is left as it is and told of; the others are saved.
    """
    Edition.lock_open(edition.pk)
    found = list(Activity.objects.filter(edition=edition, pk__in=versions).select_related("edition").order_by("pk"))
    bulk, rows = Bulk(gone=len(versions) - len(found)), []
    for activity in found:
        if activity.version != versions[activity.pk]:
            bulk.moved_on.append(activity)
            continue
        try:
            row = _change_one(activity, values, by)
        except ValidationError as error:
            bulk.refused.append((activity, " ".join(error.messages)))
        else:
            bulk.saved.append(activity)
            rows.append(row)
    steps.record(edition=edition, by=by, label=label, rows=rows)
    return bulk


def _change_one(activity, values, by):
    """(pk, before, after) of the row with ``values`` set; ValidationError where they do not fit."""
    was = Activity.objects.get(pk=activity.pk)
    for name, value in values.items():
        setattr(activity, name, value)
    activity.clean()
    names = [*values, *follow(activity, was, [n for n in values if getattr(was, n) != values[n]])]
    before, after = steps.stored(was, names), steps.stored(activity, names)
    if before != after:
        activity._history_user = by
        activity.save_version(activity.version)
    return activity.pk, before, after
