"""The report form as a page: who comes in, what it shows, and that it is whole without script."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from followup.models import FormPresence, Report, Respondent
from followup.services import close_round
from parties.models import Role
from tests import factories as make
from tests.followup.form import HTMX, address, asked_party, person_of, reports_of, said_before

pytestmark = pytest.mark.django_db


@pytest.fixture
def place():
    return asked_party()


def page_of(client, place, **query):
    response = client.get(address("party_form", place), query)
    assert response.status_code == 200
    return response.content.decode()


def answer(report, **changes):
    return {"status": "ongoing", "text": "Boskolan är igång.", "version": report.version, **changes}


def queries_of(client, url):
    client.get(url)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


# --- who --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "read", "write"),
    [
        (Role.REPORTER, 200, 302),
        (Role.APPROVER, 200, 302),
        (Role.READER, 200, 403),
        (Role.PARTY_ADMINISTRATOR, 404, 404),
    ],
)
def test_party_form_is_read_by_the_party_and_written_by_its_reporters(client, place, role, read, write):
    person_of(client, place.party, role)
    (report,) = reports_of(place)
    assert client.get(address("party_form", place)).status_code == read
    assert client.post(address("report_edit", report), answer(report)).status_code == write
    assert Report.objects.get().status == ("ongoing" if write == 302 else "")


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.AUDITOR, Role.REPORTER])
def test_party_form_is_not_there_for_others(client, place, role):
    person_of(client, place.round.agreement.coordinating_party, role)
    assert client.get(address("party_form", place)).status_code == 404


def test_party_form_is_not_there_in_a_round_that_is_planned(client, place):
    person_of(client, place.party)
    place.round.opened_at = place.round.opened_by = None
    place.round.save()
    assert client.get(address("party_form", place)).status_code == 404


# --- what it shows ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("counts", ["", "adults"])
def test_party_form_asks_as_much_of_the_database_however_many_activities(client, counts):
    few, many = asked_party("Heby", 1, counts=counts), asked_party("Tierp", 30, counts=counts)
    spent = []
    for place in (few, many):
        person_of(client, place.party)
        said_before(reports_of(place)[0])
        spent.append(queries_of(client, address("party_form", place)))
        spent.append(queries_of(client, address("party_submit", place)))
    assert spent[:2] == spent[2:]


def test_party_form_opens_the_first_that_waits(client):
    place = asked_party(count=3)
    first, second, _third = reports_of(place)
    Report.objects.filter(pk=first.pk).update(status="done")
    person_of(client, place.party)
    page = page_of(client, place)
    assert (page.count("act--open"), f'id="f{second.pk}"' in page, "1 av 3 klara" in page) == (1, True, True)


def test_party_form_shows_what_was_said_last_time(client, place):
    (report,) = reports_of(place)
    said_before(report, text="Boskolan startade i mars.", review_comment="Skriv gärna var.", numbers={"women": 28})
    person_of(client, place.party)
    page = page_of(client, place)
    for words in ("Boskolan startade i mars.", "Skriv gärna var.", "28 kvinnor", "Kopiera texten hit", "Oförändrat"):
        assert words in page


def test_party_form_has_nothing_to_repeat_the_first_time(client, place):
    person_of(client, place.party)
    page = page_of(client, place)
    assert ('value="unchanged"' in page, 'value="not_relevant"' in page) == (False, True)


def test_party_form_does_not_take_another_partys_answer_for_ours(client, place):
    (report,) = reports_of(place)
    theirs = said_before(report, text="En annan kommuns svar")
    Report.objects.filter(pk=theirs.pk).update(party=make.PartyFactory())
    person_of(client, place.party)
    assert "En annan kommuns svar" not in page_of(client, place)


@pytest.mark.parametrize(("query", "is_open"), [("oppen", True), ("rad", False)])
def test_party_form_gives_the_script_one_row(client, place, query, is_open):
    person_of(client, place.party)
    (report,) = reports_of(place)
    response = client.get(address("party_form", place), {query: report.pk}, headers=HTMX)
    page = response.content.decode()
    assert (page.count("<article"), "<html" in page, f'id="f{report.pk}"' in page) == (1, False, is_open)
    assert page.count('hx-swap-oob="true"') == 2  # a colleague may have changed what the checklist says


def test_party_form_tells_why_an_answer_came_back(client, place):
    (report,) = reports_of(place)
    Report.objects.update(status="ongoing", returned_at=timezone.now())
    make.ReturnFactory(report=report, reasons={"text": "Skriv vilka orter."}, comment="Nästan klart")
    person_of(client, place.party)
    page = page_of(client, place, oppen=report.pk)
    assert ("Skriv vilka orter." in page, "Nästan klart" in page, "Återlämnad" in page) == (True, True, True)


@pytest.mark.parametrize(("days", "words"), [(3, "om 3 dagar"), (0, "i dag"), (-2, "Försenad")])
def test_party_form_tells_until_when(client, place, days, words):
    Respondent.objects.update(extended_to=timezone.localdate() + datetime.timedelta(days=days))
    place.round.due_on = timezone.localdate() - datetime.timedelta(days=9)
    place.round.save()
    person_of(client, place.party)
    assert words in page_of(client, place)


# --- without script ---------------------------------------------------------------------------------------------------


def test_report_edit_saves_the_whole_form(client, place):
    user = person_of(client, place.party)
    (report,) = reports_of(place)
    fields = {"degree": "half", "effect": "Fler bor kvar.", "decision_asked": "Mer pengar", "addition": "I norr"}
    response = client.post(address("report_edit", report), answer(report, **fields))
    stored = Report.objects.get()
    assert (response.status_code, stored.version, stored.history.first().history_user) == (302, 2, user)
    assert {name: getattr(stored, name) for name in fields} == fields


def test_report_edit_goes_on_to_the_next_that_waits(client):
    place = asked_party(count=3)
    first, second, _third = reports_of(place)
    person_of(client, place.party)
    response = client.post(address("report_edit", first), answer(first, next="1"))
    assert response.url.endswith(f"?oppen={second.pk}#r{second.pk}")


def test_report_edit_stays_where_something_is_missing(client):
    place = asked_party(count=2)
    first, _second = reports_of(place)
    person_of(client, place.party)
    response = client.post(address("report_edit", first), answer(first, status="deviating", next="1"), follow=True)
    assert response.redirect_chain[-1][0].endswith(f"?oppen={first.pk}#r{first.pk}")
    assert "Skriv orsaken till avvikelsen." in response.content.decode()


def test_report_edit_copies_last_times_text_below_what_is_written(client, place):
    (report,) = reports_of(place)
    said_before(report, text="Boskolan startade i mars.")
    person_of(client, place.party)
    client.post(address("report_edit", report), answer(report, text="Nytt", copy="text"))
    assert Report.objects.get(pk=report.pk).text == "Nytt\n\nBoskolan startade i mars."


def test_report_edit_keeps_both_texts_when_a_colleague_was_faster(client, place):
    person_of(client, place.party)
    (report,) = reports_of(place)
    first = client.post(address("report_edit", report), answer(report, text="Den första texten"))
    second = client.post(address("report_edit", report), answer(report, text="Den andra texten"))
    page = second.content.decode()
    assert (first.status_code, second.status_code) == (302, 409)
    assert ("Den första texten" in page, "Den andra texten" in page) == (True, True)
    assert Report.objects.get().text == "Den första texten"
    version = Report.objects.get().version
    assert f'name="version" value="{version}"' in page


@pytest.mark.parametrize("late", ["submitted", "closed"])
def test_report_edit_keeps_what_was_typed_when_it_is_too_late(client, place, late):
    (report,) = reports_of(place)
    if late == "submitted":
        Report.objects.update(status="done", submitted_at=timezone.now(), submitted_by=make.UserFactory())
    else:
        close_round(round=place.round, by=make.UserFactory())
    person_of(client, place.party)
    response = client.post(address("report_edit", report), answer(report))
    assert (response.status_code, "Boskolan är igång." in response.content.decode()) == (409, True)
    assert Report.objects.get().text == ""


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"new_end_date": "2020-01-01"}, "Datumet har redan varit"),
        ({"new_end_date": "snart"}, "Skriv datumet med år, månad och dag"),
        ({"status": "nästan klar"}, "finns inte att välja"),
        ({"deviation_cause": "x" * 1001}, "Korta den med"),
        ({"effect": "Vi ringde 811228-9874."}, "811228-9874 ser ut som ett personnummer"),
    ],
)
def test_report_edit_refuses_in_swedish_and_keeps_what_was_typed(client, place, change, message):
    person_of(client, place.party)
    (report,) = reports_of(place)
    response = client.post(address("report_edit", report), answer(report, **change))
    page = response.content.decode()
    assert (response.status_code, message in page, "Boskolan är igång." in page) == (200, True, True)
    assert Report.objects.get().text == ""


def test_report_edit_saves_a_number_that_is_no_persons(client, place):
    person_of(client, place.party)
    (report,) = reports_of(place)
    text = {"text": "Ärende 811228-9874"}
    page = client.post(address("report_edit", report), answer(report, **text)).content.decode()
    assert "Det är inget personnummer" in page
    client.post(address("report_edit", report), answer(report, **text, not_personal="on"))
    stored = Report.objects.get()
    assert stored.text == "Ärende 811228-9874"
    again = client.post(address("report_edit", report), answer(stored, text="Ärende 811228-9874 är klart"))
    assert again.status_code == 302  # what was said to be none is not asked about again


# --- colleagues -------------------------------------------------------------------------------------------------------


def test_party_presence_tells_colleagues_and_what_changed(client, place):
    (report,) = reports_of(place)
    colleague = person_of(client, place.party)
    client.post(address("party_presence", place), {"report": report.pk})
    person_of(client, place.party)
    since = Report.history.latest("history_id").history_id
    page = client.post(address("party_presence", place), {"report": "", "since": since}).content.decode()
    assert (str(colleague) in page, "data-changed" in page) == (True, False)
    report.save_answers({"text": "Nytt"}, version=1, by=colleague)
    page = client.post(address("party_presence", place), {"report": "", "since": since}).content.decode()
    assert f'data-changed="{report.pk}" data-version="2"' in page
    assert FormPresence.objects.count() == 2


def test_party_presence_keeps_once_that_the_party_has_begun(client, place):
    person_of(client, place.party)
    client.get(address("party_form", place))
    assert Respondent.objects.get().begun_at is None
    client.post(address("party_presence", place), {"report": ""})
    begun = Respondent.objects.get().begun_at
    client.post(address("party_presence", place), {"report": ""})
    assert (begun is not None, Respondent.objects.get().begun_at) == (True, begun)
    assert Respondent.history.count() == 1


def test_party_form_opens_nothing_where_the_row_was_closed(client, place):
    person_of(client, place.party)
    assert "act--open" not in page_of(client, place, rad=reports_of(place)[0].pk)


def test_party_submit_names_the_files(client, place):
    make.ReportFileFactory(report=reports_of(place)[0], name="Protokoll från mars")
    person_of(client, place.party)
    assert "Protokoll från mars" in client.get(address("party_submit", place)).content.decode()
