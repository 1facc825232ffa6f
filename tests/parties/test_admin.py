"""Maintenance of accounts, and nothing else."""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from parties.models import AuditEvent, FeedKey, Mail, Membership, Role, User
from tests.factories import FeedKeyFactory, MembershipFactory, PartyFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client):
    user = UserFactory(is_staff=True, is_superuser=True)
    client.force_login(user)
    return user


def test_admin_holds_people_only():
    assert set(admin.site._registry) == {User}


@pytest.mark.parametrize(("staff", "status"), [(True, 200), (False, 403)])
def test_admin_is_for_staff(client, staff, status):
    client.force_login(UserFactory(is_staff=staff, is_superuser=staff))
    assert client.get(reverse("admin:parties_user_changelist")).status_code == status


def test_admin_asks_visitors_to_log_in(client):
    response = client.get(reverse("admin:index"))
    assert response.url.startswith(reverse("account_login"))


def inlines(*memberships, new=None, **changes):
    """The rows of memberships as the page sends them, with ``changes`` to the first."""
    data = {"memberships-TOTAL_FORMS": len(memberships) + bool(new), "memberships-INITIAL_FORMS": len(memberships)}
    for number, row in enumerate(memberships):
        fields = {"id": row.pk, "user": row.user_id, "party": row.party_id, "role": row.role, "title": row.title}
        fields |= {"starts_on": row.starts_on, "ends_on": row.ends_on or "", **changes}
        data |= {f"memberships-{number}-{name}": value for name, value in fields.items()}
    return data | {f"memberships-{len(memberships)}-{name}": value for name, value in (new or {}).items()}


def change(client, user, *memberships, reason="", **fields):
    data = {"email": user.email, "name": user.name, "reason": reason, **inlines(*memberships)}
    data |= {name: "on" for name in ("is_active", "is_staff", "is_superuser") if getattr(user, name)} | fields
    data = {name: value for name, value in data.items() if value is not None}
    return client.post(reverse("admin:parties_user_change", args=[user.pk]), data)


def lines():
    rows = AuditEvent.objects.exclude(kind="login").order_by("pk")
    return [(row.kind, row.actor, row.person, row.changes, row.reason) for row in rows]


def test_a_new_person_gets_the_hat_of_party_and_role(client, administrator):
    party = PartyFactory()
    new = {"party": party.pk, "role": Role.COORDINATOR, "title": "", "starts_on": "2026-01-01", "ends_on": ""}
    data = {"email": "Ny@Exempel.se ", "name": "Ny", "is_active": "on", **inlines(new=new)}
    assert client.post(reverse("admin:parties_user_add"), data).status_code == 302
    membership = Membership.objects.get()
    assert (membership.user.email, membership.user.has_usable_password()) == ("ny@exempel.se", False)
    assert (membership.group.name, membership.granted_by) == (f"party:{party.key}:coordinator", administrator)
    assert [line[0] for line in lines()] == ["account", "granted"]


def test_admin_gives_only_the_roles_that_parties_do_not_give_themselves(client, administrator):
    party, user = PartyFactory(), UserFactory()
    for role in (Role.REPORTER, Role.PARTY_ADMINISTRATOR, Role.AUDITOR):
        new = {"party": party.pk, "role": role, "title": "", "starts_on": "2026-01-01", "ends_on": ""}
        change(client, user, **inlines(new=new))
    assert list(Membership.objects.values_list("role", flat=True)) == [Role.AUDITOR]


@pytest.mark.parametrize(
    ("ends_on", "stored"), [("2026-03-01", "2026-03-01"), ("2026-12-31", "2026-06-30"), ("", "2026-06-30")]
)
def test_admin_ends_the_roles_of_parties_and_never_prolongs_them(client, administrator, ends_on, stored):
    row = MembershipFactory(role=Role.REPORTER, starts_on="2026-01-01", ends_on="2026-06-30")
    change(client, row.user, row, **inlines(row, ends_on=ends_on, party=PartyFactory().pk, role=Role.COORDINATOR))
    after = Membership.objects.get()
    assert (str(after.ends_on), after.party, after.role) == (stored, row.party, Role.REPORTER)


def test_admin_closes_and_reopens_an_account_for_a_reason(client, administrator):
    user = UserFactory()
    browser = Client()
    browser.force_login(user)
    FeedKeyFactory(user=user)
    assert "Skriv varför" in change(client, user, is_active=None).content.decode()
    assert (User.objects.get(pk=user.pk).is_active, lines()) == (True, [])
    assert change(client, user, is_active=None, reason="Har slutat").status_code == 302
    assert (User.objects.get(pk=user.pk).is_active, FeedKey.objects.count()) == (False, 0)
    user.refresh_from_db()
    assert change(client, user, is_active="on", reason="Kom tillbaka").status_code == 302
    assert User.objects.get(pk=user.pk).is_active
    assert browser.get(reverse("portal:session_left")).status_code == 302
    assert lines() == [
        ("account", administrator, user, {"is_active": [True, False]}, "Har slutat"),
        ("account", administrator, user, {"is_active": [False, True]}, "Kom tillbaka"),
    ]


def test_admin_changes_nothing_that_is_ones_own(client, administrator):
    row = MembershipFactory(user=administrator, role=Role.COORDINATOR, ends_on="2026-06-30", starts_on="2026-01-01")
    for name in ("is_active", "is_staff", "is_superuser"):
        page = change(client, administrator, reason="Prov", **{name: None}).content.decode()
        assert "ditt eget konto" in page
    assert "ditt eget konto" in change(client, administrator, reason="Prov", second_step_lost="on").content.decode()
    new = {"party": row.party.pk, "role": Role.AUDITOR, "title": "", "starts_on": "2026-01-01", "ends_on": ""}
    change(client, administrator, **inlines(row, new=new, ends_on="2027-01-01"))
    assert [(row.role, str(row.ends_on)) for row in Membership.objects.all()] == [("coordinator", "2026-06-30")]
    assert User.objects.get(pk=administrator.pk).is_superuser


def test_admin_takes_the_second_step_from_who_has_lost_it(client, administrator):
    user, browser = UserFactory(), Client()
    browser.force_login(user)
    for owner in (user, administrator):
        Authenticator.objects.create(user=owner, type=Authenticator.Type.TOTP, data={})
    assert "Skriv varför" in change(client, user, second_step_lost="on").content.decode()
    assert change(client, user, second_step_lost="on", reason="Ny telefon").status_code == 302
    assert [row.user for row in Authenticator.objects.all()] == [administrator]
    assert browser.get(reverse("portal:session_left")).status_code == 302
    assert lines()[0] == ("credentials", administrator, user, {}, "Ny telefon")
    letter = Mail.objects.get()
    assert (letter.address, "Ny telefon" in letter.body) == (user.email, True)


def test_a_new_address_ends_the_log_ins(client, administrator):
    user, browser = UserFactory(), Client()
    browser.force_login(user)
    assert change(client, user, email="Annan@exempel.se").status_code == 302
    assert User.objects.get(pk=user.pk).email == "annan@exempel.se"
    assert browser.get(reverse("portal:session_left")).status_code == 302
    assert [line[0] for line in lines()] == ["sessions_ended", "account"]
