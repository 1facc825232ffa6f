"""What a run has to say: tables for whoever reads the screen, and a file for the run that comes after."""

import datetime
import json
import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

from bench.comparing import compare, growth

RESULTS = Path(__file__).parent / "results"
UNEVEN = 2  # at most so many medians is p95 of a page that is even
SCALED = "enl. byte: kvoten till golvet för 200 aktiviteter, som om det vore så stort som sidan"


def head(kind, seed, seconds):
    print(f"\n{kind}, {seed} (fylld på {seconds:.0f} s). {SCALED}.")
    names = f"{'frågor':>6} {'kB':>6} {'rader':>6} {'ms':>8} {'p95':>8} {'golv':>7} {'kvot':>8} {'enl. byte':>9}"
    print(f"{'':<38} {names}  mål", flush=True)


def line(found):
    by_bytes = f"{found['by_bytes']:>7.2f} ×" if "by_bytes" in found else " " * 9
    print(
        f"{found['title']:<38} {found['queries']:>6} {found['bytes'] / 1000:>6.0f} {found['rows']:>6} "
        f"{found['ms']:>8.1f} {found['p95']:>8.1f} {found['floor_ms']:>7.1f} {found['ratio']:>6.2f} × {by_bytes}"
        f"  {verdict(found)}",
        flush=True,
    )


def verdict(found):
    """Whether the page keeps its bar, which is told by its own floor or by bytes; nothing where it has none here."""
    if "bar" not in found:
        return ""
    reached = found.get("by_bytes", found["ratio"]) <= found["bar"]
    uneven = f", p95 är {found['p95'] / found['ms']:.1f} × medianen" if found["p95"] > UNEVEN * found["ms"] else ""
    return f"≤ {found['bar']} {'ja' if reached else 'NEJ'}{uneven}"


def grown(results, kind):
    """From the county to Sweden around it, and to ten times as much: questions, ratio and what is not explained."""
    small = results.get(f"{kind} county", {})
    for seed, name in (("sweden", "hela Sverige runt om"), ("tenfold", "tio gånger så mycket")):
        large = results.get(f"{kind} {seed}", {})
        if small.keys() & large.keys():
            print(f"\nLänet ensamt → {name}")
        for _key, one, two, faults in growth(small, large):
            print(
                f"{one['title']:<38} frågor {one['queries']:>3} → {two['queries']:>3}   "
                f"ms {one['ms']:>7.1f} → {two['ms']:>8.1f}   kvot {one['ratio']:>6.2f} → {two['ratio']:>6.2f}   "
                f"{', '.join(faults) or 'jämnt'}"
            )


def held_against(before, results):
    """Say what differs from the run before."""
    worse, better = compare(before["pages"], results)
    print(f"\nMot {before['at']} ({before['commit']}):")
    for heading, texts in (("Sämre", worse), ("Bättre", better)):
        print(f"{heading}:" if texts else f"Inget är {heading.lower()}, utöver bruset.")
        for text in texts:
            print(f"  {text}")


def last_run(kind, folder=RESULTS):
    """The run that was stored last and measured this kind of database, or None."""
    for path in sorted(folder.glob("*.json"), reverse=True):
        stored = json.loads(path.read_text(encoding="utf-8"))
        if any(data.startswith(kind) for data in stored["pages"]):
            return stored
    return None


def store(results, folder=RESULTS):
    """Write <date>.json; what the day has already of other databases stays there. Returns the path."""
    path = folder / f"{datetime.date.today()}.json"
    others = json.loads(path.read_text(encoding="utf-8"))["pages"] if path.exists() else {}
    folder.mkdir(exist_ok=True)
    told = {"at": f"{datetime.datetime.now():%Y-%m-%d %H:%M}", **machine(), "pages": others | results}
    path.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path


def machine():
    """What the figures were measured on, and of which version of the portal."""
    packages = {name: version(name) for name in ("django", "psycopg", "gunicorn")}
    return {
        "commit": commit(), "cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1),
        "python": platform.python_version(), "processor": processor(), **packages,
    }  # fmt: skip


def commit():
    asked = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True)
    return asked.stdout.strip()


def processor():
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    return next((row.partition(":")[2].strip() for row in lines if row.startswith("model name")), platform.machine())
