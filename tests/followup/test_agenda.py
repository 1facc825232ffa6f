"""The agenda of a meeting: what a matter is about, its place, and until when it can change."""

import pytest
from django.urls import reverse

from followup.models import AgendaLink
from governance.models import AgendaItem
from parties.models import Role
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def mandate():
    return factories.MandateFactory(level="deciding")


@pytest.fixture
def meeting(mandate):
    return factories.MeetingFactory(body=mandate.body, held_on="2026-12-10")


@pytest.fixture
def keeper(login_as, mandate):
    return login_as(Role.COORDINATOR, party=mandate.agreement.coordinating_party)


def address(name, meeting, *args):
    slug = meeting.body.mandates.first().agreement.slug
    return reverse(f"followup:{name}", args=[slug, meeting.body.key, meeting.key, *args])


def titles(meeting):
    return list(meeting.agenda.values_list("title", flat=True))


def test_item_create_puts_the_matter_last_with_what_it_is_about(client, keeper, meeting, mandate):
    first = factories.AgendaItemFactory(meeting=meeting, order=10)
    round = factories.RoundFactory(agreement=mandate.agreement)
    edition = factories.EditionFactory(plan__agreement=mandate.agreement)
    about = [f"round-{round.pk}", f"edition-{edition.pk}"]
    client.post(address("item_create", meeting), {"title": "Uppföljningen", "kind": "decision", "about": about})
    item = meeting.agenda.last()
    assert (titles(meeting), item.agreement) == ([first.title, "Uppföljningen"], mandate.agreement)
    assert {str(link) for link in item.links.all()} == {str(round), str(edition)}


def test_item_create_offers_nothing_of_agreements_that_are_not_the_bodys(client, keeper, meeting, mandate):
    factories.RoundFactory(agreement=mandate.agreement)
    other = factories.RoundFactory(agreement__published_on="2020-01-01")
    data = {"title": "X", "kind": "decision", "about": [f"round-{other.pk}"]}
    response = client.post(address("item_create", meeting), data)
    assert (response.status_code, titles(meeting), AgendaLink.objects.count()) == (200, [], 0)
    assert "X" in response.content.decode()


def test_item_edit_takes_off_a_link_and_keeps_what_it_did_not_offer(client, keeper, meeting, mandate):
    item = factories.AgendaItemFactory(meeting=meeting)
    shown = factories.RoundFactory(agreement=mandate.agreement)
    hidden = factories.RoundFactory()  # of an agreement the person does not read
    for round in (shown, hidden):
        AgendaLink.objects.create(item=item, round=round)
    client.post(address("item_edit", meeting, item.pk), {"title": "Y", "kind": "decision", "version": 1})
    assert [link.round for link in item.links.all()] == [hidden]


def test_item_edit_shows_both_texts_where_somebody_wrote_meanwhile(client, keeper, meeting):
    item = factories.AgendaItemFactory(meeting=meeting)
    url = address("item_edit", meeting, item.pk)
    client.post(url, {"title": "Först", "kind": "decision", "version": 1})
    response = client.post(url, {"title": "Sedan", "kind": "decision", "version": 1})
    text = response.content.decode()
    assert (response.status_code, "Först" in text, "Sedan" in text) == (409, True, True)


@pytest.mark.parametrize(
    ("title", "till", "expected"), [("b", "upp", "bac"), ("b", "ned", "acb"), ("a", "upp", "abc"), ("c", "ned", "abc")]
)
def test_item_move_moves_one_step(client, keeper, meeting, title, till, expected):
    for order, name in enumerate("abc"):
        factories.AgendaItemFactory(meeting=meeting, title=name, order=order)
    client.post(address("item_move", meeting, AgendaItem.objects.get(title=title).pk), {"till": till})
    assert "".join(titles(meeting)) == expected


def test_item_move_moves_what_one_decision_gave_to_several_as_one_matter(client, keeper, meeting):
    decision = factories.DecisionFactory(body=meeting.body)
    for order, name in enumerate("abcd"):
        given = factories.AssignmentFactory(decision=decision) if name in "bc" else None
        factories.AgendaItemFactory(meeting=meeting, title=name, order=order, assignment=given)
    client.post(address("item_move", meeting, AgendaItem.objects.get(title="b").pk), {"till": "upp"})
    assert "".join(titles(meeting)) == "bcad"


@pytest.mark.parametrize("hindrance", ["", "decision", "assignment", "published"])
def test_item_delete_is_refused_where_something_hangs_on_it(client, keeper, meeting, mandate, hindrance):
    item = factories.AgendaItemFactory(meeting=meeting)
    if hindrance == "decision":
        factories.DecisionFactory(body=meeting.body, meeting=meeting, item=item)
    if hindrance == "assignment":
        item.assignment = factories.AssignmentFactory(decision__body=meeting.body)
        item.save()
    if hindrance == "published":
        meeting.published_at = "2026-12-20T12:00Z"
        meeting.save()
    client.post(address("item_delete", meeting, item.pk), {"version": 1})
    assert AgendaItem.objects.exists() == bool(hindrance)


def test_meeting_detail_asks_as_much_for_one_matter_as_for_thirty(
    client, keeper, meeting, mandate, django_assert_max_num_queries
):
    round = factories.RoundFactory(agreement=mandate.agreement)

    def add(number):
        for _ in range(number):
            AgendaLink.objects.create(item=factories.AgendaItemFactory(meeting=meeting), round=round)

    url = reverse("governance:meeting_detail", args=[mandate.agreement.slug, meeting.body.key, meeting.key])
    add(1)
    with django_assert_max_num_queries(100) as one:
        client.get(url)
    add(29)
    with django_assert_max_num_queries(len(one)):
        client.get(url)
