"""The sheets of the follow-up: all days and answers there and back, small counts hidden, nothing written for others."""

import datetime

import pytest
from django.utils import timezone
from django.utils.text import slugify

from followup.models import Report, Respondent, Round
from lib.spreadsheets import read_path
from parties.models import Role
from parties.services import join
from portal.workbook import export_tables, export_to, import_grids
from tests import factories as make
from tests.workbook.books import book_for, book_of, complete_agreement, read_in, refusal

pytestmark = pytest.mark.django_db

NUMBERS = {"women": 34, "men": 3, "girls": 12, "boys": 0, "other": None}
COUNTS = {
    "antal kvinnor": "34", "antal män": "3", "antal flickor": "12", "antal pojkar": "0",
    "antal annat eller okänt": "saknas", "antal, summa": "",
}  # fmt: skip
HIDDEN = {**COUNTS, "antal män": "döljs", "antal pojkar": "döljs"}
ANSWER = {
    "status": "deviating", "degree": "half", "text": "Två möten", "effect": "Fler deltar",
    "deviation_cause": "Personal", "deviation_measure": "Delar med Tierp", "new_end_date": datetime.date(2027, 6, 30),
    "decision_asked": "Längre tid", "addition": "Här i länet",
    "is_unchanged": True, "on_behalf": "telefonsamtal 2026-11-20", "review_comment": "Tack",
}  # fmt: skip


def person(party, role):
    user = make.UserFactory()
    join(user=user, party=party, role=role)
    return user


def rows_for(agreement, user, sheet="Lägesrapporter", **options):
    """The rows of a sheet as the user's workbook has them."""
    (table,) = [table for table in export_tables(agreement, user=user, **options) if table.name == sheet]
    return [dict(zip([column.name for column in table.columns], row, strict=True)) for row in table.rows]


@pytest.fixture
def agreement():
    return complete_agreement()


@pytest.fixture
def report(agreement):
    """The agreement's report, answered in every field and handed in."""
    Report.objects.update(**ANSWER, numbers=NUMBERS, submitted_at=timezone.now().replace(microsecond=0))
    return Report.objects.get()


def test_every_day_of_a_round_comes_back(agreement):
    day = datetime.date(2026, 9, 1)
    days = ["opens_on", "review_on", "prepare_on", "close_on", "publish_on"]
    stored = {name: day + datetime.timedelta(weeks=week) for week, name in enumerate(days)}
    started = timezone.now().replace(microsecond=0)
    Round.objects.update(**stored, asks=Round.Asks.PARTICIPANTS, review_started_at=started)
    book = book_of(agreement, "Omgångar")
    Round.objects.update(**dict.fromkeys(days), asks=Round.Asks.RESPONSIBLE, review_started_at=None)
    assert read_in(book, save=True).counts == "0 nya, 1 ändrade, 1 oförändrade, 0 avvisade"
    round = Round.objects.get()
    assert ({name: getattr(round, name) for name in days}, round.asks, round.review_started_at) == (
        stored, "participants", started,
    )  # fmt: skip


def test_every_field_of_a_report_comes_back(agreement, report):
    book = {name: rows_for(agreement, None, name, is_complete=True) for name in ("Överenskommelse", "Lägesrapporter")}
    (row,) = book["Lägesrapporter"]
    assert {name: row[name] for name in COUNTS} == COUNTS
    assert [heading for heading, text in row.items() if not text] == ["antal, summa", "återlämnad", "godkänd"]
    Report.objects.all().delete()
    assert read_in(book, save=True).counts == "1 nya, 0 ändrade, 1 oförändrade, 0 avvisade"
    read = Report.objects.get()
    fields = [*ANSWER, "numbers", "submitted_at"]
    assert {name: getattr(read, name) for name in fields} == {name: getattr(report, name) for name in fields}


@pytest.mark.parametrize("name", ["utan kolumnerna", "med den gamla rubriken"])
def test_reports_of_an_old_workbook_are_read_in(agreement, name):
    row = book_of(agreement, "Lägesrapporter")["Lägesrapporter"][0]
    old = {heading: row[heading] for heading in ("omgång", "aktivitet", "part", "hur går det?")}
    text = "vad har ni gjort?" if name == "utan kolumnerna" else "vad har ni gjort, och vad blev effekten?"
    book = book_for(agreement, Lägesrapporter=[{**old, "hur går det?": "pågår", text: "Ett möte"}])
    assert read_in(book, save=True).counts == "0 nya, 1 ändrade, 1 oförändrade, 0 avvisade"
    report = Report.objects.get()
    assert (report.status, report.text, report.numbers) == ("ongoing", "Ett möte", {})


def test_rounds_of_an_old_workbook_are_read_in(agreement):
    old = {"omgång": "1", "perioden börjar": "2026-01-01", "perioden slutar": "2026-06-30"}
    more = {"sista svarsdag": "2026-05-31", "rådets möte": "", "öppnad": "", "stängd": "", "publicerad": ""}
    read_in(book_for(agreement, Omgångar=[{**old, **more}]), save=True)
    assert agreement.rounds.get(label="1").asks == Round.Asks.RESPONSIBLE


# --- counts -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("role", "expected"), [
    (Role.COORDINATOR, HIDDEN),
    (Role.REPORTER, COUNTS),
])  # fmt: skip
def test_small_counts_are_exported_to_their_own_party_only(agreement, report, role, expected):
    party = report.party if role == Role.REPORTER else agreement.coordinating_party
    (row,) = rows_for(agreement, person(party, role))
    assert {name: row[name] for name in COUNTS} == expected


def test_small_counts_leave_the_portal_only_when_it_moves(agreement, report):
    assert [{name: row[name] for name in COUNTS} for row in rows_for(agreement, None)] == [HIDDEN]


@pytest.mark.parametrize("reader", ["coordinator", "system"])
def test_hidden_counts_come_back_as_they_were(agreement, report, reader):
    user = person(agreement.coordinating_party, Role.COORDINATOR) if reader == "coordinator" else None
    book = {name: rows_for(agreement, user, name) for name in ("Överenskommelse", "Lägesrapporter")}
    assert read_in(book, user=user, save=True).counts == "0 nya, 0 ändrade, 2 oförändrade, 0 avvisade"
    assert Report.objects.get().numbers == NUMBERS


def test_hidden_count_of_a_new_report_is_refused(agreement, report):
    book = book_of(agreement, "Lägesrapporter")
    Report.objects.all().delete()
    columns = [problem.column for problem in read_in(book).all_problems]
    assert columns == ["antal män", "antal pojkar"]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("34", 34), ("1 234", 1234), ("1\u00a0234", 1234), ("0", 0), ("saknas", None), ("Saknas", None)],
)
def test_count_is_read(agreement, cell, expected):
    row = book_of(agreement, "Lägesrapporter")["Lägesrapporter"][0]
    read_in(book_for(agreement, Lägesrapporter=[{**row, "antal kvinnor": cell}]), save=True)
    assert Report.objects.get().numbers == {"women": expected}


def test_empty_count_is_unanswered_and_not_zero(agreement, report):
    (row,) = rows_for(agreement, None, is_complete=True)
    read_in(book_for(agreement, Lägesrapporter=[{**row, "antal män": ""}]), save=True)
    assert Report.objects.get().numbers == {key: count for key, count in NUMBERS.items() if key != "men"}


@pytest.mark.parametrize(("cell", "message"), [
    ("N/A", "”N/A” går inte att räkna. Skriv bara siffror, eller välj Saknas om ni inte vet."),
    ("ca 20", "”ca 20” går inte att räkna. Skriv bara siffror, eller välj Saknas om ni inte vet."),
    ("-3", "Antalet kan inte vara mindre än noll."),
    ("34,5", "”34,5” är inget helt antal. Skriv utan decimaler."),
])  # fmt: skip
def test_count_that_is_no_number_is_refused(agreement, cell, message):
    row = book_of(agreement, "Lägesrapporter")["Lägesrapporter"][0]
    book = book_for(agreement, Lägesrapporter=[{**row, "antal kvinnor": cell}])
    assert refusal(book) == ("Lägesrapporter", 2, "antal kvinnor", message)


def test_counts_that_do_not_add_up_are_refused(agreement):
    row = book_of(agreement, "Lägesrapporter")["Lägesrapporter"][0]
    counts = {"antal kvinnor": "30", "antal män": "10", "antal, summa": "50"}
    sheet, line, column, message = refusal(book_for(agreement, Lägesrapporter=[{**row, **counts}]))
    assert (sheet, line, column) == ("Lägesrapporter", 2, "antal kvinnor")
    assert message.startswith("Delarna blir 40 men summan är 50.")


# --- who sees and writes what -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("role", "expected"), [
    (Role.COORDINATOR, []),
    (Role.REPORTER, ["Ny text"]),
])  # fmt: skip
def test_returned_report_is_exported_to_its_party_only(agreement, report, role, expected):
    Report.objects.update(submitted_at=None, returned_at=timezone.now(), text="Ny text")
    party = report.party if role == Role.REPORTER else agreement.coordinating_party
    assert [row["vad har ni gjort?"] for row in rows_for(agreement, person(party, role))] == expected


@pytest.mark.parametrize("change", [
    {"inlämnad": "2026-06-30"},
    {"återlämnad": "2026-06-30"},
    {"godkänd": "2026-06-30"},
    {"lämnad av samordnaren, efter": "samtal"},
    {"samordnarens kommentar": "Bra"},
    {"oförändrat sedan förra gången": "ja"},
], ids=lambda change: next(iter(change)))  # fmt: skip
def test_what_is_done_in_the_portal_is_not_written_from_a_file(agreement, change):
    user = person(agreement.coordinating_party, Role.COORDINATOR)
    join(user=user, party=Report.objects.get().party, role=Role.REPORTER)
    row = book_of(agreement, "Lägesrapporter")["Lägesrapporter"][0]
    book = book_for(agreement, Lägesrapporter=[{**row, **change}])
    assert refusal(book, user=user)[2:] == (
        next(iter(change)), "Rapporter lämnas in och godkänns i portalen. Töm cellen.",
    )  # fmt: skip


def test_report_that_is_handed_in_is_not_changed_from_a_file(agreement, report):
    user = person(agreement.coordinating_party, Role.COORDINATOR)
    join(user=user, party=report.party, role=Role.REPORTER)
    row = book_of(agreement, "Lägesrapporter")["Lägesrapporter"][0]
    book = book_for(agreement, Lägesrapporter=[{**row, "vad har ni gjort?": "Ändrat"}])
    assert refusal(book, user=user)[3] == "Rapporten är inlämnad. Ta tillbaka den i portalen innan du ändrar den."


@pytest.mark.parametrize(("column", "value", "message"), [
    ("vad har ni gjort?", "Vi ringde 19121212-1212 i maj.",
     "19121212-1212 ser ut som ett personnummer. Ta bort det, eller skriv texten i portalen."),
    ("nytt slutdatum", "2020-01-01", "Datumet har redan varit. Ange ett datum från och med i dag."),
    ("antal kvinnor", "34", "Aktiviteten frågar inte efter det antalet. Töm cellen."),
])  # fmt: skip
def test_own_report_follows_the_rules_of_the_form(agreement, column, value, message):
    user = person(agreement.coordinating_party, Role.COORDINATOR)
    join(user=user, party=Report.objects.get().party, role=Role.REPORTER)
    row = {**book_of(agreement, "Lägesrapporter")["Lägesrapporter"][0], column: value}
    assert refusal(book_for(agreement, Lägesrapporter=[row]), user=user)[2:] == (column, message)


def test_changed_answer_is_no_longer_unchanged(agreement):
    user = person(agreement.coordinating_party, Role.COORDINATOR)
    Report.objects.update(status="ongoing", is_unchanged=True)
    join(user=user, party=Report.objects.get().party, role=Role.REPORTER)
    place = {name: book_of(agreement)["Lägesrapporter"][0][name] for name in ("omgång", "aktivitet", "part")}
    read_in(book_for(agreement, Lägesrapporter=[{**place, "vad har ni gjort?": "Nytt"}]), user=user, save=True)
    assert Report.objects.get().is_unchanged is False


# --- those who answer -------------------------------------------------------------------------------------------------


def test_extension_comes_back_and_tells_who_gave_it(agreement):
    user = person(agreement.coordinating_party, Role.COORDINATOR)
    row = book_of(agreement, "Svarande")["Svarande"][0]
    more = {"längre tid, till och med": "2026-09-30", "skäl till längre tid": "Sjukdom"}
    book = book_for(agreement, Svarande=[{**row, **more}])
    assert read_in(book, user=user, save=True).counts == "0 nya, 1 ändrade, 1 oförändrade, 0 avvisade"
    respondent = Respondent.objects.get()
    assert (str(respondent.extended_to), respondent.extended_by) == ("2026-09-30", user)
    assert read_in(book, user=user).counts == "0 nya, 0 ändrade, 2 oförändrade, 0 avvisade"


def test_extension_that_gives_no_more_time_is_refused(agreement):
    row = book_of(agreement, "Svarande")["Svarande"][0]
    book = book_for(agreement, Svarande=[{**row, "längre tid, till och med": "2026-08-31"}])
    message = "Dagen är inte senare än omgångens sista svarsdag, 2026-08-31. Skriv en senare dag."
    assert refusal(book)[2:] == ("längre tid, till och med", message)


def test_extension_without_reason_is_refused(agreement):
    row = book_of(agreement, "Svarande")["Svarande"][0]
    book = book_for(agreement, Svarande=[{**row, "längre tid, till och med": "2026-09-30"}])
    assert refusal(book)[2:] == ("skäl till längre tid", "Skriv varför parten får mer tid.")


def test_extension_in_a_closed_round_is_refused(agreement):
    row = book_of(agreement, "Svarande")["Svarande"][0]
    Round.objects.update(closed_at=timezone.now())
    book = book_for(agreement, Svarande=[{**row, "längre tid, till och med": "2026-09-30"}])
    assert refusal(book)[3] == "Uppföljningsomgången är stängd och kan inte ändras."


def test_coordinator_adds_no_party_that_is_not_asked(agreement):
    user = person(agreement.coordinating_party, Role.COORDINATOR)
    other = make.AccessionFactory(agreement=agreement).party
    row = {**book_of(agreement, "Svarande")["Svarande"][0], "part": other.key}
    message = "Parten svarar inte i omgången. Raden kommer när omgången öppnas."
    assert refusal(book_for(agreement, Svarande=[row]), user=user)[2:] == ("part", message)


def test_party_with_a_report_in_the_file_answers_in_the_round(agreement):
    book = book_of(agreement, "Lägesrapporter")
    Report.objects.all().delete()
    Respondent.objects.all().delete()
    read_in(book, save=True)
    assert Respondent.objects.get().party == Report.objects.get().party


def test_export_costs_the_same_with_many_reports(agreement, report, django_assert_max_num_queries):
    user = person(agreement.coordinating_party, Role.COORDINATOR)
    with django_assert_max_num_queries(200) as one:
        export_tables(agreement, user=user)
    for _number in range(30):
        make.ReportFactory(round=report.round, activity=report.activity, submitted=True)
    with django_assert_max_num_queries(len(one)):
        assert len(rows_for(agreement, user)) == 31


@pytest.mark.parametrize("name", ["mapp", "fil.xlsx"])
def test_words_stand_among_the_counts_of_a_file(agreement, report, tmp_path, name):
    export_to(agreement, tmp_path / name)
    assert import_grids(read_path(tmp_path / name)).counts.startswith("0 nya, 0 ändrade, ")
    sheet = next(grid for grid in read_path(tmp_path / name) if slugify(grid.name) == "lagesrapporter")
    assert {"34", "döljs", "saknas"} <= set(sheet.rows[1][1])
