"""The kinds of things that wait for a person, answers apart: what is asked for each, and the tasks that are made of it.

KINDS maps each question, which ``lib.asked`` writes once a day, to what makes tasks of its rows.
"""

import datetime
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Count, Exists, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from actionplans.models import Edition
from actionplans.models.voices import own_bodies
from actionplans.proposing import plans_awaiting_decision, plans_awaiting_rank
from agreements import consulting
from agreements.dialogues import unanswered_dialogues
from agreements.ending import OVER, end_of, ends_passed, in_force_with_end, waiting_notices
from agreements.models import Accession, Agreement
from agreements.reviewing import due_for as agreement_reviews
from agreements.revising import waiting_for as revision_requests
from followup.assessing import rounds_to_assess
from followup.assignments import assignments_of_person, placed
from followup.models import Report, Round
from followup.obstacles import unowned

SOON = datetime.timedelta(days=14)


@dataclass(frozen=True)
class Task:
    """One thing to do. ``count`` is how many answers or questions it holds; the badge adds them up."""

    kind: str  # report, returned, approve, review, assess, decide, round, assignment, dialogue, ending, notice, …
    title: str
    url: str
    agreement: Agreement
    due_on: datetime.date | None = None
    count: int = 1
    about: str = ""  # which round, plan or meeting
    party: str = ""  # for whom
    reports: tuple[Report, ...] = ()  # each with its activity's ``number`` and ``title``, and ``last`` or None

    @property
    def is_late(self):
        return self.due_on is not None and self.due_on < timezone.localdate()

    @property
    def days_left(self):
        return (self.due_on - timezone.localdate()).days if self.due_on else None


def round_name(round):
    return _("uppföljning %(label)s") % {"label": round.label}


# --- those who answer -------------------------------------------------------------------------------------------------


def _dialogues(rows, user):
    """What the parties the person reports for are asked before an agreement is written."""
    for row in rows:
        dialogue = row.dialogue
        url = reverse("agreements:dialogue_detail", args=[dialogue.agreement.slug, dialogue.pk])
        title = _("Lämna ett bidrag: %(dialogue)s") % {"dialogue": dialogue}
        yield Task("dialogue", title, url, dialogue.agreement, dialogue.closes_on, 1, _("inför texten"), row.party.name)


def _consultations(rows, user):
    """The remisses that the person's parties have been sent and not answered."""
    for row in rows:
        consultation = row.consultation
        agreement = consultation.agreement
        url = reverse("agreements:response_edit", args=[agreement.slug, consultation.pk, row.response.pk])
        yield Task("consultation", _("Svara på remissen"), url, agreement, row.last_day, 1, _("remiss"), row.name)


# --- those who coordinate ---------------------------------------------------------------------------------------------


def _rounds(user):
    mine = Agreement.objects.editable_by(user).values("pk")
    return Round.objects.filter(agreement__among=mine).select_related("agreement__county")


def _rounds_to_review(user):
    waiting = Report.objects.filter(round=OuterRef("pk"), submitted_at__isnull=False, approved_at__isnull=True)
    number = waiting.order_by().values("round").annotate(number=Count("pk")).values("number")
    return _rounds(user).open().filter(Exists(waiting)).annotate(waiting=Subquery(number))


def _reviews(rows, user):
    for round in rows:
        title = ngettext("Granska %(number)s inlämnat svar", "Granska %(number)s inlämnade svar", round.waiting)
        yield Task(
            "review", title % {"number": round.waiting},
            reverse("followup:round_review", args=[round.agreement.slug, round.label]), round.agreement,
            round.review_on, round.waiting, round_name(round),
        )  # fmt: skip


def _consultations_to_close(rows, user):
    """Remisses whose last day has passed, to be closed once those who are to answer have."""
    for row in rows:
        title = ngettext("Avsluta remissen: %(number)s har inte svarat", "Avsluta remissen: %(number)s har inte svarat",
                         row.silent) % {"number": row.silent}  # fmt: skip
        url = reverse("agreements:consultation_detail", args=[row.agreement.slug, row.pk])
        yield Task("consultation", title, url, row.agreement, row.deadline, 1, _("remiss"))


def _rounds_ahead(user):
    return _rounds(user).filter(published_at__isnull=True)


def _steps(rows, user):
    """The next step of each round, from two weeks before its day."""
    soon = timezone.localdate() + SOON
    for round in rows:
        day, title = _next_step(round)
        if day and day <= soon:
            yield Task("round", title, round.get_absolute_url(), round.agreement, day, 1, round_name(round))


def _next_step(round):
    """(day, what to do); the day is None where the round's plan names none."""
    return {
        "planned": (round.opens_on, _("Öppna omgången")),
        "open": (round.due_on + datetime.timedelta(days=1), _("Börja granska")),
        "review": (round.close_on, _("Stäng omgången")),
        "closed": (round.publish_on, _("Publicera omgången")),
    }[round.state]


def _endings(rows, user):
    """Agreements whose end is past."""
    for agreement in ends_passed(rows):
        title = _("Överenskommelsen har nått sitt slut. Förläng den, eller anteckna att den har gått ut")
        url = reverse("agreements:agreement_life", args=[agreement.slug])
        yield Task("ending", title, url, agreement, end_of(agreement))


def _notices(rows, user):
    """Notices that somebody has given and nobody has confirmed."""
    for notice in rows:
        url = reverse("portal:leaving_effects", args=[notice.agreement.slug, notice.pk])
        title = _("Ta hand om uppsägningen av %(party)s") % {"party": notice.party}
        yield Task("notice", title, url, notice.agreement)


def _obstacles(rows, user):
    """What parties have reported, and the coordinators have given to nobody yet."""
    for agreement, group in groupby(rows, key=lambda row: row.agreement):
        number = len(list(group))
        title = ngettext("Ge %(n)s hinder en ägare", "Ge %(n)s hinder en ägare", number) % {"n": number}
        url = reverse("followup:obstacle_list", args=[agreement.slug], query={"lage": "utan-agare"})
        yield Task("obstacle", title, url, agreement, count=number)


def _carried_on(user):
    """The accessions of parties that are no more and were carried on."""
    rows = Accession.objects.standing().filter(agreement__in=Agreement.objects.editable_by(user).values("pk"))
    rows = rows.filter(party__dissolved_on__isnull=False, party__successor_links__isnull=False)
    return rows.exclude(agreement__status__in=OVER).select_related("agreement__county", "party").distinct()


def _successions(rows, user):
    """The open work of a party that is no more is to go to the successor."""
    for row in rows:
        title = _("Låt efterträdaren ta över efter %(party)s") % {"party": row.party}
        yield Task("succession", title, reverse("portal:succession_apply", args=[row.agreement.slug]), row.agreement)


def _agreement_reviews(rows, user):
    """The reviews that the agreements ask for, from a month before their day."""
    for row in rows:
        url = reverse("agreements:review_complete", args=[row.agreement.slug, row.pk])
        yield Task(
            "agreement", capfirst(row.get_kind_display()), url, row.agreement, row.due_on, 1, _("överenskommelsen")
        )


def _revisions(rows, user):
    """What parties ask to have revised."""
    for row in rows:
        url = reverse("agreements:revision_decide", args=[row.agreement.slug, row.pk])
        yield Task("agreement", _("Avgör begäran om revidering"), url, row.agreement, None, 1, "", row.party.name)


# --- those who prepare ------------------------------------------------------------------------------------------------


def _rounds_to_assess(user):
    return rounds_to_assess(own_bodies(user).values("pk"), timezone.localdate() + SOON)


def _assessments(rows, user):
    """The areas and goals that the person's body has not agreed how to assess, from two weeks before it prepares."""
    for round in rows:
        title = ngettext("Bedöm %(number)s område eller mål", "Bedöm %(number)s områden och mål", round.unassessed)
        yield Task(
            "assess", title % {"number": round.unassessed},
            reverse("followup:assessment_list", args=[round.agreement.slug, round.label]), round.agreement,
            round.prepare_on, 1, round_name(round),
        )  # fmt: skip


# --- those who got something to do by a decision ---------------------------------------------------------------------


def _assignments(rows, user):
    """What a body gave the person's parties and bodies to do and they have not reported."""
    for row in placed(rows, user):
        if not row.reported_at:
            url = reverse("followup:assignment_detail", args=[row.place.slug, row.pk])
            about = _("uppdrag från %(body)s") % {"body": row.decision.body.name}
            yield Task("assignment", row.text, url, row.place, row.due_on, 1, about, row.receiver.name)


# --- those who decide -------------------------------------------------------------------------------------------------


def _rounds_that_ask(user):
    asked = Q(reports__submitted_at__isnull=False) & ~Q(reports__decision_asked="")
    rounds = Round.objects.visible_to(user).filter(
        meeting__body__in=own_bodies(user).values("pk"), meeting__held_on__gte=timezone.localdate()
    )
    rounds = rounds.select_related("agreement__county", "meeting__body")
    return rounds.annotate(asked=Count("reports", filter=asked)).filter(asked__gt=0)


def _questions(rows, user):
    """What the council is asked to decide in the rounds before its next meeting."""
    for round in rows:
        title = ngettext("Ta ställning till %(number)s fråga", "Ta ställning till %(number)s frågor", round.asked)
        about = _("%(body)s, %(round)s") % {"body": round.meeting.body.name, "round": round_name(round)}
        yield Task(
            "decide", title % {"number": round.asked}, round.get_absolute_url(), round.agreement,
            round.meeting.held_on, round.asked, about,
        )  # fmt: skip


def _proposed_editions(user):
    bodies = own_bodies(user).values("pk")
    proposed = Edition.objects.visible_to(user).filter(state=Edition.State.PROPOSED, plan__adopted_by__body__in=bodies)
    return proposed.select_related("plan__agreement__county")


def _editions(rows, user):
    for edition in rows:
        title = _("Läs förslaget till %(edition)s") % {"edition": edition}
        yield Task("decide", title, edition.get_absolute_url(), edition.plan.agreement, edition.starts_on)


def _plans_to_rank(user):
    return plans_awaiting_rank(user).select_related("agreement__county")


def _ranks(rows, user):
    for plan in rows:
        title = ngettext("Rangordna %(number)s förslag", "Rangordna %(number)s förslag", plan.unranked)
        url = reverse("actionplans:proposal_rank", args=[plan.agreement.slug, plan.key])
        yield Task("decide", title % {"number": plan.unranked}, url, plan.agreement, None, plan.unranked, plan.name)


def _plans_to_decide(user):
    return plans_awaiting_decision(user).select_related("agreement__county")


def _proposals(rows, user):
    for plan in rows:
        title = ngettext("Avgör %(number)s förslag", "Avgör %(number)s förslag", plan.waiting)
        url = reverse("actionplans:proposal_list", args=[plan.agreement.slug, plan.key])
        yield Task("decide", title % {"number": plan.waiting}, url, plan.agreement, None, plan.waiting, plan.name)


KINDS = {
    _rounds_to_review: _reviews,
    _rounds_ahead: _steps,
    _rounds_to_assess: _assessments,
    _rounds_that_ask: _questions,
    _proposed_editions: _editions,
    _plans_to_rank: _ranks,
    _plans_to_decide: _proposals,
    assignments_of_person: _assignments,
    consulting.waiting_for: _consultations,
    consulting.to_close: _consultations_to_close,
    agreement_reviews: _agreement_reviews,
    revision_requests: _revisions,
    unanswered_dialogues: _dialogues,
    in_force_with_end: _endings,
    waiting_notices: _notices,
    unowned: _obstacles,
    _carried_on: _successions,
}
