"""What the council's page costs: python -m bench.dashboard

As bench.actionplans: a PostgreSQL of its own, the portal with two workers, and beside it a floor that asks one question
(a union of three GROUP BY, names joined), and escapes and joins the sums. An agreement with 20 parties, 8 areas and ten
rounds of 5,000 reports each: nine are closed, one takes answers. What counts is the ratio: at most 2.5 where something
has been written since, 0.5 where nothing has, and at most 8 questions for the figures. Judges nothing.
"""

import datetime
import os
import signal
import sys
from html import escape

from bench import actionplans as bench

AREAS, PARTIES, REPORTS, ROUNDS = 8, 20, 5000, 10
STATUSES = ("ongoing", "done", "continuous", "not_started", "deviating", "cancelled", "not_relevant", "no_data", "")
QUERY = """
SELECT 'status', CASE WHEN r.submitted_at IS NULL THEN '' ELSE r.status END, '', count(*)
FROM followup_report r WHERE r.round_id = %(round)s GROUP BY 2
UNION ALL SELECT area.name, CASE WHEN r.submitted_at IS NULL THEN '' ELSE r.status END, '', count(*)
FROM followup_report r JOIN actionplans_activity a ON a.id = r.activity_id
JOIN agreements_priorityarea area ON area.id = a.area_id WHERE r.round_id = %(round)s GROUP BY 1, 2
UNION ALL SELECT p.name, CASE WHEN r.submitted_at IS NULL THEN '' ELSE r.status END, area.name, count(*)
FROM followup_report r JOIN actionplans_activity a ON a.id = r.activity_id
JOIN agreements_priorityarea area ON area.id = a.area_id JOIN parties_party p ON p.id = r.party_id
WHERE r.round_id = %(round)s GROUP BY 1, 2, 3
"""


def floor(environ, start_response):
    """GET /<round> its sums."""
    rows = bench.database().execute(QUERY, {"round": int(environ["PATH_INFO"].strip("/"))}).fetchall()
    cells = ("".join(f"<td>{escape(str(value))}</td>" for value in row) for row in rows)
    body = ("<!doctype html><table>" + "".join(f"<tr>{row}</tr>" for row in cells) + "</table>").encode()
    start_response("200 OK", [("Content-Type", "text/html"), ("Content-Length", str(len(body)))])
    return [body]


def fill():
    """The agreement's last two rounds, closed and open, and somebody of its council who has signed in."""
    from agreements.models import Accession, Actor, Agreement, PriorityArea
    from followup.models import Respondent, Round
    from followup.services import close_round
    from governance.services import grant_rights
    from parties.models import County, Party, User

    county = County.objects.order_by("pk").first()
    parties = list(Party.objects.order_by("pk")[:PARTIES])
    agreement = Agreement.objects.create(
        slug="matning", title="Mätning", short_name="Mätning", county=county, kind="regional_agreement",
        status="in_force", coordinating_party=parties[0], published_on=datetime.date(2020, 1, 1),
    )  # fmt: skip
    for party in parties:
        Accession.objects.create(agreement=agreement, party=party, name_at_signing=party.name)
        Actor.objects.create(agreement=agreement, kind="party", party=party, name=party.name)
    areas = [
        PriorityArea.objects.create(agreement=agreement, name=f"Område {number} med ett namn", order=number)
        for number in range(AREAS)
    ]
    grant_rights(agreement)
    activities = activities_of(agreement, areas)
    by = User.objects.create(email="stangare@exempel.invalid")
    rounds = []
    for number in range(ROUNDS):
        day = datetime.date(2020 + number // 2, 1 + 6 * (number % 2), 1)
        period = {"period_starts_on": day, "period_ends_on": day + datetime.timedelta(days=180)}
        round = Round.objects.create(
            agreement=agreement, label=f"{day.year}:{number % 2 + 1}", due_on=period["period_ends_on"],
            opened_at=f"{day}T08:00Z", **period,
        )  # fmt: skip
        Respondent.objects.bulk_create(Respondent(round=round, party=party) for party in parties)
        reports_of(round, activities, parties)
        if number < ROUNDS - 1:
            close_round(round=round, by=by)
        rounds.append(round)
    return agreement, rounds, bench.session_of(parties[1], "reader")


def activities_of(agreement, areas):
    from actionplans.models import ActionPlan, Activity, Edition

    plan = ActionPlan.objects.create(agreement=agreement, key="plan", name="Handlingsplan")
    days = {"starts_on": datetime.date(2020, 1, 1), "ends_on": datetime.date(2024, 12, 31)}
    edition = Edition.objects.create(plan=plan, label="2020", **days)
    return Activity.objects.bulk_create(
        Activity(edition=edition, number=f"A{place}", order=place, area=areas[place % AREAS],
                 title=f"Ta fram gemensamma rutiner för mottagande och boende {place}")
        for place in range(REPORTS // PARTIES)
    )  # fmt: skip


def reports_of(round, activities, parties):
    """A report per activity and party, a twentieth deviating and every fiftieth of those with a question."""
    from followup.models import Report

    rows = []
    for place, (activity, party) in enumerate((activity, party) for activity in activities for party in parties):
        status = STATUSES[place * 7 % 20 % 9] if place * 7 % 20 < 9 else "ongoing"
        said = {"status": status, "text": "Arbetet är i gång i tre kommuner.", "submitted_at": f"{round.due_on}T08:00Z"}
        if status == "deviating":
            said |= {
                "deviation_cause": "Saknar personal",
                "deviation_measure": "Rekryterar",
                "new_end_date": "2025-01-01",
            }
            said |= {"decision_asked": "Ska tiden förlängas?"} if place % 1000 == 12 else {}
        rows.append(Report(round=round, activity=activity, party=party, **(said if status else {})))
    Report.objects.bulk_create(rows, batch_size=1000)


def run():
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    agreement, rounds, visitor = fill()
    closed, live = rounds[-2], rounds[-1]

    def renew():
        from lib.db import renew_stamp

        renew_stamp(type(agreement).objects.filter(pk=agreement.pk))

    page(visitor, "Öppen omgång, något skrivet", "round_detail", live, lambda: write_in(live))
    page(visitor, "Öppen omgång, oförändrad", "round_detail", live)
    page(visitor, "Stängd omgång, ny", "round_detail", closed, renew)
    page(visitor, "Stängd omgång, oförändrad", "round_detail", closed)
    page(visitor, "Stängd, första av tio, ny", "round_detail", rounds[0], renew)
    area = agreement.priorityarea_set.first().key
    page(visitor, "Ett område, något skrivet", "round_detail", live, lambda: write_in(live), f"?omrade={area}")
    page(visitor, "Svaren, öppen, alla", "round_answers", live)
    page(visitor, "Svaren, stängd, avviker", "round_answers", closed, query="?status=deviating")
    kept_by_the_browser(visitor, closed)


def page(visitor, title, name, round, before=lambda: None, query=""):
    """Tell what a page costs that is asked for after ``before``."""
    from django.urls import reverse

    client, cookies = visitor
    path = reverse(f"followup:{name}", args=[round.agreement.slug, round.label]) + query
    client.get(path)
    before()
    queries = bench.queries_of(client, path)
    floor_request = lambda: bench.ask("floor", f"/{round.pk}")  # noqa: E731
    bench.tell(title, *bench.measure(floor_request, lambda: bench.ask("portal", path, cookies), before), queries)


def kept_by_the_browser(visitor, round):
    from django.urls import reverse

    client, cookies = visitor
    round.publish(by=None)
    path = reverse("followup:round_detail", args=[round.agreement.slug, round.label])
    kept = client.get(path).headers["ETag"]
    again = lambda: bench.ask("portal", path, cookies, kept=kept)  # noqa: E731
    asked = bench.measure(lambda: bench.ask("floor", f"/{round.pk}"), again)
    bench.tell("Publicerad, oförändrad (304)", *asked, bench.queries_of(client, path, kept=kept))


def write_in(round):
    """What a save of a report does to what the page is kept by."""
    from django.db.models import F

    from followup.models import Report

    first = Report.objects.filter(round=round).order_by("pk")[:1]
    Report._base_manager.filter(pk__in=first.values("pk")).update(version=F("version") + 1)


def main():
    import django

    from tools.postgres import cluster, find_binaries

    try:
        find_binaries()
    except SystemExit as reason:
        print(f"Rådets sida mäts inte: {reason}")
        return
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))  # servers and database end with it
    with cluster() as url:
        dsn = url.removeprefix("postgres://postgres@/").rpartition("/")
        os.environ |= {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "portal.settings"}
        os.environ["FLOOR_DSN"] = f"host={dsn[0]} dbname={dsn[2]} user=postgres"
        django.setup()
        with bench.server("portal", "portal.wsgi"), bench.server("floor", "bench.dashboard:floor"):
            from django.db import connection as portal

            run()
            portal.close()


if __name__ == "__main__":
    main()
