"""Ranking, merging and deciding: fair places, one outcome each, and nothing typed is lost."""

from fractions import Fraction

import pytest

from actionplans.models import Activity, Proposal, ProposalRank
from actionplans.proposal_forms import moved
from actionplans.proposing import accept, decline, mean_place, merge, rank, standings
from lib.db import Frozen, VersionConflict
from tests.actionplans.people import cast
from tests.actionplans.people import proposal_address as address
from tests.actionplans.people import propose as make
from tests.factories import ActionPlanFactory, EditionFactory, PriorityAreaFactory, ProposalFactory, UserFactory, adopt

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan():
    plan = ActionPlanFactory(name="Handlingsplan")
    plan.people = cast(plan)
    return plan


# --- ranking ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ballots", "means"),
    [
        ([], [None, None, None]),
        (["abc"], [1, 2, 3]),
        (["abc", "bac"], [Fraction(3, 2), Fraction(3, 2), 3]),
        (["a"], [1, Fraction(5, 2), Fraction(5, 2)]),
        (["ab", "ca"], [Fraction(3, 2), Fraction(5, 2), 2]),
    ],
)
def test_mean_place_shares_the_places_that_are_left(ballots, means):
    assert [mean_place(pk, [list(ballot) for ballot in ballots], 3) for pk in "abc"] == means


def test_standings_share_a_place_and_count_only_members_of_today(plan):
    first, second, third = (make(plan) for _ in range(3))
    member, other = plan.people["member"], UserFactory()
    rank(plan=plan, by=member, order=[third.pk])
    rank(plan=plan, by=other, order=[first.pk, second.pk])
    result = standings(plan)
    assert (result.members, result.ranked) == (1, 1)
    assert {pk: (row.place, row.placed_by) for pk, row in result.of.items()} == {
        third.pk: (1, 1),
        first.pk: (2, 0),
        second.pk: (2, 0),
    }


def test_standings_without_a_preparing_body():
    plan = ActionPlanFactory()
    proposal = ProposalFactory(plan=plan, submitted=True)
    result = standings(plan)
    assert (result.members, result.of[proposal.pk].place) == (0, None)


def test_rank_passes_over_what_is_decided_and_replaces_the_order_before(plan):
    first, second, declined = make(plan), make(plan), make(plan, "declined")
    member = plan.people["member"]
    rank(plan=plan, by=member, order=[first.pk, second.pk])
    rank(plan=plan, by=member, order=[declined.pk, second.pk, first.pk])
    assert list(ProposalRank.objects.order_by("rank").values_list("proposal", "rank")) == [
        (second.pk, 1),
        (first.pk, 2),
    ]


@pytest.mark.parametrize(
    ("move", "order"),
    [
        (("up", 2), [2, 1, 3]),
        (("down", 2), [1, 3, 2]),
        (("up", 1), [1, 2, 3]),
        (("down", 3), [1, 2, 3]),
        (("leave", 2), [1, 3]),
        (("place", 4), [1, 2, 3, 4]),
        (("up", 4), [1, 2, 3]),
        (("", 0), [1, 2, 3]),
    ],
)
def test_moved(move, order):
    assert moved([1, 2, 3], *move) == order


def test_proposal_rank_saves_numbers_and_moves(client, plan):
    first, second, third = (make(plan) for _ in range(3))
    client.force_login(plan.people["member"])
    client.post(address("rank", plan), {f"place-{third.pk}": "1", f"place-{first.pk}": "3"})
    assert ranked(plan) == [third.pk, first.pk]
    numbers = {f"place-{third.pk}": "1", f"place-{first.pk}": "2"}
    response = client.post(address("rank", plan), {**numbers, "move": f"up-{first.pk}"})
    assert (ranked(plan), response.url.partition("?")[2]) == (
        [first.pk, third.pk],
        f"nyss=up-{first.pk}#f{first.pk}",
    )
    client.post(address("rank", plan), {**numbers, "move": f"place-{second.pk}"})
    assert ranked(plan) == [third.pk, first.pk, second.pk]
    assert client.get(response.url).content.decode().count("autofocus") == 1


def ranked(plan):
    return list(ProposalRank.objects.order_by("rank").values_list("proposal", flat=True))


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        (("1", "1"), "Två förslag har plats 1. Ge dem olika platser."),
        (("7", ""), "Skriv en plats från 1 till 2."),
        (("0", ""), "Skriv en plats från 1 till 2."),
        (("först", ""), "Skriv en plats från 1 till 2."),
        (("9" * 40, ""), "Skriv en plats från 1 till 2."),
    ],
)
def test_proposal_rank_says_what_is_wrong_and_keeps_what_was_typed(client, plan, numbers, message):
    proposals = make(plan), make(plan)
    client.force_login(plan.people["member"])
    data = {f"place-{proposal.pk}": number for proposal, number in zip(proposals, numbers, strict=True)}
    page = client.post(address("rank", plan), data).content.decode()
    assert (message in page, f'value="{numbers[0]}"' in page, ProposalRank.objects.exists()) == (True, True, False)


@pytest.mark.parametrize("move", ["up-999999", "sideways-1", "up-x", "up-" + "9" * 40, "up"])
def test_proposal_rank_takes_no_harm_from_a_move_nobody_offers(client, plan, move):
    proposal = make(plan)
    client.force_login(plan.people["member"])
    assert client.post(address("rank", plan), {f"place-{proposal.pk}": "1", "move": move}).status_code == 302
    assert ranked(plan) == [proposal.pk]


# --- merging and deciding ---------------------------------------------------------------------------------------------


def test_accept_makes_an_activity_with_its_origin(plan):
    area = PriorityAreaFactory(agreement=plan.agreement)
    proposal = make(plan, title="Pröva boskola", description="Så här", desired_effect="Färre tvister", area=area)
    draft = EditionFactory(plan=plan)
    activity = accept(proposal=proposal, edition=draft, by=plan.people["coordinator"], version=1, reason="Bra!")
    proposal.refresh_from_db()
    assert (proposal.state, proposal.activity, proposal.outcome_reason) == ("accepted", activity, "Bra!")
    stored = Activity.objects.get()
    assert (stored.edition, stored.title, stored.description, stored.area) == (draft, "Pröva boskola", "Så här", area)
    assert (stored.origin, stored.proposed_by, stored.desired_effect) == ("proposed", plan.proposer, "Färre tvister")
    assert stored.number


def test_accept_twice_makes_one_activity(client, plan):
    proposal, draft = make(plan), EditionFactory(plan=plan)
    client.force_login(plan.people["coordinator"])
    data = {"version": proposal.version, "edition": draft.pk}
    answers = [client.post(address("accept", plan, proposal.pk), data, follow=True) for _ in range(2)]
    assert Activity.objects.count() == 1
    assert "redan avgjort: antaget" in answers[1].content.decode()
    with pytest.raises(Frozen):
        accept(proposal=proposal, edition=draft, by=plan.people["coordinator"], version=2)


@pytest.mark.parametrize("decide", ["accept", "decline"])
def test_deciding_a_text_that_has_changed_is_a_conflict(plan, decide):
    proposal, draft = make(plan), EditionFactory(plan=plan)
    proposal.save_version(proposal.version)
    verbs = {
        "accept": lambda: accept(proposal=proposal, edition=draft, by=UserFactory(), version=1),
        "decline": lambda: decline(proposal=proposal, by=UserFactory(), version=1, reason="Nej"),
    }
    with pytest.raises(VersionConflict):
        verbs[decide]()
    assert not Activity.objects.exists()


def test_proposal_accept_shows_the_new_text_and_keeps_the_greeting(client, plan):
    proposal, draft = make(plan), EditionFactory(plan=plan)
    proposal.title = "Helt annan titel"
    proposal.save_version(proposal.version)
    client.force_login(plan.people["coordinator"])
    data = {"version": 1, "edition": draft.pk, "outcome_reason": "Tack för det"}
    response = client.post(address("accept", plan, proposal.pk), data)
    page = response.content.decode()
    assert (response.status_code, "Helt annan titel" in page, "Tack för det" in page) == (409, True, True)


def test_proposal_accept_without_a_draft_says_what_to_do(client, plan):
    proposal = make(plan)
    adopted = adopt(EditionFactory(plan=plan))
    client.force_login(plan.people["coordinator"])
    page = client.get(address("accept", plan, proposal.pk)).content.decode()
    assert "Planen har inget utkast att lägga aktiviteten i." in page
    answer = client.post(address("accept", plan, proposal.pk), {"version": 1, "edition": adopted.pk})
    assert (answer.status_code, Activity.objects.exists()) == (200, False)


def test_accept_refuses_an_edition_that_is_no_draft_any_more(plan):
    with pytest.raises(Frozen):
        accept(proposal=make(plan), edition=adopt(EditionFactory(plan=plan)), by=UserFactory(), version=1)


@pytest.mark.parametrize(
    ("reason", "message"), [("", "måste fyllas i"), ("x" * 10_000, "Korta den med"), ("   ", "måste fyllas i")]
)
def test_proposal_decline_needs_a_reason(client, plan, reason, message):
    proposal = make(plan)
    client.force_login(plan.people["coordinator"])
    page = client.post(address("decline", plan, proposal.pk), {"version": 1, "outcome_reason": reason}).content.decode()
    assert (message in page, Proposal.objects.get().state) == (True, "submitted")


def test_proposer_reads_why_it_was_declined(client, plan):
    proposal = make(plan, "declined")
    client.force_login(plan.people["reporter"])
    page = client.get(address("detail", plan, proposal.pk)).content.decode()
    assert ("Förslaget är avböjt" in page, "Ryms inte" in page) == (True, True)


def test_merge_lets_one_go_on_and_the_others_point_to_it(plan):
    leading, other, earlier = make(plan), make(plan), make(plan)
    by = plan.people["coordinator"]
    merge(leading=other, others=[earlier], versions={other.pk: 1, earlier.pk: 1}, by=by)
    merged = merge(
        leading=leading,
        others=[other],
        versions={leading.pk: 1, other.pk: 2},
        by=by,
        reason="Samma sak",
        title="Gemensam",
    )
    states = dict(Proposal.objects.values_list("pk", "outcome"))
    assert states == {leading.pk: "", other.pk: "merged", earlier.pk: "merged"}
    assert set(Proposal.objects.values_list("merged_into", flat=True)) == {None, leading.pk}
    activity = accept(proposal=merged, edition=EditionFactory(plan=plan), by=by, version=merged.version)
    assert list(Proposal.objects.values_list("activity", flat=True)) == [activity.pk] * 3
    assert activity.title == "Gemensam"


def test_merge_refuses_what_is_decided_or_changed(plan):
    leading, other, declined = make(plan), make(plan), make(plan, "declined")
    by = plan.people["coordinator"]
    with pytest.raises(Frozen, match="redan avgjort"):
        merge(leading=leading, others=[declined], versions={leading.pk: 1, declined.pk: 2}, by=by)
    with pytest.raises(Frozen, match="ny text"):
        merge(leading=leading, others=[other], versions={leading.pk: 1, other.pk: 7}, by=by)
    assert set(Proposal.objects.filter(outcome="merged")) == set()


def test_proposal_merge_through_the_page(client, plan):
    one, two = make(plan, title="Ett", description="Text ett"), make(plan, title="Två", description="Text två")
    client.force_login(plan.people["coordinator"])
    chosen = {"forslag": [one.pk, two.pk]}
    page = client.get(address("merge", plan), chosen)
    assert page.context["form"]["description"].value() == "Text ett\n\nText två"
    versions = {f"version-{one.pk}": 1, f"version-{two.pk}": 1}
    texts = {"leading": two.pk, "title": "Ett och två", "description": "Båda"}
    answer = client.post(address("merge", plan), {**chosen, **versions, **texts})
    assert answer.url == address("detail", plan, two.pk)
    client.force_login(plan.people["reporter"])
    told = client.get(address("detail", plan, one.pk)).content.decode()
    kept = client.get(address("detail", plan, two.pk)).content.decode()
    assert ("Förslaget ingår nu i ett annat" in told, "Så löd förslaget när det lämnades in" in kept) == (True, True)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"title": ""}, "måste fyllas i"),
        ({"leading": ""}, "måste fyllas i"),
        ({"leading": "9" * 30}, "finns inte att välja"),
        ({"description": "x" * 10_000}, "Korta den med"),
        ({"version": "0"}, "har fått ny text medan du skrev"),
    ],
)
def test_proposal_merge_says_what_is_wrong_and_keeps_what_was_typed(client, plan, change, message):
    one, two = make(plan), make(plan)
    client.force_login(plan.people["coordinator"])
    version = change.pop("version", "1")
    data = {
        "forslag": [one.pk, two.pk],
        f"version-{one.pk}": version,
        f"version-{two.pk}": "1",
        "leading": two.pk,
        "title": "Ett och två",
        "reason": "det här skrev jag",
        **change,
    }
    page = client.post(address("merge", plan), data).content.decode()
    assert (message in page, "det här skrev jag" in page) == (True, True)
    assert not Proposal.objects.decided().exists()


@pytest.mark.parametrize("chosen", [[], ["x"], ["9" * 40], ["one"], ["one", "elsewhere"]])
def test_proposal_merge_needs_two_that_wait_in_the_plan(client, plan, chosen):
    made = {"one": make(plan).pk, "elsewhere": ProposalFactory(submitted=True).pk}
    client.force_login(plan.people["coordinator"])
    answer = client.get(address("merge", plan), {"forslag": [made.get(key, key) for key in chosen]}, follow=True)
    assert "Markera minst två förslag" in answer.content.decode()
