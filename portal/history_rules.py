"""Which records of the history a reader may see: a rule for each kind of row, as strict as for the row itself.

What the history remembers is older than what may be seen now: a draft that was handed in, a paper that was secret. So
each rule asks about the record as it was then, and not only about the row.
"""

import datetime

from django.apps import apps
from django.db.models import F, Q
from django.utils import timezone

from actionplans.models import ActionPlan, Activity, Edition, Proposal
from agreements.models import (
    Actor,
    Agreement,
    AgreementRow,
    ConsultationResponse,
    Dialogue,
    Document,
    RevisionRequest,
    SectionResponse,
    SituationReport,
    Termination,
)
from followup.models import Assessment, Obstacle, Report, Round
from governance.models import AgendaItem, Assignment, Attendance, Body, Decision, Mandate, Meeting, Record, Seat
from parties.models import Membership, Party, Right

# The kinds of row that have a place in the tab. Reports are their parties' and are not here at all.
OWN_ROWS = [model for model in apps.get_models() if issubclass(model, AgreementRow)]
OF_BODIES = (Body, Seat, Meeting, AgendaItem, Decision, Assignment)
KINDS = {
    model._meta.model_name: model for model in (Agreement, *OWN_ROWS, *OF_BODIES, ActionPlan, Edition, Activity, Round)
}
# Those whose history stands on their own page alone.
OF_THEIR_OWN = (
    Report, Assessment, Obstacle, Proposal, Record, Attendance, Membership, ConsultationResponse, SectionResponse,
)  # fmt: skip
MODELS = KINDS | {model._meta.model_name: model for model in OF_THEIR_OWN}


class Reader:
    """What one person may read of the history of one agreement."""

    def __init__(self, agreement, user):
        self.agreement, self.user = agreement, user
        self.edits = agreement.can_edit
        self.shares = self.edits or self._is_among(Agreement.objects.shared_with(user))
        self.drafts = self.edits or self._is_among(Agreement.objects.drafted_by(user))
        self.since = None if self.shares or self.drafts else self._published_at()

    def _is_among(self, agreements):
        return agreements.filter(pk=self.agreement.pk).exists()

    def _published_at(self):
        """From when on changes are public: what was written before publication was somebody's draft."""
        since = None
        records = Agreement.history.filter(id=self.agreement.pk).order_by("history_date", "history_id")
        for when, published_on in records.values_list("history_date", "published_on"):
            since = (since or max(when, midnight(published_on))) if published_on else None
        return since or midnight(self.agreement.published_on)

    @property
    def hidden(self):
        """Fields that are not told: few are counted here and there, and who they are may be guessed (design §4.7)."""
        return {"numbers"}

    def records(self, model):
        """The historical records of one kind that the reader may see, as a query."""
        rule = RULES.get(model, _of_agreement)
        return model.history.filter(rule(self))

    def shown(self, model):
        """Those of them that are lines or parts of lines in the tab."""
        records = self.records(model)
        return records.filter(history_date__gte=self.since) if self.since else records


def midnight(day):
    return timezone.make_aware(datetime.datetime(day.year, day.month, day.day))


# --- Which records a reader may see: a rule for each kind whose rows do not simply follow the agreement --------------


def _of_agreement(reader):
    return Q(agreement_id=reader.agreement.pk)


def _of_bodies(reader):
    """Rows of the bodies that have a mandate in the agreement now."""
    return Q(body_id__in=Mandate.objects.filter(agreement=reader.agreement).values("body"))


def _agreement(reader):
    return Q(id=reader.agreement.pk)


def _named_actors(reader):
    """Actors that stand for a party or a body follow theirs and are nobody's own work."""
    return _of_agreement(reader) & Q(kind=Actor.Kind.NAMED)


def _documents(reader):
    """Working papers are the coordinators' own, also in what the history remembers of them."""
    if reader.edits:
        return _of_agreement(reader)
    secret = Document.objects.filter(agreement=reader.agreement, is_public=False)
    return _of_agreement(reader) & Q(is_public=True) & ~Q(id__in=secret.values("pk"))


def _dialogues(reader):
    """What organisations were asked before the text was written is its writers' own."""
    return _of_agreement(reader) if reader.drafts else Q(pk__in=[])


def _terminations(reader):
    """Until it is confirmed a notice is between its party and the coordinators, also in what is remembered of it."""
    if reader.edits:
        return _of_agreement(reader)
    own = Party.objects.with_right(reader.user, Right.APPROVE).values("pk")
    return _of_agreement(reader) & (Q(confirmed_at__isnull=False) | Q(party_id__in=own))


def _requests(reader):
    """What a party asks for is shared by the parties."""
    return _of_agreement(reader) if reader.shares else Q(pk__in=[])


def _situations(reader):
    """Until it is published it is the coordinators'."""
    public = Q(published_on__lte=timezone.localdate())
    return _of_agreement(reader) if reader.edits else _of_agreement(reader) & public


def _bodies(reader):
    return Q(id__in=Mandate.objects.filter(agreement=reader.agreement).values("body"))


def _decisions(reader):
    """What a meeting decided is read by those to whom it is opened, also in what the history remembers of it."""
    ours = _of_bodies(reader) & (Q(agreement_id=reader.agreement.pk) | Q(agreement_id__isnull=True))
    opened = Meeting.objects.opened_to(reader.user).values("pk")
    return ours & (Q(meeting_id__isnull=True) | Q(meeting_id__in=opened))


def _items(reader):
    """Matters are read as the agenda they stand on."""
    meetings = Meeting.objects.opened_to(reader.user).filter(body__mandates__agreement=reader.agreement)
    about = Q(agreement_id=reader.agreement.pk) | Q(agreement_id__isnull=True)
    return Q(meeting_id__in=meetings.values("pk")) & about


def _assignments(reader):
    """What a decision gave somebody is read as the decision."""
    bodies = Mandate.objects.filter(agreement=reader.agreement).values("body")
    about = Q(agreement=reader.agreement) | Q(agreement__isnull=True, body__in=bodies)
    own = Assignment.objects.visible_to(reader.user).filter(decision__in=Decision.objects.filter(about).values("pk"))
    decided = Q(decision_id__in=Decision.objects.filter(about).visible_to(reader.user).values("pk"))
    return decided | Q(id__in=own.values("pk"))


def _editions(reader):
    """Drafts are the coordinators', proposals the parties', adopted editions everybody's."""
    ours = Q(plan_id__in=ActionPlan.objects.filter(agreement=reader.agreement).values("pk"))
    if reader.edits:
        return ours
    proposed = [Edition.State.PROPOSED] if reader.shares else []
    return ours & Q(state__in=[*proposed, *Edition.FROZEN_STATES])


def _activities(reader):
    """An activity changes only in a draft, and drafts are the coordinators'."""
    plans = ActionPlan.objects.filter(agreement=reader.agreement)
    ours = Q(edition_id__in=Edition.objects.filter(plan__in=plans.values("pk")).values("pk"))
    return ours if reader.edits else Q(pk__in=[])


def _rounds(reader):
    return _of_agreement(reader) if reader.shares else _of_agreement(reader) & Q(published_at__isnull=False)


def _own_parties(reader):
    return Party.objects.with_right(reader.user, Right.SEE_PARTY).values("pk")


def _reports(reader):
    """A draft is its party's; what was handed in is read by those who review, and by everybody once it is published."""
    own = Q(party_id__in=_own_parties(reader))
    reviewed = Q(round__agreement__in=Agreement.objects.submitted_visible_to(reader.user).values("pk"))
    published = Q(round__published_at__isnull=False, history_date__gte=F("round__published_at"))
    handed_in = Q(submitted_at__isnull=False) & (reviewed | published)
    return Q(round__agreement=reader.agreement) & (own | handed_in)


def _assessments(reader):
    """A draft is its body's and the coordinators'."""
    own = Assessment.objects.assessable_by(reader.user).values("pk")
    agreed = Q(agreed_at__isnull=False, round__in=Round.objects.visible_to(reader.user).values("pk"))
    return Q(round__agreement=reader.agreement) & (Q(id__in=own) | agreed)


def _proposals(reader):
    """A draft is its author's party's or body's."""
    own = Proposal.objects.own_of(reader.user).values("pk")
    seen = Q(submitted_at__isnull=False, id__in=Proposal.objects.visible_to(reader.user).values("pk"))
    return Q(plan__agreement=reader.agreement) & (Q(id__in=own) | seen)


def _obstacles(reader):
    """A draft is its party's; reported it is read as the obstacle, by the public from the day it is for all."""
    own = Q(party_id__in=_own_parties(reader))
    public = Q(published_on__isnull=False, published_on__lte=timezone.localdate())
    seen = Q(id__in=Obstacle.objects.reported().visible_to(reader.user).values("pk"), reported_at__isnull=False)
    return Q(agreement=reader.agreement) & (own | seen & (Q() if reader.shares else public))


def _minutes(reader):
    """Unfinished ones are read by those who keep the meeting."""
    kept = Q(meeting__in=Meeting.objects.editable_by(reader.user).values("pk"))
    opened = Q(meeting__in=Meeting.objects.opened_to(reader.user).values("pk"))
    return kept | Q(opened, finished_at__isnull=False)


def _responses(reader):
    """A draft is its party's; what was handed in is read as the answer, and so is what became of it."""
    ours = Q(addressee__consultation__agreement=reader.agreement)
    own = Q(addressee__party__in=_answered_for(reader))
    seen = Q(submitted_at__isnull=False, id__in=_seen_responses(reader))
    return ours & (own | seen)


def _sections(reader):
    """As the answer that they are part of."""
    ours = Q(response__addressee__consultation__agreement=reader.agreement)
    own = Q(response__addressee__party__in=_answered_for(reader))
    seen = Q(response__in=_seen_responses(reader), history_date__gte=F("response__submitted_at"))
    return ours & (own | seen)


def _answered_for(reader):
    return Party.objects.with_right(reader.user, Right.REPORT).values("pk")


def _seen_responses(reader):
    return ConsultationResponse.objects.visible_to(reader.user).filter(submitted_at__isnull=False).values("pk")


def _attendance(reader):
    return Q(meeting__in=Meeting.objects.opened_to(reader.user).values("pk"))


RULES = {
    Agreement: _agreement,
    Actor: _named_actors,
    Document: _documents,
    Dialogue: _dialogues,
    Termination: _terminations,
    RevisionRequest: _requests,
    SituationReport: _situations,
    Body: _bodies,
    Seat: _of_bodies,
    Meeting: _of_bodies,
    AgendaItem: _items,
    Decision: _decisions,
    Assignment: _assignments,
    Edition: _editions,
    Activity: _activities,
    Round: _rounds,
    Report: _reports,
    Assessment: _assessments,
    Proposal: _proposals,
    Obstacle: _obstacles,
    Record: _minutes,
    Attendance: _attendance,
    ConsultationResponse: _responses,
    SectionResponse: _sections,
}
