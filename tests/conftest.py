"""Fixtures for all tests: the cast, and a way to log one of them in."""

import gc
from importlib import import_module

import pytest
from _pytest import main
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from hypothesis import settings as hypothesis_settings

from lib.calls import roomy
from parties import register
from parties.models import Role
from parties.services import join
from tests import factories

people = import_module("parties.migrations.0005_people")

ANONYMOUS = "anonymous"
CAST = (ANONYMOUS, *Role.values)

# The same examples on every machine and run; what a run finds becomes a test case of its own.
hypothesis_settings.register_profile("portal", derandomize=True, deadline=None, database=None, max_examples=50)
hypothesis_settings.load_profile("portal")


def pytest_addoption(parser):
    parser.addoption("--screenshots", metavar="FOLDER", help="keep pictures of the pages that browser tests visit")
    parser.addoption("--database-only", action="store_true", help="leave out what asks no database: another run has it")


def pytest_configure(config):
    config.addinivalue_line("markers", "own_processes: starts processes that ask the database themselves")
    if config.getoption("--database-only"):  # what is made up here meets the rules in the other run as well
        hypothesis_settings.register_profile("beside", parent=hypothesis_settings.get_profile("portal"), max_examples=5)
        hypothesis_settings.load_profile("beside")


DATABASE = {"db", "django_db_setup"}


def asks_a_database(item):
    """Whether the test's answer can be another on another database."""
    marks = any(item.get_closest_marker(name) for name in ("django_db", "own_processes"))
    return marks or not DATABASE.isdisjoint(item.fixturenames)


def pytest_collection_modifyitems(config, items):
    """Leave out the tests that are the same whichever database there is, where another run has them."""
    if config.getoption("--database-only"):
        config.hook.pytest_deselected(items=[item for item in items if not asks_a_database(item)])
        items[:] = filter(asks_a_database, items)


def pytest_collection_finish():
    """Leave out what costs every test time and tells nothing; together a quarter of the suite."""
    settings.WHITENOISE_AUTOREFRESH = True  # else each test's client lists all static files when it starts
    gc.collect()
    gc.freeze()  # what is imported by now lives to the end: the collector need not look through it again and again
    gc.set_threshold(20_000, 20, 100)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session):
    """As pytest's own, with room for deep calls as the portal has it: a seventh of the time."""
    return roomy(main.pytest_runtestloop)(session)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """The register of counties and the log's own lock are there in every test, with and without --migrations.

    A response that a test closes itself leaves the connection open: PostgreSQL would lose the test's transaction.
    """
    connection.close_if_unusable_or_obsolete = lambda: None
    with django_db_blocker.unblock():
        register.load()
        with connection.schema_editor() as editor:
            people.refuse_changes(None, editor)


def learn_tables():
    """Let the database learn what the tables hold: nothing of a test is ever committed, so by itself it never does.

    For worlds that are asked much of: PostgreSQL may need seconds for a rule's question that then takes milliseconds.
    """
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


@pytest.fixture
def login_as(client):
    """login_as(role, party=…): log ``client`` in as a new person with that one hat, and return the person.

    ``anonymous`` logs out. Without a party the hat belongs to a party of its own. ``group`` narrows the hat to the
    group of one body; ``starts_on`` and ``ends_on`` limit it in time.
    """

    def login_as(role, *, party=None, **hat):
        if role == ANONYMOUS:
            client.logout()
            return AnonymousUser()
        user = factories.UserFactory()
        join(user=user, party=party or factories.PartyFactory(), role=role, **hat)
        client.force_login(user)
        return user

    return login_as
