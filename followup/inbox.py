"""What waits for a person, over all parties, agreements and counties, as one list by date.

Answers are bundled per round and party, as they are handed in: nobody gets eight lines for eight activities. The number
of questions to the database does not follow what waits.
"""

import datetime
from itertools import groupby
from typing import NamedTuple

from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils.translation import ngettext

from followup.inbox_kinds import KINDS, Task, round_name
from followup.models import Report, Respondent, Return, Round
from lib.asked import asked_together
from lib.written import assembled
from parties.models import Party, Right
from parties.rights import rights_of

NEVER = datetime.date.max
# What is read of a report to write, of its round and of its party; agreement and activity are long.
READ = ("id", *Report.ANSWERS, "submitted_at", "returned_at", "approved_at")
OF_ROUND = (
    "id", "label", "due_on", "agreement", "agreement__slug", "agreement__short_name", "agreement__county",
    "agreement__county__name",
)  # fmt: skip
OF_PARTY = ("id", "key", "name")
BESIDE = {"number": F("activity__number"), "title": F("activity__title")}


class Last(NamedTuple):
    """What a party handed in last time."""

    status: str
    text: str
    round_label: str


def tasks_of(user):
    """Everything that waits for ``user``, the earliest first; what has no date stands last."""
    return tasks_from(asked_together(ASKS, user, rights_of(user)), user)


def tasks_from(found, user):
    """As ``tasks_of``, of the rows that each of ASKS has given."""
    reports, places, approving, *others = found
    tasks = [*_answers(reports, _turns(places, approving)), *_made(others, user)]
    return sorted(tasks, key=lambda task: (task.due_on or NEVER, task.agreement.short_name, task.title))


def count_for(user):
    """The figure of the badge: what the tasks of ``user`` add up to."""
    asks = [_numbers, *ASKS[1:]]
    groups, places, approving, *others = asked_together(asks, user, rights_of(user))
    return _number_of_answers(groups, _turns(places, approving)) + sum(task.count for task in _made(others, user))


def _made(rows, user):
    """The tasks of each kind, of its rows."""
    return (task for make, found in zip(KINDS.values(), rows, strict=True) for task in make(found, user))


# --- those who answer -------------------------------------------------------------------------------------------------


def _answers(reports, turn_of):
    """What to write, to mend and to hand in for the parties the person reports for."""
    for (round, party), rows in groupby(_made_of(reports), key=lambda row: (row.round, row.party)):
        reports = tuple(rows)
        place, turn = turn_of(round.pk, party.pk)
        returned = tuple(report for report in reports if report.state == "returned")
        fresh = tuple(report for report in reports if report.state != "returned")
        due_on = max(filter(None, (round.due_on, place and place.extended_to)))
        if returned:
            yield _returned(round, party, returned, due_on)
        if turn == "approve":
            yield _to_approve(round, party, reports, due_on)
        elif turn == "write" and fresh:
            yield _to_write(round, party, fresh, due_on)


def _to_answer(user):
    """The reports that the person may write, found by whose they are before anything is read beside them."""
    parties = Party.objects.with_right(user, Right.REPORT).values("pk")
    return Report.objects.filter(party__among=parties).editable_by(user)


def _numbers(user):
    groups = _to_answer(user).order_by().values("round", "party")
    return groups.annotate(number=Count("pk"), returned=Count("pk", filter=Q(returned_at__isnull=False)))


def _number_of_answers(groups, turn_of):
    """How much ``_answers`` adds up to, without reading a single answer."""
    total = 0
    for group in groups:
        _place, turn = turn_of(group["round"], group["party"])
        total += group["returned"]
        total += {"approve": group["number"], "write": group["number"] - group["returned"]}.get(turn, 0)
    return total


def _places(user):
    return Respondent.objects.editable_by(user).filter(round__in=Round.objects.open()).with_rule()


def _approving(user):
    return Party.objects.with_right(user, Right.APPROVE).values_list("pk", flat=True)


def _turns(rows, approving):
    """A function: round, party → (its Respondent or None, ``write``, ``approve`` or nothing: whose turn it is)."""
    places = {(place.round_id, place.party_id): place for place in rows}

    def turn_of(round, party):
        place = places.get((round, party))
        if not (place and place.needs_approver and place.ready_at):
            return place, "write"
        return place, "approve" if party in approving else ""

    return turn_of


def _unanswered(user):
    """The reports to write, those of a round and party together; ``last`` as {field of Last: value} or None."""
    returns = Return.objects.filter(report=OuterRef("pk")).order_by("-returned_at").values("due_on")[:1]
    earlier = Report.objects.submitted().filter(
        activity__lineage=OuterRef("activity__lineage"),
        party=OuterRef("party"),
        round__agreement=OuterRef("round__agreement"),
        round__period_starts_on__lt=OuterRef("round__period_starts_on"),
    )
    told = JSONObject(status="status", text="text", round_label="round__label")
    newest = earlier.order_by("-round__period_starts_on", "-pk").annotate(told=told).values("told")[:1]
    reports = _to_answer(user).annotate(return_due_on=Subquery(returns), last=Subquery(newest))
    around = [f"round__{path}" for path in OF_ROUND] + [f"party__{path}" for path in OF_PARTY]
    return reports.values(*READ, *around, "return_due_on", "last", **BESIDE).order_by(
        "round__due_on", "round", "party__sort_name", "party", "activity__area__order", "activity__order", "pk"
    )


def _made_of(rows):
    """The reports that rows of ``_unanswered`` tell of, with ``last``, and ``number`` and ``title`` of the activity.

    Somebody may have hundreds of them, in the same few rounds.
    """
    made = {}

    def shared(model, name, paths):
        key = model, row[f"{name}__id"]
        if key not in made:
            made[key] = assembled(model, {path: row[f"{name}__{path}"] for path in paths})
        return made[key]

    reports = []
    for row in rows:
        report = assembled(Report, {path: row[path] for path in READ})
        report.round, report.party = shared(Round, "round", OF_ROUND), shared(Party, "party", OF_PARTY)
        report.last = Last(**row["last"]) if row["last"] else None
        vars(report).update({name: row[name] for name in ("return_due_on", *BESIDE)})
        reports.append(report)
    return reports


ASKS = (_unanswered, _places, _approving, *KINDS)  # what is asked of a person who looks at what waits


def _form(round, party):
    return reverse("followup:party_form", args=[round.agreement.slug, round.label, party.key])


def _to_write(round, party, reports, due_on):
    number = len(reports)
    title = ngettext("Svara om %(number)s aktivitet", "Svara om %(number)s aktiviteter", number) % {"number": number}
    return Task(
        "report", title, _form(round, party), round.agreement, due_on, number, round_name(round), party.name, reports
    )


def _returned(round, party, reports, due_on):
    number = len(reports)
    due_on = min((report.return_due_on for report in reports if report.return_due_on), default=due_on)
    title = ngettext("Rätta %(number)s återlämnat svar", "Rätta %(number)s återlämnade svar", number)
    return Task(
        "returned", title % {"number": number}, _form(round, party), round.agreement, due_on, number,
        round_name(round), party.name, reports,
    )  # fmt: skip


def _to_approve(round, party, reports, due_on):
    number = len(reports)
    title = ngettext("Godkänn och lämna in %(number)s svar", "Godkänn och lämna in %(number)s svar", number)
    return Task(
        "approve", title % {"number": number}, _form(round, party), round.agreement, due_on, number,
        round_name(round), party.name, reports,
    )  # fmt: skip
