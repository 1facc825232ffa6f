"""While an agreement is in force: reviews, situation reports, amendments, and what parties ask to have revised."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from agreements.amending import problem_of_amending
from agreements.models import (
    Agreement,
    AgreementReview,
    Amendment,
    Goal,
    LifeEvent,
    PriorityArea,
    Provision,
    RevisionRequest,
    SituationReport,
)
from agreements.reviewing import a_year_after, due_for
from agreements.revising import ask, waiting_for
from agreements.revision_letters import DECIDED, write_revision
from followup.inbox import tasks_of
from lib.db import Frozen
from parties.models import Mail, Role
from tests import factories
from tests.agreements.pages import queries
from tests.filled_form import Forms

pytestmark = pytest.mark.django_db
DECISION = {
    "decided_by": "Rådet", "decided_on": "2025-02-01", "effective_on": "2025-03-01", "reason": "Uppdraget har flyttat.",
}  # fmt: skip


@pytest.fixture
def agreement(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return factories.AgreementFactory()


@pytest.fixture
def coordinator(agreement, login_as):
    return login_as(Role.COORDINATOR, party=agreement.coordinating_party)


def url(name, agreement, *args):
    return reverse(f"agreements:{name}", args=[agreement.slug, *args])


def fill(client, address, field, **typed):
    """Post the page's own form, found by a field of it, with what is typed."""
    return client.post(address, Forms(client.get(address).content.decode()).with_field(field) | typed)


def errors_of(response):
    return {name: list(texts) for name, texts in response.context["form"].errors.items()}


# --- review -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "next_year"), [("2024-02-29", "2025-02-28"), ("2025-02-28", "2026-02-28"), ("2025-12-31", "2026-12-31")]
)
def test_a_year_after_knows_leap_days(day, next_year):
    assert a_year_after(datetime.date.fromisoformat(day)).isoformat() == next_year


def test_review_complete_keeps_the_outcome_and_proposes_the_next(client, agreement, coordinator):
    review = factories.AgreementReviewFactory(agreement=agreement, due_on="2025-06-01")
    typed = {"done_on": "2025-05-20", "outcome": "adjust", "text": "Boendet ses över.", "next_on": "2026-05-20"}
    assert fill(client, url("review_complete", agreement, review.pk), "outcome", **typed).status_code == 302
    review.refresh_from_db()
    following, event = AgreementReview.objects.get(done_on=None), LifeEvent.objects.get()
    assert (review.outcome, str(following.due_on), following.kind) == ("adjust", "2026-05-20", "yearly")
    assert (event.kind, event.when, event.text) == ("reviewed", "2025-05-20", "Årlig översyn: mindre ändringar")
    again = client.post(url("review_complete", agreement, review.pk), typed | {"version": review.version})
    assert errors_of(again) == {"__all__": ["Översynen är redan avslutad. Ändra raden om något blev fel."]}
    assert "Boendet ses över." in client.get(url("review_list", agreement)).content.decode()


@pytest.mark.parametrize(
    ("typed", "errors"),
    [
        ({"done_on": "2199-01-01"}, {"done_on": ["Dagen har inte varit än. Fyll i när det hände."]}),
        ({"next_on": "2025-05-20"}, {"next_on": ["Nästa översyn ska vara efter den här."]}),
        ({"outcome": ""}, {"outcome": ["Detta fält måste fyllas i."]}),
    ],
)
def test_review_complete_refuses_and_changes_nothing(client, agreement, coordinator, typed, errors):
    review = factories.AgreementReviewFactory(agreement=agreement)
    given = {"done_on": "2025-05-20", "outcome": "stands", "next_on": ""} | typed
    response = fill(client, url("review_complete", agreement, review.pk), "outcome", **given)
    assert (errors_of(response), AgreementReview.objects.get().done_on) == (errors, None)


@pytest.mark.parametrize(
    ("days", "status", "waits"), [(30, "in_force", True), (31, "in_force", False), (0, "expired", False)]
)
def test_due_for_waits_for_coordinators_a_month_before(agreement, coordinator, days, status, waits):
    Agreement.objects.filter(pk=agreement.pk).update(status=status)
    due_on = timezone.localdate() + datetime.timedelta(days=days)
    review = factories.AgreementReviewFactory(agreement=agreement, due_on=due_on)
    assert list(due_for(coordinator)) == ([review] if waits else [])
    assert [task.title for task in tasks_of(coordinator)] == (["Årlig översyn"] if waits else [])


# --- situation report -------------------------------------------------------------------------------------------------


def test_situation_publish_shows_the_report_at_its_goals(client, agreement, coordinator):
    report = factories.SituationReportFactory(agreement=agreement, title="Nuläget", year=2025)
    report.goals.add(factories.GoalFactory(agreement=agreement, area__agreement=agreement))
    pages = [url("agreement_detail", agreement), url("situation_list", agreement)]

    def shown():
        return ["Nuläget" in client.get(page).content.decode() for page in pages]

    client.post(url("situation_publish", agreement, report.pk), {"version": 7})  # somebody changed it meanwhile
    assert SituationReport.objects.get().published_on is None
    client.post(url("situation_publish", agreement, report.pk), {"version": 1})
    client.logout()
    assert shown() == [True, True]
    pages_of_year = [*pages, url("situation_detail", agreement, report.pk)]
    assert [">2025</span>" in client.get(page).content.decode() for page in pages_of_year] == [True] * 3
    SituationReport.objects.update(published_on=None)
    assert shown() == [False, False]
    assert client.get(url("situation_detail", agreement, report.pk)).status_code == 404


# --- amendment --------------------------------------------------------------------------------------------------------


def test_amendment_create_keeps_the_old_wording(client, agreement, coordinator):
    row = factories.ProvisionFactory(agreement=agreement, heading="Boende", text="Parterna bygger.", number="3")
    address = url("amendment_create", agreement, f"provision:{row.key}")
    assert fill(client, address, "text", text="Parterna planerar.", **DECISION).status_code == 302
    row.refresh_from_db()
    change, event = Amendment.objects.get(), LifeEvent.objects.get()
    assert (row.text, change.old_text, change.new_text) == (
        "Parterna planerar.", "Boende\n\nParterna bygger.", "Boende\n\nParterna planerar.",
    )  # fmt: skip
    assert (change.heading, change.decided_by, str(change.effective_on)) == ("Princip 3: Boende", "Rådet", "2025-03-01")
    assert (event.kind, event.text) == ("amended", "Princip 3: Boende: ändrad")
    client.logout()
    text = " ".join(client.get(url("amendment_list", agreement)).content.decode().split())
    assert "borttaget: </span>bygger</del>" in text
    assert "tillagt: </span>planerar</ins>" in text
    with pytest.raises(Frozen):
        change.delete()


@pytest.mark.parametrize("word", ["omrade", "mal", "samverkansomrade", "paragraf"])
def test_amendment_add_stores_the_row_with_its_day(client, agreement, coordinator, word):
    area = factories.PriorityAreaFactory(agreement=agreement)
    typed = {"name": "Hälsa", "heading": "Hälsa", "text": "Hälsa", "level": "subgoal", "area": area.pk}
    address = url("amendment_add", agreement, word)
    assert client.post(address, typed | DECISION).status_code == 302
    change = Amendment.objects.get()
    model = {"omrade": PriorityArea, "mal": Goal, "paragraf": Provision}.get(word)
    row = model.objects.last() if model else area.collaboration_areas.get()
    assert (change.kind, change.block, str(getattr(row, "added_on", DECISION["effective_on"]))) == (
        "added", f"{row._meta.model_name}:{row.key}", "2025-03-01",
    )  # fmt: skip


def test_amendment_drop_lets_the_area_be_read(client, agreement, coordinator):
    area = factories.PriorityAreaFactory(agreement=agreement, name="Hälsa")
    address = url("amendment_drop", agreement, f"priorityarea:{area.key}")
    assert fill(client, address, "reason", **DECISION).status_code == 302
    area.refresh_from_db()
    assert (str(area.dropped_on), area.dropped_note) == ("2025-03-01", "Uppdraget har flyttat.")
    again = fill(client, address, "reason", **DECISION)
    assert (errors_of(again), Amendment.objects.count()) == ({"__all__": ["Det har redan utgått."]}, 1)


@pytest.mark.parametrize(
    ("typed", "status", "errors"),
    [
        ({"text": "Mål 1"}, "in_force", {"__all__": ["Texten är oförändrad. Skriv den nya lydelsen."]}),
        ({"effective_on": "2025-01-31"}, "in_force", {"effective_on": ["Ändringen kan inte gälla före beslutet."]}),
        (
            {"effective_on": "2199-01-01"},
            "in_force",
            {"effective_on": ["Dagen har inte varit än. Fyll i när det hände."]},
        ),
        ({}, "draft", {"__all__": ["Överenskommelsen är inte antagen än. Ändra texten i utkastet i stället."]}),
        ({}, "expired", {"__all__": ["Överenskommelsen är utgången och ändras inte längre."]}),
    ],
)
def test_amendment_create_refuses_and_changes_nothing(client, agreement, coordinator, typed, status, errors):
    Agreement.objects.filter(pk=agreement.pk).update(status=status)
    goal = factories.GoalFactory(agreement=agreement, area=None, text="Mål 1")
    address = url("amendment_create", agreement, f"goal:{goal.key}")
    response = fill(client, address, "text", **{"text": "Mål 2"} | DECISION | typed)
    goal.refresh_from_db()
    assert (errors_of(response), goal.text, goal.version) == (errors, "Mål 1", 1)
    assert (Amendment.objects.count(), LifeEvent.objects.count()) == (0, 0)


def test_amendment_create_shows_both_texts_where_somebody_was_before(client, agreement, coordinator):
    goal = factories.GoalFactory(agreement=agreement, area=None, text="Fler bor bra")
    address = url("amendment_create", agreement, f"goal:{goal.key}")
    form = Forms(client.get(address).content.decode()).with_field("text")
    Goal.objects.get(pk=goal.pk).save_version(1)
    Goal.objects.filter(pk=goal.pk).update(text="Alla bor bra")
    response = client.post(address, form | {"text": "Många bor bra"} | DECISION)
    text = response.content.decode()
    assert (response.status_code, "Alla" in text, "Många" in text, Amendment.objects.count()) == (409, True, True, 0)


@pytest.mark.parametrize("block", ["goal:finns-inte", "provision:mal-1"])
def test_amendment_create_knows_only_blocks_of_the_agreement(client, agreement, coordinator, block):
    factories.GoalFactory(agreement=agreement, key="mal-1")
    assert client.get(url("amendment_create", agreement, block)).status_code == 404


@pytest.mark.parametrize("status", Agreement.Status)
def test_problem_of_amending_is_none_where_the_agreement_stands(status):
    free = problem_of_amending(Agreement(status=status)) == ""
    assert free is (status in ("adopted", "signed", "in_force"))


# --- revision ---------------------------------------------------------------------------------------------------------


def test_revision_create_is_answered_once_and_decided_once(client, agreement, login_as):
    party = factories.AccessionFactory(agreement=agreement).party
    login_as(Role.APPROVER, party=party)
    address = url("revision_create", agreement)
    form = Forms(client.get(address).content.decode()).with_field("text") | {"text": "Se över boendet."}
    first, second = (client.post(address, form) for _turn in range(2))
    assert (first.status_code, errors_of(second)) == (
        302, {"__all__": ["Parten har redan en begäran som inte är avgjord."]},
    )  # fmt: skip
    row = RevisionRequest.objects.get()
    coordinator = login_as(Role.COORDINATOR, party=agreement.coordinating_party)
    assert (list(waiting_for(coordinator)), row.party) == ([row], party)
    decide = url("revision_decide", agreement, row.pk)
    answer = {"outcome": "declined", "outcome_text": "Vid nästa period.", "decided_on": f"{timezone.localdate()}"}
    assert fill(client, decide, "outcome", **answer).status_code == 302
    assert errors_of(fill(client, decide, "outcome", **answer)) == {"__all__": ["Begäran är redan avgjord."]}
    assert "Vid nästa period." in client.get(url("revision_list", agreement)).content.decode()
    assert list(waiting_for(coordinator)) == []


def test_revision_letters_go_to_the_coordinators_and_back_to_the_party(agreement):
    party = factories.AccessionFactory(agreement=agreement).party
    coordinator, approver, registrar = (
        factories.MembershipFactory(party=where, role=role).user
        for where, role in (
            (agreement.coordinating_party, Role.COORDINATOR), (party, Role.APPROVER),
            (agreement.coordinating_party, Role.COORDINATOR),
        )
    )  # fmt: skip
    request = ask(RevisionRequest(agreement=agreement, party=party, text="Se över boendet."), by=approver)
    request.outcome, request.decided_on = "declined", timezone.localdate()
    write_revision(request, DECIDED, by=coordinator)
    request.delete()
    ask(RevisionRequest(agreement=agreement, party=party, text="Se över det."), by=registrar)
    told = [(letter.user, letter.key.split(":")[2]) for letter in Mail.objects.order_by("pk")]
    assert told == [
        (coordinator, "asked"), (registrar, "asked"), (approver, "decided"), (coordinator, "asked"),
        (approver, "asked"),
    ]  # fmt: skip
    assert "revideras inte." in Mail.objects.get(key__contains="decided").body


@pytest.mark.parametrize(
    ("role", "own", "statuses"),
    [
        (Role.APPROVER, True, (200, 200)),
        (Role.REPORTER, True, (200, 403)),
        (Role.APPROVER, False, (404, 404)),
    ],
)
def test_revision_create_is_for_who_answers_for_a_party(client, agreement, login_as, role, own, statuses):
    party = factories.AccessionFactory(agreement=agreement).party
    login_as(role, party=party if own else factories.PartyFactory())
    pages = [url("revision_list", agreement), url("revision_create", agreement)]
    assert tuple(client.get(page).status_code for page in pages) == statuses


def test_revision_create_is_not_for_another_party(client, agreement, login_as):
    other = factories.AccessionFactory(agreement=agreement).party
    login_as(Role.APPROVER, party=factories.AccessionFactory(agreement=agreement).party)
    response = client.post(
        url("revision_create", agreement), {"party": other.pk, "text": "x", "received_on": "2025-01-01"}
    )
    assert (list(errors_of(response)), RevisionRequest.objects.count()) == (["party"], 0)


# --- questions --------------------------------------------------------------------------------------------------------


def test_lists_take_the_same_queries_whatever_the_rows(client, agreement, coordinator):
    pages = [url(name, agreement) for name in ("review_list", "situation_list", "amendment_list", "revision_list")]

    def add():
        factories.AgreementReviewFactory(
            agreement=agreement, done_on="2025-01-01", responsible=factories.ActorFactory()
        )
        factories.SituationReportFactory(agreement=agreement).goals.add(factories.GoalFactory(agreement=agreement))
        request = factories.RevisionRequestFactory(agreement=agreement)
        factories.AmendmentFactory(agreement=agreement, request=request, document=factories.DocumentFactory())

    add()
    before = [queries(client, page) for page in pages]
    for _each in range(9):
        add()
    assert [queries(client, page) for page in pages] == before
