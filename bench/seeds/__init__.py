"""Data to measure on, always the same, made by bulk inserts into a database that holds the register and nothing else.

* ``county``: Halland's agreement of 300 activities and 20 parties, with six rounds of 5,000 answers asked for; and the
  desk, an agreement beside it with drafts of 200 and 500 activities.
* ``sweden``: the same in the middle of all the other counties: 21 counties, 290 municipalities, 21 regions, 12 agencies
  in every county, 6,000 activities, about 180,000 reports, 4,000 people.
* ``tenfold``: the county with ten times the activities, and so ten times the answers.
* ``trial``: the county and the desk in small, to try in seconds whether everything can be measured.

What is measured in Halland is the same rows in ``county`` and ``sweden``; all that differs is what stands around them.
Addresses and e-mail are known without asking the database: ``slug_of("13")``, ``email_of("reporter", "region-13")``.
"""

from dataclasses import dataclass

from django.db import connection, transaction

from bench.seeds import agreements, desk, people, plans, rounds
from bench.seeds.people import PASSWORD, email_of
from parties.models import County

__all__ = ["DESK", "HOME", "PASSWORD", "SEEDS", "email_of", "seed", "slug_of"]

HOME = "13"  # Halland: six municipalities, with board, region and twelve agencies twenty parties
DESK = desk.SLUG


@dataclass(frozen=True)
class Size:
    """What one county has. ``asked``: how many parties answer for an activity, in turns; none: every party for most."""

    activities: int
    rounds: int
    asked: tuple[int, ...] = ()


COUNTY = Size(activities=300, rounds=6)
ELSEWHERE = Size(activities=285, rounds=10, asked=(3, 3, 2))  # 6,000 activities with Halland's, 182,000 reports
TENFOLD = Size(activities=3000, rounds=6)
TRIAL = Size(activities=12, rounds=3)


def seed(name):
    """Fill the database with the data called ``name``, a key of SEEDS, all of it or nothing."""
    with transaction.atomic():
        SEEDS[name]()
    learn()


def fill(codes, size, at_desk=desk.SIZES, answered=desk.ANSWERED):
    """The counties with their parties and people, an agreement with a plan and its rounds in each, and the desk."""
    parties = people.parties_in(codes)
    people.employ(parties)
    for code in codes:
        here = COUNTY if code == HOME and len(codes) > 1 else size
        agreement = agreements.make(slug_of(code), County.objects.get(code=code), parties[code])
        edition = plans.make(agreement, parties[code], here)
        rounds.make(agreement, edition, here)
    desk.fill(people.party_of("lansstyrelsen", HOME), at_desk, answered)


def every_county():
    return sorted(County.objects.values_list("code", flat=True))


SEEDS = {
    "county": lambda: fill([HOME], COUNTY),
    "sweden": lambda: fill(every_county(), ELSEWHERE),
    "tenfold": lambda: fill([HOME], TENFOLD),
    "trial": lambda: fill([HOME], TRIAL, {"plan-small": 4, "plan-large": 12}, 3),
}


def slug_of(code):
    """The address of the agreement of the county with this code."""
    return f"matning-{code}"


def learn():
    """Let the database know its tables; else it does so some time while pages are measured."""
    if connection.vendor == "postgresql":
        connection.cursor().execute("VACUUM ANALYZE")
    else:
        connection.cursor().execute("ANALYZE")
