"""Every address × every role × own, other and no party × GET, POST and htmx, with objects that exist.

``DOORS`` is the expectation: which people get through, said apart from the code. A name
that is missing here, or in portal/access.py, is red.
"""

import re
from dataclasses import dataclass, field

import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from agreements.models import Agreement
from parties.models import Role
from parties.services import join
from portal.access import ACCESS, STAFF_NAMESPACES
from tests import factories as make

ANONYMOUS = "anonymous"
OWN = [f"own {role}" for role in Role.values]
OTHER = [f"other {role}" for role in Role.values]
PEOPLE = [ANONYMOUS, *OWN, *OTHER]
METHODS = {
    "get": lambda client, url: client.get(url),
    "post": lambda client, url: client.post(url),
    "htmx": lambda client, url: client.get(url, headers={"HX-Request": "true"}),
    "htmx post": lambda client, url: client.post(url, headers={"HX-Request": "true"}),
}
THROUGH = {200, 302, 409}  # 409: the form came through and lacked the row's version

EVERYBODY = set(PEOPLE)
SIGNED_IN = EVERYBODY - {ANONYMOUS}
EDITORS = {"own coordinator"}
REPORTERS = {"own reporter", "own approver"}
PARTY = REPORTERS | {"own reader"}
REVIEWERS = {"own coordinator", "own auditor", "own council_member"}
SHARED = REVIEWERS | PARTY  # with whom an agreement is shared before it is public
POST_ONLY = {"followup:round_open", "followup:round_close", "followup:round_publish", "followup:report_submit"}


@dataclass(frozen=True)
class Door:
    """Who sees what is behind the address (others: 404), and who gets through (others of those who see: 403)."""

    args: tuple = ()
    through: set = field(default_factory=set)
    seen: set = field(default_factory=lambda: EVERYBODY)
    in_draft: set = field(default_factory=lambda: EDITORS)  # who sees it while the agreement is a draft


OF_AGREEMENT = ("slug",)
OF_EDITION = ("slug", "plan", "draft_label")
OF_ROUND = ("slug", "round")

DOORS = {
    "portal:start": Door(through=EVERYBODY, in_draft=EVERYBODY),
    "portal:search": Door(through=EVERYBODY, in_draft=EVERYBODY),
    "portal:work": Door(through=SIGNED_IN, in_draft=EVERYBODY),
    "portal:accessibility": Door(through=EVERYBODY, in_draft=EVERYBODY),
    "portal:privacy": Door(through=EVERYBODY, in_draft=EVERYBODY),
    "portal:health": Door(through=EVERYBODY, in_draft=EVERYBODY),
    "portal:agreement_history": Door(OF_AGREEMENT, through=EVERYBODY),
    "agreements:agreement_list": Door(through=EVERYBODY, in_draft=EVERYBODY),
    "agreements:agreement_detail": Door(OF_AGREEMENT, through=EVERYBODY),
    "agreements:accession_list": Door(OF_AGREEMENT, through=EVERYBODY),
    "agreements:process_detail": Door(OF_AGREEMENT, through=EVERYBODY),
    "agreements:document_download": Door(("slug", "document"), through=EVERYBODY),
    "agreements:agreement_edit": Door(OF_AGREEMENT, through=EDITORS),
    "agreements:agreement_publish": Door(OF_AGREEMENT, through=EDITORS),
    "agreements:row_create": Door(("slug", "goal_kind"), through=EDITORS),
    "agreements:row_edit": Door(("slug", "goal_kind", "goal"), through=EDITORS),
    "agreements:row_delete": Door(("slug", "goal_kind", "goal"), through=EDITORS),
    "governance:agreement_governance": Door(OF_AGREEMENT, through=EVERYBODY),
    "governance:body_detail": Door(("slug", "body"), through=EVERYBODY),
    "governance:row_create": Door(("slug", "seat_kind"), through=EDITORS),
    "governance:row_edit": Door(("slug", "seat_kind", "seat"), through=EDITORS),
    "governance:row_delete": Door(("slug", "seat_kind", "seat"), through=EDITORS),
    "actionplans:plan_list": Door(OF_AGREEMENT, through=EVERYBODY),
    "actionplans:edition_detail": Door(OF_EDITION, through=EDITORS, seen=EDITORS),
    "actionplans:activity_create": Door(OF_EDITION, through=EDITORS, seen=EDITORS),
    "actionplans:activity_edit": Door((*OF_EDITION, "activity"), through=EDITORS, seen=EDITORS),
    "followup:edition_adopt": Door(OF_EDITION, through=EDITORS, seen=EDITORS),
    "followup:round_list": Door(OF_AGREEMENT, through=EVERYBODY),
    "followup:round_detail": Door(OF_ROUND, through=SHARED, seen=SHARED),
    "followup:round_open": Door(OF_ROUND, through=EDITORS, seen=SHARED),
    "followup:round_close": Door(OF_ROUND, through=EDITORS, seen=SHARED),
    "followup:round_publish": Door(OF_ROUND, through=EDITORS, seen=SHARED),
    # a draft is its party's alone, whatever the agreement's state
    "followup:report_detail": Door((*OF_ROUND, "report"), through=PARTY, seen=PARTY, in_draft=PARTY),
    "followup:report_edit": Door((*OF_ROUND, "report"), through=REPORTERS, seen=PARTY, in_draft=PARTY),
    "followup:report_submit": Door((*OF_ROUND, "report"), through=REPORTERS, seen=PARTY, in_draft=PARTY),
    "account_login": Door(through=EVERYBODY, in_draft=EVERYBODY),
    "account_logout": Door(through=EVERYBODY, in_draft=EVERYBODY),
    "account_inactive": Door(through=EVERYBODY, in_draft=EVERYBODY),
    "account_reset_password": Door(through=EVERYBODY, in_draft=EVERYBODY),
    "account_reset_password_done": Door(through=EVERYBODY, in_draft=EVERYBODY),
    "account_reset_password_from_key": Door(("uid", "reset_key"), through=EVERYBODY, in_draft=EVERYBODY),
    "account_reset_password_from_key_done": Door(through=EVERYBODY, in_draft=EVERYBODY),
    "account_change_password": Door(through=SIGNED_IN, in_draft=EVERYBODY),
    "account_reauthenticate": Door(through=SIGNED_IN, in_draft=EVERYBODY),
    "account_signup": Door(in_draft=EVERYBODY),
    "account_email": Door(in_draft=EVERYBODY),
    "account_email_verification_sent": Door(in_draft=EVERYBODY),
    "account_confirm_email": Door(("reset_key",), in_draft=EVERYBODY),
    "account_set_password": Door(in_draft=EVERYBODY),
    "account_confirm_login_code": Door(in_draft=EVERYBODY),
}


def url_names():
    """The name of every URL of the project, namespaces and all; None for a nameless one."""

    def walk(patterns, namespaces=()):
        for pattern in patterns:
            if isinstance(pattern, URLPattern):
                yield ":".join([*namespaces, pattern.name]) if pattern.name else None
            else:
                inner = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
                if not STAFF_NAMESPACES & set(inner):
                    yield from walk(pattern.url_patterns, inner)

    return set(walk(get_resolver().url_patterns))


def test_every_url_is_in_the_access_table():
    assert url_names() == set(ACCESS)


def test_every_url_has_a_door_here():
    assert url_names() == set(DOORS)


def build(status, published_on):
    """An agreement in a state with one row of everything, and what its addresses are made of."""
    agreement = make.AgreementFactory(status=status, published_on=published_on)
    body = make.MandateFactory(agreement=agreement).body
    plan = make.ActionPlanFactory(agreement=agreement)
    adopted = make.EditionFactory(plan=plan)
    answered = make.ActivityFactory(edition=adopted)
    make.adopt(adopted)
    draft = make.EditionFactory(plan=plan)
    round = make.RoundFactory(agreement=agreement)
    party = make.AccessionFactory(agreement=agreement).party
    document = make.DocumentFactory(agreement=agreement)
    document.file.save("prov.txt", ContentFile(b"text"))
    return {
        "agreement": agreement,
        "party": party,
        "body_row": body,
        "slug": agreement.slug,
        "document": document.pk,
        "goal_kind": "mal",
        "goal": make.GoalFactory(agreement=agreement).pk,
        "body": body.key,
        "seat_kind": "platser",
        "seat": make.SeatFactory(body=body).pk,
        "plan": plan.key,
        "draft_label": draft.label,
        "activity": make.ActivityFactory(edition=draft).pk,
        "round": round.label,
        "report": make.ReportFactory(round=round, activity=answered, party=party).pk,
        "uid": "0",
        "reset_key": "abc-def",
    }


def hats(world):
    """Person → the party and group of the hat that person wears."""
    people = {}
    for relation, names in (("own", world), ("other", build_other())):
        board = names["agreement"].coordinating_party
        for role in Role.values:
            of_board = role in (Role.COORDINATOR, Role.AUDITOR)
            group = names["body_row"].group() if role == Role.COUNCIL_MEMBER else None
            people[f"{relation} {role}"] = (role, board if of_board else names["party"], group)
    return people


def build_other():
    agreement = make.AgreementFactory()
    return {
        "agreement": agreement,
        "party": make.AccessionFactory(agreement=agreement).party,
        "body_row": make.MandateFactory(agreement=agreement).body,
    }


def clients(world):
    """A signed-in browser per person; one that answers faults as a server would."""
    found = {ANONYMOUS: Client(raise_request_exception=False)}
    for person, (role, party, group) in hats(world).items():
        user = make.UserFactory(is_staff=role == Role.SYSTEM_ADMINISTRATOR)
        user.password = "set"  # so that allauth will ask for it again
        user.save()
        join(user=user, party=party, role=role, group=group)
        found[person] = Client(raise_request_exception=False)
        found[person].force_login(user)
    return found


def outcome(response):
    """What a response means to the one who asked."""
    response.close()
    if response.status_code == 302 and response.url.startswith(reverse("account_login")):
        return "login"
    if response.status_code == 204 and response.headers.get("HX-Refresh"):
        return "login"
    return "through" if response.status_code in THROUGH else response.status_code


def expected(name, door, person, state, method):
    """What the tables above say."""
    seen = door.seen if state == "published" else door.seen & door.in_draft
    if ACCESS[name].value == "nobody":
        return 403
    if ACCESS[name].value == "signed in" and person == ANONYMOUS:
        return "login"
    if name in POST_ONLY and "post" not in method:
        return 405
    if person not in seen:
        return 404
    return "through" if person in door.through else 403


STATES = {
    "published": (Agreement.Status.IN_FORCE, "2020-01-01"),
    "draft": (Agreement.Status.DRAFT, None),
}


@pytest.fixture
def world(request, settings, tmp_path):
    """Everything an address can be made of, in an agreement of the state the test asks for."""
    settings.MEDIA_ROOT = tmp_path
    return build(*STATES[getattr(request, "param", "published")])


def address(name, world):
    return reverse(name, args=[world[arg] for arg in DOORS[name].args])


def unanswered(name, method):
    """allauth's own forms would end the session or the account's password; only their pages are asked for."""
    return name.startswith("account_") and "post" in method


@pytest.mark.django_db
@pytest.mark.parametrize("world", STATES, indirect=True)
def test_doors(world, request):
    state = request.node.callspec.params["world"]
    got, wanted = {}, {}
    for person, client in clients(world).items():
        for name, door in DOORS.items():
            for method, ask in METHODS.items():
                if unanswered(name, method):
                    continue
                with transaction.atomic():
                    got[name, person, method] = outcome(ask(client, address(name, world)))
                    transaction.set_rollback(True)
                wanted[name, person, method] = expected(name, door, person, state, method)
    wrong = {key: (got[key], wanted[key]) for key in got if got[key] != wanted[key]}
    assert wrong == {}


def body_of(response):
    """The page without what differs from one answer to the next."""
    return re.sub(rb'name="csrfmiddlewaretoken" value="[^"]*"', b"", response.content)


@pytest.mark.django_db
def test_a_foreign_report_cannot_be_told_from_one_that_does_not_exist(world):
    client = clients(world)["other reporter"]
    foreign = client.get(address("followup:report_detail", world))
    missing = client.get(reverse("followup:report_detail", args=[world["slug"], world["round"], 10**9]))
    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert body_of(foreign) == body_of(missing)


def rows_of_everything():
    """How many rows each table has and what they say; sessions and the log-in time apart."""
    return {
        model._meta.label: sorted(map(repr, model._base_manager.values_list()))
        for model in apps.get_models()
        if model._meta.app_label not in ("sessions", "contenttypes", "auth") and model._meta.model_name != "user"
    }


@pytest.mark.django_db
def test_reading_changes_nothing(world):
    """Every address is read as the coordinator and as the party's reporter; no table changes."""
    people = clients(world)
    before = rows_of_everything()
    for person in ("own coordinator", "own reporter"):
        for name in DOORS:
            people[person].get(address(name, world)).close()
    assert rows_of_everything() == before


@pytest.mark.django_db
def test_every_post_needs_its_token(world):
    """Without the token every address that would take the coordinator's post says 403, and nothing changes."""
    user = make.UserFactory()
    join(user=user, party=world["agreement"].coordinating_party, role=Role.COORDINATOR)
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    before = rows_of_everything()
    refused = {name: client.post(address(name, world)).status_code for name in DOORS}
    assert refused == dict.fromkeys(DOORS, 403)
    assert rows_of_everything() == before
