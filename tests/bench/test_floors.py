"""The floor's pages are as big as the portal's, and its texts as safe."""

import pytest

from bench.floors import page_of


@pytest.mark.parametrize("size", [10, 500, 118_000])
@pytest.mark.parametrize("rows", [[], [("a", 1, None)], [("år", "<b>")] * 30])
def test_page_is_as_big_as_asked(rows, size):
    assert len(page_of(rows, size)) == size


def test_page_escapes_texts():
    assert page_of([("<b>å",)], 0) == "&lt;b&gt;å".encode()
