"""What activities said at earlier versions, as the cells of a spreadsheet would."""

from collections import defaultdict

from actionplans.models import Activity


class Past:
    """The texts of activities at earlier versions, from their history, in as many queries as there are lists."""

    def __init__(self, sheet, lines):
        self.sheet = sheet
        wanted = {(line.lineage, line.version) for line in lines}
        history = Activity.history.filter(
            edition=sheet.run.subject.pk,
            lineage__in=[line.lineage for line in lines],
            version__in=[line.version for line in lines],
        )
        records = history.exclude(history_type="-").order_by("history_id") if lines else []
        self.records = {key: record for record in records if (key := (str(record.lineage), record.version)) in wanted}
        self.lists = self._lists()

    def _lists(self):
        """(name of the list, history id) → keys of the rows in it then."""
        found = defaultdict(set)
        ids = [record.history_id for record in self.records.values()]
        for list_field in Activity.history.model._history_m2m_fields if ids else ():
            through = getattr(Activity.history.model, list_field.name).model
            column = f"{list_field.m2m_reverse_field_name()}_id"
            for history_id, key in through.objects.filter(history__in=ids).values_list("history_id", column):
                found[list_field.name, history_id].add(key)
        return found

    def texts(self, line):
        """Column → text of the line's activity at the version the line names; None where that is not known."""
        record = self.records.get((line.lineage, line.version))
        return record and {column: self._text(column, record) for column in self.sheet.columns}

    def _text(self, column, record):
        if column.is_many:
            return column.widget.text_of(self.lists[column.name, record.history_id])
        return column.widget.render(column.get_value(record))
