"""The production profile starts only when everything it needs is safe. Each case is a process of its own."""

import os
import secrets
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.checks import run_checks
from django.db import connection

from parties.models import County
from portal.checks import safe_sqlite, ways_to_log_in

GOOD = {
    "PORTAL_PROFILE": "production",
    "SECRET_KEY": secrets.token_urlsafe(60),
    "ALLOWED_HOSTS": "portalen.example.se",
    "PORTAL_URL": "https://portalen.example.se",
    "CACHE_URL": "dbcache://portal_cache",
    "OIDC_PROVIDERS": "freja",
    "OIDC_FREJA_ISSUER": "https://legitimation.example.se",
    "OIDC_FREJA_CLIENT_ID": "portalen",
    "OIDC_FREJA_SECRET": secrets.token_urlsafe(30),
    "OIDC_FREJA_LEVELS": "http://id.elegnamnden.se/loa/1.0/loa3",
}
FILES = {"FILES_BUCKET": "filer", "FILES_KEY": "nyckel", "FILES_SECRET": secrets.token_urlsafe(30)}


def start(tmp_path, **changes):
    environment = {**GOOD, "DATABASE_URL": f"sqlite:///{tmp_path / 'p.sqlite3'}", "PATH": os.environ["PATH"], **changes}
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", "import portal.wsgi"],
        cwd=settings.BASE_DIR,
        env={name: value for name, value in environment.items() if value is not None},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_production_starts_when_all_is_set(tmp_path):
    assert start(tmp_path).returncode == 0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"SECRET_KEY": None}, "SECRET_KEY saknas"),
        ({"SECRET_KEY": "kort"}, "security.W009"),
        ({"SECRET_KEY": settings.DEMO_SECRET}, "portal.E001"),
        ({"ALLOWED_HOSTS": None}, "security.W020"),
        ({"PORTAL_URL": None}, "portal.E004"),
        ({"PORTAL_URL": "http://portalen.example.se"}, "portal.E004"),
        ({"OIDC_FREJA_ISSUER": "http://legitimation.example.se", "OIDC_FREJA_LEVELS": None}, "portal.E022"),
        ({"SECURE_SSL_REDIRECT": "false"}, "security.W008"),
        ({"PORTAL_PROFILE": "produktion"}, "PORTAL_PROFILE ska vara"),
        ({"DATABASE_REPLICA_URL": "postgres://db2/portal"}, "DATABASE_REPLICA_URL kan bara anges"),
        ({"CACHE_URL": "rediscache://cache:6379"}, "portal.E030"),
        (FILES | {"FILES_ENDPOINT": "http://files.example.se"}, "portal.E031"),
    ],
)
def test_production_refuses_to_start(tmp_path, changes, message):
    started = start(tmp_path, **changes)
    assert started.returncode != 0
    assert message in started.stderr


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="about SQLite's own settings")
def test_safe_sqlite_names_a_connection_that_takes_its_lock_late():
    mode, connection.transaction_mode = connection.transaction_mode, "DEFERRED"
    try:
        assert [error.id for error in safe_sqlite(None)] == ["portal.E002"]
    finally:
        connection.transaction_mode = mode


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "postgresql", reason="about PostgreSQL's own settings")
def test_what_is_asked_again_on_a_connection_is_planned_once():
    for _ in range(3):
        County.objects.filter(code="99").exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_prepared_statements WHERE statement LIKE '%parties_county%')")
        assert cursor.fetchone() == (True,)


@pytest.mark.parametrize(
    ("changes", "ids"),
    [
        ({}, []),
        ({"CACHES": {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}}, ["portal.E010"]),
        ({"LOCAL_PASSWORDS": False}, ["portal.E011"]),
        ({"REQUIRE_MFA": ["coordinator", "samordnare"]}, ["portal.E012"]),
    ],
)
def test_ways_to_log_in_names_what_is_missing(settings, changes, ids):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "x"}}
    for name, value in changes.items():
        setattr(settings, name, value)
    assert [error.id for error in ways_to_log_in(None)] == ids


@pytest.mark.django_db
def test_no_demo_accounts_names_open_demo_accounts(django_user_model):
    assert "portal.E003" not in {error.id for error in run_checks(include_deployment_checks=True)}
    django_user_model.objects.create_user("demo@exempel.invalid", name="Demo", is_demo=True)
    assert "portal.E003" in {error.id for error in run_checks(include_deployment_checks=True)}
