"""Asking: each page in turns with its floor, one request at a time, so that a slow moment of the machine slows both."""

import re
import statistics
import time

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bench import seeds

LIST_SIZE = 118_000  # bytes of the floor that bars by bytes are told in: 200 activities
ROUNDS, AT_LEAST, AT_MOST = 8, 3, 6  # turns of a page, and the most visits in each
WARM = 4  # visits, so that both workers have read their templates
SLOW = 1000  # ms; what takes longer is asked for a few times only: noise is small beside it
VERSION = re.compile(rb'data-version="(\d+)"')


class Failed(Exception):
    """A page did not answer as it should; what it said."""


class People:
    """Those who are logged in, over HTTP as anybody logs in."""

    def __init__(self, portal):
        self.portal, self.cookies = portal, {"": {}}

    def cookies_of(self, email):
        if email not in self.cookies:
            self.cookies[email] = self._log_in(email)
        return self.cookies[email]

    def _log_in(self, email):
        path = reverse("account_login")
        known = set_by(self.portal.ask(path))
        answer = self.portal.ask(path, cookies=known, post={"login": email, "password": seeds.PASSWORD})
        found = known | set_by(answer)
        if settings.SESSION_COOKIE_NAME not in found:
            raise Failed(f"{email} kunde inte logga in: {answer.status}")
        # The greeting lies in a cookie of its own; the first page shows it, and those that are measured do not.
        return {name: found[name] for name in (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME)}


def set_by(answer):
    """The cookies that an answer sets."""
    pairs = (value.split(";")[0].partition("=") for name, value in answer.headers if name.lower() == "set-cookie")
    return {name: value for name, _, value in pairs}


class Visits:
    """One page and its floor: how to ask for each, and what came of it."""

    def __init__(self, page, portal, floor, people, yardstick=None):
        self.page, self.portal, self.floor, self.yardstick = page, portal, floor, yardstick
        self.cookies = people.cookies_of(page.who)
        self.version, self.turn, self.headers = 1, 0, dict(page.headers)
        first = self.visit()
        self.size, self.rows, self.is_slow = len(first.body), 0, first.ms > SLOW
        if page.kept:
            self.headers["If-None-Match"] = dict(first.headers)["ETag"]

    def visit(self):
        """Ask for the page. Raises Failed where it does not answer as it should."""
        self.page.before()
        answer = self.portal.ask(self.page.path, cookies=self.cookies, post=self.fields(), headers=self.headers)
        if answer.status not in (200, 304):
            raise Failed(f"{self.page.title}: {answer.status} {answer.body[:300].decode(errors='replace')}")
        if self.page.saves:
            self.version = int(VERSION.search(answer.body)[1])
        return answer

    def fields(self):
        """What is posted; each time something else, so that there is always something to save."""
        self.turn += 1
        return self.page.saves(self.version, self.turn) if self.page.saves else None

    def visit_floor(self):
        post = {} if self.page.saves else None
        answer = self.floor.ask(self.page.floor_path(0 if post is not None else self.size), post=post)
        self.rows = int(dict(answer.headers)["X-Rows"])
        return answer

    def queries(self):
        """How many questions the page asks the database, once a process has been asked for it."""
        client = Client(SERVER_NAME="127.0.0.1", raise_request_exception=True)
        client.cookies.load(self.cookies)
        client.get(reverse("portal:session_left"))  # once a minute a visit also notes that the person is there
        for _ in range(1 if self.is_slow else 2):
            self.page.before()
            with CaptureQueriesContext(connection) as captured:
                self._ask(client)
        return len(captured)

    def _ask(self, client):
        fields = self.fields()
        if fields is None:
            return b"".join(client.get(self.page.path, headers=self.headers))
        token = {"X-CSRFToken": self.cookies[settings.CSRF_COOKIE_NAME]}
        answer = client.post(self.page.path, fields, headers={**self.headers, **token})
        self.version = int(VERSION.search(answer.content)[1])
        return answer.content


def measure(visits, seconds):
    """The figures of a page as a dict, from as many turns as ``seconds`` allow (AT_LEAST, of a slow page two)."""
    asked = {"page": visits.visit, "floor": visits.visit_floor}
    if visits.yardstick and visits.page.by_bytes:
        asked["list"] = lambda: visits.floor.ask(visits.yardstick)
    began = time.perf_counter()
    took = min(warm_up(asked) for _ in range(WARM)) if not visits.is_slow else seconds
    each = max(1, min(AT_MOST, int(seconds / ROUNDS / took)))
    times, ratios, least = {name: [] for name in asked}, [], 2 if visits.is_slow else AT_LEAST
    while len(ratios) < ROUNDS and (len(ratios) < least or time.perf_counter() - began < seconds):
        turn = {name: [ask().ms for _ in range(each)] for name, ask in asked.items()}
        ratios.append(statistics.median(turn["page"]) / statistics.median(turn["floor"]))
        for name, spent in turn.items():
            times[name] += spent
    return figures(visits, times, ratios)


def warm_up(asked):
    """Seconds for one of each."""
    began = time.perf_counter()
    for ask in asked.values():
        ask()
    return time.perf_counter() - began


def figures(visits, times, ratios):
    page = visits.page
    middle = {name: statistics.median(spent) for name, spent in times.items()}
    ratio = statistics.median(times["page"]) / middle["floor"]
    found = {
        "title": page.title, "queries": visits.queries(), "bytes": visits.size, "rows": visits.rows,
        "visits": len(times["page"]), "ms": round(middle["page"], 2), "p95": round(p95(times["page"]), 2),
        "floor_ms": round(middle["floor"], 2), "ratio": round(ratio, 2), "turns": [round(one, 2) for one in ratios],
    }  # fmt: skip
    if "list" in middle:
        found["by_bytes"] = round(middle["page"] / (middle["list"] * visits.size / LIST_SIZE), 2)
    if page.bar and page.by_bytes == ("list" in middle):
        found["bar"] = page.bar
    return found


def p95(spent):
    return sorted(spent)[int(0.95 * len(spent))] if len(spent) > 1 else spent[0]
