"""What counts as slower, and what as noise."""

import pytest

from bench.comparing import compare, growth


def page(ratio=2.0, queries=5, size=10_000, turns=None):
    return {"title": "Sidan", "ratio": ratio, "queries": queries, "bytes": size, "turns": turns or [ratio] * 8}


RESTLESS = [1.0, 1.0, 1.5, 2.0, 2.0, 2.5, 3.0, 3.0]  # the middle half: 1.5–2.5, a quarter of the ratio each way


@pytest.mark.parametrize(
    ("before", "now", "worse", "better"),
    [
        (page(), page(), [], []),
        (page(), page(2.2), [], []),
        (page(), page(2.4), ["Sidan (d): 2.00 → 2.40 golv (+20%, bruset är 15%)"], []),
        (page(), page(1.6), [], ["Sidan (d): 2.00 → 1.60 golv (-20%, bruset är 15%)"]),
        (page(turns=RESTLESS), page(2.4), [], []),
        (page(), page(queries=6), ["Sidan (d): 5 → 6 frågor"], []),
        (page(), page(queries=4), [], ["Sidan (d): 5 → 4 frågor"]),
        (page(), page(size=10_100), [], []),
        (page(), page(size=12_000), ["Sidan (d): 10 → 12 kB"], []),
    ],
)
def test_compare_tells_what_is_more_than_noise(before, now, worse, better):
    assert compare({"d": {"list": before}}, {"d": {"list": now, "new": page()}, "other": {}}) == (worse, better)


@pytest.mark.parametrize(
    ("large", "faults"),
    [
        (page(), []),
        (page(1.0), []),
        (page(queries=6), ["frågorna är 5 → 6"]),
        (page(2.5), ["raderna förklarar inte tiden"]),
        (page(2.35, turns=RESTLESS), []),
    ],
)
def test_growth_tells_what_the_rows_do_not_explain(large, faults):
    small = page()
    assert list(growth({"list": small, "gone": small}, {"list": large})) == [("list", small, large, faults)]
