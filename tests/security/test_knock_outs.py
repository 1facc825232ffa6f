"""Every rule of who may see and do what is missed when it is gone: the walk through everything tells at once.

Each rule is switched off, one by one, and the addresses that asked it are asked again. A rule is noticed where somebody
is let in, or reads what is not theirs.
"""

import random
import re
from collections import defaultdict

import pytest

from tests.security.crawling import ask, readable_papers
from tests.security.knocking import knocked_out, rules
from tests.security.test_canaries import leaks
from tests.security.test_strangers import CASES, let_in

pytestmark = pytest.mark.django_db

TRIES = 60
# Takes a user, but lets nobody in: it tells, makes or ends something for the user, or is open to all.
NO_RULES = re.compile(
    r"\.(for_page|renew|stage|_?hats_of|hats_on|rights_of|join|on)$|^parties\.(accounts|granting|anonymising)\.|^PartyQuerySet\.visible_to$"
)
# Nothing that the walk reaches asks them: letters, imports, or pages in a state that it does not meet. One that begins
# to be asked is red here, and then it must be missed.
UNASKED = {
    "AgendaLinkQuerySet.editable_by", "AssessmentQuerySet.editable_by", "ConsultationResponseQuerySet.editable_by",
    "ContributionQuerySet.editable_by", "CouncilPackQuerySet.editable_by", "DecisionQuerySet.editable_by",
    "DialogueQuerySet.editable_by", "DraftCommentQuerySet.editable_by", "ObstacleQuerySet.editable_by",
    "OfResponseQuerySet.editable_by", "TextVersionQuerySet.editable_by",
    "NoteQuerySet.editable_by", "NoteQuerySet.visible_to",
    "PartOfIndicatorQuerySet.editable_by", "PartOfMeetingQuerySet.editable_by", "PartOfReportQuerySet.editable_by",
    "PartOfRoundQuerySet.editable_by", "RecordQuerySet.editable_by",
    "ReportingRuleQuerySet.editable_by",
    "SeatQuerySet.editable_by", "StagedWorkbookQuerySet.editable_by",
}  # fmt: skip
# Asked, but not missed in this world: another rule of the same request says the same of these rows, or the world has no
# row that only this rule hides.
BEHIND_ANOTHER = {
    "AddresseeQuerySet.editable_by", "AddresseeQuerySet.visible_to", "DraftCommentQuerySet.visible_to",
    "PlanQuerySet.visible_to", "ReportingRuleQuerySet.visible_to",
    "RevisionRequestQuerySet.visible_to", "SituationReportQuerySet.visible_to",
    "AgendaLinkQuerySet.visible_to", "AssignmentQuerySet.visible_to", "BodyQuerySet.shared_with",
    "BodyQuerySet.visible_to", "CouncilPackQuerySet.visible_to", "DecisionQuerySet.visible_to",
    "FeedKeyQuerySet.visible_to", "MeetingQuerySet.visible_to", "MembershipQuerySet.active",
    "MembershipQuerySet.editable_by", "NoticeQuerySet.visible_to", "PartOfIndicatorQuerySet.visible_to",
    "PartOfMeetingQuerySet.visible_to", "PartOfRoundQuerySet.visible_to", "ReportQuerySet.editable_by",
    "ReportQuerySet.submittable_by",
    "RespondentQuerySet.editable_by", "ReturnQuerySet.visible_to", "SeatQuerySet.visible_to",
    "StagedWorkbookQuerySet.of_session", "StagedWorkbookQuerySet.visible_to",
    "actionplans.models.voices.agreements_with_voice",
}  # fmt: skip
# Those of them that do not know by the user alone what they answer: their own tests miss them, see tools/knock_outs.py.
BY_MORE = {
    "MembershipQuerySet.active", "StagedWorkbookQuerySet.of_session", "actionplans.models.voices.agreements_with_voice",
}  # fmt: skip
RULES = {name: places for name, places in rules().items() if not NO_RULES.search(name)}


def candidates(walk, rule):
    """The answers where the rule could matter, the likely first: where it was asked, by those who were refused."""
    everything = [*walk.answers, *walk.posts]
    surfaces = {each.surface for each in everything if rule in each.asked}
    found = [each for each in everything if each.surface in surfaces and each.again]
    random.Random(0).shuffle(found)
    seen = defaultdict(int)
    for each in found:
        seen[each.surface] += 1
        each.turn = seen[each.surface]
    return sorted(found, key=lambda each: (each.status not in (403, 404), rule not in each.asked, each.turn))


def noticed(walk, answer):
    """Whether the same question is now answered so that somebody is let in, or reads what is not theirs."""
    person, surface, url, how = answer.again
    again = ask(walk.scene, person, surface, url, **how)
    return again.status != answer.status or leaks(walk.scene, [(answer.person, surface, again.tokens)])


@pytest.mark.parametrize("rule", sorted(RULES.keys() - UNASKED - BEHIND_ANOTHER))
def test_rule_is_missed(walk, rule):
    tried = candidates(walk, rule)[:TRIES]
    with knocked_out(RULES[rule]), readable_papers():
        assert any(noticed(walk, each) for each in tried), f"{rule}: nobody missed it, {len(tried)} tries"


def test_nothing_is_missed_where_every_rule_stands(walk):
    """What is asked again is answered as before: what the test above notices is the rule that is gone."""
    tried = [each for each in (*walk.answers, *walk.posts) if each.again]
    random.Random(0).shuffle(tried)
    with knocked_out([]), readable_papers():
        assert [each.again for each in tried[: 5 * TRIES] if noticed(walk, each)] == []


@pytest.mark.parametrize("rule", sorted((UNASKED | BEHIND_ANOTHER) - BY_MORE))
def test_rule_that_the_walk_does_not_miss_is_missed_by_strangers(rule):
    """Without it somebody from elsewhere sees or may change a row of a draft."""
    factory, name = next((factory, name) for factory, cls, name in CASES if f"{cls}.{name}" == rule)
    with knocked_out(RULES[rule]):
        assert True in let_in(factory, name)


def test_rules_that_nothing_asks_are_known(walk):
    """UNASKED is neither more nor less than the rules that no answer of the walk came to."""
    asked = set().union(*(each.asked for each in [*walk.answers, *walk.posts]))
    assert RULES.keys() - asked == UNASKED
    assert BEHIND_ANOTHER - RULES.keys() == set()
