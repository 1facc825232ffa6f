"""What a run leaves for the next one, and whether a page keeps its bar."""

import json

import pytest

from bench.telling import last_run, store, verdict

EVEN = {"ratio": 2.0, "ms": 10.0, "p95": 19.0}


def test_store_keeps_what_the_day_has_of_other_databases(tmp_path):
    store({"postgresql county": {"list": {"ratio": 1}}}, tmp_path)
    path = store({"sqlite county": {"list": {"ratio": 2}}}, tmp_path)
    told = json.loads(path.read_text(encoding="utf-8"))
    assert told["pages"] == {"postgresql county": {"list": {"ratio": 1}}, "sqlite county": {"list": {"ratio": 2}}}
    assert {"at", "commit", "cores", "processor", "python", "django"} <= told.keys()


def test_last_run_is_the_newest_of_its_kind(tmp_path):
    for day, data in (("2026-01-01", "sqlite county"), ("2026-01-02", "sqlite county"), ("2026-01-03", "other")):
        (tmp_path / f"{day}.json").write_text(json.dumps({"at": day, "pages": {data: {}}}), encoding="utf-8")
    assert (last_run("sqlite", tmp_path)["at"], last_run("postgresql", tmp_path)) == ("2026-01-02", None)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (EVEN, ""),
        (EVEN | {"bar": 2}, "≤ 2 ja"),
        (EVEN | {"bar": 1.9}, "≤ 1.9 NEJ"),
        (EVEN | {"bar": 1, "by_bytes": 0.5}, "≤ 1 ja"),
        (EVEN | {"bar": 2, "p95": 21.0}, "≤ 2 ja, p95 är 2.1 × medianen"),
    ],
)
def test_verdict(found, said):
    assert verdict(found) == said
