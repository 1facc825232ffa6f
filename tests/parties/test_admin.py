"""Maintenance of accounts, and nothing else."""

import pytest
from django.contrib import admin
from django.urls import reverse

from parties.models import Membership, Role, User
from tests.factories import PartyFactory, UserFactory

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


def test_a_new_person_gets_the_hat_of_party_and_role(client, administrator):
    party = PartyFactory()
    inline = {"party": party.pk, "role": Role.REPORTER, "title": "", "starts_on": "2026-01-01", "ends_on": ""}
    data = {"email": "Ny@Exempel.se ", "name": "Ny", "is_active": "on"}
    data |= {f"memberships-0-{name}": value for name, value in inline.items()}
    data |= {"memberships-TOTAL_FORMS": 1, "memberships-INITIAL_FORMS": 0}
    assert client.post(reverse("admin:parties_user_add"), data).status_code == 302
    membership = Membership.objects.get()
    assert (membership.user.email, membership.user.has_usable_password()) == ("ny@exempel.se", False)
    assert (membership.group.name, membership.granted_by) == (f"party:{party.key}:reporter", administrator)
