"""What the report form costs: python -m bench.followup

As bench.actionplans: a PostgreSQL of its own, the portal with two workers, and beside it a floor that locks a row,
writes it, and writes a line of audit. The form is saved field by field and asked for with 30 activities, in turns with
the floor, one request at a time. What counts is the ratio: at most 6, and 8 questions, to save a field. Judges nothing.
"""

import datetime
import os
import re
import signal
import sys
from html import escape

from bench import actionplans as bench

ACTIVITIES = 30
LIST = """
SELECT r.id, r.status, r.text, r.version, a.number, a.title FROM followup_report r
JOIN actionplans_activity a ON a.id = r.activity_id WHERE r.round_id = %s ORDER BY a."order"
"""
SAVE = [
    "SELECT version FROM followup_report WHERE id = %s FOR UPDATE",
    "UPDATE followup_report SET text = 'Golv', version = version + 1 WHERE id = %s",
    "INSERT INTO bench_audit (report) VALUES (%s)",
]


def floor(environ, start_response):
    """GET /<round> the party's list, POST /<report> the save of a report."""
    pk = int(environ["PATH_INFO"].strip("/"))
    body = (floor_save if environ["REQUEST_METHOD"] == "POST" else floor_list)(pk).encode()
    start_response("200 OK", [("Content-Type", "text/html"), ("Content-Length", str(len(body)))])
    return [body]


def floor_list(round):
    rows = bench.database().execute(LIST, [round]).fetchall()
    return "<!doctype html>" + "".join(f"<p>{' '.join(escape(str(value)) for value in row)}</p>" for row in rows)


def floor_save(report):
    with bench.database().transaction():
        for statement in SAVE:
            bench.database().execute(statement, [report])
    return f"<p>{report}</p>"


def fill():
    """A party's place in an open round with its reports, another party's report for the floor, and a session."""
    from actionplans.models import ActionPlan, Edition
    from agreements.models import Accession, Actor, Agreement
    from followup.models import Respondent, Round
    from governance.services import grant_rights
    from parties.models import County, Party

    county = County.objects.order_by("pk").first()
    party, other = Party.objects.filter(county=county)[:2]
    agreement = Agreement.objects.create(
        slug="matning", title="Mätning", short_name="Mätning", county=county, kind="regional_agreement",
        status="in_force", coordinating_party=other, published_on=datetime.date(2020, 1, 1),
    )  # fmt: skip
    for one in (party, other):
        Accession.objects.create(agreement=agreement, party=one, name_at_signing=one.name)
        Actor.objects.create(agreement=agreement, kind="party", party=one, name=one.name)
    grant_rights(agreement)
    plan = ActionPlan.objects.create(agreement=agreement, key="plan", name="Handlingsplan")
    half = {"starts_on": datetime.date(2026, 1, 1), "ends_on": datetime.date(2026, 6, 30)}
    edition = Edition.objects.create(plan=plan, label="2026:1", **half)
    rounds = [
        Round.objects.create(agreement=agreement, label=label, due_on=due, opened_at=f"{due}T08:00Z",
                             period_starts_on=due, period_ends_on=due)
        for label, due in (("2025:2", datetime.date(2025, 12, 31)), ("2026:1", datetime.date(2026, 12, 31)))
    ]  # fmt: skip
    reports = reports_of(edition, rounds, party, other)
    place = Respondent.objects.create(round=rounds[1], party=party)
    return place, reports, bench.session_of(party, "reporter")


def reports_of(edition, rounds, party, other):
    """Last round handed in, this one unanswered; the other party's one report is the floor's."""
    from actionplans.models import Activity
    from agreements.models import Actor
    from followup.models import Report

    actor = Actor.objects.filter(agreement=edition.plan.agreement).first()
    activities = Activity.objects.bulk_create(
        Activity(edition=edition, number=f"A{place}", order=place, title=f"Ta fram rutiner för boende {place}",
                 responsible=actor, counts="adults")
        for place in range(ACTIVITIES)
    )  # fmt: skip
    said = {"status": "ongoing", "text": "Arbetet är i gång i tre kommuner.", "submitted_at": "2025-12-01T08:00Z"}
    Report.objects.bulk_create(Report(round=rounds[0], activity=row, party=party, **said) for row in activities)
    mine = Report.objects.bulk_create(Report(round=rounds[1], activity=row, party=party) for row in activities)
    return [*mine, Report.objects.create(round=rounds[1], activity=activities[0], party=other)]


def run():
    from django.core.management import call_command
    from django.urls import reverse

    call_command("migrate", verbosity=0)
    place, reports, (client, cookies) = fill()
    address = [place.round.agreement.slug, place.round.label]
    form = reverse("followup:party_form", args=[*address, place.party.key])
    asked = bench.measure(lambda: bench.ask("floor", f"/{place.round_id}"), lambda: bench.ask("portal", form, cookies))
    bench.tell(f"Formuläret, {ACTIVITIES} aktiviteter", *asked, bench.queries_of(client, form))
    save_a_field(client, cookies, reports, reverse("followup:report_field", args=[*address, reports[0].pk]))


def save_a_field(client, cookies, reports, path):
    """Save the text of one report over and over, against a lock, an update and a line of audit."""
    state = {"version": 1, "turn": 0}

    def save():
        state["turn"] += 1
        post = {"field": "text", "value": f"Boskolan är igång {state['turn']}", "version": state["version"]}
        answer = bench.ask("portal", path, cookies, post)
        state["version"] = int(re.search(rb'data-version="(\d+)"', answer[2])[1])
        return answer

    save()  # the first also keeps that the party has begun
    queries = bench.queries_of(client, path, {"field": "text", "value": "Boskolan", "version": state["version"]})
    state["version"] += 1
    floor_request = lambda: bench.ask("floor", f"/{reports[-1].pk}", post={})  # noqa: E731
    bench.tell("Spara ett fält", *bench.measure(floor_request, save), queries)


def main():
    import django

    from tools.postgres import cluster, find_binaries

    try:
        find_binaries()
    except SystemExit as reason:
        print(f"Rapportformuläret mäts inte: {reason}")
        return
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))  # servers and database end with it
    with cluster() as url:
        dsn = url.removeprefix("postgres://postgres@/").rpartition("/")
        os.environ |= {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "portal.settings"}
        os.environ["FLOOR_DSN"] = f"host={dsn[0]} dbname={dsn[2]} user=postgres"
        django.setup()
        with bench.server("portal", "portal.wsgi"), bench.server("floor", "bench.followup:floor"):
            from django.db import connection as portal

            portal.cursor().execute("CREATE TABLE bench_audit (id serial PRIMARY KEY, report bigint)")
            run()
            portal.close()


if __name__ == "__main__":
    main()
