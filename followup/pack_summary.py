"""The first two pages of the council's papers: how it goes, what is asked, and who has not answered."""

from dataclasses import dataclass
from html import unescape

from django.template.loader import render_to_string
from django.utils.html import strip_tags
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from followup.dashboard import Board, Part
from followup.decided import STATE_LABELS
from followup.headline import headline_of
from followup.models import Grade, ReportStatus
from followup.outcome import NOT_REPORTED
from followup.shares import LABELS, ORDER, signed, tally
from lib.lettering import text_width
from lib.paper import bullets, cell, heading, paragraph, picture, run, table

WHOLE = Part()


@dataclass(frozen=True)
class Room:
    """How much of each there is room for; the chapters have the rest."""

    asked: int
    deviating: int
    goals: int
    areas: int
    silent: int
    decided: int
    letters: int


ROOMS = (Room(8, 6, 8, 12, 20, 6, 200), Room(5, 4, 6, 10, 12, 4, 150), Room(3, 2, 4, 6, 8, 2, 90))
COLOURS = {
    ReportStatus.DONE: "#0b5a6f", ReportStatus.CONTINUOUS: "#3f8293", ReportStatus.ONGOING: "#9fc3cd",
    ReportStatus.NOT_STARTED: "#dfe6e2", ReportStatus.DEVIATING: "#b57810", ReportStatus.CANCELLED: "#5c6770",
    ReportStatus.NOT_RELEVANT: "#f4f7f5", ReportStatus.NO_DATA: "#f4f7f5", NOT_REPORTED: "#ffffff",
}  # fmt: skip
WIDTH, SIZE = 640, 13


def summary(material, room):
    """The blocks: headline, figures, areas, what is asked, deviations, goals, the silent, what became of decisions."""
    told = material.told
    if not told.figures["total"]:
        yield paragraph(_("Inga svar har efterfrågats i omgången."), style="lead")
        return
    yield paragraph(headline(told), style="lead")
    yield from _figures(told)
    yield from _areas(told, room)
    yield from _asked(material, room)
    yield from _deviations(told, room)
    yield from _goals(told, room)
    yield from _silent(told, room)
    yield from _decided(told, room)


def headline(told):
    """The sentence of the council's page, as text."""
    earlier = [told.before] if told.before else []
    return unescape(strip_tags(headline_of(Board(told.round, told.figures, earlier, told.facts, WHOLE))))


# --- Figures ----------------------------------------------------------------------------------------------------------


def _figures(told):
    yield heading(2, _("Läget"))
    yield picture(_bar(told), _("Fördelning av svaren per status. Siffrorna står i tabellen under."))
    label, before = told.before or ("", {"shares": {}})
    rows = []
    for code in map(str, ORDER):
        count, earlier = told.figures["shares"].get(code, 0), before["shares"].get(code, 0)
        if count or earlier or code == NOT_REPORTED:
            rows.append(_share_row(told, code, count, earlier))
    head, widths = [_("Status"), _("Svar"), _("Andel")], [6, 2, 2]
    if told.before:
        head, widths = [*head, _("Omgång %(label)s") % {"label": label}, _("Förändring")], [*widths, 2, 3]
    yield table(head, rows, widths=widths, title=_("Svar per status"))


def _share_row(told, code, count, earlier):
    share = f"{round(100 * count / told.figures['total'])} %"
    row = [cell(capfirst(str(LABELS[code]))), cell(str(count)), cell(share)]
    return [*row, cell(str(earlier)), cell(signed(count - earlier))] if told.before else row


def _bar(told):
    """The shares as one bar with its words beneath, as SVG: colour never stands alone."""
    total, x, parts, legend = told.figures["total"], 0, [], []
    left, line = 0, 0
    for code in ORDER:
        count = told.figures["shares"].get(str(code), 0)
        if not count:
            continue
        width = round(WIDTH * count / total, 2)
        is_dark = code in (ReportStatus.DONE, ReportStatus.CONTINUOUS, ReportStatus.DEVIATING, ReportStatus.CANCELLED)
        parts.append(
            {"x": round(x, 2), "width": width, "fill": COLOURS[code], "ink": "#ffffff" if is_dark else "#1b1f24",
             "middle": round(x + width / 2, 2), "count": count if width > 8 * len(str(count)) + 6 else "",
             "dashes": "3 2" if code == NOT_REPORTED else "none"}
        )  # fmt: skip
        x += width
        text = f"{capfirst(str(LABELS[code]))} {count}"
        room = text_width(text, SIZE) + 34
        left, line = (0, line + 1) if left + room > WIDTH else (left, line)
        legend.append({**parts[-1], "x": round(left, 2), "y": 44 + 20 * line, "text": text})
        left += room
    return render_to_string(
        "followup/_pack_bar.html", {"parts": parts, "legend": legend, "width": WIDTH, "height": 60 + 20 * line}
    )


def _areas(told, room):
    rows = told.figures["areas"]
    if len(rows) < 2:
        return
    yield heading(3, _("Områdena"))
    grades = {row["key"]: grade_label(row["assessment"]) for row in told.goals["areas"]}
    head = [_("Område"), _("Svar"), _("Enligt plan"), _("Avviker"), _("Inte svarat"), _("Bedömning")]
    lines = [[*_area_counts(row), cell(grades.get(row["key"], "") or "–")] for row in rows[: room.areas]]
    yield table(head, lines, widths=[7, 2, 2, 2, 2, 4], title=_("Områdena"))
    yield from _rest(len(rows) - room.areas, _("Bilaga: parter och områden"))


def _area_counts(row):
    return [cell(row["name"] or _("Utan område")), *(cell(str(count)) for count in (row["total"], *tally(row)))]


def grade_label(assessment):
    grade = (assessment or {}).get("grade", "")
    return capfirst(str(Grade(grade).label)) if grade else ""


# --- What is asked ----------------------------------------------------------------------------------------------------


def ask_rows(material):
    """(what, from whom) as cells: plans to adopt, what the assessments propose, what the parties ask."""
    told = material.told
    rows = []
    for comparison in material.comparisons:
        if comparison.new.state == comparison.new.State.PROPOSED:
            text = _("Fastställa %(edition)s.") % {"edition": comparison.new}
            rows.append([cell([run(text)], [run(comparison.summary, "soft")]), cell(_("Handlingsplanen"))])
    for row in [*told.goals["areas"], *told.goals["goals"]]:
        said = row["assessment"] or {}
        if said.get("proposed_decision"):
            rows.append([cell(said["proposed_decision"]), cell(_subject(row), said["body"])])
    for row, said in told.told():
        if said.get("decision_asked"):
            place = f"{row['number']} {row['title']}".strip()
            rows.append([cell(said["decision_asked"]), cell(said["name"], [run(place, "soft")])])
    return rows


def _subject(row):
    return f"{row['number']} {row.get('name') or row['text']}".strip()


def _asked(material, room):
    rows = ask_rows(material)
    yield heading(2, _("Detta ska rådet ta ställning till"))
    if not rows:
        yield paragraph(_("Ingen part och ingen bedömning ber rådet ta ställning till något."))
        return
    yield bullets(
        *(
            [*_short(what[0], room.letters), run(f" ({_short(who[0], room.letters)[0]['text']})", "soft")]
            for what, who in rows[: room.asked]
        )
    )
    yield from _rest(len(rows) - room.asked, _("Detta ska rådet ta ställning till"))


def _short(runs, letters):
    return [run(Truncator(runs[0]["text"]).chars(letters), runs[0]["mark"])]


def _deviations(told, room):
    """What deviates: which activity of which party, and in short why and what is done about it."""
    rows = told.told(ReportStatus.DEVIATING)
    if not rows:
        return
    yield heading(2, _("Det som avviker"))
    items = []
    for row, said in rows[: room.deviating]:
        why = Truncator(" ".join(map(_sentence, filter(None, (said["cause"], said["measure"]))))).chars(room.letters)
        place = f"{row['number']} {row['title']}".strip()
        items.append([run(f"{said['name']}: ", "strong"), run(f"{place}. "), run(why, "soft")])
    yield bullets(*items)
    yield from _rest(len(rows) - room.deviating, _("Det som avviker"))


def _rest(number, chapter):
    if number > 0:
        text = ngettext(
            "Ytterligare %(n)s står i kapitlet ”%(chapter)s”.",
            "Ytterligare %(n)s står i kapitlet ”%(chapter)s”.",
            number,
        )
        yield paragraph(run(text % {"n": number, "chapter": chapter}, "soft"))


# --- Goals, the silent, decisions -------------------------------------------------------------------------------------


def _sentence(text):
    return text if text.rstrip().endswith((".", "!", "?")) else f"{text.rstrip()}."


def _goals(told, room):
    goals = [row for row in told.goals["goals"] if row["assessment"] or row["indicators"]]
    if not goals:
        return
    yield heading(2, _("Målen"))
    rows = [
        [
            cell(_goal_name(row, room)),
            cell(grade_label(row["assessment"]) or _("Inte bedömt")),
            cell(_before(row)),
            _trends(row),
        ]
        for row in goals[: room.goals]
    ]
    head = [_("Mål"), _("Bedömning"), _("Förra gången"), _("Indikator")]
    yield table(head, rows, widths=[7, 3, 3, 5], title=_("Målen"))
    yield from _rest(len(goals) - room.goals, _("Mål och bedömningar"))


def _goal_name(row, room):
    return Truncator(f"{row['number']} {row['text']}".strip()).chars(room.letters // 2)


def _before(row):
    before = row["before"]
    return f"{capfirst(str(Grade(before['grade']).label))} ({before['label']})" if before and before["grade"] else "–"


def _trends(row):
    shown = row["indicators"][:2]
    texts = [
        [run(f"{Truncator(each['name']).chars(60)}: "), run(each["trend"]["label"].lower(), "strong")] for each in shown
    ]
    return cell(*texts) if texts else cell([run(_("ingen indikator"), "soft")])


def _silent(told, room):
    silent = [
        (row["name"], row["shares"][NOT_REPORTED], row["total"])
        for row in told.figures["parties"]
        if row["shares"].get(NOT_REPORTED)
    ]
    yield heading(2, _("Parter som inte har svarat"))
    if not silent:
        yield paragraph(_("Alla parter har svarat på allt."))
        return
    silent.sort(key=lambda row: -row[1])
    names = [
        _("%(name)s (%(left)s av %(all)s)") % {"name": name, "left": left, "all": total} for name, left, total in silent
    ]
    text = ", ".join(names[: room.silent])
    if len(names) > room.silent:
        text += _(" och %(count)s till") % {"count": len(names) - room.silent}
    yield paragraph(_("Svar som saknas, av dem parten fick frågan om: "), text + ".")


def _decided(told, room):
    counts, meeting = told.decided.get("counts") or {}, told.decided["meeting"]
    if not meeting:
        return
    yield heading(2, _("Beslut från förra mötet"))
    day = {"body": meeting["body"], "day": meeting["held_on"]}
    if not meeting["is_open"]:
        yield paragraph(_("Anteckningarna från mötet %(day)s var inte publicerade, så besluten står inte här.") % day)
    elif not counts.get("total"):
        yield paragraph(_("%(body)s gav inga uppdrag i mötet %(day)s.") % day)
    if not counts.get("total"):
        return
    states = ("done", "reported", "given", "late", "dropped")
    words = ", ".join(f"{counts[state]} {STATE_LABELS[state]}" for state in states if counts[state])
    text = ngettext("%(n)s uppdrag: %(words)s.", "%(n)s uppdrag: %(words)s.", counts["total"])
    yield paragraph(_("%(body)s %(day)s. ") % day, text % {"n": counts["total"], "words": words})
    left = [said for said in assignments_in(told.decided) if said["state"] in ("late", "given", "reported")]
    if left:
        yield bullets(*(_assignment(said, room) for said in left[: room.decided]))
        yield from _rest(len(left) - room.decided, _("Beslut från förra mötet"))


def assignments_in(decided):
    return [said for row in [*decided["decisions"], *decided["earlier"]] for said in row["assignments"]]


def _assignment(said, room):
    due = _(", senast %(day)s") % {"day": said["due_on"]} if said["due_on"] else ""
    text = Truncator(said["text"]).chars(room.letters)
    return [run(f"{said['receiver']}: ", "strong"), run(text), run(f" ({STATE_LABELS[said['state']]}{due})", "soft")]


def decided_rows(decided):
    """Rows of decisions and what became of them, those of the last meeting first."""
    rows = []
    for decision in [*decided["decisions"], *decided["earlier"]]:
        first = [run(f"{decision['paragraph']} {decision['title']}".strip())]
        if not decision["assignments"]:
            rows.append(
                [
                    cell(first, [run(decision["decided_on"], "soft")]),
                    cell("–"),
                    cell(STATE_LABELS["decided"].capitalize()),
                ]
            )
        for said in decision["assignments"]:
            state = [[run(STATE_LABELS[said["state"]].capitalize())]]
            state += [[run(said["answer"], "soft")]] if said["answer"] else []
            due = [[run(_("senast %(day)s") % {"day": said["due_on"]}, "soft")]] if said["due_on"] else []
            rows.append([cell(first, [run(said["text"])]), cell(said["receiver"], *due), state])
    return rows
