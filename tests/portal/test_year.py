import datetime
from itertools import combinations
from math import dist

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from governance.models import Decision, Meeting
from parties.models import Role
from portal.wheel import APART, CENTRE, LEVELS, TRACKS, angle_of, arcs_of, months_of, point, spots_of
from portal.year import Happening, Period, Year, year_asked
from tests import factories as make

DAY = datetime.date


@pytest.fixture
def agreement(db):
    """In 2026 a meeting, a round with two days, an assignment, a review, and an adopted edition of its first half."""
    agreement = make.AgreementFactory(word_plan="")
    make.AgreementReviewFactory(agreement=agreement, done_on=None, due_on=DAY(2026, 12, 1))
    make.AgreementReviewFactory(agreement=agreement, done_on=DAY(2024, 12, 20), due_on=DAY(2025, 1, 31))
    mandate = make.MandateFactory(agreement=agreement, body__name="Rådet")
    meeting = make.MeetingFactory(body=mandate.body, held_on=DAY(2026, 6, 9), place="Uppsala")
    make.RoundFactory(agreement=agreement, label="1", planned=True, due_on=DAY(2026, 3, 1), close_on=DAY(2026, 5, 1))
    decision = make.DecisionFactory(body=mandate.body, agreement=agreement, meeting=meeting)
    make.AssignmentFactory(decision=decision, text="Ta fram rutin", party__name="Heby", due_on=DAY(2026, 9, 30))
    plan = make.ActionPlanFactory(agreement=agreement, name="Plan")
    dates = {"starts_on": DAY(2026, 1, 1), "ends_on": DAY(2026, 6, 30)}
    make.adopt(make.EditionFactory(plan=plan, label="A", **dates))
    make.EditionFactory(plan=plan, label="B", starts_on=DAY(2026, 7, 1), ends_on=DAY(2026, 12, 31))
    return agreement


def seen(agreement, user, year=2026):
    """(number, what stands in the list) of the year, and its periods."""
    found = Year(agreement, user, year)
    return [(row.number, row.title) for row in found.happenings], [period.title for period in found.periods]


DAYS = ["Omgång 1: sista svarsdag", "Omgång 1: stängs", "Rådet", "Ta fram rutin", "Årlig översyn"]


@pytest.mark.parametrize(
    ("role", "year", "titles", "periods"),
    [
        (Role.COORDINATOR, 2026, DAYS, ["Plan A", "Plan B"]),
        (Role.COORDINATOR, 2024, ["Årlig översyn"], []),
        (Role.COORDINATOR, 2025, [], []),
        ("anonymous", 2026, ["Rådet", "Årlig översyn"], ["Plan A"]),
    ],
)
def test_year_holds_what_each_may_read(agreement, login_as, role, year, titles, periods):
    user = login_as(role, party=agreement.coordinating_party)
    assert seen(agreement, user, year) == (list(enumerate(titles, 1)), periods)


def test_agreement_year_lists_months_and_draws_the_same_numbers(client, agreement, login_as):
    login_as(Role.COORDINATOR, party=agreement.coordinating_party)
    page = client.get(reverse("portal:agreement_year", args=[agreement.slug]), {"ar": "2026"})
    year, text = page.context["year"], page.content.decode()
    months = [(name, len(rows)) for name, rows in year.months]
    assert months == [("Mars", 1), ("Maj", 1), ("Juni", 1), ("September", 1), ("December", 1)]
    assert [spot.number for spot in year.spots] == [1, 2, 3, 4, 5]
    assert text.count('<g transform="translate(') == 5
    assert "?ar=2025" in text
    assert "?ar=2027" in text


def test_agreement_year_leads_to_a_meeting_only_where_its_agenda_may_be_read(agreement, login_as):
    urls = {}
    for role in ("anonymous", Role.COORDINATOR):
        user = login_as(role, party=agreement.coordinating_party)
        rows = Year(agreement, user, 2026).happenings
        urls[role] = next(row.url for row in rows if row.kind == "meeting")
    assert not urls["anonymous"]
    assert urls[Role.COORDINATOR].endswith(f"/mote/{Meeting.objects.get().key}/")


def test_year_holds_an_assignment_to_several_once(agreement, login_as):
    user = login_as(Role.COORDINATOR, party=agreement.coordinating_party)
    given = {"decision": Decision.objects.get(meeting__isnull=False), "text": "Redovisa", "due_on": DAY(2026, 10, 1)}
    pks = [make.AssignmentFactory(party__name=name, **given).pk for name in ("Heby", "Tierp")]
    row = Year(agreement, user, 2026).happenings[-2]
    urls = [reverse("followup:assignment_detail", args=[agreement.slug, pk]) for pk in pks]
    assert (row.title, row.url, row.receivers) == ("Redovisa", "", (("Heby", urls[0]), ("Tierp", urls[1])))


def test_agreement_year_without_anything_says_what_to_expect(client, db):
    page = client.get(reverse("portal:agreement_year", args=[make.AgreementFactory().slug])).content.decode()
    assert "Inget är inplanerat det här året." in page


def test_agreement_year_asks_as_much_of_one_meeting_as_of_thirty(client, agreement, login_as):
    login_as(Role.COORDINATOR, party=agreement.coordinating_party)
    url = reverse("portal:agreement_year", args=[agreement.slug])
    counted = []
    for more in (0, 29):
        for number in range(more):
            make.MeetingFactory(body=Meeting.objects.first().body, held_on=DAY(2026, 1, 1 + number))
        client.get(url, {"ar": 2026})
        with CaptureQueriesContext(connection) as asked:
            client.get(url, {"ar": 2026})
        counted.append(len(asked))
    assert 0 < counted[0] == counted[1]


@pytest.mark.parametrize(
    ("text", "year"),
    [("2025", 2025), ("1990", 1990), ("1989", None), ("2101", None), ("99999999999", None), ("tjugo", None), ("", None),
     ("²", None), ("-5", None), ("01990555", None)],
)  # fmt: skip
def test_year_asked_is_this_year_where_the_address_says_none(text, year):
    assert year_asked(text) == (year or timezone.localdate().year)


def happening(day):
    return Happening("meeting", day, "Möte", number=1)


def test_spots_of_stand_apart_while_there_is_room():
    spots = [(spot.x, spot.y) for spot in spots_of([happening(DAY(2026, 6, 1)) for _number in LEVELS], 2026)]
    assert min(dist(one, other) for one, other in combinations(spots, 2)) == pytest.approx(APART, abs=0.5)


@pytest.mark.parametrize(
    ("day", "place"),
    [
        (DAY(2026, 1, 1), (CENTRE, CENTRE - 100)),
        (DAY(2025, 7, 1), (CENTRE, CENTRE - 100)),  # before the year: its beginning
        (DAY(2026, 7, 2), (CENTRE, CENTRE + 100)),
    ],
)
def test_angle_of_goes_clockwise_from_the_top(day, place):
    assert point(angle_of(day, 2026), 100) == pytest.approx(place, abs=1)


def test_months_of_are_twelve():
    assert len(months_of(2024)) == 12


def period(start, end):
    return Period("Plan", start, end, "")


def test_arcs_of_give_periods_at_the_same_time_a_track_each_and_leave_out_what_has_no_room():
    halves = [period(DAY(2026, 1, 1), DAY(2026, 6, 30)), period(DAY(2026, 7, 1), DAY(2026, 12, 31))]
    assert [arc.track for arc in arcs_of(halves, 2026)] == [0, 0]
    same = [period(DAY(2025, 1, 1), DAY(2027, 6, 30)) for _track in [*TRACKS, None]]
    assert [arc.track for arc in arcs_of(same, 2026)] == list(range(len(TRACKS)))
