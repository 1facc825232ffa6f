"""What a worker's memory comes to: python -m bench.memory [--visits 5000]

Fills the county on PostgreSQL, serves the portal with gunicorn and two workers, and asks for the same mix of pages and
saves as bench.crowd, one at a time. Ten times on the way, and then while a workbook is fetched and read in and the
council's papers are made, it tells what the workers hold of memory by themselves (PSS, MB). It has levelled off where
the second half of the visits added no more than a twentieth; else it ends with 1.
"""

import argparse
import random
import sys
from pathlib import Path

from bench import servers

TIMES = 10


def held(server):
    """MB of each worker, the biggest first: memory that is shared is told a part to each."""
    workers = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    return sorted((_held(worker) for worker in workers), reverse=True)


def _held(worker):
    for line in Path(f"/proc/{worker}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise ValueError(f"The kernel tells nothing of process {worker}")


def tell(what, server):
    found = held(server)
    print(f"{what:32}", *(f"{worker:7.1f}" for worker in found), "MB", flush=True)
    return sum(found)


def main(words):
    parser = argparse.ArgumentParser(prog="python -m bench.memory", description=__doc__.splitlines()[0])
    parser.add_argument("--visits", type=int, default=5000)
    parser.add_argument("--port", type=int, default=servers.PORT + 40)
    told = parser.parse_args(words)
    servers.end_on_signals()
    with servers.data("postgresql") as data:
        data.fill("county")
        from bench.crowding import clients_of, take_turns
        from bench.files import make_papers, read_workbook
        from bench.measuring import People

        clients, chance = clients_of(10), random.Random(1)  # noqa: S311
        data.connection.close()
        with servers.serving("portal.wsgi", told.port) as portal:
            people, sums = People(portal), [tell("nystartad", portal)]
            for turn in range(TIMES):
                take_turns(clients, people, told.visits // TIMES, chance)
                sums.append(tell(f"efter {(turn + 1) * told.visits // TIMES} besök", portal))
            for title, ask in [*read_workbook(people), *make_papers(people)]:
                ask()
                tell(title, portal)
        added = sums[-1] / sums[TIMES // 2] - 1
        print(f"Andra halvan av besöken la till {added:.1%}.")
        return int(added > 0.05)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
