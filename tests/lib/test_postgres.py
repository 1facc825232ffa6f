"""The look at an idle connection: it asks nothing, and sees that the server has ended it; and how often it plans."""

from contextlib import closing

import pytest
from django.db import connection

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(connection.vendor != "postgresql", reason="about PostgreSQL's connections"),
]


@pytest.fixture
def other():
    """A connection of its own to the same database, and a function that lets the server end it."""
    other = own_connection()

    def end():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [other.connection.info.backend_pid])

    yield other, end
    other.close()


def own_connection():
    """One more connection to the database of the tests, outside the test's transaction."""
    own = connection.copy()
    own.ensure_connection()
    return own


def test_idle_connection_is_usable_without_a_question(other, monkeypatch):
    other, _ = other
    monkeypatch.setattr(other.connection, "cursor", None)  # whoever asks fails
    assert other.is_usable()


def test_connection_that_the_server_ended_is_not(other):
    other, end = other
    end()
    assert not other.is_usable()


def test_what_has_something_to_read_is_asked(other):
    other, _ = other
    with other.cursor() as cursor:
        cursor.execute("LISTEN news")
    with closing(own_connection()) as third, third.cursor() as cursor:
        cursor.execute("NOTIFY news")
    assert other.is_usable()


def test_connection_that_was_closed_is_not(other):
    other, _ = other
    other.connection.close()
    assert not other.is_usable()


def test_page_after_the_server_ended_the_connection_is_answered(other):
    other, end = other
    other.settings_dict = {**other.settings_dict, "CONN_HEALTH_CHECKS": True}
    other.health_check_enabled = True
    end()
    other.close_if_unusable_or_obsolete()  # as before every request
    other.health_check_done = False
    with other.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)


@pytest.mark.parametrize(
    ("threshold", "own", "expected"),
    [
        (2, None, "force_generic_plan"),
        (2, "-c statement_timeout=9000", "force_generic_plan"),
        (None, None, "auto"),  # nothing is prepared, as behind a pooler that takes no options
    ],
)
def test_what_is_prepared_is_planned_once(monkeypatch, threshold, own, expected):
    options = connection.settings_dict["OPTIONS"] | {"prepare_threshold": threshold} | ({"options": own} if own else {})
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", options)
    with closing(own_connection()) as other, other.cursor() as cursor:
        cursor.execute("SELECT current_setting('plan_cache_mode'), current_setting('statement_timeout')")
        assert cursor.fetchone() == (expected, "9s" if own else "0")


def test_what_a_mix_of_pages_asks_stays_prepared():
    with closing(own_connection()) as other, other.cursor() as cursor:
        for _visit in range(3):
            for number in range(300):
                cursor.execute(f"SELECT {number}")
        cursor.execute("SELECT count(*) FROM pg_prepared_statements")
        assert cursor.fetchone()[0] >= 300
