"""One cell of the editor: read as its form, saved at the row's version, and answered for where it cannot be saved.

Two people in the same row but in different cells do not disturb each other: where the cell holds what it held when it
was read, what was typed is saved on top of the colleague's change beside it.
"""

from functools import cache

from django.forms import modelform_factory
from django.http import QueryDict

from actionplans.editing import save_activity
from actionplans.editor import CONTINUOUS
from actionplans.forms import ActivityForm
from actionplans.models import Activity
from agreements.models import CollaborationArea
from lib.db import VersionConflict
from lib.forms import shown

# Fields that say one thing together: a cell changes both.
TOGETHER = {
    "ends_on": ("ends_on", "is_continuous"),
    "area": ("area", "collaboration_area"),
    "collaboration_area": ("area", "collaboration_area"),
}
TRIES = 3  # how often a cell is saved on top of what colleagues save beside it meanwhile


class CellForm(ActivityForm):
    """The form of a cell: of the fields alone that it changes."""

    def _leave_out_frozen(self):
        """Nothing is left out: ``save_activity`` asks, holding the edition, whether it is adopted."""


NAMES = [name for name in ActivityForm.base_fields if name != "version"]


@cache
def _form_class(name):
    return modelform_factory(Activity, form=CellForm, fields=TOGETHER.get(name, (name,)))


def cell_form(activity, name, values, version):
    """The form of one cell, one of NAMES, with what was typed, a list of strings."""
    data = QueryDict(mutable=True)
    data["version"] = version
    if name in TOGETHER:
        data.update(_together(activity, name, (values or [""])[0].strip()))
    else:
        is_list = Activity._meta.get_field(name).many_to_many
        data.setlist(name, [value for value in values if value] if is_list else values)
    return _form_class(name)(data, instance=activity)


def _together(activity, name, value):
    """What one value says of two fields: no end date but continuous, a collaboration area and so its area."""
    if name == "ends_on":
        if value.casefold() == CONTINUOUS:
            return {"ends_on": "", "is_continuous": "on"}
        return {"ends_on": value}
    if name == "area":
        part = activity.collaboration_area
        return {"area": value, "collaboration_area": str(part.pk) if part and str(part.area_id) == value else ""}
    part = CollaborationArea.objects.filter(pk=value).first() if value.isascii() and value.isdigit() else None
    return {"area": str((part or activity).area_id or ""), "collaboration_area": value}


def save_cell(*, activity, name, values, version, by):
    """Save the cell if it is valid and return its form, with errors where it is not.

    Raises VersionConflict where a colleague changed the same cell, DoesNotExist where the row is gone, Frozen.
    """
    for _try in range(TRIES):
        form = cell_form(activity, name, values, version)
        if not form.is_valid():
            return form
        try:
            save_activity(form=form, by=by)
        except VersionConflict as conflict:
            if not _untouched(conflict.current, form):
                raise
            # on top of the row that was looked at, not of a newer one: that would overwrite what nobody has seen
            conflict.current.edition, activity = activity.edition, conflict.current
            version = str(activity.version)
        else:
            return form
    raise VersionConflict(activity)


def _untouched(current, form):
    """Whether the fields of ``form`` still hold what they held when they were read. Of lists that is not known."""
    fields = [Activity._meta.get_field(name) for name in form.fields if name != "version"]
    read = current.history.filter(version=form.cleaned_data["version"]).first()
    if read is None or any(field.many_to_many for field in fields):
        return False
    return all(getattr(read, field.attname) == getattr(current, field.attname) for field in fields)


def error_note(name, values, errors):
    """What the row says of a cell that was not saved; the typed text stays in it."""
    return {"kind": "error", "field": name, "label": _label(name), "typed": " ".join(values), "errors": errors}


def errors_of(form):
    return [error for listed in form.errors.values() for error in listed]


def conflict_note(name, values, current):
    """Both texts of a cell that somebody else saved first, or I in another window, and who it was."""
    last = current.history.select_related("history_user").first()
    form = cell_form(current, name, values, str(current.version))
    bound = form[name]
    return {
        "kind": "conflict",
        "field": name,
        "version": str(current.version),
        "label": _label(name),
        "typed": " ".join(values),
        "mine": shown(bound.field, bound.data),
        "theirs": shown(bound.field, form.stored(current).get(name)),
        "who": last and last.history_user and last.history_user.name,
        "at": last and last.history_date,
    }


def _label(name):
    return str(Activity._meta.get_field(name).verbose_name) if name in NAMES else ""
