"""A server of its own for tests in which many people write at once: python -m tests.actionplans.editor_server.

It makes a database, a draft with rows and its coordinators, prints how to reach them as one line of JSON, and serves
until its standard input ends; each line there is answered by how often an edition was proposed. ``--without-check``
serves without the version check, to show what a test would find.
"""

import json
import sys
from socketserver import ThreadingMixIn
from threading import Thread
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import django

django.setup()

from django.conf import settings  # noqa: E402 (models only after set-up)
from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import connection  # noqa: E402
from django.db.models import F  # noqa: E402
from django.test import Client  # noqa: E402

from parties.models import Role  # noqa: E402
from tests import factories as make  # noqa: E402

WRITERS = 20


class Quiet(WSGIRequestHandler):
    def log_message(self, *args):
        """The test says what went wrong."""


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 64


def overwrite(self, expected, *, reason=""):
    """What save_version would be without its check: the last one to save wins."""
    type(self)._base_manager.filter(pk=self.pk).update(version=F("version") + 1)
    self.save()


def build():
    """The draft's address, its rows, another draft that can be proposed, and a session per writer."""
    agreement = make.AgreementFactory()
    edition = make.EditionFactory(plan=make.ActionPlanFactory(agreement=agreement))
    rows = [make.ActivityFactory(edition=edition, number=f"B{number}", title="Pröva").pk for number in range(3)]
    responsible = make.ActorFactory(agreement=agreement)
    edition.activities.update(responsible=responsible)
    party = make.AccessionFactory(agreement=agreement).party
    ready = make.EditionFactory(plan=make.ActionPlanFactory(agreement=agreement))
    make.ActivityFactory(
        edition=ready, responsible=make.ActorFactory(agreement=agreement, party=party), is_continuous=True
    )
    sessions = []
    for _writer in range(WRITERS):
        sessions.append(session_of(make.MembershipFactory(role=Role.COORDINATOR, party=agreement.coordinating_party)))
    return {
        **build_proposals(edition),
        "edition": edition.get_absolute_url(),
        "rows": rows,
        "ready": ready.get_absolute_url(),
        "session_cookie": settings.SESSION_COOKIE_NAME,
        "csrf_cookie": settings.CSRF_COOKIE_NAME,
        "sessions": sessions,
    }


def build_proposals(edition):
    """What waits to be decided and ranked, what is said about a row, and the session of a member who ranks."""
    preparing = make.MandateFactory(agreement=edition.plan.agreement)
    edition.plan.managed_by = preparing
    edition.plan.save()
    member = make.MembershipFactory(role=Role.COUNCIL_MEMBER, group=preparing.body.group())
    return {
        "plan": edition.get_absolute_url().removesuffix(f"{edition.label}/"),
        "draft": edition.pk,
        "proposals": [make.ProposalFactory(plan=edition.plan, submitted=True).pk for _ in range(4)],
        "comment": make.CommentFactory(activity=edition.activities.first()).pk,
        "member": session_of(member),
    }


def session_of(membership):
    client = Client()
    client.force_login(membership.user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def times_proposed():
    return make.actionplans.Edition.history.filter(state="proposed").count()


def leave_out_check():
    make.actionplans.Activity.save_version = overwrite


def main(build=build, count=times_proposed, leave_out_check=leave_out_check):
    """Serve what ``build`` makes. Each line on standard input is answered by ``count()``."""
    if "--without-check" in sys.argv:
        leave_out_check()
    connection.settings_dict["TEST"].update(NAME=sys.argv[1], MIGRATE=False)
    connection.settings_dict["CONN_MAX_AGE"] = 0
    before = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    world = build()
    connection.close()
    server = Server(("localhost", 0), Quiet)
    server.set_app(get_wsgi_application())
    Thread(target=server.serve_forever, daemon=True).start()
    print(json.dumps(world | {"port": server.server_port}), flush=True)
    for line in sys.stdin:
        print(count(*line.split()), flush=True)
        connection.close()
    server.shutdown()
    connection.creation.destroy_test_db(before, verbosity=0)


if __name__ == "__main__":
    main()
