"""A server for tests in which several write in the same form at once, whichever form: python -m tests.form_server.

As tests.actionplans.editor_server, with the world of tests.test_access and a form of every kind in ``FORMS``. A line on
its standard input switches the version check off, or on again; the answer is whether it is on.
"""

from tests.actionplans import editor_server  # sets Django up

import os  # isort: skip
import tempfile  # isort: skip

from django.conf import settings  # isort: skip
from django.urls import reverse  # isort: skip

from followup.models import IndicatorDefinition, Report  # isort: skip
from lib.db import Versioned  # isort: skip
from parties.models import Role  # isort: skip
from parties.services import join  # isort: skip
from tests import factories as make  # isort: skip
from tests.followup.form_server import overwrite as overwrite_answers  # isort: skip
from tests.test_access import DOORS, address  # isort: skip
from tests.test_access import build as build_world  # isort: skip

WRITERS = int(os.environ.get("WRITERS", 4))
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
is_on = True


def build():
    """Each form's address, field and role, and the sessions of those who write in each role."""
    settings.MEDIA_ROOT = tempfile.mkdtemp()
    world = build_world("in_force", "2020-01-01")
    make.InternalNoteFactory(activity_id=world["activity"])
    world["definition"] = make.IndicatorDefinitionFactory(indicator__agreement=world["agreement"]).pk
    world["indicator"] = IndicatorDefinition.objects.get().indicator.key
    board = world["agreement"].coordinating_party
    sessions = {}
    for role in {role for _field, role in FORMS.values()}:
        sessions[role] = [
            session_of(role, board if role == Role.COORDINATOR else world["party"]) for _ in range(WRITERS)
        ]
    return {
        "forms": {
            name: (address(DOORS[name], name, world), field.format(**world), role)
            for name, (field, role) in FORMS.items()
        },
        "edition": "",
        "session_cookie": settings.SESSION_COOKIE_NAME,
        "csrf_cookie": settings.CSRF_COOKIE_NAME,
        "of_role": sessions,
        "submit": reverse("followup:party_submit", args=[world["slug"], world["round"], world["party_key"]]),
    }


def session_of(role, party):
    user = make.UserFactory()
    join(user=user, party=party, role=role)
    return editor_server.session_of(user.memberships.first())


def switch():
    """Put the version check out of use, or back. Returns 1 where it now is on."""
    global is_on
    is_on = not is_on
    for model, name in GUARDED.items():
        setattr(model, name, (KEPT if is_on else UNGUARDED)[model])
    return int(is_on)


if __name__ == "__main__":
    editor_server.main(build, switch)
