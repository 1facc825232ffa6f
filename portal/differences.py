"""What changed between two records of a row's history, field by field, in the words of the screen."""

import datetime
from collections import defaultdict
from dataclasses import dataclass
from pathlib import PurePath

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actionplans.models import Edition
from agreements.models import Basis, ConsultationResponse
from agreements.templatetags.agreements import number
from followup.models import Report, Round
from followup.numbers import Counts
from governance.models import Mandate, Meeting
from lib.differences import pieces
from parties.models import Membership, User

# Fields that hold a row together and say nothing to a reader.
TECHNICAL = {"id", "key", "version", "agreement", "lineage", "search_text", "group", "block"}
# What fields are called whose models give them no name: nobody fills them in, so no form has a word for them.
NAMES = {
    "activity": gettext_lazy("Aktivitet"),
    "added_by": gettext_lazy("Tillagd av"),
    "addressee": gettext_lazy("Remissinstans"),
    "agreed_by": gettext_lazy("Noterad som beslutad av"),
    "approved_by": gettext_lazy("Godkänd av"),
    "asked_by": gettext_lazy("Begärd av"),
    "author": gettext_lazy("Skriven av"),
    "called_by": gettext_lazy("Kallad av"),
    "closed_by": gettext_lazy("Stängd av"),
    "confirmed_by": gettext_lazy("Bekräftad av"),
    "consultation": gettext_lazy("Remiss"),
    "decided_by": gettext_lazy("Avgjord av"),
    "dialogue": gettext_lazy("Dialog"),
    "done_by": gettext_lazy("Gjord av"),
    "ended_by": gettext_lazy("Avslutad av"),
    "extended_by": gettext_lazy("Längre tid gavs av"),
    "file_name": gettext_lazy("Filens namn"),
    "finished_by": gettext_lazy("Färdigställd av"),
    "granted_by": gettext_lazy("Rollen gavs av"),
    "opened_by": gettext_lazy("Öppnad av"),
    "party": gettext_lazy("Part"),
    "published_by": gettext_lazy("Publicerad av"),
    "ready_by": gettext_lazy("Lämnad till godkännaren av"),
    "reply_to": gettext_lazy("Svar på"),
    "report": gettext_lazy("Rapport"),
    "reported_by": gettext_lazy("Rapporterad av"),
    "resolved_by": gettext_lazy("Markerad som klar av"),
    "response": gettext_lazy("Remissvar"),
    "review_started_by": gettext_lazy("Granskningen började av"),
    "round": gettext_lazy("Omgång"),
    "submitted_by": gettext_lazy("Inlämnad av"),
    "treated_by": gettext_lazy("Behandlad av"),
    "user": gettext_lazy("Person"),
    "written_by": gettext_lazy("Skriven av"),
}
PEOPLE = (User, Membership)
# What a row's own name needs of other rows.
NAMED_BY = {
    Mandate: ["body"],
    Meeting: ["body"],
    Edition: ["plan"],
    Membership: ["user", "party"],
    ConsultationResponse: ["addressee"],
    Report: ["activity", "party"],
    Round: ["agreement"],
}


@dataclass
class Change:
    """One field: its Swedish name, and what stood there before and after; empty means empty."""

    label: str
    old: str
    new: str

    @property
    def pieces(self):
        """The old and the new text as runs of words with those that differ marked, if the texts are akin at all."""
        return pieces(self.old, self.new)


def fields_of(record):
    """The fields of a historical record that a reader is shown, many-to-many ones last."""
    return [field for field in record.tracked_fields if field.name not in TECHNICAL] + list(record._history_m2m_fields)


def name_of(field):
    """What a field is called on the screen: as its form calls it, or as ``NAMES`` does where no form has it."""
    unnamed = str(field.verbose_name) == field.name.replace("_", " ")
    return capfirst(str(NAMES.get(field.name, field.verbose_name) if unnamed else field.verbose_name))


class Values:
    """The values of a page of historical records as text, with a fixed number of queries for each kind of row.

    ``user`` decides which rows are named; people are named only where ``names_shown``. ``hidden`` gives the
    names of the fields of a record that are not for the reader.
    """

    def __init__(self, records, user, *, names_shown, hidden=lambda record: ()):
        self.user, self.names_shown, self.hidden = user, names_shown, hidden
        self.many = _many_to_many(records)
        self.names = {}
        wanted = defaultdict(set)
        for record in records:
            for field in fields_of(record):
                if field.is_relation:
                    wanted[field.related_model].update(self._keys(record, field))
        for model, keys in wanted.items():
            self.names[model] = self._names(model, keys - {None})

    def text(self, record, field):
        """The field's value in ``record``; empty where there is none or no record."""
        if record is None:
            return ""
        if field.is_relation:
            names = self.names[field.related_model]
            unnamed = _("en person") if field.related_model in PEOPLE else _("borttagen rad")
            return _listed(sorted(names.get(key, unnamed) for key in self._keys(record, field) if key is not None))
        return _shown(field, getattr(record, field.attname))

    def changes(self, before, after):
        """The fields that differ between two records of a row; all that are filled in where one of them is None."""
        fields = [field for field in fields_of(after or before) if field.name not in self.hidden(after or before)]
        if before and after:
            fields = [field for field in fields if self._raw(before, field) != self._raw(after, field)]
        rows = [Change(name_of(field), self.text(before, field), self.text(after, field)) for field in fields]
        return [row for row in rows if row.old or row.new]

    def _raw(self, record, field):
        return set(self._keys(record, field)) if field.is_relation else getattr(record, field.attname)

    def _keys(self, record, field):
        if field.many_to_many:
            return self.many[type(record), field.name, record.history_id]
        return [getattr(record, field.attname)]

    def _names(self, model, keys):
        """key → name of the rows that the user may see."""
        if not keys or (model in PEOPLE and not self.names_shown):
            return {}
        rows = model._default_manager.filter(pk__in=keys)
        if model not in PEOPLE and hasattr(rows, "visible_to"):
            rows = rows.visible_to(self.user)
        if model in NAMED_BY:
            rows = rows.select_related(*NAMED_BY[model])
        return {row.pk: str(row) for row in rows}


def _many_to_many(records):
    """(record type, field, history id) → keys of the related rows then."""
    found = defaultdict(list)
    by_type = defaultdict(list)
    for record in records:
        by_type[type(record)].append(record.history_id)
    for record_type, ids in by_type.items():
        for field in record_type._history_m2m_fields:
            through = getattr(record_type, field.name).model
            column = f"{field.m2m_reverse_field_name()}_id"
            for history_id, key in through.objects.filter(history__in=ids).values_list("history_id", column):
                found[record_type, field.name, history_id].append(key)
    return found


def _listed(names):
    """Several names with semicolons between: they may be whole sentences, whose stops then go."""
    return "; ".join(name.removesuffix(".") for name in names) if len(names) > 1 else "".join(names)


def _shown(field, value):
    """A plain value as people write it."""
    if value is None or value == "":
        return ""
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, bool):
        return _("ja") if value else _("nej")
    if isinstance(field, models.DecimalField):
        return number(value)
    if isinstance(field, models.FileField):
        return PurePath(str(value)).name  # where it is stored is nobody's concern
    if isinstance(value, datetime.datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, datetime.time):
        return value.strftime("%H.%M")
    if field.name == "numbers":
        return str(Counts(value))
    if isinstance(field, models.JSONField):
        return ", ".join(f"{_field_name(field.model, name)}: {_basis(basis)}" for name, basis in sorted(value.items()))
    return str(value)


def _field_name(model, name):
    try:
        return str(model._meta.get_field(name).verbose_name)
    except FieldDoesNotExist:
        return name


def _basis(code):
    return str(dict(Basis.choices).get(code, code))
