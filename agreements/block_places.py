"""Rows that are written from the text: where the form begins, where the row ends up, and the way back."""

from django.core.exceptions import ObjectDoesNotExist
from django.urls import reverse

from agreements.drafting import MODELS, key_of, place_row, row_of, siblings
from agreements.forms import KINDS, DialogueForm

TEXT_KINDS = [kind for kind in KINDS if kind._meta.model in MODELS.values()]
WRITERS_KINDS = [*TEXT_KINDS, DialogueForm]  # what a draft's writers change beside its coordinators


def text_url(agreement, row=None):
    """The page of the text, at the block of the row where one is given."""
    anchor = f"#{anchor_of(key_of(row))}" if row is not None else ""
    return reverse("agreements:drafting_detail", args=[agreement.slug]) + anchor


def anchor_of(key):
    """The id of a block on the page of the text."""
    return key.replace(":", "--")


def from_text(request, agreement, kind):
    """(url_of, initial, then) of a form that was opened on the page of the text; three times None elsewhere.

    ``?till=utkast`` leads back there. ``?efter=<key>`` makes the row stand after that block, ``?omrade=<key>`` in that
    area, ``?slag=`` be of that kind of provision.
    """
    if kind not in TEXT_KINDS or request.GET.get("till") != "utkast":
        return None, None, None
    after, area = (_row(agreement, request.GET.get(name, "")) for name in ("efter", "omrade"))
    initial = {"area": area, "kind": request.GET.get("slag")}
    if after is not None and type(after) is kind._meta.model:
        alike = {name: getattr(after, name) for name in ("area", "kind", "level", "rank") if hasattr(after, name)}
        return (lambda row: text_url(agreement, row)), initial | alike, lambda row: _place_after(row, after)
    return (lambda row: text_url(agreement, row)), {name: value for name, value in initial.items() if value}, None


def _row(agreement, key):
    try:
        return row_of(agreement, key) if key else None
    except ObjectDoesNotExist:
        return None


def _place_after(row, after):
    """Where the row became of another kind or area than the one it was to follow, it stays last."""
    rows = siblings(row)
    if after in rows:
        place_row(row, [other for other in rows if other != row].index(after) + 1, rows)
