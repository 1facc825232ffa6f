"""From proposal to plan: who sees, edits, ranks and decides in each state, and that nothing is decided twice."""

from fractions import Fraction

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from actionplans.comments import say
from actionplans.models import Activity, Comment, Proposal, ProposalRank
from actionplans.proposal_forms import moved
from actionplans.proposing import accept, decline, mean_place, merge, rank, standings
from lib.db import Frozen, VersionConflict
from parties.models import Membership
from tests.actionplans.people import PEOPLE, cast
from tests.factories import (
    ActionPlanFactory,
    ActorFactory,
    CollaborationAreaFactory,
    CommentFactory,
    EditionFactory,
    PriorityAreaFactory,
    ProposalFactory,
    ProposalRankFactory,
    UserFactory,
    adopt,
)

pytestmark = pytest.mark.django_db

OWN = {"reporter", "reader"}
SHARERS = {"coordinator", "reporter", "reader", "member", "council", "auditor", "neighbour"}
PROPOSERS = {"coordinator", "reporter", "member", "council", "neighbour"}
PREPARERS = {"coordinator", "member"}


@pytest.fixture
def plan():
    plan = ActionPlanFactory(name="Handlingsplan")
    plan.people = cast(plan)
    return plan


def address(name, plan, *more):
    return reverse(f"actionplans:proposal_{name}", args=[plan.agreement.slug, plan.key, *more])


def make(plan, state="submitted", **fields):
    """A proposal of the reporter's party, in a state."""
    proposal = ProposalFactory(
        plan=plan, proposed_by=plan.proposer, author=plan.people["reporter"], submitted=state != "draft", **fields
    )
    if state == "declined":
        decline(proposal=proposal, by=plan.people["coordinator"], version=1, reason="Ryms inte")
    elif state == "accepted":
        accept(proposal=proposal, edition=EditionFactory(plan=plan), by=plan.people["coordinator"], version=1)
    return Proposal.objects.get(pk=proposal.pk)


# What each may do in each state, said here and nowhere else. Everybody who is not named gets 404 where they do not see
# the proposal and 403 where they do.
RIGHTS = {
    "draft": {
        "sees": OWN,
        "edits": {"reporter"},
        "submits": {"reporter"},
        "comments": {"reporter"},
        "accepts": set(),
        "declines": set(),
    },
    "submitted": {
        "sees": OWN | PREPARERS,
        "edits": set(),
        "submits": set(),
        "comments": {"reporter"} | PREPARERS,
        "accepts": {"coordinator"},
        "declines": {"coordinator"},
    },
    "accepted": {
        "sees": OWN | PREPARERS,
        "edits": set(),
        "submits": set(),
        "comments": set(),
        "accepts": set(),
        "declines": set(),
    },
}


def attempt(client, plan, proposal, verb):
    """Whether the signed-in person's post had its effect, and the status of the answer."""
    pk = proposal.pk
    data = {
        "edits": ("edit", {"proposed_by": plan.proposer.pk, "title": "Ändrad", "version": proposal.version}),
        "submits": ("submit", {"version": proposal.version}),
        "comments": ("comment", {"text": "Ett ord", "is_shared": "on"}),
        "accepts": ("accept", {"version": proposal.version, "edition": plan.draft.pk}),
        "declines": ("decline", {"version": proposal.version, "outcome_reason": "Ryms inte"}),
    }
    name, posted = data[verb]
    before = Proposal.objects.get(pk=pk).version, Comment.objects.count()
    status = client.post(address(name, plan, pk), posted).status_code
    return (Proposal.objects.get(pk=pk).version, Comment.objects.count()) != before, status


@pytest.mark.parametrize("verb", ["sees", "edits", "submits", "comments", "accepts", "declines"])
@pytest.mark.parametrize("state", RIGHTS)
def test_rights_by_state(client, plan, state, verb):
    plan.draft = EditionFactory(plan=plan)
    done, statuses = set(), {}
    for who in PEOPLE:
        proposal = make(plan, state)
        client.force_login(plan.people[who])
        if verb == "sees":
            statuses[who] = client.get(address("detail", plan, proposal.pk)).status_code
            done |= {who} if statuses[who] == 200 else set()
        else:
            had_effect, statuses[who] = attempt(client, plan, proposal, verb)
            done |= {who} if had_effect else set()
    sees = RIGHTS[state]["sees"]
    assert done == RIGHTS[state][verb]
    assert {who for who in PEOPLE if statuses[who] == 404} == set(PEOPLE) - sees


@pytest.mark.parametrize(
    ("name", "through"),
    [("list", SHARERS), ("create", PROPOSERS), ("rank", {"member"}), ("merge", {"coordinator"})],
)
def test_pages_of_the_plan(client, plan, name, through):
    proposals = [make(plan), make(plan)]
    query = {"forslag": [proposal.pk for proposal in proposals]} if name == "merge" else {}
    statuses = {}
    for who in PEOPLE:
        client.force_login(plan.people[who])
        statuses[who] = client.get(address(name, plan), query).status_code
    assert {who for who in PEOPLE if statuses[who] == 200} == through
    assert {who for who in PEOPLE if statuses[who] == 404} == set(PEOPLE) - SHARERS


def test_draft_of_a_party_is_told_to_nobody_else(client, plan):
    """Not in the list, not by its comments, not to the coordinator: what another authority can reach is dispatched."""
    proposal = make(plan, "draft", title="Hemlig tanke")
    CommentFactory(activity=None, proposal=proposal, text="Mellan oss")
    seen = set()
    for who in PEOPLE:
        client.force_login(plan.people[who])
        response = client.get(address("list", plan))
        seen |= {who} if "Hemlig tanke" in response.content.decode() else set()
        seen |= {who} if Comment.objects.visible_to(plan.people[who]).exists() else set()
    assert seen == OWN


def test_comments_on_a_draft_stay_with_the_proposer_when_it_is_handed_in(plan):
    proposal = make(plan, "draft")
    say(about=proposal, text="internt", by=plan.people["reporter"], is_shared=False)
    proposal.submit(by=plan.people["reporter"])
    say(about=proposal, text="delat", by=plan.people["reporter"], is_shared=True)

    def readers(text):
        return {who for who in PEOPLE if Comment.objects.visible_to(plan.people[who]).filter(text=text).exists()}

    assert (readers("internt"), readers("delat")) == (OWN, OWN | PREPARERS)


def test_membership_that_ended_gives_nothing(client, plan):
    proposal = make(plan, "draft")
    client.force_login(plan.people["reporter"])
    Membership.objects.filter(user=plan.people["reporter"]).update(starts_on="2020-01-01", ends_on="2020-12-31")
    assert client.get(address("detail", plan, proposal.pk)).status_code == 404


def test_draft_of_a_body_is_its_members(client, plan):
    proposal = ProposalFactory(plan=plan, proposed_by=plan.managed_by.actor, author=plan.people["member"])
    seen = {who for who in PEOPLE if Proposal.objects.visible_to(plan.people[who]).filter(pk=proposal.pk).exists()}
    assert seen == {"member"}


# --- writing ----------------------------------------------------------------------------------------------------------


def test_proposal_create_saves_a_draft_for_the_own_party(client, plan):
    client.force_login(plan.people["reporter"])
    response = client.post(address("create", plan), {"proposed_by": plan.proposer.pk, "title": "Pröva boskola"})
    proposal = Proposal.objects.get()
    assert response.url == address("detail", plan, proposal.pk)
    assert (proposal.state, proposal.author, proposal.plan) == ("draft", plan.people["reporter"], plan)


def test_proposal_create_can_hand_in_at_once(client, plan):
    client.force_login(plan.people["reporter"])
    client.post(address("create", plan), {"proposed_by": plan.proposer.pk, "title": "Pröva boskola", "submit": "1"})
    proposal = Proposal.objects.get()
    assert (proposal.state, proposal.submitted_by) == ("submitted", plan.people["reporter"])


def test_proposal_create_sent_twice_makes_one(client, plan):
    client.force_login(plan.people["reporter"])
    data = {"proposed_by": plan.proposer.pk, "title": "Pröva boskola", "submit": "1"}
    answers = [client.post(address("create", plan), data).url for _ in range(2)]
    assert (Proposal.objects.count(), answers[0]) == (1, answers[1])
    client.post(address("create", plan), {**data, "title": "Pröva boskola igen"})
    assert Proposal.objects.count() == 2


def test_proposal_create_on_behalf_is_handed_in_at_once(client, plan):
    client.force_login(plan.people["coordinator"])
    client.post(address("create", plan), {"proposed_by": plan.proposer.pk, "title": "Sagt på turnén"})
    assert Proposal.objects.get().state == "submitted"


def test_proposal_create_of_the_county_board_is_its_own_draft(client, plan):
    board = ActorFactory(agreement=plan.agreement, party=plan.agreement.coordinating_party)
    client.force_login(plan.people["coordinator"])
    client.post(address("create", plan), {"proposed_by": board.pk, "title": "Vår egen tanke"})
    assert Proposal.objects.get().state == "draft"
    assert not Proposal.objects.visible_to(plan.people["reporter"]).exists()


@pytest.mark.parametrize(
    ("who", "actors"),
    [
        ("reporter", {"proposer"}),
        ("neighbour", {"neighbour"}),
        ("member", {"body"}),
        ("coordinator", {"proposer", "neighbour", "body", "council", "named"}),
    ],
)
def test_proposal_create_offers_whom_one_may_propose_for(client, plan, who, actors):
    ActorFactory(agreement=plan.agreement, name="named")
    client.force_login(plan.people[who])
    offered = client.get(address("create", plan)).context["form"].fields["proposed_by"].queryset
    names = {plan.proposer.pk: "proposer", plan.neighbour.pk: "neighbour", plan.managed_by.actor_id: "body"}
    council = {actor.pk: "council" for actor in offered if actor.kind == "body"}
    assert {{**council, **names}.get(actor.pk, actor.name) for actor in offered} == actors


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"title": ""}, "måste fyllas i"),
        ({"title": "x" * 10_000}, "Korta den med"),
        ({"description": "x" * 10_000}, "Korta den med"),
        ({"proposed_by": "neighbour"}, "finns inte att välja"),
        ({"proposed_by": ""}, "måste fyllas i"),
        ({"area": "elsewhere"}, "finns inte att välja"),
        ({"responsible": "elsewhere"}, "finns inte att välja"),
        ({"collaboration_area": "of another area"}, "hör till ett annat område"),
    ],
)
def test_proposal_create_refuses_in_swedish_and_keeps_what_was_typed(client, plan, change, message):
    ((field, value),) = change.items()
    made = {
        "neighbour": lambda: plan.neighbour,
        "elsewhere": lambda: PriorityAreaFactory() if field == "area" else ActorFactory(),
        "of another area": lambda: CollaborationAreaFactory(area__agreement=plan.agreement),
    }
    value = made[value]().pk if value in made else value
    data = {"proposed_by": plan.proposer.pk, "title": "Pröva", "desired_effect": "det här skrev jag", field: value}
    client.force_login(plan.people["reporter"])
    response = client.post(address("create", plan), data)
    page = response.content.decode()
    assert (response.status_code, message in page, "det här skrev jag" in page) == (200, True, True)
    assert not Proposal.objects.exists()


def test_proposal_edit_keeps_both_texts_when_a_colleague_was_faster(client, plan):
    proposal = make(plan, "draft")
    client.force_login(plan.people["reporter"])
    data = {"proposed_by": plan.proposer.pk, "version": proposal.version}
    client.post(address("edit", plan, proposal.pk), {**data, "title": "Den första"})
    second = client.post(address("edit", plan, proposal.pk), {**data, "title": "Den andra"})
    page = second.content.decode()
    assert (second.status_code, "Den första" in page, "Den andra" in page) == (409, True, True)


def test_proposal_edit_keeps_the_text_when_it_was_handed_in_meanwhile(client, plan):
    proposal = make(plan, "draft")
    client.force_login(plan.people["reporter"])
    data = {"proposed_by": plan.proposer.pk, "version": proposal.version, "title": "Min nya titel"}
    proposal.submit(by=plan.people["reporter"])
    page = client.post(address("edit", plan, proposal.pk), data).content.decode()
    assert ("redan inlämnat" in page, "Min nya titel" in page) == (True, True)
    assert client.get(address("edit", plan, proposal.pk)).status_code == 302
    assert Proposal.objects.get().title == proposal.title


def test_proposal_submit_hands_in_only_what_was_read(client, plan):
    proposal = make(plan, "draft")
    client.force_login(plan.people["reporter"])
    stale = proposal.version
    proposal.save_version(stale)
    client.post(address("submit", plan, proposal.pk), {"version": stale})
    assert Proposal.objects.get().state == "draft"
    client.post(address("submit", plan, proposal.pk), {"version": stale + 1})
    assert Proposal.objects.get().state == "submitted"
    page = client.post(address("submit", plan, proposal.pk), {"version": stale + 1}, follow=True).content.decode()
    assert "redan inlämnat" in page


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


# --- reading ----------------------------------------------------------------------------------------------------------


def test_proposal_list_puts_each_where_it_belongs(client, plan):
    rows = {state: make(plan, state) for state in ("draft", "submitted", "accepted", "declined")}
    client.force_login(plan.people["reporter"])
    context = client.get(address("list", plan)).context
    assert (context["drafts"], context["waiting"]) == ([rows["draft"]], [rows["submitted"]])
    assert set(context["decided"]) == {rows["accepted"], rows["declined"]}


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({"lage": "vantar"}, {"a", "b"}),
        ({"lage": "avgjorda"}, {"c"}),
        ({"lage": "utkast"}, set()),
        ({"omrade": "area"}, {"a"}),
        ({"omrade": "x", "lage": "y"}, {"a", "b", "c"}),
    ],
)
def test_proposal_list_filters(client, plan, query, shown):
    area = PriorityAreaFactory(agreement=plan.agreement)
    make(plan, title="a", area=area), make(plan, title="b"), make(plan, "declined", title="c")
    client.force_login(plan.people["coordinator"])
    query = {name: area.pk if value == "area" else value for name, value in query.items()}
    context = client.get(address("list", plan), query).context
    rows = [*context["drafts"], *context["waiting"], *context["decided"]]
    assert {row.title for row in rows} == shown


@pytest.mark.parametrize(("who", "sees"), [("coordinator", True), ("member", True), ("reporter", False)])
def test_result_of_the_ranking_is_for_members_and_coordinators(client, plan, who, sees):
    proposal = make(plan)
    ProposalRankFactory(proposal=proposal, user=plan.people["member"])
    client.force_login(plan.people[who])
    pages = [client.get(address("list", plan)), client.get(address("detail", plan, proposal.pk))]
    assert ["medelplats" in page.content.decode() for page in pages] == [sees, sees]


def test_proposal_comment_keeps_a_refused_text_on_the_page(client, plan):
    proposal = make(plan)
    client.force_login(plan.people["member"])
    page = client.post(address("comment", plan, proposal.pk), {"text": "z" * 3000, "is_shared": "on"}).content.decode()
    assert ("Korta den med" in page, page.count("z" * 3000)) == (True, 1)
    decline(proposal=proposal, by=plan.people["coordinator"], version=1, reason="Nej")
    page = client.post(address("comment", plan, proposal.pk), {"text": "Min text", "is_shared": "on"}).content.decode()
    assert ("går inte längre att kommentera" in page, "Min text" in page) == (True, True)
    assert not Comment.objects.exists()


def test_proposal_comment_is_refused_where_more_would_read_it(client, plan):
    proposal = make(plan)
    client.force_login(plan.people["reporter"])
    page = client.post(address("comment", plan, proposal.pk), {"text": "Mellan oss", "is_shared": ""}).content.decode()
    assert ("Fler läser nu" in page, "Mellan oss" in page, Comment.objects.exists()) == (True, True, False)


@pytest.mark.parametrize("who", ["coordinator", "reporter", "member"])
@pytest.mark.parametrize("page", ["list", "rank", "detail"])
def test_queries_do_not_follow_rows(client, plan, page, who):
    if page == "rank" and who != "member":
        pytest.skip("only members rank")
    client.force_login(plan.people[who])

    def fill(count):
        rows = []
        for _ in range(count):
            rows += [make(plan, "draft"), make(plan), make(plan, "declined"), make(plan, area=area)]
            CommentFactory(activity=None, proposal=first, is_shared=True, author=plan.people["reporter"])
            ProposalRankFactory(proposal=rows[-3], user=plan.people["member"])
            merge(leading=first, others=[make(plan)], by=plan.people["coordinator"], versions=Everything())

    def queries():
        client.get(url)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        return len(captured)

    area, first = PriorityAreaFactory(agreement=plan.agreement), make(plan)
    url = address(page, plan, *([first.pk] if page == "detail" else []))
    fill(1)
    with_one = queries()
    fill(7)
    assert queries() == with_one


class Everything:
    """Versions of whatever is asked for: those that are stored."""

    def __getitem__(self, pk):
        return Proposal.objects.get(pk=pk).version


def test_plan_list_leads_to_the_proposals_who_may_come_there(client, plan):
    led = set()
    for who in PEOPLE:
        client.force_login(plan.people[who])
        page = client.get(reverse("actionplans:plan_list", args=[plan.agreement.slug])).content.decode()
        led |= {who} if address("list", plan) in page else set()
    assert led == SHARERS
