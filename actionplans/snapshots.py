"""Activities as readers see them: every compared field in words, for any number of rows with the same few queries."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import F
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from actionplans.models import Activity, ActivityCollaborationArea, ActivityFile, ActivityGoal, ActivityParticipant
from actionplans.wording import CONTINUOUS, FIELDS, PLACES, FieldChange
from agreements.models import Actor, CollaborationArea, Goal, PriorityArea
from lib.swedish import sort_key


@dataclass
class Snapshot:
    """An activity in one edition; ``values`` holds each field as a text, or as a tuple of texts for lists."""

    activity: Activity
    values: dict
    proposed_by: str

    @property
    def number(self):
        return self.activity.number

    @property
    def is_standing(self):
        return not self.activity.ending

    @property
    def filled(self):
        """The fields that say something, as if all were new; its title and where it stands are told by its heading."""
        names = [name for name in FIELDS if name not in (*PLACES, "title") and self.values[name]]
        return [FieldChange(name, "", self.values[name]) for name in names]

    def changes_since(self, before):
        """The FieldChanges from ``before``, an earlier Snapshot of the same activity."""
        return [
            FieldChange(name, before.values[name], self.values[name])
            for name in FIELDS
            if before.values[name] != self.values[name]
        ]


def snapshots(activities, agreement):
    """A Snapshot of each of the ``activities`` (a queryset), which all belong to ``agreement``, in nine queries."""
    names = _Names(agreement)
    links = {
        "goals": _links(ActivityGoal, "goal_id", activities),
        "participants": _links(ActivityParticipant, "actor_id", activities),
        "serves": _links(ActivityCollaborationArea, "collaboration_area_id", activities),
        "files": _links(ActivityFile, "name", activities),
    }
    return [Snapshot(row, _values(row, names, links), names.actors.get(row.proposed_by_id, "")) for row in activities]


class _Names:
    """Key → name of all that an activity can point to, in the order of the document, actors by name."""

    def __init__(self, agreement):
        actors = Actor.objects.filter(agreement=agreement).values_list("pk", "name")
        self.actors = dict(sorted(actors, key=lambda actor: sort_key(actor[1])))
        self.areas = _names(PriorityArea, agreement, ["order", "pk"])
        self.parts = _names(CollaborationArea, agreement, ["area__order", "order", "pk"])
        goals = Goal.objects.filter(agreement=agreement)
        goals = goals.order_by(F("area__order").asc(nulls_first=True), "order", "pk")
        self.goals = {pk: f"{number} {text}".strip() for pk, number, text in goals.values_list("pk", "number", "text")}


def _names(model, agreement, order):
    """Key → name."""
    return dict(model.objects.filter(agreement=agreement).order_by(*order).values_list("pk", "name"))


def _links(model, column, activities):
    """Activity → what its rows of ``model`` hold in ``column``."""
    found = defaultdict(list)
    rows = model.objects.filter(activity__in=activities.order_by().values("pk"))
    for activity, value in rows.values_list("activity_id", column):
        found[activity].append(value)
    return found


def _values(row, names, links):
    """Field → text or tuple of texts."""
    amount = "" if row.amount is None else number_format(row.amount, use_l10n=True, force_grouping=True)
    worded = {
        "area": names.areas.get(row.area_id, ""),
        "collaboration_area": names.parts.get(row.collaboration_area_id, ""),
        "responsible": names.actors.get(row.responsible_id, ""),
        "followed_up_by": names.actors.get(row.followed_up_by_id, ""),
        "goals": _in_order(names.goals, links["goals"][row.pk]),
        "serves": _in_order(names.parts, links["serves"][row.pk]),
        "participants": _in_order(names.actors, links["participants"][row.pk]),
        "files": tuple(sorted(links["files"][row.pk])),
        "milestones": tuple(sorted(line.strip() for line in row.milestones.splitlines() if line.strip())),
        "starts_on": str(row.starts_on or ""),
        "ends_on": str(CONTINUOUS) if row.is_continuous else str(row.ends_on or ""),
        "counts": str(Activity.Counts(row.counts).label) if row.counts else "",
        "amount": amount and _("%(sum)s kr") % {"sum": amount},
    }
    return {name: worded[name] if name in worded else getattr(row, name).strip() for name in FIELDS}


def _in_order(names, keys):
    """The names of the keys, in the order of ``names``."""
    return tuple(name for key, name in names.items() if key in keys) if keys else ()
