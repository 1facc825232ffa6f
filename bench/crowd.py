"""Many at once: python -m bench.crowd [--minutes 10] [--clients 50] [--database postgresql|sqlite]

Fills the county, serves the portal with gunicorn and two workers, and lets so many clients ask without a pause: nine
times of ten for a page of theirs, the tenth to save something: a reporter an answer, a coordinator a cell of the plan.
Everybody is logged in. Afterwards what was acknowledged is looked up in the database: nothing may be lost, and nothing
may have failed. Ends with 1 where something did.
"""

import argparse
import sys
from contextlib import suppress

from bench import servers


def main(words):
    told = argparse.ArgumentParser(prog="python -m bench.crowd", description=__doc__.splitlines()[0])
    told.add_argument("--minutes", type=float, default=10)
    told.add_argument("--clients", type=int, default=50)
    told.add_argument("--database", choices=("postgresql", "sqlite"), default="postgresql")
    told.add_argument("--port", type=int, default=servers.PORT + 20)
    told = told.parse_args(words)
    servers.end_on_signals()
    with suppress(KeyboardInterrupt), servers.data(told.database) as data:
        data.fill("county")
        from bench.crowding import clients_of, crowd

        clients = clients_of(told.clients)
        data.connection.close()
        with servers.serving("portal.wsgi", told.port) as portal:
            crowd(clients, portal, told.minutes * 60)
        lost = list(filter(None, (client.lost() for client in clients)))
        saved, failed = sum(client.saved for client in clients), sum(client.failed.total() for client in clients)
        print(f"{saved} sparade, {len(lost)} förlorade, {failed} fel.", *lost, sep="\n")
        return int(bool(lost or failed))
    return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
