"""Forms by the name of their address, for rules that hold for every kind of form."""

from followup.models import IndicatorDefinition
from parties.models import Role
from tests import factories as make
from tests.test_access import build

# Every form that edits what is stored: the text that the tests write in, and the role of those who do.
FORMS = {
    "agreements:agreement_edit": ("summary", Role.COORDINATOR),
    "agreements:row_edit": ("why", Role.COORDINATOR),
    "governance:row_edit": ("office", Role.COORDINATOR),
    "governance:meeting_edit": ("note", Role.COORDINATOR),
    "governance:meeting_attendance": ("guests", Role.COORDINATOR),
    "governance:record_edit": ("text", Role.COORDINATOR),
    "actionplans:plan_edit": ("name", Role.COORDINATOR),
    "actionplans:activity_edit": ("description", Role.COORDINATOR),
    "actionplans:activity_end": ("ending_reason", Role.COORDINATOR),
    "actionplans:note_edit": ("text", Role.COORDINATOR),
    "actionplans:proposal_edit": ("title", Role.REPORTER),
    "followup:indicator_edit": ("name", Role.COORDINATOR),
    "followup:definition_edit": ("text_{definition}", Role.COORDINATOR),
    "followup:assessment_edit": ("analysis", Role.COORDINATOR),
    "followup:item_edit": ("text", Role.COORDINATOR),
    "followup:assignment_answer": ("answer", Role.REPORTER),
    "followup:decision_edit": ("text", Role.COORDINATOR),
    "parties:membership_edit": ("title", Role.PARTY_ADMINISTRATOR),
}
# What is sent fifty times at once: URL name → who, what is typed, and how many rows it makes altogether.
ONCE = {
    "parties:invitation_create": (
        Role.PARTY_ADMINISTRATOR,
        {"email": "ny.kollega@exempel.invalid", "name": "Ny Kollega", "role": "reporter"},
        {"invitation": 1, "mail": 1, "sent": 1, "log": 1},
    ),
    "parties:membership_create": (
        Role.PARTY_ADMINISTRATOR,
        {"title": "Handläggare", "role": "reporter"},
        {"membership": 1, "mail": 1, "sent": 1, "log": 1},
    ),
    "followup:report_return": (
        Role.COORDINATOR,
        {"comment": "Skriv vad ni har gjort."},
        {"return": 1},
    ),
}


def build_world():
    """The world of test_access with what the forms besides need."""
    world = build("in_force", "2020-01-01")
    make.InternalNoteFactory(activity_id=world["activity"])
    world["definition"] = make.IndicatorDefinitionFactory(indicator__agreement=world["agreement"]).pk
    world["indicator"] = IndicatorDefinition.objects.get().indicator.key
    return world


def party_of(role, world):
    """Whose hat those wear who write."""
    return world["agreement"].coordinating_party if role == Role.COORDINATOR else world["party"]
