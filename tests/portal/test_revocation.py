"""A right ends when it ends (T5): at every address that only some may open, in a browser that already stands there.

The doors and who gets through them are those of test_access. Each person first gets in; then the reason for the right
goes, and the same browser asks for the same again: pages, posts, htmx calls, downloads, uploaded files that wait.
"""

import datetime

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from agreements.models import Accession, Agreement
from agreements.services import grant_rights
from governance.services import grant_governance_rights, hold_seat
from parties.accounts import close_account, reopen_account
from parties.models import Membership, Role, User
from parties.rights import hats_on, party_group
from parties.services import join
from tests import factories as make
from tests.test_access import (
    BLANK_TEMPLATES,
    DOORS,
    EVERYBODY,
    LATER,
    OWN,
    SIGNED_IN,
    address,
    build,
    clients,
    outcome,
)

pytestmark = pytest.mark.django_db

DAY = datetime.timedelta(days=1)


@pytest.fixture
def world(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.TEMPLATES = BLANK_TEMPLATES  # who gets in is known without drawing the page
    return build(Agreement.Status.IN_FORCE, "2020-01-01")


def questions():
    """(person, door's name, doors, how) of what one has by a role; how is told by turns, where the door takes both."""
    turns = ["get", "post", "htmx"]
    for doors in (DOORS, LATER):
        for person in OWN:
            held = [name for name, door in doors.items() if person in door.through and door.through not in FOR_ALL]
            for number, name in enumerate(held):
                only = doors[name].only
                yield person, name, doors, only or turns[number % 3]


FOR_ALL = (EVERYBODY, SIGNED_IN)  # there nothing can be lost


def ask(client, url, how):
    """What the answer means; whatever was written is taken back."""
    with transaction.atomic():
        verb = client.post if how == "post" else client.get
        found = outcome(verb(url, headers={"HX-Request": "true"} if how == "htmx" else {}))
        transaction.set_rollback(True)
    return found


def those_let_in(world, people, asked=None):
    """The questions that are answered."""
    asked = list(questions()) if asked is None else asked
    return {
        (person, name, doors is LATER, how)
        for person, name, doors, how in asked
        if ask(people[person], address(doors[name], name, world), how) == "through"
    }


def own_users(people):
    return [people[person].session["_auth_user_id"] for person in OWN]


def end(users):
    today = timezone.localdate()
    Membership.objects.filter(user__in=users).update(starts_on=today - 9 * DAY, ends_on=today - DAY)


def remove(users):
    Membership.objects.filter(user__in=users).delete()


def begin_tomorrow(users):
    Membership.objects.filter(user__in=users).update(starts_on=timezone.localdate() + DAY, ends_on=None)


def deactivate(users):
    User.objects.filter(pk__in=users).update(is_active=False)


def close(users):
    for user in User.objects.filter(pk__in=users):
        close_account(user=user, by=make.UserFactory(), reason="Har slutat")


def move(users):
    """Each goes on in the same role for somebody else."""
    party = make.PartyFactory()
    for row in Membership.objects.filter(user__in=users):
        Membership.objects.filter(pk=row.pk).update(party=party, group=party_group(party, row.role))


def lose_group(users):
    """Each keeps the role but is moved to one that reads nothing."""
    for row in Membership.objects.filter(user__in=users):
        group = party_group(row.party, Role.SYSTEM_ADMINISTRATOR)
        Membership.objects.filter(pk=row.pk).update(role=Role.SYSTEM_ADMINISTRATOR, group=group)


ENDINGS = [end, remove, begin_tomorrow, deactivate, close, move, lose_group]


def test_what_a_role_opens_is_shut_on_the_next_request(world):
    """Each ending meets every seventh of the questions; test_access shows that each of them is let in before."""
    people = clients(world)
    asked, users = list(questions()), own_users(people)
    assert len(asked) > 250
    control = asked[:: len(ENDINGS)]
    assert len(those_let_in(world, people, control)) == len(control)
    left = {}
    for number, ending in enumerate(ENDINGS):
        with transaction.atomic():
            ending(users)
            left[ending.__name__] = those_let_in(world, people, asked[number :: len(ENDINGS)])
            transaction.set_rollback(True)
    assert left == {ending.__name__: set() for ending in ENDINGS}


def test_a_right_ends_at_midnight_without_any_job(world):
    """On the last day of the role all is open; on the next, nothing, in the same browser."""
    people, today = clients(world), timezone.localdate()
    Membership.objects.filter(user__in=own_users(people)).update(ends_on=today)
    asked = [question for question in questions() if question[0] in ("own reporter", "own auditor")][::3]
    last_minute = datetime.datetime.combine(today, datetime.time(23, 58), timezone.get_current_timezone())
    with time_machine.travel(last_minute, tick=False) as clock:
        Session.objects.update(expire_date=last_minute + DAY)
        assert len(those_let_in(world, people, asked)) == len(asked) > 12
        clock.shift(datetime.timedelta(minutes=3))
        assert those_let_in(world, people, asked) == set()


def back_to_draft(agreement, party):
    Agreement.objects.filter(pk=agreement.pk).update(status=Agreement.Status.DRAFT, published_on=None)


def leave_the_agreement(agreement, party):
    Accession.objects.filter(agreement=agreement, party=party).update(left_on=timezone.localdate())
    grant_rights(agreement)


# What is shared between the parties of an agreement; their own drafts stay theirs.
SHARED_DOORS = [name for name, door in DOORS.items() if door.through == EVERYBODY and door.args[:1] == ("slug",)]


def test_parties_lose_what_was_shared_when_the_reason_goes(world):
    people, agreement = clients(world), world["agreement"]
    Agreement.objects.filter(pk=agreement.pk).update(published_on=None)
    hidden = [name for name in SHARED_DOORS if "own reader" not in DOORS[name].in_draft]
    asked = [("own reader", name, DOORS, "get") for name in hidden]
    assert len(those_let_in(world, people, asked)) == len(asked) > 12
    left = {}
    for ending in (back_to_draft, leave_the_agreement):
        with transaction.atomic():
            ending(agreement, world["party"])
            left[ending.__name__] = those_let_in(world, people, asked)
            transaction.set_rollback(True)
    assert left == {"back_to_draft": set(), "leave_the_agreement": set()}


def test_coordinator_loses_an_agreement_that_another_board_takes_over(world):
    people, agreement = clients(world), world["agreement"]
    asked = [q for q in questions() if q[0] == "own coordinator" and q[2][q[1]].through == {"own coordinator"}]
    asked = [q for q in asked if "staged" not in q[2][q[1]].args]  # an own file stays, and is refused where it leads
    agreement.coordinating_party = make.PartyFactory()
    agreement.save()
    grant_governance_rights(agreement)
    assert len(asked) > 80
    assert those_let_in(world, people, asked[::3]) == set()


def test_council_member_loses_what_the_body_reads_with_the_seat(world):
    people = clients(world)
    user = User.objects.get(pk=people["own council_member"].session["_auth_user_id"])
    seat = make.SeatFactory(body=world["body_row"], membership=user.memberships.get())
    asked = [question for question in questions() if question[0] == "own council_member"]
    assert len(asked) > 5
    hold_seat(seat=seat, user=None, by=make.UserFactory())
    assert those_let_in(world, people, asked) == set()


def test_reopened_account_has_its_roles_and_no_session(world):
    people = clients(world)
    user = User.objects.get(pk=people["own coordinator"].session["_auth_user_id"])
    asked = [question for question in questions() if question[0] == "own coordinator"]
    waiting = [question for question in asked if "staged" in question[2][question[1]].args]
    close_account(user=user, by=make.UserFactory(), reason="Tjänstledig")
    reopen_account(user=user, by=make.UserFactory(), reason="Tillbaka")
    assert those_let_in(world, people, asked[::9]) == set()
    people["own coordinator"].force_login(user)
    fresh = [question for question in asked[::9] if question not in waiting]
    assert len(those_let_in(world, people, fresh)) == len(fresh) > 10
    assert those_let_in(world, people, waiting) == set()  # files that waited in the session of before


@pytest.mark.parametrize(("days", "reads"), [(1, True), (0, False), (-1, False)])
def test_party_that_has_given_notice_reads_until_the_day_it_leaves(days, reads):
    """Nothing runs at midnight: the right has its last day from the start."""
    agreement = make.AgreementFactory(status=Agreement.Status.SIGNED, published_on=None)
    left_on = timezone.localdate() + days * DAY
    user = make.UserFactory()
    join(user=user, party=make.AccessionFactory(agreement=agreement, left_on=left_on).party, role=Role.READER)
    assert Agreement.objects.visible_to(user).filter(pk=agreement.pk).exists() is reads
    assert [hat.rights for hat in hats_on(user, Agreement, agreement.slug)] == [
        frozenset({"see_agreement"} if reads else ())
    ]
