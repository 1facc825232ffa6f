"""What the checks find, where each line leads, and that the rows do not multiply queries."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from actionplans.checks import findings, stops
from actionplans.models import Activity
from agreements.models import Actor
from parties.models import PartyKind
from tests.factories import (
    AccessionFactory,
    ActionPlanFactory,
    ActivityFactory,
    ActorFactory,
    CollaborationAreaFactory,
    EditionFactory,
    GoalFactory,
    MandateFactory,
    PartyFactory,
    PriorityAreaFactory,
    ResponsibilityFactory,
)

pytestmark = pytest.mark.django_db
LEFT = datetime.date(2025, 1, 1)


@pytest.fixture
def edition():
    """A draft for the second half of 2026 whose only activity has all it needs."""
    edition = EditionFactory()
    whole(edition)
    return edition


def party_of(agreement, **accession):
    """The actor of a party of the agreement."""
    party = AccessionFactory(agreement=agreement, **accession).party
    return ActorFactory(agreement=agreement, party=party)


def together(agreement, key):
    return ActorFactory(agreement=agreement, kind=Actor.Kind.COLLECTIVE, key=key)


def whole(edition, **changes):
    """An activity that the checks have nothing to say about, but for ``changes``."""
    values = {"indicator": "Antal", "ends_on": edition.ends_on, "number": "B1"}
    responsible = {} if "responsible" in changes else {"responsible": party_of(edition.plan.agreement)}
    return ActivityFactory(edition=edition, **{**values, **responsible, **changes})


def said(edition):
    """(level, code, what it leads to: number and field, or area) of every line."""
    return [
        (found.level, found.code, found.activity and found.activity.number, found.field, found.area and found.area.name)
        for found in findings(edition)
    ]


def test_findings_are_none_where_nothing_is_wrong(edition):
    assert said(edition) == []


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"responsible": None}, ("stop", "responsible_missing", "A1", "responsible", None)),
        ({"ending": "closed"}, ("stop", "reason_missing", "A1", "ending_reason", None)),
        ({"ending": "cancelled", "ending_reason": " "}, ("stop", "reason_missing", "A1", "ending_reason", None)),
        ({"indicator": ""}, ("advice", "indicator_missing", "A1", "indicator", None)),
        ({"ends_on": None}, ("advice", "end_missing", "A1", "ends_on", None)),
        ({"ends_on": datetime.date(2027, 1, 1)}, ("advice", "ends_after", "A1", "ends_on", None)),
        ({"ends_on": datetime.date(2026, 6, 30)}, ("advice", "ends_before", "A1", "ends_on", None)),
    ],
)
def test_findings_of_one_activity(edition, changes, line):
    same = edition.activities.get().responsible
    whole(edition, **{"number": "A1", "responsible": same, **changes})
    assert said(edition) == [line]


def test_findings_say_when_it_begins_after_the_period(edition):
    start = datetime.date(2027, 2, 1)
    whole(edition, number="A1", starts_on=start, ends_on=None, is_continuous=True)
    assert said(edition) == [("advice", "starts_after", "A1", "starts_on", None)]


def test_findings_let_continuous_and_ended_activities_be(edition):
    whole(edition, number="A1", ends_on=None, is_continuous=True)
    whole(edition, number="A2", responsible=None, ends_on=None, indicator="", ending="closed", ending_reason="Klar")
    assert said(edition) == []


@pytest.mark.parametrize(
    ("responsible", "line"),
    [
        (lambda agreement: party_of(agreement, left_on=LEFT), ("stop", "responsible_not_party")),
        (lambda agreement: ActorFactory(agreement=agreement, party=PartyFactory()), ("stop", "responsible_not_party")),
        (lambda agreement: ActorFactory(agreement=agreement), ("advice", "responsible_not_asked")),
        (lambda agreement: together(agreement, "regeringen"), ("advice", "responsible_not_asked")),
        (lambda agreement: together(agreement, "kommunerna"), None),
        (lambda agreement: MandateFactory(agreement=agreement).actor, None),
        (lambda agreement: party_of(agreement, role="cooperating"), None),
    ],
    ids=["left", "never joined", "named", "nobody in the portal", "municipalities", "body", "cooperating"],
)  # fmt: skip
def test_findings_of_the_responsible(edition, responsible, line):
    whole(edition, number="A1", responsible=responsible(edition.plan.agreement))
    assert said(edition) == ([(*line, "A1", "responsible", None)] if line else [])


def test_findings_stop_an_edition_without_activities(edition):
    Activity.objects.update(ending="closed", ending_reason="Klar")
    assert [finding.code for finding in stops(edition)] == ["empty"]


def test_findings_of_goals_and_collaboration_areas(edition):
    area = PriorityAreaFactory(agreement=edition.plan.agreement, name="Arbete")
    served, goal = GoalFactory(area=area), GoalFactory(area=area, text="x" * 100)
    own, beside, part = (CollaborationAreaFactory(area=area, name=name) for name in ("Eget", "Bredvid", "Sfi"))
    CollaborationAreaFactory(area=area, dropped_on=LEFT)
    activity = whole(edition, number="A1", area=area, collaboration_area=own)
    activity.goals.add(served)
    activity.serves.add(beside)
    assert said(edition) == [
        ("advice", "goal_unserved", None, "", "Arbete"),
        ("advice", "collaboration_area_unserved", None, "", "Arbete"),
    ]
    assert [str(finding.text) for finding in findings(edition)] == [
        f"Inget görs för målet ”{'x' * 79}…”",
        f"Inget görs inom {part.name}",
    ]
    activity.goals.add(goal)
    activity.serves.add(part)
    assert said(edition) == []
    Activity.objects.filter(pk=activity.pk).update(ending="closed", ending_reason="Klar")
    assert len([line for line in said(edition) if line[-1] == "Arbete"]) == 5


def test_findings_of_a_plan_of_one_area_are_about_that_area():
    area = PriorityAreaFactory()
    other = PriorityAreaFactory(agreement=area.agreement)
    edition = EditionFactory(plan=ActionPlanFactory(agreement=area.agreement, area=area))
    whole(edition)
    for each in (area, other):
        GoalFactory(area=each)
        CollaborationAreaFactory(area=each)
    assert {finding.area for finding in findings(edition)} == {area}


def test_findings_of_parties_without_a_task(edition):
    agreement = edition.plan.agreement
    AccessionFactory(agreement=agreement, party__name="Heby kommun", party__kind=PartyKind.REGION)
    AccessionFactory(agreement=agreement, party__name="Knivsta kommun", party__kind=PartyKind.REGION)
    AccessionFactory(agreement=agreement, left_on=LEFT)
    AccessionFactory(agreement=agreement, role="adjunct")
    assert [str(finding.text) for finding in findings(edition)] == [
        "2 parter har ingen uppgift: Heby kommun, Knivsta kommun"
    ]
    edition.activities.get().participants.add(together(agreement, "parterna"))
    assert said(edition) == []


def test_findings_of_areas_whose_group_is_missing(edition):
    area = PriorityAreaFactory(agreement=edition.plan.agreement, name="Hälsa")
    group = MandateFactory(agreement=area.agreement, body__state="planned")
    ResponsibilityFactory(area=area, actor=group.actor)
    ResponsibilityFactory(area=area)
    assert said(edition) == [("advice", "group_missing", None, "", "Hälsa")]


def test_findings_put_stops_first(edition):
    whole(edition, number="A1", indicator="")
    whole(edition, number="A2", responsible=None)
    assert [finding.level for finding in findings(edition)] == ["stop", "advice"]


def test_findings_do_not_multiply_queries(edition):
    def fill(count):
        for _row in range(count):
            area = PriorityAreaFactory(agreement=edition.plan.agreement)
            GoalFactory(area=area)
            activity = whole(edition, number=f"X{area.pk}", area=area)
            activity.participants.add(party_of(edition.plan.agreement))
            activity.goals.add(GoalFactory(area=area))
            AccessionFactory(agreement=edition.plan.agreement)
            group = MandateFactory(agreement=area.agreement, body__state="planned")
            ResponsibilityFactory(area=area, actor=group.actor)

    def queries():
        with CaptureQueriesContext(connection) as captured:
            findings(edition)
        return len(captured)

    fill(1)
    with_one = queries()
    fill(29)
    assert (queries(), with_one <= 11) == (with_one, True)
