"""A log-in: when it ends, when it gets a new key, where it is seen and ended, and what its cookie says (T19)."""

import datetime
import json
import os
import subprocess
import sys

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.conf import settings as configured
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lib.sessions import SessionStore
from parties.accounts import close_account, end_sessions, reopen_account
from parties.models import AuditEvent, FeedKey, Role
from parties.services import join
from portal.session_views import device
from portal.sessions import BY_ITSELF
from tests import factories as make
from tests.portal.test_production import GOOD

pytestmark = pytest.mark.django_db

PASSWORD = "ett lösenord som är långt"
START = datetime.datetime(2026, 6, 1, 6, tzinfo=datetime.UTC)
PAGE, LEFT = "/tillganglighet/", "/mina-inloggningar/tid-kvar/"


@pytest.fixture
def person(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # not what is tested here
    user = make.UserFactory()
    user.set_password(PASSWORD)
    user.save()
    return user


def log_in(client, user):
    response = client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    assert response.status_code == 302
    return key_of(client)


def key_of(client):
    cookie = client.cookies.get(configured.SESSION_COOKIE_NAME)
    return cookie.value if cookie else ""


def is_in(client):
    """Whether somebody is logged in, asked in a way that is no activity."""
    return client.get(LEFT).status_code == 200


def turn_page(client):
    assert client.get(PAGE).status_code == 200


def browsers(user, number):
    clients = [Client() for _ in range(number)]
    for client in clients:
        client.force_login(user)
    return clients


# --- How long ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("minutes", "stays"), [(29, True), (31, False)])
def test_log_in_ends_after_half_an_hour_without_activity(client, person, minutes, stays):
    with time_machine.travel(START, tick=False) as clock:
        client.force_login(person)
        clock.shift(datetime.timedelta(minutes=10))
        turn_page(client)
        clock.shift(datetime.timedelta(minutes=minutes))
        assert is_in(client) is stays


def test_log_in_ends_after_twelve_hours_of_work(client, person):
    with time_machine.travel(START, tick=False) as clock:
        client.force_login(person)
        for _ in range(35):
            clock.shift(datetime.timedelta(minutes=20))
            turn_page(client)
        clock.shift(datetime.timedelta(minutes=19))
        assert is_in(client)
        clock.shift(datetime.timedelta(minutes=2))
        assert not is_in(client)


def test_limits_are_settings(client, person, settings):
    settings.SESSION_COOKIE_AGE, settings.SESSION_HOURS = 5 * 60, 1
    with time_machine.travel(START, tick=False) as clock:
        client.force_login(person)
        for _ in range(14):
            clock.shift(datetime.timedelta(minutes=4))
            turn_page(client)
        clock.shift(datetime.timedelta(minutes=4, seconds=1))
        assert not is_in(client)
        client.force_login(person)
        clock.shift(datetime.timedelta(minutes=5))
        assert not is_in(client)


@pytest.mark.parametrize("name", sorted(BY_ITSELF))
def test_what_a_page_asks_for_by_itself_is_no_activity(client, name):
    """Twenty minutes with the page open, and asking, and eleven more: nobody has been there for half an hour."""
    url, user = page_that_asks(name)
    with time_machine.travel(START, tick=False) as clock:
        client.force_login(user)
        for _ in range(10):
            clock.shift(datetime.timedelta(minutes=2))
            asked = client.post if "presence" in name else client.get
            assert asked(url, headers={"HX-Request": "true"}).status_code == 200
        clock.shift(datetime.timedelta(minutes=11))
        assert not is_in(client)


def page_that_asks(name):
    """An address that a page asks by itself, and somebody who has such a page open."""
    if name.startswith("portal:"):
        return reverse(name), make.UserFactory()
    if name == "followup:party_presence":
        respondent = make.RespondentFactory()
        round = respondent.round
        agreement, role, party = round.agreement, Role.REPORTER, respondent.party
        make.AccessionFactory(agreement=agreement, party=party)
        args = [agreement.slug, round.label, party.key]
    else:
        edition = make.EditionFactory()
        agreement, role, party = edition.plan.agreement, Role.COORDINATOR, edition.plan.agreement.coordinating_party
        args = [agreement.slug, edition.plan.key, edition.label]
    user = make.UserFactory()
    join(user=user, party=party, role=role, starts_on=datetime.date(2020, 1, 1))
    return reverse(name, args=args), user


def test_activity_is_written_down_once_a_minute(client, person):
    def writes():
        with CaptureQueriesContext(connection) as asked:
            turn_page(client)
        return sum("UPDATE" in query["sql"] for query in asked)

    with time_machine.travel(START, tick=False) as clock:
        client.force_login(person)
        assert writes() == 0
        clock.shift(datetime.timedelta(seconds=61))
        assert (writes(), writes()) == (2, 0)  # when it ends, and when it was last used


def test_what_a_late_request_stores_does_not_make_the_log_in_longer(person):
    client = Client()
    with time_machine.travel(START, tick=False) as clock:
        client.force_login(person)
        ends = Session.objects.get().expire_date
        clock.shift(datetime.timedelta(minutes=5))
        session = SessionStore(key_of(client))
        session.load()
        session.by_itself = True
        session["noted"] = 1
        session.save()
        assert Session.objects.get().expire_date == ends


# --- Keys -------------------------------------------------------------------------------------------------------------


def planted_unknown(client, person):
    return "a" * 32


def planted_visitor(client, person):
    session = SessionStore()
    session["planted"] = 1
    session.create()
    return session.session_key


def planted_person(client, person):
    other = Client()
    other.force_login(make.UserFactory())
    return key_of(other)


@pytest.mark.parametrize("plant", [planted_unknown, planted_visitor, planted_person])
def test_key_that_somebody_planted_is_not_the_key_after_log_in(client, person, plant):
    key = plant(client, person)
    client.cookies[configured.SESSION_COOKIE_NAME] = key
    if plant is planted_person:
        client.post(reverse("account_logout"))
        client.cookies[configured.SESSION_COOKIE_NAME] = key
    assert log_in(client, person) not in ("", key)
    assert not Session.objects.filter(pk=key).exists()
    intruder = Client()
    intruder.cookies[configured.SESSION_COOKIE_NAME] = key
    assert not is_in(intruder)


def give_role(user):
    join(user=user, party=make.PartyFactory(), role=Role.READER)


def end_role(user):
    user.memberships.update(starts_on=datetime.date(2020, 1, 1), ends_on=datetime.date(2020, 1, 2))


def make_administrator(user):
    user.is_staff = True
    user.save()


@pytest.mark.parametrize("change", [give_role, end_role, make_administrator])
def test_changed_roles_give_the_log_in_a_new_key(client, person, change):
    join(user=person, party=make.PartyFactory(), role=Role.REPORTER)
    client.force_login(person)
    before = key_of(client)
    turn_page(client)
    assert key_of(client) == before
    change(person)
    client.get(PAGE, headers={"HX-Request": "true"})
    assert key_of(client) == before  # what the page asks for meanwhile keeps the key that the others of the page have
    turn_page(client)
    assert is_in(client)
    assert key_of(client) != before
    assert not Session.objects.filter(pk=before).exists()
    assert list(UserSession.objects.values_list("session_key", flat=True)) == [key_of(client)]


def test_a_role_that_begins_today_gives_a_new_key(client, person):
    with time_machine.travel(START, tick=False) as clock:
        give_role(person)
        person.memberships.update(starts_on=datetime.date(2026, 6, 2))
        clock.move_to(datetime.datetime(2026, 6, 1, 21, 50, tzinfo=datetime.UTC))
        client.force_login(person)
        before = key_of(client)
        turn_page(client)
        assert key_of(client) == before
        clock.shift(datetime.timedelta(minutes=11))  # midnight in Stockholm
        turn_page(client)
        assert key_of(client) != before


def test_log_out_leaves_nothing_behind(client, person):
    key = log_in(client, person)
    client.post(reverse("account_logout"))
    assert not Session.objects.filter(pk=key).exists()
    assert not UserSession.objects.exists()
    client.cookies[configured.SESSION_COOKIE_NAME] = key
    assert not is_in(client)


def test_new_password_ends_the_other_log_ins(client, person):
    [elsewhere] = browsers(person, 1)
    log_in(client, person)
    data = {"oldpassword": PASSWORD, "password1": "ett helt nytt lösenord", "password2": "ett helt nytt lösenord"}
    assert client.post(reverse("account_change_password"), data).status_code == 302
    assert (is_in(client), is_in(elsewhere)) == (True, False)
    assert list(UserSession.objects.values_list("session_key", flat=True)) == [key_of(client)]


def test_log_in_sweeps_what_has_ended(client, person):
    with time_machine.travel(START, tick=False) as clock:
        browsers(make.UserFactory(), 3)
        clock.shift(datetime.timedelta(hours=1))
        log_in(client, person)
    assert list(Session.objects.values_list("pk", flat=True)) == [key_of(client)]
    assert list(UserSession.objects.values_list("session_key", flat=True)) == [key_of(client)]


# --- Where, and ending it there ---------------------------------------------------------------------------------------


def test_session_list_shows_own_log_ins(client, person, django_assert_num_queries):
    make.UserFactory()
    browsers(make.UserFactory(), 1)
    client.force_login(person)
    UserSession.objects.filter(user=person).update(
        ip="192.0.2.7", user_agent="Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"
    )
    with django_assert_num_queries(queries := 3):
        page = client.get(reverse("portal:session_list")).content.decode()
    assert ("Firefox på Windows" in page, "192.0.2.7" in page, page.count("Logga ut där")) == (True, True, 0)
    browsers(person, 30)
    with django_assert_num_queries(queries):
        page = client.get(reverse("portal:session_list")).content.decode()
    assert page.count("Logga ut där") == 30


@pytest.mark.parametrize(
    ("user_agent", "said"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/126.0 Safari/537.36 Edg/126.0", "Edge på Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/126.0 Safari/537.36", "Chrome på Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/604.1", "Safari på iPhone"),
        ("Mozilla/5.0 (Linux; Android 14; rv:127.0) Gecko/127.0 Firefox/127.0", "Firefox på Android"),
        ("<b>curl</b>", "Okänd webbläsare"),
    ],
)
def test_device_is_told_in_plain_words(user_agent, said):
    assert device(user_agent) == said


def test_session_end_ends_one_and_only_ones_own(client, person):
    client.force_login(person)
    mine, other = browsers(person, 2)
    [theirs] = browsers(make.UserFactory(), 1)
    rows = {key: UserSession.objects.get(session_key=key_of(who)).pk for key, who in
            {"here": client, "mine": mine, "theirs": theirs}.items()}  # fmt: skip
    statuses = {name: client.post(reverse("portal:session_end", args=[pk])).status_code for name, pk in rows.items()}
    assert statuses == {"here": 404, "mine": 302, "theirs": 404}
    assert [is_in(who) for who in (client, mine, other, theirs)] == [True, False, True, True]
    line = AuditEvent.objects.get(kind=AuditEvent.Kind.SESSIONS_ENDED)
    assert (line.actor, line.person, line.about) == (person, person, "1")


@pytest.mark.parametrize(("data", "here"), [({}, True), ({"also_here": "1"}, False)])
def test_session_end_all_logs_out_everywhere(client, person, data, here):
    client.force_login(person)
    others = browsers(person, 3)
    [stranger] = browsers(make.UserFactory(), 1)
    response = client.post(reverse("portal:session_end_all"), data)
    assert response.url == (reverse("portal:session_list") if here else reverse("account_login"))
    assert [is_in(who) for who in others] == [False] * 3
    assert (is_in(client), is_in(stranger)) == (here, True)


def warned(client):
    page = client.get(reverse("portal:session_left")).content.decode()
    return "Fortsätt vara inloggad" in page, "logga in igen" in page


def test_session_left_warns_in_time_and_session_keep_lets_the_person_go_on(client, person):
    with time_machine.travel(START, tick=False) as clock:
        client.force_login(person)
        assert warned(client) == (False, False)
        clock.shift(datetime.timedelta(minutes=28, seconds=5))
        assert warned(client) == (True, False)
        kept = client.post(reverse("portal:session_keep"), headers={"HX-Request": "true"})
        assert 'data-seconds="1800"' in kept.content.decode()
        clock.shift(datetime.timedelta(minutes=29))
        assert is_in(client)


def test_session_left_tells_when_nothing_helps(client, person):
    with time_machine.travel(START, tick=False) as clock:
        client.force_login(person)
        for _ in range(35):
            clock.shift(datetime.timedelta(minutes=20))
            turn_page(client)
        clock.shift(datetime.timedelta(minutes=18, seconds=5))
        client.post(reverse("portal:session_keep"))
        assert warned(client) == (False, True)


# --- Accounts ---------------------------------------------------------------------------------------------------------


def test_close_account_ends_all_and_reopening_revives_nothing(client, person):
    make.FeedKeyFactory(user=person)
    administrator = make.UserFactory()
    here, there = browsers(person, 2)
    close_account(user=person, by=administrator, reason="Har slutat")
    assert not Session.objects.exists()
    assert not UserSession.objects.exists()
    assert not FeedKey.objects.exists()
    reopen_account(user=person, by=administrator, reason="Kom tillbaka")
    assert (is_in(here), is_in(there)) == (False, False)
    log_in(client, person)
    assert is_in(client)
    lines = AuditEvent.objects.filter(kind=AuditEvent.Kind.ACCOUNT).order_by("pk")
    assert [(line.actor, line.person, line.changes, line.reason) for line in lines] == [
        (administrator, person, {"is_active": [True, False]}, "Har slutat"),
        (administrator, person, {"is_active": [False, True]}, "Kom tillbaka"),
    ]


def test_reopen_account_revives_nothing_however_it_was_closed(person):
    used, unused = browsers(person, 2)
    type(person).objects.filter(pk=person.pk).update(is_active=False)
    assert not is_in(used)
    type(person).objects.filter(pk=person.pk).update(is_active=True)
    assert not is_in(used)  # the first request after the closing took the session away
    type(person).objects.filter(pk=person.pk).update(is_active=False)
    person.refresh_from_db()
    reopen_account(user=person, by=make.UserFactory(), reason="Kom tillbaka")
    assert not is_in(unused)


def test_end_sessions_knows_every_log_in_however_it_began(client, person):
    browsers(person, 2)
    log_in(client, person)
    assert end_sessions(user=person) == 3
    assert not Session.objects.exists()


def test_session_of_unknown_age_is_ended(client, person):
    client.force_login(person)
    session = client.session
    del session["began"]
    session.save()
    assert not is_in(client)
    assert not Session.objects.exists()


# --- The cookie -------------------------------------------------------------------------------------------------------


def test_cookie_of_the_demo_is_for_the_server_and_until_the_browser_closes(client, person):
    log_in(client, person)
    cookie = client.cookies[configured.SESSION_COOKIE_NAME]
    flags = {name: cookie[name] for name in ("httponly", "samesite", "path", "domain", "max-age", "expires")}
    assert flags == {"httponly": True, "samesite": "Lax", "path": "/", "domain": "", "max-age": "", "expires": ""}


def test_cookies_in_production_have_flags_and_prefix(tmp_path):
    names = [f"{kind}_COOKIE_{flag}" for kind in ("SESSION", "CSRF")
             for flag in ("NAME", "SECURE", "SAMESITE", "PATH", "DOMAIN")]  # fmt: skip
    names += ["SESSION_COOKIE_HTTPONLY", "SESSION_EXPIRE_AT_BROWSER_CLOSE", "SESSION_COOKIE_AGE", "SESSION_HOURS"]
    code = "import json, django; django.setup(); from django.conf import settings; "
    code += f"print(json.dumps([getattr(settings, name) for name in {names}]))"
    environment = {**GOOD, "DATABASE_URL": f"sqlite:///{tmp_path / 'p.sqlite3'}", "PATH": os.environ["PATH"]}
    environment |= {"DJANGO_SETTINGS_MODULE": "portal.settings", "SESSION_IDLE_MINUTES": "15", "SESSION_HOURS": "8"}
    shown = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=configured.BASE_DIR, env=environment, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    session = ["__Host-session", True, "Lax", "/", None]
    assert json.loads(shown.stdout) == [*session, "__Host-csrf", *session[1:], True, True, 15 * 60, 8]
