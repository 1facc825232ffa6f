"""A scanner of one's own that speaks ClamAV's INSTREAM, over TCP or a Unix socket. It finds ``VIRUS`` and nothing else.

For the tests, and to try by hand: ``python -m tests.virus_scanner`` and ``ANTIVIRUS=tcp://127.0.0.1:3310``.
"""

import socketserver
import struct
import sys
from contextlib import contextmanager
from threading import Thread

VIRUS = b"PRETEND-THIS-IS-A-VIRUS"  # no real test file, which would set off the reader's own scanner
MOST = 25 * 1024 * 1024


class Talk(socketserver.StreamRequestHandler):
    def handle(self):
        if self.server.answer is not None:
            self.rfile.read(1)
            self.wfile.write(self.server.answer)
            return
        if self.rfile.read(len(b"zINSTREAM\0")) != b"zINSTREAM\0":
            self.wfile.write(b"UNKNOWN COMMAND\0")
            return
        content = self.content()
        self.server.scanned.append(len(content))
        if len(content) > MOST:
            self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
        else:
            self.wfile.write(b"stream: Prov.Virus FOUND\0" if VIRUS in content else b"stream: OK\0")

    def content(self):
        parts = []
        while length := struct.unpack("!I", self.rfile.read(4))[0]:
            parts.append(self.rfile.read(length))
        return b"".join(parts)


class TcpScanner(socketserver.ThreadingTCPServer):
    daemon_threads = allow_reuse_address = True


class UnixScanner(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


@contextmanager
def scanning(path=None, answer=None):
    """A running scanner; ``url`` is what ANTIVIRUS is set to, ``scanned`` the sizes of what it was sent.

    With ``answer`` it says those bytes and hangs up, whatever it is asked.
    """
    server = UnixScanner(str(path), Talk) if path else TcpScanner(("127.0.0.1", 0), Talk)
    server.scanned, server.answer = [], answer
    server.url = f"unix://{path}" if path else f"tcp://127.0.0.1:{server.server_address[1]}"
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


if __name__ == "__main__":
    with TcpScanner(("127.0.0.1", int((sys.argv[1:] or ["3310"])[0])), Talk) as server:
        server.scanned, server.answer = [], None
        server.serve_forever()
