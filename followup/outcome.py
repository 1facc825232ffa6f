"""What came out of a round, as plain facts: the page of a round is drawn from them.

While the round takes answers they are made anew each time. When it closes they are stored, with the names as they were,
and from then on the page shows what is stored, whatever parties, areas and plans are called later.
"""

from copy import copy

from django.db.models import F
from django.utils import timezone

from followup.models import Outcome, Report, ReportStatus, Respondent
from followup.small_numbers import sums_of

SHAPE = 2  # of the facts; a page that is drawn from older ones can tell by it
NOT_REPORTED = "not_reported"


def facts_of(round):
    """The round as JSON, in as many queries whatever the size. Only what is handed in counts; a draft is as nothing.

    ``shares`` is status → count, with what is not reported; they add up to ``total``. ``parties`` and ``activities``
    stand in their order on the page, each activity with its ``reports``.
    """
    reports = list(_reports(round))
    due = _last_days(round)
    answered = [_report(report, due.get(report.party_id, round.due_on)) for report in reports]
    return {
        "shape": SHAPE,
        "round": _round(round),
        "total": len(reports),
        "shares": counts_of(answered),
        "parties": _parties(round, reports, answered, due),
        "activities": _activities(reports, answered),
        "numbers": _numbers(reports),
    }


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


def _reports(round):
    return (
        Report.objects.filter(round=round)
        .prefetch_related("activity__area", "party")  # few of each, and many reports
        .defer("text", "effect", "addition")
        .order_by(
            F("activity__area__order").asc(nulls_last=True),
            "activity__area",
            "activity__order",
            "activity",
            "party__sort_name",
            "party",
        )
    )


def _last_days(round):
    """Party → its own last day."""
    rows = Respondent.objects.filter(round=round).values_list("party", "extended_to")
    return {party: max(filter(None, (extended_to, round.due_on))) for party, extended_to in rows}


def _round(round):
    meeting = round.meeting
    return {
        "label": round.label,
        "period": [str(round.period_starts_on), str(round.period_ends_on)],
        "due_on": str(round.due_on),
        "asks": round.asks,
        "meeting": {"body": meeting.body.name, "held_on": str(meeting.held_on)} if meeting else None,
    }


def _report(report, due_on):
    """One report; of what is not handed in only that it was asked for."""
    row = {"report": report.pk, "party": report.party_id, "name": report.party.name, "status": ""}
    if not report.submitted_at:
        return row
    deviates = report.status == ReportStatus.DEVIATING
    return row | {
        "status": report.status,
        "degree": report.degree,
        "late": timezone.localdate(report.submitted_at) > due_on,
        "approved": report.approved_at is not None,
        "on_behalf": report.on_behalf,
        "decision_asked": report.decision_asked,
        "cause": report.deviation_cause if deviates else "",
        "measure": report.deviation_measure if deviates else "",
        "new_end_date": str(report.new_end_date) if deviates and report.new_end_date else "",
    }


def _parties(round, reports, answered, due):
    """Per party how many answers were asked for, came, came late and were approved, in the order of the names."""
    parties = {}
    names = {report.party_id: (report.party.sort_name, report.party_id, report.party) for report in reports}
    for _sort_name, pk, party in sorted(names.values(), key=lambda name: name[:2]):
        said = [row for row in answered if row["party"] == pk and row["status"]]
        parties[pk] = {
            "party": pk,
            "key": party.key,
            "name": party.name,
            "asked": 0,
            "answered": len(said),
            "late": sum(row["late"] for row in said),
            "approved": sum(row["approved"] for row in said),
            "extended_to": str(due[pk]) if due.get(pk, round.due_on) > round.due_on else "",
        }
    for row in answered:
        parties[row["party"]]["asked"] += 1
    return list(parties.values())


def _activities(reports, answered):
    """Per activity its number, title and area and its reports, in the order of the plan."""
    activities = {}
    for report, row in zip(reports, answered, strict=True):
        activity = report.activity
        line = activities.setdefault(
            activity.pk,
            {
                "activity": activity.pk,
                "lineage": str(activity.lineage),
                "number": activity.number,
                "title": activity.title,
                "area": activity.area.name if activity.area_id else "",
                "area_key": activity.area.key if activity.area_id else "",
                "reports": [],
            },
        )
        line["reports"].append(row)
    return list(activities.values())


def _numbers(reports):
    """Per activity that has counts the sums that anybody may see; keys are the activities' as text."""
    counted = {}
    for report in reports:
        if report.submitted_at and report.numbers:
            counted.setdefault(str(report.activity_id), []).append(report.numbers)
    return {activity: sums_of(numbers) for activity, numbers in counted.items()}
