"""What the control view costs: python -m bench.control

Fills a SQLite database of its own with a round of 1 × 1 and one of 300 activities × 20 parties, then prints the queries
and the median time of the control view, of one report beside it, and of approving everything at once. A floor
stands beside them: the same rows in one bare SQL question, joined. It judges nothing but that the number of queries is
the same.
"""

import os
import statistics
import tempfile
import time
import warnings
from html import escape
from pathlib import Path

REPEATS = 10
SIZES = {"1 × 1": (1, 1), "300 × 20": (300, 20)}
FLOOR = """
SELECT report.id, party.name, activity.number, report.submitted_at, report.approved_at, report.returned_at
FROM followup_report report JOIN parties_party party ON party.id = report.party_id
JOIN actionplans_activity activity ON activity.id = report.activity_id
WHERE report.round_id = %s ORDER BY party.sort_name, activity."order"
"""


def fill(agreement, label, activities, parties):
    """A round of so many activities, in eight areas, and parties: a third approved, a third waiting, a third silent."""
    from actionplans.models import ActionPlan, Activity, Edition
    from agreements.models import PriorityArea
    from followup.models import Report, Respondent, Round
    from parties.models import Party

    plan = ActionPlan.objects.create(agreement=agreement, key=f"plan-{activities}", name="Handlingsplan")
    edition = Edition.objects.create(plan=plan, label="1", starts_on="2026-01-01", ends_on="2026-06-30")
    areas = [PriorityArea.objects.create(agreement=agreement, name=f"Område {n}", order=n) for n in range(8)]
    rows = [
        Activity(edition=edition, area=areas[n * 8 // activities], number=f"{n}", title=f"Aktivitet {n}", order=n)
        for n in range(activities)
    ]
    Activity.objects.bulk_create(rows)
    round = Round.objects.create(
        agreement=agreement, label=label, due_on="2026-08-31", opened_at="2026-07-01T00:00Z",
        period_starts_on="2026-01-01", period_ends_on="2026-06-30",
    )  # fmt: skip
    asked = Party.objects.order_by("pk")[:parties]
    Respondent.objects.bulk_create(Respondent(round=round, party=party) for party in asked)
    at = "2026-08-01T00:00Z"
    states = ({"submitted_at": at, "approved_at": at}, {"submitted_at": at}, {})
    reports = (
        Report(
            round=round,
            activity=row,
            party=party,
            status="done",
            text="Klart.",
            **states[(n + m) % 3 if parties > 1 else 1],
        )
        for n, row in enumerate(rows)
        for m, party in enumerate(asked)
    )
    Report.objects.bulk_create(reports, batch_size=500)
    return round


def agreement_and_coordinator():
    from agreements.models import Agreement
    from governance.services import grant_governance_rights
    from parties.models import County, Party, Role, User
    from parties.services import join

    county = County.objects.order_by("pk").first()
    board = Party.objects.create(key="matande", name="Mätande länsstyrelse", kind="county_board")
    agreement = Agreement.objects.create(
        slug="matning", title="Mätning", short_name="Mätning", county=county, kind="regional_agreement",
        status="in_force", coordinating_party=board, published_on="2020-01-01",
    )  # fmt: skip
    grant_governance_rights(agreement)
    user = User.objects.create_user("matare@exempel.invalid", name="Mätare")
    join(user=user, party=board, role=Role.COORDINATOR)
    return agreement, user


def measure(action):
    """(queries, median ms) of something that has been done before."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    action()
    with CaptureQueriesContext(connection) as captured:
        action()
        queries = len(captured)
    times = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        action()
        times.append(1000 * (time.perf_counter() - started))
    return queries, statistics.median(times)


def floor(round):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(FLOOR, [round.pk])
        return "".join(f"<td>{escape(' '.join(map(str, row)))}</td>" for row in cursor.fetchall())


def pages_of(client, round):
    """(name, what is done) for each thing that is measured."""
    from django.urls import reverse

    from followup.models import Report

    place = [round.agreement.slug, round.label]
    waiting = Report.objects.filter(round=round, submitted_at__isnull=False, approved_at=None).order_by("pk").first()
    whole = reverse("followup:round_review", args=place)
    area = waiting.activity.area_id
    yield "golv", lambda: floor(round)
    yield "läget, områden hopfällda", lambda: client.get(whole)
    yield "läget, ett område", lambda: client.get(f"{whole}?omrade={area}")
    yield "en rapport", lambda: client.get(reverse("followup:report_review", args=[*place, waiting.pk]))


def run():
    from django.core.management import call_command
    from django.test import Client

    call_command("migrate", verbosity=0)
    agreement, user = agreement_and_coordinator()
    client = Client()
    client.force_login(user)
    found = {}
    for size, (activities, parties) in SIZES.items():
        round = fill(agreement, f"r{activities}", activities, parties)
        for name, action in pages_of(client, round):
            queries, middle = measure(action)
            found.setdefault(name, []).append(queries)
            print(f"{size:>9}  {name:<26} {queries:>3} frågor  {middle:>7.1f} ms")
    assert all(len(set(queries)) == 1 for queries in found.values()), found
    approve_everything(round, user)


def approve_everything(round, user):
    from followup.models import Report
    from followup.reviewing import approve_many

    waiting = Report.objects.filter(round=round, submitted_at__isnull=False, approved_at=None)
    seen = dict(waiting.values_list("pk", "version"))
    started = time.perf_counter()
    count = approve_many(round=round, seen=seen, by=user).count
    print(f"Godkänna {count} på en gång: {time.perf_counter() - started:.2f} s")


def main():
    import django

    with tempfile.TemporaryDirectory() as folder:
        os.environ["DATABASE_URL"] = f"sqlite:///{Path(folder) / 'bench.sqlite3'}"
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
        warnings.simplefilter("ignore")
        django.setup()
        from django.test.utils import setup_test_environment

        setup_test_environment()
        run()


if __name__ == "__main__":
    main()
