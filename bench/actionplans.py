"""What the pages of an action plan cost: python -m bench.actionplans

Fills a PostgreSQL of its own, starts the portal with two workers, and beside it a floor: a bare WSGI function that
asks one question and escapes and joins the same rows. Every page is asked for in turns with the floor, one request at a
time, so that a slow moment of the machine slows both. What counts is the ratio, not the milliseconds. Judges nothing.
"""

import datetime
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import time
from contextlib import contextmanager
from html import escape
from urllib.parse import urlencode

ROUNDS, REPEATS = 5, 6
PORTS = {"portal": 8934, "floor": 8935}
AREAS, PARTIES, LABEL = 8, 13, "2027:1"

# --- The floor: what no framework can be faster than -----------------------------------------------------------------

QUERY = """
SELECT a.id, a.number, a.title, a.description, a.desired_effect, a.indicator, a.starts_on, a.ends_on,
       a.followed_up_when, area.name, part.name, actor.name,
       (SELECT string_agg(other.name, ', ') FROM actionplans_activityparticipant link
        JOIN agreements_actor other ON other.id = link.actor_id WHERE link.activity_id = a.id),
       (SELECT string_agg(goal.text, ' ') FROM actionplans_activitygoal link
        JOIN agreements_goal goal ON goal.id = link.goal_id WHERE link.activity_id = a.id)
FROM actionplans_activity a
JOIN agreements_priorityarea area ON area.id = a.area_id
JOIN agreements_collaborationarea part ON part.id = a.collaboration_area_id
JOIN agreements_actor actor ON actor.id = a.responsible_id
WHERE a.edition_id = %s ORDER BY area."order", area.id, part."order", part.id, a."order", a.id
"""
ROW = (
    '<tr id="a{}"><td data-label="Nr">{}</td><th scope="row">{}</th><td data-label="Ansvarig">{}</td>'
    '<td data-label="Tidplan">{} – {}</td><td data-label="Indikator">{}</td></tr><tr class="more"><td></td>'
    '<td colspan="4"><details><summary>Mer<span class="sr"> om {}</span></summary><dl class="facts facts--text">'
    "<dt>Beskrivning</dt><dd>{}</dd><dt>Önskad effekt</dt><dd>{}</dd><dt>Mål</dt><dd>{}</dd><dt>Medverkar</dt>"
    "<dd>{}</dd><dt>Uppföljning</dt><dd>{}</dd></dl></details></td></tr>"
)
SAVE = [
    "SELECT version FROM actionplans_activity WHERE id = %s FOR UPDATE",
    "UPDATE actionplans_activity SET title = 'Golv', version = version + 1 WHERE id = %s",
    "INSERT INTO bench_audit (activity) VALUES (%s)",
]
connection = None


def floor(environ, start_response):
    """GET /<edition> the list, POST /<activity> the save of a row."""
    pk = int(environ["PATH_INFO"].strip("/"))
    body = (floor_save if environ["REQUEST_METHOD"] == "POST" else floor_list)(pk).encode()
    start_response("200 OK", [("Content-Type", "text/html"), ("Content-Length", str(len(body)))])
    return [body]


def database():
    global connection
    if connection is None:
        import psycopg

        connection = psycopg.connect(os.environ["FLOOR_DSN"], autocommit=True)
    return connection


def floor_list(edition):
    rows = database().execute(QUERY, [edition]).fetchall()
    return "<!doctype html><table>" + "".join(map(floor_row, rows)) + "</table>"


def floor_row(row):
    pk, number, title, text, effect, indicator, start, end, when, _area, _part, actor, others, goals = (
        escape(str(value)) for value in row
    )
    return ROW.format(pk, number, title, actor, start, end, indicator, number, text, effect, goals, others, when)


def floor_save(activity):
    with database().transaction():
        for statement in SAVE:
            database().execute(statement, [activity])
    return ROW.format(activity, *["Golv"] * 12)


# --- What there is to read -------------------------------------------------------------------------------------------


def fill():
    """An agreement with 13 parties and 8 areas, drafts of 200 and 500 activities, and a coordinator's session."""
    from agreements.models import Accession, Actor, Agreement, CollaborationArea, Goal, PriorityArea
    from governance.services import grant_rights
    from parties.models import County, Party

    county = County.objects.order_by("pk").first()
    parties = list(Party.objects.filter(county=county)[:PARTIES])
    board = parties[0]
    agreement = Agreement.objects.create(
        slug="matning", title="Mätning", short_name="Mätning", county=county, kind="regional_agreement",
        status="in_force", coordinating_party=board, published_on=datetime.date(2020, 1, 1),
    )  # fmt: skip
    for party in parties:
        Accession.objects.create(agreement=agreement, party=party, name_at_signing=party.name)
        Actor.objects.create(agreement=agreement, kind="party", party=party, name=party.name)
    Actor.objects.create(agreement=agreement, key="kommunerna", kind="collective", name="kommunerna")
    for number in range(AREAS):
        area = PriorityArea.objects.create(agreement=agreement, name=f"Område {number} med ett namn", order=number)
        for place in range(2):
            CollaborationArea.objects.create(
                agreement=agreement, area=area, name=f"Samverkansområde {number}{place}", order=place
            )
        text = "Fler nyanlända deltar i arbetslivet inom två år"
        Goal.objects.create(agreement=agreement, area=area, level="subgoal", text=text, order=number)
    grant_rights(agreement)
    editions = {rows: draft_of(agreement, f"plan-{rows}", rows) for rows in (200, 500)}
    return agreement, editions, session_of(board)


def draft_of(agreement, key, rows):
    """A draft of that many activities, built on an adopted edition of as many of which every tenth has changed."""
    from actionplans.models import ActionPlan, Activity, Edition

    plan = ActionPlan.objects.create(agreement=agreement, key=key, name=f"Handlingsplan {rows}")
    before = Edition.objects.create(
        plan=plan, label="2026:2", starts_on=datetime.date(2026, 7, 1), ends_on=datetime.date(2026, 12, 31)
    )
    activities_of(before, rows)
    adopt(before)
    draft = Edition.objects.create(
        plan=plan, label=LABEL, starts_on=datetime.date(2027, 1, 1), ends_on=datetime.date(2027, 6, 30), based_on=before
    )
    lineages = list(before.activities.order_by("order").values_list("lineage", flat=True))
    activities_of(draft, rows, lineages)
    for activity in Activity.objects.filter(edition=draft, order__in=range(0, rows, 10)):
        activity.title += " i hela länet"
        activity.save()
    return draft


def adopt(edition):
    from governance.models import Body, Decision
    from parties.models import User

    plan = edition.plan
    body = Body.objects.create(county=plan.agreement.county, key=plan.key, name="Råd")
    decision = Decision.objects.create(body=body, key="beslut", title="Fastställer", decided_on=edition.starts_on)
    edition.adopt(decision=decision, by=User.objects.first())


def activities_of(edition, rows, lineages=None):
    from actionplans.models import Activity, ActivityGoal, ActivityParticipant
    from agreements.models import Actor, CollaborationArea, Goal

    of_agreement = {"agreement": edition.plan.agreement}
    actors, goals = list(Actor.objects.filter(**of_agreement)), list(Goal.objects.filter(**of_agreement))
    parts = list(CollaborationArea.objects.filter(**of_agreement).select_related("area"))
    activities = Activity.objects.bulk_create(
        Activity(
            edition=edition, number=f"A{place}", order=place, area=parts[place % len(parts)].area,
            title=f"Ta fram gemensamma rutiner för mottagande och boende {place}",
            description="Samla uppgifter från kommunerna om väntetider, trångboddhet och lediga lägenheter.",
            desired_effect="Kommunerna planerar på samma underlag.", collaboration_area=parts[place % len(parts)],
            responsible=actors[place % len(actors)], indicator="Andel i arbete efter två år",
            starts_on=edition.starts_on, ends_on=edition.ends_on, followed_up_when="Varje halvår", origin="carried",
            **({"lineage": lineages[place]} if lineages else {}),
        )
        for place in range(rows)
    )  # fmt: skip
    ActivityParticipant.objects.bulk_create(
        ActivityParticipant(activity=row, actor=actors[(place + step) % len(actors)])
        for place, row in enumerate(activities)
        for step in range(1, 5)
    )
    ActivityGoal.objects.bulk_create(
        ActivityGoal(activity=row, goal=goals[place % len(goals)]) for place, row in enumerate(activities)
    )


def session_of(board, role="coordinator"):
    """A client, and the cookies, of somebody who has signed in."""
    from django.conf import settings
    from django.test import Client

    from parties.models import Role, User
    from parties.services import join

    user = User.objects.create(email=f"{role}@exempel.invalid", name="Mätning")
    user.set_password("mätning-lösenord-2026")  # without one, signing in asks for it again
    user.save()
    join(user=user, party=board, role=Role(role))
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(user)
    client.get("/konto/password/change/")  # a page with a form: the token that a write must show
    return client, {
        settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value,
        settings.CSRF_COOKIE_NAME: client.cookies[settings.CSRF_COOKIE_NAME].value,
    }


# --- Asking ----------------------------------------------------------------------------------------------------------


@contextmanager
def server(name, application, **environment):
    command = [sys.executable, "-m", "gunicorn", application, "--workers", "2", "--bind", f"127.0.0.1:{PORTS[name]}"]
    quiet = ["--log-level", "critical", "--no-control-socket"]
    process = subprocess.Popen([*command, *quiet], env={**os.environ, **environment})
    try:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", PORTS[name])) == 0:
                    break
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait()


def ask(name, path, cookies=None, post=None, kept=""):
    """(milliseconds, status, body) of one request on a connection of its own; ``kept`` is the tag of what is kept."""
    body = urlencode(post, doseq=True).encode() if post is not None else b""
    lines = [f"{'GET' if post is None else 'POST'} {path} HTTP/1.0", f"Host: 127.0.0.1:{PORTS[name]}"]
    if cookies:
        lines.append("Cookie: " + "; ".join(f"{key}={value}" for key, value in cookies.items()))
    if kept:
        lines.append(f"If-None-Match: {kept}")
    if post is not None:
        lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}", "HX-Request: true"]
        lines += [f"X-CSRFToken: {cookies['csrftoken']}"] if cookies else []
    sent = ("\r\n".join(lines) + "\r\n\r\n").encode() + body
    started = time.perf_counter()
    with socket.create_connection(("127.0.0.1", PORTS[name])) as connected:
        connected.sendall(sent)
        received = b"".join(iter(lambda: connected.recv(1 << 16), b""))
    spent = 1000 * (time.perf_counter() - started)
    head, _, answer = received.partition(b"\r\n\r\n")
    return spent, int(head.split(None, 2)[1]), answer


def measure(floor_request, page_request, before=lambda: None):
    """Medians of a page and of its floor, asked for in turns; ``before`` runs before each page, untimed."""
    for _ in range(4):  # both workers have read their templates
        before(), floor_request(), page_request()
    times = {"floor": [], "page": []}
    for _ in range(ROUNDS):
        for _ in range(REPEATS):
            times["floor"].append(floor_request()[0])
        for _ in range(REPEATS):
            before()
            spent, status, body = page_request()
            assert status in (200, 304), f"{status}: {body[:300]}"
            times["page"].append(spent)
    return {key: statistics.median(values) for key, values in times.items()}, len(body)


def queries_of(client, path, post=None, kept=""):
    """How many questions a page asks the database, the second time it is asked for."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        known = {"If-None-Match": kept} if kept else {}
        response = client.post(path, post, headers={"HX-Request": "true"}) if post else client.get(path, headers=known)
    assert response.status_code == (304 if kept else 200), f"{path} svarade {response.status_code}"
    return len(captured)


def renewed(edition):
    """A way to give the edition a new stamp, so that the next visit is the first one after a change."""
    from actionplans.models import Edition
    from lib.db import renew_stamp

    return lambda: renew_stamp(Edition.objects.filter(pk=edition.pk))


def tell(name, times, size, queries):
    ratio = times["page"] / times["floor"]
    print(
        f"{name:<40} {queries:>3} frågor {times['page']:>7.1f} ms {times['floor']:>6.1f} ms golv "
        f"{ratio:>6.2f} × {size / 1000:>6.0f} kB"
    )


def run():
    from django.core.management import call_command
    from django.urls import reverse

    call_command("migrate", verbosity=0)
    agreement, editions, (client, cookies) = fill()
    floors = {rows: lambda pk=edition.pk: ask("floor", f"/{pk}") for rows, edition in editions.items()}

    def place(name, rows, *more):
        return reverse(f"actionplans:{name}", args=[agreement.slug, f"plan-{rows}", LABEL, *more])

    def page(title, rows, path, before=lambda: None):
        client.get(path)
        before()
        queries = queries_of(client, path)
        tell(title, *measure(floors[rows], lambda: ask("portal", path, cookies), before), queries)

    for rows, edition in editions.items():
        path = place("edition_detail", rows)
        page(f"Lista, {rows}, ny", rows, path, renewed(edition))
        page(f"Lista, {rows}, oförändrad", rows, path)
    adopted = reverse("actionplans:edition_detail", args=[agreement.slug, "plan-200", "2026:2"])
    reader, known = session_of(agreement.coordinating_party, "reader")  # whom the page leads to no draft
    kept = reader.get(adopted).headers["ETag"]
    asked = measure(floors[200], lambda: ask("portal", adopted, known, kept=kept))
    tell("Fastställd, 200, oförändrad (304)", *asked, queries_of(reader, adopted, kept=kept))
    for name in ("edition_timeline", "edition_matrix", "edition_print", "edition_edit"):
        page(f"{name}, 200", 200, place(name, 200))
    page("edition_edit, 500", 500, place("edition_edit", 500))
    page("edition_compare, 500 mot 500", 500, place("edition_compare", 500, "2026:2"))
    save_a_cell(client, cookies, editions[500], place)


def save_a_cell(client, cookies, edition, place):
    """Save the title of one row over and over, against a lock, an update and a line of audit."""
    row, other = edition.activities.order_by("order").first(), edition.activities.order_by("order").last()
    path, state = place("activity_cell", 500, row.pk), {"version": row.version, "turn": 0}

    def save():
        state["turn"] += 1
        post = {"field": "title", "value": f"Ta fram rutiner {state['turn']}", "version": state["version"]}
        answer = ask("portal", path, cookies, post)
        state["version"] = int(re.search(rb'data-version="(\d+)"', answer[2])[1])
        return answer

    post = {"field": "title", "value": "Ta fram", "version": row.version}
    queries = queries_of(client, path, post)
    state["version"] += 1
    tell("Spara en cell", *measure(lambda: ask("floor", f"/{other.pk}", post={}), save), queries)


def main():
    import django

    from tools.postgres import cluster, find_binaries

    try:
        find_binaries()
    except SystemExit as reason:
        print(f"Handlingsplanerna mäts inte: {reason}")
        return
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))  # servers and database end with it
    with cluster() as url:
        dsn = url.removeprefix("postgres://postgres@/").rpartition("/")
        os.environ |= {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "portal.settings"}
        os.environ["FLOOR_DSN"] = f"host={dsn[0]} dbname={dsn[2]} user=postgres"
        django.setup()
        with server("portal", "portal.wsgi"), server("floor", "bench.actionplans:floor"):
            from django.db import connection as portal

            portal.cursor().execute("CREATE TABLE bench_audit (id serial PRIMARY KEY, activity bigint)")
            run()
            portal.close()


if __name__ == "__main__":
    main()
