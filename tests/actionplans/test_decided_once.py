"""Twenty people decide, rank, say and resolve the same thing at once, over HTTP: each becomes one thing."""

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.actionplans.test_lost_updates import serving

pytestmark = pytest.mark.own_processes

AT_ONCE = 20


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("once")) as site:
        site.index = site.edition + "kommentarer/"
        site.edition = ""  # so that every address is whole
        site.sessions.append(site.member)
        yield site


def at_once(do):
    """What ``do`` answered to each of twenty, who ask together."""
    with ThreadPoolExecutor(AT_ONCE) as people:
        return Counter(status for status, _text in people.map(do, range(AT_ONCE)))


def test_accept_by_twenty_makes_one_activity(site):
    pk = site.proposals[0]
    before = site.ask(0, site.index)[1].count("/kommentarer/")
    data = {"version": 1, "edition": site.draft, "outcome_reason": "Tack"}
    answers = at_once(lambda writer: site.ask(writer, f"{site.plan}forslag/{pk}/anta/", data))
    assert set(answers) <= {200, 302, 409}
    assert site.ask(0, site.index)[1].count("/kommentarer/") == before + 1
    assert "Förslaget är antaget." in site.ask(0, f"{site.plan}forslag/{pk}/")[1]


def test_accept_and_decline_at_once_is_one_of_them(site):
    pk = site.proposals[1]
    accepting = {"version": 1, "edition": site.draft}
    declining = {"version": 1, "outcome_reason": "Ryms inte"}
    before = site.ask(0, site.index)[1].count("/kommentarer/")
    at_once(
        lambda writer: (
            site.ask(writer, f"{site.plan}forslag/{pk}/anta/", accepting)
            if writer % 2
            else site.ask(writer, f"{site.plan}forslag/{pk}/avboj/", declining)
        )
    )
    page = site.ask(0, f"{site.plan}forslag/{pk}/")[1]
    accepted, declined = ("Förslaget är antaget." in page, "Förslaget är avböjt." in page)
    made = site.ask(0, site.index)[1].count("/kommentarer/") - before
    assert (accepted + declined, made) == (1, int(accepted))


def test_rank_by_one_person_in_twenty_windows_is_one_order(site):
    first, second = site.proposals[2:]
    data = {f"place-{first}": 2, f"place-{second}": 1}
    answers = at_once(lambda writer: site.ask(-1, f"{site.plan}forslag/rangordna/", data))
    assert answers == {302: AT_ONCE}
    page = site.ask(-1, f"{site.plan}forslag/rangordna/")[1]
    assert re.findall(r'name="place-(\d+)" value="(\d)"', page) == [(str(second), "1"), (str(first), "2")]


def test_comment_sent_twenty_times_is_one(site):
    row = f"{site.index.removesuffix('kommentarer/')}aktivitet/{site.rows[0]}/kommentarer/"
    at_once(lambda writer: site.ask(0, row, {"text": "Samma ord"}))
    assert site.ask(0, row)[1].count("<p>Samma ord</p>") == 1


def test_resolve_by_twenty_is_done_by_one(site):
    answers = at_once(lambda writer: site.ask(writer, f"{site.plan}kommentar/{site.comment}/", {"resolved": "1"}))
    assert answers == {200: AT_ONCE}
    page = site.ask(0, f"{site.index.removesuffix('kommentarer/')}aktivitet/{site.rows[0]}/kommentarer/")[1]
    assert page.count("markerade tråden som löst") == 1
