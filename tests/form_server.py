"""A server for tests in which several write in the same form at once, whichever form: python -m tests.form_server.

As tests.actionplans.editor_server, with the world of tests.test_access and a form of every kind in ``FORMS``. An empty
line on its standard input switches the version check off, or on again; the answer is whether it is on. The line
``tally`` is answered by how many rows there are of what a form may make, ``texts`` by every text that is stored, as
JSON.
"""

from tests.actionplans import editor_server  # sets Django up

import json  # isort: skip
import tempfile  # isort: skip

from django.conf import settings  # isort: skip
from django.core import mail  # isort: skip

from django.apps import apps  # isort: skip
from django.db.models import CharField, TextField  # isort: skip
from agreements import models as agreements  # isort: skip
from followup.models import Obstacle, Return  # isort: skip
from lib.db import Versioned  # isort: skip
from parties.models import AuditEvent, Invitation, Mail, Membership  # isort: skip
from tests.form_table import BUTTON_ON, FORMS, ONCE, WRITERS, address_of, build_world, writer  # isort: skip

CHECK = Versioned.save_version
is_on = True


def build():
    """Each form's address, field and role, and the sessions of those who write in each role."""
    settings.MEDIA_ROOT = tempfile.mkdtemp()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mail.outbox = []
    world = build_world()
    sessions = {}
    for role in {role for _field, role in FORMS.values()} | {told[0] for told in ONCE.values()}:
        sessions[role] = [session_of(role, world) for _ in range(WRITERS)]
    return {
        "forms": {
            name: (address_of(name, world), field.format(**world), role) for name, (field, role) in FORMS.items()
        },
        "once": {name: once(name, world) for name in ONCE},
        "edition": "",
        "session_cookie": settings.SESSION_COOKIE_NAME,
        "csrf_cookie": settings.CSRF_COOKIE_NAME,
        "of_role": sessions,
    }


def once(name, world):
    """The page of what is sent, where it is sent, who sends it, what is typed, and what it makes."""
    role, typed, made = ONCE[name]
    typed = {field: text.format(**world) for field, text in typed.items()}
    return address_of(BUTTON_ON.get(name, name), world), address_of(name, world), role, typed, made


def session_of(role, world):
    return editor_server.session_of(writer(role, world).memberships.first())


def tally():
    tables = {
        "invitation": Invitation, "membership": Membership, "mail": Mail, "return": Return, "obstacle": Obstacle,
        "revision": agreements.RevisionRequest, "termination": agreements.Termination,
        "accession": agreements.Accession, "adoption": agreements.Adoption, "amendment": agreements.Amendment,
        "agreement": agreements.Agreement, "comment": agreements.DraftComment,
        "consultation": agreements.Consultation, "addressee": agreements.Addressee,
        "event": agreements.LifeEvent, "review": agreements.AgreementReview, "validity": agreements.Validity,
    }  # fmt: skip
    refused = AuditEvent.Kind.REFUSED, AuditEvent.Kind.INVITATION_REFUSED
    rows = {name: model.objects.count() for name, model in tables.items()}
    rows["log"] = AuditEvent.objects.exclude(kind__in=refused).count()
    return json.dumps(rows | {"line": lines(), "sent": len(mail.outbox)})


def texts():
    """All texts of the rows as they are now, without their history."""
    kept = []
    for model in models("parties", "agreements", "followup"):
        names = [each.attname for each in model._meta.fields if isinstance(each, CharField | TextField)]
        if names and not hasattr(model, "history_date"):
            kept += [text for row in model._base_manager.values_list(*names) for text in row]
    return json.dumps(kept)


def models(*names):
    return [model for name in names for model in apps.get_app_config(name).get_models()]


def lines():
    """How many lines of history there are of agreements and their follow-up."""
    histories = [model.history for model in models("agreements", "followup") if hasattr(model, "history")]
    return sum(history.count() for history in histories if hasattr(history, "count"))


def answer(word=""):
    return {"tally": tally, "texts": texts, "": switch}[word]()


def switch():
    """Put the version check out of use, or back. Returns 1 where it now is on."""
    global is_on
    is_on = not is_on
    Versioned.save_version = CHECK if is_on else editor_server.overwrite
    return int(is_on)


if __name__ == "__main__":
    editor_server.main(build, answer)
