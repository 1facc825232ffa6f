"""Two who changed the same row: what each wrote in each field, as text to read and as values to fill a form with."""

import json
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from lib.differences import pieces

FILLED = forms.TextInput | forms.Textarea | forms.Select | forms.RadioSelect  # their subclasses too; script fills these


def merge(form, current):
    """What a page shows of a valid form that met a row which somebody saved meanwhile, and the form to send instead.

    ``conflicts`` are the fields that both changed, ``merged`` those that only the other did; see ``_both``.
    """
    names = [name for name in form.fields if name != "version"]
    theirs = form.stored(current)
    history = getattr(current, "history", None)  # a person's own settings have none
    read = history and history.filter(version=form.cleaned_data["version"]).first()  # as it stood when I opened it
    before = form.stored(read.instance) if read else {}
    mine = [name for name in names if not read or _differs(form, name, before)]
    apart = [name for name in names if _differs(form, name, theirs)]
    renewed = form.renewed(current, mine)
    clashing = {name for name in mine if name not in renewed.fields or _changed(form, name, before, theirs)}
    last = history and history.first()
    return {
        "form": renewed,
        "conflicts": [_both(form, name, theirs, before) for name in apart if name in clashing],
        "merged": [_both(form, name, theirs, before) for name in apart if name not in mine],
        "changed_by": last and last.history_user,
        "changed_at": last and last.history_date,
    }


def _changed(form, name, before, theirs):
    """Whether somebody else changed the field. Of lists it is not known what they held, so they may have changed."""
    is_list = isinstance(form.fields[name], forms.ModelMultipleChoiceField)
    return is_list or name not in before or before[name] != theirs.get(name)


def _differs(form, name, stored):
    return form.fields[name].has_changed(stored.get(name), form[name].data)


def _both(form, name, stored, before):
    """Both texts of a field, what each has come to hold since I opened it, and what to fill the field with."""
    bound = form[name]
    is_text = type(bound.field) is forms.CharField
    mine, theirs, opened = (shown(bound.field, value) for value in (bound.data, stored.get(name), before.get(name)))
    return {
        "label": bound.label,
        "name": name,
        "mine": mine,
        "theirs": theirs,
        "before": opened if name in before else "",
        "mine_pieces": pieces(opened, mine)[1] if opened and is_text else None,
        "theirs_pieces": pieces(opened, theirs)[1] if opened and is_text else None,
        "html_name": bound.html_name,
        "fill_mine": _filling(bound.field, bound.data),
        "fill_theirs": _filling(bound.field, stored.get(name)),
        "is_text": is_text,
    }


def _filling(field, value):
    """What the field's controls hold where they show ``value``, as a JSON list; empty where script cannot fill them."""
    if isinstance(field.widget, forms.CheckboxInput):
        return json.dumps(["on"] if value else [])
    if not isinstance(field.widget, FILLED):
        return ""
    held = field.widget.format_value(field.prepare_value(value))
    values = held if isinstance(held, list | tuple) else [held]
    return json.dumps(["" if one is None else str(one) for one in values])


def shown(field, value):
    """What a value reads as, stored or as it was sent: labels instead of codes and ids."""
    if value is None or value == "":
        return ""
    if isinstance(field, forms.ModelChoiceField):
        return _shown_rows(field, value)
    if isinstance(field, forms.BooleanField | forms.NullBooleanField):
        return _("Ja") if field.to_python(value) else _("Nej")
    if isinstance(field, forms.ChoiceField):
        return str(dict(field.choices).get(value, value))
    if isinstance(field, forms.IntegerField):
        return value.replace(".", ",") if isinstance(value, str) else number_format(Decimal(value).normalize())
    return str(field.prepare_value(value))


def _shown_rows(field, value):
    try:
        rows = field.clean(field.prepare_value(value))
    except ValidationError:
        return ""
    return ", ".join(map(str, rows)) if isinstance(field, forms.ModelMultipleChoiceField) else str(rows)
