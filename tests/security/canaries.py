"""A small world in which every stored text carries a token of its own, and who may read each token.

``READERS`` is the expectation, said apart from the code as ``DOORS`` is: model → the people who may read what a row of
it says. A model with texts that is missing there is red. A text also carries all that is hostile in ``PAYLOADS``,
beginning with another each time; on PostgreSQL as much of it as the field has room for.
"""

import re
from dataclasses import dataclass, field

from django.apps import apps
from django.core.files.storage import default_storage
from django.db import connection, models
from django.test import Client
from django.utils import timezone

from actionplans.models import Edition
from agreements.models import Agreement, AgreementRow, StagedWorkbook
from followup.models import Round
from parties.models import Role
from parties.services import join
from tests import factories as make
from tests.security.payloads import PAYLOADS
from tests.test_access import ANONYMOUS, build

APPS = ("parties", "agreements", "governance", "actionplans", "followup")
TOKEN = re.compile(r"kz[0-9a-f]+z")
SHORTEST = 24  # a field with less room has a form of its own (years, numbers, codes)
# Texts that are keys, digests, or of a fixed form.
TECHNICAL = {
    "sort_name", "period", "scb_code", "password", "secret", "secret_digest", "session_key", "digest", "sha256",
    "basis_ref", "title_basis", "initiator_basis", "key", "fact", "end", "start", "block",
}  # fmt: skip

OWN_ROLES = [Role.COORDINATOR, Role.AUDITOR, Role.COUNCIL_MEMBER, Role.REPORTER, Role.PARTY_ADMINISTRATOR]
PEOPLE = [
    ANONYMOUS, *(f"own {role}" for role in OWN_ROLES), "own system_administrator", "neighbour reporter",
    "other coordinator", "other reporter", "other council_member", "former reporter",
]  # fmt: skip


@dataclass
class Scene:
    """The world's names by whose they are, its people's browsers, and what each token is."""

    names: dict
    people: dict = field(default_factory=dict)  # person → Client
    users: dict = field(default_factory=dict)  # person → User
    tokens: dict = field(default_factory=dict)  # token → (model's label, field's name, who may read it)


def build_scene():
    """Own: a published agreement and a party of it. Neighbour: another party of it. Other: a draft agreement."""
    before = {model: rows_of(model) for model in models_with_texts()}
    own = build(Agreement.Status.IN_FORCE, "2020-01-01")
    scene = Scene({"own": own, "neighbour": {**own, **build_neighbour(own)}})
    scene.names["other"] = build(Agreement.Status.DRAFT, None)
    for names in scene.names.values():
        names["search"] = "kanarie"
    make_people(scene)
    make_more(scene)
    fill(scene, before)
    return scene


def build_neighbour(own):
    """Another party of the same agreement, with what is a party's own: answers, files, proposals."""
    agreement = own["agreement"]
    party = make.AccessionFactory(agreement=agreement).party
    round = Round.objects.get(agreement=agreement, label=own["round"])
    make.RespondentFactory(round=round, party=party, ready_note="Klart", extension_reason="Sjukdom")
    report = make.ReportFactory(round=round, activity=own["answered"], party=party)
    submitted = make.ReportFactory(round=round, party=party, submitted=True)
    idea = {"plan": own["answered"].edition.plan, "proposed_by": make.ActorFactory(agreement=agreement, party=party)}
    return {
        "party": party,
        "party_key": party.key,
        "report": report.pk,
        "submitted": submitted.pk,
        "report_file": make.ReportFileFactory(report=report).pk,
        "submitted_file": make.ReportFileFactory(report=submitted).pk,
        "idea": make.ProposalFactory(**idea).pk,
        "proposal": make.ProposalFactory(**idea, submitted=True).pk,
    }


def make_people(scene):
    """A signed-in browser for each person; those who answer for a party have a file that waits."""
    scene.people[ANONYMOUS] = Client(raise_request_exception=False)
    for person in PEOPLE[1:]:
        relation, role = person.split()
        names = scene.names["own" if relation == "former" else relation]
        of_board = role in (Role.COORDINATOR, Role.AUDITOR)
        user = make.UserFactory(is_staff=role == Role.SYSTEM_ADMINISTRATOR)
        party = names["agreement"].coordinating_party if of_board else names["party"]
        dates = {"starts_on": "2020-01-01", "ends_on": "2020-12-31"} if relation == "former" else {}
        group = names["body_row"].group() if role == Role.COUNCIL_MEMBER else None
        join(user=user, party=party, role=role, group=group, **dates)
        client = scene.people[person] = Client(raise_request_exception=False)
        client.force_login(user)
        scene.users[person] = user
        make.FeedKeyFactory(user=user)
        if relation == "former":
            continue
        if name := {Role.COORDINATOR: "staged", Role.REPORTER: "own_staged"}.get(role):
            grid = [("Blad", [[1, ["Rubrik"]], [2, ["Uppladdat"]]])]
            names[name] = StagedWorkbook.objects.stage(
                user=user, session=client.session, name="uppladdad.xlsx", grids=grid
            ).pk


def make_more(scene):
    """What ``build`` has no need of, and each party and body should keep to itself."""
    for relation in ("own", "neighbour", "other"):
        names = scene.names[relation]
        agreement, party = names["agreement"], names["party"]
        draft = Edition.objects.get(plan__agreement=agreement, plan__key=names["plan"], label=names["draft_label"])
        activity = draft.activities.get()
        if relation != "neighbour":
            make.InternalNoteFactory(activity=activity)
            make.DocumentFactory(agreement=agreement, is_public=False)
            make.StepFactory(edition=draft)
            make.AttendanceFactory(meeting=names["body_row"].meetings.get(key=names["meeting"]))
        make.CommentFactory(activity=None, proposal_id=names["idea"])
        make.InvitationFactory(party=party)
        make.MailFactory(user=scene.users[f"{relation} reporter"])
        make.ReturnFactory(report_id=names["report"], comment="Återlämnad")


# --- Who reads what ---------------------------------------------------------------------------------------------------

EVERYBODY = set(PEOPLE)
ADMINISTRATOR = {"own party_administrator"}
COORDINATORS = {"own": {"own coordinator"}, "other": {"other coordinator"}}
REVIEWERS = {"own": {"own coordinator", "own auditor", "own council_member"}, "other": {"other coordinator"}}
PREPARERS = {"own": {"own coordinator", "own council_member"}, "other": {"other coordinator"}}
SHARED = {"own": REVIEWERS["own"] | {"own reporter", "neighbour reporter"}, "other": {"other coordinator"}}
BOARD = {"own": {"own coordinator", "own auditor"}, "other": {"other coordinator"}}


class Relations:
    """Whose a row is: ``agreement`` gives own or other, ``party`` own, neighbour or other."""

    def __init__(self, scene):
        names = scene.names
        self.agreements = {names[whose]["agreement"].pk: whose for whose in ("own", "other")}
        self.bodies = {names[whose]["body_row"].pk: whose for whose in ("own", "other")}
        self.parties = {names[whose]["party"].pk: whose for whose in names}
        self.own_party = names["own"]["party"].pk
        self.users = {user.pk: person for person, user in scene.users.items()}

    def reporters(self, party_id):
        return {f"{self.parties[party_id]} reporter"} if party_id in self.parties else set()

    def public(self, agreement_id):
        """Factories make some agreements more, published and nobody's here."""
        return {"other coordinator"} if self.agreements.get(agreement_id) == "other" else EVERYBODY

    def of(self, sets, agreement_id):
        return sets.get(self.agreements.get(agreement_id), set())

    # --- one method per model, in lower case

    def agreement(self, row):
        """A party that is asked for answers is told what about, whatever the agreement's state."""
        return self.public(row.pk) | {"other reporter"}

    def row_of_agreement(self, row):
        return self.public(row.agreement_id)

    def text_version(self, row):
        """What was sent or adopted is as public as the agreement; the others are their writers'."""
        told = row.consultations.exists() or row.adoptions.exists()
        return self.public(row.agreement_id) if told else self.of(COORDINATORS, row.agreement_id)

    def of_writers(self, row):
        return self.of(COORDINATORS, row.agreement_id)

    def dialogue(self, row):
        asked = set().union(*(self.reporters(pk) for pk in row.invited.values_list("pk", flat=True)))
        return self.of(COORDINATORS, row.agreement_id) | asked

    def contribution(self, row):
        return self.of(COORDINATORS, row.dialogue.agreement_id) | self.reporters(row.party_id)

    def consultation(self, row):
        """A party that is asked reads what about, whatever the agreement's state."""
        asked = set().union(*(self.reporters(each.party_id) for each in row.addressee_set.all()))
        return self.public(row.agreement_id) | asked

    def addressee(self, row):
        return self.consultation(row.consultation)

    def response(self, row):
        consultation, own = row.addressee.consultation, self.reporters(row.addressee.party_id)
        day = consultation.answers_public_on
        if row.submitted_at and day and day <= timezone.localdate():
            return own | self.public(consultation.agreement_id)
        return own | self.of(COORDINATORS, consultation.agreement_id) if row.submitted_at else own

    def part_of_response(self, row):
        return self.response(row.response)

    def shared_row(self, row):
        return self.of(SHARED, row.agreement_id)

    def situation(self, row):
        day = row.published_on
        is_public = day and day <= timezone.localdate()
        return self.public(row.agreement_id) if is_public else self.of(COORDINATORS, row.agreement_id)

    def document(self, row):
        return self.public(row.agreement_id) if row.is_public else self.of(COORDINATORS, row.agreement_id)

    def plan(self, row):
        return self.public(row.agreement_id)

    def edition(self, row):
        agreement = row.plan.agreement_id
        return self.public(agreement) if row.is_frozen else self.of(COORDINATORS, agreement)

    def activity(self, row):
        told = set().union(*(self.report(report) for report in row.reports.all()))  # its title stands above the answer
        return self.edition(row.edition) | told | (self.of(SHARED, row.edition.plan.agreement_id) if told else set())

    def part_of_activity(self, row):
        return self.activity(row.activity)

    def note(self, row):
        return self.of(COORDINATORS, row.activity.edition.plan.agreement_id)

    def step(self, row):
        return self.of(COORDINATORS, row.edition.plan.agreement_id)

    def comment(self, row):
        if row.proposal_id:
            return self.reporters(row.proposal.proposed_by.party_id)
        sets = SHARED if row.is_shared else COORDINATORS
        return self.of(sets, row.activity.edition.plan.agreement_id)

    def proposal(self, row):
        own = self.reporters(row.proposed_by.party_id)
        return own | self.of(PREPARERS, row.plan.agreement_id) if row.submitted_at else own

    def report(self, row):
        own = self.reporters(row.party_id)
        return own | self.of(REVIEWERS, row.round.agreement_id) if row.submitted_at else own

    def part_of_report(self, row):
        return self.report(row.report)

    def returned(self, row):
        """What the coordinators wrote when they gave the report back."""
        return self.report(row.report) | self.of(BOARD, row.report.round.agreement_id)

    def respondent(self, row):
        return self.reporters(row.party_id) | self.of(COORDINATORS, row.round.agreement_id)

    def obstacle(self, row):
        own = self.reporters(row.party_id)
        return own | self.of(SHARED, row.agreement_id) if row.reported_at else own

    def termination(self, row):
        """Between its party's approvers, who are none of these people, and the coordinators until it is confirmed."""
        return self.public(row.agreement_id) if row.confirmed_at else self.of(COORDINATORS, row.agreement_id)

    def assessment(self, row):
        return self.of(PREPARERS, row.round.agreement_id)

    def body(self, row):
        """Who got an assignment of a body is told whose it is."""
        inside = {"other coordinator", "other council_member", "other reporter"}
        return inside if self.bodies.get(row.pk) == "other" else EVERYBODY

    def part_of_body(self, row):
        return self.body(row.body)

    def meeting(self, row):
        return self.body(row.body)

    def in_meeting(self, row):
        keepers = {f"{self.bodies.get(row.meeting.body_id)} coordinator"}
        return self.body(row.meeting.body) if row.meeting.published_at else keepers

    def decision(self, row):
        return self.in_meeting(row) if row.meeting_id else self.body(row.body)

    def assignment(self, row):
        return self.decision(row.decision) | self.reporters(row.party_id)

    def indicator(self, row):
        return self.public(row.agreement_id)

    def user(self, row):
        """A person's address: the own, and of those who look after the party's people or the agreement."""
        parties = {self.parties.get(pk) for pk in row.memberships.values_list("party", flat=True)}
        told = {self.users.get(row.pk)} | (ADMINISTRATOR if "own" in parties else set())
        told |= COORDINATORS["own"] if parties & {"own", "neighbour"} else set()
        return told | (COORDINATORS["other"] if "other" in parties else set())

    def mail(self, row):
        return {self.users.get(row.user_id)} if row.user_id in self.users else set()

    def invitation(self, row):
        return ADMINISTRATOR if row.party_id == self.own_party else set()

    def staged(self, row):
        return {self.users.get(row.user_id)}

    def anybody(self, row):
        return EVERYBODY


READERS = {
    "parties.Party": Relations.anybody,
    "parties.User": Relations.user,
    "parties.Membership": Relations.anybody,  # the title that somebody acts under is no secret
    "parties.Mail": Relations.mail,
    "parties.Invitation": Relations.invitation,
    "agreements.AgreementSeries": Relations.anybody,
    "agreements.Agreement": Relations.agreement,
    "agreements.Document": Relations.document,
    "agreements.TextVersion": Relations.text_version,
    "agreements.DraftComment": Relations.of_writers,
    "agreements.Dialogue": Relations.dialogue,
    "agreements.Contribution": Relations.contribution,
    "agreements.Consultation": Relations.consultation,
    "agreements.Addressee": Relations.addressee,
    "agreements.ConsultationResponse": Relations.response,
    "agreements.SectionResponse": Relations.part_of_response,
    "agreements.ResponseFile": Relations.part_of_response,
    "agreements.RevisionRequest": Relations.shared_row,
    "agreements.SituationReport": Relations.situation,
    "agreements.StagedWorkbook": Relations.staged,
    "agreements.Termination": Relations.termination,
    "governance.Body": Relations.body,
    "governance.Seat": Relations.part_of_body,
    "governance.Meeting": Relations.meeting,
    "governance.Attendance": Relations.in_meeting,
    "governance.Record": Relations.in_meeting,
    "governance.AgendaItem": Relations.in_meeting,
    "governance.Decision": Relations.decision,
    "governance.Assignment": Relations.assignment,
    "actionplans.ActionPlan": Relations.plan,
    "actionplans.Activity": Relations.activity,
    "actionplans.ActivityFile": Relations.part_of_activity,
    "actionplans.InternalNote": Relations.note,
    "actionplans.Step": Relations.step,
    "actionplans.Comment": Relations.comment,
    "actionplans.Proposal": Relations.proposal,
    "followup.Indicator": Relations.indicator,
    "followup.Respondent": Relations.respondent,
    "followup.Report": Relations.report,
    "followup.ReportFile": Relations.part_of_report,
    "followup.Return": Relations.returned,
    "followup.Assessment": Relations.assessment,
    "followup.Obstacle": Relations.obstacle,
    "followup.CouncilPack": Relations.anybody,
}


# --- Tokens -----------------------------------------------------------------------------------------------------------


def text_fields(model):
    """The names of the model's fields that hold words of somebody's own."""
    fields = [each for each in model._meta.concrete_fields if isinstance(each, models.CharField | models.TextField)]
    return [
        each
        for each in fields
        if not (each.choices or each.name in TECHNICAL or isinstance(each, models.SlugField))
        and (each.max_length or SHORTEST) >= SHORTEST
    ]


def models_with_texts():
    """The portal's models in which somebody writes, or keeps a file."""
    for model in apps.get_models():
        if (
            model._meta.app_label in APPS
            and not hasattr(model, "history_object")
            and (text_fields(model) or file_of(model))
        ):
            yield model


def file_of(model):
    return next((each for each in model._meta.concrete_fields if isinstance(each, models.FileField)), None)


def readers_of(relations, row):
    label = row._meta.label
    if label in READERS:
        return READERS[label](relations, row)
    if isinstance(row, AgreementRow):
        return relations.row_of_agreement(row)
    raise LookupError(f"READERS does not say who reads {label}")


def rows_of(model):
    return set(model._base_manager.values_list("pk", flat=True))


def fill(scene, before):
    """Give every text that came since ``before`` its token, past the locks of what is frozen, and the files theirs."""
    relations = Relations(scene)
    for model in models_with_texts():
        if model._meta.label == "parties.AuditEvent":  # says what others did, and refuses to be changed
            continue
        for row in list(model._base_manager.exclude(pk__in=before[model])):
            fill_row(scene, row, readers_of(relations, row))


def attempts(turn):
    """All of ``PAYLOADS``, beginning with another each turn."""
    first = turn % len(PAYLOADS)
    return " ".join(PAYLOADS[first:] + PAYLOADS[:first])


def room_in(field):
    """How much of a text the database takes; SQLite takes it all, whatever the field says."""
    return None if connection.vendor == "sqlite" else field.max_length


def fill_row(scene, row, readers):
    model, values = type(row), {}

    def token(name):
        found = f"kz{len(scene.tokens):x}z"
        scene.tokens[found] = (model._meta.label, name, readers)
        return found

    for each in text_fields(model):
        if model._meta.label == "parties.User" and each.name == "name":
            continue  # who wrote something is told with it
        if isinstance(each, models.EmailField):
            values[each.name] = f"{token(each.name)}@exempel.invalid"
        elif each.name == "search_text":
            values[each.name] = f"kanarie {token(each.name)}"
        else:
            values[each.name] = f"Kanarie {token(each.name)} {attempts(len(scene.tokens))}"[: room_in(each)]
    models.QuerySet(model).filter(pk=row.pk).update(**values)
    if hasattr(model, "history"):
        kept = {each.name for each in model.history.model._meta.concrete_fields}
        told = {name: value for name, value in values.items() if name in kept}
        if told:
            models.QuerySet(model.history.model).filter(id=row.pk).update(**told)
    stored = file_of(model)
    if stored and getattr(row, stored.name):
        with default_storage.open(getattr(row, stored.name).name, "wb") as file:
            file.write(token(stored.name).encode())
