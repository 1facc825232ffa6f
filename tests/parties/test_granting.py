"""Who may give which role where, against the table said once more."""

import pytest

from agreements.models import Accession
from agreements.services import grant_rights
from parties.granting import BY_SYSTEM_ADMINISTRATORS, GRANTS, MEANINGS, given_by, may_give, roles_given_by
from parties.models import Invitation, Membership, Role
from parties.services import join
from tests import factories as make

pytestmark = pytest.mark.django_db

OWN = [Role.READER, Role.REPORTER, Role.APPROVER, Role.PARTY_ADMINISTRATOR, Role.COUNCIL_MEMBER]
INVITED = [Role.PARTY_ADMINISTRATOR, Role.COUNCIL_MEMBER]


@pytest.fixture
def world():
    agreement = make.AgreementFactory()
    return {
        "agreement": agreement,
        "own": make.AccessionFactory(agreement=agreement).party,
        "left": make.AccessionFactory(agreement=agreement, left_on="2026-01-01").party,
        "other": make.AccessionFactory().party,
        "board": agreement.coordinating_party,
    }


def person(role, party):
    user = make.UserFactory(is_superuser=role == Role.SYSTEM_ADMINISTRATOR)
    join(user=user, party=party, role=role)
    return user


@pytest.mark.parametrize("role", Role)
def test_roles_given_by(world, role):
    """Administrators in their own party, coordinators in the parties of their agreements, nobody else anywhere."""
    of_board = role in (Role.COORDINATOR, Role.AUDITOR)
    user = person(role, world["board" if of_board else "own"])
    expected = {
        Role.PARTY_ADMINISTRATOR: {"own": OWN},
        Role.COORDINATOR: {"own": INVITED},
    }.get(role, {})
    got = {name: roles_given_by(user, world[name]) for name in ("own", "left", "other", "board")}
    assert got == {name: sorted(expected.get(name, []), key=list(Role).index) for name in got}


def test_a_right_to_give_ends_with_the_role_and_with_the_party(world):
    admin, coordinator = person(Role.PARTY_ADMINISTRATOR, world["own"]), person(Role.COORDINATOR, world["board"])
    Membership.objects.filter(user=admin).update(starts_on="2020-01-01", ends_on="2020-12-31")
    Accession.objects.filter(party=world["own"]).update(left_on="2026-01-01")
    grant_rights(world["agreement"])
    assert [roles_given_by(user, world["own"]) for user in (admin, coordinator)] == [[], []]


def test_given_by_agrees_with_may_give(world):
    for role in Role:
        for name in ("own", "other"):
            make.InvitationFactory(party=world[name], role=role)
    for user in (person(Role.PARTY_ADMINISTRATOR, world["own"]), person(Role.COORDINATOR, world["board"])):
        listed = set(given_by(Invitation.objects.all(), user))
        assert listed == {row for row in Invitation.objects.all() if may_give(user, row.party, row.role)}


def test_every_role_is_given_by_somebody_and_explained():
    given = {role for roles in GRANTS.values() for role in roles}
    in_drafting_groups = {Role.DRAFTER}  # for one agreement's text, so on that agreement's page
    assert given | in_drafting_groups | set(BY_SYSTEM_ADMINISTRATORS) == set(Role) == set(MEANINGS)
    assert given & set(BY_SYSTEM_ADMINISTRATORS) == set()
