"""The virus scanner is asked over its own protocol; without its word nothing is stored."""

from io import BytesIO

import pytest

from lib.antivirus import Infected, Unanswered, scan
from tests.virus_scanner import VIRUS, scanning


@pytest.mark.parametrize("is_unix", [False, True])
def test_scan_sends_the_whole_file(settings, tmp_path, is_unix):
    with scanning(tmp_path / "clamd.ctl" if is_unix else None) as scanner:
        settings.ANTIVIRUS = scanner.url
        file = BytesIO(b"x" * 700_000)
        file.seek(5)
        scan(file)
        with pytest.raises(Infected, match="^Prov.Virus$"):
            scan(BytesIO(b"x" * 300_000 + VIRUS))
        scan(BytesIO(b""))
        assert (scanner.scanned, file.tell()) == ([700_000, 300_000 + len(VIRUS), 0], 0)


@pytest.mark.parametrize(
    "answer",
    [b"", b"\0", b"INSTREAM size limit exceeded. ERROR\0", b"stream: OK but\0", b"HTTP/1.0 400\r\n", b"x" * 9999],
)
def test_scan_takes_no_other_answer_for_clean(settings, answer):
    with scanning(answer=answer) as scanner:
        settings.ANTIVIRUS = scanner.url
        with pytest.raises(Unanswered):
            scan(BytesIO(b"x"))


def test_scan_without_a_scanner(settings, tmp_path, monkeypatch):
    with scanning() as scanner:
        stopped = scanner.url
    for settings.ANTIVIRUS in (stopped, f"unix://{tmp_path}/nobody", "localhost:3310", "tcp://"):
        with pytest.raises(Unanswered):
            scan(BytesIO(b"x"))
    settings.ANTIVIRUS = ""
    scan(BytesIO(b"x"))


def test_scan_does_not_wait_for_ever(settings, monkeypatch):
    import socket

    monkeypatch.setattr("lib.antivirus.PATIENCE", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.ANTIVIRUS = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(Unanswered):
            scan(BytesIO(b"x"))
