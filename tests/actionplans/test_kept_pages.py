"""What a browser keeps of a public edition: a 304 confirms it while nothing that it shows has changed, never longer."""

import datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agreements.models import Agreement
from parties.models import Membership, Role
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition():
    edition = make.EditionFactory(label="2026:2")
    make.ActivityFactory(edition=edition, number="B1", area=make.PriorityAreaFactory(agreement=edition.plan.agreement))
    return make.adopt(edition)


@pytest.fixture
def reader(client, login_as, edition):
    login_as(Role.COORDINATOR, party=edition.plan.agreement.coordinating_party)
    return client


def address(edition):
    return reverse("actionplans:edition_detail", args=[edition.plan.agreement.slug, edition.plan.key, edition.label])


def again(client, edition, first):
    return client.get(address(edition), headers={"If-None-Match": first.headers["ETag"]})


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.READER, "anonymous"])
def test_edition_detail_is_answered_by_304_while_nothing_changes(client, login_as, edition, role):
    login_as(role)
    first = client.get(address(edition))
    assert (first.status_code, first.headers["Cache-Control"]) == (200, "private, no-cache")
    second = again(client, edition, first)
    assert (second.status_code, second.content, second.headers["Cache-Control"]) == (304, b"", "private, no-cache")


def change(row, **values):
    for name, value in values.items():
        setattr(row, name, value)
    row.save()


def next_edition(edition):
    start = edition.ends_on + datetime.timedelta(days=1)
    new = make.EditionFactory(plan=edition.plan, label="2027:1", starts_on=start, ends_on=datetime.date(2027, 6, 30))
    make.adopt(new)


CHANGES = {
    "the next edition is adopted": next_edition,
    "the plan is renamed": lambda edition: change(edition.plan, name="Ny plan"),
    "the decision gets its number": lambda edition: change(edition.decision, registry_number="851-1-2026"),
    "the body is renamed": lambda edition: change(edition.decision.body, name="Nya rådet"),
    "an area is renamed": lambda edition: change(edition.activities.get().area, name="Nytt område"),
    "an actor is renamed": lambda edition: change(edition.activities.get().responsible, name="Nytt namn"),
    "the agreement is renamed": lambda edition: change(edition.plan.agreement, short_name="Nytt kortnamn"),
    "the hat's party is renamed": lambda edition: change(edition.plan.agreement.coordinating_party, name="Nya namnet"),
    "the hat ends": lambda edition: Membership.objects.update(ends_on=timezone.localdate() - datetime.timedelta(1)),
}


@pytest.mark.parametrize("what", CHANGES)
def test_edition_detail_is_sent_anew_when_what_it_shows_changes(reader, edition, what):
    Membership.objects.update(starts_on=datetime.date(2020, 1, 1))
    first = reader.get(address(edition))
    CHANGES[what](edition)
    second = again(reader, edition, first)
    assert second.status_code == 200
    assert second.content != first.content


def test_edition_detail_is_sent_anew_to_somebody_else(reader, login_as, edition):
    first = reader.get(address(edition))
    assert again(Client(), edition, first).status_code == 200
    login_as(Role.READER)
    assert again(reader, edition, first).status_code == 200


def test_edition_detail_with_a_message_is_not_kept(reader, edition):
    first = reader.get(address(edition))
    draft = make.EditionFactory(plan=edition.plan, label="2027:1", starts_on="2027-01-01", ends_on="2027-06-30")
    make.ActivityFactory(edition=draft)
    reader.post(address(draft) + "foresla/")
    second = again(reader, edition, first)
    assert (second.status_code, second.headers["Cache-Control"]) == (200, "no-store, private")


def hide(edition):
    Agreement.objects.filter(pk=edition.plan.agreement_id).update(published_on=None)


@pytest.mark.parametrize("hidden", [True, False])
def test_what_is_not_public_is_kept_nowhere(reader, edition, hidden):
    """An adopted edition of an agreement that is not published, and a draft."""
    if hidden:
        hide(edition)
    else:
        edition = make.EditionFactory(plan=edition.plan, label="2027:1", starts_on="2027-01-01", ends_on="2027-06-30")
    response = reader.get(address(edition))
    assert (response.status_code, response.headers["Cache-Control"]) == (200, "no-store, private")
    assert "ETag" not in response.headers


def test_a_public_edition_that_leads_to_a_draft_is_kept_only_by_who_is_not_led_there(reader, edition):
    make.EditionFactory(plan=edition.plan, label="2027:1", starts_on="2027-01-01", ends_on="2027-06-30")
    assert reader.get(address(edition)).headers["Cache-Control"] == "no-store, private"
    assert Client().get(address(edition)).headers["Cache-Control"] == "private, no-cache"


def test_a_kept_page_is_not_confirmed_when_it_is_hidden(client, edition):
    first = client.get(address(edition))
    hide(edition)
    assert again(client, edition, first).status_code == 404
