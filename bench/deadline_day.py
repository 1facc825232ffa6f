"""The last day of a round: python -m bench.deadline_day [PARTIES] [sqlite|postgres]

Every municipality of the register, 290, answers two activities in two tabs each and hands in, all at the same time,
while a coordinator reads the control view and exports the plan. Real HTTP against gunicorn with two workers, first on
SQLite and then on a PostgreSQL of its own. Afterwards each party's answers are looked for in the database and on its
page: all that was acknowledged must be there. Prints the figures, and ends with 1 where something was lost.
"""

import datetime
import http.client
import json
import os
import random
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from threading import Event, Lock
from urllib.parse import urlencode

ALL = 290
ACTIVITIES = 2
AT_ONCE = 24  # tabs that wait for an answer at the same moment
CSRF = "d" * 32
LABEL = "2026:2"
TRIES = 8
HIDDEN = re.compile(r'<input[^>]*type="hidden"[^>]*>')
EXPECTED = {200, 302, 304, 409}  # 409: the other tab was there first, and both texts are shown

# --- What is asked about ---------------------------------------------------------------------------------------------


def fill(parties):
    """An open round of that many municipalities, two activities each; returns what a player has to know."""
    from followup.models import Report, Round
    from followup.services import open_round
    from parties import register
    from parties.models import Party, Role

    register.load()
    municipalities = list(Party.objects.filter(kind="municipality").order_by("key")[:parties])
    board = Party.objects.create(
        key="lansstyrelsen-matning", name="Länsstyrelsen", kind="county_board", county=municipalities[0].county
    )
    agreement = agree(board, municipalities)
    coordinator = person(board, Role.COORDINATOR)
    edition = plan(agreement, coordinator)
    round = Round.objects.create(
        agreement=agreement, label=LABEL, period_starts_on=edition.starts_on, period_ends_on=edition.ends_on,
        due_on=datetime.date.today(),
    )  # fmt: skip
    made = open_round(round=round, by=coordinator)
    assert made == ACTIVITIES * len(municipalities) == Report.objects.filter(round=round).count()
    return world_of(agreement, edition, municipalities, coordinator)


def agree(board, municipalities):
    """An agreement in force of all the municipalities, with the rights that it gives."""
    from agreements.models import Accession, Agreement
    from governance.services import grant_rights

    agreement = Agreement.objects.create(
        slug="sista-dagen", title="Sista dagen", short_name="Sista dagen", county=board.county, status="in_force",
        kind="regional_agreement", coordinating_party=board, published_on=datetime.date(2020, 1, 1),
    )  # fmt: skip
    Accession.objects.bulk_create(
        Accession(agreement=agreement, party=party, key=party.key, name_at_signing=party.name)
        for party in municipalities
    )
    grant_rights(agreement)
    return agreement


def plan(agreement, coordinator):
    """An adopted edition of activities that all the municipalities answer for."""
    from actionplans.models import ActionPlan, Activity, Edition
    from agreements.models import Actor
    from governance.models import Body, Decision

    everybody = Actor.objects.create(agreement=agreement, key="kommunerna", kind="collective", name="kommunerna")
    edition = Edition.objects.create(
        plan=ActionPlan.objects.create(agreement=agreement, key="plan", name="Handlingsplan"), label=LABEL,
        starts_on=datetime.date(2026, 7, 1), ends_on=datetime.date(2026, 12, 31),
    )  # fmt: skip
    Activity.objects.bulk_create(
        Activity(edition=edition, number=f"A{number}", order=number, title=f"Aktivitet {number}", responsible=everybody)
        for number in range(1, ACTIVITIES + 1)
    )
    body = Body.objects.create(county=agreement.county, key="rad", name="Råd")
    decision = Decision.objects.create(body=body, key="beslut", title="Fastställer", decided_on=edition.starts_on)
    edition.adopt(decision=decision, by=coordinator)
    return edition


def world_of(agreement, edition, municipalities, coordinator):
    from django.conf import settings
    from django.urls import reverse

    from parties.models import Role

    place = [agreement.slug, LABEL]
    return {
        "cookies": [settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME],
        "parties": [
            {
                "key": party.key,
                "form": reverse("followup:party_form", args=[*place, party.key]),
                "session": session_of(person(party, Role.REPORTER)),
            }
            for party in municipalities
        ],
        "coordinator": session_of(coordinator),
        "control": reverse("followup:round_review", args=place),
        "export": reverse("actionplans:edition_export", args=[agreement.slug, "plan", edition.label]),
    }


def person(party, role):
    from parties.models import User
    from parties.services import join

    user = User.objects.create(email=f"{role.value}.{party.key}@exempel.invalid", name=f"Person i {party.name}")
    join(user=user, party=party, role=role)
    return user


def session_of(user):
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


# --- Playing ---------------------------------------------------------------------------------------------------------


class Day:
    """What is asked and answered during the day, by all tabs."""

    def __init__(self, port, cookies):
        self.port, self.cookies = port, cookies
        self.lock = Lock()
        self.times, self.statuses, self.faults = [], Counter(), []

    def ask(self, session, path, data=None, *, fragment=False):
        """(status, text, where a redirect leads) of one request, which is counted."""
        names = dict(zip(self.cookies, (session, CSRF), strict=True))
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in names.items()), "X-CSRFToken": CSRF}
        if fragment:
            headers["HX-Request"] = "true"
        if data is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        body = None if data is None else urlencode(data, doseq=True)
        started = time.perf_counter()
        try:
            status, text, target = self._send("GET" if data is None else "POST", path, body, headers)
        except OSError as problem:
            status, text, target = type(problem).__name__, "", ""
        self._count(status, path, text, time.perf_counter() - started)
        return status, text, target

    def _send(self, method, path, body, headers):
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=90)
        line.request(method, path, body, headers)
        answer = line.getresponse()
        text = answer.read().decode(errors="replace")
        line.close()
        return answer.status, text, answer.headers.get("Location", "")

    def _count(self, status, path, text, seconds):
        with self.lock:
            self.times.append(seconds)
            self.statuses[status] += 1
            if status not in EXPECTED:
                self.faults.append(f"{status} {path} {re.sub('<[^>]*>', ' ', text)[:200]}")


ARTICLE = re.compile(r'<article[^>]*class="act[^"]*"[^>]*>')


def reports_on(page):
    """[(address, version)] of the activities that a page of the form shows."""
    found = []
    for tag in ARTICLE.findall(page):
        facts = dict(re.findall(r'data-([a-z]+)="([^"]*)"', tag))
        found.append((facts["url"], facts["version"]))
    return found


def form_on(page, address):
    """The hidden fields of the page's form that posts to ``address``; none where it has no such form."""
    form = re.search(rf'<form[^>]*action="{re.escape(address)}".*?</form>', page, re.S)
    if not form:
        return []
    tags = [dict(re.findall(r'(name|value)="([^"]*)"', tag)) for tag in HIDDEN.findall(form[0])]
    return [(tag["name"], unescape(tag.get("value", ""))) for tag in tags if "name" in tag]


class Tab:
    """One of a party's two tabs: opens the form, answers, hands in."""

    def __init__(self, day, party, number):
        self.day, self.party, self.number = day, party, number
        self.kept = {}  # (address, field) → the text whose saving was acknowledged
        self.submitted = False

    def look(self):
        return self.day.ask(self.party["session"], self.party["form"])[1]

    def post(self, path, **data):
        return self.day.ask(self.party["session"], path, data, fragment=True)[0]

    def work(self):
        """Tab 0 says how it goes and what was done, tab 1 what the effect was, in the same activities."""
        reports = reports_on(self.look())
        assert len(reports) == ACTIVITIES, f"{self.party['key']}: {len(reports)} aktiviteter på sidan"
        self.post(f"{self.party['form']}narvaro/", report="", since="")
        for address, version in random.sample(reports, ACTIVITIES):
            field = ("text", "effect")[self.number]
            if self.number == 0:
                self.save(address, "status", "ongoing", version)
            self.save(address, field, f"{self.party['key']} {field} {address.split('/')[-2]}", version)

    def save(self, address, field, value, version):
        """Type until it is acknowledged, as the page's script does."""
        for _try in range(TRIES):
            if self.post(f"{address}falt/", field=field, value=value, version=version) == 200:
                self.kept[address, field] = value
                return
            version = dict(reports_on(self.look())).get(address, version)

    def submit(self):
        """Hand in what the page shows; where the other tab saved meanwhile, read again first."""
        address = f"{self.party['form']}lamna-in/"
        for _try in range(TRIES):
            page = self.day.ask(self.party["session"], address)[1]
            status, _text, target = self.day.ask(self.party["session"], address, form_on(page, address))
            if status == 302 and not target.endswith("/lamna-in/"):
                self.submitted = True
                return


def play(world, port):
    """All tabs at once, in chance order, and a coordinator beside them. Gives (day, tabs, the coordinator's count)."""
    day = Day(port, world["cookies"])
    tabs = [Tab(day, party, number) for party in world["parties"] for number in (0, 1)]
    random.Random(290).shuffle(tabs)
    over, exported = Event(), Counter()

    def coordinate():
        while not over.is_set():
            for name in ("control", "export"):
                exported[name, day.ask(world["coordinator"], world[name])[0]] += 1

    with ThreadPoolExecutor(AT_ONCE + 1) as people:
        coordinator = people.submit(coordinate)
        try:
            list(people.map(Tab.work, tabs))
            list(people.map(Tab.submit, tabs))
        finally:
            over.set()
        coordinator.result()
    return day, tabs, exported


def lost(world, tabs, day):
    """What was acknowledged and is not stored, or not to be read; and how many parties have handed in everything."""
    from followup.models import Report

    stored = {report.pk: report for report in Report.objects.select_related("party")}
    missing = [
        f"{address} {field}: {value}"
        for tab in tabs
        for (address, field), value in tab.kept.items()
        if getattr(stored[int(address.rstrip("/").split("/")[-1])], field) != value
    ]
    missing += [f"{tab.party['key']}: inte kvitterad" for tab in tabs if not tab.submitted]
    waiting = {report.party.key for report in stored.values() if not report.submitted_at}
    done = [party for party in world["parties"] if party["key"] not in waiting]
    histories = Counter(Report.history.filter(submitted_at__isnull=False).values_list("id", flat=True))
    missing += [f"{pk}: {count} inlämningar i historiken" for pk, count in histories.items() if count != 1]
    for party in world["parties"]:
        status, page, _target = day.ask(party["session"], party["form"])
        if status != 200 or "inlämnad" not in page.casefold():
            missing.append(f"{party['key']}: sidan svarar {status}")
    return missing, len(done)


# --- Serving ---------------------------------------------------------------------------------------------------------


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def serving(url):
    """gunicorn with two workers on that database; gives its port."""
    port = free_port()
    command = [sys.executable, "-W", "ignore", "-m", "gunicorn", "portal.wsgi", "--workers", "2"]
    quiet = [
        "--bind",
        f"127.0.0.1:{port}",
        "--log-level",
        "critical",
        "--no-control-socket",
        "--backlog",
        "512",
        "--timeout",
        "90",
    ]
    process = subprocess.Popen([*command, *quiet], env={**os.environ, "DATABASE_URL": url})
    try:
        for _ in range(150):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(30)


def one_day(parties):
    """Play the day on the database that DATABASE_URL names, which is made here, and tell how it went."""
    import django

    django.setup()
    from django.db import connection, transaction

    make_tables()
    with transaction.atomic():
        world = fill(parties)
    connection.close()
    started = time.perf_counter()
    with serving(os.environ["DATABASE_URL"]) as port:
        day, tabs, exported = play(world, port)
        seconds = time.perf_counter() - started
        missing, done = lost(world, tabs, day)
    vendor = connection.vendor
    connection.close()
    figures = {
        "database": vendor, "parties": parties, "present": done, "acknowledged": sum(tab.submitted for tab in tabs),
        "tabs": len(tabs), "lost": missing[:10], "faults": day.faults[:10], "seconds": round(seconds, 1),
        "requests": len(day.times),
        "statuses": {str(status): count for status, count in sorted(day.statuses.items(), key=str)},
        "median_ms": round(1000 * statistics.median(day.times)),
        "p95_ms": round(1000 * statistics.quantiles(day.times, n=20)[-1]),
        "coordinator": {f"{name} {status}": count for (name, status), count in sorted(exported.items(), key=str)},
    }  # fmt: skip
    print(json.dumps(figures, ensure_ascii=False), flush=True)
    return not missing and not day.faults and done == parties


def make_tables():
    """The tables as the models say, without the migrations' history."""
    from django.apps import apps
    from django.conf import settings
    from django.core.management import call_command

    settings.MIGRATION_MODULES = {config.label: None for config in apps.get_app_configs()}
    call_command("migrate", verbosity=0, run_syncdb=True)


@contextmanager
def database(kind):
    """The address of an empty database of the kind, removed afterwards."""
    if kind == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{Path(folder) / 'day.sqlite3'}"
    else:
        from tools.postgres import cluster, find_binaries

        find_binaries()
        with cluster() as url:
            yield url


def main():
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))  # servers and database end with it
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
    parties = numbers[0] if numbers else ALL
    if "here" in sys.argv:  # one day, on the database that the environment names
        sys.exit(not one_day(parties))
    codes = []
    for kind in [word for word in sys.argv[1:] if not word.isdigit()] or ["sqlite", "postgres"]:
        with database(kind) as url:
            command = [sys.executable, "-W", "ignore", "-m", "bench.deadline_day", str(parties), "here"]
            codes.append(subprocess.run(command, env={**os.environ, "DATABASE_URL": url}, check=False).returncode)
    sys.exit(max(codes))


if __name__ == "__main__":
    main()
