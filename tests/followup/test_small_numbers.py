"""Counts under five are for their own party; no sum lets anybody else work them out."""

import pytest

from followup.small_numbers import HIDDEN, shown_numbers, sums_of, with_total


@pytest.mark.parametrize(
    ("numbers", "shown"),
    [
        ({}, {}),
        ({"total": 4}, {"total": HIDDEN}),
        ({"total": 0}, {"total": HIDDEN}),
        ({"total": 5}, {"total": 5}),
        ({"total": None}, {"total": None}),
        ({"women": 31, "men": 8, "other": 6, "total": 45}, {"women": 31, "men": 8, "other": 6, "total": 45}),
        ({"women": 31, "men": 3, "total": 34}, {"women": 31, "men": HIDDEN, "total": HIDDEN}),
        ({"women": 31, "men": 3}, {"women": 31, "men": HIDDEN}),
        ({"women": 31, "men": 3, "total": None}, {"women": 31, "men": HIDDEN, "total": None}),
        # What stands as missing is known as soon as the rest of the total is small.
        ({"women": 31, "men": None, "total": 34}, {"women": 31, "men": None, "total": HIDDEN}),
        ({"women": 31, "men": None, "total": 36}, {"women": 31, "men": None, "total": 36}),
        ({"women": None, "men": None, "total": 36}, {"women": None, "men": None, "total": 36}),
    ],
)
def test_shown_numbers_hides_small(numbers, shown):
    assert shown_numbers(numbers, is_own=False) == shown
    assert shown_numbers(numbers, is_own=True) == numbers


@pytest.mark.parametrize(
    ("numbers", "total"),
    [
        ({"women": 3, "men": 4}, 7),
        ({"women": 3, "men": None}, None),
        ({"women": 3, "men": 4, "total": 7}, 7),
        ({}, None),
        ({"total": 9}, 9),
    ],
)
def test_with_total_only_where_it_follows(numbers, total):
    assert with_total(numbers).get("total") == total


def test_sums_of_leaves_hidden_counts_out():
    """The sum is of what is shown: taking the other reports away from it leaves nothing of the hidden one."""
    reports = [{"women": 31, "men": 3}, {"women": 10, "men": 20}, {"women": None, "men": 12}, {}]
    assert sums_of(reports) == {
        "women": {"sum": 41, "hidden": 0, "missing": 1},
        "men": {"sum": 32, "hidden": 1, "missing": 0},
        "total": {"sum": 30, "hidden": 1, "missing": 0},
    }
