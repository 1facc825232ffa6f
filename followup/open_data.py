"""The figures of a round as tables: for the spreadsheet of the council's papers, and as CSV and JSON beside the page.

``Told`` is what one reader may be told of a round, or everybody once it is published; every table is made of it. Cells
are text, numbers (also as Decimal) or None where there is no value: that is never zero. Days are text.
"""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from followup.data_files import DataColumn, DataTable
from followup.decided import STATE_LABELS, decided_before
from followup.figures import figures_of, read_figures
from followup.frame import example_band
from followup.goal_facts import goal_facts
from followup.models import Degree, Grade, Report, ReportStatus, Round
from followup.numbers import GROUPS, in_order
from followup.outcome import NOT_REPORTED, facts_of, kept_facts
from followup.shares import LABELS, ORDER


@dataclass
class Told:
    """A round as facts and figures, ``readable`` the reports whose words may be told, ``before`` (label, figures)."""

    round: Round
    facts: dict
    figures: dict
    readable: set
    before: tuple | None = None

    @property
    def goals(self):
        return self.facts.get("goals") or {"areas": [], "goals": [], "indicators": []}

    @property
    def decided(self):
        return self.facts.get("decided") or {"meeting": None, "decisions": [], "earlier": []}

    @property
    def label(self):
        return self.round.label

    def reports(self, *statuses):
        """(activity, report) in the order of the plan; of those ``statuses`` only, if any are given."""
        for row in self.facts["activities"]:
            for report in row["reports"]:
                if not statuses or (report["status"] or NOT_REPORTED) in statuses:
                    yield row, report

    def told(self, *statuses):
        """As ``reports``, those whose words may be told."""
        return [pair for pair in self.reports(*statuses) if pair[1]["report"] in self.readable]


def told_to(round, user):
    """What ``user`` may be told of a round that it sees."""
    readable = Report.objects.visible_to(user).submitted().filter(round=round)
    rounds = Round.objects.visible_to(user)
    return _told(round, set(readable.order_by().values_list("pk", flat=True)), rounds, user)


def told_to_all(round):
    """What everybody may be told of a closed round once it is published: what its papers are made of."""
    readable = Report.objects.filter(round=round, submitted_at__isnull=False)
    rounds = Round.objects.filter(published_at__isnull=False)
    return _told(round, set(readable.order_by().values_list("pk", flat=True)), rounds, None)


def _told(round, readable, rounds, user):
    facts = kept_facts(round)
    if facts is None:
        facts = facts_of(round) | {"goals": goal_facts(round, user), "decided": decided_before(round, user)}
        return Told(round, facts, figures_of(round), readable, _before(round, rounds))
    return Told(round, facts, read_figures([round])[round.pk], readable, _before(round, rounds))


def _before(round, rounds):
    """(label, figures) of the latest of ``rounds`` that was closed before this one; None where there is none."""
    earlier = rounds.filter(
        agreement=round.agreement_id, period_starts_on__lt=round.period_starts_on, closed_at__isnull=False
    )
    last = earlier.order_by("-period_starts_on", "-pk").first()
    figures = last and read_figures([last]).get(last.pk)
    return (last.label, figures) if figures and figures["total"] else None


def tables_of(told):
    """All tables, in the order of the page."""
    return [make(told) for make in TABLES.values()]


def table_of(told, name):
    """The table called ``name``; KeyError where there is none."""
    return TABLES[name](told)


# --- The tables -------------------------------------------------------------------------------------------------------


def _status(told):
    columns = [
        DataColumn("status", _("Kod")),
        DataColumn("benamning", _("Status")),
        DataColumn("antal", _("Antal svar"), "number"),
        DataColumn("andel", _("Andel i procent"), "number"),
        DataColumn("omgang_fore", _("Omgången före")),
        DataColumn("antal_fore", _("Antal svar omgången före"), "number"),
    ]
    label, before = told.before or ("", None)
    total = told.figures["total"]
    rows = []
    for code in map(str, ORDER):
        count = told.figures["shares"].get(code, 0)
        share = (Decimal(100 * count) / total).quantize(Decimal("0.1")) if total else None
        earlier = before["shares"].get(code, 0) if before else None
        rows.append([code, str(LABELS[code]), count, share, label, earlier])
    about = _("Ett svar per aktivitet och part. Svar som saknas är en egen rad, inte noll.")
    return DataTable("status", columns, rows, about)


def _counts_columns():
    return [
        DataColumn("antal", _("Tillfrågade svar"), "number"),
        *(DataColumn(str(code), str(LABELS[code]).capitalize(), "number") for code in ORDER),
    ]


def _counts(line):
    return [line["total"], *(line["shares"].get(str(code), 0) for code in ORDER)]


def _areas(told):
    columns = [
        DataColumn("omrade", _("Nyckel")),
        DataColumn("namn", _("Område")),
        *_counts_columns(),
        DataColumn("fragor_till_radet", _("Ber rådet ta ställning"), "number"),
        DataColumn("bedomning", _("Bedömning, kod")),
        DataColumn("bedomning_namn", _("Bedömning")),
    ]
    grades = {row["key"]: _grade(row) for row in told.goals["areas"]}
    rows = [
        [row["key"], row["name"] or _("Utan område"), *_counts(row), row["asks"], *grades.get(row["key"], ["", ""])]
        for row in told.figures["areas"]
    ]
    return DataTable("areas", columns, rows)


def _parties(told):
    columns = [
        DataColumn("part", _("Nyckel")),
        DataColumn("namn", _("Part")),
        *_counts_columns(),
        DataColumn("sena", _("Inlämnade efter sista dagen"), "number"),
        DataColumn("fragor_till_radet", _("Ber rådet ta ställning"), "number"),
    ]
    rows = [[row["key"], row["name"], *_counts(row), row["late"], row["asks"]] for row in told.figures["parties"]]
    return DataTable("parties", columns, rows)


def _cells(told):
    columns = [
        DataColumn("part", _("Partens nyckel")),
        DataColumn("part_namn", _("Part")),
        DataColumn("omrade", _("Områdets nyckel")),
        DataColumn("omrade_namn", _("Område")),
        *_counts_columns(),
    ]
    areas = {row["key"]: row["name"] or _("Utan område") for row in told.figures["areas"]}
    places = {key: place for place, key in enumerate(areas)}
    parties = {row["key"]: (place, row["name"]) for place, row in enumerate(told.figures["parties"])}
    cells = sorted(told.figures["cells"], key=lambda cell: (parties[cell["party"]][0], places[cell["area"]]))
    rows = [
        [cell["party"], parties[cell["party"]][1], cell["area"], areas[cell["area"]], *_counts(cell)] for cell in cells
    ]
    return DataTable("cells", columns, rows)


def _activity_columns():
    return [
        DataColumn("nummer", _("Nr")),
        DataColumn("aktivitet", _("Aktivitet")),
        DataColumn("omrade", _("Område")),
        DataColumn("part", _("Part")),
    ]


def _place(row, report):
    return [row["number"], row["title"], row["area"], report["name"]]


def _deviations(told):
    columns = [
        *_activity_columns(),
        DataColumn("orsak", _("Orsak")),
        DataColumn("atgard", _("Åtgärd")),
        DataColumn("nytt_slutdatum", _("Nytt slutdatum"), "date"),
        DataColumn("fraga_till_radet", _("Fråga till rådet")),
    ]
    rows = [
        [*_place(row, said), said["cause"], said["measure"], said["new_end_date"] or None, said["decision_asked"]]
        for row, said in told.told(*ReportStatus.values)
        if said["status"] == ReportStatus.DEVIATING or said["decision_asked"]
    ]
    return DataTable("deviations", columns, rows)


def _goals(told):
    columns = [
        DataColumn("slag", _("Slag")),
        DataColumn("nyckel", _("Nyckel")),
        DataColumn("nummer", _("Nr")),
        DataColumn("text", _("Mål eller område")),
        DataColumn("omrade", _("Områdets nyckel")),
        DataColumn("bedomning", _("Bedömning, kod")),
        DataColumn("bedomning_namn", _("Bedömning")),
        DataColumn("omgang_fore", _("Omgången före")),
        DataColumn("bedomning_fore", _("Bedömning före, kod")),
        DataColumn("analys", _("Analys")),
        DataColumn("forslag_till_beslut", _("Förslag till beslut")),
        DataColumn("bedomt_av", _("Bedömt av")),
        DataColumn("trend", _("Indikatorernas riktning")),
    ]
    rows = [
        ["område", row["key"], row["number"], row["name"], row["key"], *_judged(row), ""] for row in told.goals["areas"]
    ]
    for row in told.goals["goals"]:
        trends = [f"{each['name']}: {each['trend']['label']}" for each in row["indicators"]]
        rows.append(["mål", row["key"], row["number"], row["text"], row["area"], *_judged(row), "; ".join(trends)])
    return DataTable("goals", columns, rows)


def _grade(row):
    grade = (row["assessment"] or {}).get("grade", "")
    return [grade, str(Grade(grade).label) if grade else ""]


def _judged(row):
    said, before = row["assessment"] or {}, row["before"] or {}
    words = [said.get(name, "") for name in ("analysis", "proposed_decision", "body")]
    return [*_grade(row), before.get("label", ""), before.get("grade", ""), *words]


def _decided(told):
    columns = [
        DataColumn("beslutat", _("Beslutat"), "date"),
        DataColumn("paragraf", _("Paragraf")),
        DataColumn("beslut", _("Beslut")),
        DataColumn("slag", _("Slag")),
        DataColumn("uppdrag", _("Uppdrag")),
        DataColumn("till", _("Till")),
        DataColumn("klart_senast", _("Klart senast"), "date"),
        DataColumn("lage", _("Läge, kod")),
        DataColumn("lage_namn", _("Läge")),
        DataColumn("svar", _("Återrapport")),
    ]
    rows = []
    for decision in [*told.decided["decisions"], *told.decided["earlier"]]:
        first = [decision["decided_on"], decision["paragraph"], decision["title"], decision["kind_label"]]
        nothing = {"text": "", "receiver": "", "due_on": "", "state": decision["state"], "answer": ""}
        for said in decision["assignments"] or [nothing]:
            state = [said["state"], str(STATE_LABELS[said["state"]])]
            rows.append([*first, said["text"], said["receiver"], said["due_on"] or None, *state, said["answer"]])
    return DataTable("decided", columns, rows)


def _answers(told):
    columns = [
        *_activity_columns(),
        DataColumn("status", _("Status, kod")),
        DataColumn("status_namn", _("Status")),
        DataColumn("grad", _("Genomförande, kod")),
        DataColumn("grad_namn", _("Genomförande")),
        DataColumn("sent", _("Efter sista dagen")),
    ]
    rows = []
    for row, said in told.reports():
        status, degree = said["status"] or NOT_REPORTED, said.get("degree", "")
        late = "" if status == NOT_REPORTED else _("ja") if said["late"] else _("nej")
        words = [status, str(LABELS[status]), degree, str(Degree(degree).label) if degree else "", late]
        rows.append([*_place(row, said), *words])
    return DataTable("answers", columns, rows)


def _numbers(told):
    columns = [
        DataColumn("nummer", _("Nr")),
        DataColumn("aktivitet", _("Aktivitet")),
        DataColumn("grupp", _("Grupp")),
        DataColumn("antal", _("Summa"), "number"),
        DataColumn("dolda", _("Svar där antalet döljs"), "number"),
        DataColumn("saknas", _("Svar där antalet saknas"), "number"),
    ]
    rows = []
    for row in told.facts["activities"]:
        counted = told.facts["numbers"].get(str(row["activity"]), {})
        for group, line in in_order(counted):
            known = line["sum"] or None if line["hidden"] or line["missing"] else line["sum"]
            rows.append([row["number"], row["title"], str(GROUPS[group]), known, line["hidden"], line["missing"]])
    about = _("Antal under 5 döljs och räknas inte in, liksom summor som skulle röja dem.")
    return DataTable("numbers", columns, rows, about)


def indicators_in(told):
    """The indicators of the whole agreement and of the goals, in their order."""
    return [*told.goals["indicators"], *(each for goal in told.goals["goals"] for each in goal["indicators"])]


def _indicators(told):
    columns = [
        DataColumn("indikator", _("Indikator")),
        DataColumn("mal", _("Målets nyckel")),
        DataColumn("enhet", _("Enhet")),
        DataColumn("plats", _("Plats")),
        DataColumn("kon", _("Kön")),
        DataColumn("ar", _("År"), "number"),
        DataColumn("halvar", _("Halvår"), "number"),
        DataColumn("varde", _("Värde"), "number"),
        DataColumn("saknas", _("Varför värdet saknas")),
        DataColumn("kalla", _("Källa")),
    ]
    rows = []
    for each in indicators_in(told):
        for line in each["series"]:
            for year, half, value, gap in line["points"]:
                first = [each["name"], each["goal"], each["unit"], line["name"], line["sex_label"], year, half or None]
                rows.append([*first, None if value is None else Decimal(value), gap, each["source_line"]])
    about = _("Indikatorer visar utfall, inte effekten av planen. En tom cell är inget värde, och aldrig noll.")
    return DataTable("indicators", columns, rows, about)


TITLES = {
    "status": gettext_lazy("Svar per status"), "areas": gettext_lazy("Områden"), "parties": gettext_lazy("Parter"),
    "cells": gettext_lazy("Parter och områden"), "deviations": gettext_lazy("Avvikelser, frågor till rådet"),
    "goals": gettext_lazy("Mål och bedömningar"), "decided": gettext_lazy("Beslut från förra mötet"),
    "answers": gettext_lazy("Alla svar"), "numbers": gettext_lazy("Antal personer"),
    "indicators": gettext_lazy("Indikatorer"),
}  # fmt: skip
TABLES = {
    "status": _status, "areas": _areas, "parties": _parties, "cells": _cells, "deviations": _deviations,
    "goals": _goals, "decided": _decided, "answers": _answers, "numbers": _numbers, "indicators": _indicators,
}  # fmt: skip


# --- For programs -----------------------------------------------------------------------------------------------------


def as_json(table, told):
    """The table as data: what it is about, its columns in words, and its rows by column."""
    agreement = told.round.agreement
    return {
        "overenskommelse": agreement.title,
        "omgang": told.label,
        "period": told.facts["round"]["period"],
        "preliminart": told.round.closed_at is None,
        "exempeldata": example_band(agreement, told.round)["example"],
        "tabell": str(TITLES[table.name]),
        "om": table.about,
        "kolumner": {column.key: column.label for column in table.columns},
        "rader": [
            {column.key: _json_cell(value) for column, value in zip(table.columns, row, strict=True)}
            for row in table.rows
        ],
    }


def _json_cell(value):
    return float(value) if isinstance(value, Decimal) else value
