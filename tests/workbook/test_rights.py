"""A workbook reaches what its reader may change, and nothing else."""

import pytest
from django.contrib.auth.models import AnonymousUser

from agreements.models import Agreement, Goal
from followup.models import Report
from governance.models import Body, Mandate
from parties.models import County, PartyKind, Role
from parties.services import join
from portal.workbook import export_tables
from tests import factories as make
from tests.workbook.books import book_for, book_of, complete_agreement, read_in, refusal

pytestmark = pytest.mark.django_db

NOT_YOURS = "Adressen hör till en överenskommelse som du inte samordnar. Välj en annan adress."
NOT_YOUR_PARTY = "Du samordnar inte överenskommelser åt den parten i länet. Välj en part som du samordnar åt."
NEW = {
    "adress": "ny", "titel": "Ny", "kortnamn": "Ny", "län": "Uppsala län", "slag": "regional överenskommelse",
    "status": "utkast",
}  # fmt: skip


def person(party, role=Role.COORDINATOR, **hat):
    user = make.UserFactory()
    join(user=user, party=party, role=role, **hat)
    return user


def board(county="03"):
    return make.PartyFactory(kind=PartyKind.COUNTY_BOARD, county=County.objects.get(code=county))


@pytest.fixture
def agreement():
    return make.AgreementFactory(draft=True, coordinating_party=board())


@pytest.mark.parametrize("role", [role for role in Role if role != Role.COORDINATOR])
def test_only_coordinators_read_in(agreement, role):
    user = person(agreement.coordinating_party, role)
    assert refusal(book_of(agreement), user=user) == ("Överenskommelse", 2, "adress", NOT_YOURS)


def test_other_agreements_row_is_refused_and_tells_nothing(agreement):
    make.GoalFactory(agreement=agreement, area=None, text="Hemligt")
    book = book_for(agreement, Mål=[{"nyckel": "goal-1", "nivå": "delmål", "mål": "Kapat"}])
    result = read_in(book, user=person(board()), save=True)
    assert (len(result.outcomes), result.agreement) == (1, None)
    assert [str(problem) for problem in result.all_problems] == [
        f"Arket Överenskommelse, rad 2, kolumnen adress: {NOT_YOURS}"
    ]
    assert Goal.objects.get().text == "Hemligt"


def test_other_county_of_an_agreement_is_not_told(agreement):
    book = {"Överenskommelse": [{"adress": agreement.slug, "län": "Kronobergs län", "titel": "X" * 300}]}
    problems = read_in(book, user=person(board())).all_problems
    assert [problem.message for problem in problems] == [NOT_YOURS]


@pytest.mark.parametrize(("county", "expected"), [("03", []), ("07", [NOT_YOUR_PARTY])])
def test_new_agreement_belongs_to_the_coordinators_county(county, expected):
    party = board(county)
    result = read_in({"Överenskommelse": [{**NEW, "samordnande part": party.key}]}, user=person(party), save=True)
    assert [problem.message for problem in result.all_problems] == expected
    assert Agreement.objects.filter(slug="ny").exists() is result.saved is (not expected)


def test_new_agreement_for_another_party_is_refused():
    book = {"Överenskommelse": [{**NEW, "samordnande part": board().key}]}
    assert refusal(book, user=person(board())) == ("Överenskommelse", 2, "samordnande part", NOT_YOUR_PARTY)


def test_new_agreement_is_the_coordinators_own():
    party = board()
    user = person(party)
    result = read_in({"Överenskommelse": [{**NEW, "samordnande part": party.key}]}, user=user, save=True)
    assert Agreement.objects.editable_by(user).get() == result.agreement


def test_agreement_is_not_given_away(agreement):
    book = {"Överenskommelse": [{"adress": agreement.slug, "samordnande part": board().key}]}
    problem = refusal(book, user=person(agreement.coordinating_party))
    assert problem == ("Överenskommelse", 2, "samordnande part", NOT_YOUR_PARTY)


def test_ended_membership_reads_nothing_in(agreement):
    user = person(agreement.coordinating_party, starts_on="2020-01-01", ends_on="2020-12-31")
    assert refusal(book_for(agreement), user=user)[3] == NOT_YOURS


@pytest.mark.parametrize("sheet", ["Mål", "Platser"])
def test_reference_to_another_agreements_row_is_refused(agreement, sheet):
    other = complete_agreement()
    area, body = other.priorityarea_set.get(), other.mandate_set.first().body
    rows = {
        "Mål": {"nivå": "delmål", "mål": "Ett", "område": area.key},
        "Platser": {"organ": body.key, "nyckel": "ny", "befattning": "Ordförande"},
    }
    problem = refusal(book_for(agreement, **{sheet: [rows[sheet]]}), user=person(agreement.coordinating_party))
    assert "finns inte bland" in problem[3]


@pytest.mark.parametrize("column", ["föregångare", "serie"])
def test_series_and_predecessor_are_of_the_same_county(agreement, column):
    elsewhere = make.AgreementFactory(county=County.objects.get(code="07"))
    series = make.AgreementSeriesFactory(county=elsewhere.county)
    value = {"föregångare": elsewhere.slug, "serie": series.slug}[column]
    message = "Raden hör till ett annat län. Välj en i samma län."
    assert refusal({"Överenskommelse": [{"adress": agreement.slug, column: value}]})[2:] == (column, message)


def test_unseen_agreement_is_no_predecessor(agreement):
    unseen = make.AgreementFactory(draft=True)
    book = {"Överenskommelse": [{"adress": agreement.slug, "föregångare": unseen.slug}]}
    message = refusal(book, user=person(agreement.coordinating_party))[3]
    assert message == f"”{unseen.slug}” finns inte bland överenskommelserna. Rätta nyckeln eller lägg till raden."


def test_body_of_others_agreements_is_left_alone(agreement):
    body = make.MandateFactory().body
    row = {"nyckel": body.key, "namn": "Kapat", "nivå": "styrande"}
    problem = refusal(book_for(agreement, Organ=[row]), user=person(agreement.coordinating_party))
    assert problem[2:] == ("nyckel", "Nyckeln används av ett organ i länet som inte är ditt. Välj en annan.")
    assert (Body.objects.get().name, Mandate.objects.count()) == (body.name, 1)


def test_own_body_may_sit_above_several_agreements(agreement):
    body = make.MandateFactory(agreement=make.AgreementFactory(coordinating_party=agreement.coordinating_party)).body
    row = {"nyckel": body.key, "namn": "Nytt namn", "nivå": "styrande"}
    read_in(book_for(agreement, Organ=[row]), user=person(agreement.coordinating_party), save=True)
    assert (Body.objects.get().name, body.mandates.count()) == ("Nytt namn", 2)


def test_other_partys_report_is_not_written_nor_guessed():
    agreement = complete_agreement()
    user = person(agreement.coordinating_party)
    report = Report.objects.get()
    row = {
        "omgång": report.round.label, "part": report.party.key,
        "aktivitet": book_of(agreement)["Lägesrapporter"][0]["aktivitet"],
    }  # fmt: skip
    for status in ("", "pågår"):
        book = book_for(agreement, Lägesrapporter=[{**row, "hur går det?": status}])
        assert refusal(book, user=user)[2:] == ("part", "Du ser inte partens rapport. Ta bort raden.")
    report.refresh_from_db()
    assert report.status == ""


def test_submitted_report_is_read_but_not_written_by_the_coordinator():
    agreement = complete_agreement()
    user = person(agreement.coordinating_party)
    Report.objects.get().delete()
    make.ReportFactory(
        round=agreement.rounds.get(),
        activity=agreement.plans.get().editions.get().activities.get(),
        party=agreement.accession_set.get().party,
        submitted=True,
    )
    book = book_of(agreement, "Lägesrapporter")
    assert read_in(book, user=user).counts == "0 nya, 0 ändrade, 2 oförändrade, 0 avvisade"
    book["Lägesrapporter"][0]["hur går det?"] = "genomförd"
    assert refusal(book, user=user)[3] == "Du rapporterar inte för den parten. Ta bort raden eller ändra den inte."


def test_own_partys_report_is_handed_in_in_the_portal():
    agreement = complete_agreement()
    report = Report.objects.get()
    user = person(agreement.coordinating_party)
    join(user=user, party=report.party, role=Role.REPORTER)
    book = book_of(agreement, "Lägesrapporter")
    book["Lägesrapporter"][0]["hur går det?"] = "pågår"
    assert read_in(book, user=user, save=True).counts == "0 nya, 1 ändrade, 1 oförändrade, 0 avvisade"
    book["Lägesrapporter"][0]["inlämnad"] = "2026-06-30"
    assert refusal(book, user=user)[3] == "Rapporter lämnas in och godkänns i portalen. Töm cellen."


def rows_seen(agreement, user):
    return {table.name: len(table.rows) for table in export_tables(agreement, user=user) if table.rows}


def test_export_holds_what_the_reader_may_see():
    agreement = complete_agreement()
    make.EditionFactory(plan=agreement.plans.get())
    make.DocumentFactory(agreement=agreement, is_public=False)
    report = Report.objects.get()
    everything = rows_seen(agreement, None)
    public = {**everything, "Dokument": 1, "Versioner": 1}
    for name in ("Omgångar", "Svarande", "Lägesrapporter", "Bedömningar", "Diarienummer"):
        del public[name]
    for name in ("Dagordningar", "Uppdrag", "Ärenden"):  # of a meeting that is not called yet
        del public[name]
    for name in ("Dialoger", "Nulägesbeskrivningar"):  # which are not published
        del public[name]
    public["Beslut"] = 1
    assert rows_seen(agreement, AnonymousUser()) == public
    coordinator = {**everything}
    del coordinator["Lägesrapporter"]
    assert rows_seen(agreement, person(agreement.coordinating_party)) == coordinator
    assert rows_seen(agreement, person(report.party, Role.REPORTER))["Lägesrapporter"] == 1


def test_export_names_no_row_that_the_reader_may_not_see():
    agreement = make.AgreementFactory()
    secret = make.DocumentFactory(agreement=agreement, is_public=False, key="hemlig-pm")
    make.GoalFactory(agreement=agreement, area=None, source_document=secret)
    cells = [cell for t in export_tables(agreement, user=AnonymousUser()) for row in t.rows for cell in row]
    assert "hemlig-pm" not in cells


def test_system_may_do_everything(agreement):
    read_in({"Överenskommelse": [{**NEW, "samordnande part": agreement.coordinating_party.key}]}, save=True)
    assert Agreement.objects.filter(slug="ny").exists()
