"""What the council's papers cost: python -m bench.pack [ACTIVITIES …]

For each number of activities, each answered by eight parties in a paragraph, a database is filled and a round closed;
the papers are then made in every kind. Told are pages, seconds, questions and the size of the files, and beside the PDF
its floor: the typesetter alone on the finished paper. DATABASE_URL decides which database; without it SQLite in memory.
Judges nothing.
"""

import datetime
import os
import sys
import time
from contextlib import contextmanager
from functools import partial

PARTIES, AREAS = 8, 6
TEXT = "Arbetet är i gång i tre kommuner. Handläggarna träffas varje månad och delar det som har fungerat bra. "


def fill(activities):
    """A closed round whose plan has a next edition, half of it changed."""
    from django.utils import timezone

    from actionplans.models import Activity
    from followup.models import Report
    from followup.services import close_round
    from tests import factories as make

    round = make.RoundFactory(agreement__short_name="Mätning")
    agreement = round.agreement
    areas = [make.PriorityAreaFactory(agreement=agreement, name=f"Område {number}") for number in range(AREAS)]
    parties = [make.AccessionFactory(agreement=agreement).party for _number in range(PARTIES)]
    edition = make.EditionFactory(plan__agreement=agreement, label="2026:2")
    rows = Activity.objects.bulk_create(
        Activity(edition=edition, area=areas[n * AREAS // activities], number=f"A{n}", order=n,
                 title=f"Ta fram rutiner för boende {n}")
        for n in range(activities)
    )  # fmt: skip
    year = {"starts_on": datetime.date(2027, 1, 1), "ends_on": datetime.date(2027, 6, 30)}
    later = make.EditionFactory(plan=edition.plan, label="2027:1", **year)
    Activity.objects.bulk_create(
        Activity(edition=later, area=row.area, number=row.number, order=row.order, lineage=row.lineage,
                 title=row.title, description="" if row.order % 2 else TEXT)
        for row in rows
    )  # fmt: skip
    make.adopt(edition)
    later.propose(by=make.UserFactory())
    said = {"status": "ongoing", "degree": "started", "text": TEXT * 2, "submitted_at": timezone.now()}
    bad = {"status": "deviating", "deviation_cause": TEXT, "deviation_measure": TEXT}
    Report.objects.bulk_create(
        Report(round=round, activity=row, party=party, **{**said, **(bad if (row.order + n) % 20 == 0 else {})})
        for row in rows
        for n, party in enumerate(parties)
    )
    close_round(round=round, by=make.UserFactory())
    return round


@contextmanager
def counting():
    """How many questions are asked within, as the only item of a list."""
    from django.db import connection

    asked = [0]

    def count(execute, *args):
        asked[0] += 1
        return execute(*args)

    with connection.execute_wrapper(count):
        yield asked


def timed(make):
    began = time.perf_counter()
    made = make()
    return made, time.perf_counter() - began


def run(activities):
    from followup.pack import Kind, file_of, material_of
    from followup.pack_paper import pack_paper
    from lib import typeset

    round = fill(activities)
    with counting() as asked:
        material, took = timed(partial(material_of, round))
    answers = round.reports.count()
    print(f"{activities} aktiviteter, {answers} svar: läsa {took:.2f} s, {asked[0]} frågor")
    for kind in Kind:
        made, took = timed(partial(file_of, material, kind))
        more = ""
        if kind == Kind.PDF:
            floor = timed(partial(typeset.pdf, pack_paper(material)))[1]
            more = f", {typeset.page_count(made)} sidor; sättaren ensam {floor:.2f} s"
        print(f"  {kind.label}: {took:.2f} s, {len(made) / 1024:.0f} kB{more}", flush=True)


def main(sizes):
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    from django.db import connection

    before = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"].update(MIGRATE=False)
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    for size in sizes:
        run(size)
    connection.creation.destroy_test_db(before, verbosity=0)


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or [10, 60])
