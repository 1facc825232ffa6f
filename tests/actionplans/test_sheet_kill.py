"""An import that is killed on the way (T8) is there as a whole or not at all, and what was acknowledged is there."""

import json
import os
import subprocess
import sys
import uuid

from django.conf import settings
from django.db import connection

from tests.actionplans.sheet_victim import IMPORTED, UNTOUCHED

KILLS = 5


def test_killed_import_is_all_or_nothing(tmp_path):
    name = tmp_path / "kill.sqlite3" if connection.vendor == "sqlite" else f"test_kill_{uuid.uuid4().hex[:8]}"
    command = [sys.executable, "-W", "ignore", "-m", "tests.actionplans.sheet_victim", str(name), str(KILLS)]
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings"}
    done = subprocess.run(command, cwd=settings.BASE_DIR, env=env, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    lived, *killed = [json.loads(line)[1:] for line in done.stdout.splitlines()]
    assert lived == [True, IMPORTED]
    assert len(killed) == KILLS
    for was_acknowledged, found in killed:
        assert found in ([IMPORTED] if was_acknowledged else [IMPORTED, UNTOUCHED])
