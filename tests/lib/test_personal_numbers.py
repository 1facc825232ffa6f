"""What reads as a personal identity number, and what does not."""

import pytest

from lib.personal_numbers import find


@pytest.mark.parametrize(
    "written",
    [
        "811228-9874", "8112289874", "19811228-9874", "198112289874", "811228 9874", "19811228 9874", "811228+9874",
        "811228\N{EN DASH}9874", "811288-9871", "19811288-9871",
    ],
)  # fmt: skip
def test_find_reads_every_way_of_writing(written):
    assert find(f"Vi talade med {written} i går.") == [written]


@pytest.mark.parametrize(
    "text",
    [
        "", None, "811228-9875", "Vi nådde 8112 289 personer", "dnr 2026-1234", "811328-9874", "198113289874",
        "0123-8112289874", "17811228-9874", "kontakta 018-811 22 89", "20991228-9874", "81122898741",
    ],
)  # fmt: skip
def test_find_leaves_other_numbers_alone(text):
    assert find(text) == []


def test_find_tells_each_in_order():
    assert find("811228-9874 och 19811228-9874") == ["811228-9874", "19811228-9874"]
