"""Which of several hats somebody acts in, and what it is called."""

import datetime

import pytest

from agreements.services import grant_rights
from parties.hats import HatsThen, words, worn
from parties.models import Membership, Party, Right, Role
from tests import factories as make

EDIT, SEE = Right.EDIT_AGREEMENT, Right.SEE_AGREEMENT
OWN, OTHER = 1, 2


def hat(pk, role, party, *rights):
    made = Membership(pk=pk, role=role, party_id=party)
    made.rights = frozenset(rights)
    return made


@pytest.mark.parametrize(
    ("first", "second", "party", "roles"),
    [
        # of the party whose row it is, who acts for it goes before all others …
        ((Role.REPORTER, OWN), (Role.COORDINATOR, OTHER, EDIT), OWN, ()),
        ((Role.APPROVER, OWN), (Role.COORDINATOR, OTHER, EDIT), OWN, ()),
        ((Role.PARTY_ADMINISTRATOR, OWN), (Role.COUNCIL_MEMBER, OTHER, SEE), OWN, (Role.COUNCIL_MEMBER,)),
        # … who only reads there does not, nor does another party's
        ((Role.COORDINATOR, OTHER, EDIT), (Role.READER, OWN, SEE), OWN, ()),
        ((Role.COORDINATOR, OTHER, EDIT), (Role.APPROVER, OTHER, SEE), OWN, ()),
        ((Role.COORDINATOR, OTHER, EDIT), (Role.APPROVER, OWN, SEE), None, ()),
        # then who edits, then the roles that the page names, then who has any right
        ((Role.COORDINATOR, OTHER, EDIT), (Role.COUNCIL_MEMBER, OWN, SEE), None, (Role.COUNCIL_MEMBER,)),
        ((Role.READER, OWN), (Role.APPROVER, OTHER, SEE), None, (Role.READER,)),
        ((Role.READER, OWN, SEE), (Role.APPROVER, OTHER), None, ()),
        # then in the order of the roles
        ((Role.APPROVER, OTHER, SEE), (Role.REPORTER, OWN, SEE), None, ()),
        ((Role.READER, OTHER), (Role.SYSTEM_ADMINISTRATOR, OWN), None, ()),
    ],
)
@pytest.mark.parametrize("pks", [(1, 2), (2, 1)])
def test_worn_is_the_hat_that_gives_most(first, second, party, roles, pks):
    most, least = hat(pks[0], *first), hat(pks[1], *second)
    assert worn([least, most], party, roles) is most
    assert worn([most, least], party, roles) is most


def test_worn_is_the_oldest_of_two_alike():
    old, new = hat(1, Role.READER, OTHER), hat(2, Role.READER, OWN)
    assert (worn([new, old]), worn([])) == (old, None)


def test_worn_takes_a_hat_that_nobody_asked_of_as_giving_nothing():
    bare = Membership(pk=1, role=Role.APPROVER, party_id=OWN)
    assert worn([bare, hat(2, Role.READER, OTHER, SEE)]).pk == 2


def test_words_name_role_and_party():
    assert words(Membership(role=Role.REPORTER, party=Party(name="Heby kommun"))) == "handläggare för Heby kommun"
    assert words(None) == ""


@pytest.mark.django_db
def test_words_of_a_day_are_those_of_the_hats_in_force():
    days = {"starts_on": datetime.date(2026, 2, 1), "ends_on": datetime.date(2026, 2, 28)}
    member = make.MembershipFactory(role=Role.APPROVER, party__name="Heby", **days)
    root, outsider = make.UserFactory(is_superuser=True), make.UserFactory()
    then = HatsThen([member.user_id, root.pk, outsider.pk, None])
    told = {day: then.words(member.user_id, datetime.date(2026, *day)) for day in ((1, 31), (2, 1), (2, 28), (3, 1))}
    assert told == {(1, 31): "", (2, 1): "godkännare för Heby", (2, 28): "godkännare för Heby", (3, 1): ""}
    day = datetime.date(2026, 2, 1)
    assert [then.words(person, day) for person in (root.pk, outsider.pk, None)] == ["systemadministratör", "", ""]


@pytest.mark.django_db
def test_hats_then_knows_the_people_asked_about_and_what_their_hats_give_there():
    agreement, other = make.AgreementFactory(), make.AgreementFactory()
    editor = make.MembershipFactory(role=Role.COORDINATOR, party=agreement.coordinating_party)
    elsewhere = make.MembershipFactory(role=Role.COORDINATOR, party=other.coordinating_party, user=editor.user)
    make.MembershipFactory(role=Role.COORDINATOR, party=agreement.coordinating_party)
    root, _another = (make.UserFactory(is_superuser=True) for _number in range(2))
    for place in (agreement, other):
        grant_rights(place)
    then = HatsThen([editor.user_id, root.pk], on=agreement)
    given = {hat: hat.rights for hat in then.hats[editor.user_id]}
    assert given == {editor: {EDIT, SEE, Right.SEE_SUBMITTED}, elsewhere: frozenset()}
    assert (then.hats.keys(), then.caretakers) == ({editor.user_id}, {root.pk})
