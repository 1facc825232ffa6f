"""What rights cost: python -m bench.rights

Fills a SQLite database and then a PostgreSQL of its own with 21 counties, an agreement with two parties in each, 50,000
activities (in adopted plans and drafts) and a report on each tenth; somebody wears 40 hats over all the counties, and
somebody else one. Prints how many questions load the rights in a request, and what a list of what a person may see
costs beside the same list of everything. Judges nothing but that the number of questions does not follow the hats.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

ACTIVITIES, COUNTIES, HATS, REPEATS, PAGE = 50_000, 21, 40, 15, 50
FIRST, LAST = "2026-01-01", "2026-06-30"


def fill():
    """The agreements with their plans. Returns the two persons: with 40 hats, and with one."""
    from parties.models import County, Role, User
    from parties.services import join

    many, one = (User.objects.create_user(f"{name}@exempel.invalid", name=name) for name in ("many", "one"))
    places = []
    for number, county in enumerate(County.objects.order_by("code")[:COUNTIES]):
        places += [(party, Role.REPORTER) for party in fill_agreement(number, county)]
    for party, role in places[:HATS]:
        join(user=many, party=party, role=role)
    join(user=one, party=places[0][0], role=places[0][1])
    return many, one


def fill_agreement(number, county):
    """An agreement that is public, with two parties; half of its activities in an adopted plan, half in drafts."""
    from agreements.models import Accession, Agreement
    from governance.services import grant_governance_rights
    from parties.models import Party

    board = Party.objects.create(key=f"board-{number}", name=f"Styrelse {number}", kind="county_board")
    agreement = Agreement.objects.create(
        slug=f"matning-{number}", title=f"Mätning {number}", short_name=f"Mätning {number}", county=county,
        kind="regional_agreement", status="in_force", coordinating_party=board, published_on="2020-01-01",
    )  # fmt: skip
    parties = [Party.objects.create(key=f"p-{number}-{n}", name=f"Part {number} {n}", kind="region") for n in range(2)]
    for party in parties:
        Accession.objects.create(agreement=agreement, key=party.key, party=party, name_at_signing=party.name)
    grant_governance_rights(agreement)
    fill_plan(agreement, parties)
    return parties


def fill_plan(agreement, parties):
    from django.db.models import QuerySet

    from actionplans.models import ActionPlan, Activity, Edition
    from followup.models import Report, Round
    from governance.models import Body, Decision

    body = Body.objects.create(key=f"body-{agreement.pk}", name="Råd", county=agreement.county)
    decision = Decision.objects.create(body=body, key="beslut", title="Beslut", decided_on=FIRST)
    plan = ActionPlan.objects.create(agreement=agreement, key="plan", name="Plan")
    adopted = {"state": "adopted", "decision": decision, "adopted_at": "2026-01-01T00:00Z"}
    round = Round.objects.create(
        agreement=agreement, label="1", due_on="2026-08-31", opened_at="2026-07-01T00:00Z",
        period_starts_on=FIRST, period_ends_on=LAST,
    )  # fmt: skip
    number = ACTIVITIES // COUNTIES // 2
    for state in (adopted, {}):
        label = state.get("state", "draft")
        edition = Edition.objects.create(plan=plan, label=label, starts_on=FIRST, ends_on=LAST)
        rows = [Activity(edition=edition, number=f"{n}", title=f"Aktivitet {n}", order=n) for n in range(number)]
        rows = Activity.objects.bulk_create(rows)
        reports = [Report(round=round, activity=row, party=parties[n % 2]) for n, row in enumerate(rows[::10])]
        Report.objects.bulk_create(reports)
        if state:
            QuerySet(Edition).filter(pk=edition.pk).update(**state)  # plain: adopting asks for more than it takes here


def lists(user):
    """Name → (the list of what ``user`` may see, the same rows found by keys that are known: no right is asked for)."""
    from actionplans.models import Activity, Edition
    from followup.models import Report

    editions = list(Edition.objects.visible_to(user).values_list("pk", flat=True))
    parties = list(user.memberships.values_list("party", flat=True))
    both = {
        "aktiviteter": (Activity.objects.visible_to(user), Activity.objects.filter(edition__in=editions)),
        "svar": (Report.objects.visible_to(user), Report.objects.filter(party__in=parties)),
    }
    asked = {
        "första sidan": lambda rows: list(rows.order_by("pk").values_list("pk", "version")[:PAGE]),
        "antal": lambda rows: rows.count(),
        "alla": lambda rows: list(rows.order_by("pk").values_list("pk", "version")),
    }
    for name, (seen, same) in both.items():
        for kind, ask in asked.items():
            assert ask(seen) == ask(same)
            yield f"{name}, {kind}", (lambda ask=ask, seen=seen: ask(seen), lambda ask=ask, same=same: ask(same))


def measure(pair):
    """(questions of the first, its median in ms, the other's): asked in turns, so that a slow moment slows both."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        pair[0]()
    taken = ([], [])
    for _number in range(REPEATS):
        for action, times in zip(pair, taken, strict=True):
            started = time.perf_counter()
            action()
            times.append((time.perf_counter() - started) * 1000)
    return len(queries), statistics.median(taken[0]), statistics.median(taken[1])


def questions_about_rights(client, url):
    """(all questions of the page, those that load memberships)."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    loading = [row for row in queries if is_about_memberships(row["sql"])]
    return len(queries), len(loading)


def is_about_memberships(sql):
    """Whether the first table that the question reads is that of the memberships."""
    return sql.lstrip().startswith("SELECT") and sql.partition(" FROM ")[2].startswith('"parties_membership"')


def run():
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client
    from django.test.utils import setup_test_environment

    setup_test_environment()
    call_command("migrate", verbosity=0)
    many, one = fill()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(f"{connection.vendor}: {ACTIVITIES} aktiviteter, {COUNTIES} län")
    urls = ["/mitt-arbete/", "/overenskommelser/matning-0/", "/overenskommelser/"]
    for url in urls:
        counts = []
        for user in (one, many):
            client = Client()
            client.force_login(user)
            counts.append(questions_about_rights(client, url))
        print(f"  {url:<32} 1 roll: {counts[0]}, {HATS} roller: {counts[1]} (frågor, därav om roller)")
        assert (counts[0], counts[1][1] <= 3) == (counts[1], True), counts
    for person, user in (("1 roll", one), (f"{HATS} roller", many)):
        for name, pair in lists(user):
            questions, mine, everything = measure(pair)
            ratio = mine / everything
            print(f"  {person:<10} {name:<26} {questions} fråga {mine:>7.1f} ms / {everything:>7.1f} ms = {ratio:.2f}")
            assert questions == 1


def main():
    if "DATABASE_URL" not in os.environ:
        with tempfile.TemporaryDirectory() as folder:
            run_in(f"sqlite:///{Path(folder) / 'bench.sqlite3'}")
        server = [sys.executable, "tools/postgres.py", "--", sys.executable, "-m", "bench.rights"]
        raise SystemExit(subprocess.run(server, check=False).returncode)
    run_in(os.environ["DATABASE_URL"])


def run_in(database):
    import django

    os.environ["DATABASE_URL"] = database
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    warnings.simplefilter("ignore")
    django.setup()
    run()
    del os.environ["DATABASE_URL"]


if __name__ == "__main__":
    main()
