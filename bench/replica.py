"""Proof that the portal runs beyond one machine, on one: python -m bench.replica

A primary and a streaming replica of it (servers of their own, on sockets), two web processes on ports of their own, and
pgbouncer where there is one (or where PGBOUNCER says). Says of each thing that docs/deploy.md promises what was seen,
and ends with 1 where something is not as it should be. Takes about two minutes.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event, Thread

from bench import servers
from tools.postgres import NOBODY, OPTIONS, UNPRIVILEGED

PORTS = 8937, 8938
MAX_LAG = 5
PUBLIC = ("/", "/overenskommelser/matning-13/", "/overenskommelser/matning-13/handlingsplan/", "/sok/?q=mottagande")
AGREEMENT, AREA_FORM = PUBLIC[1], f"{PUBLIC[1]}ny/omrade/"
failed = []


def say(is_so, what):
    print(f"{'ja ' if is_so else 'NEJ'} {what}", flush=True)
    if not is_so:
        failed.append(what)


# --- Databases --------------------------------------------------------------------------------------------------------


class Node:
    """A PostgreSQL server whose data, log and socket lie in ``folder``."""

    def __init__(self, folder, binaries):
        self.folder, self.binaries = folder, binaries
        self.run_as = {"env": {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}, **UNPRIVILEGED}

    def url(self, name):
        return f"postgres://postgres@/{self.folder}/{name}"

    def start(self):
        options = f"{OPTIONS} -c wal_retrieve_retry_interval=1s -c unix_socket_directories={self.folder}"
        self._ctl("--log", self.folder / "log", "--options", options, "start")

    def stop(self, mode="fast"):
        self._ctl(f"--mode={mode}", "stop")

    def promote(self):
        self._ctl("promote")

    def _ctl(self, *words):
        command = [self.binaries / "pg_ctl", "--pgdata", self.folder / "data", "--wait", "--silent", *words]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **self.run_as)

    def run(self, statement):
        import psycopg

        with psycopg.connect(host=str(self.folder), user="postgres", dbname="postgres", autocommit=True) as connection:
            found = connection.execute(statement)
            return found.fetchone()[0] if found.description else None


def primary_of(url):
    """The Node that a cluster of tools.postgres is."""
    folder = Path(url.removeprefix("postgres://postgres@/")).parent
    command = (folder / "data" / "postmaster.opts").read_text().split()[0]
    return Node(folder, Path(command.strip('"')).parent)


@contextmanager
def scratch():
    """A folder whose path is short enough for sockets, and that the servers may write in."""
    with tempfile.TemporaryDirectory(prefix="copy-", dir="/tmp") as name:
        folder = Path(name)
        if NOBODY:
            os.chown(folder, NOBODY.pw_uid, NOBODY.pw_gid)
        folder.chmod(0o755)
        yield folder


@contextmanager
def streaming(primary):
    """A replica that follows ``primary``, as pg_basebackup makes one."""
    with scratch() as folder:
        copy = Node(folder, primary.binaries)
        target = ["--pgdata", folder / "data", "--write-recovery-conf", "--checkpoint=fast", "--no-sync"]
        source = ["--host", primary.folder, "--username=postgres"]
        subprocess.run([primary.binaries / "pg_basebackup", *target, *source], check=True, **copy.run_as)
        copy.start()
        try:
            yield copy
        finally:
            copy.stop("immediate")


def catch_up(primary, copy, within=30):
    """Wait until the copy has what the primary has now."""
    until, end = time.monotonic() + within, primary.run("SELECT pg_current_wal_lsn()::text")
    while not copy.run(f"SELECT pg_last_wal_replay_lsn() >= '{end}'"):
        if time.monotonic() > until:
            sys.exit(f"Kopian kom inte ikapp på {within} sekunder.")
        time.sleep(0.05)


def commits(node, name):
    return node.run(f"SELECT xact_commit FROM pg_stat_database WHERE datname = '{name}'")


# --- People -----------------------------------------------------------------------------------------------------------


class Load:
    """Visitors, and people who have signed in, who go on asking all sites until told to stop."""

    def __init__(self, sites, cookies, visitors=4, signed_in=2):
        self.sites, self.statuses, self.over = sites, {"besökare": Counter(), "inloggad": Counter()}, Event()
        self.people = [Thread(target=self._ask, args=("besökare", {}, n), daemon=True) for n in range(visitors)]
        self.people += [Thread(target=self._ask, args=("inloggad", cookies, n), daemon=True) for n in range(signed_in)]

    def _ask(self, who, cookies, number):
        while not self.over.is_set():
            number += 1
            site, path = self.sites[number % len(self.sites)], PUBLIC[number // 2 % len(PUBLIC)]
            self.statuses[who][status_of(site, path, cookies)] += 1

    def __enter__(self):
        for person in self.people:
            person.start()
        return self

    def __exit__(self, *raised):
        self.over.set()
        for person in self.people:
            person.join()

    def failures(self, who):
        return {status: number for status, number in self.statuses[who].items() if status != 200}

    def __str__(self):
        return ", ".join(f"{who} {sum(told.values())} sidor" for who, told in self.statuses.items())


def status_of(site, path, cookies):
    try:
        return site.ask(path, cookies=cookies).status
    except (OSError, IndexError, ValueError) as error:
        return type(error).__name__


def logged_in(site):
    """The cookies of the county's coordinator."""
    from bench.measuring import People
    from bench.seeds import email_of

    return People(site).cookies_of(email_of("coordinator", "lansstyrelsen-13"))


def write(site, cookies, name):
    """A new area of the agreement, which its public page shows; the answer's status."""
    return site.ask(AREA_FORM, cookies=cookies, post={"name": name, "basis": "stated", "order": "0"}).status


def shows(site, name, cookies=None):
    return name.encode() in site.ask(AGREEMENT, cookies=cookies).body


# --- What is proved ---------------------------------------------------------------------------------------------------


def public_pages_come_from_the_copy(sites, primary, copy, name):
    before = commits(primary, name), commits(copy, name)
    for turn in range(200):
        sites[turn % 2].ask(PUBLIC[turn // 2 % len(PUBLIC)])
    time.sleep(1.5)  # a server tells of itself once a second, and with the next question
    for site in sites * 2:
        site.ask(PUBLIC[0])
    time.sleep(0.5)
    asked, answered = commits(primary, name) - before[0], commits(copy, name) - before[1]
    say(
        answered > 10 * asked,
        f"204 publika sidor: {answered} frågor till kopian, {asked} till primären (hur långt den är)",
    )


def people_read_what_they_wrote(sites, primary, copy, cookies):
    """The copy is held still, so whoever reads it cannot see anything that is written now."""
    write(sites[0], cookies, "Skrivet innan")
    catch_up(primary, copy)
    copy.run("SELECT pg_wal_replay_pause()")
    try:
        status = write(sites[0], cookies, "Skrivet nu")
        say(status == 302 and not shows(sites[1], "Skrivet nu"), "en besökare läser kopian, som hålls stilla")
        seen = [reads_own(sites, turn, cookies) for turn in range(20)]
        say(all(seen), f"{sum(seen)} av 20 skrivningar lästes genast genom den andra processen")
        time.sleep(MAX_LAG + 2)
        say(shows(sites[0], "Skrivet nu"), f"en kopia mer än {MAX_LAG} s efter läses inte: besökaren ser det nya")
    finally:
        copy.run("SELECT pg_wal_replay_resume()")
    catch_up(primary, copy)


def reads_own(sites, turn, cookies):
    own = f"Skrivet {turn:02}."
    return write(sites[turn % 2], cookies, own) == 302 and shows(sites[(turn + 1) % 2], own, cookies)


def whoever_logs_out_reads_on(sites, primary, copy):
    from bench.measuring import set_by

    cookies = logged_in(sites[0])
    catch_up(primary, copy)
    copy.run("SELECT pg_wal_replay_pause()")
    try:
        write(sites[0], cookies, "Skrivet sist")
        kept = set_by(sites[1].ask("/konto/logout/", cookies=cookies, post={}))
        mark = {"wrote": kept["wrote"]}
        say(
            shows(sites[0], "Skrivet sist", mark), "den som nyss loggat ut ser det hon skrev, genom den andra processen"
        )
    finally:
        copy.run("SELECT pg_wal_replay_resume()")
    catch_up(primary, copy)


def the_copy_comes_and_goes(sites, primary, copy, cookies):
    with Load(sites, cookies) as load:
        for mode in ("fast", "immediate"):
            time.sleep(4)
            copy.stop(mode)
            time.sleep(4)
            copy.start()
        time.sleep(7)
    faults = load.failures("besökare") | load.failures("inloggad")
    say(not faults, f"kopian stoppad, dödad och startad under last: {load}, misslyckade: {faults or 0}")
    catch_up(primary, copy)


def the_primary_comes_and_goes(sites, primary, copy, cookies):
    with Load(sites, cookies) as load:
        time.sleep(2)
        primary.stop()
        time.sleep(5)
        primary.start()
        time.sleep(7)
        load.statuses["inloggad"].clear()
        time.sleep(2)
    faults = load.failures("besökare"), load.failures("inloggad")
    say(not faults[0], f"primären borta i 5 s: {load}, besökares misslyckade: {faults[0] or 0}")
    say(not faults[1], f"inloggade arbetar som förut när primären är åter, misslyckade: {faults[1] or 0}")
    catch_up(primary, copy)


def the_copy_takes_over(primary, copy, name):
    """One address that names both servers finds the one that can be written to."""
    address = f"postgres://postgres@/{name}?host={primary.folder},{copy.folder}&target_session_attrs=read-write"
    with servers.serving("portal.wsgi", PORTS[0], workers=1, DATABASE_URL=address, DATABASE_REPLICA_URL="") as site:
        cookies = logged_in(site)
        write(site, cookies, "Före bytet")
        catch_up(primary, copy)
        primary.stop()
        began = time.monotonic()
        copy.promote()
        while (status := status_of(site, AGREEMENT, cookies)) != 200 and time.monotonic() < began + 30:
            time.sleep(0.1)
        seconds = time.monotonic() - began
        is_whole = shows(site, "Före bytet", cookies) and write(site, cookies, "Efter bytet") == 302
    primary.start()  # what is made there is dropped at the end
    say(status == 200 and is_whole, f"kopian tog över: samma inloggning läser och skriver efter {seconds:.1f} s")


# --- pgbouncer --------------------------------------------------------------------------------------------------------

POOLER = """
[databases]
* = host={behind} user=postgres
[pgbouncer]
listen_addr =
unix_socket_dir = {folder}
listen_port = 5432
auth_type = any
pool_mode = transaction
default_pool_size = 3
"""


@contextmanager
def pooler(node, program):
    """pgbouncer in transaction mode in front of ``node``; gives its folder."""
    with scratch() as folder:
        (folder / "ini").write_text(POOLER.format(behind=node.folder, folder=folder))
        process = subprocess.Popen([program, "--quiet", folder / "ini"], stderr=subprocess.PIPE, **UNPRIVILEGED)
        try:
            for _ in range(50):
                if (folder / ".s.PGSQL.5432").exists():
                    break
                time.sleep(0.1)
            yield folder
        finally:
            process.terminate()
            process.wait(10)


def through_a_pooler(primary, name):
    program = os.environ.get("PGBOUNCER") or shutil.which("pgbouncer")
    if not program:
        print("–   pgbouncer finns inte här (PGBOUNCER=… säger var): inte prövat")
        return
    with pooler(primary, program) as folder, ExitStack() as opened:
        told = {"DATABASE_URL": f"postgres://postgres@/{folder}/{name}", "PREPARED_STATEMENTS": "False"}
        sites = [opened.enter_context(servers.serving("portal.wsgi", port, **told)) for port in PORTS]
        cookies = logged_in(sites[0])
        with Load(sites, cookies) as load:
            seen = [reads_own(sites, turn, cookies) for turn in range(40)]
        held = primary.run(f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{name}'")
        faults = load.failures("besökare") | load.failures("inloggad")
        what = f"pgbouncer, transaktionsläge, 4 processer på {held} förbindelser: {load}, {sum(seen)} av 40 skrivningar"
        say(all(seen) and held <= 3 and not faults, f"{what}, misslyckade: {faults or 0}")


def prove(primary, name):
    primary.run("ALTER ROLE postgres SET synchronous_commit = on")  # as in earnest
    with streaming(primary) as copy:
        told = {"DATABASE_REPLICA_URL": copy.url(name), "REPLICA_MAX_LAG": str(MAX_LAG)}
        with ExitStack() as served:
            sites = [served.enter_context(servers.serving("portal.wsgi", port, workers=1, **told)) for port in PORTS]
            cookies = logged_in(sites[0])
            catch_up(primary, copy)
            public_pages_come_from_the_copy(sites, primary, copy, name)
            people_read_what_they_wrote(sites, primary, copy, cookies)
            whoever_logs_out_reads_on(sites, primary, copy)
            the_copy_comes_and_goes(sites, primary, copy, cookies)
            the_primary_comes_and_goes(sites, primary, copy, cookies)
        through_a_pooler(primary, name)
        the_copy_takes_over(primary, copy, name)


def main():
    servers.end_on_signals()
    with servers.postgres() as url:
        os.environ["DATABASE_URL"] = url
        with servers.data("postgresql") as data:
            data.fill("county")
            data.connection.close()
            prove(primary_of(url), data.connection.settings_dict["NAME"])
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
