"""Rights follow from dated memberships, and from nothing else."""

import datetime

import pytest
from django.contrib.auth.models import AnonymousUser, Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from agreements.models import Accession, Agreement, AgreementGroupObjectPermission
from agreements.services import grant_rights
from governance.models import Body, Decision
from governance.services import grant_governance_rights, hold_seat
from parties import rights
from parties.models import PARTY_RIGHTS, Membership, Party, Right, Role
from parties.services import join
from tests import factories

pytestmark = pytest.mark.django_db

ON_PARTY = (Right.SEE_PARTY, Right.REPORT, Right.APPROVE, Right.ADMINISTER, Right.COORDINATE)
ON_AGREEMENT = (Right.SEE_AGREEMENT, Right.SEE_SUBMITTED, Right.EDIT_AGREEMENT)
DAY = datetime.timedelta(days=1)


def person(role, party, **hat):
    user = factories.UserFactory()
    join(user=user, party=party, role=role, **hat)
    return user


def held(obj, user, among):
    """The rights that ``user`` holds on ``obj``, asked as a list, of the object and of the hats; all say the same."""
    rows = type(obj).objects.all()
    as_list = {right for right in among if rights.with_right(rows, user, right).filter(pk=obj.pk).exists()}
    assert as_list == {right for right in among if user.has_perm(right, obj)}
    if isinstance(obj, Agreement):
        by_hat = {right for hat in rights.hats_on(user, Agreement, obj.slug) for right in hat.rights}
        assert as_list == by_hat & set(among)
    return as_list


# --- roles ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", Role)
def test_role_gives_its_rights_on_the_own_party_only(role):
    own, other = factories.PartyFactory(), factories.PartyFactory()
    user = person(role, own)
    assert held(own, user, ON_PARTY) == set(PARTY_RIGHTS[role])
    assert held(other, user, ON_PARTY) == set()


READS, REVIEWS, EDITS = (
    {Right.SEE_AGREEMENT},
    {Right.SEE_AGREEMENT, Right.SEE_SUBMITTED},
    set(ON_AGREEMENT),
)
IN_AGREEMENT = {
    # role: (at the coordinating party, at a party, at a party that has left, at somebody else)
    Role.READER: (set(), READS, set(), set()),
    Role.REPORTER: (set(), READS, set(), set()),
    Role.APPROVER: (set(), READS, set(), set()),
    Role.PARTY_ADMINISTRATOR: (set(), set(), set(), set()),
    Role.COORDINATOR: (EDITS, set(), set(), set()),
    Role.COUNCIL_MEMBER: (set(), READS, set(), set()),
    Role.AUDITOR: (REVIEWS, set(), set(), set()),
    Role.DRAFTER: (set(), set(), set(), set()),  # gets them in the agreement's drafting group
    Role.SYSTEM_ADMINISTRATOR: (set(), set(), set(), set()),
}


@pytest.mark.parametrize("role", Role)
def test_role_gives_its_rights_on_the_agreement(role):
    agreement = factories.AgreementFactory(status="consultation", published_on=None)
    party = factories.AccessionFactory(agreement=agreement).party
    left = factories.AccessionFactory(agreement=agreement, left_on=timezone.localdate()).party
    places = (agreement.coordinating_party, party, left, factories.PartyFactory())
    users = [person(role, place) for place in places]
    assert tuple(held(agreement, user, ON_AGREEMENT) for user in users) == IN_AGREEMENT[role]
    seen = [Agreement.objects.visible_to(user).filter(pk=agreement.pk).exists() for user in users]
    assert seen == [bool(expected) for expected in IN_AGREEMENT[role]]


def test_seat_gives_the_rights_of_its_body():
    mandate = factories.MandateFactory(agreement__published_on=None, agreement__status="consultation")
    seat = factories.SeatFactory(body=mandate.body)
    user = factories.UserFactory()
    hold_seat(seat=seat, user=user, by=None)
    assert held(mandate.agreement, user, ON_AGREEMENT) == REVIEWS
    assert held(mandate.body, user, (Right.SEE_BODY,)) == {Right.SEE_BODY}
    assert held(seat.party, user, ON_PARTY) == set()


# --- time -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("starts", "ends", "expected"),
    [
        (-10, None, True),
        (0, None, True),
        (0, 0, True),
        (-10, 0, True),
        (-10, 1, True),
        (-10, -1, False),
        (1, None, False),
        (1, 10, False),
    ],
)
def test_membership_gives_rights_between_its_days(starts, ends, expected):
    today = timezone.localdate()
    party = factories.PartyFactory()
    user = person(
        Role.REPORTER, party, starts_on=today + starts * DAY, ends_on=None if ends is None else today + ends * DAY
    )
    assert held(party, user, (Right.REPORT,)) == ({Right.REPORT} if expected else set())
    assert len(rights.hats_of(user)) == expected


ENDINGS = {
    "ended": lambda hat: Membership.objects.filter(pk=hat.pk).update(
        starts_on=timezone.localdate() - 2 * DAY, ends_on=timezone.localdate() - DAY
    ),
    "removed": lambda hat: hat.delete(),
    "moved to another party's hat": lambda hat: Membership.objects.filter(pk=hat.pk).update(
        group=rights.party_group(factories.PartyFactory(), Role.REPORTER)
    ),
    "person deactivated": lambda hat: type(hat.user).objects.filter(pk=hat.user_id).update(is_active=False),
    "right revoked": lambda hat: rights.revoke(hat.group, Right.REPORT, hat.party),
}


@pytest.mark.parametrize("end", ENDINGS.values(), ids=ENDINGS.keys())
def test_right_that_ended_gives_nothing_at_once(end):
    party = factories.PartyFactory()
    user = person(Role.REPORTER, party)
    assert held(party, user, (Right.REPORT,)) == {Right.REPORT}
    end(user.memberships.get())
    user = type(user).objects.get(pk=user.pk)  # the next request
    assert held(party, user, (Right.REPORT,)) == set()


@pytest.mark.parametrize("end", list(ENDINGS.values())[:-1], ids=list(ENDINGS)[:-1])
def test_hat_that_ended_gives_nothing_on_an_agreement_at_once(end):
    accession = factories.AccessionFactory()
    user = person(Role.READER, accession.party)
    assert held(accession.agreement, user, ON_AGREEMENT) == READS
    end(user.memberships.get())
    assert held(accession.agreement, type(user).objects.get(pk=user.pk), ON_AGREEMENT) == set()


def test_hats_on_an_agreement_are_those_in_force_each_with_its_own_rights(django_assert_num_queries):
    accession = factories.AccessionFactory()
    user = person(Role.READER, accession.party)
    join(user=user, party=accession.agreement.coordinating_party, role=Role.COORDINATOR)
    join(user=user, party=factories.PartyFactory(), role=Role.APPROVER)
    with django_assert_num_queries(1):
        hats = rights.hats_on(user, Agreement, accession.agreement.slug)
        names = [hat.party.name for hat in hats]
    assert (hats, names) == (rights.hats_of(user), [hat.party.name for hat in rights.hats_of(user)])
    assert [hat.rights for hat in hats] == [READS, set(ON_AGREEMENT), set()]


def test_hats_are_ones_own_and_of_the_agreement_asked_about():
    accession, elsewhere = factories.AccessionFactory(), factories.AccessionFactory()
    person(Role.REPORTER, accession.party)
    user = person(Role.READER, accession.party)
    assert [hat.user for hat in rights.hats_of(user)] == [user]
    told = [
        {right for hat in rights.hats_on(user, Agreement, place.agreement.slug) for right in hat.rights}
        for place in (accession, elsewhere)
    ]
    assert told == [READS, set()]


def test_second_hat_gives_its_rights_beside_the_first():
    first, second = factories.PartyFactory(), factories.PartyFactory()
    user = person(Role.READER, first)
    join(user=user, party=second, role=Role.APPROVER)
    assert (held(first, user, ON_PARTY), held(second, user, ON_PARTY)) == (
        set(PARTY_RIGHTS[Role.READER]),
        set(PARTY_RIGHTS[Role.APPROVER]),
    )


# --- nobody else ------------------------------------------------------------------------------------------------------


def test_anonymous_has_no_right():
    agreement, party, body = factories.AgreementFactory(), factories.PartyFactory(), factories.BodyFactory()
    visitor = AnonymousUser()
    assert rights.with_right(Agreement.objects.all(), visitor, *ON_AGREEMENT).count() == 0
    assert rights.with_right(Party.objects.all(), visitor, *ON_PARTY).count() == 0
    assert rights.with_right(Body.objects.all(), visitor, Right.SEE_BODY).count() == 0
    assert [visitor.has_perm(Right.EDIT_AGREEMENT, obj) for obj in (agreement, party, body)] == [False] * 3
    assert rights.hats_of(visitor) == rights.hats_on(visitor, Agreement, agreement.slug) == []


def test_superuser_has_no_content():
    draft = factories.AgreementFactory(draft=True)
    user = factories.UserFactory(is_superuser=True, is_staff=True)
    assert held(draft, user, ON_AGREEMENT) == set()
    assert not Agreement.objects.visible_to(user).filter(pk=draft.pk).exists()


def test_ordinary_django_permissions_give_nothing_on_objects():
    """A right given globally, or by user.groups, opens no object: memberships alone count."""
    agreement = factories.AgreementFactory(draft=True)
    user = factories.UserFactory()
    permission = Permission.objects.get(codename=Right.EDIT_AGREEMENT)
    user.user_permissions.add(permission)
    group = Group.objects.create(name="alla")
    group.permissions.add(permission)
    user.groups.add(group, rights.party_group(agreement.coordinating_party, Role.COORDINATOR))
    assert held(agreement, user, ON_AGREEMENT) == set()


def test_revoke_refuses_nothing():
    """Guardian reads no object as every object."""
    group = rights.party_group(factories.PartyFactory(), Role.READER)
    with pytest.raises(ValueError, match="both"):
        rights.revoke(group, Right.SEE_PARTY, None)
    with pytest.raises(ValueError, match="both"):
        rights.revoke(None, Right.SEE_PARTY, factories.PartyFactory())
    assert list(group.permissions.all()) == []


# --- what follows from the rows ---------------------------------------------------------------------------------------


@pytest.fixture
def member_of_the_council():
    """Someone with a seat in a body of an agreement that is on consultation."""
    mandate = factories.MandateFactory(agreement__published_on=None, agreement__status="consultation")
    seat = factories.SeatFactory(body=mandate.body)
    user = factories.UserFactory()
    hold_seat(seat=seat, user=user, by=None)
    user.mandate, user.held_seat = mandate, seat
    return user


def test_granting_from_agreements_keeps_what_bodies_hold(member_of_the_council):
    agreement = member_of_the_council.mandate.agreement
    assert grant_rights(agreement) == (0, 0)
    assert held(agreement, member_of_the_council, ON_AGREEMENT) == REVIEWS


def test_granting_from_governance_takes_back_what_a_body_without_mandate_held(member_of_the_council):
    agreement = member_of_the_council.mandate.agreement
    member_of_the_council.mandate.delete()
    assert grant_governance_rights(agreement) == (0, 2)
    assert held(agreement, member_of_the_council, ON_AGREEMENT) == set()


def test_granting_twice_changes_nothing():
    agreement = factories.MandateFactory().agreement
    factories.AccessionFactory(agreement=agreement)
    assert (grant_governance_rights(agreement), grant_rights(agreement)) == ((0, 0), (0, 0))


def test_new_coordinator_takes_over():
    agreement = factories.AgreementFactory(draft=True)
    before = person(Role.COORDINATOR, agreement.coordinating_party)
    agreement.coordinating_party = factories.PartyFactory()
    agreement.save()
    grant_rights(agreement)
    after = person(Role.COORDINATOR, agreement.coordinating_party)
    assert (held(agreement, before, ON_AGREEMENT), held(agreement, after, ON_AGREEMENT)) == (set(), EDITS)


def test_party_that_leaves_reads_no_more():
    accession = factories.AccessionFactory(agreement__published_on=None, agreement__status="consultation")
    user = person(Role.REPORTER, accession.party)
    assert held(accession.agreement, user, ON_AGREEMENT) == READS
    Accession.objects.filter(pk=accession.pk).update(left_on=timezone.localdate())
    grant_rights(accession.agreement)
    assert held(accession.agreement, user, ON_AGREEMENT) == set()


def test_seat_that_is_left_gives_nothing(member_of_the_council):
    agreement, seat = member_of_the_council.mandate.agreement, member_of_the_council.held_seat
    hold_seat(seat=seat, user=None, by=None)
    assert held(agreement, member_of_the_council, ON_AGREEMENT) == set()
    assert Membership.objects.filter(user=member_of_the_council).count() == 0
    assert Membership.history.filter(user_id=member_of_the_council.pk, history_type="-").count() == 1


def test_seat_with_an_end_takes_its_holder_along(member_of_the_council):
    agreement, seat = member_of_the_council.mandate.agreement, member_of_the_council.held_seat
    seat.starts_on, seat.ends_on = timezone.localdate() - 10 * DAY, timezone.localdate() - DAY
    hold_seat(seat=seat, user=member_of_the_council, by=None)
    assert held(agreement, member_of_the_council, ON_AGREEMENT) == set()


def test_body_above_two_agreements_shows_decisions_of_the_readable_one_only():
    body = factories.MandateFactory().body
    draft = factories.MandateFactory(body=body, agreement__draft=True).agreement
    kept, general = factories.DecisionFactory(body=body, agreement=draft), factories.DecisionFactory(body=body)
    assert list(Decision.objects.visible_to(AnonymousUser())) == [general]
    coordinator = person(Role.COORDINATOR, draft.coordinating_party)
    assert set(Decision.objects.visible_to(coordinator)) == {kept, general}


# --- Giving -----------------------------------------------------------------------------------------------------------


def without_grants():
    """An agreement on which nobody has any right."""
    agreement = factories.AgreementFactory()
    rights.set_grants(agreement, {}, among=rights.PARTY_GROUPS)
    return agreement


def held_on(agreement):
    """{(group, right): last day} of the agreement's grants."""
    rows = AgreementGroupObjectPermission.objects.filter(content_object=agreement)
    return {(row.group_id, row.permission.codename): row.until for row in rows.select_related("permission")}


def test_set_grants_makes_them_what_is_wanted_with_their_last_days():
    agreement, groups = (
        without_grants(),
        rights.party_groups([factories.PartyFactory()], [Role.READER, Role.AUDITOR]),
    )
    keys = [(group.pk, Right.SEE_AGREEMENT) for group in groups]
    day = datetime.date(2026, 6, 30)
    steps = [
        (set(keys), (2, 0), dict.fromkeys(keys)),
        ({keys[0]: day, keys[1]: None}, (1, 1), {keys[0]: day, keys[1]: None}),
        ({keys[0]: day}, (0, 1), {keys[0]: day}),
        ({}, (0, 1), {}),
    ]
    for wanted, counts, held in steps:
        assert rights.set_grants(agreement, wanted, among=rights.PARTY_GROUPS) == counts
        assert held_on(agreement) == held


@pytest.mark.parametrize(("days", "holds"), [(-1, False), (0, True), (1, True)])
def test_right_with_a_last_day_holds_through_it(days, holds):
    agreement, party = without_grants(), factories.PartyFactory()
    user = person(Role.READER, party)
    [group] = rights.party_groups([party], [Role.READER])
    until = timezone.localdate() + days * DAY
    rights.set_grants(agreement, {(group.pk, Right.SEE_AGREEMENT): until}, among=rights.PARTY_GROUPS)
    assert rights.with_right(Agreement.objects.all(), user, Right.SEE_AGREEMENT).exists() is holds
    assert [bool(hat.rights) for hat in rights.hats_on(user, Agreement, agreement.slug)] == [holds]


def test_set_grants_leaves_one_that_somebody_gave_meanwhile():
    agreement, [group] = without_grants(), rights.party_groups([factories.PartyFactory()], [Role.READER])
    among = "groups of nobody"  # so that what is held is not seen, as in the moment before somebody else commits
    for _turn in range(2):
        assert rights.set_grants(agreement, {(group.pk, Right.SEE_AGREEMENT)}, among=among) == (1, 0)
    assert held_on(agreement) == {(group.pk, Right.SEE_AGREEMENT): None}


def test_set_grants_asks_as_often_for_many_as_for_one(django_assert_num_queries):
    agreement = without_grants()
    groups = rights.party_groups([factories.PartyFactory() for _number in range(10)], [Role.READER])
    wanted = {(group.pk, Right.SEE_AGREEMENT) for group in groups}
    ContentType.objects.get_for_model(agreement)
    for number in (3, 1):
        with django_assert_num_queries(number):
            rights.set_grants(agreement, wanted, among=rights.PARTY_GROUPS)
