"""The pages of a party's people; who gets in is tested for all pages in test_access."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from parties.models import AuditEvent, Invitation, Mail, Membership, Role
from tests import factories as make

pytestmark = pytest.mark.django_db

QUERIES = 8  # session, party, right, hats, invented people, people, invitations, who gave them, other parties


@pytest.fixture
def party():
    return make.PartyFactory(name="Exempelkommun")


@pytest.fixture
def admin(party, login_as):
    return login_as(Role.PARTY_ADMINISTRATOR, party=party)


def url(name, party, *args):
    return reverse(f"parties:{name}", args=[party.key, *args])


def test_party_people_asks_as_often_whatever_the_rows(client, party, admin, django_assert_num_queries):
    def fill(number):
        for _ in range(number):
            hat = make.MembershipFactory(party=party, granted_by=make.UserFactory())
            make.MembershipFactory(party=party, stands_in_for=hat)
            make.MembershipFactory(party=party, starts_on="2020-01-01", ends_on="2020-02-01")
            make.InvitationFactory(party=party)

    fill(1)
    client.get(url("party_people", party))  # what each process asks once
    with django_assert_num_queries(QUERIES):
        client.get(url("party_people", party))
    fill(29)
    with django_assert_num_queries(QUERIES):
        response = client.get(url("party_people", party))
    people = response.context["people"]
    assert (len(people.persons), len(people.ended), len(response.context["invitations"])) == (61, 30, 30)


def test_party_people_of_another_party_and_no_coordinators_role(client, party, admin):
    """An administrator sees that a colleague coordinates, and cannot end it."""
    other = make.MembershipFactory()
    hat = make.MembershipFactory(party=party, role=Role.COORDINATOR)
    page = client.get(url("party_people", party)).content.decode()
    assert (other.user.name in page, hat.user.name in page) == (False, True)
    assert client.post(url("membership_end", party, hat.pk)).status_code == 403
    assert client.post(url("membership_end", party, other.pk)).status_code == 404
    assert client.post(url("membership_create", party, other.user_id)).status_code == 404


def test_membership_create_gives_a_role(client, party, admin):
    user = make.MembershipFactory(party=party).user
    data = {"role": "reporter", "title": "Strateg", "starts_on": "", "ends_on": ""}
    assert client.post(url("membership_create", party, user.pk), data).url == url("party_people", party)
    hat = Membership.objects.get(user=user, role=Role.REPORTER)
    assert (hat.title, hat.starts_on, hat.granted_by) == ("Strateg", timezone.localdate(), admin)


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"role": "coordinator"}, "role"),
        ({"role": "reporter", "starts_on": "2030-02-01", "ends_on": "2030-01-01"}, "ends_on"),
        ({"role": "reader"}, "starts_on"),  # has it
        ({"role": "reporter", "title": "Strateg\r\nBcc: alla@exempel.se"}, "title"),
    ],
)
def test_membership_create_says_what_is_wrong_and_logs_it(client, party, admin, data, field):
    user = make.MembershipFactory(party=party).user
    response = client.post(url("membership_create", party, user.pk), {"title": "", **data})
    assert (response.status_code, list(response.context["form"].errors)) == (200, [field])
    assert Membership.objects.filter(user=user).count() == 1
    event = AuditEvent.objects.get()
    assert (event.kind, event.actor, event.party, "Bcc" in event.about) == ("refused", admin, party, False)


def test_membership_edit_shows_both_when_somebody_saved_meanwhile(client, party, admin):
    hat = make.MembershipFactory(party=party, title="Ett")
    data = {"title": "Mitt", "starts_on": str(hat.starts_on), "ends_on": "", "version": hat.version}
    hat.title = "Deras"
    hat.save_version(hat.version)
    response = client.post(url("membership_edit", party, hat.pk), data)
    page = response.content.decode()
    assert (response.status_code, "Mitt" in page, "Deras" in page) == (409, True, True)
    hat.refresh_from_db()
    assert hat.title == "Deras"


def test_membership_edit_and_end(client, party, admin):
    hat = make.MembershipFactory(party=party, starts_on="2020-01-01")
    data = {"title": "", "starts_on": "2020-01-01", "ends_on": "2030-01-01", "version": hat.version}
    assert client.post(url("membership_edit", party, hat.pk), data).status_code == 302
    hat.refresh_from_db()
    assert hat.ends_on == datetime.date(2030, 1, 1)
    assert client.post(url("membership_end", party, hat.pk), {"reason": "Slutat"}).status_code == 302
    assert not Membership.objects.active().filter(pk=hat.pk).exists()
    assert client.get(url("membership_edit", party, hat.pk)).status_code == 302


def test_the_last_administrator_reads_why(client, party, admin):
    hat = Membership.objects.get(user=admin)
    response = client.post(url("membership_end", party, hat.pk), {"reason": ""})
    assert "utan administratör" in response.content.decode()
    assert (Membership.objects.active().count(), AuditEvent.objects.get().kind) == (1, "refused")


# --- coordinators -----------------------------------------------------------------------------------------------------


def test_invitation_create_by_a_coordinator(client, login_as):
    """Offers the roles that the coordinator may give, shows those invitations only, and never the party's people."""
    agreement = make.AgreementFactory()
    party = make.AccessionFactory(agreement=agreement).party
    make.InvitationFactory(party=party, name="Dold")
    login_as(Role.COORDINATOR, party=agreement.coordinating_party)
    page = url("invitation_create", party)
    form = client.get(page + "?roll=council_member").context["form"]
    assert (sorted(dict(form.fields["role"].choices)), form.initial["role"]) == (
        ["council_member", "party_administrator"],
        "council_member",
    )
    data = {"email": "ny@exempel.se", "name": "Nina", "title": "", "role": "party_administrator"}
    assert client.post(page, data).url == page
    assert client.post(page, {**data, "role": "reporter"}).status_code == 200
    assert list(client.get(page).context["invitations"].values_list("name", flat=True)) == ["Nina"]
    assert client.get(url("party_people", party)).status_code == 403
    invitation = Invitation.objects.get(name="Nina")
    assert client.post(url("invitation_withdraw", party, invitation.pk)).url == page
    invitation.refresh_from_db()
    assert invitation.state == "withdrawn"


BAD_INVITATIONS = {
    "days reversed": ({"starts_on": "2036-02-01", "ends_on": "2036-01-01"}, "ends_on", "Sista dagen är före"),
    "a day that was": ({"ends_on": "2020-01-01"}, "ends_on", "har redan varit"),
    "name of two lines": ({"name": "Nina\r\nBcc: alla@exempel.se"}, "name", "Skriv på en rad"),
    "title of two lines": ({"title": "Strateg\nBcc: alla@exempel.se"}, "title", "Skriv på en rad"),
    "address of two lines": ({"email": "ny@exempel.se\r\nBcc: alla@exempel.se"}, "email", "e-postadress"),
    "invited already": ({"email": " Bjuden@Exempel.SE "}, "email", "öppen inbjudan"),
    "has the role": ({"email": " KOLLEGA@exempel.se"}, "starts_on", "har redan rollen"),
}


@pytest.mark.parametrize("case", BAD_INVITATIONS)
def test_invitation_create_says_what_is_wrong_and_logs_it(client, party, admin, case):
    """Nothing is written and no letter leaves; what was typed stays in the form and out of the log."""
    make.InvitationFactory(party=party, email="bjuden@exempel.se")
    make.MembershipFactory(party=party, user__email="kollega@exempel.se", role=Role.REPORTER)
    typed, field, words = BAD_INVITATIONS[case]
    data = {"email": "ny@exempel.se", "name": "Nina", "title": "Strateg", "role": "reporter", **typed}
    response = client.post(url("invitation_create", party), data)
    errors = response.context["form"].errors
    assert (response.status_code, list(errors), words in " ".join(errors[field])) == (200, [field], True), errors
    assert (Invitation.objects.count(), Mail.objects.count()) == (1, 0)
    assert "Strateg" in response.content.decode()
    line = AuditEvent.objects.get()
    assert (line.kind, line.actor, line.party, words in line.about) == ("invitation_refused", admin, party, True)
    assert "@" not in line.about
    assert "Bcc" not in line.about


def test_invitation_create_for_a_party_that_has_left(client, login_as):
    agreement = make.AgreementFactory()
    party = make.AccessionFactory(agreement=agreement, left_on="2026-01-01").party
    login_as(Role.COORDINATOR, party=agreement.coordinating_party)
    data = {"email": "ny@exempel.se", "name": "Nina", "title": "", "role": "party_administrator"}
    response = client.post(url("invitation_create", party), data)
    assert (response.status_code, "så länge organisationen är med" in response.content.decode()) == (403, True)
    assert not Invitation.objects.exists()
    assert AuditEvent.objects.get().kind == "refused"


def test_what_cannot_be_sent_again_is_said(client, party, admin):
    invitation = make.InvitationFactory(party=party, withdrawn_at=timezone.now())
    response = client.post(url("invitation_resend", party, invitation.pk), follow=True)
    assert "redan återkallad" in response.content.decode()
