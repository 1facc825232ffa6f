"""Several people write in the same form at once, over HTTP, whichever form it is: nothing acknowledged is lost.

All open the form, each adds a word of its own, and all send it at the same time. Who is answered by a redirect must be
read in the form at the end; everybody else must get 409 with the own text still there. Each form is first tried without
the version check: then words are lost, so the test would notice. ``WRITERS=20 WRITERS_ROUNDS=20`` lets them go on.

What is done once is sent by twenty or fifty at once, alike and in different words: it is done once, and whoever is told
that it is done finds the words stored.

What saves by itself, field by field or cell by cell, stands in actionplans/test_lost_updates.py and
followup/test_lost_reports.py, measured the same way.
"""

import html
import http.client
import json
import os
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode

import pytest

from portal.access import ACCESS
from tests.actionplans.test_lost_updates import CSRF, hang_up, serving
from tests.filled_form import Forms
from tests.form_table import BESIDES, FORMS, ONCE

pytestmark = pytest.mark.own_processes

AT_ONCE = {"parties:invitation_create": 50, "agreements:response_submit": 50}  # others twenty, for the sake of time
TOLD_WHY = {"followup:report_return"}  # who comes too late reads why, and what the party has handed in since
ROUNDS = int(os.environ.get("WRITERS_ROUNDS", 1))
# Edit forms that are not measured here.
ELSEWHERE = {
    "agreements:termination_receipts": "days, not text: agreements/test_leaving.py holds what clashes",
    "actionplans:edition_edit": "the editor: actionplans/test_lost_updates.py",
    "followup:measurement_edit": "figures, not text: test_indicators.py holds what clashes",
    "followup:report_edit": "the report form: followup/test_lost_reports.py",
    "followup:round_edit": "dates, not text: test_rounds.py holds what clashes",
    "followup:registry_edit": "one line for each party: test_pack.py",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("forms"), module="tests.form_server") as site:
        yield site


def send(site, session, path, data=None):
    """Ask for a page, or send a form, as the person of that session; the line, to hear the answer on."""
    headers = {
        "Cookie": f"{site.session_cookie}={session}; {site.csrf_cookie}={CSRF}",
        "X-CSRFToken": CSRF,
        "Content-Type": "application/x-www-form-urlencoded",
    }
    line = http.client.HTTPConnection("localhost", site.port, timeout=60)
    line.request("POST" if data else "GET", path, data and urlencode(data, doseq=True), headers)
    return line


def ask(site, session, path, data=None):
    """(status, text) of what ``send`` asks for."""
    line = send(site, session, path, data)
    answer = line.getresponse()
    status, text = answer.status, answer.read().decode()
    line.close()
    return status, text


def form_of(site, session, path, field):
    status, page = ask(site, session, path)
    assert status == 200, path
    return Forms(page).with_field(field) | {"csrfmiddlewaretoken": [CSRF]}


def write_at_once(site, name, word):
    """Let everybody add a word to the same text. Returns (acknowledged words, lost words, those without their text)."""
    path, field, role = site.forms[name]
    sessions = site.of_role[role]
    words = [f"{word}{number}" for number in range(len(sessions))]
    with ThreadPoolExecutor(len(sessions)) as pool:
        forms = list(pool.map(lambda session: form_of(site, session, path, field), sessions))
        for form, own in zip(forms, words, strict=True):
            form |= {field: [f"{form[field][0]} {own}".strip()], **BESIDES.get(name, {})}
        answers = list(pool.map(lambda session, form: ask(site, session, path, form), sessions, forms))
    acknowledged = {own for own, (status, _page) in zip(words, answers, strict=True) if status == 302}
    refused = [
        own
        for own, (status, page) in zip(words, answers, strict=True)
        if status != 302 and (status, own in html.unescape(page)) != (409, True)
    ]
    kept = form_of(site, sessions[0], path, field)[field][0].split()
    return acknowledged, acknowledged - set(kept), refused


@pytest.mark.parametrize("name", FORMS)
def test_form_loses_nothing(site, name):
    assert site.count() == 0  # without the check
    try:
        lost_without = write_at_once(site, name, "utan")[1]
    finally:
        assert site.count() == 1
    assert lost_without, "the test would not notice"
    for turn in range(ROUNDS):
        acknowledged, lost, refused = write_at_once(site, name, f"v{turn}x")
        assert (len(acknowledged), lost, refused) == (1, set(), [])


def test_every_edit_form_is_measured():
    edited = {name for name in ACCESS if name.endswith("_edit")}
    assert edited - FORMS.keys() - ELSEWHERE.keys() == set()


def told(site, word):
    """What the server answers to a word on its standard input."""
    print(word, file=site.server.stdin, flush=True)
    return json.loads(site.server.stdout.readline())


@pytest.mark.parametrize("name", ONCE)
def test_identical_posts_are_one(site, name):
    """The line of the first breaks before its answer comes; its browser sends the same again when all is over."""
    page, path, role, typed, made = site.once[name]
    session = site.of_role[role][0]
    form = form_of(site, session, page, next(iter(typed), "version")) | typed
    before = told(site, "tally")
    at_once = AT_ONCE.get(name, 20)
    with ThreadPoolExecutor(at_once) as pool:
        lost = pool.submit(lambda: hang_up(send(site, session, path, form)))
        answers = list(pool.map(lambda _turn: ask(site, session, path, form), range(at_once)))
        lost.result()
    answers.append(ask(site, session, path, form))
    after = told(site, "tally")
    assert {table: after[table] - before[table] for table in after if after[table] != before[table]} == made
    assert {status for status, _text in answers} <= {200, 302, 409}
    own = next(iter(typed.values()), "")
    refused = [Forms(text).forms for status, text in answers if status != 302] if own and name not in TOLD_WHY else []
    assert [forms for forms in refused if not any([own] in form.values() for form in forms)] == []


@pytest.fixture(scope="module")
def untouched_site(tmp_path_factory):
    """A server whose buttons nobody has pressed yet."""
    with serving(tmp_path_factory.mktemp("others"), module="tests.form_server") as site:
        yield site


@pytest.mark.parametrize("name", [name for name, (_role, typed, _made) in ONCE.items() if typed])
def test_different_posts_are_stored_or_answered(untouched_site, name):
    """Everybody who may do it does so at once, in own words: who is told that it is done finds the words stored."""
    site = untouched_site
    page, path, role, typed, _made = site.once[name]
    sessions, (field, text) = site.of_role[role], next(iter(typed.items()))
    words = [f"{number}x.{text}" for number in range(len(sessions))]
    with ThreadPoolExecutor(len(sessions)) as pool:
        forms = list(pool.map(lambda session: form_of(site, session, page, field), sessions))
        forms = [form | typed | {field: own} for form, own in zip(forms, words, strict=True)]
        answers = list(pool.map(lambda session, form: ask(site, session, path, form), sessions, forms))
    done = {own for own, (status, _page) in zip(words, answers, strict=True) if status == 302}
    refused = [
        (own, html.unescape(page)) for own, (_status, page) in zip(words, answers, strict=True) if own not in done
    ]
    assert done
    assert done - set(told(site, "texts")) == set()
    assert [own for own, page in refused if own not in page] == []
