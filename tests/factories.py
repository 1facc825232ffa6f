"""One factory per model, each making the smallest row its model accepts.

Rows of one agreement hang together: ``GoalFactory(area=area)`` takes the area's agreement. Rights follow as they do in
the portal: a new agreement, accession or mandate grants what its parties, coordinators and bodies should have.
"""

import datetime
import hashlib
import zlib
from decimal import Decimal

from django.core.files.base import ContentFile
from django.utils import timezone
from factory import LazyAttribute, LazyFunction, SelfAttribute, Sequence, SubFactory, Trait
from factory.django import DjangoModelFactory

from actionplans import models as actionplans
from agreements import models as agreements
from followup import models as followup
from followup.figures import empty_figures
from governance import models as governance
from governance.services import grant_governance_rights
from parties import models as parties
from parties.rights import party_group

# --- parties ----------------------------------------------------------------------------------------------------------


class CountyFactory(DjangoModelFactory):
    """Uppsala län unless told otherwise: the register holds all counties there are."""

    code, letter, name = "03", "C", "Uppsala län"

    class Meta:
        model = parties.County
        django_get_or_create = ["code"]


class PartyFactory(DjangoModelFactory):
    key = Sequence("part-{}".format)
    name = Sequence("Part {}".format)
    kind = parties.PartyKind.MUNICIPALITY

    class Meta:
        model = parties.Party


class PartyNameFactory(DjangoModelFactory):
    party = SubFactory(PartyFactory)
    name = Sequence("Tidigare namn {}".format)

    class Meta:
        model = parties.PartyName


class PartyCountyFactory(DjangoModelFactory):
    party = SubFactory(PartyFactory)
    county = SubFactory(CountyFactory)

    class Meta:
        model = parties.PartyCounty


class PartySuccessionFactory(DjangoModelFactory):
    predecessor = SubFactory(PartyFactory)
    successor = SubFactory(PartyFactory)
    kind = parties.PartySuccession.Kind.REPLACED

    class Meta:
        model = parties.PartySuccession


class UserFactory(DjangoModelFactory):
    """A person who cannot log in by password; tests use login_as and force_login."""

    email = Sequence("person-{}@exempel.se".format)
    name = Sequence("Person {}".format)

    class Meta:
        model = parties.User

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        return model_class.objects.create_user(*args, **kwargs)


class MembershipFactory(DjangoModelFactory):
    user = SubFactory(UserFactory)
    party = SubFactory(PartyFactory)
    role = parties.Role.READER
    group = LazyAttribute(lambda membership: party_group(membership.party, membership.role))

    class Meta:
        model = parties.Membership


# --- agreements -------------------------------------------------------------------------------------------------------


class Granting(DjangoModelFactory):
    """A row that rights follow from."""

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        row = super()._create(model_class, *args, **kwargs)
        grant_governance_rights(row if isinstance(row, agreements.Agreement) else row.agreement)
        return row


class AgreementSeriesFactory(DjangoModelFactory):
    slug = Sequence("serie-{}".format)
    title = Sequence("Serie {}".format)
    county = SubFactory(CountyFactory)

    class Meta:
        model = agreements.AgreementSeries


class AgreementFactory(Granting):
    """Published and in force, coordinated by a county board of its own; ``draft=True`` for one nobody else sees."""

    slug = Sequence("overenskommelse-{}".format)
    title = Sequence("Regional överenskommelse {}".format)
    short_name = Sequence("Överenskommelse {}".format)
    county = SubFactory(CountyFactory)
    kind = agreements.Agreement.Kind.REGIONAL
    status = agreements.Agreement.Status.IN_FORCE
    coordinating_party = SubFactory(PartyFactory, kind=parties.PartyKind.COUNTY_BOARD)
    published_on = datetime.date(2020, 1, 1)

    class Meta:
        model = agreements.Agreement

    class Params:
        draft = Trait(status=agreements.Agreement.Status.DRAFT, published_on=None)


class RowFactory(DjangoModelFactory):
    agreement = SubFactory(AgreementFactory)

    class Meta:
        abstract = True


def of_same_agreement(factory_class, **kwargs):
    return SubFactory(factory_class, agreement=SelfAttribute("..agreement"), **kwargs)


class ActorFactory(RowFactory):
    """Somebody named in the text; with ``party`` that party, with ``kind`` a body or a collective."""

    kind = LazyAttribute(lambda actor: agreements.Actor.Kind.PARTY if actor.party else agreements.Actor.Kind.NAMED)
    name = LazyAttribute(lambda actor: actor.party.name if actor.party else "Aktör")
    party = None

    class Meta:
        model = agreements.Actor


class AccessionFactory(Granting):
    agreement = SubFactory(AgreementFactory)
    party = SubFactory(PartyFactory)
    name_at_signing = SelfAttribute("party.name")

    class Meta:
        model = agreements.Accession


class OutsiderFactory(RowFactory):
    party = SubFactory(PartyFactory)

    class Meta:
        model = agreements.Outsider


class ValidityFactory(RowFactory):
    start, end = "2024", "2027"
    start_precision = end_precision = agreements.Validity.Precision.YEAR

    class Meta:
        model = agreements.Validity


class AdoptionFactory(RowFactory):
    decided_by = of_same_agreement(ActorFactory)

    class Meta:
        model = agreements.Adoption


class SeriesEntryFactory(RowFactory):
    relation = agreements.SeriesEntry.Relation.PREDECESSOR
    title = "Föregående överenskommelse"

    class Meta:
        model = agreements.SeriesEntry


class PriorityAreaFactory(RowFactory):
    name = Sequence("Område {}".format)

    class Meta:
        model = agreements.PriorityArea


class InAreaFactory(DjangoModelFactory):
    area = SubFactory(PriorityAreaFactory)
    agreement = SelfAttribute("area.agreement")

    class Meta:
        abstract = True


class GoalFactory(InAreaFactory):
    level = agreements.Goal.Level.SUBGOAL
    text = Sequence("Mål {}".format)

    class Meta:
        model = agreements.Goal


class CollaborationAreaFactory(InAreaFactory):
    name = Sequence("Samverkansområde {}".format)

    class Meta:
        model = agreements.CollaborationArea


class GlobalGoalLinkFactory(InAreaFactory):
    number = Sequence(lambda n: n % 17 + 1)

    class Meta:
        model = agreements.GlobalGoalLink


class ProvisionFactory(RowFactory):
    kind = agreements.Provision.Kind.PRINCIPLE
    heading = Sequence("Princip {}".format)

    class Meta:
        model = agreements.Provision


class TargetGroupFactory(RowFactory):
    rank = agreements.TargetGroup.Rank.PRIMARY
    label = "Nyanlända"

    class Meta:
        model = agreements.TargetGroup


class RelatedStrategyFactory(RowFactory):
    name = Sequence("Strategi {}".format)

    class Meta:
        model = agreements.RelatedStrategy


class CommitmentFactory(RowFactory):
    actor = of_same_agreement(ActorFactory)
    label = "Mottagande"
    period = "2025"
    unit = "personer"

    class Meta:
        model = agreements.Commitment


class FinancingFactory(RowFactory):
    text = "Var och en bär sina kostnader."

    class Meta:
        model = agreements.Financing


class StatisticFactory(RowFactory):
    label = Sequence("Uppgift {}".format)
    value = 100
    unit = "personer"

    class Meta:
        model = agreements.Statistic


class DocumentFactory(RowFactory):
    kind = agreements.Document.Kind.AGREEMENT
    title = Sequence("Dokument {}".format)

    class Meta:
        model = agreements.Document


class ProcessStepFactory(RowFactory):
    name = Sequence("Steg {}".format)

    class Meta:
        model = agreements.ProcessStep


class ConsultationFactory(RowFactory):
    held = True

    class Meta:
        model = agreements.Consultation


class TextVersionFactory(DjangoModelFactory):
    agreement = SubFactory(AgreementFactory)
    number = Sequence(lambda number: number + 1)
    blocks = LazyFunction(
        lambda: [
            {
                "key": "provision:paragraf-1",
                "kind": "section",
                "number": "1",
                "heading": "Syfte",
                "text": "Vi",
                "area": "",
            }
        ]
    )
    digest = "0" * 64

    class Meta:
        model = agreements.TextVersion


class DraftCommentFactory(DjangoModelFactory):
    agreement = SubFactory(AgreementFactory)
    text = "Skriv vilka som deltar."
    written_by = SubFactory(UserFactory)

    class Meta:
        model = agreements.DraftComment


class DialogueFactory(RowFactory):
    kind = agreements.Dialogue.Kind.SURVEY
    title = Sequence("Enkät {}".format)

    class Meta:
        model = agreements.Dialogue


class ContributionFactory(DjangoModelFactory):
    dialogue = SubFactory(DialogueFactory)
    party = SubFactory(PartyFactory)
    text = "Fler lägenheter behövs."

    class Meta:
        model = agreements.Contribution


class AddresseeFactory(DjangoModelFactory):
    consultation = SubFactory(ConsultationFactory)
    party = SubFactory(PartyFactory)
    name = LazyAttribute(lambda row: row.party.name if row.party else "Remissinstansen")

    class Meta:
        model = agreements.Addressee


class ConsultationResponseFactory(DjangoModelFactory):
    addressee = SubFactory(AddresseeFactory)
    stance = agreements.Stance.COMMENTS

    class Meta:
        model = agreements.ConsultationResponse

    class Params:
        submitted = Trait(submitted_at=LazyFunction(timezone.now))


class SectionResponseFactory(DjangoModelFactory):
    response = SubFactory(ConsultationResponseFactory)
    block = Sequence("provision:paragraf-{}".format)
    heading = "Syfte"

    class Meta:
        model = agreements.SectionResponse


class ResponseFileFactory(DjangoModelFactory):
    response = SubFactory(ConsultationResponseFactory)
    name = "Protokollsutdrag"
    file = LazyFunction(lambda: ContentFile(b"%PDF-1.4", name="protokoll.pdf"))

    class Meta:
        model = agreements.ResponseFile


class LifeEventFactory(RowFactory):
    kind = agreements.LifeEvent.Kind.ADOPTED
    when = "2024"

    class Meta:
        model = agreements.LifeEvent


class AgreementReviewFactory(RowFactory):
    due_on = "2026-12-01"

    class Meta:
        model = agreements.AgreementReview


class SituationReportFactory(RowFactory):
    year = 2026
    title = "Nuläget"
    text = "Fler arbetar."

    class Meta:
        model = agreements.SituationReport


class AmendmentFactory(RowFactory):
    kind = agreements.Amendment.Kind.CHANGED
    heading = "Boende"

    class Meta:
        model = agreements.Amendment


class RevisionRequestFactory(RowFactory):
    party = SubFactory(PartyFactory)
    text = "Boendet behöver ses över."

    class Meta:
        model = agreements.RevisionRequest


class TerminationFactory(RowFactory):
    party = SubFactory(PartyFactory)
    given_on = "2026-01-15"
    scope = agreements.Validity.NoticeScope.PARTY
    months = 9

    class Meta:
        model = agreements.Termination


class TerminationReceiptFactory(DjangoModelFactory):
    termination = SubFactory(TerminationFactory)
    party = SubFactory(PartyFactory)
    received_on = "2026-01-20"

    class Meta:
        model = agreements.TerminationReceipt


class FollowUpRuleFactory(RowFactory):
    class Meta:
        model = agreements.FollowUpRule


class StatedIndicatorFactory(RowFactory):
    label = Sequence("Indikator {}".format)

    class Meta:
        model = agreements.StatedIndicator


class PlanRuleFactory(RowFactory):
    class Meta:
        model = agreements.PlanRule


class AnnotationFactory(RowFactory):
    kind = agreements.Annotation.Kind.QUALITY
    text = "Sidnumren i källan hoppar."

    class Meta:
        model = agreements.Annotation


class StagedWorkbookFactory(DjangoModelFactory):
    """An upload of a person of its own, in a session that nobody has."""

    user = SubFactory(UserFactory)
    session_key = "session"
    name = "arbetsbok.xlsx"
    content = zlib.compress(b"[]")
    digest = LazyAttribute(lambda staged: hashlib.sha256(staged.content).hexdigest())

    class Meta:
        model = agreements.StagedWorkbook


# --- governance -------------------------------------------------------------------------------------------------------


class BodyFactory(DjangoModelFactory):
    county = SubFactory(CountyFactory)
    key = Sequence("organ-{}".format)
    name = Sequence("Organ {}".format)

    class Meta:
        model = governance.Body


class MandateFactory(Granting):
    agreement = SubFactory(AgreementFactory)
    body = SubFactory(BodyFactory, county=SelfAttribute("..agreement.county"))
    actor = of_same_agreement(
        ActorFactory,
        kind=agreements.Actor.Kind.BODY,
        key=SelfAttribute("..body.key"),
        name=SelfAttribute("..body.name"),
    )
    level = governance.Mandate.Level.STEERING

    class Meta:
        model = governance.Mandate


class SeatFactory(DjangoModelFactory):
    body = SubFactory(BodyFactory)
    key = Sequence("plats-{}".format)
    party = SubFactory(PartyFactory)

    class Meta:
        model = governance.Seat


class ResponsibilityFactory(InAreaFactory):
    actor = of_same_agreement(ActorFactory)

    class Meta:
        model = governance.Responsibility


class MeetingFactory(DjangoModelFactory):
    body = SubFactory(BodyFactory)
    key = Sequence("mote-{}".format)
    held_on = datetime.date(2026, 6, 1)

    class Meta:
        model = governance.Meeting


class RecordFactory(DjangoModelFactory):
    meeting = SubFactory(MeetingFactory)
    text = "Mötet öppnades."

    class Meta:
        model = governance.Record


class DecisionFactory(DjangoModelFactory):
    body = SubFactory(BodyFactory)
    key = Sequence("beslut-{}".format)
    title = Sequence("Beslut {}".format)
    decided_on = datetime.date(2026, 6, 1)

    class Meta:
        model = governance.Decision


class AgendaItemFactory(DjangoModelFactory):
    meeting = SubFactory(MeetingFactory)
    title = Sequence("Punkt {}".format)

    class Meta:
        model = governance.AgendaItem


class AttendanceFactory(DjangoModelFactory):
    meeting = SubFactory(MeetingFactory)
    name = Sequence("Gäst {}".format)

    class Meta:
        model = governance.Attendance


class AssignmentFactory(DjangoModelFactory):
    """Given to a party of its own by a decision of its own."""

    decision = SubFactory(DecisionFactory)
    party = SubFactory(PartyFactory)
    text = Sequence("Uppdrag {}".format)

    class Meta:
        model = governance.Assignment


# --- actionplans ------------------------------------------------------------------------------------------------------


class ActionPlanFactory(RowFactory):
    key = Sequence("plan-{}".format)
    name = Sequence("Handlingsplan {}".format)

    class Meta:
        model = actionplans.ActionPlan


class EditionFactory(DjangoModelFactory):
    """A draft. Fill it with activities, then ``adopt(edition)``: adopted editions take no more."""

    plan = SubFactory(ActionPlanFactory)
    label = Sequence("2026:{}".format)
    starts_on = datetime.date(2026, 7, 1)
    ends_on = datetime.date(2026, 12, 31)

    class Meta:
        model = actionplans.Edition


def adopt(edition):
    """Adopt the edition by a new decision of a new body with a mandate in its agreement; return the edition."""
    body = MandateFactory(agreement=edition.plan.agreement).body
    edition.adopt(decision=DecisionFactory(body=body, agreement=edition.plan.agreement), by=UserFactory())
    return edition


class ActivityFactory(DjangoModelFactory):
    """An activity of a named actor; ``responsible=ActorFactory(party=…)`` makes one that a party reports on."""

    edition = SubFactory(EditionFactory)
    number = Sequence(str)
    title = Sequence("Aktivitet {}".format)
    responsible = SubFactory(ActorFactory, agreement=SelfAttribute("..edition.plan.agreement"))

    class Meta:
        model = actionplans.Activity


class ActivityGoalFactory(DjangoModelFactory):
    activity = SubFactory(ActivityFactory)
    goal = SubFactory(GoalFactory, area__agreement=SelfAttribute("...activity.edition.plan.agreement"))

    class Meta:
        model = actionplans.ActivityGoal


class ActivityParticipantFactory(DjangoModelFactory):
    activity = SubFactory(ActivityFactory)
    actor = SubFactory(ActorFactory, agreement=SelfAttribute("..activity.edition.plan.agreement"))

    class Meta:
        model = actionplans.ActivityParticipant


class ActivityCollaborationAreaFactory(DjangoModelFactory):
    activity = SubFactory(ActivityFactory)
    collaboration_area = SubFactory(
        CollaborationAreaFactory, area__agreement=SelfAttribute("...activity.edition.plan.agreement")
    )

    class Meta:
        model = actionplans.ActivityCollaborationArea


class ActivityFileFactory(DjangoModelFactory):
    activity = SubFactory(ActivityFactory)
    name = "bilaga.pdf"
    file = "activities/bilaga.pdf"

    class Meta:
        model = actionplans.ActivityFile


class InternalNoteFactory(DjangoModelFactory):
    activity = SubFactory(ActivityFactory)
    text = "Bara för oss"

    class Meta:
        model = actionplans.InternalNote


class CommentFactory(DjangoModelFactory):
    """Said about an activity by a person of no hat; ``proposal=`` with ``activity=None`` for one about a proposal."""

    activity = SubFactory(ActivityFactory)
    author = SubFactory(UserFactory)
    text = "Vem gör det?"

    class Meta:
        model = actionplans.Comment


class PresenceFactory(DjangoModelFactory):
    edition = SubFactory(EditionFactory)
    user = SubFactory(UserFactory)
    seen_at = LazyFunction(timezone.now)

    class Meta:
        model = actionplans.Presence


class StepFactory(DjangoModelFactory):
    edition = SubFactory(EditionFactory)
    user = SubFactory(UserFactory)
    label = "Ändrade"
    rows = LazyFunction(list)

    class Meta:
        model = actionplans.Step


class ProposalFactory(DjangoModelFactory):
    """A draft by a person of no hat; ``submitted=True`` for one handed in."""

    plan = SubFactory(ActionPlanFactory)
    title = Sequence("Förslag {}".format)
    proposed_by = SubFactory(ActorFactory, agreement=SelfAttribute("..plan.agreement"))
    author = SubFactory(UserFactory)

    class Meta:
        model = actionplans.Proposal

    class Params:
        submitted = Trait(submitted_at=LazyFunction(timezone.now), submitted_by=SubFactory(UserFactory))


class ProposalRankFactory(DjangoModelFactory):
    proposal = SubFactory(ProposalFactory, submitted=True)
    user = SubFactory(UserFactory)
    rank = 1

    class Meta:
        model = actionplans.ProposalRank


# --- followup ---------------------------------------------------------------------------------------------------------


class RoundFactory(RowFactory):
    """An open round of the same half-year as an edition; ``planned=True`` for one that is not opened yet."""

    label = Sequence("2026:{}".format)
    period_starts_on = datetime.date(2026, 7, 1)
    period_ends_on = datetime.date(2026, 12, 31)
    due_on = datetime.date(2026, 8, 31)
    opened_at = LazyFunction(timezone.now)
    opened_by = SubFactory(UserFactory)

    class Meta:
        model = followup.Round

    class Params:
        planned = Trait(opened_at=None, opened_by=None)


class ReportFactory(DjangoModelFactory):
    """An unanswered report of a party of its own on an activity of the round's agreement."""

    round = SubFactory(RoundFactory)
    activity = SubFactory(ActivityFactory, edition__plan__agreement=SelfAttribute("....round.agreement"))
    party = SubFactory(PartyFactory)

    class Meta:
        model = followup.Report

    class Params:
        submitted = Trait(
            status=followup.ReportStatus.ONGOING,
            submitted_at=LazyFunction(timezone.now),
            submitted_by=SubFactory(UserFactory),
        )


class AssessmentFactory(DjangoModelFactory):
    """A draft about a goal of the round's agreement; ``area=…, goal=None`` for one about an area."""

    round = SubFactory(RoundFactory)
    goal = SubFactory(GoalFactory, area__agreement=SelfAttribute("...round.agreement"))
    body = SubFactory(BodyFactory)
    grade = followup.Grade.EXPECTED

    class Meta:
        model = followup.Assessment


class RespondentFactory(DjangoModelFactory):
    """A party asked in an open round; a report of the same round and party hangs together with it."""

    round = SubFactory(RoundFactory)
    party = SubFactory(PartyFactory)

    class Meta:
        model = followup.Respondent


class FormPresenceFactory(DjangoModelFactory):
    respondent = SubFactory(RespondentFactory)
    user = SubFactory(UserFactory)
    seen_at = LazyFunction(timezone.now)

    class Meta:
        model = followup.FormPresence


class ObstacleFactory(DjangoModelFactory):
    agreement = SubFactory(AgreementFactory)
    party = SubFactory(PartyFactory)
    title = Sequence("Hinder {}".format)
    text = "Uppgifterna får inte delas."
    needs = followup.Obstacle.Needs.LAW

    class Meta:
        model = followup.Obstacle

    class Params:
        reported = Trait(reported_at=LazyFunction(timezone.now))


class ReportFileFactory(DjangoModelFactory):
    report = SubFactory(ReportFactory)
    name = "Protokoll"
    file = LazyFunction(lambda: ContentFile(b"%PDF-1.4", name="protokoll.pdf"))

    class Meta:
        model = followup.ReportFile


class ReturnFactory(DjangoModelFactory):
    report = SubFactory(ReportFactory)
    reasons = LazyFunction(lambda: {"text": "Skriv vilka orter det gäller."})
    submitted_at = LazyFunction(timezone.now)

    class Meta:
        model = followup.Return


class IndicatorFactory(RowFactory):
    """An indicator of a goal's agreement that the parties count; ``kolada=True`` for one that is fetched."""

    name = Sequence("Indikator {}".format)
    unit = "procent"
    better = "higher"

    class Meta:
        model = followup.Indicator

    class Params:
        kolada = Trait(source="kolada", kpi="N02267")


class IndicatorDefinitionFactory(DjangoModelFactory):
    indicator = SubFactory(IndicatorFactory)
    from_year = 2020
    text = "Andelen av alla i åldern."

    class Meta:
        model = followup.IndicatorDefinition


class MeasurementFactory(DjangoModelFactory):
    """A value of the county, where neither party nor county is said to be None."""

    indicator = SubFactory(IndicatorFactory)
    county = SelfAttribute("indicator.agreement.county")
    year = 2024
    value = Decimal(10)

    class Meta:
        model = followup.Measurement


class ReopeningFactory(DjangoModelFactory):
    round = SubFactory(RoundFactory)
    reason = "En kommun hade lämnat fel uppgift."
    closed_at = LazyFunction(timezone.now)

    class Meta:
        model = followup.Reopening


class OutcomeFactory(DjangoModelFactory):
    round = SubFactory(RoundFactory)
    facts = LazyFunction(lambda: {"total": 0})
    figures = LazyFunction(empty_figures)

    class Meta:
        model = followup.Outcome


class AgendaLinkFactory(DjangoModelFactory):
    item = SubFactory(AgendaItemFactory)
    round = SubFactory(RoundFactory)

    class Meta:
        model = followup.AgendaLink


class CouncilPackFactory(DjangoModelFactory):
    outcome = SubFactory(OutcomeFactory)
    kind = "pdf"
    file = LazyFunction(lambda: ContentFile(b"%PDF-1.7", name="underlag.pdf"))
    sha256 = "0" * 64
    size = 8

    class Meta:
        model = followup.CouncilPack


class RegistryNumberFactory(DjangoModelFactory):
    round = SubFactory(RoundFactory)
    party = SubFactory(PartyFactory)
    number = Sequence("{}-2026".format)

    class Meta:
        model = followup.RegistryNumber


class ReportingRuleFactory(DjangoModelFactory):
    party = SubFactory(PartyFactory)
    needs_approver = True

    class Meta:
        model = followup.ReportingRule


class InvitationFactory(DjangoModelFactory):
    """An open one to a reporter; ``secret`` is what its link carries."""

    class Params:
        secret = Sequence("hemlighet-{}".format)

    email = Sequence("inbjuden{}@exempel.invalid".format)
    name = "Inbjuden"
    party = SubFactory(PartyFactory)
    role = parties.Role.REPORTER
    group = LazyAttribute(lambda row: party_group(row.party, row.role))
    secret_digest = LazyAttribute(lambda row: parties.digest(row.secret))
    invited_by = SubFactory(UserFactory)
    expires_at = LazyFunction(lambda: timezone.now() + datetime.timedelta(days=parties.VALID_FOR_DAYS))

    class Meta:
        model = parties.Invitation


class AuditEventFactory(DjangoModelFactory):
    kind = parties.AuditEvent.Kind.LOGIN
    actor = SubFactory(UserFactory)

    class Meta:
        model = parties.AuditEvent


class MailFactory(DjangoModelFactory):
    user = SubFactory(UserFactory)
    kind = parties.Mail.Kind.TWO_DAYS
    key = Sequence("brev:{}".format)
    address = SelfAttribute("user.email")
    subject = "Två dagar kvar"
    body = "Hej"

    class Meta:
        model = parties.Mail


class MailSettingsFactory(DjangoModelFactory):
    user = SubFactory(UserFactory)

    class Meta:
        model = parties.MailSettings


class FeedKeyFactory(DjangoModelFactory):
    user = SubFactory(UserFactory)

    class Meta:
        model = parties.FeedKey


class NoticeFactory(DjangoModelFactory):
    """One thing told to the receiver of a letter of its own."""

    mail = SubFactory(MailFactory)
    respondent = SubFactory(RespondentFactory)
    person = SelfAttribute("mail.user")
    kind = SelfAttribute("mail.kind")
    fact = "2026-08-31"

    class Meta:
        model = followup.Notice
