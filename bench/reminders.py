"""What the run of reminders costs: python -m bench.reminders [PEOPLE …]

For each number of people a database of its own is filled and ``manage.py send_reminders`` is run once, in a process of
its own, with letters that go nowhere. Told are the seconds, the questions to the database per thousand people and the
most memory the process held; memory that grows with the number of people would be a fault. DATABASE_URL decides which
database; without it SQLite. Judges nothing.
"""

import datetime
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from io import StringIO
from pathlib import Path

PEOPLE_PER_PARTY, ROUNDS, ACTIVITIES = 4, 3, 5


def fill(people):
    """Parties with four people each, asked in three rounds of different counties, five answers left in each."""
    from django.contrib.auth.models import Group
    from django.utils import timezone

    from followup.models import Report, Respondent
    from parties.models import Membership, Party, Role, User
    from parties.rights import party_group
    from tests import factories as make

    today = timezone.localdate()
    rounds = [make.RoundFactory(due_on=today + datetime.timedelta(days=10 + n)) for n in range(ROUNDS)]
    activities = {
        round: make.ActivityFactory.create_batch(ACTIVITIES, edition__plan__agreement=round.agreement)
        for round in rounds
    }
    parties = [make.PartyFactory() for _number in range(people // PEOPLE_PER_PARTY)]
    groups: dict[int, Group] = {party.pk: party_group(party, Role.REPORTER) for party in parties}
    users = User.objects.bulk_create(
        User(email=f"mottagare-{number}@exempel.se", name=f"Mottagare {number}", password="!")
        for number in range(people)
    )
    Membership.objects.bulk_create(
        Membership(user=user, party=party, role=Role.REPORTER, group=groups[party.pk])
        for user, party in zip(users, [party for party in parties for _n in range(PEOPLE_PER_PARTY)], strict=True)
    )
    Respondent.objects.bulk_create(Respondent(round=round, party=party) for round in rounds for party in parties)
    Report.objects.bulk_create(
        Report(round=round, activity=activity, party=party)
        for round in rounds
        for activity in activities[round]
        for party in parties
    )
    assert Party.objects.filter(asked_in__isnull=False).distinct().count() == len(parties)


def run():
    """Run the command; seconds, questions, what it said, and the most memory in MB, as JSON."""
    import django
    from django.conf import settings

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    asked = 0

    def count(execute, *args):
        nonlocal asked
        asked += 1
        return execute(*args)

    said = StringIO()
    idle = peak()
    began = time.monotonic()
    with connection.execute_wrapper(count):
        call_command("send_reminders", stdout=said)
    took = time.monotonic() - began
    print(json.dumps({"took": took, "asked": asked, "said": said.getvalue(), "idle": idle, "peak": peak()}))


def peak():
    """The most memory this process has held, in MB. Not getrusage: that counts what the process before exec held."""
    return int(re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]) / 1024


def measure(people):
    import django

    django.setup()
    from django.db import connection

    before = connection.settings_dict["NAME"]
    with tempfile.TemporaryDirectory() as folder:
        name = str(Path(folder) / "bench.sqlite3") if connection.vendor == "sqlite" else f"bench_reminders_{people}"
        connection.settings_dict["TEST"].update(NAME=name, MIGRATE=False)
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        fill(people)
        env = dict(os.environ)
        if connection.vendor == "sqlite":
            env["DATABASE_URL"] = f"sqlite:///{name}"
        else:
            head, _slash, tail = os.environ["DATABASE_URL"].rpartition("/")
            env["DATABASE_URL"] = f"{head}/{name}" + ("?" + tail.partition("?")[2] if "?" in tail else "")
        for which in ("first", "again"):
            done = subprocess.run(
                [sys.executable, "-m", "bench.reminders", "run"], env=env, capture_output=True, text=True, check=True
            )
            tell(people, which, json.loads(done.stdout))
        connection.close()
        connection.creation.destroy_test_db(before, verbosity=0)


def tell(people, which, found):
    said = " ".join(found["said"].split())
    questions = found["asked"] * 1000 / people
    print(f"{people:6} people, {which}: {found['took']:6.1f} s, {questions:7.0f} questions per 1,000, ", end="")
    print(f"{found['idle']:5.0f} MB before, {found['peak']:5.0f} MB at most. {said}", flush=True)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    if sys.argv[1:] == ["run"]:
        run()
    else:
        for number in [int(word) for word in sys.argv[1:]] or [400, 4000]:
            subprocess.run(
                [sys.executable, "-c", f"from bench.reminders import measure; measure({number})"], check=True
            )
