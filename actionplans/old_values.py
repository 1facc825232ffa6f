"""What the fields of an activity held in the edition that this one builds on, for whoever changes them."""

from actionplans.models import Activity
from lib.differences import pieces
from lib.forms import shown

# How much of the six columns of the open row a field takes; the others take two.
COLUMNS = {"number": 1, "title": 5, "description": 6, "goals": 6, "participants": 6, "serves": 6} | dict.fromkeys(
    ("responsible", "responsible_function", "area", "collaboration_area"), 3
)
HALF = (
    "change_reason", "desired_effect", "milestones", "followed_up_how", "local_plans", "equality", "children",
    "target_group_voice", "financing",
)  # fmt: skip
TEXTS = {*HALF, "title", "description"}


def sections_with_old_values(form):
    """The form's sections with, beside each field, its width and what it was: (legend, fields, folded).

    A section with a changed field is not folded.
    """
    old = old_values(form)
    found = []
    for legend, fields, folded in form.sections():
        rows = [
            {
                "field": field,
                "width": COLUMNS.get(field.name, 3 if field.name in HALF else 2),
                "was": old.get(field.name),
            }
            for field in fields
        ]
        found.append((legend, rows, folded and not any(row["was"] for row in rows)))
    return found


def old_values(form):
    """Name → {label, pieces} of each field whose stored value differs from the edition before; empty for new rows."""
    activity = form.instance
    before = _before(activity)
    if before is None:
        return {}
    old, new = form.stored(before), form.stored(activity)
    label = activity.edition.based_on.label
    return {
        name: {"label": label, "pieces": _old_pieces(field, name, old[name], new[name])}
        for name, field in form.fields.items()
        if name in old and name != "origin" and _comparable(old[name]) != _comparable(new[name])
    }


def _before(activity):
    based_on = activity.edition.based_on_id
    if based_on is None or activity.pk is None:
        return None
    return Activity.objects.filter(edition=based_on, lineage=activity.lineage).first()


def _comparable(value):
    return {row.pk for row in value} if isinstance(value, list) else value


def _old_pieces(field, name, old, new):
    """The old text, with the words that are gone marked; short values are gone as a whole."""
    old, new = shown(field, old), shown(field, new)
    return pieces(old, new)[0] if name in TEXTS else [{"text": old, "is_changed": True}] if old else []
