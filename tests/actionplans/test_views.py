"""The form of an activity: who comes in, and what is saved."""

import pytest
from django.urls import reverse

from actionplans.models import Activity
from parties.models import Role
from tests.factories import AccessionFactory, ActivityFactory, EditionFactory, GoalFactory, PriorityAreaFactory, adopt

pytestmark = pytest.mark.django_db


def address(name, edition, *more):
    return reverse(f"actionplans:{name}", args=[edition.plan.agreement.slug, edition.plan.key, edition.label, *more])


@pytest.fixture
def draft():
    edition = EditionFactory()
    ActivityFactory(edition=edition, number="B1", title="Pröva boskola")
    return edition


def as_role(login_as, role, edition):
    """Log in as the agreement's coordinator, a reporter of one of its parties, or somebody from elsewhere."""
    agreement = edition.plan.agreement
    parties = {
        "coordinator": lambda: (Role.COORDINATOR, agreement.coordinating_party),
        "party": lambda: (Role.REPORTER, AccessionFactory(agreement=agreement).party),
        "elsewhere": lambda: (Role.COORDINATOR, None),
    }
    role, party = parties[role]()
    return login_as(role, party=party)


@pytest.mark.parametrize(("role", "status"), [("coordinator", 302), ("party", 404), ("elsewhere", 404)])
def test_activity_edit_is_for_coordinators(client, login_as, draft, role, status):
    as_role(login_as, role, draft)
    activity = draft.activities.get()
    data = {"number": "B1", "title": "Ny titel", "origin": "new", "version": activity.version}
    assert client.post(address("activity_edit", draft, activity.pk), data).status_code == status
    assert Activity.objects.filter(title="Ny titel").exists() is (status == 302)


def test_activity_edit_keeps_both_texts_when_somebody_was_faster(client, login_as, draft):
    as_role(login_as, "coordinator", draft)
    activity = draft.activities.get()
    data = {"number": "B1", "origin": "new", "version": activity.version}
    first = client.post(address("activity_edit", draft, activity.pk), {**data, "title": "Den första"})
    second = client.post(address("activity_edit", draft, activity.pk), {**data, "title": "Den andra"})
    page = second.content.decode()
    assert (first.status_code, second.status_code) == (302, 409)
    assert "Den första" in page
    assert "Den andra" in page
    assert Activity.objects.get(pk=activity.pk).title == "Den första"


@pytest.mark.parametrize("name", ["activity_edit", "activity_create"])
def test_adopted_edition_has_no_form(client, login_as, draft, name):
    as_role(login_as, "coordinator", draft)
    activity = draft.activities.get()
    adopt(draft)
    more = [activity.pk] if name == "activity_edit" else []
    data = {"number": "B9", "title": "Smyg in", "origin": "new", "version": activity.version}
    assert client.post(address(name, draft, *more), data).status_code == 403
    assert not Activity.objects.filter(title="Smyg in").exists()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"starts_on": "2027-06-01", "ends_on": "2027-01-01"}, "Slutdatum kan inte vara före startdatum"),
        ({"is_continuous": "on", "ends_on": "2027-01-01"}, "löpande aktivitet har inget slutdatum"),
        ({"title": ""}, "måste fyllas i"),
        ({"title": "x" * 10_000}, "Korta den med"),
        ({"number": "B1"}, "Numret finns redan"),
        ({"ends_on": "31 juni"}, "Skriv datumet med år, månad och dag"),
    ],
)
def test_activity_create_refuses_in_swedish_and_keeps_what_was_typed(client, login_as, draft, change, message):
    as_role(login_as, "coordinator", draft)
    data = {"number": "B2", "title": "Ta fram en lista", "origin": "new", "indicator": "det här skrev jag", **change}
    response = client.post(address("activity_create", draft), data)
    page = response.content.decode()
    assert (response.status_code, message in page, "det här skrev jag" in page) == (200, True, True)
    assert draft.activities.count() == 1


def test_activity_create_refuses_what_belongs_to_another_agreement(client, login_as, draft):
    as_role(login_as, "coordinator", draft)
    data = {
        "number": "B2",
        "title": "Ta fram",
        "origin": "new",
        "area": PriorityAreaFactory().pk,
        "goals": [GoalFactory().pk],
    }
    assert client.post(address("activity_create", draft), data).status_code == 200
    assert draft.activities.count() == 1
