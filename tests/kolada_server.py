"""A server of one's own that speaks Kolada's API v3, with the answers under ``tests/recorded``.

For the tests, and to try the fetching by hand: ``python -m tests.kolada_server`` and then
``KOLADA_URL=http://127.0.0.1:8820/v3 python manage.py fetch_kolada``.
"""

import json
import sys
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qs, urlsplit

RECORDED = Path(__file__).parent / "recorded"
MOST_IDS = 25


class KoladaServer(ThreadingHTTPServer):
    """Answers from ``kpis`` and ``rows``. What lies in ``faults`` is answered first, one for each question.

    A fault is a status with headers, ``(429, {"Retry-After": "7"})``, or bytes to send instead of the answer.
    ``questions`` are the paths that were asked for.
    """

    daemon_threads = True

    def __init__(self, port=0, *, kpis=None, rows=None):
        super().__init__(("127.0.0.1", port), _Handler)
        self.kpis = recorded("kpi") if kpis is None else kpis
        self.rows = recorded("data") if rows is None else rows
        self.faults, self.questions = [], []

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/v3"


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        address = urlsplit(self.path)
        self.server.questions.append(self.path)
        if self.server.faults:
            return self._fail(self.server.faults.pop(0))
        match address.path.strip("/").split("/"):
            case ["v3", "kpi", ids]:
                return self._page(address, [kpi for kpi in self.server.kpis if kpi["id"] in ids.split(",")])
            case ["v3", "data", "kpi", kpis, "municipality", ids] if len(ids.split(",")) <= MOST_IDS:
                wanted = kpis.split(","), ids.split(",")
                rows = self.server.rows
                return self._page(
                    address, [r for r in rows if r["kpi"] in wanted[0] and r["municipality"] in wanted[1]]
                )
            case ["v3", "data", "kpi", _kpis, "municipality", _ids]:
                return self._fail((400, {}))
        return self._fail((404, {}))

    def _page(self, address, rows):
        """One page of the rows, with the address of the next where there is one."""
        query = parse_qs(address.query)
        page, size = int(query.get("page", ["1"])[0]), int(query.get("per_page", ["5000"])[0])
        part, base = rows[(page - 1) * size : page * size], f"http://127.0.0.1:{self.server.server_port}{address.path}"
        following = f"{base}?page={page + 1}&per_page={size}" if page * size < len(rows) else None
        body = {"values": part, "count": len(part), "next_url": following, "previous_url": None}
        self._send(200, {"Content-Type": "application/json"}, json.dumps(body).encode())

    def _fail(self, fault):
        if isinstance(fault, bytes):
            self._send(200, {"Content-Type": "application/json"}, fault)
        else:
            self._send(fault[0], fault[1], b"{}")

    def _send(self, status, headers, body):
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        """Say nothing."""


def recorded(name):
    """The rows of every recorded answer whose file begins with ``name``."""
    files = sorted(RECORDED.glob(f"{name}_*.json"))
    return [row for file in files for row in json.loads(file.read_text())["values"]]


@contextmanager
def kolada_server(**content):
    """A running KoladaServer, stopped afterwards."""
    server = KoladaServer(**content)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


if __name__ == "__main__":
    with KoladaServer(int(sys.argv[1]) if len(sys.argv) > 1 else 8820) as by_hand:
        sys.stdout.write(f"KOLADA_URL={by_hand.url}\n")
        by_hand.serve_forever()
