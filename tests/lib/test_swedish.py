"""Swedish words as people write them."""

import pytest

from lib.swedish import plural, sort_key


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


def test_sort_key_sorts_as_swedish_does():
    names = ["Älvkarleby", "Öland", "Åre", "Zinkgruvan", "Émile", "Ekerö", "2 vägar", "x–y"]
    in_order = ["2 vägar", "Ekerö", "Émile", "x–y", "Zinkgruvan", "Åre", "Älvkarleby", "Öland"]
    assert sorted(names, key=sort_key) == in_order
    assert [sort_key("å–Æ")] * 2 == [sort_key("Å–ä"), "zz10zz2"]  # the same from what is found out and what is kept
