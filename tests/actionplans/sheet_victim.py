"""A portal that is killed while it imports: python -m tests.actionplans.sheet_victim DATABASE TIMES.

It makes a database with a draft of many rows, and then as often as asked for lets a process of its own import a
changed file and kills that process (kill -9) somewhere on the way. Prints a line of JSON for each: how long it lived,
whether it had said that it was done, and what the database holds afterwards.
"""

import json
import os
import random
import signal
import sys
import time

import django

django.setup()

from django.db import connection, transaction  # noqa: E402 (models only after set-up)

from actionplans.models import Activity, Edition, Step  # noqa: E402
from actionplans.sheet_import import import_staged_plan, preview_plan, stage_plan  # noqa: E402
from agreements.models import StagedWorkbook  # noqa: E402
from parties.models import User  # noqa: E402
from tests.actionplans.sheets import coordinator_of, make_edition, opened  # noqa: E402

ROWS, CHANGED, NEW = 20, 10, 2
UNTOUCHED = [0, 0, 0, 0, 1, 0, "ok"]
IMPORTED = [CHANGED, NEW, CHANGED + NEW, 1, 0, 0, "ok"]


class Session:
    session_key = "session"


@transaction.atomic
def build():
    """A draft, and a file that changes every other title of it and adds two rows, waiting for its import."""
    edition = make_edition(*map(str, range(ROWS)))
    book = opened(edition)
    for number in range(0, ROWS, 2):
        book.write(str(number), Aktivitet=f"Ändrad {number}")
    for number in range(NEW):
        book.insert("1", Aktivitet=f"Ny {number}")
    stage_plan(user=coordinator_of(edition), session=Session, name="plan.xlsx", grids=book.grids())


def read_in(ready, done):
    """Import as the view does: the file is used up in the same transaction."""
    staged, edition = StagedWorkbook.objects.get(), Edition.objects.latest("pk")
    user = User.objects.get(pk=staged.user_id)
    expected = staged.digest + preview_plan(staged, edition=edition, by=user).fingerprint
    os.write(ready, b"!")
    result = import_staged_plan(staged, edition=edition, by=user, expected=expected, choices={})
    os.write(done, b"!" if result.saved else b"?")


def look():
    """Changed and new rows, their history, steps, files that wait, numbers on their way, and if the file is whole."""
    rows = Edition.objects.latest("pk").activities
    titles = list(rows.values_list("title", flat=True))
    changed, new = (sum(title.startswith(word) for title in titles) for word in ("Ändrad", "Ny"))
    imported = Activity.history.filter(edition=Edition.objects.latest("pk").pk, history_change_reason__contains="plan")
    steps = Step.objects.filter(edition=Edition.objects.latest("pk"))
    found = [changed, new, imported.count(), steps.count(), StagedWorkbook.objects.count()]
    whole = "ok"
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            whole = cursor.execute("PRAGMA integrity_check").fetchone()[0]
    return [*found, rows.filter(number__startswith="~").count(), whole]


def kill_one(longest):
    """Import in a process that lives for a while; None lets it finish. Returns (how long, said to be done)."""
    ready, done = os.pipe(), os.pipe()
    connection.close()
    child = os.fork()
    if child == 0:
        read_in(ready[1], done[1])
        os._exit(0)
    os.close(ready[1])
    os.close(done[1])
    os.read(ready[0], 1)
    began = time.monotonic()
    if longest is not None:
        time.sleep(random.uniform(0, longest))
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    lived = time.monotonic() - began
    said = os.read(done[0], 1)
    os.close(ready[0])
    os.close(done[0])
    return lived, said == b"!"


def main():
    name, times = sys.argv[1], int(sys.argv[2])
    connection.settings_dict["TEST"].update(NAME=name, MIGRATE=False)
    before = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    build()
    whole, said = kill_one(None)
    print(json.dumps([whole, said, look()]), flush=True)
    for _time in range(times):
        if not StagedWorkbook.objects.exists():
            build()
        lived, said = kill_one(whole * 1.1)
        print(json.dumps([lived, said, look()]), flush=True)
    connection.close()
    connection.creation.destroy_test_db(before, verbosity=0)


if __name__ == "__main__":
    main()
