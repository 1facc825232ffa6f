"""What came out of a round, as plain facts: the page of a round is drawn from them.

While the round takes answers they are made anew each time. When it closes they are stored, with the names as they were,
and from then on the page shows what is stored, whatever parties, areas and plans are called later.
"""

from copy import copy
from functools import cache

from django.db.models import F, Func, JSONField, Q, Value, Window
from django.db.models.functions import Coalesce, RowNumber
from django.utils import timezone
from django.utils.text import slugify

from followup.decided import decided_before
from followup.goal_facts import goal_facts
from followup.models import Outcome, Report, ReportStatus, Respondent
from followup.obstacles import obstacle_facts
from followup.small_numbers import sums_of
from lib.written import Constant, Written

SHAPE = 2  # of the facts; a page that is drawn from older ones can tell by it
NOT_REPORTED = "not_reported"
# What the council's page tells of by itself: what deviates, or asks it to decide something.
DEVIATES = Q(submitted_at__isnull=False) & (
    Q(status=Constant(ReportStatus.DEVIATING)) | ~Q(decision_asked=Constant(""))
)


def facts_of(round):
    """The round as JSON, in as many queries whatever the size. Only what is handed in counts; a draft is as nothing.

    ``shares`` is status → count, with what is not reported; they add up to ``total``. ``parties`` and ``activities``
    stand in their order on the page, each activity with its ``reports``. ``deviations`` are the answers that deviate or
    ask the council something, once more and by themselves: they are read without the rest.
    """
    rows, due = list(_rows(round)), _last_days(round)
    answered = [_report(row, due.get(row["party"], round.due_on)) for row in rows]
    return {
        "shape": SHAPE,
        "round": _round(round),
        "total": len(rows),
        "shares": counts_of(answered),
        "parties": _parties(round, rows, answered, due),
        "activities": _activities(rows, answered),
        "numbers": _numbers(rows),
        "deviations": deviations_in(_activities(rows, answered)),
    }


def closing_facts(round):
    """What a closing stores: the facts, what was assessed and measured, and what the council decided last time.

    All of it is what everybody may read once the round is published, but the words of ``Report.visible_to``.
    """
    return facts_of(round) | {
        "goals": goal_facts(round),
        "decided": decided_before(round),
        "obstacles": obstacle_facts(round),
    }


def activities_of(round, where):
    """The ``activities`` of a round's facts as it is now, with those reports alone that ``where`` (a Q) names."""
    rows, due = list(_rows(round).filter(where)), _last_days(round)
    return _activities(rows, [_report(row, due.get(row["party"], round.due_on)) for row in rows])


def unreviewed_in(round):
    """(activity, report) of what is handed in and not approved, of a round that still takes answers."""
    waiting = Q(submitted_at__isnull=False, approved_at__isnull=True)
    return [(row, said) for row in activities_of(round, waiting) for said in row["reports"]]


def numbers_of(round):
    """The ``numbers`` of a round's facts as it is now."""
    return _numbers(_rows(round).filter(submitted_at__isnull=False).exclude(numbers={}))


def page_facts(round, *, area=None, party=None, most=None, due=None):
    """What the council's page tells beside the figures: ``round`` and ``deviations``, as stored or as it is now.

    What a closing stored has ``goals`` and ``decided`` too; see ``told_beside``. While the round takes answers
    ``deviations`` may be those of an ``area`` and a ``party`` (keys) alone, and of those that ask nothing the first
    ``most``. ``due`` is party → its own last day, where that is known.
    """
    if round.closed_at:
        kept = Outcome.objects.filter(round=round).order_by("-made_at", "-pk")
        facts = kept.values_list(WithoutAnswers("facts"), flat=True).first()
        if facts and facts.get("shape"):
            return facts if "deviations" in facts else _older(kept_facts(round))
    part = {name: key for name, key in (("area", area), ("party", party)) if key is not None}
    most = {} if most is None else {"most": most}
    rows, due = _deviating(*part, *most).ask(round=round.pk, **part, **most), _last_days(round) if due is None else due
    answered = [_report(row, due.get(row["party"], round.due_on)) for row in rows]
    return {"round": _round(round), "deviations": deviations_in(_activities(rows, answered))}


def told_beside(round, user, facts):
    """``goals`` and ``decided`` of the page's facts: stored, or as it is now and ``user`` may read."""
    if round.closed_at:
        return {name: facts.get(name) for name in ("goals", "decided", "obstacles")}
    return {
        "goals": goal_facts(round, user),
        "decided": decided_before(round, user),
        "obstacles": obstacle_facts(round, user),
    }


def deviations_in(activities):
    """Each answer of ``activities`` that deviates or asks the council something: its ``report``, and the activity's."""
    return [
        {
            **{name: row[name] for name in ("lineage", "number", "title", "area")},
            "area_key": area_key(row),
            "report": said,
        }
        for row in activities
        for said in row["reports"]
        if said["status"] == ReportStatus.DEVIATING or said.get("decision_asked")
    ]


def area_key(row):
    """The key of an activity's area; facts of the first shape have only its name."""
    return row["area_key"] if "area_key" in row else slugify(row["area"])


class WithoutAnswers(Func):
    """Facts without the long parts, which have one row per report: the database leaves them behind."""

    LONG = ("activities", "parties", "numbers")
    output_field = JSONField()

    def as_postgresql(self, compiler, connection):
        sql, params = compiler.compile(self.source_expressions[0])
        return f"({sql} - %s::text[])", [*params, list(self.LONG)]

    def as_sqlite(self, compiler, connection):
        sql, params = compiler.compile(self.source_expressions[0])
        return f"JSON_REMOVE({sql}, %s, %s, %s)", [*params, *(f"$.{name}" for name in self.LONG)]


def _older(facts):
    return facts | {"deviations": deviations_in(facts["activities"])}


def kept_facts(round):
    """What the last closing stored, in one query; None for an open round, and where a closing kept no facts."""
    if not round.closed_at:
        return None
    facts = Outcome.objects.filter(round=round).order_by("-made_at", "-pk").values_list("facts", flat=True).first()
    return facts if facts and facts.get("shape") else None


def read_facts(round):
    """The facts that the round's page shows: those stored at the closing, else those of today."""
    return kept_facts(round) or facts_of(round)


def counts_of(reports):
    """Status → how many of the ``reports`` (as facts), what is not reported last."""
    counts = dict.fromkeys([*ReportStatus.values, NOT_REPORTED], 0)
    for report in reports:
        counts[report["status"] or NOT_REPORTED] += 1
    return counts


def keep_names(report):
    """Give a report of a closed round, for showing and never for saving, the names of its party and activity then."""
    for row in (kept_facts(report.round) or {}).get("activities", ()):
        for said in row["reports"]:
            if said["report"] == report.pk:
                report.party, report.activity = copy(report.party), copy(report.activity)
                report.party.name = said["name"]
                report.activity.number, report.activity.title = row["number"], row["title"]
                if report.activity.area_id:
                    report.activity.area = copy(report.activity.area)
                    report.activity.area.name = row["area"]


def _rows(round):
    """The round's reports as plain rows in the order of the plan and the parties: many, and no instance is needed."""
    area = F("activity__area__order").asc(nulls_last=True)
    return (
        Report.objects.filter(round=round)
        .order_by(area, "activity__area", "activity__order", "activity", "party__sort_name", "party")
        .values(
            "pk", "activity", "party", "status", "degree", "submitted_at", "approved_at", "on_behalf", "decision_asked",
            "deviation_cause", "deviation_measure", "new_end_date", "numbers",
            lineage=F("activity__lineage"), number=F("activity__number"), title=F("activity__title"),
            area=F("activity__area__name"), area_key=F("activity__area__key"),
            key=F("party__key"), name=F("party__name"), sort_name=F("party__sort_name"),
        )
    )  # fmt: skip


_PK = -1  # nobody's key: holds the place of a round's in questions that every page of a round asks


@cache
def _deviating(*told):
    """The rows that deviate, of what is ``told`` beside the round: an area, a party, how many that ask nothing."""
    stand_ins = {"round": _PK, "area": "<area>", "party": "<party>", "most": _PK - 1}
    rows = _rows(_PK).filter(DEVIATES)
    if "area" in told:
        rows = rows.alias(in_area=Coalesce("activity__area__key", Value(""))).filter(in_area="<area>")
    if "party" in told:
        rows = rows.filter(party__key="<party>")
    if "most" in told:
        place = Window(RowNumber(), partition_by=Q(decision_asked=""), order_by=rows.query.order_by)
        rows = rows.alias(place=place).filter(~Q(decision_asked="") | Q(place__lte=_PK - 1)).order_by("place")
    return Written(rows, **{name: stand_ins[name] for name in ("round", *told)})


def _last_days(round):
    """Party → its own last day."""
    rows = _asked().ask(round=round.pk)
    return {row["party"]: max(filter(None, (row["extended_to"], round.due_on))) for row in rows}


@cache
def _asked():
    return Written(Respondent.objects.filter(round=_PK).order_by().values("party", "extended_to"), round=_PK)


def _round(round):
    meeting = round.meeting
    return {
        "label": round.label,
        "period": [str(round.period_starts_on), str(round.period_ends_on)],
        "due_on": str(round.due_on),
        "asks": round.asks,
        "meeting": {"body": meeting.body.name, "held_on": str(meeting.held_on)} if meeting else None,
    }


def _report(row, due_on):
    """One report; of what is not handed in only that it was asked for."""
    said = {"report": row["pk"], "party": row["party"], "name": row["name"], "status": ""}
    if not row["submitted_at"]:
        return said
    deviates = row["status"] == ReportStatus.DEVIATING
    return said | {
        "status": row["status"],
        "degree": row["degree"],
        "late": timezone.localdate(row["submitted_at"]) > due_on,
        "approved": row["approved_at"] is not None,
        "on_behalf": row["on_behalf"],
        "decision_asked": row["decision_asked"],
        "cause": row["deviation_cause"] if deviates else "",
        "measure": row["deviation_measure"] if deviates else "",
        "new_end_date": str(row["new_end_date"]) if deviates and row["new_end_date"] else "",
    }


def _parties(round, rows, answered, due):
    """Per party how many answers were asked for, came, came late and were approved, in the order of the names."""
    parties = {}
    for row in sorted(rows, key=lambda row: (row["sort_name"], row["party"])):
        longer = due.get(row["party"], round.due_on) > round.due_on
        named = {name: row[name] for name in ("party", "key", "name")}
        counts = {"asked": 0, "answered": 0, "late": 0, "approved": 0}
        parties[row["party"]] = named | counts | {"extended_to": str(due[row["party"]]) if longer else ""}
    for said in answered:
        party = parties[said["party"]]
        party["asked"] += 1
        party["answered"] += bool(said["status"])
        party["late"] += said.get("late", False)
        party["approved"] += said.get("approved", False)
    return list(parties.values())


def _activities(rows, answered):
    """Per activity its number, title and area and its reports, in the order of the plan."""
    activities = {}
    for row, said in zip(rows, answered, strict=True):
        line = activities.setdefault(
            row["activity"],
            {
                "activity": row["activity"],
                "lineage": str(row["lineage"]),
                "number": row["number"],
                "title": row["title"],
                "area": row["area"] or "",
                "area_key": row["area_key"] or "",
                "reports": [],
            },
        )
        line["reports"].append(said)
    return list(activities.values())


def _numbers(rows):
    """Per activity that has counts the sums that anybody may see; keys are the activities' as text."""
    counted = {}
    for row in rows:
        if row["submitted_at"] and row["numbers"]:
            counted.setdefault(str(row["activity"]), []).append(row["numbers"])
    return {activity: sums_of(numbers) for activity, numbers in counted.items()}
