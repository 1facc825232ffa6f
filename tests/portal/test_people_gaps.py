"""Personer hos parterna: who is missing where, for the coordinators of that agreement alone."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from followup.models import ReportingRule
from parties.models import Role
from parties.rights import party_group
from parties.services import join
from portal.people_gaps import lines_of
from tests import factories as make

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


@pytest.fixture
def agreement():
    return make.AgreementFactory()


@pytest.fixture
def party(agreement):
    return make.AccessionFactory(agreement=agreement).party


@pytest.fixture
def coordinator(agreement):
    return make.MembershipFactory(party=agreement.coordinating_party, role=Role.COORDINATOR).user


def gaps(agreement):
    (line,) = lines_of(agreement)
    return [place.role for place in line.gaps]


def test_lines_of_names_what_a_party_lacks(agreement, party):
    """Whoever approves also answers; an approver is missing only where the party has asked for one."""
    assert gaps(agreement) == [Role.REPORTER, Role.COUNCIL_MEMBER, Role.PARTY_ADMINISTRATOR]
    rule = ReportingRule.objects.create(party=party, needs_approver=True)
    make.MembershipFactory(party=party, role=Role.REPORTER)
    assert gaps(agreement) == [Role.APPROVER, Role.COUNCIL_MEMBER, Role.PARTY_ADMINISTRATOR]
    rule.delete()
    make.MembershipFactory(party=party, role=Role.PARTY_ADMINISTRATOR)
    make.MembershipFactory(party=party, role=Role.COUNCIL_MEMBER)
    assert gaps(agreement) == []


@pytest.mark.parametrize(
    "hat",
    [
        lambda today: {"starts_on": today - 9 * DAY, "ends_on": today - DAY},
        lambda today: {"starts_on": today + DAY},
        lambda today: {"user__is_active": False},
    ],
)
def test_lines_of_counts_only_roles_in_force(agreement, party, hat):
    make.MembershipFactory(party=party, role=Role.REPORTER, **hat(timezone.localdate()))
    assert Role.REPORTER in gaps(agreement)


def test_lines_of_counts_council_members_of_this_agreement_alone(agreement, party):
    other = make.MandateFactory().body
    join(user=make.UserFactory(), party=party, role=Role.COUNCIL_MEMBER, group=other.group())
    assert Role.COUNCIL_MEMBER in gaps(agreement)
    own = make.MandateFactory(agreement=agreement).body
    join(user=make.UserFactory(), party=party, role=Role.COUNCIL_MEMBER, group=own.group())
    assert Role.COUNCIL_MEMBER not in gaps(agreement)


def test_lines_of_leaves_out_who_has_left(agreement):
    make.AccessionFactory(agreement=agreement, left_on=timezone.localdate() - DAY)
    assert lines_of(agreement) == []


def test_agreement_people_links_to_what_the_coordinator_may_give(client, agreement, party, coordinator):
    """Reporters are the administrator's to invite; the page says no more of an invitation than its day."""
    group = party_group(party, Role.COUNCIL_MEMBER)
    invited = make.InvitationFactory(party=party, role=Role.COUNCIL_MEMBER, group=group, email="hemlig@exempel.se")
    client.force_login(coordinator)
    page = client.get(f"/overenskommelser/{agreement.slug}/personer/").content.decode()
    offered = [role for role in Role.values if f"/parter/{party.key}/personer/bjud-in/?roll={role}" in page]
    assert offered == [Role.PARTY_ADMINISTRATOR, Role.COUNCIL_MEMBER]
    assert (invited.email in page, "inbjuden" in page) == (False, True)


def test_agreement_people_asks_as_many_questions_for_many_parties(client, agreement, party, coordinator):
    client.force_login(coordinator)

    def questions():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/overenskommelser/{agreement.slug}/personer/").status_code == 200
        return len(queries)

    make.MembershipFactory(party=party, role=Role.REPORTER)
    before = questions()
    for _number in range(29):
        another = make.AccessionFactory._meta.model.objects.create(
            agreement=agreement, key=f"p{_number}", party=make.PartyFactory(), name_at_signing="Part"
        )
        make.MembershipFactory(party=another.party, role=Role.APPROVER)
    assert questions() == before
