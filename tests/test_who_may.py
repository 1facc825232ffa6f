"""Who sees and may change which rows: all answers of all rules in a world of four places, as one agreed list.

Each line of ``who_may.txt`` says a rule, a kind of row with whose it is and what has happened to it, and who gets it.
What nobody gets is not there. A change of rights shows as lines that differ: read them, and agree, before the list is
written anew by ``WRITE=1 pytest tests/test_who_may.py``.
"""

import inspect
import os
from pathlib import Path

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils import timezone

from agreements.drafting_group import group_of
from agreements.models import Agreement
from followup.models import Assessment, Report, Round
from governance.models import AgendaItem, Body
from parties.models import Party, Role
from parties.services import join
from tests import factories as make
from tests.conftest import learn_tables
from tests.security.canaries import build_neighbour
from tests.security.knocking import rules
from tests.test_access import ANONYMOUS, build

pytestmark = pytest.mark.django_db

LIST = Path(__file__).with_name("who_may.txt")
# own: published and in force, neighbour: another party of it. remiss: sent to its parties. draft: its coordinators'.
PLACES = {
    "own": (Agreement.Status.IN_FORCE, "2020-01-01"),
    "remiss": (Agreement.Status.CONSULTATION, None),
    "draft": (Agreement.Status.DRAFT, None),
}
ROUNDS = ("round", "published_round")
OF_DRAFT = {Role.DRAFTER}
OF_BOARD = {Role.COORDINATOR, Role.AUDITOR}
STATES = {"state", "status", "is_public", "is_shared", "published_on"}
NO_RULES = {"for_page", "renew", "hats_of"}  # tell more of rows, or of one's own, and hide none


def build_world():
    """(person → user, (model, key) → whose it is) of the four places with a row of everything."""
    places = {name: build(*state) for name, state in PLACES.items()}
    places["neighbour"] = {**places["own"], **build_neighbour(places["own"])}
    for names in (places[name] for name in PLACES):
        report = make.ReportFactory(activity=names["answered"], party=names["party"], submitted=True)
        published = Round.objects.get(label=names["published_round"], agreement=names["agreement"])
        models.QuerySet(Report).filter(pk=report.pk).update(round=published)
    for names in (places["own"], places["remiss"], places["neighbour"]):
        make.ReturnFactory(report_id=names["report"], comment="Återlämnad")
        models.QuerySet(Report).filter(pk=names["report"]).update(returned_at=timezone.now())
        make.CommentFactory(activity=None, proposal_id=names["idea"])
        make.CommentFactory(activity=None, proposal_id=names["proposal"])
    for names in (places[name] for name in PLACES):
        make.InternalNoteFactory(activity_id=names["activity"])
        make.DocumentFactory(agreement=names["agreement"], is_public=False)
        notice = make.TerminationFactory(agreement=names["agreement"])
        models.QuerySet(type(notice)).filter(pk=notice.pk).update(confirmed_at=timezone.now(), last_day="2027-01-01")
    people = people_of(places)
    for place in PLACES:
        make_assessed_and_given(places[place])
    seat_leaders(places, people)
    return people, whose_of(places)


def make_assessed_and_given(names):
    """Assessments agreed on, before and in a closing, and another body's; what else is given to do; links."""
    rounds = {name: Round.objects.get(label=names[name], agreement=names["agreement"]) for name in ROUNDS}
    body, agreed = names["body_row"], {"agreed_at": timezone.now()}
    made = [make.AssessmentFactory(round=rounds["round"], body=body).pk for _number in range(3)]
    models.QuerySet(Assessment).filter(pk__in=made[:2]).update(**agreed)
    models.QuerySet(Assessment).filter(pk__in=made[1:]).update(round=rounds["published_round"])
    make.ReportingRuleFactory(party=names["party"], needs_approver=True)
    make.CouncilPackFactory(outcome=rounds["published_round"].outcomes.last())
    make.AssessmentFactory(round=rounds["round"])
    decided = {"decision__body": body, "decision__agreement": names["agreement"]}
    make.AssignmentFactory(**decided, party=names["agreement"].coordinating_party)
    make.AssignmentFactory(**decided, party=None, body=body)
    make.AgendaLinkFactory(item=AgendaItem.objects.get(pk=names["item"]), round=rounds["round"])
    sent = make.ConsultationFactory(agreement=names["agreement"])
    make.AddresseeFactory(consultation=sent, party=names["party"], withdrawn_at=timezone.now())


def seat_leaders(places, people):
    """Own: a chair, and somebody who stands in. Remiss: a member. Draft: somebody who was the chair."""
    for place, more in (("own", {}), ("remiss", {"role": "member"}), ("draft", {"ends_on": "2020-12-31"})):
        hat = people[f"{place} council_member"].memberships.get()
        body = places[place]["body_row"]
        make.SeatFactory(body=body, membership=hat, party=None, **{"role": "chair", **more})
    chair = people["own council_member"].memberships.get()
    people["own alternate"] = make.MembershipFactory(party=chair.party, role=chair.role, stands_in_for=chair).user


def people_of(places):
    """Everybody: at each place somebody in each role, a former reporter, and nobody in particular."""
    people = {ANONYMOUS: AnonymousUser()}
    for place, names in places.items():
        for role in Role.values if place != "neighbour" else [Role.REPORTER, Role.APPROVER]:
            user = people[f"{place} {role}"] = make.UserFactory()
            party = names["agreement"].coordinating_party if role in OF_BOARD else names["party"]
            group = names["body_row"].group() if role == Role.COUNCIL_MEMBER else None
            join(user=user, party=party, role=role, group=group_of(names["agreement"]) if role in OF_DRAFT else group)
    people["former reporter"] = make.UserFactory()
    ended = {"starts_on": "2020-01-01", "ends_on": "2020-12-31"}
    join(user=people["former reporter"], party=places["own"]["party"], role=Role.REPORTER, **ended)
    return people


def whose_of(places):
    """(model, key) → the place; what the neighbour shares with its own agreement is the agreement's."""
    kinds = {"agreement": Agreement, "party": Party, "body_row": Body}
    of_places = {(kind, places[name][of].pk): name for name in PLACES for of, kind in kinds.items()}
    return of_places | {(Party, places["neighbour"]["party"].pk): "neighbour"}


def whose(world, row, depth=4):
    """The place that the row leads to by its keys: a party's first, so that neighbours are told apart."""
    found = {world.get((type(row), row.pk))} - {None}
    if found or not depth:
        return found
    for each in row._meta.concrete_fields:
        if each.is_relation and each.related_model._meta.app_label not in ("auth", "contenttypes"):
            other = getattr(row, each.name)
            if other is not None and each.name not in ("county", "series"):
                found |= whose(world, other, depth - 1)
    return found & {"neighbour"} or found


def told(world, row):
    """A row in words: whose, and what has happened to it."""
    facts = []
    for each in row._meta.concrete_fields:
        is_when = isinstance(each, models.DateTimeField) and each.null
        if (is_when or each.name in STATES) and (value := getattr(row, each.attname)):
            facts.append(value if isinstance(value, str) else each.name)
    return " ".join([row._meta.label, "+".join(sorted(whose(world, row))) or "-", *facts])


def questions():
    """(model, name) of every rule of a queryset that knows by the user alone, for the first model with rows."""
    found = {}
    for model in sorted(apps.get_models(), key=lambda model: not model._default_manager.exists()):
        made_of = {each.__name__ for each in type(model._default_manager.all()).__mro__}
        everything = [(place, name) for (place, name), *_more in rules().values()]
        for place, name in everything:
            if getattr(place, "__name__", "") not in made_of:
                continue
            takes = list(inspect.signature(getattr(place, name)).parameters)
            if name not in NO_RULES and name[0] != "_" and takes == ["self", "user"]:
                found.setdefault((place, name), (model, name))
    return sorted(set(found.values()), key=str)


def named(who, people):
    """The people of a line; what everybody gets is said in a word."""
    return "everybody" if len(who) == len(people) else ", ".join(who)


def table(people, words, asked):
    """The lines of the list for the rules ``asked``; ``words`` is (model, key) → the row in words."""
    lines = set()
    for model, name in asked:
        got = {}
        for person, user in people.items():
            for key in getattr(model._default_manager.all(), name)(user).order_by().values_list("pk", flat=True):
                got.setdefault(key, []).append(person)
        lines |= {f"{words[model, key]} | {name} | {named(who, people)}" for key, who in got.items()}
    return lines


@pytest.fixture
def who_may():
    """The world, and what ``table`` wants to know of it."""
    people, world = build_world()
    learn_tables()
    asked = questions()
    models_asked = {model for model, _name in asked}
    words = {(model, row.pk): told(world, row) for model in models_asked for row in model._default_manager.all()}
    return people, words, asked


def test_who_may_is_what_was_agreed_on(who_may):
    lines = sorted(table(*who_may))
    if os.environ.get("WRITE"):
        LIST.write_text("\n".join(lines) + "\n")
    assert lines == LIST.read_text().splitlines()
