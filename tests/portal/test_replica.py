"""Public pages from a copy of the database: who reads where, and what happens when the copy is away or behind.

The copy of these tests is the test's own database under another name, so that what is asked there can be counted. One
that follows the primary, is stopped and started is in ``bench/replica.py``.
"""

from math import inf

import pytest
from django.conf import settings as configured
from django.db import connections
from django.test.utils import CaptureQueriesContext

from agreements.models import Agreement
from followup.models import Round
from followup.services import close_round
from parties.models import Role
from portal import replica
from portal.access import ACCESS, Audience
from portal.replica import MARK, PRIMARY, REPLICA, Router, Watch, reading_from
from tests import factories
from tests.test_access import DOORS, address, build

pytestmark = pytest.mark.django_db


def connected(alias, *, is_away=False):
    """A connection under that name to the test's database, with what the test has written; or one that was cut."""
    primary = connections[PRIMARY]
    primary.ensure_connection()
    found = connections.create_connection(alias)
    found.connection, found.in_atomic_block = primary.connection, True
    found.close_if_unusable_or_obsolete = lambda: None  # as the primary's in tests
    if is_away:
        found.connection = primary.get_new_connection(primary.get_connection_params())
        found.connection.close()
    return found


@pytest.fixture
def a_replica(db, settings, monkeypatch):
    """a_replica(): have a copy that keeps up, as it was last looked at; or was away by then."""
    settings.DATABASE_ROUTERS = ["portal.replica.Router"]
    settings.MIDDLEWARE = [*configured.MIDDLEWARE, "portal.replica.public_reads"]
    monkeypatch.setitem(connections.databases, REPLICA, connections[PRIMARY].settings_dict)

    def a_replica(*, is_away=False):
        connections[REPLICA] = connected(REPLICA, is_away=is_away)
        monkeypatch.setattr(replica.watch, "fit", True)
        monkeypatch.setattr(replica.watch, "next_look", inf)

    yield a_replica
    del connections[REPLICA]


@pytest.fixture
def asked(client):
    """asked(address): the status, and how many questions the primary and the copy got."""

    def asked(address):
        with (
            CaptureQueriesContext(connections[PRIMARY]) as primary,
            CaptureQueriesContext(connections[REPLICA]) as copy,
        ):
            response = client.get(address)
        return response.status_code, len(primary) > 0, len(copy) > 0

    return asked


@pytest.fixture
def agreement():
    return factories.AgreementFactory()


@pytest.mark.parametrize("page", ["/", "/sok/?q=samverkan", "{agreement}", "{agreement}handlingsplan/"])
def test_public_reads_ask_the_copy_alone(a_replica, asked, agreement, page):
    a_replica()
    assert asked(page.format(agreement=agreement.get_absolute_url())) == (200, False, True)


def test_public_reads_leave_the_primary_alone_at_every_door(a_replica, client, settings, tmp_path):
    """No page for everybody asks the primary for anything: it writes nothing, and goes past no router."""
    settings.MEDIA_ROOT = tmp_path
    world = build(Agreement.Status.IN_FORCE, "2020-01-01")
    for round in Round.objects.filter(closed_at=None):
        close_round(round=round, by=factories.UserFactory())
        round.publish(by=factories.UserFactory())
    a_replica()
    past, drawn = {}, 0
    for name in public_names():
        client.cookies.clear()
        with (
            CaptureQueriesContext(connections[PRIMARY]) as primary,
            CaptureQueriesContext(connections[REPLICA]) as copy,
        ):
            response = client.get(address(DOORS[name], name, world))
        response.close()
        past[name] = [question["sql"] for question in primary]
        drawn += response.status_code == 200 and len(copy) > 0
    assert {name: questions for name, questions in past.items() if questions} == {}
    assert drawn > 45


def public_names():
    """Of everybody's pages those that no secret opens, and that need no log-in under way."""
    opened = {"portal:calendar_feed", "parties:invitation_open", "agreements:response_open"}
    return [
        name for name, audience in ACCESS.items() if audience is Audience.ANYONE and ":" in name and name not in opened
    ]


def test_public_reads_ask_the_primary_for_whoever_has_signed_in(a_replica, asked, agreement, login_as):
    login_as(Role.READER)
    a_replica()
    assert asked(agreement.get_absolute_url()) == (200, True, False)


def test_public_reads_ask_the_primary_what_a_secret_opens(a_replica, asked):
    a_replica()
    assert asked("/kalender/hemligt.ics") == (404, True, False)


def test_public_reads_ask_the_primary_about_accounts(a_replica, client, asked):
    a_replica()
    assert asked("/konto/login/")[2] is False


def test_public_reads_let_a_visitor_see_what_the_visitor_wrote(a_replica, client, asked, agreement):
    a_replica()
    client.post("/konto/login/", {"login": "ingen@exempel.invalid", "password": "fel"})
    mark = client.cookies[MARK]
    assert (mark["max-age"], mark["httponly"], mark["samesite"]) == (8, True, "Lax")
    assert asked(agreement.get_absolute_url()) == (200, True, False)


def test_public_reads_mark_whoever_logs_out_and_nobody_who_stays(a_replica, client, login_as):
    login_as(Role.READER)
    a_replica()
    client.post("/mina-inloggningar/fortsatt/")
    assert MARK not in client.cookies
    client.post("/konto/logout/")
    assert client.cookies[MARK].value == "1"


def test_public_reads_draw_the_page_from_the_primary_when_the_copy_fails(a_replica, client, asked, agreement):
    a_replica(is_away=True)
    assert asked(agreement.get_absolute_url()) == (200, True, False)
    assert replica.watch.fit is False
    assert asked(agreement.get_absolute_url()) == (200, True, False)


def test_router_reads_where_it_is_told_and_writes_to_the_primary(a_replica):
    a_replica()
    with reading_from(REPLICA):
        rows = Agreement.objects.all()
        assert (rows.db, rows.select_for_update().db, Router().db_for_write(Agreement)) == (REPLICA, PRIMARY, PRIMARY)
    assert Agreement.objects.all().db == PRIMARY


def test_router_saves_what_was_read_from_the_copy_in_the_primary(a_replica, agreement):
    a_replica()
    with reading_from(REPLICA):
        found = Agreement.objects.get(pk=agreement.pk)
        assert found._state.db == REPLICA
        found.county = agreement.county
        found.short_name = "Ny"
        found.save()
        assert found._state.db == PRIMARY


def test_router_migrates_the_primary_alone():
    assert [Router().allow_migrate(alias, "parties") for alias in (PRIMARY, REPLICA)] == [True, False]


@pytest.mark.parametrize("is_away", [False, True], ids=["no copy", "away"])
def test_watch_reads_no_database_that_is_no_copy_or_does_not_answer(a_replica, is_away):
    a_replica(is_away=is_away)
    watch = Watch()
    assert watch.is_fit() is False
    watch.fit = "as it was"
    assert watch.is_fit() == "as it was"  # not asked again within the same second
