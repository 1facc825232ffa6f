"""From proposal to plan: who sees, edits, ranks and decides in each state, and that nothing is decided twice."""

from itertools import product

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from actionplans.comments import say
from actionplans.models import Comment, Proposal
from actionplans.proposing import decline, merge
from parties.models import Membership
from tests.actionplans.people import PEOPLE, cast
from tests.actionplans.people import proposal_address as address
from tests.actionplans.people import propose as make
from tests.factories import (
    ActionPlanFactory,
    ActorFactory,
    CollaborationAreaFactory,
    CommentFactory,
    EditionFactory,
    PriorityAreaFactory,
    ProposalFactory,
    ProposalRankFactory,
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


# What each may do in each state, said here and nowhere else. Everybody who is not named gets 404 where they do not see
# the proposal and 403 where they do.
RIGHTS = {
    "draft": {
        "sees": OWN,
        "edits": {"reporter"},
        "submits": {"reporter"},
        "deletes": {"reporter"},
        "comments": {"reporter"},
        "accepts": set(),
        "declines": set(),
    },
    "submitted": {
        "sees": OWN | PREPARERS,
        "edits": set(),
        "submits": set(),
        "deletes": set(),
        "comments": {"reporter"} | PREPARERS,
        "accepts": {"coordinator"},
        "declines": {"coordinator"},
    },
    "accepted": {
        "sees": OWN | PREPARERS,
        "edits": set(),
        "submits": set(),
        "deletes": set(),
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
        "deletes": ("delete", {"version": proposal.version}),
        "comments": ("comment", {"text": "Ett ord", "is_shared": "on"}),
        "accepts": ("accept", {"version": proposal.version, "edition": plan.draft.pk}),
        "declines": ("decline", {"version": proposal.version, "outcome_reason": "Ryms inte"}),
    }
    name, posted = data[verb]
    stored = Proposal.objects.filter(pk=pk).values_list("version")
    before = list(stored), Comment.objects.count()
    status = client.post(address(name, plan, pk), posted).status_code
    return (list(stored.all()), Comment.objects.count()) != before, status


@pytest.mark.parametrize("state", RIGHTS)
def test_rights_by_state(client, plan, state):
    plan.draft = EditionFactory(plan=plan)
    proposal = make(plan, state)
    done, unseen = {verb: set() for verb in RIGHTS[state]}, {verb: set() for verb in RIGHTS[state]}
    for who, verb in product(PEOPLE, RIGHTS[state]):
        client.force_login(plan.people[who])
        with transaction.atomic():
            if verb == "sees":
                status = client.get(address("detail", plan, proposal.pk)).status_code
                had_effect = status == 200
            else:
                had_effect, status = attempt(client, plan, proposal, verb)
            transaction.set_rollback(True)
        done[verb] |= {who} if had_effect else set()
        unseen[verb] |= {who} if status == 404 else set()
    assert done == RIGHTS[state]
    assert unseen == dict.fromkeys(RIGHTS[state], set(PEOPLE) - RIGHTS[state]["sees"])


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


def test_proposal_delete_removes_a_draft_as_it_was_read(client, plan):
    proposal = make(plan, "draft")
    CommentFactory(activity=None, proposal=proposal)
    client.force_login(plan.people["reporter"])
    client.post(address("delete", plan, proposal.pk), {"version": proposal.version + 1})
    assert Proposal.objects.count() == 1
    client.post(address("delete", plan, proposal.pk), {"version": proposal.version})
    assert (Proposal.objects.count(), Comment.objects.count()) == (0, 0)


def test_proposal_delete_leaves_what_is_handed_in(client, plan):
    proposal = make(plan)
    client.force_login(plan.people["reporter"])
    answers = [client.get(address("delete", plan, proposal.pk), follow=True)]
    answers.append(client.post(address("delete", plan, proposal.pk), {"version": proposal.version}, follow=True))
    assert ["kan inte tas bort" in answer.content.decode() for answer in answers] == [True, True]
    assert Proposal.objects.count() == 1


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


@pytest.mark.parametrize(
    ("page", "who"),
    [(page, who) for page in ("list", "detail") for who in ("coordinator", "reporter", "member")]
    + [("rank", "member")],
)
def test_queries_do_not_follow_rows(client, plan, page, who):
    client.force_login(plan.people[who])

    def fill(count):
        rows = []
        for _ in range(count):
            rows += [make(plan, "draft"), make(plan), make(plan, "declined"), make(plan, area=area)]
            CommentFactory(activity=None, proposal=first, is_shared=True, author=plan.people["reporter"])
            ProposalRankFactory(proposal=rows[-3], user=plan.people["member"])
            other, version = make(plan), Proposal.objects.get(pk=first.pk).version
            versions = {first.pk: version, other.pk: other.version}
            merge(leading=first, others=[other], by=plan.people["coordinator"], versions=versions)

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


def test_plan_list_leads_to_the_proposals_who_may_come_there(client, plan):
    led = set()
    for who in PEOPLE:
        client.force_login(plan.people[who])
        page = client.get(reverse("actionplans:plan_list", args=[plan.agreement.slug])).content.decode()
        led |= {who} if address("list", plan) in page else set()
    assert led == SHARERS


@pytest.mark.parametrize("who", ["coordinator", "reporter"])
def test_thread_about_a_proposal_is_resolved_until_the_proposal_is_decided(plan, who):
    waiting, declined = (
        CommentFactory(activity=None, proposal=proposal, is_shared=True, author=plan.people["reporter"])
        for proposal in (make(plan), make(plan, "declined"))
    )
    seen = Comment.objects.visible_to(plan.people[who])
    assert (set(seen), set(Comment.objects.editable_by(plan.people[who]))) == ({waiting, declined}, {waiting})
