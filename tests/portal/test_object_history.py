"""The page Historik of one thing: its own changes and its parts', in which role they were made, and who reads which."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst

from agreements.models import Agreement
from governance.services import seat_person
from parties.models import Role
from parties.services import join
from portal.differences import fields_of, name_of
from portal.history_rules import MODELS, OF_PARTIES
from portal.object_history import PLACES
from tests import factories
from tests.portal.test_history import edit, import_rows, member_of

pytestmark = pytest.mark.django_db


def read(client, agreement, row, status=200):
    url = reverse("portal:object_history", args=[agreement.slug, row._meta.model_name, row.pk])
    response = client.get(url)
    assert response.status_code == status
    return response


def lines(client, agreement, row):
    """(who, what was done, [(field, before, after)]) of each line, newest first."""
    return [
        (event.who, str(event.word), [(change.label, change.old, change.new) for change in event.changes])
        for event in read(client, agreement, row).context["page_obj"]
    ]


def texts(client, agreement, row):
    """The values that the lines of a report give its text, newest first."""
    told = [changes for _who, _word, changes in lines(client, agreement, row)]
    return [new for changes in told for label, _old, new in changes if label == "Vad har ni gjort?"]


@pytest.fixture
def agreement():
    return factories.AgreementFactory()


@pytest.fixture
def report(agreement):
    """A draft that was written twice and handed in, by an official who is also another party's administrator."""
    report = factories.ReportFactory(round__agreement=agreement, party=member_of(agreement), status="ongoing")
    author = factories.UserFactory(name="Hanna Ek")
    join(user=author, party=factories.PartyFactory(), role=Role.PARTY_ADMINISTRATOR)
    join(user=author, party=report.party, role=Role.REPORTER)
    edit(report, by=author, text="första utkastet", numbers={"total": 3})
    edit(report, by=author, text="andra utkastet")
    edit(report, by=author, text="inlämnat", submitted_at=timezone.now(), submitted_by=author)
    return report


# English and Swedish are spelled alike.
SPELLED_ALIKE = {"period", "reservation", "status", "text"}


@pytest.mark.parametrize("model", MODELS.values(), ids=list(MODELS))
def test_every_field_of_the_history_has_a_name_in_swedish(model):
    fields = fields_of(model.history.model())
    unnamed = {field.name for field in fields if name_of(field) == capfirst(field.name.replace("_", " "))}

    assert unnamed <= SPELLED_ALIKE


def test_object_history_tells_a_party_the_drafts_of_its_report_and_in_which_role(client, login_as, agreement, report):
    login_as(Role.READER, party=report.party)
    told = lines(client, agreement, report)
    assert {who for who, _word, _changes in told[:3]} == {f"Hanna Ek, handläggare för {report.party}"}
    assert texts(client, agreement, report) == ["inlämnat", "andra utkastet", "första utkastet"]
    assert ("Antal", "", "summa 3") in told[2][2]


def test_object_history_tells_reviewers_what_was_handed_in_and_no_draft(client, login_as, agreement, report):
    login_as(Role.COORDINATOR, party=agreement.coordinating_party)
    assert texts(client, agreement, report) == ["inlämnat"]
    content = read(client, agreement, report).content.decode()
    assert not [text for text in ("utkastet", "summa 3") if text in content]


def test_object_history_of_a_returned_report_keeps_what_is_written_since(client, login_as, agreement, report):
    edit(report, submitted_at=None, submitted_by=None, returned_at=timezone.now())
    edit(report, text="efter återlämning")
    login_as(Role.COORDINATOR, party=agreement.coordinating_party)
    read(client, agreement, report, status=404)
    edit(report, submitted_at=timezone.now(), text="igen")
    assert texts(client, agreement, report) == ["igen", "inlämnat"]


def test_object_history_of_a_published_report_begins_with_publication(client, login_as, agreement, report):
    round, person = report.round, factories.UserFactory()
    now = timezone.now()
    type(round).objects.filter(pk=round.pk).update(closed_at=now, closed_by=person, published_at=now)
    for who in (None, Role.READER):
        if who:
            login_as(who, party=member_of(agreement))
        assert lines(client, agreement, report) == []


@pytest.fixture
def response(agreement):
    """An answer to a remiss that was written twice, handed in and treated."""
    party = member_of(agreement)
    response = factories.ConsultationResponseFactory(
        addressee__consultation__agreement=agreement,
        addressee__consultation__text=factories.TextVersionFactory(agreement=agreement),
        addressee__party=party,
        text="första utkastet",
    )
    author = factories.UserFactory(name="Hanna Ek")
    join(user=author, party=party, role=Role.REPORTER)
    section = factories.SectionResponseFactory(response=response, text="Fler orter.")
    edit(response, by=author, text="andra utkastet")
    edit(response, by=author, text="inlämnat", submitted_at=timezone.now(), submitted_by=author)
    edit(section, by=factories.UserFactory(), treatment="followed")
    return response


def told(client, agreement, row):
    """Every value that the lines give."""
    return {new for _who, _word, changes in lines(client, agreement, row) for _label, _old, new in changes}


def test_object_history_of_a_remiss_answer_tells_its_party_its_drafts(client, login_as, agreement, response):
    login_as(Role.REPORTER, party=response.addressee.party)
    page = client.get(
        reverse("agreements:response_detail", args=[agreement.slug, response.addressee.consultation_id, response.pk])
    )
    assert reverse("portal:object_history", args=[agreement.slug, "consultationresponse", response.pk]) in page.text
    values = told(client, agreement, response)
    assert {"första utkastet", "andra utkastet", "inlämnat", "Fler orter.", "följs"} <= values


def test_object_history_of_a_remiss_answer_tells_coordinators_what_was_handed_in(client, login_as, agreement, response):
    login_as(Role.COORDINATOR, party=agreement.coordinating_party)
    values = told(client, agreement, response)
    assert {"inlämnat", "Fler orter.", "följs"} <= values
    assert not {"första utkastet", "andra utkastet"} & values


def test_object_history_of_a_remiss_answer_is_closed_until_it_is_public(client, login_as, agreement, response):
    login_as(Role.REPORTER, party=member_of(agreement))
    read(client, agreement, response, status=404)
    type(response.addressee.consultation).objects.update(answers_public_on=timezone.localdate())
    assert not {"första utkastet", "andra utkastet"} & told(client, agreement, response)


def test_object_history_is_closed_to_who_may_not_see_the_thing(client, login_as, agreement, report):
    login_as(Role.REPORTER, party=member_of(agreement))
    read(client, agreement, report, status=404)
    other = factories.AgreementFactory()
    login_as(Role.READER, party=report.party)
    read(client, other, report, status=404)


def test_object_history_tells_what_an_import_wrote(client, agreement):
    row = factories.GoalFactory.build(area=factories.PriorityAreaFactory(agreement=agreement), text="Fler i arbete")
    row.agreement = agreement
    import_rows(timezone.now(), row)
    assert ("Mål", "", "Fler i arbete") in lines(client, agreement, row)[0][2]


@pytest.mark.parametrize("kind", ["agreement", "membership", "party", "reportingrule", "user", "auditevent", "x"])
def test_object_history_has_only_kinds_of_its_own(client, agreement, kind):
    url = reverse("portal:object_history", args=[agreement.slug, kind, agreement.pk])
    assert client.get(url).status_code == 404


def test_object_history_knows_how_every_kind_leads_to_an_agreement():
    for model in MODELS.values():
        if model not in (Agreement, *OF_PARTIES):
            model.objects.filter(**{PLACES.get(model, "agreement"): 1}).exists()


def test_object_history_tells_what_a_chair_did_as_council_member(client, login_as, agreement):
    body = factories.MandateFactory(agreement=agreement).body
    chair, party = factories.UserFactory(name="Bo Ek"), member_of(agreement)
    join(user=chair, party=party, role=Role.REPORTER)
    seat_person(seat=factories.SeatFactory(body=body, party=party), user=chair, party=party)
    meeting = factories.MeetingFactory(body=body, called_at=timezone.now())
    edit(meeting, by=chair, place="Rådhuset")
    login_as(Role.READER, party=party)
    assert lines(client, agreement, meeting)[0] == (
        f"Bo Ek, rådsledamot för {party}", "Ändrad", [("Plats", "", "Rådhuset")],
    )  # fmt: skip


@pytest.mark.parametrize(("role", "seen"), [(Role.COORDINATOR, True), (Role.READER, False)])
def test_object_history_of_minutes_is_read_as_the_minutes(client, login_as, agreement, role, seen):
    body = factories.MandateFactory(agreement=agreement).body
    meeting = factories.MeetingFactory(body=body, called_at=timezone.now())
    edit(factories.RecordFactory(meeting=meeting), text="Ett utkast till protokoll")
    login_as(role, party=agreement.coordinating_party if seen else member_of(agreement))
    assert ("Ett utkast till protokoll" in read(client, agreement, meeting).content.decode()) is seen


def test_object_history_of_an_edition_tells_of_its_activities(client, login_as, agreement):
    activity = factories.ActivityFactory(edition__plan__agreement=agreement, title="Gammal")
    factories.ActivityFactory(edition__plan__agreement=agreement, title="I en annan version")
    edit(activity, title="Ny")
    login_as(Role.COORDINATOR, party=agreement.coordinating_party)
    assert ("Aktivitet", "Gammal", "Ny") in lines(client, agreement, activity.edition)[0][2]
    assert "I en annan version" not in read(client, agreement, activity.edition).content.decode()


def test_membership_history_is_told_to_those_who_look_after_the_people(client, login_as):
    administrator = login_as(Role.PARTY_ADMINISTRATOR, party=factories.PartyFactory())
    party = administrator.memberships.get().party
    row = join(user=factories.UserFactory(name="Ny Person"), party=party, role=Role.READER, title="Handläggare")
    row._history_user, row._change_reason, row.title = administrator, "Bytte tjänst", "Chef"
    row.save()
    url = reverse("portal:membership_history", args=[party.key, row.pk])
    event = client.get(url).context["page_obj"][0]
    assert (event.who, event.reason) == (f"{administrator}, partsadministratör för {party}", "Bytte tjänst")
    assert [(change.label, change.old, change.new) for change in event.changes] == [("Funktion", "Handläggare", "Chef")]
    login_as(Role.PARTY_ADMINISTRATOR)
    assert client.get(url).status_code == 404


def test_object_history_queries_do_not_grow_with_rows(client, login_as, agreement, report):
    login_as(Role.COORDINATOR, party=agreement.coordinating_party)
    numbers = []
    for times in (1, 30):
        for number in range(times):
            author = factories.UserFactory()
            join(user=author, party=report.party, role=Role.APPROVER)
            edit(report, text=f"{times} {number}", by=author)
        read(client, agreement, report)  # the agreement's end is asked once after each write to it
        with CaptureQueriesContext(connection) as queries:
            read(client, agreement, report)
        numbers.append(len(queries))
    assert numbers[0] == numbers[1] <= 25


def test_hats_then_names_nobody_who_had_left(client, login_as, agreement, report):
    author = report.submitted_by
    author.memberships.update(starts_on="2020-01-01", ends_on="2020-12-31")
    login_as(Role.READER, party=report.party)
    assert lines(client, agreement, report)[0][0] == "Hanna Ek"


def test_measurement_edit_tells_the_history_of_the_indicator_what_was_typed(client, login_as, agreement):
    rows = [factories.IndicatorFactory(agreement=agreement, is_count=is_count) for is_count in (False, True)]
    person = login_as(Role.COORDINATOR, party=agreement.coordinating_party)
    for row in rows:
        url = reverse("followup:measurement_edit", args=[agreement.slug, row.key]) + "?ar=2025&halvar=0"
        cell = next(name for name in client.get(url).context["form"].fields if name.startswith("lan-"))
        assert client.post(url, {cell: "3", f"was_{cell}": ""}).status_code == 302
    plain, count = (read(client, agreement, row).context["page_obj"][0] for row in rows)
    place = agreement.county.name
    assert (plain.reason, count.reason) == (f"{place} 2025: tomt → 3", f"{place} 2025")
    assert plain.who == f"{person}, samordnare för {agreement.coordinating_party}"


def test_definition_edit_tells_the_history_what_was_written(client, login_as, agreement):
    row = factories.IndicatorFactory(agreement=agreement)
    login_as(Role.COORDINATOR, party=agreement.coordinating_party)
    url = reverse("followup:definition_edit", args=[agreement.slug, row.key])
    client.post(url, {"version": row.version, "text_new": "Antal per år", "year_new": "2025"})
    assert read(client, agreement, row).context["page_obj"][0].reason == "från 2025: Antal per år"


def test_registry_edit_tells_the_history_of_the_round_which_number(client, login_as, agreement):
    round = factories.RoundFactory(agreement=agreement)
    board = agreement.coordinating_party
    login_as(Role.COORDINATOR, party=board)
    url = reverse("followup:registry_edit", args=[agreement.slug, round.label])
    client.post(url, {f"party_{board.pk}": "2026-17", f"was_{board.pk}": ""})
    reason = read(client, agreement, round).context["page_obj"][0].reason
    assert reason == f"Diarienummer {board.name}: tomt → 2026-17"


def test_object_history_calls_a_file_by_its_name_and_not_where_it_is_stored(client, login_as, agreement, report):
    kept = factories.ReportFileFactory(report=report)
    login_as(Role.REPORTER, party=report.party)
    assert kept.file.name.startswith("reports/")
    told_of_file = {value for value in told(client, agreement, report) if value and value in kept.file.name}
    assert told_of_file == {kept.file.name.rpartition("/")[2]}


def test_object_history_does_not_say_the_kind_twice(client, login_as, agreement):
    consultation = factories.ConsultationFactory(agreement=agreement, kind="")
    login_as(Role.COORDINATOR, party=agreement.coordinating_party)
    heading = read(client, agreement, consultation).text.partition("<h1>")[2].partition("</div>")[0]
    assert heading.lower().count("remiss") == 1
