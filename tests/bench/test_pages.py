"""What is measured is there to measure: every page answers whom it is measured as, on data made in small."""

from contextlib import closing

import pytest
from django.test import Client

from bench import floors, seeds
from bench.pages import PUBLIC, at_desk, in_county
from bench.seeds.rounds import handed_in
from followup.models import Report, Round
from parties.models import User

DEAR = {"pack", "workbook"}  # made by what other tests make


@pytest.fixture
def world(db):
    seeds.SEEDS["trial"]()


def test_pages_and_floors_answer(world):
    pages = [*in_county(), *at_desk()]
    assert len({page.key for page in pages}) == len(pages)
    assert {page.key: status_of(page) for page in pages if page.key not in DEAR and not page.saves} == {
        page.key: 200 for page in pages if page.key not in DEAR and not page.saves
    }
    assert {page.floor[0] for page in pages} == floors.PAGES.keys() - {""} | floors.SAVES.keys()


def status_of(page):
    client = Client(SERVER_NAME="127.0.0.1")
    if page.who != PUBLIC:
        client.force_login(User.objects.get(email=page.who))
    page.before()
    with closing(client.get(page.path, headers=page.headers)) as answer:
        return answer.status_code


def test_trial_has_what_a_county_has_in_small(world):
    county = Round.objects.filter(agreement__slug=seeds.slug_of(seeds.HOME))
    states = [(round.state, round.reports.count()) for round in county]
    assert states == [("open", 200), ("published", 200), ("published", 200)]
    assert Report.objects.filter(round__agreement__slug=seeds.DESK).count() == 2 * 3


def test_repeated_round_says_what_the_first_said_half_a_year_later(world):
    later, first = Round.objects.filter(agreement__slug=seeds.slug_of(seeds.HOME), closed_at__isnull=False)
    said = [
        (round.reports.order_by("pk").values_list("activity", "party", "status", "decision_asked"))
        for round in (first, later)
    ]
    assert list(said[0]) == list(said[1])
    for round in (first, later):
        days = round.reports.exclude(submitted_at=None).values_list("submitted_at", "approved_at").distinct().order_by()
        assert list(days) == [(handed_in(round), handed_in(round))]
