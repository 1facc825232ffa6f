import re
from decimal import Decimal as D
from xml.etree import ElementTree

import pytest
from django.template import Context, Template

from lib.charting import LOOKS, Line, LineChart, draw_lines, spread, ticks_between
from lib.lettering import text_width
from lib.shapes import place_for_word

SVG = "{http://www.w3.org/2000/svg}"
RISING = Line("Länet", {2021: D(40), 2022: D(42), 2023: D(45)})


def chart_of(*lines, **more):
    return LineChart("Andel i arbete", "Andelen har ökat.", "procent", lines, **more)


def paths_of(chart):
    """The path of each line in the wide picture."""
    svg = ElementTree.fromstring(draw_lines(chart))
    return [path.get("d") for path in svg.iter(f"{SVG}path") if path.get("stroke-linejoin")]


def said_in(text):
    return ["".join(part.itertext()) for part in ElementTree.fromstring(text).iter(f"{SVG}text")]


@pytest.mark.parametrize(
    ("low", "high", "count", "ticks"),
    [
        (20, 52, 5, ["20", "30", "40", "50", "60"]),
        (0, 1200, 4, ["0", "500", "1000", "1500"]),
        ("0.12", "0.31", 4, ["0.10", "0.15", "0.20", "0.25", "0.30", "0.35"]),
        (-7, 12, 4, ["-10", "-5", "0", "5", "10", "15"]),
        (5, 5, 4, ["4.0", "4.5", "5.0", "5.5", "6.0"]),
        (12, 98, 4, ["0", "25", "50", "75", "100"]),
        (0, 0, 4, ["0.00", "0.25", "0.50", "0.75", "1.00"]),
    ],
)
def test_ticks_between_are_round_and_hold_both_ends(low, high, count, ticks):
    assert [str(tick) for tick in ticks_between(D(low), D(high), count)] == ticks


def test_ticks_between_takes_no_smaller_steps_than_say_anything():
    assert ticks_between(0, 1, 4, least=D(1)) == [0, 1]


def test_draw_lines_leaves_room_for_large_numbers():
    svg = ElementTree.fromstring(draw_lines(chart_of(Line("Länet", {2023: D(0), 2024: D(4_000_000)}))))
    left = min(float(path.get("d").split()[0][1:]) for path in svg.iter(f"{SVG}path") if "H" in path.get("d", ""))
    assert left > text_width("4\xa0000\xa0000", 13)


@pytest.mark.parametrize(
    ("tops", "placed"),
    [
        ([0, 50], [0, 50]),
        ([10, 12], [10, 30]),
        ([95, 90], [80, 60]),
        ([50, 50, 50], [50, 70, 80 + 10]),
        ([0] * 6, [0, 20, 40, 60, 80, 100]),  # more than there is room for
    ],
)
def test_spread_keeps_things_apart_and_in_order(tops, placed):
    found = spread(tops, [20] * len(tops), 0, 110 if len(tops) == 3 else 100)
    assert found == placed


def test_draw_lines_lifts_the_line_where_a_value_is_missing_and_at_a_break():
    line = Line("Länet", {2018: D(1), 2019: D(2), 2020: None, 2021: D(3), 2022: D(4), 2023: D(5)})
    whole, broken = paths_of(chart_of(line))[0], paths_of(chart_of(line, breaks=(2023,)))[0]
    assert re.sub(r"[\d. ]", "", whole) == "MLMLL"
    assert re.sub(r"[\d. ]", "", broken) == "MLMLM"


def test_draw_lines_never_joins_values_on_both_sides_of_a_break_that_stands_in_a_gap():
    line = Line("Länet", {2018: D(1), 2020: D(2)})
    assert re.sub(r"[\d. ]", "", paths_of(chart_of(line, breaks=(2019,)))[0]) == "MM"


@pytest.mark.parametrize("is_narrow", [False, True])
def test_draw_lines_is_a_picture_with_name_and_description_and_no_style(is_narrow):
    text = draw_lines(chart_of(RISING, target=D(50), decimals=0), is_narrow=is_narrow)
    svg = ElementTree.fromstring(text)
    assert (svg.get("role"), svg.get("aria-label")) == ("img", "Andel i arbete")
    assert (svg.findtext(f"{SVG}title"), svg.findtext(f"{SVG}desc")) == ("Andel i arbete", "Andelen har ökat.")
    assert {"procent", "2021", "2023", "Mål 50", "Länet 45"} <= set(said_in(text))
    assert "style" not in text


@pytest.mark.parametrize("is_narrow", [False, True])
@pytest.mark.parametrize("count", [1, 12])
def test_draw_lines_keeps_every_name_inside_the_picture_and_apart(is_narrow, count):
    lines = [Line(f"Kommun {number} med ett långt namn", {2023: D(40), 2024: D(41)}) for number in range(count)]
    svg = ElementTree.fromstring(draw_lines(chart_of(*lines), is_narrow=is_narrow))
    names = [text for text in svg.iter(f"{SVG}text") if text.get("dy") is None and text.get("x") != "4"]
    heights = sorted(float(name.get("y")) for name in names)
    assert heights[-1] < float(svg.get("height"))
    assert all(later - earlier >= 15 for earlier, later in zip(heights, heights[1:], strict=False))


def test_draw_lines_gives_each_line_a_look_of_its_own():
    assert len(set(LOOKS)) == len({look for _colour, look in LOOKS}) == 8


@pytest.mark.parametrize("lines", [(), (Line("Länet", {}),), (Line("Länet", {2021: None}),)])
def test_draw_lines_without_values_draws_nothing(lines):
    assert draw_lines(chart_of(*lines)) == ""


def test_draw_lines_shows_hostile_names_as_text():
    text = draw_lines(chart_of(Line("<script>alert(1)</script>", {2021: D(1)})))
    assert "<script" not in text


def test_axis_is_said_to_be_cut_unless_it_begins_at_zero():
    assert chart_of(RISING).starts_at == "40"
    assert chart_of(RISING, from_zero=True).starts_at == ""


def test_line_chart_shows_the_table_with_why_values_are_missing():
    line = Line("Länet", {2021: D("4.5"), D("2021.5"): None, 2022: None}, gaps={2022: "under 5, döljs"})
    chart = chart_of(line, decimals=1, names={D("2021.5"): "2021:2"})
    assert chart.rows == [("2021", ["4,5"]), ("2021:2", ["uppgift saknas"]), ("2022", ["under 5, döljs"])]
    page = Template("{% load charts %}{% line_chart chart %}").render(Context({"chart": chart}))
    assert page.count("<svg") == 2
    assert '<td class="num">under 5, döljs</td>' in page


def test_line_chart_without_values_says_so():
    page = Template("{% load charts %}{% line_chart chart %}").render(Context({"chart": chart_of()}))
    assert "Det finns inga värden att rita ännu." in page
    assert "<svg" not in page


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("M0 0l100 0l0 100l-100 0z", (50, 50, 100)),
        ("M0 0l10 0l0 10l-10 0zM200 0l100 0l0 100l-100 0z", (250, 50, 100)),  # the larger ring
        ("M0 0l30 0l0 70l70 0l0 30l-100 0z", (50, 75, 100)),  # an angle has room in its foot
        ("M0 0z", None),
        ("", None),
    ],
)
def test_place_for_word_is_inside_the_largest_ring(path, place):
    assert place_for_word(path) == place
