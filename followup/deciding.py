"""Decisions recorded in a meeting, each with what follows from it, in one transaction.

A decision is written by those who keep the meeting, while its notes are not finished, and never in a meeting that is
noted as unable to decide. Paragraphs follow on within the meeting: § 1, § 2, …
"""

import datetime
import re

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from actionplans.models import Activity, Edition
from followup.assignment_letters import write_assigned
from followup.models import AgendaLink, Round
from followup.services import adopt_by, hold_ready
from governance.assigning import give
from governance.models import Body, Decision, Mandate, Meeting, Responsibility
from lib.db import Frozen

DAY = datetime.timedelta(days=1)
OPEN_STATES = (Edition.State.DRAFT, Edition.State.PROPOSED)


@transaction.atomic
def record(*, item, kind, title, by, text="", registry_number="", **effect):
    """Write down a decision of the matter's meeting and carry it out. Returns the Decision.

    ``effect`` by kind: ``edition`` and the ``stamp`` it was shown with; ``rounds``; ``receivers`` (parties and bodies),
    ``task`` and ``due_on``; ``mandate`` of a body that is missing. Raises Frozen where the meeting takes no decisions
    or the edition is adopted, ValidationError where the decision cannot be carried out; then nothing is written.
    """
    meeting = Meeting.hold_open(item.meeting_id)
    if hindrance := why_undecided(meeting):
        raise Frozen(hindrance)
    decision = Decision(
        body=meeting.body,
        key=_free_key(meeting),
        meeting=meeting,
        agreement=item.agreement,
        item=item,
        kind=kind,
        paragraph=next_paragraph(meeting),
        title=title,
        text=text,
        decided_on=meeting.held_on,
        registry_number=registry_number,
    )
    decision._history_user = by
    EFFECTS[kind](decision, by=by, **effect)
    return decision


def why_undecided(meeting):
    """Why the meeting takes no decisions: it was unable to decide, or is not held yet. Empty where it takes them."""
    if meeting.quorum == Meeting.Quorum.NO:
        return _("Mötet är antecknat som inte beslutsfört. Anteckna vad som sades, och ta upp beslutet i nästa möte.")
    if meeting.held_on > timezone.localdate():
        return _("Mötet hålls %(day)s. Beslut antecknas då.") % {"day": meeting.held_on}
    return ""


def next_paragraph(meeting):
    """The paragraph after the last one of the meeting; the first is § 1."""
    numbers = [re.search(r"\d+", text) for text in meeting.decisions.values_list("paragraph", flat=True)]
    return f"§ {max((int(number[0]) for number in numbers if number), default=0) + 1}"


def _free_key(meeting):
    taken = set(Decision.objects.filter(body=meeting.body_id).values_list("key", flat=True))
    stem = meeting.key[:70]
    return next(key for number in range(1, len(taken) + 2) if (key := f"{stem}-{number}") not in taken)


# --- What can be decided ----------------------------------------------------------------------------------------------


def editions_to_adopt(item, user):
    """The editions that the matter is about and its body may adopt: those of plans it adopts, or leads without one."""
    own = Q(plan__adopted_by__body=item.meeting.body_id)
    led = Mandate.objects.filter(body=item.meeting.body_id, level__in=Mandate.LEADING).values("agreement")
    linked = AgendaLink.objects.filter(item=item, edition__isnull=False).values("edition")
    editions = Edition.objects.visible_to(user).filter(state__in=OPEN_STATES, pk__in=linked)
    return editions.filter(own | Q(plan__adopted_by__isnull=True, plan__agreement__in=led)).select_related(
        "plan__agreement"
    )


def rounds_to_note(item, user):
    """The rounds that the matter is about."""
    linked = AgendaLink.objects.filter(item=item, round__isnull=False).values("round")
    return Round.objects.visible_to(user).filter(pk__in=linked).select_related("agreement")


def groups_to_fill(item, user):
    """The mandates of missing groups that the matter's body may appoint: where it leads, or they answer to it."""
    led = Mandate.objects.filter(body=item.meeting.body_id, level__in=Mandate.LEADING).values("agreement")
    missing = (
        Mandate.objects.visible_to(user).filter(body__state=Body.State.PLANNED).select_related("body", "agreement")
    )
    return missing.filter(Q(agreement__in=led) | Q(reports_to__body=item.meeting.body_id))


# --- What follows -----------------------------------------------------------------------------------------------------


def _decide(decision, **_nothing):
    decision.save()


def _adopt(decision, *, by, edition, stamp):
    """Adopt what the agenda showed: where the edition has changed since, somebody has to read it first."""
    hold_ready(edition)
    stored = Edition.objects.get(pk=edition.pk)
    if str(stored.stamp) != str(stamp):
        raise ValidationError({"edition": _changed(stored)})
    decision.agreement = edition.plan.agreement
    decision.save()
    adopt_by(edition=stored, decision=decision, by=by)


def _changed(edition):
    last = Activity.history.filter(edition=edition.pk).select_related("history_user").order_by("-history_id").first()
    message = _("%(edition)s har ändrats sedan sidan öppnades. Läs versionen som den är nu, och spara beslutet igen.")
    said = message % {"edition": edition}
    if last and last.history_user:
        moment = timezone.localtime(last.history_date).strftime("%H:%M")
        said += " " + _("Senast ändrade %(who)s, %(moment)s.") % {"who": last.history_user, "moment": moment}
    return said


def _note(decision, *, rounds, **_nothing):
    """Note the rounds. The matter's links say which they are."""
    agreements = {round.agreement_id: round.agreement for round in rounds}
    if len(agreements) == 1:
        decision.agreement = next(iter(agreements.values()))
    decision.save()


def _assign(decision, *, by, receivers, task, due_on=None):
    """Give each receiver the task, and write to those who get it."""
    decision.save()
    for receiver in receivers:
        give(decision=decision, text=task, due_on=due_on, by=by, **{_kind_of(receiver): receiver})
    write_assigned(decision=decision, by=by)


def _kind_of(receiver):
    return "body" if isinstance(receiver, Body) else "party"


def _fill(decision, *, by, mandate):
    """The missing group exists from now: what was planned for it is its own, and who stood in for it stands back."""
    body = Body.objects.select_for_update(no_key=True).get(pk=mandate.body_id)
    if body.state != Body.State.PLANNED:
        raise ValidationError({"mandate": _("%(body)s finns redan. Ladda om sidan.") % {"body": body}})
    decision.agreement, decision.mandate = mandate.agreement, mandate
    decision.save()
    body.state, body.formed, body._history_user = Body.State.ACTIVE, body.formed or str(decision.decided_on), by
    body.save_version(body.version)
    for planned in Responsibility.objects.filter(actor=mandate.actor_id, agreement=mandate.agreement_id):
        _take_over(planned, decision.decided_on, by)


def _take_over(responsibility, day, by):
    """What the group is responsible for; those who had all of it for now do so until the day before."""
    Scope = Responsibility.Scope
    same = Responsibility.objects.filter(area=responsibility.area_id)
    own = set(responsibility.collaboration_areas.values_list("pk", flat=True))
    if responsibility.scope == Scope.PLANNED:
        scope = Scope.PARTIAL if own else Scope.WHOLE
        if not same.filter(actor=responsibility.actor_id, scope=scope).exists():
            _change(responsibility, by, scope=scope, starts_on=responsibility.starts_on or day)
    for interim in same.filter(scope=Scope.INTERIM).filter(Q(ends_on__isnull=True) | Q(ends_on__gte=day)):
        covered = set(interim.collaboration_areas.values_list("pk", flat=True))
        if not own or (covered and covered <= own):
            _change(interim, by, ends_on=max(day - DAY, interim.starts_on or day - DAY))


def _change(row, by, **values):
    for name, value in values.items():
        setattr(row, name, value)
    row._history_user = by
    row.save_version(row.version)


EFFECTS = {
    Decision.Kind.ADOPT_EDITION: _adopt,
    Decision.Kind.NOTE_FOLLOW_UP: _note,
    Decision.Kind.ASSIGNMENT: _assign,
    Decision.Kind.FILL_GROUP: _fill,
    Decision.Kind.OTHER: _decide,
}
