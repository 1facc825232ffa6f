"""Swedish words as people write them."""

import pytest

from lib.swedish import plural


@pytest.mark.parametrize(
    ("one", "several"),
    [
        ("område", "områden"),
        ("prioriterat område", "prioriterade områden"),
        ("samverkansområde", "samverkansområden"),
        ("handlingsplan", "handlingsplaner"),
        ("aktivitet", "aktiviteter"),
        ("insats", "insatser"),
        ("arbetsgrupp", "arbetsgrupper"),
        ("åtgärd", "åtgärder"),
        ("område för utveckling", "områden för utveckling"),
        ("mål", "mål"),
        ("spår", "spår"),
    ],
)
def test_plural(one, several):
    assert plural(one) == several
