"""Runs of send_reminders that begin together, or are killed on the way: one letter for each, never two."""

import json
import os
import subprocess
import sys
import uuid

import pytest
from django.conf import settings
from django.db import connection

from tests import killing
from tests.followup import killed_reminders

pytestmark = pytest.mark.own_processes

RUNS = 50


def test_send_reminders_at_once_is_one_letter_each(tmp_path):
    name = tmp_path / "once.sqlite3" if connection.vendor == "sqlite" else f"test_once_{uuid.uuid4().hex[:8]}"
    command = [sys.executable, "-W", "ignore", "-m", killed_reminders.__name__, str(name), str(RUNS)]
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings", "MEDIA_ROOT": str(tmp_path / "media")}
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=env, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [0, 0, killed_reminders.DONE], done.stderr


def test_send_reminders_killed_sends_nothing_twice_and_loses_at_most_the_letter_in_hand(tmp_path):
    in_peace, *killed = killing.outcomes(killed_reminders, tmp_path)
    assert in_peace == (True, killed_reminders.DONE, "ok")
    assert {(tuple(found), whole) for _acknowledged, found, whole in killed} == {(tuple(killed_reminders.DONE), "ok")}
