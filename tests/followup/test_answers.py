"""One field at a time: what it costs, what two colleagues do to each other, and the answers of one key."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from followup.models import Report, Respondent
from followup.services import close_round
from tests import factories as make
from tests.followup.form import HTMX, address, asked_party, person_of, reports_of, said_before

pytestmark = pytest.mark.django_db


@pytest.fixture
def report(client):
    place = asked_party(count=2)
    person_of(client, place.party)
    return reports_of(place)[0]


def save(client, report, field="text", value="Boskolan är igång.", version=None, **more):
    post = {"field": field, "value": value, "version": version or report.version, **more}
    return client.post(address("report_field", report), post, headers=HTMX)


def stored(report):
    return Report.objects.get(pk=report.pk)


def test_report_field_answers_with_the_rows_state_and_the_checklist(client, report):
    response = save(client, report, "status", "deviating")
    page = response.content.decode()
    assert (response.status_code, len(response["X-Saved-At"])) == (200, 5)
    for part in ('version="2"', 'deviates="true"', 'missing="new_end_date"', 'id="checklist"', 'id="progress"'):
        assert part in page
    assert page.count('hx-swap-oob="true"') == 2


@pytest.mark.parametrize(
    ("field", "value", "read", "is_sent"),
    [
        ("text", "Och fler kommer.", 2, False),
        ("status", "done", 2, False),
        ("status", "deviating", 2, True),
        ("text", "Och fler kommer.", 1, True),  # what a colleague wrote, or an answer that was lost, is not seen yet
    ],
)
def test_report_field_sends_the_checklist_where_the_row_has_changed_in_it(client, report, field, value, read, is_sent):
    save(client, report, "status", "ongoing")
    page = save(client, report, field, value, read).content.decode()
    assert [f'id="{part}"' in page for part in ("checklist", "progress")] == [is_sent, is_sent]


def test_report_field_asks_the_database_four_times_and_sqlite_seven(client, report):
    """Session, person, report with rights, and the write with its history; SQLite needs three more for the last."""
    save(client, report)  # the first also keeps that the party has begun
    url, post = address("report_field", report), {"field": "text", "value": "Och fler kommer.", "version": 2}
    with CaptureQueriesContext(connection) as captured:
        assert client.post(url, post, headers=HTMX).status_code == 200
    most = 4 if connection.vendor == "postgresql" else 7
    assert len(captured) <= most, [query["sql"][:80] for query in captured]


def test_report_field_keeps_who_and_once_that_the_party_has_begun(client, report):
    save(client, report)
    line = Report.history.filter(id=report.pk).latest("history_id")
    assert (line.text, line.version, line.history_user is not None) == ("Boskolan är igång.", 2, True)
    assert Respondent.objects.get().begun_at is not None


def test_report_field_saves_beside_what_a_colleague_saved(client, report):
    save(client, report, "text", "Min text")
    response = save(client, report, "effect", "Min effekt", version=1)
    assert (response.status_code, stored(report).text, stored(report).effect) == (200, "Min text", "Min effekt")


def test_report_field_shows_both_texts_of_the_same_field(client, report):
    save(client, report, value="Deras text")
    response = save(client, report, value="Min text", version=1)
    page = response.content.decode()
    assert response.status_code == 409
    for part in ("Deras text", "Min text", 'data-action="keep-mine"', 'data-version="2"', 'data-stored="Deras text"'):
        assert part in page
    assert stored(report).text == "Deras text"


def test_report_field_takes_what_is_stored_already_whatever_the_version(client, report):
    save(client, report)
    assert save(client, report, version=1).status_code == 200
    assert stored(report).version == 2


@pytest.mark.parametrize(
    ("field", "value", "advice"),
    [
        ("new_end_date", "2020-01-01", "Datumet har redan varit"),
        ("new_end_date", "2026-13-01", "Skriv datumet med år, månad och dag"),
        ("status", "nästan", "finns inte att välja"),
        ("text", "x" * 4001, "Korta den med 1 tecken"),
        ("text", "Ring 19811228-9874", "ser ut som ett personnummer"),
        ("submitted_at", "2026-01-01", "Det fältet går inte att ändra här"),
        ("party", "1", "Det fältet går inte att ändra här"),
    ],
)
def test_report_field_says_what_to_mend(client, report, field, value, advice):
    response = save(client, report, field, value)
    assert (response.status_code, advice in response.content.decode()) == (422, True)
    assert stored(report).version == 1


def test_report_field_saves_a_number_that_is_said_to_be_no_persons(client, report):
    assert save(client, report, value="Ärende 811228-9874").status_code == 422
    assert save(client, report, value="Ärende 811228-9874", not_personal="on").status_code == 200


@pytest.mark.parametrize("late", ["closed", "submitted", "approved"])
def test_report_field_gives_back_what_was_typed_when_it_is_too_late(client, report, late):
    if late == "closed":
        close_round(round=report.round, by=make.UserFactory())
    else:
        then = {"submitted_at": timezone.now()} | ({"approved_at": timezone.now()} if late == "approved" else {})
        Report.objects.filter(pk=report.pk).update(status="done", **then)
    response = save(client, report)
    assert (response.status_code, "Boskolan är igång." in response.content.decode()) == (409, True)
    assert stored(report).text == ""


# --- answers of one key -----------------------------------------------------------------------------------------------


def quick(client, report, answer, version=None, headers=HTMX):
    post = {"answer": answer, "version": version or report.version}
    return client.post(address("report_quick", report), post, headers=headers)


def test_report_quick_repeats_last_time_but_no_counts(client, report):
    said = {"status": "ongoing", "degree": "half", "text": "Som förut", "effect": "Fler", "numbers": {"total": 3}}
    said_before(report, **said)
    response = quick(client, report, "unchanged")
    row = stored(report)
    assert (response.status_code, row.is_unchanged, row.numbers) == (200, True, {})
    assert (row.status, row.degree, row.text, row.effect) == ("ongoing", "half", "Som förut", "Fler")


def test_report_quick_asks_again_for_a_day_that_has_been(client, report):
    said = {"deviation_cause": "Personal", "deviation_measure": "Delar", "new_end_date": "2026-01-31"}
    said_before(report, status="deviating", **said)
    quick(client, report, "unchanged")
    assert (stored(report).new_end_date, list(stored(report).missing())) == (None, ["new_end_date"])


def test_report_field_makes_a_repeated_answer_changed(client, report):
    said_before(report, text="Som förut")
    quick(client, report, "unchanged")
    save(client, report, "decision_asked", "Mer pengar", version=2)
    assert stored(report).is_unchanged is True
    save(client, report, "text", "Inte som förut", version=3)
    assert stored(report).is_unchanged is False


@pytest.mark.parametrize("answer", ["not_relevant", "no_data"])
def test_report_quick_clears_nothing(client, report, answer):
    save(client, report)
    response = quick(client, report, answer, version=2)
    assert (response.status_code, stored(report).status, stored(report).text) == (200, answer, "Boskolan är igång.")
    assert "act--done" in response.content.decode()


def test_report_quick_has_nothing_to_repeat_the_first_time(client, report):
    response = quick(client, report, "unchanged")
    assert (response.status_code, stored(report).version) == (409, 1)


def test_report_quick_does_not_answer_over_a_colleague(client, report):
    save(client, report, "status", "done")
    assert quick(client, report, "no_data", version=1).status_code == 409
    assert stored(report).status == "done"


def test_report_quick_pressed_twice_is_one_answer(client, report):
    answers = [quick(client, report, "no_data", version=1).status_code for _time in range(3)]
    assert (answers, stored(report).version) == ([200, 200, 200], 2)


def test_report_quick_goes_on_without_script(client, report):
    response = quick(client, report, "no_data", headers={})
    other = Report.objects.exclude(pk=report.pk).get()
    assert response.url.endswith(f"?oppen={other.pk}#r{other.pk}")


NASTY = (
    "\x00", "\N{RIGHT-TO-LEFT OVERRIDE}txet", "9" * 5000, "\N{SLIGHTLY SMILING FACE}" * 3000, "a\u0301" * 3000,
    "<script>alert(1)</script>", "'; DROP TABLE followup_report; --", "1e400", "NaN", "-0", "0x10", "\u2028", "[]",
    "{% include 'x' %}", "null", "{}", "2026-02-30", "9999-12-31", "0000-00-00",
)  # fmt: skip


@pytest.mark.parametrize("field", Report.ANSWERS)
def test_report_field_breaks_of_nothing(client, report, field):
    Report.objects.filter(pk=report.pk).update(status="")
    type(report.activity).objects.filter(pk=report.activity_id).update(counts="adults")
    for version in ("1", "x", "-1", "9" * 30, ""):
        for value in NASTY if version == "1" else NASTY[:1]:
            numbers = {"numbers_women": value, "numbers_total": value} if field == "numbers" else {}
            response = save(client, report, field, value, version=version or " ", **numbers)
            assert response.status_code in (200, 409, 422), (version, value[:20])
    place = report.round.respondents.get()
    page = client.get(address("party_form", place), {"oppen": report.pk})
    assert (page.status_code, "<script>alert" in page.content.decode()) == (200, False)


@pytest.mark.parametrize("key", ["", "0", "x", "9" * 30, "-1", "٣"])
def test_party_form_opens_for_whatever_is_asked(client, report, key):
    place = report.round.respondents.get()
    assert client.get(address("party_form", place), {"oppen": key}).status_code == 200
    assert client.post(address("party_presence", place), {"report": key, "since": key}).status_code == 200
