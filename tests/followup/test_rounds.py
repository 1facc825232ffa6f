"""Rounds in the browser: planned, changed, opened, extended, closed, published and opened again."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from followup.models import Outcome, Report, Respondent, Round
from followup.round_forms import RoundForm, coverage
from followup.services import add_reports, adopt_edition, close_round, editions_of, extend, missing_reports, open_round
from lib.db import Frozen
from parties.models import Role
from tests.factories import (
    AccessionFactory,
    ActivityFactory,
    ActorFactory,
    AgreementFactory,
    EditionFactory,
    MandateFactory,
    MeetingFactory,
    MembershipFactory,
    ReportFactory,
    RespondentFactory,
    RoundFactory,
    UserFactory,
    adopt,
)
from tests.filled_form import Forms

pytestmark = pytest.mark.django_db


def days_away(days):
    return timezone.localdate() + datetime.timedelta(days=days)


@pytest.fixture
def coordinated(client):
    """coordinated(agreement): ``client`` acts as its coordinator."""

    def log_in(agreement):
        user = MembershipFactory(role=Role.COORDINATOR, party=agreement.coordinating_party).user
        client.force_login(user)
        return user

    return log_in


def url(name, round, *more):
    return reverse(f"followup:{name}", args=[round.agreement.slug, round.label, *more])


def typed(**changes):
    values = {
        "label": "2027:1",
        "period_starts_on": "2027-01-01",
        "period_ends_on": "2027-06-30",
        "asks": "responsible",
        "due_on": "2027-05-01",
    }
    return values | changes


def asked_edition(agreement=None, starts_on="2026-07-01", ends_on="2026-12-31", **more):
    """An adopted edition with one activity of a party that belongs to the agreement."""
    place = {"plan__agreement": agreement} if agreement else {}
    edition = EditionFactory(starts_on=starts_on, ends_on=ends_on, **place, **more)
    agreement = edition.plan.agreement
    party = AccessionFactory(agreement=agreement).party
    ActivityFactory(edition=edition, responsible=ActorFactory(agreement=agreement, party=party))
    return edition


# --- planning ---------------------------------------------------------------------------------------------------------


def test_round_create_counts_empty_days_from_the_meeting(client, coordinated):
    agreement = AgreementFactory()
    meeting = MeetingFactory(body=MandateFactory(agreement=agreement).body, held_on="2027-06-10")
    coordinated(agreement)
    response = client.post(
        reverse("followup:round_create", args=[agreement.slug]), typed(meeting=meeting.pk, due_on="2027-04-25")
    )
    round = Round.objects.get()
    assert (response.status_code, round.state, round.meeting) == (302, "planned", meeting)
    assert [str(day) for day in (round.opens_on, round.due_on, round.publish_on)] == [
        "2027-03-18",
        "2027-04-25",
        "2027-06-24",
    ]


def test_round_create_proposes_and_shows_what_opening_makes(client, coordinated):
    edition = adopt(asked_edition())
    coordinated(edition.plan.agreement)
    page = client.get(reverse("followup:round_create", args=[edition.plan.agreement.slug])).content.decode()
    assert 'value="2026:2"' in page
    assert "<strong>1 rapport</strong> till <strong>1 part</strong>." in page
    assert f"{edition.plan.name} {edition.label}" in page


def test_round_create_recounts_without_saving(client, coordinated):
    agreement = AgreementFactory()
    coordinated(agreement)
    sent = typed(council_on="2027-06-10", label="Våren", recount="1", close_on="2027-01-01")
    response = client.post(reverse("followup:round_create", args=[agreement.slug]), sent)
    page = response.content.decode()
    assert (response.status_code, Round.objects.count()) == (200, 0)
    assert ('value="Våren"' in page, 'value="2027-05-27"' in page, "v. 21" in page) == (True, True, True)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"label": "ny"}, "Ordet ny är upptaget"),
        ({"label": "2027/1"}, "Använd bokstäver, siffror"),
        ({"label": "2026:9"}, "Det finns redan en omgång"),
        ({"period_ends_on": "2026-12-31"}, "Slutdatum kan inte vara före startdatum"),
        ({"due_on": ""}, "Ange sista svarsdag"),
        ({"due_on": "2026-12-31"}, "Sista svarsdag ligger före perioden"),
        ({"due_on": "i vår"}, "Skriv datumet med år, månad och dag"),
        ({"review_on": "2027-04-01"}, "Granskad senast 2027-04-01 är före sista svarsdag 2027-05-01"),
        ({"meeting": "999999"}, "finns inte att välja"),
        ({"period_ends_on": "9999-12-31"}, "Kontrollera året"),
        ({"council_on": "9999-12-31", "due_on": ""}, "Kontrollera året"),
        ({"council_on": "0001-01-01", "recount": "1"}, ""),
        ({"recount": "1"}, "Välj ett möte, eller skriv en dag att räkna från"),
    ],
)
def test_round_create_refuses_in_swedish_and_keeps_what_was_typed(client, coordinated, changes, message):
    agreement = AgreementFactory()
    RoundFactory(agreement=agreement, label="2026:9")
    coordinated(agreement)
    sent = typed(close_on="2027-06-01", **changes)
    response = client.post(reverse("followup:round_create", args=[agreement.slug]), sent)
    page = response.content.decode()
    assert (response.status_code, message in page, "2027-06-01" in page) == (200, True, True)
    assert Round.objects.count() == 1


def test_round_edit_of_an_open_round_moves_days_only(client, coordinated):
    round = RoundFactory(due_on=days_away(20))
    coordinated(round.agreement)
    days = {"due_on": str(days_away(30)), "version": round.version}
    refused = client.post(url("round_edit", round), days | {"label": "annan"}).content.decode()
    assert ("så det här ändras inte längre. Du skrev: Omgång annan." in refused, str(days_away(30)) in refused) == (
        True,
        True,
    )
    assert client.post(url("round_edit", round), days | {"label": round.label}).status_code == 302
    stored = Round.objects.get()
    assert (stored.label, stored.period_starts_on, stored.due_on) == (
        round.label,
        round.period_starts_on,
        days_away(30),
    )


def test_round_form_saves_nothing_where_the_round_was_opened_meanwhile():
    round = RoundFactory(planned=True)
    sent = typed(label=round.label, version=round.version)
    form = RoundForm(sent, instance=round, agreement=round.agreement)
    assert form.is_valid()
    open_round(round=Round.objects.get(), by=UserFactory())
    with pytest.raises(Frozen), transaction.atomic():
        form.save()
    assert Round.objects.get().state == "open"


def test_round_edit_warns_of_a_last_day_that_has_been(client, coordinated):
    round = RoundFactory(period_starts_on="2026-01-01", due_on=days_away(20))
    coordinated(round.agreement)
    sent = {"due_on": str(days_away(-1)), "version": round.version}
    refused = client.post(url("round_edit", round), sent)
    assert (refused.status_code, "Dagen har redan varit" in refused.content.decode()) == (200, True)
    assert client.post(url("round_edit", round), sent | {"is_sure": "on"}).status_code == 302
    assert Round.objects.get().due_on == days_away(-1)


def test_round_edit_keeps_both_when_a_colleague_was_faster(client, coordinated):
    round = RoundFactory(due_on=days_away(20))
    coordinated(round.agreement)
    first = client.post(url("round_edit", round), {"due_on": str(days_away(30)), "version": round.version})
    second = client.post(url("round_edit", round), {"due_on": str(days_away(40)), "version": round.version})
    page = second.content.decode()
    assert (first.status_code, second.status_code) == (302, 409)
    assert (str(days_away(30)) in page, str(days_away(40)) in page) == (True, True)


def test_round_edit_of_a_closed_round_is_refused(client, coordinated):
    round = RoundFactory()
    close_round(round=round, by=UserFactory())
    coordinated(round.agreement)
    response = client.post(url("round_edit", round), {"due_on": str(days_away(30))}, follow=True)
    assert [str(message) for message in response.context["messages"]] == [str(Round.frozen_message)]


@pytest.mark.parametrize("planned", [True, False])
def test_round_delete_takes_only_what_was_never_opened(client, coordinated, planned):
    round = RoundFactory(planned=planned)
    coordinated(round.agreement)
    assert client.get(url("round_delete", round)).status_code == 200
    response = client.post(url("round_delete", round))
    assert (response.status_code, Round.objects.exists()) == ((302, False) if planned else (200, True))


def test_round_list_shows_the_newest_first(client, coordinated):
    agreement = AgreementFactory()
    for year in (2025, 2027, 2026):
        period = {"period_starts_on": f"{year}-01-01", "period_ends_on": f"{year}-12-31"}
        RoundFactory(agreement=agreement, label=str(year), **period)
    coordinated(agreement)
    response = client.get(reverse("followup:round_list", args=[agreement.slug]))
    assert [round.label for round in response.context["rounds"]] == ["2027", "2026", "2025"]


# --- which editions and parties ---------------------------------------------------------------------------------------


def test_editions_of_are_the_newest_of_each_plan_in_the_period():
    first = adopt(asked_edition(starts_on="2026-01-01", ends_on="2026-06-30", label="2026:1"))
    second = adopt(EditionFactory(plan=first.plan, label="2026:2"))
    other = adopt(EditionFactory(plan__agreement=first.plan.agreement, label="2026:2"))
    spring = RoundFactory.build(
        agreement=first.plan.agreement, period_starts_on=first.starts_on, period_ends_on=first.ends_on
    )
    autumn = RoundFactory(agreement=first.plan.agreement)
    assert editions_of(spring) == [first]  # superseded since, and still what that half-year was about
    assert set(editions_of(autumn)) == {second, other}


def test_adopt_edition_of_a_later_period_leaves_an_older_round_alone():
    report = ReportFactory()
    agreement = report.round.agreement
    edition = asked_edition(agreement, starts_on="2027-01-01", ends_on="2027-06-30")
    mandate = MandateFactory(agreement=agreement)
    adopt_edition(edition=edition, mandate=mandate, decided_on=timezone.localdate(), by=UserFactory())
    assert list(Report.objects.all()) == [report]


def test_add_reports_asks_once_about_what_a_correction_repeats():
    edition = adopt(asked_edition())
    agreement = edition.plan.agreement
    round = RoundFactory(agreement=agreement, planned=True)
    open_round(round=round, by=UserFactory())
    asked = Report.objects.get()
    corrected = EditionFactory(plan=edition.plan, is_correction=True)
    ActivityFactory(edition=corrected, lineage=asked.activity.lineage, responsible=asked.activity.responsible)
    added = ActivityFactory(edition=corrected, responsible=asked.activity.responsible)
    mandate = MandateFactory(agreement=agreement)
    adopt_edition(edition=corrected, mandate=mandate, decided_on=timezone.localdate(), by=UserFactory())
    assert set(Report.objects.values_list("activity", flat=True)) == {asked.activity_id, added.pk}


def test_coverage_tells_what_opening_makes():
    edition = adopt(asked_edition())
    round = RoundFactory(agreement=edition.plan.agreement, planned=True)
    told = coverage(round)
    made = open_round(round=round, by=UserFactory())
    assert (told["reports"], told["editions"]) == (made, [edition])
    assert told["parties"] == [place.party for place in Respondent.objects.all()]


def test_open_round_gives_each_report_its_first_entry_in_the_history():
    edition = adopt(asked_edition())
    open_round(round=RoundFactory(agreement=edition.plan.agreement, planned=True), by=UserFactory())
    assert [entry.history_type for entry in Report.objects.get().history.all()] == ["+"]


def test_add_reports_in_as_many_queries_whatever_the_activities(django_assert_max_num_queries):
    edition = EditionFactory()
    agreement = edition.plan.agreement
    actor = ActorFactory(agreement=agreement, party=AccessionFactory(agreement=agreement).party)
    for _ in range(30):
        ActivityFactory(edition=edition, responsible=actor)
    adopt(edition)
    round = RoundFactory(agreement=agreement)
    with django_assert_max_num_queries(18):
        assert add_reports(round=round) == 30


# --- more time --------------------------------------------------------------------------------------------------------


def test_missing_reports_asks_those_who_take_part_where_the_round_says_so():
    edition = asked_edition()
    agreement = edition.plan.agreement
    helper = ActorFactory(agreement=agreement, party=AccessionFactory(agreement=agreement).party)
    activity = edition.activities.get()
    activity.participants.add(helper)
    adopt(edition)
    asked = {
        asks: {report.party for report in missing_reports(RoundFactory(agreement=agreement, asks=asks))}
        for asks in Round.Asks
    }
    responsible = activity.responsible.party
    assert asked == {Round.Asks.RESPONSIBLE: {responsible}, Round.Asks.PARTICIPANTS: {responsible, helper.party}}


def test_extend_gives_those_that_are_asked_until_the_day():
    report = ReportFactory(round__due_on=days_away(5))
    user = UserFactory()
    given = extend(
        round=report.round,
        parties=[report.party, AccessionFactory().party],
        to=days_away(12),
        reason="Ny handläggare",
        by=user,
    )
    place = Respondent.objects.get()
    assert (given, place.party, place.due_on) == (1, report.party, days_away(12))
    assert (place.extension_reason, place.extended_by) == ("Ny handläggare", user)


@pytest.mark.parametrize(
    ("to", "reason", "field"), [(5, "Skäl", "to"), (3, "Skäl", "to"), (12, "  ", "reason"), (12, "", "reason")]
)
def test_extend_refuses_a_day_that_gives_no_time_and_no_reason(to, reason, field):
    report = ReportFactory(round__due_on=days_away(5))
    with pytest.raises(ValidationError) as refused:
        extend(round=report.round, parties=[report.party], to=days_away(to), reason=reason, by=UserFactory())
    assert list(refused.value.message_dict) == [field]
    assert not Respondent.objects.exists()


def test_extend_of_a_closed_round_is_refused():
    report = ReportFactory(round__due_on=days_away(5))
    close_round(round=report.round, by=UserFactory())
    with pytest.raises(Frozen):
        extend(round=report.round, parties=[report.party], to=days_away(12), reason="Skäl", by=UserFactory())


def test_respondent_extend_is_told_to_the_party(client, coordinated):
    report = ReportFactory(round__due_on=days_away(5))
    AccessionFactory(agreement=report.round.agreement, party=report.party)
    RespondentFactory(round=report.round, party=report.party)
    coordinated(report.round.agreement)
    sent = {"version": 1, "to": str(days_away(12)), "reason": "Ny handläggare"}
    assert client.post(url("respondent_extend", report.round, report.party.key), sent).status_code == 302
    client.force_login(MembershipFactory(role=Role.REPORTER, party=report.party).user)
    page = client.get(url("round_detail", report.round)).content.decode()
    assert (str(days_away(12)) in page, "Ny handläggare" in page) == (True, True)


def test_respondent_extend_puts_the_advice_at_the_day(client, coordinated):
    place = RespondentFactory(round__due_on=days_away(5))
    ReportFactory(round=place.round, party=place.party)
    coordinated(place.round.agreement)
    sent = {"version": 1, "to": str(days_away(2)), "reason": "Ny handläggare"}
    page = client.post(url("respondent_extend", place.round, place.party.key), sent).content.decode()
    assert (f"Omgångens sista dag är {days_away(5)}" in page, "Ny handläggare" in page) == (True, True)


def test_respondent_extend_shows_what_somebody_else_gave_meanwhile(client, coordinated):
    """The shorter time is not given unseen; sent again, it is."""
    place = RespondentFactory(round__due_on=days_away(5))
    ReportFactory(round=place.round, party=place.party)
    coordinated(place.round.agreement)
    address = url("respondent_extend", place.round, place.party.key)
    theirs = {"version": 1, "to": str(days_away(20)), "reason": "Nämnden sammanträder senare."}
    mine = {"version": 1, "to": str(days_away(12)), "reason": "Ny handläggare."}
    answers = [client.post(address, sent) for sent in (theirs, mine)]
    shown = answers[1].content.decode()
    assert [answer.status_code for answer in answers] == [302, 409]
    assert [text in shown for text in (*theirs.values(), *mine.values()) if text != 1] == [True] * 4
    place.refresh_from_db()
    assert place.extended_to == days_away(20)
    assert client.post(address, Forms(shown).with_field("to")).status_code == 302
    place.refresh_from_db()
    assert place.extended_to == days_away(12)


# --- the way to published, and back -----------------------------------------------------------------------------------


def test_round_close_says_what_is_unfinished(client, coordinated):
    silent = ReportFactory(party__name="Heby kommun")
    round = silent.round
    ReportFactory(round=round, submitted=True, status="deviating", decision_asked="Vem sammankallar?")
    coordinated(round.agreement)
    page = client.get(url("round_close", round)).content.decode()
    told = ["1 svar är inte inlämnat", "Heby kommun", "1 svar är inte godkänt", "Vem sammankallar?", "Stäng ändå"]
    assert [text for text in told if text not in page] == []
    assert Round.objects.get().state == "open"


def test_round_publish_shows_what_becomes_public(client, coordinated):
    report = ReportFactory(submitted=True, numbers={"women": 41, "men": 3})
    close_round(round=report.round, by=UserFactory())
    coordinated(report.round.agreement)
    page = client.get(url("round_publish", report.round)).content.decode()
    assert ("Det här blir inte offentligt" in page, url("round_answers", report.round) in page) == (True, True)
    page = client.get(url("round_answers", report.round)).content.decode()
    assert (">41<" in page, ">3<" in page) == (True, False)
    assert Round.objects.get().state == "closed"


def test_round_start_review_takes_taking_back_away(client, coordinated):
    round = RoundFactory()
    user = coordinated(round.agreement)
    client.post(url("round_start_review", round))
    stored = Round.objects.get()
    assert (stored.state, stored.review_started_by) == ("review", user)


def test_round_reopen_needs_a_reason_that_stays_on_the_page(client, coordinated):
    round = RoundFactory(agreement__published_on="2026-01-01", agreement__status="in_force")
    close_round(round=round, by=UserFactory())
    round.publish(by=UserFactory())
    user = coordinated(round.agreement)
    assert client.post(url("round_reopen", round), {"reason": " "}).status_code == 200
    assert Round.objects.get().state == "published"
    assert client.post(url("round_reopen", round), {"reason": "Fel siffror från Heby"}).status_code == 302
    round = Round.objects.get()
    assert round.state == "review"
    close_round(round=round, by=user)
    round.publish(by=user)
    client.logout()
    page = client.get(url("round_detail", round)).content.decode()
    assert ("Fel siffror från Heby" in page, user.name in page) == (True, False)
    assert Outcome.objects.count() == 2


def test_timetable_names_who_did_what_to_those_inside(client, coordinated):
    round = RoundFactory(opened_by__name="Anna Berg", agreement__published_on="2026-01-01")
    close_round(round=round, by=UserFactory())
    round.publish(by=UserFactory())
    coordinated(round.agreement)
    inside = client.get(url("round_detail", round)).content.decode()
    client.logout()
    outside = client.get(url("round_detail", round)).content.decode()
    assert ("Anna Berg" in inside, "Anna Berg" in outside, "Publicerad" in outside) == (True, False, True)
