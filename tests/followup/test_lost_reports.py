"""Twenty colleagues write in one report at once, over HTTP, and hand it in fifty times: nothing is lost or doubled.

As tests/actionplans/test_lost_updates.py: each reads the texts, adds a word of its own, and posts with the version it
read. What was answered by 200 must stand in the text at the end. ``WRITERS_ROUNDS=20`` lets them go on.
"""

import html
import os
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.actionplans.test_lost_updates import hang_up, serving

pytestmark = pytest.mark.own_processes

MODULE = "tests.followup.form_server"
FIELDS = ("text", "effect")
AT_ONCE = 50


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("reports"), module=MODULE) as site:
        yield site


def read(site, writer, pk):
    """The report's address, version and texts, as its open form shows them."""
    status, page = site.ask(writer, f"{site.form}?oppen={pk}")
    assert status == 200
    tag = re.search(rf'<article[^>]*data-pk="{pk}"[^>]*>', page)[0]
    texts = {
        name: html.unescape(re.search(rf'<textarea[^>]*name="{name}"[^>]*>(.*?)</textarea>', page, re.S)[1]).strip()
        for name in FIELDS
    }
    return re.search(r'data-url="([^"]*)"', tag)[1], re.search(r'data-version="(\d+)"', tag)[1], texts


def by_field(site, writer, address, version, texts, field):
    return site.ask(writer, f"{address}falt/", {"field": field, "value": texts[field], "version": version})[0]


def by_form(site, writer, address, version, texts, field):
    """The whole report, as without script; saved is answered by a redirect."""
    data = {**texts, "status": "ongoing", "version": version}
    return {302: 200}.get(status := site.ask(writer, f"{address}svara/", data)[0], status)


def write_at_once(site, write, pk, rounds):
    """Let every colleague write ``rounds`` times. Returns (acknowledged words, statuses, the words at the end)."""

    def one(writer):
        done = []
        field = FIELDS[writer % 2]
        for turn in range(rounds):
            address, version, texts = read(site, writer, pk)
            word = f"w{writer}r{turn}"
            texts[field] = f"{texts[field]} {word}".strip()
            done.append((write(site, writer, address, version, texts, field), word))
        return done

    with ThreadPoolExecutor(len(site.sessions)) as pool:
        answers = [answer for done in pool.map(one, range(len(site.sessions))) for answer in done]
    kept = " ".join(read(site, 0, pk)[2].values())
    return {word for status, word in answers if status == 200}, {status for status, _word in answers}, set(kept.split())


@pytest.mark.parametrize(("report", "write"), [(0, by_field), (1, by_form)], ids=["field", "whole form"])
def test_report_by_twenty_writers_loses_nothing(site, report, write):
    rounds = int(os.environ.get("WRITERS_ROUNDS", 1))
    acknowledged, statuses, kept = write_at_once(site, write, site.reports[report], rounds)
    assert acknowledged
    assert (acknowledged - kept, statuses - {200, 409}) == (set(), set())


def test_the_same_writers_lose_words_without_the_check(tmp_path):
    with serving(tmp_path, "--without-check", module=MODULE) as site:
        acknowledged, _statuses, kept = write_at_once(site, by_field, site.reports[0], 1)
    assert acknowledged - kept


def test_party_submit_fifty_times_at_once_hands_in_once(site):
    """And once more by the browser whose line was lost before its answer came."""
    address = f"{site.form}lamna-in/"
    page = site.ask(0, address)[1]
    data = {"read": re.findall(r'name="read"[^>]*value="([^"]*)"', page)}
    assert len(data["read"]) == len(site.reports)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        lost = pool.submit(lambda: hang_up(site.send(0, address, data)))
        posts = [pool.submit(site.ask, turn % len(site.sessions), address, data) for turn in range(AT_ONCE)]
    lost.result()
    again = site.ask(0, address, data)
    assert Counter(status for status, _text in [again, *(post.result() for post in posts)]) == {302: AT_ONCE + 1}
    assert site.count() == len(site.reports)  # one line of history each
