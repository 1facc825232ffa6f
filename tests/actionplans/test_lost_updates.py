"""Twenty people write in the same row at once, over HTTP: nothing that was acknowledged is lost, nothing is made twice.

Each writer reads the text, adds a word of its own, and posts it with the version it read. What was answered by 200 must
stand in the text at the end. The same writers lose words when the server does without the version check. In the suite
they write once or twice each; ``WRITERS_ROUNDS=20`` lets them go on.
"""

import html
import http.client
import json
import os
import re
import socket
import struct
import subprocess
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.db import connection

pytestmark = pytest.mark.own_processes

CSRF = "a" * 32
FIELDS = ("description", "desired_effect")


class Site:
    """The served draft; every call is a request of its own."""

    def __init__(self, server):
        self.server = server
        self.__dict__.update(json.loads(server.stdout.readline()))

    def count(self):
        """What the server counts: of an edition, how often it was proposed."""
        print(file=self.server.stdin, flush=True)
        return int(self.server.stdout.readline())

    def send(self, writer, path, data=None, edition=None):
        """Ask for a page below the edition, or post ``data`` to it, as that writer; the line, to hear the answer on."""
        headers = {
            "Cookie": f"{self.session_cookie}={self.sessions[writer]}; {self.csrf_cookie}={CSRF}",
            "X-CSRFToken": CSRF,
            "HX-Request": "true",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        line = http.client.HTTPConnection("localhost", self.port, timeout=60)
        body = None if data is None else urlencode(data, doseq=True)
        line.request("GET" if data is None else "POST", (edition or self.edition) + path, body, headers)
        return line

    def ask(self, writer, path, data=None, edition=None):
        """(status, text) of what ``send`` asks for."""
        line = self.send(writer, path, data, edition)
        answer = line.getresponse()
        text = answer.read().decode()
        line.close()
        return answer.status, text

    def read(self, writer, row):
        """The row's version and texts."""
        status, text = self.ask(writer, f"aktivitet/{row}/rad/?kolumner=description&kolumner=desired_effect")
        assert status == 200
        cells = {name: re.search(rf'data-field="{name}"[^>]*>(.*?)</td>', text, re.S)[1] for name in FIELDS}
        return re.search(r'data-version="(\d+)"', text)[1], {name: html.unescape(cell) for name, cell in cells.items()}


def hang_up(line):
    """Reset the connection before the answer has come, as where a network is lost."""
    line.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    line.close()


@contextmanager
def serving(folder, *options, module="tests.actionplans.editor_server"):
    name = folder / "lost.sqlite3" if connection.vendor == "sqlite" else f"test_lost_{uuid.uuid4().hex[:8]}"
    command = [sys.executable, "-W", "ignore", "-m", module, str(name), *options]
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings"}
    with subprocess.Popen(
        command, cwd=settings.BASE_DIR, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            yield Site(server)
        finally:
            server.stdin.close()
            server.wait(30)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("lost")) as site:
        yield site


def by_cell(site, writer, row, version, texts, field):
    data = {"field": field, "value": texts[field], "version": version}
    return site.ask(writer, f"aktivitet/{row}/cell/", data)[0]


def by_form(site, writer, row, version, texts, field):
    """The whole row; saved is answered by a redirect."""
    data = {**texts, "number": f"B{site.rows.index(row)}", "title": "Pröva", "origin": "new", "version": version}
    return {302: 200}.get(status := site.ask(writer, f"aktivitet/{row}/", data)[0], status)


def by_bulk(site, writer, row, version, texts, field):
    """Bulk has no texts: the reason of an ending takes the word."""
    data = {"andring": "ending", "ending": "closed", "ending_reason": texts[field], "rad": f"{row}:{version}"}
    return site.ask(writer, "flera/", data)[0]


def reason(site, row):
    """The reason of the row's ending, as its form shows it."""
    text = site.ask(0, f"aktivitet/{row}/avsluta/")[1]
    return html.unescape(re.search(r'name="ending_reason"[^>]*>\s*(.*?)</textarea>', text, re.S)[1])


def write_at_once(site, write, row, rounds, *, through="text"):
    """Let every writer write ``rounds`` times. Returns (acknowledged words, statuses, the texts at the end)."""

    def one(writer):
        done = []
        field = FIELDS[writer % 2] if through == "text" else FIELDS[0]
        for turn in range(rounds):
            version, texts = site.read(writer, row)
            if through == "reason":
                texts[field] = reason(site, row)
            word = f"w{writer}r{turn}"
            texts[field] = f"{texts[field]} {word}".strip()
            done.append((write(site, writer, row, version, texts, field), word))
        return done

    with ThreadPoolExecutor(len(site.sessions)) as pool:
        answers = [answer for done in pool.map(one, range(len(site.sessions))) for answer in done]
    kept = reason(site, row) if through == "reason" else " ".join(site.read(0, row)[1].values())
    acknowledged = {word for status, word in answers if status == 200}
    return acknowledged, {status for status, _word in answers}, set(kept.split())


@pytest.mark.parametrize(
    ("row", "write", "rounds", "through"),
    [(0, by_cell, 2, "text"), (1, by_form, 1, "text"), (2, by_bulk, 1, "reason")],
    ids=["cell", "whole form", "bulk"],
)
def test_twenty_writers_lose_nothing(site, row, write, rounds, through):
    rounds = int(os.environ.get("WRITERS_ROUNDS", rounds))
    acknowledged, statuses, kept = write_at_once(site, write, site.rows[row], rounds, through=through)
    assert acknowledged
    assert (acknowledged - kept, statuses - {200, 409}) == (set(), set())


def test_the_same_writers_lose_words_without_the_check(tmp_path):
    with serving(tmp_path, "--without-check") as site:
        acknowledged, _statuses, kept = write_at_once(site, by_cell, site.rows[0], 1)
    assert acknowledged - kept


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("ny-aktivitet/", {"title": "Ny"}),
        ("aktivitet/{row}/kopiera/", {}),
    ],
    ids=["create", "duplicate"],
)
def test_identical_posts_at_once_make_one_row(site, path, data):
    before = numbers(site)
    data = {**data, "once": str(uuid.uuid4())}
    with ThreadPoolExecutor(20) as pool:
        posts = [pool.submit(site.ask, 0, path.format(row=site.rows[0]), data) for _post in range(20)]
    assert {post.result()[0] for post in posts} == {200}
    assert len(numbers(site)) == len(before) + 1
    assert site.ask(0, path.format(row=site.rows[0]), data)[0] == 200
    assert len(numbers(site)) == len(before) + 1


def test_proposing_twenty_times_at_once_proposes_once(site):
    with ThreadPoolExecutor(20) as pool:
        posts = [pool.submit(site.ask, writer, "foresla/", {}, site.ready) for writer in range(20)]
    assert {post.result()[0] for post in posts} == {302}
    assert site.count() == 1


def numbers(site):
    return re.findall(r'<tbody class="act[^>]*id="(a\d+)"', site.ask(0, "redigera/")[1])
