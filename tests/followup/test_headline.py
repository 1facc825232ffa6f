"""The sentences over the council's page, for none, one and many."""

import re

import pytest

from agreements.models import Agreement
from followup.dashboard import Board, Part
from followup.figures import NOTHING
from followup.headline import headline_of
from followup.models import Round
from followup.shares import signed


def board(shares, before=None, *, asks=0, silent=0, closed=True, part=None):
    """A Board of a round that is not stored: ``shares`` of one area, ``silent`` parties with one answer missing."""

    def figures(shares, silent):
        line = {**NOTHING, "total": sum(shares.values()), "shares": shares, "asks": asks}
        lack = {**NOTHING, "total": 1, "shares": {"not_reported": 1}}
        parties = [{**lack, "key": f"part-{number}", "name": f"Part {number}"} for number in range(silent)]
        return {**line, "areas": [{**line, "key": "a", "name": "A"}], "parties": parties, "cells": []}

    round = Round(agreement=Agreement(slug="ex"), label="2026:2", closed_at="2026-12-01T08:00Z" if closed else None)
    earlier = [("2026:1", figures(before, 0))] if before else []
    return Board(round, figures(shares, silent), earlier, {"deviations": []}, part or Part())


SENTENCES = [
    ({}, None, {}, ""),
    ({"not_reported": 1}, None, {"closed": False}, "1 åtagande är inte rapporterat än."),
    ({"not_reported": 4}, None, {"closed": False}, "Inget av 4 åtaganden är rapporterat än."),
    ({"not_reported": 4}, None, {}, "Inget av 4 åtaganden rapporterades."),
    ({"done": 1}, None, {}, "1 av 1 åtagande går enligt plan. Inget avviker och alla parter har svarat."),
    (
        {"done": 57, "deviating": 7, "not_reported": 16}, {"done": 53, "not_reported": 27}, {"asks": 3, "silent": 3},
        "57 av 80 åtaganden går enligt plan, fyra fler än i 2026:1. "
        "Sju avviker, tre parter lämnade inte alla svar, och rådet ombeds besluta i tre frågor.",
    ),
    (
        {"ongoing": 1, "deviating": 1}, {"done": 2}, {"asks": 1},
        "1 av 2 åtaganden går enligt plan, en färre än i 2026:1. "
        "Ett avviker, alla parter har svarat, och rådet ombeds besluta i en fråga.",
    ),
    ({"done": 2}, {"ongoing": 2}, {}, "2 av 2 åtaganden går enligt plan, lika många som i 2026:1. "
     "Inget avviker och alla parter har svarat."),
    ({"done": 20}, {"done": 4}, {}, "20 av 20 åtaganden går enligt plan, mot 4 av 4 i 2026:1. "
     "Inget avviker och alla parter har svarat."),
    (
        {"done": 2, "not_reported": 1}, {"done": 3}, {"closed": False, "silent": 1},
        "2 av 3 åtaganden går enligt plan. Inget avviker och en part har svar kvar att lämna.",
    ),
    ({"deviating": 13}, None, {}, "0 av 13 åtaganden går enligt plan. 13 avviker och alla parter har svarat."),
]  # fmt: skip


@pytest.mark.parametrize(("shares", "before", "more", "expected"), SENTENCES)
def test_headline_of_says_what_the_figures_say(shares, before, more, expected):
    html = headline_of(board(shares, before, **more))
    assert re.sub(r"<[^>]+>", "", html) == expected


def test_headline_of_leads_each_figure_to_its_answers():
    html = headline_of(board({"done": 1, "deviating": 1, "not_reported": 1}, asks=1, silent=1))
    told = re.findall(r'href="([^"]+)"', html)
    answers = "/overenskommelser/ex/uppfoljning/2026:2/svar/"
    codes = ("on_track", "deviating", "not_reported")
    assert told == [*(f"{answers}?status={code}" for code in codes), "#beslut-h"]


@pytest.mark.parametrize(("change", "text"), [(3, "+3"), (-3, "−3"), (0, "±0")])
def test_signed_writes_a_change(change, text):
    assert signed(change) == text
