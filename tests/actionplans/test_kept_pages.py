"""What a browser keeps of a public edition: a 304 confirms it while nothing that it shows has changed, never longer."""

import datetime
import re

import pytest
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from actionplans.models import Edition
from agreements.models import Agreement
from parties.models import Membership, Right, Role
from parties.rights import revoke, set_grants
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
    "the plan is marked as an example": lambda edition: change(edition.plan, is_example=True),
    "the decision gets its number": lambda edition: change(edition.decision, registry_number="851-1-2026"),
    "the decision gets its paragraph": lambda edition: change(edition.decision, paragraph="§ 12"),
    "the decision's day is corrected": lambda edition: change(edition.decision, decided_on=datetime.date(2026, 5, 5)),
    "the body is renamed": lambda edition: change(edition.decision.body, name="Nya rådet"),
    "an area is renamed": lambda edition: change(edition.activities.get().area, name="Nytt område"),
    "an actor is renamed": lambda edition: change(edition.activities.get().responsible, name="Nytt namn"),
    "the agreement is renamed": lambda edition: change(edition.plan.agreement, short_name="Nytt kortnamn"),
    "the agreement has another word": lambda edition: change(edition.plan.agreement, word_plan="aktivitetsplan"),
    "the agreement is an example": lambda edition: change(edition.plan.agreement, is_example=True),
    "the county is renamed": lambda edition: change(edition.plan.agreement.county, name="Nya län"),
    "the hat's party is renamed": lambda edition: change(edition.plan.agreement.coordinating_party, name="Nya namnet"),
    "the hat ends": lambda edition: Membership.objects.update(ends_on=timezone.localdate() - datetime.timedelta(1)),
    "the hat gets another role": lambda edition: Membership.objects.update(role=Role.AUDITOR),
    "another hat is worn": lambda edition: make.MembershipFactory(user=Membership.objects.get().user),
    "the right to edit ends": lambda edition: revoke(
        Membership.objects.get().group, Right.EDIT_AGREEMENT, edition.plan.agreement
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_edition_detail_is_sent_anew_when_what_it_shows_changes(reader, edition, what):
    Membership.objects.update(starts_on=datetime.date(2020, 1, 1))
    first = reader.get(address(edition))
    CHANGES[what](edition)
    second = again(reader, edition, first)
    assert second.status_code == 200
    assert second.content != first.content


NOT_SHOWN = {"another hat is worn", "the hat ends", "the hat gets another role", "the right to edit ends"}


@pytest.mark.parametrize("what", sorted(CHANGES.keys() - NOT_SHOWN))
def test_what_the_server_keeps_is_drawn_anew_when_what_it_shows_changes(reader, edition, what):
    """Of an agreement that is not public, so that no browser keeps it."""
    Membership.objects.update(starts_on=datetime.date(2020, 1, 1))
    hide(edition)
    first, second = page_without_token(reader, edition), page_without_token(reader, edition)
    CHANGES[what](edition)
    assert (first == second, page_without_token(reader, edition) == second) == (True, False)


def page_without_token(client, edition):
    response = client.get(address(edition))
    assert response.status_code == 200
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", response.content.decode())


def test_edition_detail_is_sent_anew_to_a_person_without_hats_who_is_renamed(client, edition):
    user = make.UserFactory(name="Ada")
    client.force_login(user)
    first = client.get(address(edition))
    change(user, name="Beda")
    assert "Beda" in again(client, edition, first).content.decode()


def test_edition_detail_is_sent_anew_when_the_right_to_edit_is_given(client, login_as, edition):
    user = login_as(Role.READER)
    first = client.get(address(edition))
    group = user.memberships.get().group
    set_grants(edition.plan.agreement, {(group.pk, Right.EDIT_AGREEMENT)}, among=group.name)
    assert "Gör nästa version" in again(client, edition, first).content.decode()


@pytest.mark.parametrize(("role", "questions"), [("anonymous", 1), (Role.READER, 3), (Role.COORDINATOR, 3)])
def test_edition_detail_is_confirmed_with_few_questions(
    client, login_as, django_assert_num_queries, edition, role, questions
):
    """Who asks (session with person, hats with what they give), and what there is to read."""
    login_as(role, party=edition.plan.agreement.coordinating_party)
    first = client.get(address(edition))
    with django_assert_num_queries(questions):
        assert again(client, edition, first).status_code == 304


def test_edition_detail_is_sent_anew_to_somebody_else(reader, login_as, edition):
    first = reader.get(address(edition))
    assert again(Client(), edition, first).status_code == 200
    login_as(Role.READER)
    assert again(reader, edition, first).status_code == 200


def test_edition_detail_with_a_message_is_not_kept(reader, edition):
    first = reader.get(address(edition))
    draft = draft_of(edition)
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
        edition = draft_of(edition)
    response = reader.get(address(edition))
    assert (response.status_code, response.headers["Cache-Control"]) == (200, "no-store, private")
    assert "ETag" not in response.headers


def test_a_public_edition_that_leads_to_a_draft_is_kept_only_by_who_is_not_led_there(reader, edition):
    draft_of(edition)
    assert reader.get(address(edition)).headers["Cache-Control"] == "no-store, private"
    assert Client().get(address(edition)).headers["Cache-Control"] == "private, no-cache"


def draft_of(edition):
    return make.EditionFactory(plan=edition.plan, label="2027:1", starts_on="2027-01-01", ends_on="2027-06-30")


def built_on(edition):
    """As an import can leave it: the adopted edition says that it builds on one that is still a draft."""
    models.QuerySet(Edition).filter(pk=edition.pk).update(based_on=draft_of(edition))


def written_in(edition):
    return make.ActivityFactory(edition=draft_of(edition), responsible=edition.activities.get().responsible)


HIDDEN = {
    "a draft is made": draft_of,
    "a draft is written in": written_in,
    "a draft is talked of": lambda edition: make.CommentFactory(activity=written_in(edition)),
    "a draft is where it comes from": built_on,
}


@pytest.mark.parametrize("who", ["anonymous", "party"])
@pytest.mark.parametrize("what", HIDDEN)
def test_a_draft_changes_nothing_for_who_may_not_see_it(client, login_as, edition, what, who):
    if who == "party":
        login_as(Role.REPORTER, party=make.AccessionFactory(agreement=edition.plan.agreement).party)
    first = client.get(address(edition))
    HIDDEN[what](edition)
    assert again(client, edition, first).status_code == 304


def test_a_draft_that_a_kept_page_could_build_on_tells_nothing_when_it_changes(client, edition):
    built_on(edition)
    first = client.get(address(edition))
    change(Edition.objects.get(label="2027:1"), label="2027:9")
    assert again(client, edition, first).status_code == 304


def test_a_kept_page_is_not_confirmed_when_it_is_hidden(client, edition):
    first = client.get(address(edition))
    hide(edition)
    assert again(client, edition, first).status_code == 404
