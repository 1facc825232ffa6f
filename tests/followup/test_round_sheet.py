"""A party's round as a spreadsheet: what is fetched, filled in and read in again, by the rules of the form."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from actionplans.models import Activity
from followup.models import Report
from followup.round_import import import_round
from followup.round_sheet import write_round
from followup.services import close_round
from lib.spreadsheets import read_files
from parties.models import Role
from tests import factories as make

pytestmark = pytest.mark.django_db
TEXT, STATUS, WOMEN, MEN = "Vad har ni gjort?", "Hur går det?", "Antal: kvinnor", "Antal: män"
OTHER = "Antal: annat eller okänt"


class Book:
    """The file opened in a spreadsheet program: rows by the activity's number, columns by heading."""

    def __init__(self, content):
        self.workbook = load_workbook(io.BytesIO(content))
        self.sheet = self.workbook["Svar"]
        self.head = next(row[0].row for row in self.sheet.iter_rows() if row[0].value == "Nr")
        self.columns = {cell.value: cell.column for cell in self.sheet[self.head] if cell.value}

    def cell(self, number, heading):
        rows = range(self.head + 1, self.sheet.max_row + 1)
        row = next(row for row in rows if self.sheet.cell(row, 1).value == number)
        return self.sheet.cell(row, self.columns[heading])

    def write(self, number, texts):
        for heading, text in texts.items():
            self.cell(number, heading).value = text

    def saved(self):
        file = io.BytesIO()
        self.workbook.save(file)
        return file.getvalue()


@pytest.fixture
def respondent():
    """A party asked about two activities, the second with counts of adults."""
    round = make.RoundFactory(due_on="2026-10-22")
    party = make.AccessionFactory(agreement=round.agreement, party__name="Heby kommun").party
    edition = make.EditionFactory(plan__agreement=round.agreement)
    for number, counts in (("B1", ""), ("A3", Activity.Counts.ADULTS)):
        activity = make.ActivityFactory(edition=edition, number=number, title=f"Ta fram {number}", counts=counts)
        make.ReportFactory(round=round, party=party, activity=activity)
    return make.RespondentFactory(round=round, party=party)


@pytest.fixture
def reporter(respondent):
    return make.MembershipFactory(party=respondent.party, role=Role.REPORTER).user


def fetch(respondent):
    file = io.BytesIO()
    write_round(respondent, file)
    return Book(file.getvalue())


def read(book, respondent, by, **options):
    return import_round(read_files([("svar.xlsx", book.saved())]), respondent=respondent, by=by, **options)


def report(number):
    return Report.objects.get(activity__number=number)


def test_file_holds_the_party_s_activities_and_last_time_s_answer(respondent):
    earlier = make.RoundFactory(
        agreement=respondent.round.agreement, label="2025:2", period_starts_on="2025-07-01",
        period_ends_on="2025-12-31",
    )  # fmt: skip
    before = make.ActivityFactory(
        edition__plan=report("B1").activity.edition.plan, lineage=report("B1").activity.lineage
    )
    make.ReportFactory(round=earlier, party=respondent.party, activity=before, submitted=True, text="Sju orter.")
    book = fetch(respondent)
    assert [book.cell(number, "Aktivitet").value for number in ("B1", "A3")] == ["Ta fram B1", "Ta fram A3"]
    assert [book.cell(number, "Förra gången").value for number in ("B1", "A3")] == [
        "2025:2: pågår\nSju orter.",
        "Ny för er.",
    ]
    assert WOMEN in book.columns
    assert "Antal: flickor" not in book.columns  # asked for by none


def test_file_unchanged_changes_nothing(respondent, reporter):
    row = report("A3")
    row.status, row.text, row.numbers = "ongoing", "=SUMMA(A1)", {"women": 3, "men": None}
    row.save()
    result = read(fetch(respondent), respondent, reporter)
    assert (result.counts, result.writes) == ("0 nya, 0 ändrade, 2 oförändrade", False)


def test_import_saves_what_was_written(respondent, reporter):
    book = fetch(respondent)
    book.write("B1", {STATUS: "pågår", TEXT: "Fyra träffar."})
    book.write("A3", {STATUS: "ej relevant", WOMEN: 1234, MEN: "saknas", OTHER: "0"})
    assert read(book, respondent, reporter, save=True).saved
    assert (report("B1").status, report("B1").text) == ("ongoing", "Fyra träffar.")
    assert (report("A3").status, report("A3").numbers) == ("not_relevant", {"women": 1234, "men": None, "other": 0})
    assert report("A3").history.first().history_user == reporter
    assert not Report.objects.submitted().exists()


BAD = {
    "status that is none": (STATUS, "kanske", "går inte att välja"),
    "count with words": (WOMEN, "ca 20", "går inte att räkna"),
    "negative count": (WOMEN, -4, "mindre än noll"),
    "decimal count": (WOMEN, "4,5", "inget helt antal"),
    "date that has been": ("Nytt slutdatum", "2020-01-01", "har redan varit"),
    "date that is none": ("Nytt slutdatum", "nästa år", "inget giltigt datum"),
    "personal identity number": (TEXT, "Vi mötte 19811218-9876.", "personnummer"),
    "too long": (TEXT, "x" * 4001, "Korta den med 1 tecken"),
}


@pytest.mark.parametrize(("heading", "text", "message"), BAD.values(), ids=BAD)
def test_import_refuses_bad_cells_whole_file_and_says_where(respondent, reporter, heading, text, message):
    book = fetch(respondent)
    book.write("B1", {TEXT: "Fyra träffar."})
    book.write("A3", {heading: text})
    result = read(book, respondent, reporter, save=True)
    (problem,) = result.all_problems
    assert (result.saved, problem.row, problem.column) == (False, book.cell("A3", "Nr").row, heading)
    assert message in problem.message
    assert report("B1").text == ""


def test_import_refuses_counts_that_nobody_asks_for(respondent, reporter):
    book = fetch(respondent)
    book.write("B1", {WOMEN: 7})
    (problem,) = read(book, respondent, reporter).all_problems
    assert "frågar inte efter" in problem.message


def test_import_merges_other_cells_and_asks_about_the_same(respondent, reporter):
    book = fetch(respondent)
    row = report("B1")
    row.save_answers({"text": "Kollegans text", "effect": "Kollegans effekt"}, version=row.version, by=reporter)
    book.write("B1", {STATUS: "pågår", TEXT: "Min text"})
    result = read(book, respondent, reporter, save=True)
    assert (result.saved, [outcome.label for outcome in result.unchosen]) == (False, ["B1"])
    taken = read(book, respondent, reporter, save=True, choices={str(row.pk): "theirs"})
    assert (taken.saved, report("B1").text, report("B1").status) == (True, "Kollegans text", "")
    kept = read(book, respondent, reporter, save=True, choices={str(row.pk): "mine"})
    assert (kept.saved, report("B1").text, report("B1").effect) == (True, "Min text", "Kollegans effekt")


def test_import_of_another_field_than_a_colleague_needs_no_choice(respondent, reporter):
    book = fetch(respondent)
    row = report("B1")
    row.save_answers({"effect": "Kollegans effekt"}, version=row.version, by=reporter)
    book.write("B1", {TEXT: "Min text"})
    assert read(book, respondent, reporter, save=True).saved
    assert (report("B1").text, report("B1").effect) == ("Min text", "Kollegans effekt")


def test_import_leaves_what_is_handed_in(respondent, reporter):
    book = fetch(respondent)
    row = report("B1")
    row.status = "done"
    row.save()
    row.submit(by=reporter)
    book.write("B1", {TEXT: "För sent"})
    (problem,) = read(book, respondent, reporter, save=True).all_problems
    assert "Ta tillbaka det" in problem.message


def test_import_refuses_the_file_of_another_party(respondent, reporter):
    other = make.RespondentFactory(round=respondent.round)
    book = fetch(other)
    assert "en annan part" in str(read(book, respondent, reporter).all_problems[0])
    del book.workbook["Om"]
    stolen = fetch(respondent)
    stolen.cell("B1", "Rapport").value = make.ReportFactory(round=respondent.round, party=other.party).pk
    assert "hör inte till er omgång" in str(read(stolen, respondent, reporter).all_problems[0])


# --- the pages --------------------------------------------------------------------------------------------------------


def address(name, respondent, *more):
    place = [respondent.round.agreement.slug, respondent.round.label, respondent.party.key]
    return reverse(f"followup:{name}", args=[*place, *more])


def upload(client, respondent, book):
    """Choose the file; the address of its preview."""
    file = SimpleUploadedFile("svar.xlsx", book.saved())
    response = client.post(address("party_import", respondent), {"files": file})
    assert response.status_code == 302
    return response.url


def test_party_import_confirm_saves_what_was_previewed(client, respondent, reporter):
    client.force_login(reporter)
    book = Book(client.get(address("party_export", respondent)).getvalue())
    book.write("B1", {STATUS: "genomförd"})
    preview = client.get(upload(client, respondent, book))
    assert ("genomförd" in preview.content.decode(), report("B1").status) == (True, "")
    confirm = preview.context["confirm_url"]
    response = client.post(confirm, {"previewed": preview.context["previewed"]}, follow=True)
    assert "Filen är inläst: 0 nya, 1 ändrad, 1 oförändrad" in response.content.decode()
    assert report("B1").status == "done"
    assert client.post(confirm, {"previewed": preview.context["previewed"]}).status_code == 404  # once


def close(respondent, reporter):
    close_round(round=respondent.round, by=make.UserFactory())


def end_membership(respondent, reporter):
    reporter.memberships.update(starts_on="2020-01-01", ends_on="2020-12-31")


def change_beside(respondent, reporter):
    row = report("A3")
    row.save_answers({"text": "Kollegans"}, version=row.version, by=reporter)


def change_same(respondent, reporter):
    row = report("B1")
    row.save_answers({"status": "ongoing"}, version=row.version, by=reporter)


@pytest.mark.parametrize(
    ("meanwhile", "status"), [(close, 409), (end_membership, 404), (change_same, 409), (change_beside, 302)]
)
def test_party_import_confirm_goes_by_what_is_true_then(client, respondent, reporter, meanwhile, status):
    client.force_login(reporter)
    book = fetch(respondent)
    book.write("B1", {STATUS: "genomförd"})
    preview = client.get(upload(client, respondent, book))
    meanwhile(respondent, reporter)
    before = list(Report.objects.order_by("pk").values())
    response = client.post(preview.context["confirm_url"], {"previewed": preview.context["previewed"]})
    assert response.status_code == status
    if status != 302:
        assert list(Report.objects.order_by("pk").values()) == before


@pytest.mark.parametrize(("role", "status"), [(Role.READER, 403), (Role.REPORTER, 200), (Role.COORDINATOR, 404)])
def test_party_import_is_for_those_who_report(client, respondent, role, status):
    party = respondent.round.agreement.coordinating_party if role == Role.COORDINATOR else respondent.party
    client.force_login(make.MembershipFactory(party=party, role=role).user)
    assert client.get(address("party_import", respondent)).status_code == status


def test_party_export_queries_do_not_follow_rows(respondent):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            fetch(respondent)
        return len(captured)

    with_few = queries()
    edition = make.EditionFactory(plan__agreement=respondent.round.agreement)
    for _number in range(30):
        make.ReportFactory(
            round=respondent.round, party=respondent.party, activity=make.ActivityFactory(edition=edition)
        )
    assert queries() == with_few
