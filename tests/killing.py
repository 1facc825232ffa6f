"""A portal that is killed while it works: python -m tests.killing VICTIM DATABASE TIMES.

VICTIM is a module that says what the work is: ``build()`` prepares it, ``waits()`` tells whether it still is to be
done, ``act(begin)`` does it after calling ``begin`` and returns whether it was acknowledged, and ``look()`` lists what
is stored: ``UNTOUCHED`` before and ``DONE`` afterwards.

A database is made, the work is done once in peace, and then as often as asked for a process of its own does it and is
killed (kill -9) somewhere on the way. Prints a line of JSON for each: how long it took, whether it was acknowledged,
what ``look`` finds afterwards, and whether the database is whole.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
import uuid
from importlib import import_module

import django
from django.db import connection
from django.test.utils import setup_test_environment

KILLS = int(os.environ.get("KILLS", 4))  # KILLS=100 now and then


def outcomes(victim, folder):
    """(acknowledged, what was found, "ok") of the work in peace and of each kill; new files go to the folder."""
    name = folder / "killed.sqlite3" if connection.vendor == "sqlite" else f"test_kill_{uuid.uuid4().hex[:8]}"
    command = [sys.executable, "-W", "ignore", "-m", "tests.killing", victim.__name__, str(name), str(KILLS)]
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings", "MEDIA_ROOT": str(folder / "media")}
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=120 + 10 * KILLS)
    assert done.returncode == 0, done.stderr
    found = [tuple(json.loads(line)[1:]) for line in done.stdout.splitlines()]
    assert len(found) == 1 + KILLS
    return found


def kill_one(victim, longest):
    """Let a process do the work for a while; None lets it finish. Returns (how long it took, acknowledged)."""
    ready, done = os.pipe(), os.pipe()
    connection.close()
    child = os.fork()
    if child == 0:
        acknowledged = victim.act(lambda: os.write(ready[1], b"!"))
        os.write(done[1], b"!" if acknowledged else b"?")
        os._exit(0)
    os.close(ready[1])
    os.close(done[1])
    os.read(ready[0], 1)
    began = time.monotonic()
    if longest is not None:
        time.sleep(random.uniform(0, longest))
        os.kill(child, signal.SIGKILL)
    _pid, status = os.waitpid(child, 0)
    if longest is None and status:
        sys.exit("The work failed.")
    took = time.monotonic() - began
    said = os.read(done[0], 1)
    os.close(ready[0])
    os.close(done[0])
    return took, said == b"!"


def state_of_database():
    if connection.vendor != "sqlite":
        return "ok"
    with connection.cursor() as cursor:
        return cursor.execute("PRAGMA integrity_check").fetchone()[0]


def main(victim, name, times):
    setup_test_environment()
    connection.settings_dict["TEST"].update(NAME=name, MIGRATE=False)
    before = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    victim.build()
    peace, said = kill_one(victim, None)
    print(json.dumps([peace, said, victim.look(), state_of_database()]), flush=True)
    for _time in range(int(times)):
        if not victim.waits():
            victim.build()
        took, said = kill_one(victim, peace * 1.1)
        print(json.dumps([took, said, victim.look(), state_of_database()]), flush=True)
    connection.close()
    connection.creation.destroy_test_db(before, verbosity=0)


if __name__ == "__main__":
    django.setup()
    main(import_module(sys.argv[1]), *sys.argv[2:])
