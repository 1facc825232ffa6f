"""The chapter of the council's papers about areas and goals: what was assessed, with the series of the indicators."""

from itertools import groupby

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from followup.indicators_page import GAPS, chart_of
from followup.open_data import indicators_in
from followup.pack_summary import grade_label
from lib.charting import draw_lines
from lib.paper import cell, heading, paragraph, picture, run, table


def goal_chapter(material):
    """What each area and goal was judged to be, why, and what its indicators say."""
    goals = material.told.goals
    is_told = any(row["assessment"] or row.get("indicators") for row in [*goals["areas"], *goals["goals"]])
    if not (is_told or goals["indicators"]):
        return
    yield heading(2, _("Mål och bedömningar"))
    yield paragraph(_("Indikatorer visar utfall. De säger inte vad som är planens förtjänst."))
    areas = {row["key"]: row for row in goals["areas"]}
    whole = [row for row in goals["goals"] if row["area"] not in areas and (row["assessment"] or row["indicators"])]
    if whole or goals["indicators"]:
        yield heading(3, _("Hela överenskommelsen"))
    yield from _indicators(goals["indicators"])
    yield from _goals(whole)
    for key, area in areas.items():
        rows = [row for row in goals["goals"] if row["area"] == key and (row["assessment"] or row["indicators"])]
        if area["assessment"] or rows:
            yield heading(3, f"{area['number']} {area['name']}".strip())
            yield from _assessment(area)
            yield from _goals(rows)


def _goals(rows):
    for row in rows:
        if row["assessment"] or row["indicators"]:
            yield heading(4, f"{row['number']} {row['text']}".strip())
            yield from _assessment(row)
            yield from _indicators(row["indicators"])


def _assessment(row):
    said = row["assessment"]
    if not said:
        yield paragraph(run(_("Inte bedömt i omgången."), "soft"))
        return
    before = row["before"]
    grade = [run(f"{_('Bedömning')}: ", "soft"), run(grade_label(said) or _("ingen"), "strong")]
    if before and before["grade"]:
        words = {"grade": grade_label(before).lower(), "label": before["label"]}
        grade.append(run(_(" (%(grade)s i %(label)s)") % words, "soft"))
    by = _("Utkast av %(body)s") if said["state"] == "draft" else _("Bedömt av %(body)s")
    yield paragraph(
        *grade, run(f" · {by % {'body': said['body']}} {said['held_on'] or said['agreed_on']}".rstrip(), "soft")
    )
    for text in filter(None, said["analysis"].split("\n")):
        yield paragraph(text)
    if said["proposed_decision"]:
        yield paragraph(run(f"{_('Förslag till beslut')}: ", "strong"), said["proposed_decision"])
    evidence = [f"{each['number']} {each['party']}" for each in said["reports"]] + said["indicators"]
    if evidence:
        yield paragraph(run(_("Underlag: %(evidence)s.") % {"evidence": ", ".join(evidence)}, "soft"))


def _indicators(indicators):
    """What each indicator says, with its chart; the values stand in the appendix."""
    for each in indicators:
        trend, chart = f": {each['trend']['label'].lower()}. ", chart_of(each)
        svg = draw_lines(chart, is_narrow=True)
        style = "keep" if svg else ""
        yield paragraph(run(each["name"], "strong"), trend, run(each["source_line"], "soft"), style=style)
        if svg:
            yield picture(svg, f"{chart.title}. {chart.description}", share=0.5)


def indicator_tables(told):
    """A table per indicator: a row per place and sex, a column per year, the latest years that have room."""
    for each in indicators_in(told):
        moments = sorted({(year, half) for line in each["series"] for year, half, _value, _gap in line["points"]})[-7:]
        if not moments:
            continue
        yield heading(3, each["name"])
        rows = [[cell(capfirst(line["label"])), *_values(line, moments)] for line in each["series"]]
        head = [each["unit"] or _("Värde"), *(f"{year}:{half}" if half else str(year) for year, half in moments)]
        yield table(head, rows, widths=[5, *[2] * len(moments)], title=each["name"])
        yield paragraph(run(_sources(each), "soft"))


def _values(line, moments):
    points = {(year, half): (value, gap) for year, half, value, gap in line["points"]}
    return [_value(*points.get(moment, (None, "missing"))) for moment in moments]


def _value(value, gap):
    return cell(value.replace(".", ",")) if value is not None else cell([run(str(GAPS[gap]), "soft")])


def _sources(each):
    texts = [each["source_line"]]
    for year, rows in groupby(each["definitions"], key=lambda row: row["from_year"]):
        for row in rows:
            mark = _(" Går inte att jämföra med tidigare år.") if row["breaks"] else ""
            texts.append(_("Från %(year)s: %(text)s") % {"year": year, "text": row["text"]} + mark)
    return " ".join(texts)
