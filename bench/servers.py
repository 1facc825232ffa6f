"""The databases and servers that a measurement needs: its own, on loopback, and gone when it ends, however it ends.

    with servers.data("postgresql") as data:
        data.fill("county")                       # now this process reads and writes there too
        with servers.serving("portal.wsgi", 8934) as portal:
            portal.ask("/")                       # → Answer(ms, status, headers, body)

PostgreSQL is one made for the occasion, or the server that DATABASE_URL names, where databases with names of their own
are made and dropped. SQLite is files in a folder of its own. What goes wrong for reasons that are not the portal's ends
with a sentence that says what to do (SystemExit).
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import warnings
from collections import namedtuple
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlencode

PORT = 8934  # of the portal; the floor has the next
READY_WITHIN = 30  # seconds
NO_POSTGRES = (
    "PostgreSQL saknas, så det finns inget att mäta på. Ange en server med DATABASE_URL=postgres://…, "
    "eller mät på SQLite: make bench ARGS='--database sqlite'"
)
Answer = namedtuple("Answer", "ms status headers body")


def end_on_signals():
    """Let whoever asks the process to end be answered as Ctrl-C is: what it has started and made goes first."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell lets what it starts behind it ignore this


# --- Databases --------------------------------------------------------------------------------------------------------


@contextmanager
def data(kind):
    """A Data of ``kind``, ``postgresql`` or ``sqlite``. Django is set up when it comes, once per process."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        os.environ |= {"DJANGO_SETTINGS_MODULE": "portal.settings", "MEDIA_ROOT": folder}
        warnings.filterwarnings("ignore", "No directory at")  # whitenoise, before collectstatic
        if kind == "sqlite":
            os.environ["DATABASE_URL"] = f"sqlite:///{folder}/none.sqlite3"
            yield Data(Path(folder))
        elif os.environ.get("DATABASE_URL", "").startswith("postgres"):
            yield from _dropped(Data())
        else:
            with postgres() as url:
                os.environ["DATABASE_URL"] = url
                yield Data()


@contextmanager
def postgres():
    from tools.postgres import cluster, find_binaries

    try:
        find_binaries()
    except SystemExit:
        sys.exit(NO_POSTGRES)
    with cluster() as url:
        yield url


def _dropped(made):
    """On a server that goes on afterwards, what was made there goes by itself."""
    try:
        yield made
    finally:
        made.drop()


class Data:
    """Databases that are made, filled and dropped. The last one filled is the one that Django and servers use."""

    def __init__(self, folder=None):
        import django

        self.folder, self.made, self.mine = folder, [], f"bench_{os.getpid()}_"
        self.kind = "sqlite" if folder else "postgresql"
        django.setup()
        from django.db import connection

        self.connection, self.server = connection, connection.settings_dict["NAME"]
        if folder is None:
            self._check_server()

    def _check_server(self):
        from django.db import OperationalError

        try:
            self.connection.ensure_connection()
        except OperationalError as error:
            sys.exit(f"Databasservern i DATABASE_URL svarar inte. Starta den eller ange en annan. Den sade: {error}")

    def fill(self, seed):
        """A database of its own with the data called ``seed`` (see bench.seeds); returns how many seconds it took."""
        from bench import seeds

        self._make(seed)
        began = time.perf_counter()
        seeds.seed(seed)
        return time.perf_counter() - began

    def _make(self, name):
        """A database with the portal's tables and register: a copy of the first that was made so."""
        template = self.made[0] if self.made else None
        if template is None:
            self._create("empty")
            create_tables()
            template = "empty"
        self._create(name, template)

    def _create(self, name, template=None):
        self.made.append(name)
        if self.folder:
            self._use(self.folder / f"{name}.sqlite3")
            if template:
                shutil.copy(self.folder / f"{template}.sqlite3", self.folder / f"{name}.sqlite3")
            return
        copy = f'TEMPLATE "{self.mine}{template}"' if template else ""
        self._on_server(f'CREATE DATABASE "{self.mine}{name}" {copy}')
        self._on_server(f'ALTER DATABASE "{self.mine}{name}" SET random_page_cost = 1.1')  # as docs/production.md asks
        self._use(f"{self.mine}{name}")

    def _use(self, name):
        self.connection.close()
        self.connection.settings_dict["NAME"] = str(name)
        os.environ["DATABASE_URL"] = self._url(name)

    def _url(self, name):
        if self.folder:
            return f"sqlite:///{name}"
        server, question, options = os.environ["DATABASE_URL"].partition("?")
        return f"{server.rpartition('/')[0]}/{name}{question}{options}"

    def _on_server(self, statement):
        self.connection.close()
        self.connection.settings_dict["NAME"] = self.server
        with self.connection.cursor() as cursor:
            cursor.execute(statement)
        self.connection.close()

    def drop(self):
        """Remove what was made. Where the server does not let us, say what is left and let the first error be told."""
        from django.db import DatabaseError

        for name in self.made:
            try:
                self._on_server(f'DROP DATABASE IF EXISTS "{self.mine}{name}" WITH (FORCE)')
            except DatabaseError as error:
                print(f"Databasen {self.mine}{name} är kvar på servern: {error}", file=sys.stderr)

    @property
    def floor_source(self):
        """Where the floor finds the same rows: what its environment has to say."""
        told = self.connection.settings_dict
        if self.folder:
            return {"FLOOR_SQLITE": told["NAME"]}
        from psycopg.conninfo import make_conninfo

        words = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
        return {"FLOOR_DSN": make_conninfo(**{word: told[key] for word, key in words.items() if told[key]})}


def create_tables():
    """The tables as the models are, and the register: what all migrations come to, in a twentieth of their time."""
    from django.apps import apps
    from django.conf import settings
    from django.core.management import call_command

    from parties import register

    settings.MIGRATION_MODULES = {app.label: None for app in apps.get_app_configs()}
    call_command("migrate", run_syncdb=True, verbosity=0)
    register.load()


# --- Servers ----------------------------------------------------------------------------------------------------------


@contextmanager
def serving(application, port, *, workers=2, **environment):
    """Serve ``application`` with gunicorn; gives the Server that answers."""
    refuse_busy(port)
    command = [sys.executable, "-m", "gunicorn", application, "--workers", str(workers), "--bind", f"127.0.0.1:{port}"]
    quiet = ["--log-level", "error", "--no-control-socket", "--timeout", "120"]
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [*command, *quiet], env={**os.environ, **environment}, stderr=log, start_new_session=True
        )
        try:
            server = Server(port, process.pid)
            _wait_for(process, server, log)
            yield server
        finally:
            _end(process)


def refuse_busy(port):
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            sys.exit(f"Port {port} är upptagen. Välj en annan, till exempel: make bench ARGS='--port {port + 100}'")


def _wait_for(process, server, log):
    """Until the server answers; it listens before it has read its application, and may then find that it cannot."""
    until = time.monotonic() + READY_WITHIN
    while process.poll() is None and time.monotonic() < until:
        try:
            return server.ask("/")
        except OSError:
            time.sleep(0.05)
    log.seek(0)
    sys.exit(f"Servern på port {server.port} kom inte i gång.\n{log.read().decode(errors='replace')[-2000:]}")


def _end(process):
    """End the server with its workers: politely, then not."""
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


class Server:
    """A server on loopback that is asked one thing at a time, each on a connection of its own."""

    def __init__(self, port, pid):
        self.port, self.pid = port, pid

    def ask(self, path, *, cookies=None, post=None, headers=None):
        """GET ``path``, or POST the fields ``post``. Returns an Answer, timed from connecting to the last byte.

        A ``post`` of bytes is sent as it is, with a Content-Type of ``headers``.
        """
        headers = {} if headers is None else dict(headers)
        body = post
        if body is not None and not isinstance(body, bytes):
            body = urlencode(body, doseq=True).encode()
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        sent = self._head(path, cookies or {}, body, headers) + (body or b"")
        began = time.perf_counter()
        with closing(socket.create_connection(("127.0.0.1", self.port))) as connected:
            connected.sendall(sent)
            received = b"".join(iter(lambda: connected.recv(1 << 16), b""))
        ms = 1000 * (time.perf_counter() - began)
        if not received:
            raise ConnectionError(f"Servern bröt utan att svara på {path}.")
        head, _, answer = received.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        return Answer(ms, int(first.split()[1]), [tuple(line.split(": ", 1)) for line in lines], answer)

    def _head(self, path, cookies, body, headers):
        lines = [f"{'GET' if body is None else 'POST'} {path} HTTP/1.0", f"Host: 127.0.0.1:{self.port}"]
        lines += ["Cookie: " + "; ".join(f"{name}={value}" for name, value in cookies.items())] if cookies else []
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if body is not None:
            lines += [f"Content-Length: {len(body)}"]
            lines += [f"X-CSRFToken: {cookies['csrftoken']}"] if "csrftoken" in cookies else []
        return ("\r\n".join(lines) + "\r\n\r\n").encode()
