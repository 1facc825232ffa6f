"""What waits for a person, over all parties, agreements and counties, as one list by date.

Answers are bundled per round and party, as they are handed in: nobody gets eight lines for eight activities. The number
of questions to the database does not follow what waits.
"""

import datetime
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Count, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from actionplans.models import Edition
from actionplans.models.voices import own_bodies
from actionplans.proposing import plans_awaiting_decision, plans_awaiting_rank
from agreements.models import Agreement
from followup.assessing import rounds_to_assess
from followup.assignments import waiting_for
from followup.models import Report, Respondent, Return, Round
from parties.models import Party, Right

SOON = datetime.timedelta(days=14)
NEVER = datetime.date.max


@dataclass(frozen=True)
class Task:
    """One thing to do. ``count`` is how many answers or questions it holds; the badge adds them up."""

    kind: str  # report, returned, approve, review, assess, decide, round, assignment
    title: str
    url: str
    agreement: Agreement
    due_on: datetime.date | None = None
    count: int = 1
    about: str = ""  # which round, plan or meeting
    party: str = ""  # for whom
    reports: tuple[Report, ...] = ()  # each with ``last``, the party's answer last time or None

    @property
    def is_late(self):
        return self.due_on is not None and self.due_on < timezone.localdate()

    @property
    def days_left(self):
        return (self.due_on - timezone.localdate()).days if self.due_on else None


def tasks_of(user):
    """Everything that waits for ``user``, the earliest first; what has no date stands last."""
    tasks = [*_answers(user), *_others(user)]
    return sorted(tasks, key=lambda task: (task.due_on or NEVER, task.agreement.short_name, task.title))


def count_for(user):
    """The figure of the badge: what the tasks of ``user`` add up to."""
    return _number_of_answers(user) + sum(task.count for task in _others(user))


def _others(user):
    """All that waits for ``user`` but answers, which the badge counts in a shorter way."""
    for ask in (_reviews, _steps, _assessments, _questions, _plans, _assignments):
        yield from ask(user)


# --- those who answer -------------------------------------------------------------------------------------------------


def _answers(user):
    """What to write, to mend and to hand in for the parties the person reports for."""
    turn_of = _turns(user)
    for (round, party), rows in groupby(with_last(_unanswered(user)), key=lambda row: (row.round, row.party)):
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


def _number_of_answers(user):
    """How much ``_answers`` adds up to, without reading a single answer."""
    turn_of = _turns(user)
    returned = Count("pk", filter=Q(returned_at__isnull=False))
    groups = Report.objects.editable_by(user).order_by().values("round", "party")
    total = 0
    for group in groups.annotate(number=Count("pk"), returned=returned):
        _place, turn = turn_of(group["round"], group["party"])
        total += group["returned"]
        total += {"approve": group["number"], "write": group["number"] - group["returned"]}.get(turn, 0)
    return total


def _turns(user):
    """A function: round, party → (its Respondent or None, ``write``, ``approve`` or nothing: whose turn it is)."""
    places = {
        (place.round_id, place.party_id): place
        for place in Respondent.objects.editable_by(user).filter(round__in=Round.objects.open()).with_rule()
    }
    approving = set(Party.objects.with_right(user, Right.APPROVE).values_list("pk", flat=True))

    def turn_of(round, party):
        place = places.get((round, party))
        if not (place and place.needs_approver and place.ready_at):
            return place, "write"
        return place, "approve" if party in approving else ""

    return turn_of


def _unanswered(user):
    """The reports to write, those of a round and party beside one another."""
    asked = Return.objects.filter(report=OuterRef("pk")).order_by("-returned_at").values("due_on")[:1]
    reports = Report.objects.editable_by(user).for_page().annotate(return_due_on=Subquery(asked))
    return reports.order_by(
        "round__due_on", "round", "party__sort_name", "party", "activity__area__order", "activity__order", "pk"
    )


def with_last(reports):
    """The reports of a queryset; each has ``last``, what the party handed in last time, or None. Two queries."""
    earlier = Report.objects.submitted().filter(
        activity__lineage=OuterRef("activity__lineage"),
        party=OuterRef("party"),
        round__agreement=OuterRef("round__agreement"),
        round__period_starts_on__lt=OuterRef("round__period_starts_on"),
    )
    newest = earlier.order_by("-round__period_starts_on", "-pk").values("pk")[:1]
    rows = list(reports.annotate(last_id=Subquery(newest)))
    found = Report.objects.select_related("round").in_bulk({row.last_id for row in rows} - {None})
    for row in rows:
        row.last = found.get(row.last_id)
    return rows


def _form(round, party):
    return reverse("followup:party_form", args=[round.agreement.slug, round.label, party.key])


def _round_name(round):
    return _("uppföljning %(label)s") % {"label": round.label}


def _to_write(round, party, reports, due_on):
    number = len(reports)
    title = ngettext("Svara om %(number)s aktivitet", "Svara om %(number)s aktiviteter", number) % {"number": number}
    return Task(
        "report", title, _form(round, party), round.agreement, due_on, number, _round_name(round), party.name, reports
    )


def _returned(round, party, reports, due_on):
    number = len(reports)
    due_on = min((report.return_due_on for report in reports if report.return_due_on), default=due_on)
    title = ngettext("Rätta %(number)s återlämnat svar", "Rätta %(number)s återlämnade svar", number)
    return Task(
        "returned", title % {"number": number}, _form(round, party), round.agreement, due_on, number,
        _round_name(round), party.name, reports,
    )  # fmt: skip


def _to_approve(round, party, reports, due_on):
    number = len(reports)
    title = ngettext("Godkänn och lämna in %(number)s svar", "Godkänn och lämna in %(number)s svar", number)
    return Task(
        "approve", title % {"number": number}, _form(round, party), round.agreement, due_on, number,
        _round_name(round), party.name, reports,
    )  # fmt: skip


# --- those who coordinate ---------------------------------------------------------------------------------------------


def _rounds(user):
    mine = Agreement.objects.editable_by(user).values("pk")
    return Round.objects.filter(agreement__in=mine).select_related("agreement__county")


def _reviews(user):
    waiting = Q(reports__submitted_at__isnull=False, reports__approved_at__isnull=True)
    for round in _rounds(user).open().annotate(waiting=Count("reports", filter=waiting)).filter(waiting__gt=0):
        title = ngettext("Granska %(number)s inlämnat svar", "Granska %(number)s inlämnade svar", round.waiting)
        yield Task(
            "review", title % {"number": round.waiting},
            reverse("followup:round_review", args=[round.agreement.slug, round.label]), round.agreement,
            round.review_on, round.waiting, _round_name(round),
        )  # fmt: skip


def _steps(user):
    """The next step of each round, from two weeks before its day."""
    soon = timezone.localdate() + SOON
    for round in _rounds(user).filter(published_at__isnull=True):
        day, title = _next_step(round)
        if day and day <= soon:
            yield Task("round", title, round.get_absolute_url(), round.agreement, day, 1, _round_name(round))


def _next_step(round):
    """(day, what to do); the day is None where the round's plan names none."""
    return {
        "planned": (round.opens_on, _("Öppna omgången")),
        "open": (round.due_on + datetime.timedelta(days=1), _("Börja granska")),
        "review": (round.close_on, _("Stäng omgången")),
        "closed": (round.publish_on, _("Publicera omgången")),
    }[round.state]


# --- those who prepare ------------------------------------------------------------------------------------------------


def _assessments(user):
    """The areas and goals that the person's body has not agreed how to assess, from two weeks before it prepares."""
    bodies = set(own_bodies(user).values_list("pk", flat=True))
    for round in rounds_to_assess(bodies, timezone.localdate() + SOON) if bodies else ():
        title = ngettext("Bedöm %(number)s område eller mål", "Bedöm %(number)s områden och mål", round.unassessed)
        yield Task(
            "assess", title % {"number": round.unassessed},
            reverse("followup:assessment_list", args=[round.agreement.slug, round.label]), round.agreement,
            round.prepare_on, 1, _round_name(round),
        )  # fmt: skip


# --- those who got something to do by a decision ---------------------------------------------------------------------


def _assignments(user):
    """What a body gave the person's parties and bodies to do and they have not reported."""
    for row in waiting_for(user):
        if not row.reported_at:
            url = reverse("followup:assignment_detail", args=[row.place.slug, row.pk])
            about = _("uppdrag från %(body)s") % {"body": row.decision.body.name}
            yield Task("assignment", row.text, url, row.place, row.due_on, 1, about, row.receiver.name)


# --- those who decide -------------------------------------------------------------------------------------------------


def _questions(user):
    """What the council is asked to decide in the rounds before its next meeting."""
    asked = Q(reports__submitted_at__isnull=False) & ~Q(reports__decision_asked="")
    rounds = Round.objects.visible_to(user).filter(
        meeting__body__in=own_bodies(user).values("pk"), meeting__held_on__gte=timezone.localdate()
    )
    rounds = rounds.select_related("agreement__county", "meeting__body")
    for round in rounds.annotate(asked=Count("reports", filter=asked)).filter(asked__gt=0):
        title = ngettext("Ta ställning till %(number)s fråga", "Ta ställning till %(number)s frågor", round.asked)
        about = _("%(body)s, %(round)s") % {"body": round.meeting.body.name, "round": _round_name(round)}
        yield Task(
            "decide", title % {"number": round.asked}, round.get_absolute_url(), round.agreement,
            round.meeting.held_on, round.asked, about,
        )  # fmt: skip


def _plans(user):
    """Proposed editions to adopt, and proposals to rank or decide."""
    bodies = own_bodies(user).values("pk")
    proposed = Edition.objects.visible_to(user).filter(state=Edition.State.PROPOSED, plan__adopted_by__body__in=bodies)
    for edition in proposed.select_related("plan__agreement__county"):
        title = _("Läs förslaget till %(edition)s") % {"edition": edition}
        yield Task("decide", title, edition.get_absolute_url(), edition.plan.agreement, edition.starts_on)
    for plan in plans_awaiting_rank(user).select_related("agreement__county"):
        title = ngettext("Rangordna %(number)s förslag", "Rangordna %(number)s förslag", plan.unranked)
        url = reverse("actionplans:proposal_rank", args=[plan.agreement.slug, plan.key])
        yield Task("decide", title % {"number": plan.unranked}, url, plan.agreement, None, plan.unranked, plan.name)
    for plan in plans_awaiting_decision(user).select_related("agreement__county"):
        title = ngettext("Avgör %(number)s förslag", "Avgör %(number)s förslag", plan.waiting)
        url = reverse("actionplans:proposal_list", args=[plan.agreement.slug, plan.key])
        yield Task("decide", title % {"number": plan.waiting}, url, plan.agreement, None, plan.waiting, plan.name)
