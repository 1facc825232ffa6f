"""Can what is hidden be told from what does not exist by the time it takes? python -m bench.oracle

Asks 200 pairs, by turns, in a small world in memory: something that the person may not see, and something that is not
there. Prints the median of each and of the differences, per address. Judges nothing: on a machine with other work the
times spread, so read the medians.
"""

import os
import statistics
import tempfile
import time
import warnings

PAIRS = 200


def main():
    os.environ |= {"DJANGO_SETTINGS_MODULE": "portal.settings", "DATABASE_URL": "sqlite://:memory:"}
    warnings.simplefilter("ignore")
    import logging

    import django

    django.setup()
    logging.disable(logging.WARNING)
    from django.conf import settings
    from django.db import connection
    from django.test.utils import setup_databases, setup_test_environment

    setup_test_environment()
    connection.settings_dict["TEST"]["MIGRATE"] = False
    setup_databases(verbosity=0, interactive=False)
    settings.MEDIA_ROOT = tempfile.mkdtemp()
    measure()


def measure():
    from parties import register
    from tests.test_access import DOORS, MISSING, STATES, address, build, clients

    register.load()
    world = build(*STATES["published"][1:])
    people = clients(world)
    print(f"{'address':34} {'hidden':>9} {'missing':>9} {'difference':>11}")
    every = []
    for name, arg, person in ASKED:
        door, client = DOORS[name], people[person]
        urls = address(door, name, world), address(door, name, {**world, arg: MISSING[arg]})
        for url in urls:
            assert client.get(url).status_code == 404, url
        pairs = [[timed(client, url) for url in urls] for _ in range(PAIRS // len(ASKED))]
        differences = [hidden - missing for hidden, missing in pairs]
        every += differences
        row = *(statistics.median(times) for times in zip(*pairs, strict=True)), statistics.median(differences)
        print(f"{name:34}" + "".join(f" {value * 1000:8.2f} ms" for value in row))
    print(f"{'median of all differences':54} {statistics.median(every) * 1000:8.2f} ms, {len(every)} pairs")


ASKED = [
    ("followup:report_detail", "report", "other reporter"),
    ("followup:report_edit", "report", "own council_member"),
    ("followup:round_detail", "round", "other coordinator"),
    ("actionplans:edition_detail", "draft_label", "own reporter"),
    ("actionplans:proposal_detail", "idea", "own coordinator"),
]


def timed(client, url):
    begun = time.process_time()  # what other work the machine has is not counted
    client.get(url)
    return time.process_time() - begun


if __name__ == "__main__":
    main()
