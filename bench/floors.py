"""The floor under each page: what no framework can be faster than.

A bare WSGI function, served as the portal is, that asks the database one question for the same rows, escapes them and
joins them to a page of the same size. ``GET /<name>?size=<bytes>&…`` is a page, ``POST /<name>?…`` a save: a row is
locked and written, and a line of audit. What else stands in the address are values of the question. Knows no Django.
"""

import os
from html import escape
from urllib.parse import parse_qsl

LIST = """
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
WHERE a.edition_id IN (%(edition)s, %(other)s) ORDER BY area."order", area.id, part."order", part.id, a."order", a.id
"""
SUMS = """
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
ANSWERS = """
SELECT report.id, party.name, activity.number, report.submitted_at, report.approved_at, report.returned_at
FROM followup_report report JOIN parties_party party ON party.id = report.party_id
JOIN actionplans_activity activity ON activity.id = report.activity_id
WHERE report.round_id = %(round)s ORDER BY party.sort_name, activity."order"
"""
PAPERS = """
SELECT party.name, activity.number, activity.title, report.status, report.text, report.deviation_cause,
       report.deviation_measure FROM followup_report report JOIN parties_party party ON party.id = report.party_id
JOIN actionplans_activity activity ON activity.id = report.activity_id
WHERE report.round_id = %(round)s AND report.submitted_at IS NOT NULL ORDER BY activity."order", party.sort_name
"""
WORKBOOK = PAPERS.replace(
    "WHERE report.round_id = %(round)s",
    "JOIN followup_round round ON round.id = report.round_id WHERE round.agreement_id = %(agreement)s",
)
FORM = """
SELECT report.id, report.status, report.text, report.version, activity.number, activity.title, last.status, last.text
FROM followup_report report JOIN actionplans_activity activity ON activity.id = report.activity_id
LEFT JOIN followup_report last ON last.party_id = report.party_id AND last.activity_id = report.activity_id
  AND last.round_id <> report.round_id
WHERE report.round_id = %(round)s AND report.party_id = %(party)s ORDER BY activity."order"
"""
INBOX = """
SELECT report.id, activity.number, activity.title, agreement.short_name, round.due_on
FROM followup_report report JOIN followup_round round ON round.id = report.round_id
JOIN agreements_agreement agreement ON agreement.id = round.agreement_id
JOIN actionplans_activity activity ON activity.id = report.activity_id
WHERE report.party_id = %(party)s AND report.submitted_at IS NULL AND round.closed_at IS NULL
ORDER BY round.due_on, report.id
"""
ROUNDS = """
SELECT agreement.short_name, round.label, round.due_on, count(*), count(report.submitted_at)
FROM followup_round round JOIN agreements_agreement agreement ON agreement.id = round.agreement_id
JOIN followup_report report ON report.round_id = round.id
WHERE agreement.coordinating_party_id = %(party)s AND round.closed_at IS NULL GROUP BY 1, 2, 3 ORDER BY 3
"""
AGREEMENTS = """
SELECT agreement.slug, agreement.title, county.name, agreement.status,
       (SELECT count(*) FROM agreements_accession one WHERE one.agreement_id = agreement.id)
FROM agreements_agreement agreement JOIN parties_county county ON county.id = agreement.county_id
WHERE agreement.published_on IS NOT NULL ORDER BY county.sort_name, agreement.title
"""
AGREEMENT = """
SELECT 1, name, '', "order" FROM agreements_priorityarea WHERE agreement_id = %(agreement)s
UNION ALL SELECT 2, name, text, "order" FROM agreements_collaborationarea WHERE agreement_id = %(agreement)s
UNION ALL SELECT 3, text, '', "order" FROM agreements_goal WHERE agreement_id = %(agreement)s
UNION ALL SELECT 4, heading, text, "order" FROM agreements_provision WHERE agreement_id = %(agreement)s
UNION ALL SELECT 5, name_at_signing, '', "order" FROM agreements_accession WHERE agreement_id = %(agreement)s
ORDER BY 1, 4
"""
SEARCH = """
SELECT a.id, a.number, a.title, edition.label FROM actionplans_activity a
JOIN actionplans_edition edition ON edition.id = a.edition_id WHERE a.search_text LIKE %(words)s ORDER BY a.id LIMIT 50
"""
PAGES = {
    "list": LIST, "sums": SUMS, "answers": ANSWERS, "papers": PAPERS, "form": FORM, "inbox": INBOX, "rounds": ROUNDS,
    "agreements": AGREEMENTS, "agreement": AGREEMENT, "search": SEARCH, "workbook": WORKBOOK, "": "SELECT 1",
}  # fmt: skip
SAVES = {
    "activity": [
        "SELECT version FROM actionplans_activity WHERE id = %(row)s FOR UPDATE",
        "UPDATE actionplans_activity SET title = 'Golv', version = version + 1 WHERE id = %(row)s",
        "INSERT INTO bench_audit (line) VALUES (%(row)s)",
    ],
    "report": [
        "SELECT version FROM followup_report WHERE id = %(row)s FOR UPDATE",
        "UPDATE followup_report SET text = 'Golv', version = version + 1 WHERE id = %(row)s",
        "INSERT INTO bench_audit (line) VALUES (%(row)s)",
    ],
}
AUDIT = "CREATE TABLE IF NOT EXISTS bench_audit (line bigint)"
connection = None


def application(environ, start_response):
    values = dict(parse_qsl(environ["QUERY_STRING"]))
    size = int(values.pop("size", 0))
    values = {name: int(value) if value.isdecimal() else value for name, value in values.items()}
    name = environ["PATH_INFO"].strip("/")
    rows = save(name, values) if environ["REQUEST_METHOD"] == "POST" else ask(PAGES[name], values)
    body = page_of(rows, size)
    headers = [("Content-Type", "text/html"), ("Content-Length", str(len(body))), ("X-Rows", str(len(rows)))]
    start_response("200 OK", headers)
    return [body]


def page_of(rows, size):
    """The rows escaped and joined, with as much markup between them as makes a page of ``size`` bytes."""
    texts = ["".join([escape(str(value)) for value in row]) for row in rows]
    between = "<td>" * max(0, (size - sum(map(len, texts))) // 4 // max(1, len(texts)))
    return (between.join(texts) + between).encode()[: size or None].ljust(size)


def save(name, values):
    """Lock, write and note in one transaction, with the statements called ``name``."""
    if "FLOOR_SQLITE" in os.environ:
        with database():
            database().execute("BEGIN IMMEDIATE")
            for statement in SAVES[name]:
                ask(statement, values)
    else:
        with database().transaction():
            for statement in SAVES[name]:
                database().execute(statement, values)
    return [("Golv",)]


def ask(statement, values):
    if "FLOOR_SQLITE" not in os.environ:
        return database().execute(statement, values).fetchall()
    for ours, theirs in (("string_agg", "group_concat"), (" FOR UPDATE", ""), ("%(", ":"), (")s", "")):
        statement = statement.replace(ours, theirs)
    return database().execute(statement, values).fetchall()


def database():
    """The process's one connection."""
    global connection
    if connection is None:
        if "FLOOR_SQLITE" in os.environ:
            import sqlite3

            connection = sqlite3.connect(os.environ["FLOOR_SQLITE"], timeout=20, isolation_level=None)
            connection.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;")
        else:
            import psycopg

            connection = psycopg.connect(os.environ["FLOOR_DSN"], autocommit=True, prepare_threshold=2)
    return connection
