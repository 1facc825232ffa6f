"""The chart's tree and drawing as tables: made of rows that were never saved, since both are pure."""

import itertools
import re

import pytest
from django.template.loader import render_to_string
from django.utils import translation

from agreements.models import Actor, Agreement, PriorityArea
from governance.chart import build_chart, duty
from governance.drawing import BOX_MIN, WIDE, draw_narrow, draw_wide
from governance.models import Body, Mandate, Responsibility
from lib.lettering import text_width, wrap

Level, State, Scope = Mandate.Level, Body.State, Responsibility.Scope


numbers = itertools.count(1)


def mandate(name, superior=None, level=Level.OPERATIVE, state=State.ACTIVE, multiplicity="", **fields):
    pk = next(numbers)
    body = Body(pk=pk, name=name, state=state, multiplicity=multiplicity)
    return Mandate(pk=pk, body=body, actor=Actor(pk=pk, name=name), level=level, reports_to=superior, **fields)


def responsibility(mandate, area, scope=Scope.WHOLE, parts=None):
    row = Responsibility(area=area, actor=mandate.actor, scope=scope)
    row.parts = parts
    return row


def kronoberg():
    """The shape of Kronoberg: a council, staff, two groups, one that is missing, and a network beside it all."""
    forum = mandate("Forum", level=Level.DECIDING, chair="Landshövdingen", meetings_per_year=2)
    staff = mandate("Beredningsgruppen", forum, Level.PREPARING)
    ask = mandate("ASK", forum)
    missing = mandate("Grupp för Boende", forum, state=State.PLANNED)
    network = mandate("Kommunchefsnätverket", level=Level.NETWORK)
    former = mandate("Arbetsgruppen", ask, state=State.COMPLETED)
    jobs, housing, share = (PriorityArea(pk=n, name=name) for n, name in enumerate(("Arbete", "Boende", "Delaktighet")))
    rows = [
        responsibility(ask, jobs),
        responsibility(staff, housing, Scope.INTERIM),
        responsibility(missing, housing, Scope.PLANNED),
        responsibility(ask, share, Scope.PARTIAL, [part("3", 2), part("1", 1)]),
        responsibility(missing, share, Scope.PARTIAL),
    ]
    return build_chart([forum, staff, ask, missing, network, former], rows)


def part(number, order, name=""):
    return {"number": number, "name": name, "order": order}


def tree(nodes):
    return {node.name: tree(node.children) for node in nodes}


# --- The tree ---------------------------------------------------------------------------------------------------------


def test_build_chart_follows_superiors():
    chart = kronoberg()
    assert tree(chart.tops) == {"Forum": {"Beredningsgruppen": {}, "ASK": {}, "Grupp för Boende": {}}}
    assert tree(chart.outside) == {"Kommunchefsnätverket": {}}
    assert tree(chart.past) == {"Arbetsgruppen": {}}


def test_build_chart_gives_each_body_its_duties():
    assert {node.name: node.duties for node in kronoberg().nodes} == {
        "Forum": [],
        "Beredningsgruppen": ["Boende (tills vidare)"],
        "ASK": ["Arbete", "Delaktighet 1 och 3"],
        "Grupp för Boende": ["Boende", "Delar av Delaktighet"],
        "Kommunchefsnätverket": [],
    }


def test_build_chart_says_who_stands_in_for_the_missing_group():
    assert {node.name: (node.kind, node.interim_text) for node in kronoberg().nodes} == {
        "Forum": ("top", ""),
        "Beredningsgruppen": ("plain", ""),
        "ASK": ("plain", ""),
        "Grupp för Boende": ("missing", "Beredningsgruppen driver tills vidare"),
        "Kommunchefsnätverket": ("outside", ""),
    }


def test_build_chart_without_bodies_is_empty():
    chart = build_chart([], [])
    assert (chart.nodes, chart.past, chart.description) == ([], [], "")
    assert draw_wide(chart).boxes == draw_narrow(chart).boxes == []


def test_build_chart_ignores_the_duty_of_one_who_is_no_body():
    party = Responsibility(area=PriorityArea(pk=1, name="Hälsa"), actor=Actor(pk=0, name="Regionen"))
    party.parts = None
    assert [node.duties for node in build_chart([mandate("Råd")], [party]).nodes] == [[]]


def test_build_chart_draws_lone_bodies_as_tops_where_nobody_leads():
    first, second = mandate("Nätverk A", level=Level.NETWORK), mandate("Nätverk B", level=Level.NETWORK)
    chart = build_chart([first, second], [])
    assert (tree(chart.tops), chart.outside) == ({"Nätverk A": {}, "Nätverk B": {}}, [])


def test_build_chart_cuts_a_ring_of_superiors():
    first, second = mandate("Första"), mandate("Andra")
    first.reports_to_id, second.reports_to_id = second.pk, first.pk
    assert tree(build_chart([first, second], []).tops) == {"Andra": {"Första": {}}}


def test_build_chart_frees_a_body_from_a_superior_that_is_past():
    past = mandate("Gammalt råd", level=Level.DECIDING, state=State.DISSOLVED)
    assert tree(build_chart([past, mandate("Grupp", past)], []).tops) == {"Grupp": {}}


@pytest.mark.parametrize(
    ("fields", "rhythm"),
    [
        ({}, ""),
        ({"meetings_per_year": 0}, "0 möten per år"),
        ({"meetings_per_year": 1}, "1 möte per år"),
        ({"meetings_per_year": 2, "meetings_rule": "minimum"}, "Minst 2 möten per år"),
    ],
)
def test_node_rhythm_keeps_unknown_apart_from_none(fields, rhythm):
    assert build_chart([mandate("Råd", **fields)], []).nodes[0].rhythm == rhythm


@pytest.mark.parametrize(
    ("fields", "role"),
    [
        ({}, "Operativ"),
        ({"multiplicity": Body.Multiplicity.SEVERAL, "state": State.AS_NEEDED}, "Operativ · flera grupper · vid behov"),
        (
            {"level": Level.LOCAL, "multiplicity": Body.Multiplicity.PER_MUNICIPALITY},
            "Lokal · en per kommun eller gemensam",
        ),
        ({"level": Level.PRIORITISING, "state": State.RECURRING}, "Prioriterande · återkommande möte"),
    ],
)
def test_node_role_says_level_number_and_state(fields, role):
    assert build_chart([mandate("Grupp", **fields)], []).nodes[0].role == role


@pytest.mark.parametrize(
    ("scope", "parts", "text"),
    [
        (Scope.WHOLE, None, "Hälsa"),
        (Scope.PLANNED, None, "Hälsa"),
        (Scope.INTERIM, None, "Hälsa (tills vidare)"),
        (Scope.PARTIAL, None, "Delar av Hälsa"),
        (Scope.PARTIAL, [part("2", 1)], "Hälsa 2"),
        (Scope.PARTIAL, [part("5", 3), part("1", 1), part("2", 2)], "Hälsa 1, 2 och 5"),
        (Scope.PARTIAL, [part("", 1, "Tidig upptäckt")], "Hälsa Tidig upptäckt"),
    ],
)
def test_duty_names_the_part_of_the_area(scope, parts, text):
    assert duty(responsibility(mandate("Grupp"), PriorityArea(name="Hälsa"), scope, parts)) == text


@pytest.mark.parametrize(
    ("fields", "led_by"),
    [
        ({}, ""),
        ({"chair": "Landshövdingen", "convener": Actor(pk=1, name="Regionen")}, "Ordförande: Landshövdingen"),
        ({"convener": Actor(pk=1, name="Regionen")}, "Sammankallas av Regionen"),
    ],
)
def test_node_led_by_names_the_chair_before_the_convener(fields, led_by):
    assert build_chart([mandate("Råd", **fields)], []).nodes[0].led_by == led_by


def test_description_says_that_a_lone_group_is_missing():
    assert build_chart([mandate("Råd", state=State.PLANNED)], []).description == "Råd saknas."


def test_description_tells_the_picture():
    assert kronoberg().description == (
        "Forum (beslutande) är överst. "
        "Beredningsgruppen (beredande) svarar inför Forum. "
        "ASK (operativ) svarar inför Forum. "
        "Grupp för Boende saknas, ska svara inför Forum. Beredningsgruppen driver tills vidare. "
        "Kommunchefsnätverket (nätverk) står utanför linjen."
    )


# --- The drawing ------------------------------------------------------------------------------------------------------


def chain(length):
    rows = [mandate("Råd", level=Level.DECIDING)]
    for number in range(length - 1):
        rows.append(mandate(f"Grupp {number}", rows[-1]))
    return build_chart(rows, [])


def broad(children):
    top = mandate("Råd", level=Level.DECIDING)
    groups = [mandate(f"Grupp för samverkansområde nummer {n}", top, multiplicity="several") for n in range(children)]
    return build_chart([top, *groups], [])


def two_tops():
    tops = [mandate(f"Råd {n}", level=Level.DECIDING) for n in range(2)]
    return build_chart([*tops, *(mandate(f"Grupp under {top.body}", top) for top in tops for _n in range(2))], [])


def long_words():
    top = mandate("Arbetsmarknadsintegrationssamordningsberedningsgruppen" * 2, level=Level.DECIDING)
    return build_chart(
        [top, *(mandate("Ledningsgruppen för socialtjänst, hälsa och vård " * 3, top) for _n in range(4))], []
    )


CHARTS = {
    "kronoberg": kronoberg,
    "one": lambda: chain(1),
    "chain": lambda: chain(7),
    "four": lambda: broad(4),
    "forty": lambda: broad(40),
    "two tops": two_tops,
    "long words": long_words,
}


@pytest.mark.parametrize("draw", [draw_wide, draw_narrow])
@pytest.mark.parametrize("name", CHARTS)
def test_draw_lets_nothing_overlap_or_stick_out(name, draw):
    chart = CHARTS[name]()
    drawing = draw(chart)
    boxes = drawing.boxes
    assert {box.node for box in boxes} == set(chart.nodes)
    for box in boxes:
        assert box.x >= 0
        assert box.y >= 0
        assert box.x + box.width <= drawing.width
        assert box.bottom <= drawing.height
        for line in box.lines:
            bold = line.style != "plain"
            assert text_width(line.text, 15 if line.style in ("title", "alert") else 13.5, bold=bold) <= box.width
            assert box.y < line.y < box.bottom
    pairs = [(a, b) for number, a in enumerate(boxes) for b in boxes[number + 1 :]]
    assert [(a.node.name, b.node.name) for a, b in pairs if overlap(a, b)] == []


def overlap(a, b):
    return a.x < b.x + b.width and b.x < a.x + a.width and a.y < b.bottom and b.y < a.bottom


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("kronoberg", ["interim", "missing", "reports", "reports"]),
        ("one", []),
        ("chain", ["reports"] * 6),
        ("two tops", ["reports"] * 4),
    ],
)
def test_draw_wide_links_each_body_to_its_superior(name, kinds):
    assert sorted(edge.kind for edge in draw_wide(CHARTS[name]()).edges) == kinds


def test_draw_wide_becomes_an_outline_when_boxes_would_be_too_narrow():
    spread, outline = draw_wide(broad(5)), draw_wide(broad(6))
    assert len({box.y for box in spread.boxes}) == 2
    assert min(box.width for box in spread.boxes) >= BOX_MIN
    assert len({box.y for box in outline.boxes}) == 7
    assert outline.width == WIDE


def test_draw_wide_makes_a_multiplied_body_a_stack():
    assert {box.node.name: box.is_stacked for box in draw_wide(broad(1)).boxes} == {
        "Råd": False,
        "Grupp för samverkansområde nummer 0": True,
    }


@pytest.mark.parametrize(
    ("before", "after", "shape"),
    [(0, 1, "C"), (1, 0, "C"), (2, 0, "HV"), (0, 2, "C")],
    ids=["left", "right", "far", "far left"],
)
def test_interim_line_goes_around_the_others_where_it_can(before, after, shape):
    top = mandate("Råd", level=Level.DECIDING)
    staff, missing = mandate("Beredning", top, Level.PREPARING), mandate("Saknad", top, state=State.PLANNED)
    others = [mandate(f"Grupp {number}", top) for number in range(before + after)]
    area = PriorityArea(pk=1, name="Boende")
    rows = [responsibility(staff, area, Scope.INTERIM), responsibility(missing, area, Scope.PLANNED)]
    chart = build_chart([top, staff, *others[:before], missing, *others[before:]], rows)
    line = [edge.d for edge in draw_wide(chart).edges if edge.kind == "interim"]
    assert ["".join(letter for letter in d if letter in "CHV") for d in line] == [shape]


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 100, []),
        ("Forum", 100, ["Forum"]),
        ("Forum för mottagande", 100, ["Forum för", "mottagande"]),
        ("Kommunchefsnätverket", 90, ["Kommunche-", "fsnätverket"]),
        ("Råd", 5, ["R-", "å-", "d"]),
        ("ett två tre fyra fem sex", 30, ["ett", "två", "tre…"]),
    ],
)
def test_wrap_fits_the_width_in_three_lines(text, width, lines):
    assert wrap(text, width, 15) == lines


def test_chart_numbers_are_never_localised():
    with translation.override("sv"):
        chart = kronoberg()
        html = render_to_string(
            "governance/_chart.html",
            {"drawing": draw_wide(chart), "chart": chart, "agreement": Agreement(short_name="K")},
        )
    assert 'viewBox="0 0 1160 ' in html
    found = re.findall(r' (?:x|y|width|height|viewBox|d)="([^"]*)"', html)
    assert [number for number in found if not re.fullmatch(r"[\dMHVC .-]+", number)] == []
    assert " style=" not in html
