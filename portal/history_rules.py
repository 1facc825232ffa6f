"""Which records of the history a reader may see: a rule for each kind of row, as strict as for the row itself.

What the history remembers is older than what may be seen now: a draft that was handed in, a paper that was secret. So
each rule asks about the record as it was then, and not only about the row.
"""

import datetime

from django.apps import apps
from django.db.models import F, OuterRef, Q, Subquery, TextField, Value
from django.db.models.functions import Cast, Coalesce, Concat
from django.db.models.lookups import Exact
from django.utils import timezone
from django.utils.functional import cached_property

from actionplans.models import ActionPlan, Activity, ActivityFile, Edition, InternalNote, Proposal
from agreements.models import (
    Actor,
    Addressee,
    Agreement,
    AgreementRow,
    ConsultationResponse,
    Contribution,
    Dialogue,
    Document,
    DraftComment,
    RevisionRequest,
    SectionResponse,
    SituationReport,
    Termination,
)
from followup.models import Assessment, Obstacle, Report, ReportFile, ReportingRule, Respondent, Round
from governance.models import AgendaItem, Assignment, Attendance, Body, Decision, Mandate, Meeting, Record, Seat
from parties.models import Membership, Party, Right

# The kinds of row that have a place in the tab. Reports are their parties' and are not here at all.
OWN_ROWS = [model for model in apps.get_models() if issubclass(model, AgreementRow)]
OF_BODIES = (Body, Seat, Meeting, AgendaItem, Decision, Assignment)
KINDS = {
    model._meta.model_name: model
    for model in (Agreement, *OWN_ROWS, DraftComment, *OF_BODIES, ActionPlan, Edition, Activity, Round)
}
# Those whose history stands on their own page alone, or on that of what they are a part of.
OF_THEIR_OWN = (
    Report, ReportFile, Respondent, Assessment, Obstacle, Proposal, ActivityFile, InternalNote, Record, Attendance,
    Addressee, ConsultationResponse, SectionResponse, Contribution,
)  # fmt: skip
# Those that belong to a party and to no agreement.
OF_PARTIES = (Party, ReportingRule, Membership)
MODELS = KINDS | {model._meta.model_name: model for model in (*OF_THEIR_OWN, *OF_PARTIES)}

# What a remiss's page tells its writers alone, and what a party's place in a round tells the party alone.
OF_WRITERS = {"sent_at", "reminded_at", "extension_reason"}
OF_COORDINATORS = {"email"}
OF_ASKED = {"begun_at", "ready_at", "ready_by", "ready_note"}


class Reader:
    """What one person may read of the history of one agreement."""

    tells_why = True

    def __init__(self, agreement, user):
        self.agreement, self.user = agreement, user
        self._rules = {}  # kind → what its rule says for this reader
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

    def hidden(self, record):
        """Fields of a record that are not told."""
        if record.instance_type is Addressee:
            return (set() if self.drafts else OF_WRITERS) | (set() if self.edits else OF_COORDINATORS)
        if record.instance_type is Respondent:
            return set() if record.party_id in self.own_parties else OF_ASKED
        return {"numbers"}  # few are counted here and there, and who they are may be guessed (design §4.7)

    @cached_property
    def own_parties(self):
        return set(_own_parties(self).values_list("pk", flat=True))

    def records(self, model):
        """The historical records of one kind that the reader may see, as a query."""
        if model not in self._rules:
            self._rules[model] = RULES.get(model, _of_agreement)(self)
        return model.history.filter(self._rules[model])

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


def _changed(model, *names):
    """The records that made or removed a row, or gave one of these columns another value than the record before."""
    nothing = Value("", TextField())
    columns = [Coalesce(Cast(name, TextField()), nothing) for name in names]
    told = Concat(*(part for column in columns for part in (column, Value("|", TextField()))))
    before = model.history.filter(id=OuterRef("id"), history_id__lt=OuterRef("history_id")).order_by("-history_id")
    return ~Q(history_type="~") | ~Q(Exact(told, Subquery(before.annotate(told=told).values("told")[:1])))


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


def _contributions(reader):
    """A party reads its own, the writers all."""
    own = Q(party__in=_answered_for(reader))
    return Q(dialogue__agreement=reader.agreement) & (Q() if reader.drafts else own)


def _comments(reader):
    """What the writers say to one another stays with them."""
    return _of_agreement(reader) & Q(agreement__in=Agreement.objects.drafted_by(reader.user).values("pk"))


def _addressees(reader):
    """Who was asked is told as the remiss is; that somebody was reminded, and so had not answered, to its writers."""
    ours = Q(consultation__agreement=reader.agreement)
    return ours if reader.drafts else ours & _changed(Addressee, "name", "party_id", "extended_to", "withdrawn_at")


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


def _of_activities(reader):
    """Files are added in a draft, and notes are internal: both are the coordinators'."""
    plans = ActionPlan.objects.editable_by(reader.user).filter(agreement=reader.agreement)
    return Q(activity__edition__plan__in=plans.values("pk"))


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


def _report_files(reader):
    """A file that stands in what was handed in is told as the report is, and what was removed to its party."""
    own = Q(report__party_id__in=_own_parties(reader))
    reviewed = Q(report__round__agreement__in=Agreement.objects.submitted_visible_to(reader.user).values("pk"))
    published = Q(report__round__published_at__isnull=False, history_date__gte=F("report__round__published_at"))
    standing = Q(id__in=ReportFile.objects.values("pk"), report__submitted_at__isnull=False)
    return Q(report__round__agreement=reader.agreement) & (own | standing & (reviewed | published))


def _respondents(reader):
    """A party reads of its own place; the coordinators of the time it was given, and not how its answers went on."""
    own = Q(party_id__in=_own_parties(reader))
    given = Q(round__in=Round.objects.editable_by(reader.user).values("pk"))
    given &= _changed(Respondent, "party_id", "extended_to", "extension_reason")
    return Q(round__agreement=reader.agreement) & (own | given)


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
    Contribution: _contributions,
    DraftComment: _comments,
    Addressee: _addressees,
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
    ActivityFile: _of_activities,
    InternalNote: _of_activities,
    Round: _rounds,
    Respondent: _respondents,
    Report: _reports,
    ReportFile: _report_files,
    Assessment: _assessments,
    Proposal: _proposals,
    Obstacle: _obstacles,
    Record: _minutes,
    Attendance: _attendance,
    ConsultationResponse: _responses,
    SectionResponse: _sections,
}
