"""The people around a plan, each with one hat, for the tables of who may do what."""

from django.urls import reverse

from actionplans.models import Proposal
from actionplans.proposing import accept, decline
from parties.models import Role
from tests.factories import (
    AccessionFactory,
    ActorFactory,
    AgreementFactory,
    EditionFactory,
    MandateFactory,
    MembershipFactory,
    ProposalFactory,
)

PEOPLE = (
    "coordinator", "reporter", "reader", "member", "council", "auditor", "neighbour", "other coordinator", "elsewhere",
)  # fmt: skip


def cast(plan):
    """Person → how to make one: of the proposing party, its neighbour, the bodies, the county board and another county.

    ``plan.managed_by`` becomes a preparing body where it has none. The proposing party's actor is ``plan.proposer``.
    """
    agreement = plan.agreement
    plan.managed_by = plan.managed_by or MandateFactory(agreement=agreement)
    plan.save()
    party = AccessionFactory(agreement=agreement).party
    neighbour = AccessionFactory(agreement=agreement).party
    plan.proposer = ActorFactory(agreement=agreement, party=party)
    plan.neighbour = ActorFactory(agreement=agreement, party=neighbour)
    council = MandateFactory(agreement=agreement).body
    abroad = AgreementFactory(county__code="04")
    stranger = AccessionFactory(agreement=abroad).party

    def seated(body):
        return MembershipFactory(role=Role.COUNCIL_MEMBER, group=body.group())

    makers = {
        "coordinator": lambda: MembershipFactory(role=Role.COORDINATOR, party=agreement.coordinating_party),
        "reporter": lambda: MembershipFactory(role=Role.REPORTER, party=party),
        "reader": lambda: MembershipFactory(role=Role.READER, party=party),
        "member": lambda: seated(plan.managed_by.body),
        "council": lambda: seated(council),
        "auditor": lambda: MembershipFactory(role=Role.AUDITOR, party=agreement.coordinating_party),
        "neighbour": lambda: MembershipFactory(role=Role.REPORTER, party=neighbour),
        "other coordinator": lambda: MembershipFactory(role=Role.COORDINATOR, party=abroad.coordinating_party),
        "elsewhere": lambda: MembershipFactory(role=Role.REPORTER, party=stranger),
    }
    return {who: make().user for who, make in makers.items()}


def proposal_address(name, plan, *more):
    return reverse(f"actionplans:proposal_{name}", args=[plan.agreement.slug, plan.key, *more])


def propose(plan, state="submitted", **fields):
    """A proposal of the reporter's party, in a state."""
    proposal = ProposalFactory(
        plan=plan, proposed_by=plan.proposer, author=plan.people["reporter"], submitted=state != "draft", **fields
    )
    if state == "declined":
        decline(proposal=proposal, by=plan.people["coordinator"], version=1, reason="Ryms inte")
    elif state == "accepted":
        accept(proposal=proposal, edition=EditionFactory(plan=plan), by=plan.people["coordinator"], version=1)
    return Proposal.objects.get(pk=proposal.pk)
