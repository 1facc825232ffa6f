"""Questions, and updates, that are written once in each process and then asked with other values.

Django writes a question anew every time. With some joins that takes longer than the database needs to answer it.
"""

import datetime
import re
from functools import cache

from django.db import connection, connections, router
from django.db.models import Model, Value
from django.db.models.expressions import RawSQL
from django.db.models.sql import UpdateQuery


class Places:
    """What is sent with a statement: what is the same each time, and the values that are told in place of stand-ins."""

    def __init__(self, values, stand_ins):
        names = {_stored(stand_in): name for name, stand_in in stand_ins.items()}
        self.places = [(names.get(value), value) for value in values]

    def filled(self, told):
        told = {name: _stored(value) for name, value in told.items()}
        return [told[name] if name else value for name, value in self.places]


class Written:
    """The question of a ``values`` queryset in which stand-ins hold the places of what is told when it is asked.

    ``Written(rows.filter(slug="<slug>"), slug="<slug>").ask(slug="uppsala")`` gives the rows as {path: value}. A
    stand-in is a value that nothing else in the question has.
    """

    def __init__(self, rows, **stand_ins):
        self.rows = rows
        self.compiler = rows.query.get_compiler(rows.db)
        self.sql, values = self.compiler.as_sql()
        self.places = Places(values, stand_ins)
        self.paths = list(rows.query.selected)
        self.converters = self.compiler.get_converters([column for column, *_ in self.compiler.select])

    def ask(self, **told):
        with connections[self.rows.db].cursor() as cursor:  # which of several the router says each time
            cursor.execute(self.sql, self.places.filled(told))
            rows = self.compiler.apply_converters(cursor.fetchall(), self.converters)
        return [dict(zip(self.paths, row, strict=True)) for row in rows]


class Constant(Value):
    """A name of ours that stands in the question itself: a plan that is kept was made by what it is, not for any value.

    Otherwise PostgreSQL may find that it does best to plan anew each time, which can take longer than to answer.
    """

    def as_sql(self, compiler, connection):
        if not re.fullmatch("[a-z_]*", self.value):
            raise ValueError("Only names of ours, which need no escaping")
        return f"'{self.value}'", []


class WrittenUpdate:
    """The UPDATE of a plain queryset's rows: ``fields`` get the value that is told, others what ``constant`` says.

    Stand-ins as in Written hold the places of what the rows are found by.
    """

    def __init__(self, rows, fields, *, constant, **stand_ins):
        self.model, self.fields = rows.model, [rows.model._meta.get_field(name) for name in fields]
        told = {name: f"<{name}>" for name in fields}
        query = rows.query.chain(UpdateQuery)
        query.add_update_values({**constant, **{name: RawSQL("%s", [place]) for name, place in told.items()}})
        self.sql, values = query.get_compiler(rows.db).as_sql()
        self.places = Places(values, told | stand_ins)

    def run(self, values, **told):
        """How many rows got the ``values``, one for each of the fields; of a row that is pointed to, its key."""
        with connection.cursor() as cursor:
            cursor.execute(self.sql, self.sent(values, **told))
            return cursor.rowcount

    def sent(self, values, **told):
        """What is sent with the statement."""
        plain = {name: value.pk if isinstance(value, Model) else value for name, value in values.items()}
        values = {field.name: field.get_db_prep_save(plain[field.name], connection) for field in self.fields}
        return self.places.filled(values | told)


def _stored(value):
    if isinstance(value, datetime.datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return connection.ops.adapt_datefield_value(value) if isinstance(value, datetime.date) else value


def assembled(model, row):
    """The object that a row tells of, with those it points to, as ``select_related`` and ``only`` would give it.

    The keys that lead to them are among the paths of ``row``; what is not is left to be read when it is asked for.
    """
    names, columns, pointed_to = _shape(model, tuple(row))
    found = model.from_db(router.db_for_read(model), columns, [row[name] for name in names])
    for name, other, paths in pointed_to:
        key = row[name]
        below = {"id": key, **{path: row[whole] for whole, path in paths}}
        setattr(found, name, None if key is None else assembled(other, below))
    return found


@cache
def _shape(model, paths):
    """What of a row with these ``paths`` makes an object: the fields' names and columns, and those it points to.

    Of each of these the name, the model, and (path, path from there).
    """
    fields = [field for field in model._meta.concrete_fields if field.name in paths]
    below = {
        field: [(path, path.partition("__")[2]) for path in paths if path.startswith(f"{field.name}__")]
        for field in fields if field.is_relation
    }  # fmt: skip
    pointed_to = [(field.name, field.related_model, known) for field, known in below.items() if known]
    return [field.name for field in fields], [field.attname for field in fields], pointed_to
