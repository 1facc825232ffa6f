"""Writes to the rows of an edition that is not adopted. Each is one step that its author can undo.

Everything here locks the edition first: nobody adopts it meanwhile, and numbers and places are given out one at a time.
Raises Frozen where the edition is adopted, VersionConflict where the row has moved on.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from actionplans import steps
from actionplans.models import Activity, Edition
from actionplans.places import free_number, neighbours, room, style_for
from actionplans.steps import LISTS


@transaction.atomic
def add_activity(*, edition, by, after=None, **fields):
    """Add an activity below ``after``, or last among its neighbours, and return it.

    ``fields`` are values of Activity's fields by name, lists (goals, participants, serves) too. What is left out
    follows from the place: area and collaboration area from ``after``, the number from the neighbours, the order.
    """
    Edition.lock_open(edition.pk)
    lists = {name: fields.pop(name) for name in LISTS if name in fields}
    place = {"area": after.area, "collaboration_area": after.collaboration_area} if after else {}
    activity = Activity(edition=edition, **{**place, **fields})
    rows = neighbours(edition, activity.area_id, activity.collaboration_area_id)
    if not activity.number:
        activity.number = free_number(edition, after.number if after else style_for(edition, activity.area_id, rows))
    if "order" not in fields:
        activity.order = room(rows, _index_below(rows, after))
    _save_new(activity, lists, by)
    label = _("Lade till %(number)s") % {"number": activity.number}
    steps.record(edition=edition, by=by, label=label, rows=[(activity.pk, None, steps.stored(activity))])
    return activity


def _index_below(rows, after):
    """The place below ``after`` among ``rows``; the last where it does not stand among them."""
    return next((place + 1 for place, row in enumerate(rows) if after and row.pk == after.pk), len(rows))


def _save_new(activity, lists, by):
    activity._history_user = by
    activity.save()
    for name, rows in lists.items():
        getattr(activity, name).set(rows)
