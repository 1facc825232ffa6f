"""The council's papers as a ``lib.paper``: two pages of summary, what is asked, what deviates, and every answer."""

from itertools import groupby

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from actionplans.comparison_papers import comparison_paper
from followup.models import Degree, ReportStatus
from followup.numbers import GROUPS
from followup.outcome import NOT_REPORTED
from followup.pack_goals import goal_chapter, indicator_tables
from followup.pack_summary import ROOMS, ask_rows, decided_rows, summary
from followup.shares import LABELS, tally
from followup.small_numbers import HIDDEN, shown_numbers
from lib.paper import cell, contents, heading, page_break, paper, paragraph, run, table
from lib.typeset import page_count, pdf

SUMMARY_PAGES = 2


def pack_paper(material):
    """The paper: summary, contents, and chapters for what there is something to say about."""
    told, agreement = material.told, material.agreement
    chapters = [block for chapter in CHAPTERS for block in chapter(material)]
    meeting = told.facts["round"]["meeting"]
    if meeting:
        kicker = _("Underlag till %(body)s %(day)s") % {"body": meeting["body"], "day": meeting["held_on"]}
    else:
        kicker = _("Underlag till rådet")
    frame = {
        "title": _("Uppföljning %(label)s") % {"label": told.label},
        "kicker": f"{agreement.short_name} · {kicker}",
        "author": agreement.coordinating_party.name,
        "date": material.made_on,
        "running": f"{agreement.short_name} · {_('uppföljning')} {told.label}",
        "registry_number": material.registry_number,
        "marks": _marks(material),
    }
    rest = [page_break(), contents(_("Innehåll"), chapters), page_break(), *chapters]
    return paper([*_two_pages(material, frame), *rest], **frame)


def _two_pages(material, frame):
    """The summary with as much in it as two pages hold."""
    for room in ROOMS:
        blocks = list(summary(material, room))
        if page_count(pdf(paper(blocks, **frame))) <= SUMMARY_PAGES:
            break
    return blocks


def _marks(material):
    """What no page may be seen without."""
    marks = [_("Preliminärt, omgången är inte stängd")] if material.is_preliminary else []
    return marks + ([_("Exempeldata")] if material.is_example else [])


# --- What is asked ----------------------------------------------------------------------------------------------------


def _asked(material):
    rows = ask_rows(material)
    if rows:
        yield heading(2, _("Detta ska rådet ta ställning till"))
        numbered = [[cell(str(number)), *row] for number, row in enumerate(rows, start=1)]
        head = [_("Nr"), _("Fråga eller förslag"), _("Från")]
        yield table(head, numbered, widths=[1, 11, 5], title=_("Frågor och förslag till beslut"))


def _deviations(material):
    told = material.told
    rows = told.told(ReportStatus.DEVIATING)
    hidden = sum(1 for _pair in told.reports(ReportStatus.DEVIATING)) - len(rows)
    if not (rows or hidden):
        return
    yield heading(2, _("Det som avviker"))
    if hidden:
        text = ngettext(
            "%(n)s avvikelse till får du inte läsa än.", "%(n)s avvikelser till får du inte läsa än.", hidden
        )
        yield paragraph(text % {"n": hidden})
    for area, pairs in groupby(rows, key=lambda pair: pair[0]["area"]):
        name = area or _("Utan område")
        yield heading(3, name)
        lines = [[cell(_title(row)), cell(said["name"]), _why(said)] for row, said in pairs]
        title = _("Avvikelser i %(area)s") % {"area": name}
        yield table([_("Aktivitet"), _("Part"), _("Orsak och åtgärd")], lines, widths=[5, 3, 9], title=title)


def _title(row):
    return f"{row['number']} {row['title']}".strip()


def _why(said):
    """Cause, measure, new day and question, as far as they are said."""
    parts = [
        (_("Orsak"), said["cause"]),
        (_("Åtgärd"), said["measure"]),
        (_("Nytt slutdatum"), said["new_end_date"]),
        (_("Fråga till rådet"), said["decision_asked"]),
    ]
    return _labelled(parts)


def _labelled(parts):
    """A cell with a paragraph for each (label, text) that has a text."""
    return cell(*([run(f"{label}: ", "soft"), run(text)] if label else [run(text)] for label, text in parts if text))


# --- All that was answered --------------------------------------------------------------------------------------------


def _answers(material):
    """Per area and activity what each party has answered; those who have not stand together last."""
    activities = material.told.facts["activities"]
    if not activities:
        return
    yield page_break()
    yield heading(2, _("Hela uppföljningen"))
    yield paragraph(_("Varje aktivitet med vad varje part har svarat. Antal under 5 döljs."), style="keep")
    for area, rows in groupby(activities, key=lambda row: row["area"]):
        yield heading(3, area or _("Utan område"))
        for row in rows:
            yield heading(4, _title(row))
            lines = [_answer(material, said) for said in row["reports"] if said["status"]]
            silent = [said["name"] for said in row["reports"] if not said["status"]]
            if silent:
                lines.append([cell(", ".join(silent)), cell(capfirst(str(LABELS[NOT_REPORTED]))), cell(run_none())])
            head = [_("Part"), _("Läge"), _("Vad parten säger")]
            yield table(head, lines, widths=[4, 3, 10], title=_title(row))


def run_none():
    return [run("–", "soft")]


def _answer(material, said):
    state = [[run(capfirst(str(LABELS[said["status"]])))]]
    if degree := said.get("degree"):
        state.append([run(capfirst(str(Degree(degree).label)), "soft")])
    if said["on_behalf"]:
        state.append([run(_("Lämnat av samordnaren, efter %(who)s") % {"who": said["on_behalf"]}, "soft")])
    return [cell(said["name"]), state, _words(material.texts.get(said["report"]), said)]


def _words(report, said):
    if report is None:
        return cell([run(_("Texten får du inte läsa än."), "soft")])
    parts = [("", report.text), (_("Effekt"), report.effect), (_("För länet"), report.addition)]
    parts += [(_("Orsak"), said["cause"]), (_("Åtgärd"), said["measure"])]
    parts += [(_("Nytt slutdatum"), said["new_end_date"]), (_("Fråga till rådet"), said["decision_asked"])]
    parts.append((_("Antal"), _numbers(report.numbers)))
    return _labelled(parts) or cell(run_none())


def _numbers(numbers):
    """The counts that anybody may see, in words."""
    shown = shown_numbers(numbers or {}, is_own=False)
    words = []
    for group in GROUPS:
        if group in shown:
            count = _("döljs") if shown[group] is HIDDEN else _("saknas") if shown[group] is None else shown[group]
            words.append(f"{str(GROUPS[group]).lower()} {count}")
    return ", ".join(words)


def _parties(material):
    """How each party has answered, and how it goes for it."""
    rows = material.told.figures["parties"]
    if not rows:
        return
    yield heading(2, _("Parterna"))
    yield table(_counts_head(_("Part")), [_counts_row(row) for row in rows], widths=COUNTS, title=_("Svar per part"))


def _counts_head(first):
    return [first, _("Frågor"), _("Enligt plan"), _("Avviker"), _("Annat"), _("Inte svarat")]


def _counts_row(row):
    """Name, asked, on track, deviating, other answers and missing ones: they add up."""
    on_track, deviating, missing = tally(row)
    counts = [row["total"], on_track, deviating, row["total"] - on_track - deviating - missing, missing]
    return [cell(row["name"] or _("Utan område")), *(cell(str(count)) for count in counts)]


# --- Plans, decisions and what stands behind --------------------------------------------------------------------------


def _plans(material):
    """What the next edition changes, plan by plan, as in the paper of the comparison."""
    for comparison in material.comparisons:
        made = comparison_paper(comparison, material.agreement)
        yield page_break()
        yield heading(2, made["title"])
        if comparison.new.state == comparison.new.State.PROPOSED:
            yield paragraph(
                _("Versionen %(label)s är ett förslag som rådet kan fastställa.") % {"label": comparison.new.label}
            )
        for block in made["blocks"]:
            yield {**block, "level": block["level"] + 1} if block["kind"] == "heading" else block


def _decided(material):
    rows = decided_rows(material.told.decided)
    if rows:
        yield heading(2, _("Beslut från förra mötet"))
        head = [_("Beslut"), _("Uppdrag till"), _("Läge")]
        yield table(head, rows, widths=[8, 5, 5], title=_("Beslut från förra mötet och hur det har gått"))


def _matrix(material):
    """How many answers each party has given in each area."""
    figures = material.told.figures
    areas = figures["areas"]
    if len(areas) < 2:
        return
    cells = {(line["party"], line["area"]): line for line in figures["cells"]}
    yield heading(2, _("Bilaga: parter och områden"))
    yield paragraph(
        _("Inlämnade svar av alla som parten fick frågan om, per område. Tomt: parten har inte tillfrågats."),
        style="keep",
    )
    for part in range(0, len(areas), 6):
        shown = areas[part : part + 6]
        rows = [
            [cell(party["name"]), *(_came(cells.get((party["key"], area["key"]))) for area in shown)]
            for party in figures["parties"]
        ]
        head = [_("Part"), *(area["name"] or _("Utan område") for area in shown)]
        yield table(head, rows, widths=[4, *[2] * len(shown)], title=_("Inlämnade svar per part och område"))


def _came(line):
    if line is None:
        return cell("")
    return cell(
        _("%(came)s av %(all)s") % {"came": line["total"] - line["shares"].get(NOT_REPORTED, 0), "all": line["total"]}
    )


def _values(material):
    tables = list(indicator_tables(material.told))
    if tables:
        yield heading(2, _("Bilaga: indikatorernas värden"))
        yield from tables


def _about(material):
    """How it was counted, and under which numbers the authorities have registered it."""
    yield heading(2, _("Om underlaget"))
    yield paragraph(
        _("Varje part svarar om varje aktivitet som den ansvarar för. Bara inlämnade svar räknas. Svar som saknas ")
        + _("redovisas för sig och räknas aldrig som noll. Antal under 5 döljs, och summor som skulle röja dem.")
    )
    if material.registry:
        rows = [[cell(party), cell(number)] for party, number in material.registry]
        yield table([_("Myndighet"), _("Diarienummer")], rows, widths=[8, 8], title=_("Diarienummer"))


COUNTS = [6, 2, 2, 2, 2, 2]
CHAPTERS = (_asked, _deviations, goal_chapter, _decided, _answers, _parties, _plans, _matrix, _values, _about)
