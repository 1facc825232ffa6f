"""The follow-up pages: who comes in, what is saved, what a draft gives away, and that rows do not multiply queries."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from actionplans.models import Edition
from followup.models import Report, Round
from followup.services import close_round
from governance.models import Decision
from parties.models import Role
from tests.factories import (
    AccessionFactory,
    ActivityFactory,
    ActorFactory,
    EditionFactory,
    MandateFactory,
    MembershipFactory,
    PriorityAreaFactory,
    ReportFactory,
    RoundFactory,
    UserFactory,
    adopt,
)

pytestmark = pytest.mark.django_db
ROLES = ("coordinator", "reporter", "reader", "other party", "council", "elsewhere")


@pytest.fixture
def report():
    """An unanswered report of a party of the round's agreement, which another party belongs to too."""
    report = ReportFactory(party__name="Heby kommun")
    AccessionFactory(agreement=report.round.agreement, party=report.party)
    return report


@pytest.fixture
def log_in(client):
    """log_in(role, agreement, party): ``client`` acts as somebody of the agreement."""

    def log_in(role, agreement, party=None):
        hats = {
            "coordinator": lambda: {"role": Role.COORDINATOR, "party": agreement.coordinating_party},
            "reporter": lambda: {"role": Role.REPORTER, "party": party},
            "reader": lambda: {"role": Role.READER, "party": party},
            "other party": lambda: {"role": Role.REPORTER, "party": AccessionFactory(agreement=agreement).party},
            "council": lambda: {
                "role": Role.COUNCIL_MEMBER,
                "group": MandateFactory(agreement=agreement).body.group(),
            },
            "elsewhere": lambda: {"role": Role.COORDINATOR},
        }
        user = MembershipFactory(**hats[role]()).user
        client.force_login(user)
        return user

    return log_in


def address(name, row, *more):
    round = row.round if isinstance(row, Report) else row
    place = [round.agreement.slug] if name == "round_list" else [round.agreement.slug, round.label]
    return reverse(f"followup:{name}", args=[*place, *more])


def answer(report, **changes):
    return {"status": "ongoing", "text": "Boskolan är igång.", "version": report.version, **changes}


def queries_of(client, url):
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


# --- rounds -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("role", "status"), [*zip(ROLES, (302, 403, 403, 403, 403, 404), strict=True)])
@pytest.mark.parametrize(("verb", "state"), [("open", "open"), ("close", "closed"), ("publish", "published")])
def test_round_changes_are_the_coordinators(client, log_in, report, role, status, verb, state):
    round = report.round
    if verb == "open":
        round = RoundFactory(agreement=round.agreement, planned=True)
    if verb == "publish":
        close_round(round=round, by=UserFactory())
    before = round.state
    log_in(role, round.agreement, report.party)
    assert client.post(address(f"round_{verb}", round)).status_code == status
    assert Round.objects.get(pk=round.pk).state == (state if status == 302 else before)


@pytest.mark.parametrize("verb", ["open", "close", "publish"])
def test_round_change_out_of_turn_says_why(client, log_in, report, verb):
    round = report.round
    close_round(round=round, by=UserFactory())
    round.publish(by=UserFactory())
    stored = Round.objects.values().get()
    log_in("coordinator", round.agreement)
    response = client.post(address(f"round_{verb}", round), follow=True)
    assert [message.level_tag for message in response.context["messages"]] == ["error"]
    assert Round.objects.values().get() == stored


SEES_ROUND = {
    # who: (open, published)
    "coordinator": (200, 200),
    "reporter": (200, 200),
    "council": (200, 200),
    "elsewhere": (404, 200),
}


@pytest.mark.parametrize("published", [False, True])
@pytest.mark.parametrize("role", SEES_ROUND)
def test_round_detail_is_shared_until_published(client, log_in, report, role, published):
    if published:
        close_round(round=report.round, by=UserFactory())
        report.round.publish(by=UserFactory())
    log_in(role, report.round.agreement, report.party)
    assert client.get(address("round_detail", report)).status_code == SEES_ROUND[role][published]


@pytest.mark.parametrize("page", ["round_list", "round_detail"])
@pytest.mark.parametrize("role", ["coordinator", "council", "other party"])
def test_a_saved_draft_changes_no_page_outside_the_party(client, log_in, report, role, page):
    log_in(role, report.round.agreement)

    def read():
        content = client.get(address(page, report)).content
        return re.sub(rb'name="csrfmiddlewaretoken" value="[^"]*"', b"", content)

    before = read()
    report.status, report.text = "deviating", "hemligt utkast"
    report.save_version(report.version)
    assert read() == before


def test_round_detail_counts_what_was_handed_in_and_names_the_silent(client, log_in, report):
    """The headline, the shares and the way to each answer, as the council reads them."""
    area = PriorityAreaFactory(agreement=report.round.agreement, name="Boende")
    activity = ActivityFactory(edition__plan__agreement=report.round.agreement, area=area, title="Pröva boskola")
    answered = ReportFactory(round=report.round, activity=activity, party__name="Tierps kommun", submitted=True)
    log_in("council", report.round.agreement)
    response = client.get(address("round_detail", report))
    text = " ".join(re.sub(r"</?(a|strong)\b[^>]*>", "", response.content.decode()).split())
    assert "1 av 2 åtaganden går enligt plan. Inget avviker och en part har svar kvar att lämna." in text
    assert [row["name"] for row in response.context["board"].silent_parties] == ["Heby kommun"]
    assert f"{address('round_answers', report)}?status=on_track" in response.content.decode()
    answers = client.get(address("round_answers", report)).content.decode()
    assert address("report_detail", answered, answered.pk) in answers
    assert address("report_detail", report, report.pk) not in answers


def test_round_detail_without_reports_says_what_to_do(client, log_in):
    round = RoundFactory(planned=True)
    log_in("coordinator", round.agreement)
    page = client.get(address("round_detail", round)).content.decode()
    assert "Ingen fastställd version gäller i perioden." in page
    assert "0 av 0" not in page


@pytest.mark.parametrize("page", ["round_list", "round_detail"])
def test_queries_do_not_follow_rows(client, log_in, report, page):
    agreement = report.round.agreement
    log_in("coordinator", agreement)
    url = address(page, report)

    def add_rows(number):
        for _ in range(number):
            RoundFactory(agreement=agreement)
            activity = ActivityFactory(edition=report.activity.edition, area=PriorityAreaFactory(agreement=agreement))
            ReportFactory(round=report.round, activity=activity, submitted=True)

    add_rows(1)  # with an area, which is fetched where there is any
    with_one = queries_of(client, url)
    add_rows(29)
    assert queries_of(client, url) == with_one


# --- adoption ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def draft():
    """A draft edition with an activity of a party, in an agreement with an open round."""
    edition = EditionFactory()
    agreement = edition.plan.agreement
    party = AccessionFactory(agreement=agreement).party
    ActivityFactory(edition=edition, responsible=ActorFactory(agreement=agreement, party=party))
    RoundFactory(agreement=agreement)
    return edition


def adoption(edition, **changes):
    mandate = MandateFactory(agreement=edition.plan.agreement)
    return {
        "mandate": mandate.pk,
        "decided_on": "2026-06-11",
        "paragraph": "§ 7",
        "registry_number": "1-2026",
        **changes,
    }


def adopt_url(edition):
    return reverse("followup:edition_adopt", args=[edition.plan.agreement.slug, edition.plan.key, edition.label])


@pytest.mark.parametrize(("role", "status"), [("coordinator", 302), ("other party", 404), ("elsewhere", 404)])
def test_edition_adopt_is_for_coordinators(client, log_in, draft, role, status):
    log_in(role, draft.plan.agreement)
    assert client.post(adopt_url(draft), adoption(draft)).status_code == status
    assert (Edition.objects.get(pk=draft.pk).state == "adopted") is (status == 302)


def test_edition_adopt_records_the_decision_and_asks_the_parties(client, log_in, draft):
    user = log_in("coordinator", draft.plan.agreement)
    client.post(adopt_url(draft), adoption(draft))
    edition, decision = Edition.objects.get(pk=draft.pk), Decision.objects.get()
    assert (edition.decision, edition.adopted_by) == (decision, user)
    assert (decision.kind, decision.paragraph, decision.registry_number) == ("adopt_edition", "§ 7", "1-2026")
    assert [report.activity.edition for report in Report.objects.all()] == [edition]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"decided_on": "2099-01-01"}, "kan inte ligga i framtiden"),
        ({"mandate": ""}, "måste fyllas i"),
        ({"decided_on": "i går"}, "Skriv datumet med år, månad och dag"),
    ],
)
def test_edition_adopt_refuses_in_swedish(client, log_in, draft, change, message):
    log_in("coordinator", draft.plan.agreement)
    response = client.post(adopt_url(draft), adoption(draft, **change))
    assert (response.status_code, message in response.content.decode()) == (200, True)
    assert not Decision.objects.exists()


def test_edition_adopt_refuses_a_body_of_another_agreement(client, log_in, draft):
    log_in("coordinator", draft.plan.agreement)
    assert client.post(adopt_url(draft), adoption(draft, mandate=MandateFactory().pk)).status_code == 200
    assert Edition.objects.get(pk=draft.pk).state == "draft"


def test_edition_adopt_says_what_is_adopted_and_what_it_replaces(client, log_in, draft):
    former = adopt(EditionFactory(plan=draft.plan, label="2026:1"))
    log_in("coordinator", draft.plan.agreement)
    page = client.post(adopt_url(draft), adoption(draft), follow=True).content.decode()
    assert f"{draft} är fastställd. Nu kan ingen ändra den. Den ersätter {former.label}, som går att läsa" in page


def test_edition_adopt_shows_the_checks(client, log_in, draft):
    log_in("coordinator", draft.plan.agreement)
    page = client.get(adopt_url(draft)).content.decode()
    assert ("2 saker är bra att se över" in page, "inte varit föreslagen" in page, "<form" in page) == (
        True,
        True,
        True,
    )
    activity = ActivityFactory(edition=draft, number="X1", responsible=None)
    context = client.get(adopt_url(draft)).context
    assert [(row.activity, row.field) for row in context["stops"]] == [(activity, "responsible")]


def test_edition_adopt_refuses_with_the_list_of_what_stops_it(client, log_in, draft):
    ActivityFactory(edition=draft, number="X1", responsible=None)
    ActivityFactory(edition=draft, number="X2", ending="cancelled")
    log_in("coordinator", draft.plan.agreement)
    response = client.post(adopt_url(draft), adoption(draft))
    page = response.content.decode()
    assert (response.status_code, "X1: Ansvarig part saknas." in page, "X2: Struken utan skäl." in page) == (
        200,
        True,
        True,
    )
    assert 'value="1-2026"' in page
    assert (Edition.objects.get(pk=draft.pk).state, Decision.objects.count()) == ("draft", 0)


def test_edition_adopt_twice_is_refused(client, log_in, draft):
    log_in("coordinator", draft.plan.agreement)
    answers = [client.post(adopt_url(draft), adoption(draft)).status_code for _ in range(2)]
    assert (answers, Decision.objects.count()) == ([302, 403], 1)
