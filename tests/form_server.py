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

from followup.models import Return  # isort: skip
from lib.db import Versioned  # isort: skip
from parties.models import AuditEvent, Invitation, Mail, Membership  # isort: skip
from parties.services import join  # isort: skip
from tests import factories as make  # isort: skip
from tests.form_table import FORMS, ONCE, build_world, party_of  # isort: skip
from tests.test_access import DOORS, address  # isort: skip

WRITERS = int(os.environ.get("WRITERS", 3))
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
        sessions[role] = [session_of(role, party_of(role, world)) for _ in range(WRITERS)]
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
    Versioned.save_version = CHECK if is_on else editor_server.overwrite
    return int(is_on)


if __name__ == "__main__":
    editor_server.main(build, answer)
