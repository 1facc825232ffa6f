"""Standing in: a colleague gets the same hat between two days, and nothing outside them."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.timezone import localdate as today

from governance.services import seat_person
from parties.models import Membership, Party, Right, Role
from parties.rights import with_right
from parties.services import join
from parties.standing_in import colleagues_of, name_alternate
from tests import factories as make

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


@pytest.fixture
def hat():
    """A reporter's, from long ago until further notice."""
    return make.MembershipFactory(role=Role.REPORTER, starts_on=today() - 99 * DAY)


@pytest.fixture
def admin(hat):
    return make.MembershipFactory(party=hat.party, role=Role.PARTY_ADMINISTRATOR).user


@pytest.fixture
def colleague(hat):
    return make.MembershipFactory(party=hat.party, role=Role.READER).user


def reports_for(user, day):
    """Whether the person may report for some party on that day, as the rules ask."""
    groups = Membership.objects.active(day).filter(user=user).values("group")
    return Party.objects.filter(
        partygroupobjectpermission__group__in=groups, partygroupobjectpermission__permission__codename=Right.REPORT
    ).exists()


def test_name_alternate_gives_the_hat_between_the_days(hat, admin, colleague):
    first, last = today() + 2 * DAY, today() + 9 * DAY
    alternate = name_alternate(membership=hat, colleague=colleague, starts_on=first, ends_on=last, by=admin)
    assert (alternate.stands_in_for, alternate.group, alternate.granted_by) == (hat, hat.group, admin)
    days = [first - DAY, first, last, last + DAY]
    assert [reports_for(colleague, day) for day in days] == [False, True, True, False]
    assert reports_for(hat.user, first)


def test_name_alternate_gives_a_council_member_the_hat_of_the_body(admin, colleague, hat):
    body = make.MandateFactory().body
    seat = join(user=make.UserFactory(), party=hat.party, role=Role.COUNCIL_MEMBER, group=body.group())
    name_alternate(membership=seat, colleague=colleague, starts_on=today(), ends_on=today() + DAY, by=admin)
    assert body in with_right(type(body).objects.all(), colleague, Right.SEE_BODY)


def test_name_alternate_for_a_secretary_keeps_the_meetings(admin, colleague, hat):
    """While it lasts, and not longer than the seat does."""
    seat = make.SeatFactory(party=hat.party, role="secretary")
    seat_person(seat=seat, user=make.UserFactory(), party=hat.party)
    bodies = type(seat.body).objects
    assert list(bodies.run_by(colleague)) == []
    name_alternate(membership=seat.membership, colleague=colleague, starts_on=today(), ends_on=today(), by=admin)
    assert list(bodies.run_by(colleague)) == [seat.body]
    seat.ends_on = today() - DAY
    seat.save()
    assert list(bodies.run_by(colleague)) == []


@pytest.mark.parametrize(
    ("starts", "ends", "field"),
    [(-1, 3, "starts_on"), (3, 2, "ends_on"), (0, 367, "ends_on"), (0, 31, "ends_on")],
)
def test_name_alternate_refuses_days_that_cannot_be(hat, admin, colleague, starts, ends, field):
    """In the past, reversed, longer than a year, and longer than the role itself."""
    Membership.objects.filter(pk=hat.pk).update(ends_on=today() + (30 if ends == 31 else 999) * DAY)
    days = {"starts_on": today() + starts * DAY, "ends_on": today() + ends * DAY}
    with pytest.raises(ValidationError) as refused:
        name_alternate(membership=hat, colleague=colleague, by=admin, **days)
    assert list(refused.value.message_dict) == [field]
    assert hat.alternates.count() == 0


@pytest.mark.parametrize("who", ["the administrator", "the one away", "a stranger", "a closed account"])
def test_name_alternate_refuses_persons_who_cannot_stand_in(hat, admin, colleague, who):
    stranger = make.UserFactory()
    closed = make.MembershipFactory(party=hat.party, user__is_active=False).user
    people = {
        "the administrator": admin, "the one away": hat.user, "a stranger": stranger, "a closed account": closed,
    }  # fmt: skip
    with pytest.raises(ValidationError):
        name_alternate(membership=hat, colleague=people[who], starts_on=today(), ends_on=today() + DAY, by=admin)
    assert list(colleagues_of(hat, by=admin)) == [colleague]


def test_name_alternate_refuses_who_has_the_role_then(hat, admin, colleague):
    given = {"membership": hat, "colleague": colleague, "by": admin}
    name_alternate(**given, starts_on=today(), ends_on=today() + 5 * DAY)
    with pytest.raises(ValidationError):
        name_alternate(**given, starts_on=today() + 5 * DAY, ends_on=today() + 6 * DAY)
    name_alternate(**given, starts_on=today() + 6 * DAY, ends_on=today() + 6 * DAY)


def test_name_alternate_refuses_to_stand_in_for_a_stand_in(hat, admin, colleague):
    other = make.MembershipFactory(party=hat.party).user
    alternate = name_alternate(membership=hat, colleague=colleague, starts_on=today(), ends_on=today() + DAY, by=admin)
    with pytest.raises(ValidationError):
        name_alternate(membership=alternate, colleague=other, starts_on=today(), ends_on=today(), by=admin)


def test_name_alternate_gives_no_role_that_the_party_does_not_give(admin, colleague, hat):
    auditor = make.MembershipFactory(party=hat.party, role=Role.AUDITOR, starts_on=today() - DAY)
    with pytest.raises(PermissionDenied):
        name_alternate(membership=auditor, colleague=colleague, starts_on=today(), ends_on=today(), by=admin)


def test_membership_alternate_keeps_what_was_typed_and_says_what_is_wrong(client, hat, admin, colleague):
    client.force_login(admin)
    url = f"/parter/{hat.party.key}/roll/{hat.pk}/ersattare/"
    typed = {"colleague": colleague.pk, "starts_on": "2020-01-01", "ends_on": "2020-02-30"}
    page = client.post(url, typed).content.decode()
    assert ('value="2020-02-30"' in page, "Skriv datumet med år, månad och dag" in page) == (True, True)
    typed |= {"starts_on": str(today()), "ends_on": str(today() + DAY)}
    assert client.post(url, typed).status_code == 302
    assert hat.alternates.get().user == colleague
