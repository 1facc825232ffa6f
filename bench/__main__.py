"""What the portal's pages cost: make bench, or python -m bench [--only PAGE …] [--database KIND …] [--compare] …

Fills databases of its own (bench.seeds), serves the portal with gunicorn and two workers and beside it a floor
(bench.floors), logs in as people of each role, asks for every page (bench.pages) in turns with its floor, and prints
questions, bytes and times. What counts is the ratio to the floor, not the milliseconds. A whole run is written to
bench/results/<date>.json. Nothing goes red: it tells, and people judge.
"""

import argparse
import errno
import os
import shutil
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import replace

from bench import servers, telling

KINDS = ("postgresql", "sqlite")
SECONDS = {"postgresql": 3, "sqlite": 1}  # for a page with its floor, once both are warm: eight minutes in all
# What is measured where: with all that is read and written, and then what else may grow.
DATA = {"postgresql": ("county", "sweden", "tenfold"), "sqlite": ("county",)}
GROWS = {
    "start", "work", "inbox", "agreement", "agreement_new", "plan", "control", "dashboard_written", "dashboard",
    "search", "list", "report",
}  # fmt: skip
NEEDED, FULL_BELOW = 1500, 50  # MB free: to begin with, and below which a failure is the disk's
FULL = f"Disken är full. Mätningen behöver {NEEDED} MB under {tempfile.gettempdir()}; ge plats och kör om."


def main(words):
    told = arguments(words)
    servers.end_on_signals()
    if free() < NEEDED:
        sys.exit(FULL)
    kind, *later = told.database
    before = telling.last_run(kind)
    try:
        results = measure_on(kind, told)
    except KeyboardInterrupt:
        sys.exit("Avbruten. Servrar och databaser som mätningen startade är stoppade och borttagna.")
    telling.grown(results, kind)
    if told.compare and before:
        telling.held_against(before, results)
    if not (told.only or told.data):
        print(f"\nResultatet står i {telling.store(results)}.", flush=True)
    if later:  # from the start: a process of Django's knows one kind of database
        os.execv(sys.executable, [sys.executable, "-m", "bench", *without_database(words), "--database", *later])


def arguments(words):
    parser = argparse.ArgumentParser(prog="make bench ARGS=…", description=__doc__.partition("\n\n")[2])
    parser.add_argument(
        "--only", nargs="+", default=[], metavar="SIDA", help="bara sidor som heter så: list, dashboard …"
    )
    parser.add_argument("--data", nargs="+", choices=(*DATA["postgresql"], "trial"), help="mät bara på dessa data")
    parser.add_argument("--database", nargs="+", choices=KINDS, default=KINDS, help="PostgreSQL, SQLite eller båda")
    parser.add_argument("--compare", action="store_true", help="jämför med den förra lagrade körningen")
    parser.add_argument("--port", type=int, default=servers.PORT, help="portalens port; golvet får nästa")
    return parser.parse_args(words)


def without_database(words):
    """The words that a run was started with, but for which database to measure on."""
    kept, skipping = [], False
    for word in words:
        skipping = word == "--database" or (skipping and not word.startswith("-"))
        kept += [] if skipping else [word]
    return kept


def measure_on(kind, told):
    """{"<kind> <data>": {page: figures}}, told line by line as they come."""
    results = {}
    with servers.data(kind) as data, told_when_full():
        for seed in told.data or (["county"] if told.only else DATA[kind]):
            telling.head(kind, seed, data.fill(seed))
            results[f"{kind} {seed}"] = measure_pages(seed, data, told)
    return results


def measure_pages(seed, data, told):
    """{page: figures} of the pages that are wanted of the data called ``seed``."""
    from bench import floors, measuring, pages

    data.connection.cursor().execute(floors.AUDIT)
    found = {}
    with (
        servers.serving("portal.wsgi", told.port) as portal,
        servers.serving("bench.floors:application", told.port + 1, **data.floor_source) as floor,
    ):
        people = measuring.People(portal)
        yardstick = pages.yardstick(measuring.LIST_SIZE) if seed != "trial" else None
        for page in wanted([*pages.in_county(), *pages.at_desk()], seed, told):
            if data.kind == "sqlite" or seed == "trial":
                page = replace(page, bar=None)  # bars are PostgreSQL's, on data of some size
            try:
                visits = measuring.Visits(page, portal, floor, people, yardstick)
                found[page.key] = measuring.measure(visits, SECONDS[data.kind])
            except (measuring.Failed, ConnectionError) as failed:
                print(f"{page.title} mäts inte: {failed}", file=sys.stderr)
            else:
                telling.line(found[page.key])
    return found


def wanted(pages, seed, told):
    """Those that were asked for; else every page in the county, and elsewhere what may grow."""
    if told.only:
        return [page for page in pages if f"{page.key}_".startswith(tuple(f"{word}_" for word in told.only))]
    return [page for page in pages if page.key in GROWS or seed not in ("sweden", "tenfold")]


# --- A full disk ------------------------------------------------------------------------------------------------------


def free():
    """MB free where databases are made."""
    return shutil.disk_usage(tempfile.gettempdir()).free // 1_000_000


@contextmanager
def told_when_full():
    """End with FULL where what failed is the disk; asked before what was made goes, and gives room again."""
    try:
        yield
    except Exception as error:
        if is_full(error) or free() < FULL_BELOW:
            sys.exit(FULL)
        raise


def is_full(error):
    """Whether the error, or what it came of, says that there is no room."""
    while error is not None:
        if getattr(error, "errno", None) == errno.ENOSPC or getattr(error, "sqlstate", "") == "53100":
            return True
        if "database or disk is full" in str(error):
            return True
        error = error.__cause__ or error.__context__
    return False


if __name__ == "__main__":
    main(sys.argv[1:])
