"""Steps: what one person did in the editor, kept so that it can be undone."""

from actionplans.models import Activity, Step

LISTS = ("goals", "participants", "serves")
KEPT_OUT = ("id", "edition", "version")
FIELDS = {field.name: field for field in Activity._meta.concrete_fields if field.name not in KEPT_OUT}


def stored(activity, *, lists=LISTS):
    """What the row holds, as JSON keeps it: every field by name, lists as sorted keys."""
    values = {name: _plain(getattr(activity, field.attname)) for name, field in FIELDS.items()}
    return values | {name: sorted(getattr(activity, name).values_list("pk", flat=True)) for name in lists}


def _plain(value):
    return value if value is None or isinstance(value, bool | int) else str(value)


def record(*, edition, by, label, rows):
    """Keep a step of ``rows``, a list of (pk, before, after); nothing is kept where nothing changed. Returns it."""
    kept = [{"pk": pk, "before": before, "after": after} for pk, before, after in rows if before != after]
    if not kept:
        return None
    return Step.objects.create(edition=edition, user=by, label=label[:200], rows=kept)
