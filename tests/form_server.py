"""A server for tests in which several write in the same form at once, whichever form: python -m tests.form_server.

As tests.actionplans.editor_server, with the world of tests.test_access and a form of every kind in ``FORMS``. An empty
line on its standard input switches the version check off, or on again; the answer is whether it is on. The line
``tally`` is answered by how many rows there are of what a form may make, as JSON.
"""

from tests.actionplans import editor_server  # sets Django up

import json  # isort: skip
import os  # isort: skip
import tempfile  # isort: skip

from django.conf import settings  # isort: skip
from django.core import mail  # isort: skip

from followup.models import IndicatorDefinition, Report, Return  # isort: skip
from lib.db import Versioned  # isort: skip
from parties.models import AuditEvent, Invitation, Mail, Membership, Role  # isort: skip
from parties.services import join  # isort: skip
from tests import factories as make  # isort: skip
from tests.followup.form_server import overwrite as overwrite_answers  # isort: skip
from tests.test_access import DOORS, address  # isort: skip
from tests.test_access import build as build_world  # isort: skip

WRITERS = int(os.environ.get("WRITERS", 3))
# URL name → the text that all write in, and the role of those who do.
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
GUARDED = {Versioned: "save_version", Report: "save_answers"}
KEPT = {model: getattr(model, name) for model, name in GUARDED.items()}
UNGUARDED = {Versioned: editor_server.overwrite, Report: overwrite_answers}
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
        {"membership": 1, "mail": 1, "log": 1},
    ),
    "followup:report_return": (
        Role.COORDINATOR,
        {"comment": "Skriv vad ni har gjort."},
        {"return": 1},
    ),
}
is_on = True


def build():
    """Each form's address, field and role, and the sessions of those who write in each role."""
    settings.MEDIA_ROOT = tempfile.mkdtemp()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mail.outbox = []
    world = build_world("in_force", "2020-01-01")
    make.InternalNoteFactory(activity_id=world["activity"])
    world["definition"] = make.IndicatorDefinitionFactory(indicator__agreement=world["agreement"]).pk
    world["indicator"] = IndicatorDefinition.objects.get().indicator.key
    board = world["agreement"].coordinating_party
    sessions = {}
    for role in {role for _field, role in FORMS.values()} | {told[0] for told in ONCE.values()}:
        sessions[role] = [
            session_of(role, board if role == Role.COORDINATOR else world["party"]) for _ in range(WRITERS)
        ]
    return {
        "forms": {
            name: (address(DOORS[name], name, world), field.format(**world), role)
            for name, (field, role) in FORMS.items()
        },
        "once": {name: (once_address(name, world), *told) for name, told in ONCE.items()},
        "edition": "",
        "session_cookie": settings.SESSION_COOKIE_NAME,
        "csrf_cookie": settings.CSRF_COOKIE_NAME,
        "of_role": sessions,
    }


def once_address(name, world):
    """The address of a form that is sent; what is returned has been handed in."""
    return address(DOORS[name], name, world | {"report": world["submitted"]})


def session_of(role, party):
    user = make.UserFactory()
    join(user=user, party=party, role=role)
    return editor_server.session_of(user.memberships.first())


def tally():
    tables = {"invitation": Invitation, "membership": Membership, "mail": Mail, "return": Return}
    refused = AuditEvent.Kind.REFUSED, AuditEvent.Kind.INVITATION_REFUSED
    rows = {name: model.objects.count() for name, model in tables.items()}
    return json.dumps(rows | {"log": AuditEvent.objects.exclude(kind__in=refused).count(), "sent": len(mail.outbox)})


def answer(word=""):
    if word == "tally":
        return tally()
    return switch()


def switch():
    """Put the version check out of use, or back. Returns 1 where it now is on."""
    global is_on
    is_on = not is_on
    for model, name in GUARDED.items():
        setattr(model, name, (KEPT if is_on else UNGUARDED)[model])
    return int(is_on)


if __name__ == "__main__":
    editor_server.main(build, answer)
