"""History in which saving a row with its lists is one entry and not one per list."""

from contextlib import contextmanager

from simple_history.models import HistoricalRecords as SingleRecords


class HistoricalRecords(SingleRecords):
    """What models with lists in their history use: ``one_entry`` finds it on the model."""

    def contribute_to_class(self, cls, name):
        super().contribute_to_class(cls, name)
        cls.history_records = self


@contextmanager
def one_entry(row):
    """Save the row and set its lists within: its history gets one entry, of what they hold at the end.

    Left to itself the history writes an entry per list, and each holds every list. Where the model has another kind of
    history, or what is within fails, this does nothing.
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


def note_beside(row, lines):
    """Tell in the history of ``row`` what was changed in rows that belong to it and have no history of their own."""
    if lines:
        type(row).history.bulk_history_create([row], update=True, default_change_reason="; ".join(lines))
