"""The council's page of a round: drawn from its figures, those of earlier rounds, and what deviates.

Only submitted reports count as answers. A draft moves no figure: until it is handed in it is its party's alone, and
"not reported" is a share of its own, never a zero. The same page shows one area (``?omrade=``) or one party
(``?part=``); every figure leads to the answers that it counts.
"""

from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from urllib.parse import urlencode

from django.db.models import Q
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from followup.figures import NOTHING, read_figures, stored_figures
from followup.goal_facts import evidence_in
from followup.headline import headline_of
from followup.matrix_cells import cell_of, cells_html
from followup.models import Outcome, Report, ReportStatus, Round
from followup.outcome import NOT_REPORTED, page_facts
from followup.shares import LABELS, figures_from, signed
from governance.models import Body, Responsibility
from lib.markup import markup
from parties.models import Right
from parties.rights import with_right

SHARE_TEXTS = ("url", "count", "percent", "change")  # what differs between rows of a kind
SILENT_TEXTS = ("url", "missing", "asked", "again")
EARLIER = 3  # rounds beside this one
UNASKED = 12  # deviations shown that ask the council nothing
NO_AREA, NO_AREA_NAME = "utan", _("Utan område")  # in an address, and on the page


@dataclass(frozen=True)
class Part:
    """Which part of a round is shown: an area, a party, both, or all of it (None)."""

    area: str | None = None
    party: str | None = None

    @classmethod
    def chosen(cls, data, figures):
        """What the address says; what the round does not have is as not said."""
        area = {NO_AREA: ""}.get(data.get("omrade"), data.get("omrade"))
        areas, parties = ({row["key"] for row in figures[name]} for name in ("areas", "parties"))
        party = data.get("part")
        return cls(area if area in areas else None, party if party in parties else None)

    def line_of(self, figures):
        """The part's line of a round's figures; nothing where the round did not have it."""
        if self.area is not None and self.party is not None:
            wanted = (row for row in figures["cells"] if (row["area"], row["party"]) == (self.area, self.party))
        elif self.area is not None:
            wanted = (row for row in figures["areas"] if row["key"] == self.area)
        elif self.party is not None:
            wanted = (row for row in figures["parties"] if row["key"] == self.party)
        else:
            return figures
        return next(wanted, NOTHING)

    def query(self, **more):
        """As the end of an address, with ``more`` in it."""
        return _query(self.area, self.party, *more.items())


@lru_cache(maxsize=8192)
def _query(area, party, *more):
    told = {"omrade": {None: None, "": NO_AREA}.get(area, area), "part": party, **dict(more)}
    told = {name: value for name, value in told.items() if value}
    return f"?{urlencode(told)}" if told else ""


@lru_cache(maxsize=8192)
def _report_url(*place):
    return reverse("followup:report_detail", args=place)


@dataclass
class Board:
    """What the page shows to one reader."""

    round: Round
    whole: dict  # the figures of the round
    earlier: list  # (label, figures) of the rounds before, the oldest first
    facts: dict  # page_facts
    part: Part
    readable: set = field(default_factory=set)  # those of ``told_reports`` that the reader may read

    def url(self, part=None, *, label="", **more):
        """The address of the answers that a figure counts."""
        return self._places(label or self.round.label) + (part or self.part).query(**more)

    @cached_property
    def _places(self):
        return cache(lambda label: reverse("followup:round_answers", args=[self.round.agreement.slug, label]))

    @cached_property
    def line(self):
        return self.part.line_of(self.whole)

    @cached_property
    def figures(self):
        return figures_from(self.line["shares"])

    @cached_property
    def before(self):
        """(label, Figures) of the part in the round before; None in the first."""
        return next(
            ((label, figures_from(self.part.line_of(figures)["shares"])) for label, figures in self.earlier[-1:]), None
        )

    @cached_property
    def headline(self):
        return headline_of(self)

    @cached_property
    def shares(self):
        """A row for each status, in the order of the bar: how many, the share, the change since the round before."""
        url = self.url(status="")
        url += "&" if "?" in url else "?"
        then = {share.code: share.count for share in self.before[1].shares} if self.before else {}
        rows = []
        for share in self.figures.shares:
            kind = {"code": share.code, "label": str(share.label), "has_any": share.count > 0}
            row = markup("followup/_share.html", SHARE_TEXTS, has_before=bool(self.before), **kind)
            change = signed(share.count - then.get(share.code, 0))
            figures = {"count": share.count, "percent": share.percent, "change": change}
            rows.append(format_html(row, url=f"{url}status={share.code}", **figures))
        return rows

    @cached_property
    def change(self):
        """Of the sum."""
        return signed(self.figures.total - self.before[1].total) if self.before else ""

    @cached_property
    def area_rows(self):
        """(name, cells by round as HTML) per area, and for all of it last where there are several."""
        rounds = [*self.earlier, (self.round.label, self.whole)]
        areas = self._areas
        rows = [(row["name"], self._through(rounds, Part(row["key"], self.part.party))) for row in areas]
        return rows if len(rows) == 1 else [*rows, ("", self._through(rounds, Part(None, self.part.party)))]

    @cached_property
    def labels(self):
        return [label for label, _figures in self.earlier] + [self.round.label]

    @cached_property
    def party_rows(self):
        """Per party: ``row`` of the figures, and ``cells`` as HTML: by area where there are several, then their sum."""
        cells = {(row["party"], row["area"]): row for row in self.whole["cells"]}
        parties = [row for row in self.whole["parties"] if self.part.party in (None, row["key"])]
        told = []
        for row in parties:
            lines = [(area, cells.get((row["key"], area["key"]))) for area in self._areas]
            if any(line for _area, line in lines):
                by_area = [
                    line and self._cell(area["name"], Part(area["key"], row["key"]), line, is_now=False)
                    for area, line in lines
                ]
                part = Part(self.part.area, row["key"])
                whole = self._cell(self.sum_head, part, part.line_of(self.whole), is_now=True)
                told.append({"row": row, "cells": cells_html([*(by_area if self.has_areas else ()), whole])})
        return told

    @property
    def has_areas(self):
        return len(self._areas) > 1

    @property
    def sum_head(self):
        """What the last column of the parties' table is called: of all areas, or of the only one."""
        return _("Alla") if self.has_areas else "".join(self.area_heads)

    @cached_property
    def area_heads(self):
        return [row["name"] for row in self._areas]

    @cached_property
    def silent_parties(self):
        """Parties with answers missing, the most first: ``missing`` of ``asked``, and in words as ``html``."""
        rows = []
        for row in self.whole["parties"]:
            line = Part(self.part.area, row["key"]).line_of(self.whole)
            missing = line["shares"].get(NOT_REPORTED, 0)
            if missing and self.part.party in (None, row["key"]):
                url = self.url(Part(self.part.area, row["key"]), status=NOT_REPORTED)
                told = {"missing": missing, "asked": line["total"], "again": self._again(row)}
                kind = markup("followup/_party_silent.html", SILENT_TEXTS, is_again=bool(told["again"]))
                rows.append({**row, **told, "html": format_html(kind, url=url, **told)})
        return sorted(rows, key=lambda row: (-row["missing"], -row["missing"] / row["asked"]))

    @cached_property
    def deviations(self):
        """What deviates or asks something, as facts tell it."""
        keys = {party["name"]: party["key"] for party in self.whole["parties"]}
        return [
            row
            for row in self.facts["deviations"]
            if self.part.area in (None, row["area_key"]) and self.part.party in (None, keys.get(row["report"]["name"]))
        ]

    @cached_property
    def asked(self):
        """Of those what the council is asked to decide, as HTML."""
        return [self._deviation(row) for row in self.deviations if row["report"]["decision_asked"]]

    @cached_property
    def unasked(self):
        """Those of the others that are told of; ``unasked_count`` is how many there are."""
        return [row for row in self.deviations if not row["report"]["decision_asked"]]

    @property
    def unasked_count(self):
        """All that deviate ask something or nothing."""
        return self.figures.deviating - sum(
            row["report"]["status"] == ReportStatus.DEVIATING
            for row in self.deviations
            if row["report"]["decision_asked"]
        )

    @property
    def deviation_count(self):
        return len(self.asked) + self.unasked_count

    @cached_property
    def unasked_first(self):
        """As many as a person reads on one page, as HTML; the others are among the answers."""
        return [self._deviation(row) for row in self.unasked[:UNASKED]]

    @property
    def told_reports(self):
        """The ids of the reports that the page tells the words of, or leads to, where they may be read."""
        asking = [row for row in self.deviations if row["report"]["decision_asked"]]
        told = [row["report"]["report"] for row in [*asking, *self.unasked[:UNASKED]]]
        return told + evidence_in(self.facts.get("goals"))

    @property
    def deviating_url(self):
        return self.url(status=ReportStatus.DEVIATING)

    @cached_property
    def part_name(self):
        names = [row["name"] for row in self.whole["areas"] if row["key"] == self.part.area]
        return ", ".join(names + [row["name"] for row in self.whole["parties"] if row["key"] == self.part.party])

    @cached_property
    def late_url(self):
        return self.url(status="late")

    @cached_property
    def _areas(self):
        rows = [row for row in self.whole["areas"] if self.part.area in (None, row["key"])]
        return [{**row, "name": row["name"] or str(NO_AREA_NAME)} for row in rows]

    def _through(self, rounds, part):
        return cells_html(
            self._cell(label, part, part.line_of(figures), label=label, is_now=label == self.round.label)
            for label, figures in rounds
        )

    def _cell(self, name, part, line, *, is_now, label=""):
        return cell_of(name, line, self.url(part, label=label), is_now=is_now)

    def _again(self, row):
        """The label of the round before, where the party did not answer all then either."""
        for label, figures in self.earlier[-1:]:
            if Part(None, row["key"]).line_of(figures)["shares"].get(NOT_REPORTED, 0):
                return label
        return ""

    def _deviation(self, row):
        said = row["report"]
        url = _report_url(self.round.agreement.slug, self.round.label, said["report"])
        texts = {
            "number": row["number"], "title": row["title"], "url": url, "name": said["name"],
            "day": said["new_end_date"], "cause": said["cause"], "measure": said["measure"],
            "question": said["decision_asked"],
        }  # fmt: skip
        kind = {
            "status": said["status"], "label": str(LABELS[said["status"]]), "readable": said["report"] in self.readable,
            "has_day": bool(texts["day"]), "has_cause": bool(texts["cause"]), "has_measure": bool(texts["measure"]),
            "asks": bool(texts["question"]),
        }  # fmt: skip
        return format_html(markup("followup/_round_deviation.html", tuple(texts), **kind), **texts)


def board_of(round, user, data=None, *, as_published=False, known=None, most=None):
    """The Board of ``round`` for ``user``, of the part that ``data`` (the address) names.

    In as many queries whatever the size. ``as_published`` shows it as everybody reads it once it is published. Of what
    deviates and asks nothing the first ``most`` are read where that is told. What is ``known`` is not asked for.
    """
    whole = read_figures([round], known and known.names_of)[round.pk]
    part = Part.chosen(data or {}, whole)
    facts = page_facts(round, area=part.area, party=part.party, most=most, due=known and known.last_days)
    earlier = known.earlier if known else earlier_figures(round, Round.objects.visible_to(user))
    board = Board(round, whole, earlier, facts, part)
    board.readable = set(board.told_reports)
    if known and not round.closed_at:
        board.readable = {row["report"]["report"] for row in board.deviations if known.reads(row["report"]["party"])}
    elif board.readable and not (as_published or round.published_at):
        reports = Report.objects.visible_to(user).submitted().filter(pk__in=board.readable).order_by()
        board.readable = set(reports.values_list("pk", flat=True))
    return board


def own_areas(round, user):
    """The keys of the areas that the user's bodies are responsible for: networks read their own on the same page."""
    if not user.is_authenticated:
        return set()
    bodies = with_right(Body.objects.all(), user, Right.SEE_BODY)
    own = Responsibility.objects.filter(agreement=round.agreement_id, actor__mandate__body__in=bodies.values("pk"))
    return set(own.order_by().values_list("area__key", flat=True))


def earlier_figures(round, readable):
    """(label, figures) of the rounds before ``round`` that are ``readable``, the oldest first; one query.

    Two more where a round was closed before figures were kept: they are summed from its facts.
    """
    rows = known_outcomes(round, readable).exclude(round=round).values_list("round", "round__label", "figures")
    told = list({pk: (pk, label, figures) for pk, label, figures in rows}.values())[-EARLIER:]
    lacking = [pk for pk, _label, figures in told if not figures]
    summed = stored_figures(lacking) if lacking else {}
    told = [(label, figures or summed.get(pk)) for pk, label, figures in told]
    return [(label, figures) for label, figures in told if figures]


def known_outcomes(round, readable):
    """What closings stored of ``round`` and of those before it that are ``readable``; of each the last one counts.

    Beside a closed round stands what was known when it closed, whatever is opened and closed again since.
    """
    rounds = readable.filter(
        Q(period_starts_on__lt=round.period_starts_on) | Q(pk=round.pk), agreement=round.agreement_id
    )
    when = {"made_at__lte": round.closed_at} if round.closed_at else {"round__closed_at__isnull": False}
    stored = Outcome.objects.filter(round__in=rounds.order_by().values("pk"), **when)
    return stored.order_by("round__period_starts_on", "round", "made_at", "pk")
