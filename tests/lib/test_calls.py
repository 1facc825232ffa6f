"""Calls that go deep ask the system for room once."""

import resource

import pytest

from lib.calls import roomy


def asked_of_the_system(run):
    """How many times a page of memory was given meanwhile."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    run()
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


def calls_at_each_depth(depth=0):
    for _turn in range(1000):
        inner()
    if depth < 400:
        calls_at_each_depth(depth + 1)


def inner():
    return None


def test_roomy_asks_once_whatever_the_depth():
    assert asked_of_the_system(roomy(calls_at_each_depth)) < 200


def test_roomy_answers_and_fails_as_the_function():
    assert roomy(divmod)(7, 2) == (3, 1)
    assert roomy(dict)(a=1) == {"a": 1}
    with pytest.raises(ZeroDivisionError):
        roomy(divmod)(1, 0)
