"""The page of an agreement's life, and the page on which a step is taken."""

import datetime

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from agreements.models import Agreement, LifeEvent
from parties.models import Role
from tests import factories as make

pytestmark = pytest.mark.django_db
Status = Agreement.Status


def page(agreement):
    return reverse("agreements:agreement_life", args=[agreement.slug])


def step_page(agreement, step):
    return reverse("agreements:life_step", args=[agreement.slug, step])


def titles(response, which):
    return [(entry.when, entry.title) for entry in response.context[which]]


@pytest.fixture
def agreement():
    return make.AgreementFactory(status=Status.IN_FORCE)


@time_machine.travel("2026-06-30 12:00:00+00:00", tick=False)
def test_agreement_life_tells_what_the_rows_say_in_order(client, agreement):
    make.ValidityFactory(agreement=agreement, start="2024", end="2027")
    make.ProcessStepFactory(agreement=agreement, name="Dialog", when="hösten 2018")
    make.ProcessStepFactory(agreement=agreement, name="Start", when="2023–2024")
    make.AccessionFactory(
        agreement=agreement, signature_status="signed", signed_on="2024-02-29", name_at_signing="Heby"
    )
    make.PriorityAreaFactory(agreement=agreement, name="Boende", dropped_on="2026-01-31")
    make.LifeEventFactory(agreement=agreement, when="2025-03", text="Första översynen", basis_ref="E1")
    make.AgreementReviewFactory(agreement=agreement, due_on="2026-12-01")
    make.AnnotationFactory(agreement=agreement, kind="external", text="Ett råd bildades.")
    make.AnnotationFactory(agreement=agreement, kind="external", code="E1", text="En översyn gjordes.")
    response = client.get(page(agreement))
    assert titles(response, "ahead") == [("2026-12-01", "Årlig översyn ska göras"), ("2027", "Slutdatum")]
    assert titles(response, "past") == [
        ("2026-01-31", "Boende: området utgick"),
        ("2025-03", "Första översynen"),
        ("2024-02-29", "Undertecknade"),
        ("2024", "Började gälla"),
        ("2023–2024", "Start"),
    ]
    assert titles(response, "undated") == [("hösten 2018", "Dialog"), ("", "Ett råd bildades.")]


def test_agreement_life_keeps_the_old_end_after_an_extension(client, agreement):
    make.ValidityFactory(agreement=agreement, start="2020", end="2023", order=0)
    make.ValidityFactory(agreement=agreement, start="2020", end="2024", order=1)
    told = titles(client.get(page(agreement)), "past")
    assert told[:2] == [("2024", "Slutdatum"), ("2023", "Tidigare slutdatum, ersatt av en förlängning")]


def test_agreement_life_tells_nothing_of_a_notice_that_is_not_confirmed(client, login_as, agreement):
    notice = make.TerminationFactory(agreement=agreement)
    login_as(Role.COORDINATOR, party=agreement.coordinating_party)
    assert client.get(page(agreement)).context["past"] == []
    notice.last_day, notice.confirmed_at = datetime.date(2026, 10, 20), datetime.datetime.now(datetime.UTC)
    notice.save()
    assert client.get(page(agreement)).context["past"][0].text.endswith("Sista dag 2026-10-20.")


MOMENT = datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC)
DAY = datetime.date(2026, 2, 1)


@pytest.mark.parametrize(
    ("factory", "row", "event"),
    [
        ("AgreementReviewFactory", {"done_on": DAY, "outcome": "stands"}, {"kind": "reviewed", "text": "Översyn"}),
        (
            "AmendmentFactory",
            {"heading": "Syfte", "kind": "dropped", "decided_on": DAY, "effective_on": DAY},
            {"kind": "amended", "decided_on": DAY, "text": "Syfte: utgår"},
        ),
        (
            "TerminationFactory",
            {"given_on": DAY, "confirmed_at": MOMENT, "last_day": DAY},
            {"kind": "notice", "effective_on": DAY},
        ),
    ],
)
@pytest.mark.parametrize(("done_at", "lines"), [(MOMENT, 1), (None, 2)])
@time_machine.travel("2026-06-30 12:00:00+00:00", tick=False)
def test_agreement_life_tells_once_what_the_portal_wrote_twice(client, agreement, factory, row, event, done_at, lines):
    own = getattr(make, factory)(agreement=agreement, **row)
    make.LifeEventFactory(
        agreement=agreement, when=f"{DAY}", done_at=done_at, party=getattr(own, "party", None), **event
    )
    assert len(client.get(page(agreement)).context["past"]) == lines


@time_machine.travel("2026-06-30 12:00:00+00:00", tick=False)
def test_agreement_life_tells_that_a_notice_was_taken_back(client, agreement):
    notice = make.TerminationFactory(agreement=agreement, given_on=DAY, confirmed_at=MOMENT, last_day=DAY)
    make.LifeEventFactory(
        agreement=agreement, when=f"{DAY}", done_at=MOMENT, party=notice.party, kind="notice", text="Togs tillbaka"
    )
    assert "Togs tillbaka" in [title for _when, title in titles(client.get(page(agreement)), "past")]


@pytest.mark.parametrize(
    ("first_day_outside", "told"),
    [
        ("2026-06-30", ("2026-06-30", "Lämnade")),
        ("2026-07-01", ("2026-06-30", "Sista dagen som part")),
        ("2027-03-01", ("2027-02-28", "Sista dagen som part")),
    ],
)
@time_machine.travel("2026-06-30 12:00:00+00:00", tick=False)
def test_agreement_life_says_which_day_is_the_last_of_a_party_that_leaves(client, agreement, first_day_outside, told):
    make.AccessionFactory(agreement=agreement, left_on=first_day_outside)
    response = client.get(page(agreement))
    assert [line for which in ("past", "ahead") for line in titles(response, which)] == [told]


@pytest.mark.parametrize(("number", "told"), [(2, "Heby och Tierp"), (5, "5 parter")])
def test_agreement_life_counts_parties_that_did_the_same_on_one_day(client, agreement, number, told):
    for name in ("Heby", "Tierp", "Håbo", "Knivsta", "Enköping")[:number]:
        make.AccessionFactory(agreement=agreement, joined_on="2024-02-29", name_at_signing=name)
    assert [entry.text for entry in client.get(page(agreement)).context["past"]] == [told]


@pytest.mark.parametrize("rows", [1, 30])
def test_agreement_life_costs_the_same_however_long(client, login_as, django_assert_num_queries, agreement, rows):
    login_as(Role.COORDINATOR, party=agreement.coordinating_party)
    for number in range(rows):
        make.ProcessStepFactory(agreement=agreement, when="2020")
        make.LifeEventFactory(agreement=agreement)
        make.AccessionFactory(agreement=agreement, signature_status="signed", signed_on=f"2024-01-{number % 28 + 1:02}")
        make.SeriesEntryFactory(agreement=agreement)
        make.AgreementReviewFactory(agreement=agreement)
    client.get(page(agreement))
    with django_assert_num_queries(25):
        client.get(page(agreement))


@pytest.mark.parametrize(("role", "shown"), [(None, False), (Role.COORDINATOR, True)])
def test_agreement_life_offers_steps_to_the_coordinators_alone(client, login_as, agreement, role, shown):
    if role:
        login_as(role, party=agreement.coordinating_party)
    assert ("next_steps" in client.get(page(agreement)).context) is shown


def test_life_step_takes_it_and_says_so(client, login_as, agreement):
    login_as(Role.COORDINATOR, party=agreement.coordinating_party)
    data = {
        "version": agreement.version,
        "decided_by": "Rådet",
        "decided_on": "2026-01-10",
        "document": make.DocumentFactory(agreement=agreement).pk,
        "reason": "Organisationen är ny.",
    }
    response = client.post(step_page(agreement, "terminate"), data)
    agreement.refresh_from_db()
    assert (response["Location"], agreement.status) == (page(agreement), Status.TERMINATED)
    assert LifeEvent.objects.get(agreement=agreement).decided_by == "Rådet"


def test_life_step_takes_the_paper_that_is_sent_along(client, login_as, agreement):
    login_as(Role.COORDINATOR, party=agreement.coordinating_party)
    data = {
        "version": agreement.version,
        "decided_by": "Rådet",
        "decided_on": "2026-01-10",
        "reason": "Organisationen är ny.",
        "paper": SimpleUploadedFile("Protokoll.pdf", b"%PDF-1.4\n", content_type="application/pdf"),
    }
    client.post(step_page(agreement, "terminate"), data)
    document = LifeEvent.objects.get(agreement=agreement).document
    told = (document.agreement, document.title, document.dated_on.isoformat(), document.is_public)
    assert told == (agreement, "Avsluta i förtid, Rådet", "2026-01-10", False)


def test_life_step_keeps_what_was_typed_where_something_is_missing(client, login_as, agreement):
    login_as(Role.COORDINATOR, party=agreement.coordinating_party)
    response = client.post(
        step_page(agreement, "terminate"), {"version": agreement.version, "reason": "Organisationen är ny."}
    )
    agreement.refresh_from_db()
    assert set(response.context["form"].errors) == {"decided_by", "decided_on", "document"}
    assert "Organisationen är ny." in response.text
    assert agreement.status == Status.IN_FORCE


def test_life_step_shows_what_stands_in_the_way(client, login_as, agreement):
    login_as(Role.COORDINATOR, party=agreement.coordinating_party)
    make.ValidityFactory(agreement=agreement, start="2020", end="2099")
    assert "Överenskommelsen gäller till och med 2099-12-31." in client.get(step_page(agreement, "expire")).text
    response = client.post(step_page(agreement, "expire"), {"version": agreement.version})
    assert "Överenskommelsen gäller till och med 2099-12-31." in response.text
    assert not LifeEvent.objects.exists()


def test_life_step_of_an_old_page_is_a_conflict(client, login_as, agreement):
    login_as(Role.COORDINATOR, party=agreement.coordinating_party)
    make.ValidityFactory(agreement=agreement, start="2020", end="2024")
    response = client.post(step_page(agreement, "expire"), {"version": agreement.version + 1})
    assert (response.status_code, LifeEvent.objects.count()) == (409, 0)


def test_life_step_from_elsewhere_says_where_the_agreement_is(client, login_as, agreement):
    login_as(Role.COORDINATOR, party=agreement.coordinating_party)
    assert "Överenskommelsen är gällande." in client.get(step_page(agreement, "sign")).text


@pytest.mark.parametrize("step", ["finns-inte", "adopt"])
def test_life_step_without_page_is_not_found(client, login_as, agreement, step):
    login_as(Role.COORDINATOR, party=agreement.coordinating_party)
    assert client.get(step_page(agreement, step)).status_code == 404


def test_agreement_life_leads_to_where_what_stands_in_the_way_is_done(client, login_as, agreement):
    agreement.status = agreement.Status.CONSULTATION
    agreement.save(update_fields=["status"])
    text = make.TextVersionFactory(agreement=agreement)
    sent = make.ConsultationFactory(agreement=agreement, text=text, sent_on="2026-09-24")
    login_as(Role.COORDINATOR, party=agreement.coordinating_party)

    steps = {step.kind: ways for step, _reasons, _url, ways in client.get(page(agreement)).context["next_steps"]}

    remiss = reverse("agreements:consultation_detail", args=[agreement.slug, sent.pk])
    assert steps["adopted"] == steps["taken_back"] == [("Till remissen", remiss)]


def test_agreement_life_tells_of_a_remiss_once_and_of_what_came_last_first(client, login_as, agreement):
    text = make.TextVersionFactory(agreement=agreement)
    make.ConsultationFactory(agreement=agreement, text=text, sent_on="2026-09-24", deadline=None)
    for kind in ("created", "taken_back", "sent"):
        make.LifeEventFactory(agreement=agreement, kind=kind, when="2026-09-24", done_at=timezone.now(), text=kind)
    review = make.AgreementReviewFactory(agreement=agreement, done_on=None, due_on="2199-01-01")
    login_as(Role.COORDINATOR, party=agreement.coordinating_party)

    context = client.get(page(agreement)).context

    told = [entry.title for entry in context["past"] if entry.when == "2026-09-24"]
    assert told == ["taken_back", "created", "Remissen skickades"]
    assert [entry.url for entry in context["ahead"] if entry.row == review] == [
        reverse("agreements:review_list", args=[agreement.slug])
    ]
