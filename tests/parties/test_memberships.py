"""Giving, changing and ending roles: days, overlaps, oneself, and the last administrator."""

import datetime
from contextlib import nullcontext

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from lib.db import VersionConflict
from parties.memberships import change_role, end_role, give_role
from parties.models import AuditEvent, Mail, Membership, Role
from parties.services import join
from tests import factories as make

pytestmark = pytest.mark.django_db


def day(number):
    return None if number is None else timezone.localdate() + datetime.timedelta(days=number)


@pytest.fixture
def party():
    return make.PartyFactory()


@pytest.fixture
def admin(party):
    return member(party, Role.PARTY_ADMINISTRATOR).user


def member(party, role=Role.REPORTER, first=-100, last=None, user=None):
    return join(user=user or make.UserFactory(), party=party, role=role, starts_on=day(first), ends_on=day(last))


def give(party, by, user, first=None, last=None, role=Role.REPORTER):
    return give_role(user=user, party=party, role=role, by=by, starts_on=day(first), ends_on=day(last))


def days_of(membership):
    membership.refresh_from_db()
    return membership.starts_on, membership.ends_on


def told():
    return list(AuditEvent.objects.order_by("pk").values_list("kind", "about", "changes"))


# --- give -------------------------------------------------------------------------------------------------------------


def test_give_role_is_logged_and_told(party, admin):
    user = make.UserFactory()
    given = give(party, admin, user, last=5)
    assert (given.starts_on, given.granted_by) == (day(0), admin)
    changes = {"role": ["", "reporter"], "starts_on": ["", str(day(0))], "ends_on": ["", str(day(5))]}
    assert told() == [("granted", "handläggare", changes)]
    letter = Mail.objects.get()
    assert (letter.user, letter.subject) == (user, f"Du är handläggare för {party}")


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [
        (3, 2, "ends_on"),  # reversed
        (-1, None, "starts_on"),  # for a day that was
        (None, -1, "ends_on"),
        (None, None, "starts_on"),  # over the one from day 10 to 20
        (None, 10, "starts_on"),
        (20, 30, "starts_on"),
        (12, 13, "starts_on"),
        (None, 9, None),
        (21, None, None),
    ],
)
def test_give_role_refuses_days_reversed_past_or_taken(party, admin, first, last, field):
    user = member(party, first=10, last=20).user
    if field is None:
        give(party, admin, user, first, last)
        return
    with pytest.raises(ValidationError) as error:
        give(party, admin, user, first, last)
    assert (list(error.value.message_dict), Membership.objects.filter(user=user).count(), told()) == ([field], 1, [])


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.AUDITOR, Role.SYSTEM_ADMINISTRATOR])
def test_give_role_not_what_one_may_not_give(party, admin, role):
    with pytest.raises(PermissionDenied):
        give(party, admin, make.UserFactory(), role=role)


def test_give_role_not_to_oneself(party, admin):
    with pytest.raises(ValidationError, match="dig själv"):
        give(party, admin, admin)


def test_give_role_not_to_a_closed_account(party, admin):
    with pytest.raises(ValidationError, match="konto är avslutat"):
        give(party, admin, make.UserFactory(is_active=False))
    assert told() == []


# --- change -----------------------------------------------------------------------------------------------------------


def change(membership, by, *, version=None, **values):
    edited = Membership.objects.get(pk=membership.pk)
    for name, value in values.items():
        setattr(edited, name, value)
    return change_role(membership=edited, version=version or membership.version, by=by)


def test_change_role_is_logged_with_old_and_new(party, admin):
    hat = member(party)
    change(hat, admin, ends_on=day(3), title="Strateg")
    assert days_of(hat) == (day(-100), day(3))
    assert told() == [("changed", "handläggare", {"title": ["", "Strateg"], "ends_on": ["", str(day(3))]})]


@pytest.mark.parametrize(
    ("hat", "first", "last", "field"),
    [
        ((-5, None), -6, None, "starts_on"),  # it has begun
        ((-5, None), -5, -1, "ends_on"),
        ((-5, None), -5, 0, None),
        ((5, 9), -1, 9, "starts_on"),
        ((5, 9), 9, 5, "ends_on"),
        ((5, 9), 0, None, None),
        ((-9, -2), -9, None, "__all__"),  # has ended
    ],
)
def test_change_role_days(party, admin, hat, first, last, field):
    membership = member(party, first=hat[0], last=hat[1])
    values = {"starts_on": day(first), "ends_on": day(last)}
    if field is None:
        change(membership, admin, **values)
        assert days_of(membership) == (day(first), day(last))
        return
    with pytest.raises(ValidationError) as error:
        change(membership, admin, **values)
    assert list(getattr(error.value, "message_dict", {"__all__": 1})) == [field]
    assert days_of(membership) == (day(hat[0]), day(hat[1]))


def test_change_role_not_over_another(party, admin):
    hat = member(party, last=5)
    member(party, user=hat.user, first=10, last=12)
    with pytest.raises(ValidationError, match="redan rollen"):
        change(hat, admin, ends_on=day(10))


def test_change_role_that_somebody_saved_meanwhile(party, admin):
    hat = member(party)
    change(hat, admin, title="Ett")
    with pytest.raises(VersionConflict):
        change(hat, admin, version=hat.version, title="Två")
    hat.refresh_from_db()
    assert hat.title == "Ett"


@pytest.mark.parametrize(("last", "allowed"), [(20, False), (None, False), (5, True), (10, True)])
def test_change_role_never_prolongs_ones_own(party, last, allowed):
    member(party, Role.PARTY_ADMINISTRATOR)
    own = member(party, Role.PARTY_ADMINISTRATOR, last=10)
    if allowed:
        change(own, own.user, ends_on=day(last), title="Ny")
    else:
        with pytest.raises(ValidationError, match="förlänga din egen"):
            change(own, own.user, ends_on=day(last))
    assert days_of(own)[1] == day(last if allowed else 10)


# --- end --------------------------------------------------------------------------------------------------------------


def test_end_role_holds_at_once_and_ends_those_who_stand_in(party, admin):
    hat = member(party)
    alternate = member(party, first=-3, last=9)
    Membership.objects.filter(pk=alternate.pk).update(stands_in_for=hat)
    end_role(membership=hat, by=admin, reason="Har slutat")
    assert (days_of(hat)[1], days_of(alternate)[1]) == (day(-1), day(-1))
    assert not Membership.objects.active().filter(role=Role.REPORTER).exists()
    assert [kind for kind, _about, _changes in told()] == ["ended", "ended"]
    assert set(Mail.objects.values_list("user", flat=True)) == {hat.user_id, alternate.user_id}


@pytest.mark.parametrize("first", [0, 5])
def test_end_role_of_less_than_a_day_leaves_history_only(party, admin, first):
    hat = member(party, first=first)
    end_role(membership=hat, by=admin)
    assert (Membership.objects.filter(pk=hat.pk).exists(), Membership.history.filter(id=hat.pk).count()) == (False, 2)
    with pytest.raises(ValidationError, match="redan avslutad"):
        end_role(membership=hat, by=admin)


def test_end_role_in_use_on_a_seat_says_who_can(party, admin):
    hat = member(party, Role.COUNCIL_MEMBER, first=0)
    make.SeatFactory(membership=hat, party=party)
    with pytest.raises(ValidationError, match="samordnare"):
        end_role(membership=hat, by=admin)


# others: (from, until, account is open) of the other administrators; what may be done with mine, which has no end
LAST = [
    ([], False, False),
    ([(-5, None, True)], True, True),
    ([(-5, None, False)], False, False),  # closed account
    ([(2, None, True)], False, True),  # begins the day after tomorrow
    ([(-5, 3, True)], True, False),  # leaves before me
    ([(-5, -1, True)], False, False),  # has left
]


@pytest.mark.parametrize(("others", "may_end", "may_shorten"), LAST)
def test_the_last_administrator_stays(party, others, may_end, may_shorten):
    own = member(party, Role.PARTY_ADMINISTRATOR)
    for first, last, is_active in others:
        member(party, Role.PARTY_ADMINISTRATOR, first, last, make.UserFactory(is_active=is_active))
    acts = {
        "shorten": (may_shorten, lambda: change(own, own.user, ends_on=day(5))),
        "end": (may_end, lambda: end_role(membership=own, by=own.user)),
    }
    for allowed, act in acts.values():
        with nullcontext() if allowed else pytest.raises(ValidationError, match="utan administratör"):
            act()


def test_two_administrators_cannot_both_end_each_other(party):
    one, other = member(party, Role.PARTY_ADMINISTRATOR), member(party, Role.PARTY_ADMINISTRATOR)
    end_role(membership=other, by=one.user)
    with pytest.raises(PermissionDenied):
        end_role(membership=one, by=other.user)
