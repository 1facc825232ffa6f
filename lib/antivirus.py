"""Asking a virus scanner that speaks ClamAV's protocol (INSTREAM) about what was uploaded, before it is stored.

``settings.ANTIVIRUS`` says where it listens, ``tcp://host:3310`` or ``unix:///run/clamav/clamd.ctl``; where it is empty
nothing is asked.
"""

import logging
import socket
import struct
from urllib.parse import urlsplit

from django.conf import settings

log = logging.getLogger(__name__)
PATIENCE = 20  # seconds for each step; a large file takes a few
CHUNK = 256 * 1024
LONGEST_ANSWER = 4096


class Infected(Exception):
    """The scanner found something in the file: its name as the scanner calls it."""


class Unanswered(Exception):
    """The scanner could not be asked, or did not say that the file is clean."""


def scan(file):
    """Have an open file scanned, and put it back to its beginning. Raises Infected or Unanswered."""
    if not settings.ANTIVIRUS:
        return
    try:
        answer = _ask(file)
    except (OSError, ValueError) as problem:
        log.error("The virus scanner did not answer: %s", problem)
        raise Unanswered from problem
    finally:
        file.seek(0)
    said = answer.removeprefix("stream: ")
    if said == "OK":
        return
    if said.endswith(" FOUND"):
        log.warning("The virus scanner found %s in an upload", said.removesuffix(" FOUND"))
        raise Infected(said.removesuffix(" FOUND"))
    log.error("The virus scanner answered %r", answer[:200])
    raise Unanswered


def _ask(file):
    """The scanner's answer to a file, one line."""
    with _connect() as line:
        line.sendall(b"zINSTREAM\0")
        file.seek(0)
        while chunk := file.read(CHUNK):
            line.sendall(struct.pack("!I", len(chunk)) + chunk)
        line.sendall(struct.pack("!I", 0))
        return _read(line)


def _read(line):
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < LONGEST_ANSWER and (part := line.recv(LONGEST_ANSWER)):
        answer += part
    return answer.rstrip(b"\0\n").decode(errors="replace")


def _connect():
    """A line to the scanner. Raises OSError, or ValueError where the setting cannot be read."""
    where = urlsplit(settings.ANTIVIRUS)
    if where.scheme == "tcp" and where.hostname:
        return socket.create_connection((where.hostname, where.port or 3310), PATIENCE)
    if where.scheme != "unix" or not where.path:
        raise ValueError(f"ANTIVIRUS is {settings.ANTIVIRUS!r}")
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    line.settimeout(PATIENCE)
    try:
        line.connect(where.path)
    except OSError:
        line.close()
        raise
    return line
