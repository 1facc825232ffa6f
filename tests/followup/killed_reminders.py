"""Reminders are written and sent, with a ledger of what really left the house.

For tests.killing, which kills the run anywhere; and by itself, ``python -m tests.followup.killed_reminders DATABASE
RUNS``, where so many runs begin at the same moment. What ``look`` lists must be the same whatever happened.
"""

import datetime
import io
import json
import os
import sys
import time
from collections import Counter
from pathlib import Path

import django
from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import setup_test_environment
from django.utils import timezone

PEOPLE, CHUNK = 24, 5
# Letters written; people without exactly one; sent twice; marked and never sent; more than one letter in doubt.
UNTOUCHED = DONE = [PEOPLE, 0, 0, 0, False]


def ledger():
    return Path(settings.MEDIA_ROOT) / "ledger"


class Ledger(BaseEmailBackend):
    """A mail server that notes each letter before it answers."""

    def send_messages(self, messages):
        with ledger().open("a") as file:
            for message in messages:
                file.write(message.extra_headers["Message-ID"] + "\n")
                file.flush()
                time.sleep(0.01)  # as servers do: else no two runs would be sending at the same time
        return len(messages)


@transaction.atomic
def build():
    """An open round with people who have something left, and nobody told of it."""
    from followup import reminders
    from parties.models import Mail, Party, Role
    from parties.services import join
    from tests import factories as make

    settings.EMAIL_BACKEND = f"{__name__}.Ledger"
    reminders.CHUNK = CHUNK
    ledger().parent.mkdir(parents=True, exist_ok=True)
    ledger().write_text("")
    Mail.objects.all().delete()
    if Party.objects.filter(asked_in__isnull=False).exists():
        return
    round = make.RoundFactory(due_on=timezone.localdate() + datetime.timedelta(days=10))
    for _number in range(PEOPLE // 2):
        party = make.ReportFactory(round=round).party
        make.RespondentFactory(round=round, party=party)
        for _person in range(2):
            join(user=make.UserFactory(), party=party, role=Role.REPORTER)


def waits():
    return False  # build makes it wait again


def act(begin):
    begin()
    call_command("send_reminders", stdout=io.StringIO())
    return True


def look():
    """What is there after one more run in peace."""
    from parties.models import Mail

    act(lambda: None)
    sent = Counter(ledger().read_text().split())
    letters = list(Mail.objects.order_by().values_list("pk", "user", "sent_at"))
    per_person = Counter(user for _pk, user, _sent in letters)
    numbers = {int(name.split("-")[1]) for name in sent}
    return [
        len(letters),
        sum(count != 1 for count in per_person.values()) + PEOPLE - len(per_person),
        sum(count > 1 for count in sent.values()),
        sum(sent_at is not None and pk not in numbers for pk, _user, sent_at in letters),
        Mail.objects.filter(sent_at__isnull=True).count() > 1,
    ]


def at_once(runs):
    """Let so many processes run the command together; each one's exit code."""
    start = os.pipe()
    connection.close()
    children = []
    for _run in range(runs):
        child = os.fork()
        if child == 0:
            os.close(start[1])
            os.read(start[0], 1)  # ends for all when the parent closes its end
            try:
                act(lambda: None)
            except BaseException as error:
                print(repr(error), file=sys.stderr, flush=True)
                os._exit(1)
            os._exit(0)
        children.append(child)
    os.close(start[0])
    os.close(start[1])
    return [os.waitpid(child, 0)[1] for child in children]


def main(name, runs):
    setup_test_environment()
    connection.settings_dict["TEST"].update(NAME=name, MIGRATE=False)
    before = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    build()
    codes = at_once(int(runs))
    unsent = look_unsent()
    print(json.dumps([sum(map(bool, codes)), unsent, look()]), flush=True)
    connection.close()
    connection.creation.destroy_test_db(before, verbosity=0)


def look_unsent():
    from parties.models import Mail

    return Mail.objects.unsent().count()


if __name__ == "__main__":
    django.setup()
    main(*sys.argv[1:])
