"""Twenty coordinators adopt, and make the next edition, at once, over HTTP: it happens once, the others are told."""

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.actionplans.test_lost_updates import serving

pytestmark = pytest.mark.own_processes

AT_ONCE = 20


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("adopted")) as site:
        yield site


def at_once(do):
    with ThreadPoolExecutor(AT_ONCE) as people:
        return Counter(status for status, _text in people.map(do, range(AT_ONCE)))


def test_adopt_by_twenty_is_one_adoption(site):
    mandate = re.search(r'<option value="(\d+)"', site.ask(0, "faststall/", edition=site.ready)[1])[1]
    data = {"mandate": mandate, "decided_on": "2026-06-01"}
    answers = at_once(lambda writer: site.ask(writer, "faststall/", data, edition=site.ready))
    assert (answers[302], set(answers) <= {200, 302, 403}) == (1, True)
    assert "Fastställd" in site.ask(0, "", edition=site.ready)[1]


def test_next_edition_by_twenty_is_one_edition(site):
    plan = re.sub(r"[^/]+/$", "", site.ready)
    data = {"label": "2030:1", "starts_on": "2030-01-01", "ends_on": "2030-06-30"}

    def make(writer):
        return site.ask(writer, "ny-version/", {**data, "label": f"2030:{writer}"}, edition=plan)

    answers = at_once(make)
    assert (answers[302], answers[200]) == (1, AT_ONCE - 1)
