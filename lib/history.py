"""History in which saving a row with its lists is one entry and not one per list."""

from contextlib import contextmanager
from functools import cache

from django.db import connection, transaction
from django.utils import timezone
from simple_history.manager import HistoryManager
from simple_history.models import HistoricalRecords as SingleRecords

ENTRY = ("date", "type", "user", "change_reason")


class OneManager(HistoryManager):
    """The library's, of a class that is made once: the library makes it anew each time a row is saved."""

    @classmethod
    @cache
    def from_queryset(cls, queryset_class, class_name=None):
        return super().from_queryset(queryset_class, class_name)


class HistoricalRecords(SingleRecords):
    """What models with history use: ``one_entry`` finds it on the model."""

    def __init__(self, *args, **told):
        super().__init__(*args, **{"history_manager": OneManager} | told)

    def contribute_to_class(self, cls, name):
        super().contribute_to_class(cls, name)
        cls.history_records = self

    def create_historical_record_m2ms(self, history_instance, instance):
        """As the library's, but of the lists only their keys are read, and nothing of the rows they lead to."""
        for field in history_instance._history_m2m_fields:
            links = getattr(type(instance), field.name).through
            rows = links.objects.filter(**{field.m2m_field_name(): instance.pk})
            entry_of = self.m2m_models[field]
            keys = rows.values(*(column.attname for column in links._meta.concrete_fields))
            entry_of.objects.bulk_create([entry_of(history=history_instance, **row) for row in keys])


@contextmanager
def one_entry(row):
    """Save the row and set its lists within: its history gets one entry, of what they hold at the end.

    Left to itself the history writes an entry per list, and each holds every list. Where the model has no history, or
    what is within fails, this does nothing.
    """
    records = getattr(type(row), "history_records", None)
    if records is None:
        yield
        return
    kind = "+" if row._state.adding else "~"
    row.skip_history_when_saving = True
    try:
        yield
    finally:
        del row.skip_history_when_saving
    records.create_historical_record(row, kind)


def update_noted(update, values, *, by, pk, **told):
    """Run a WrittenUpdate that finds one row, and tell in its history how it is stored then; False if it found none.

    As the library's own ``bulk_history_create``, for rows without lists that are saved more often than others: the
    stored row is copied. PostgreSQL does both by one statement, which is all or nothing without a transaction.
    """
    entry = [connection.ops.adapt_datetimefield_value(timezone.now()), by and by.pk]
    copying, both = _noting(update)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(both, [*update.sent(values, pk=pk, **told), *entry])
            return cursor.rowcount == 1
        with transaction.atomic():
            found = update.run(values, pk=pk, **told) == 1
            if found:
                cursor.execute(copying, [*entry, pk])
            return found


@cache
def _noting(update):
    """The INSERT of what the history keeps of a row, with when, what kind, by whom and why; and with the UPDATE before.

    The first copies the row with the key that is told, the second what was updated.
    """
    model, name = update.model, connection.ops.quote_name
    history = model.history.model
    kept = ", ".join(name(field.column) for field in history.tracked_fields)
    entry = ", ".join(name(history._meta.get_field(f"history_{part}").column) for part in ENTRY)
    copying = f"INSERT INTO {name(history._meta.db_table)} ({kept}, {entry}) SELECT {kept}, %s, '~', %s, '' FROM"
    stored = f"{name(model._meta.db_table)} WHERE {name(model._meta.pk.column)} = %s"
    return f"{copying} {stored}", f"WITH written AS ({update.sql} RETURNING {kept}) {copying} written"


def note_beside(row, lines):
    """Tell in the history of ``row`` what was changed in rows that belong to it and have no history of their own."""
    if lines:
        type(row).history.bulk_history_create([row], update=True, default_change_reason="; ".join(lines))
