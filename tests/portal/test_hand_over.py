"""Handing over: what hangs on a person moves to the successor, what is the party's or somebody else's stays."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.timezone import localdate as today

from actionplans.models import Proposal
from governance.models import Seat
from governance.services import seat_person
from parties.models import AuditEvent, MailSettings, Membership, Role
from parties.services import join
from portal.handing_over import Moved, hand_over, load_of, successors_of
from tests import factories as make

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
LONG_AGO = datetime.date(2025, 1, 1)


class Office:
    """A party with an administrator, somebody who leaves, a successor who only reads, and a third colleague."""

    def __init__(self):
        self.party = make.PartyFactory()
        self.by = self.person(Role.PARTY_ADMINISTRATOR)
        self.leaver, self.successor, self.third = self.person(Role.REPORTER), self.person(Role.READER), self.person()

    def person(self, role=Role.READER, user=None, **hat):
        user = user or make.UserFactory()
        join(user=user, party=self.party, role=role, **{"starts_on": LONG_AGO, **hat})
        return user

    def hat(self, user, role=Role.REPORTER):
        return Membership.objects.get(user=user, role=role)

    def load(self):
        return load_of(self.leaver, self.party, by=self.by, to=self.successor)

    def hand_over(self, **changed):
        given = {"to": self.successor, "by": self.by, "seen": self.load().digest, **changed}
        return hand_over(person=self.leaver, party=self.party, **given)

    def roles(self, user, day=None):
        return set(Membership.objects.active(day or today()).filter(user=user).values_list("role", flat=True))


@pytest.fixture
def office():
    return Office()


def test_hand_over_gives_the_roles_and_ends_them(office):
    office.hand_over()
    assert (office.roles(office.leaver), office.roles(office.successor)) == (set(), {Role.READER, Role.REPORTER})
    fresh = office.hat(office.successor)
    assert (fresh.starts_on, fresh.ends_on, fresh.granted_by) == (today(), None, office.by)
    told = AuditEvent.objects.filter(kind=AuditEvent.Kind.HANDED_OVER).order_by("pk")
    assert [line.person for line in told] == [office.leaver, office.successor]


def test_hand_over_may_leave_the_roles_for_a_while(office):
    office.hand_over(last_day=today() + 5 * DAY)
    assert office.roles(office.leaver, today() + 5 * DAY) == {Role.REPORTER}
    assert office.roles(office.leaver, today() + 6 * DAY) == set()
    assert Role.REPORTER in office.roles(office.successor)


def test_hand_over_gives_no_longer_time_than_there_was(office):
    Membership.objects.filter(user=office.leaver).update(ends_on=today() + 9 * DAY)
    office.hand_over()
    assert office.hat(office.successor).ends_on == today() + 9 * DAY


def test_hand_over_moves_the_seat_with_its_body(office):
    seat = make.SeatFactory(party=office.party, role=Seat.Role.SECRETARY, mandate_confirmed_on=today())
    seat_person(seat=seat, user=office.leaver, party=office.party, starts_on=LONG_AGO)
    assert seat.body in type(seat.body).objects.run_by(office.leaver)
    office.hand_over()
    seat.refresh_from_db()
    assert (seat.membership.user, seat.mandate_confirmed_on) == (office.successor, None)
    bodies = type(seat.body).objects
    assert (list(bodies.run_by(office.leaver)), list(bodies.run_by(office.successor))) == ([], [seat.body])


def test_hand_over_empties_a_seat_beside_the_successors_own(office):
    body = make.BodyFactory()
    own, left = (make.SeatFactory(body=body, party=office.party) for _seat in range(2))
    seat_person(seat=own, user=office.successor, party=office.party, starts_on=LONG_AGO)
    seat_person(seat=left, user=office.leaver, party=office.party, starts_on=LONG_AGO)
    office.hand_over()
    left.refresh_from_db()
    own.refresh_from_db()
    assert (left.membership, own.membership.user) == (None, office.successor)


def test_hand_over_keeps_those_who_stand_in_and_makes_the_successor_one_of_them_no_more(office):
    hat = office.hat(office.leaver)
    span = {"stands_in_for": hat, "starts_on": today() - DAY, "ends_on": today() + 30 * DAY, "role": Role.REPORTER}
    office.person(user=office.third, **span)
    office.person(user=office.successor, **span)
    office.hand_over()
    fresh = Membership.objects.active().get(user=office.successor, role=Role.REPORTER)
    assert (fresh.stands_in_for, fresh.ends_on) == (None, None)
    kept = office.hat(office.third)
    assert (kept.stands_in_for, kept.ends_on) == (fresh, today() + 30 * DAY)


def test_hand_over_moves_letters_and_drafts_and_leaves_what_is_handed_in(office):
    MailSettings.objects.create(user=office.third, alternate=office.leaver, away_from=today())
    MailSettings.objects.create(user=office.successor, alternate=office.leaver, away_from=today())
    actor = make.ActorFactory(party=office.party)
    plan = make.ActionPlanFactory(agreement=actor.agreement)
    idea = {"plan": plan, "proposed_by": actor, "author": office.leaver}
    draft, sent = make.ProposalFactory(**idea), make.ProposalFactory(**idea, submitted=True)
    office.hand_over()
    found = {row.user: row.alternate for row in MailSettings.objects.all()}
    assert found == {office.third: office.successor, office.successor: None}
    authors = [Proposal.objects.get(pk=proposal.pk).author for proposal in (draft, sent)]
    assert authors == [office.successor, office.leaver]


def test_hand_over_leaves_what_the_administrator_does_not_give(office):
    office.person(Role.AUDITOR, user=office.leaver)
    load = office.hand_over()
    assert [row.role for row in load.staying] == [Role.AUDITOR]
    assert office.roles(office.leaver) == {Role.AUDITOR}


def test_hand_over_lets_the_last_administrator_leave_by_a_successor(office):
    office.leaver = office.by
    office.hand_over()
    assert (office.roles(office.by), Role.PARTY_ADMINISTRATOR in office.roles(office.successor)) == (set(), True)


def test_hand_over_refuses_what_has_changed_since_it_was_read(office):
    seen = office.load().digest
    office.person(Role.APPROVER, user=office.leaver)
    with pytest.raises(Moved):
        office.hand_over(seen=seen)
    assert office.roles(office.successor) == {Role.READER}


def test_hand_over_refuses_to_give_to_oneself(office):
    with pytest.raises(ValidationError):
        office.hand_over(to=office.by, seen=load_of(office.leaver, office.party, by=office.by, to=office.by).digest)
    assert office.by not in successors_of(office.leaver, office.party, by=office.by)


def test_hand_over_refuses_who_does_not_administer(office):
    seen = load_of(office.leaver, office.party, by=office.by, to=office.successor).digest
    with pytest.raises((PermissionDenied, ValidationError)):
        office.hand_over(by=office.third, seen=seen)
    assert office.roles(office.leaver) == {Role.REPORTER}


def test_hand_over_page_shows_what_moves_before_it_moves(client, office):
    """Of drafts it tells the number, never the title: who administers reads no content."""
    actor = make.ActorFactory(party=office.party)
    plan = make.ActionPlanFactory(agreement=actor.agreement)
    make.ProposalFactory(plan=plan, proposed_by=actor, author=office.leaver, title="Hemligt förslag")
    client.force_login(office.by)
    url = f"/parter/{office.party.key}/personer/{office.leaver.pk}/lamna-over/"
    page = client.post(url, {"to": office.successor.pk, "last_day": ""})
    text = page.content.decode()
    assert ("Ett utkast till förslag" in text, "Hemligt förslag" in text) == (True, False)
    assert office.roles(office.leaver) == {Role.REPORTER}
    confirmed = {"to": office.successor.pk, "last_day": "", "seen": page.context["load"].digest}
    assert client.post(url, confirmed).status_code == 302
    assert office.roles(office.leaver) == set()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"last_day": "2020-01-01"}, "Dagen har redan varit."),
        ({"last_day": "i morgon"}, "Skriv datumet med år"),
        ({"to": "0"}, "Välj något annat i listan."),
    ],
)
def test_hand_over_page_says_what_is_wrong(client, office, given, told):
    client.force_login(office.by)
    url = f"/parter/{office.party.key}/personer/{office.leaver.pk}/lamna-over/"
    page = client.post(url, {"to": office.successor.pk, "last_day": "", "seen": office.load().digest, **given})
    assert (page.status_code, told in page.content.decode()) == (200, True)
    assert office.roles(office.leaver) == {Role.REPORTER}
