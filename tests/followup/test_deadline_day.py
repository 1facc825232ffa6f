"""The last day of a round in small: what bench/deadline_day.py plays with every municipality."""

import json
import os
import subprocess
import sys
import uuid

import pytest
from django.conf import settings
from django.db import connection

pytestmark = pytest.mark.own_processes

PARTIES = 12


@pytest.fixture
def address(tmp_path, django_db_blocker):
    """The address of an empty database of the kind that the suite runs on."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{tmp_path / 'day.sqlite3'}"
        return
    name = f"test_day_{uuid.uuid4().hex[:8]}"
    with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
        yield f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{name}"
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_twelve_parties_in_two_tabs_hand_in_at_once(address):
    command = [sys.executable, "-W", "ignore", "-m", "bench.deadline_day", str(PARTIES), "here"]
    env = {**os.environ, "DATABASE_URL": address, "DJANGO_SETTINGS_MODULE": "portal.settings"}
    day = subprocess.run(command, cwd=settings.BASE_DIR, env=env, capture_output=True, text=True, check=False)
    figures = json.loads(day.stdout.splitlines()[-1])
    found = {name: figures[name] for name in ("database", "present", "acknowledged", "lost", "faults")}
    assert found == {
        "database": connection.vendor,
        "present": PARTIES,
        "acknowledged": 2 * PARTIES,
        "lost": [],
        "faults": [],
    }
    assert day.returncode == 0
