"""What reading and importing costs: python -m bench.foundation

Fills a SQLite database of its own through the front door, then prints the queries and times of the start page and
Kronoberg's agreement page, and the time to preview and to apply the largest fixture. It judges nothing: compare with a
run on the same machine, not with another day's.
"""

import csv
import os
import statistics
import tempfile
import time
import warnings
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
REPEATS = 30


def fixture_rows(folder):
    return sum(len(list(csv.DictReader(file.open(encoding="utf-8-sig")))) for file in folder.glob("*.csv"))


def seconds(action, *args, **kwargs):
    started = time.perf_counter()
    with redirect_stdout(StringIO()):
        action(*args, **kwargs)
    return time.perf_counter() - started


def import_folder(folder, **options):
    from django.core.management import call_command

    call_command("import_agreement", str(folder), relative_dates=True, **options)


def measure_page(client, path):
    """(queries, median ms, slowest ms) of a page that has been visited before."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        response = client.get(path)
        queries = len(captured)
    assert response.status_code == 200, f"{path} svarade {response.status_code}"
    times = [1000 * seconds(client.get, path) for _ in range(REPEATS)]
    return queries, statistics.median(times), max(times)


def run():
    from django.core.management import call_command
    from django.test import Client
    from django.urls import reverse

    from agreements.models import Agreement

    print(f"Migrering av en tom databas: {seconds(call_command, 'migrate', verbosity=0):.1f} s")
    folders = sorted((folder for folder in FIXTURES.iterdir() if folder.is_dir()), key=fixture_rows)
    for folder in folders:
        preview = seconds(import_folder, folder, dry_run=True)
        commit = seconds(import_folder, folder)
        rows = f"{folder.name:<14} {fixture_rows(folder):>4} rader"
        print(f"{rows}: förhandsgranska {preview:.2f} s, genomför {commit:.2f} s")
    again = seconds(import_folder, folders[-1])
    print(f"{folders[-1].name:<14} oförändrad igen: {again:.2f} s")

    client = Client(SERVER_NAME="127.0.0.1")
    kronoberg = Agreement.objects.get(slug__startswith="kronoberg")
    for name, path in [("Startsidan", reverse("portal:start")), ("Kronoberg", kronoberg.get_absolute_url())]:
        queries, median, slowest = measure_page(client, path)
        print(f"{name:<14} {queries:>2} frågor, median {median:.1f} ms, längst {slowest:.1f} ms av {REPEATS}")


def main():
    import django

    with tempfile.TemporaryDirectory() as scratch:
        os.environ["DATABASE_URL"] = f"sqlite:///{scratch}/bench.sqlite3"
        os.environ["MEDIA_ROOT"] = scratch
        warnings.filterwarnings("ignore", "No directory at")  # whitenoise, before collectstatic
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
        django.setup()
        run()


if __name__ == "__main__":
    main()
