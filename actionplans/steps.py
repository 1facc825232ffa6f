"""Steps: what one person did in the editor, kept so that it can be undone.

A step keeps of each row what the step changed, before and after: the changed fields of a row that stood and stands,
all of a row that was made or removed. Undoing puts back what was before where the row still holds what came after.
"""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from actionplans.models import Activity, Edition, Step

LISTS = ("goals", "participants", "serves")
FIELDS = {
    field.name: field for field in Activity._meta.concrete_fields if field.name not in ("id", "edition", "version")
}
UNCOMPARED = ("order",)  # rows make room for each other without being changed


class CannotUndo(Exception):
    """The step stands; the message is Swedish, meant for the screen, and says who changed what since."""


def stored(activity, names=(*FIELDS, *LISTS)):
    """What the row holds, as JSON keeps it: fields by name, lists as sorted keys."""
    return {name: _stored_value(activity, name) for name in names}


def _stored_value(activity, name):
    if name in LISTS:
        return sorted(getattr(activity, name).values_list("pk", flat=True))
    value = getattr(activity, FIELDS[name].attname)
    return value if value is None or isinstance(value, bool | int) else str(value)


def record(*, edition, by, label, rows):
    """Keep a step of ``rows``, a list of (pk, before, after); nothing is kept where nothing changed. Returns it."""
    kept = [{"pk": pk, "before": before, "after": after} for pk, before, after in rows if before != after]
    if not kept:
        return None
    return Step.objects.create(edition=edition, user=by, label=label[:200], rows=kept)


def latest(edition, user):
    """The step the user would undo next, or None."""
    return Step.objects.filter(edition=edition, user=user, undone_at=None).order_by("-pk").first()


@transaction.atomic
def undo_latest(*, edition, by):
    """Undo the user's latest step in the edition and return it; None where there is none.

    All rows of the step or none: raises CannotUndo where one has changed since, Frozen where the edition is adopted.
    """
    Edition.lock_open(edition.pk)
    step = Step.objects.select_for_update().filter(edition=edition, user=by, undone_at=None).order_by("-pk").first()
    if step is None:
        return None
    for row in reversed(step.rows):
        _undo_row(edition, row, by)
    step.undone_at = timezone.now()
    step.save(update_fields=["undone_at"])
    return step


def _undo_row(edition, row, by):
    activity = Activity.objects.filter(pk=row["pk"], edition=edition).first()
    if row["after"] is None:
        return _bring_back(edition, row, by)
    if activity is None:
        raise CannotUndo(_("Raden har tagits bort sedan dess. Det går inte att ångra."))
    _refuse_changed(activity, row["after"])
    activity._history_user = by
    if row["before"] is None:
        return _take_away(activity)
    _fill(activity, row["before"])
    activity.save_version(activity.version, reason=_("Ångrat"))
    return _fill_lists(activity, row["before"])


def _refuse_changed(activity, after):
    """CannotUndo, naming who, where the row no longer holds what the step left in it."""
    names = [name for name in after if name not in UNCOMPARED]
    if stored(activity, names) != {name: after[name] for name in names}:
        last = activity.history.select_related("history_user").first()
        who = (last and last.history_user and last.history_user.name) or _("Någon annan")
        message = _("%(who)s har ändrat %(number)s sedan dess. Ändra i raden i stället.")
        raise CannotUndo(message % {"who": who, "number": activity.number})


def _take_away(activity):
    obstacle = activity.why_kept()
    if obstacle:
        raise CannotUndo(obstacle)
    activity.delete_version(activity.version)


def _bring_back(edition, row, by):
    """The removed row again, under its old key and a version that nobody has read it at."""
    latest = Activity.history.filter(id=row["pk"]).aggregate(version=Max("version"))["version"] or 0
    activity = Activity(pk=row["pk"], edition=edition, version=latest + 1)
    activity._history_user = by
    _fill(activity, row["before"])
    try:
        activity.validate_unique()
        activity.validate_constraints()
    except ValidationError as error:
        raise CannotUndo(" ".join(error.messages)) from None
    activity.save(force_insert=True)
    _fill_lists(activity, row["before"])


def _fill(activity, values):
    for name in values.keys() & FIELDS.keys():
        field = FIELDS[name]
        kind = field.target_field if field.is_relation else field
        setattr(activity, field.attname, kind.to_python(values[name]))


def _fill_lists(activity, values):
    for name in values.keys() & set(LISTS):
        getattr(activity, name).set(values[name])
