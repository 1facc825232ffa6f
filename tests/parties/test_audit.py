"""The log of people and rights: what is written there stays."""

import pytest
from django.db import DatabaseError, connection, transaction

from parties.audit import log
from parties.models import AuditEvent, Unchangeable
from tests import factories as make

pytestmark = pytest.mark.django_db

CHANGES = {
    "save": lambda event: event.save(),
    "delete": lambda event: event.delete(),
    "update of many": lambda event: AuditEvent.objects.update(about="Annat"),
    "delete of many": lambda event: AuditEvent.objects.all().delete(),
    "bulk update": lambda event: AuditEvent.objects.bulk_update([event], ["about"]),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_log_is_append_only(change):
    event = log(AuditEvent.Kind.LOGIN, by=make.UserFactory(), about="Inloggning")
    with pytest.raises(Unchangeable):
        change(event)
    assert AuditEvent.objects.get().about == "Inloggning"


# On SQLite, where there are no roles of the database, tests empty tables by DELETE: see the migration.
IN_SQL = ["UPDATE parties_auditevent SET about = 'Annat'"]
IN_SQL += ["DELETE FROM parties_auditevent"] if connection.vendor == "postgresql" else []


@pytest.mark.parametrize("sql", IN_SQL)
def test_database_refuses_changes_of_the_log(sql):
    log(AuditEvent.Kind.LOGIN, about="Inloggning")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert AuditEvent.objects.get().about == "Inloggning"
