"""The sheets of the council's work: what meetings, seats, matters, assignments, assessments and indicators keep."""

import datetime
from decimal import Decimal

import pytest
from django.utils import timezone

from agreements.models import Agreement
from followup.models import Indicator, Measurement, Round
from governance.models import AgendaItem, Assignment, Decision, Meeting, Record, Seat
from lib.cells import count_from
from parties.models import County, Role
from parties.services import join
from portal.workbook import export_tables
from tests import factories as make
from tests.workbook.books import book_for, book_of, complete_agreement, read_in, refusal

pytestmark = pytest.mark.django_db

HELD = datetime.date(2026, 6, 1)
CALLED = datetime.datetime(2026, 5, 1, tzinfo=datetime.UTC)


@pytest.fixture
def agreement():
    return complete_agreement()


def person(party, role):
    user = make.UserFactory()
    join(user=user, party=party, role=role)
    return user


def rows_for(agreement, user, sheet):
    """The rows of a sheet as the user's workbook has them."""
    (table,) = [table for table in export_tables(agreement, user=user) if table.name == sheet]
    return [dict(zip([column.name for column in table.columns], row, strict=True)) for row in table.rows]


# --- meetings and seats -----------------------------------------------------------------------------------------------


def test_what_became_of_a_meeting_comes_back(agreement):
    moment = timezone.make_aware(datetime.datetime(2026, 6, 1, 12))
    stored = {
        "quorum": "no", "called_at": moment, "ended_at": moment, "published_at": moment, "registry_number": "EX 1",
    }  # fmt: skip
    Meeting.objects.update(**stored, held_on=HELD)
    book = book_of(agreement, "Möten")
    Meeting.objects.update(**dict.fromkeys(("called_at", "ended_at", "published_at")), quorum="", registry_number="")
    assert read_in(book, save=True).counts == "0 nya, 1 ändrade, 1 oförändrade, 0 avvisade"
    meeting = Meeting.objects.get()
    assert {name: getattr(meeting, name) for name in stored} == stored


@pytest.mark.parametrize("column", ["avslutat", "anteckningar publicerade"])
def test_meeting_ahead_is_neither_ended_nor_published(agreement, column):
    (row,) = book_of(agreement, "Möten")["Möten"]
    ahead = (timezone.localdate() + datetime.timedelta(days=9)).isoformat()
    book = book_for(agreement, Möten=[{**row, "mötesdag": ahead, column: "2026-06-01 12:00"}])
    message = "Mötet har inte hållits än. Töm cellen eller rätta mötesdagen."
    assert refusal(book) == ("Möten", 2, column, message)


@pytest.mark.parametrize(("called", "expected"), [(None, ""), (CALLED, "beslutsför")])
def test_quorum_is_exported_to_those_who_read_the_meeting(agreement, called, expected):
    Meeting.objects.update(quorum="yes", called_at=called, held_on=HELD)
    reader = person(agreement.accession_set.get().party, Role.READER)
    assert [row["beslutsförhet"] for row in rows_for(agreement, reader, "Möten")] == [expected]


def test_seat_keeps_whom_it_stands_in_for_and_since_when_it_is_vacant(agreement):
    first = Seat.objects.get()
    make.SeatFactory(body=first.body, alternate_for=first, vacant_since=HELD)
    book = book_of(agreement, "Platser")
    Seat.objects.update(alternate_for=None, vacant_since=None)
    assert read_in(book, save=True).counts == "0 nya, 1 ändrade, 2 oförändrade, 0 avvisade"
    assert list(Seat.objects.order_by("pk").values_list("alternate_for", "vacant_since")) == [
        (None, None), (first.pk, HELD),
    ]  # fmt: skip


def test_seat_stands_in_for_another_seat_only(agreement):
    (row,) = book_of(agreement, "Platser")["Platser"]
    own = f"{row['organ']}/{row['nyckel']}"
    book = book_for(agreement, Platser=[{**row, "ersättare för": own}])
    assert refusal(book) == ("Platser", 2, "ersättare för", "Välj en annan plats i samma organ.")


# --- agendas, decisions, assignments ----------------------------------------------------------------------------------


def test_matters_that_follow_assignments_up_come_by_themselves(agreement):
    item = AgendaItem.objects.get()
    given = Assignment.objects.get()
    make.AgendaItemFactory(meeting=item.meeting, agreement=agreement, assignment=given, title=given.text)
    assert [row["rubrik"] for row in book_of(agreement, "Dagordningar")["Dagordningar"]] == [item.title]


def test_decision_at_such_a_matter_keeps_it(agreement):
    decision, given = Decision.objects.filter(meeting__isnull=False).get(), Assignment.objects.get()
    matter = make.AgendaItemFactory(meeting=decision.meeting, agreement=agreement, assignment=given, title=given.text)
    Decision.objects.filter(pk=decision.pk).update(item=matter)
    rows = [row | {"punkt": "", "text": "Ny"} for row in book_of(agreement, "Beslut")["Beslut"] if row["möte"]]
    read_in(book_for(agreement, Beslut=rows), save=True)
    decision.refresh_from_db()
    assert (decision.item, decision.text) == (matter, "Ny")


def test_same_task_to_two_parties_is_two_rows(agreement):
    given = Assignment.objects.get()
    make.AssignmentFactory(decision=given.decision, party=agreement.coordinating_party, text=given.text)
    book = book_of(agreement, "Uppdrag")
    Assignment.objects.update(due_on=HELD)
    assert read_in(book, save=True).counts == "0 nya, 2 ändrade, 1 oförändrade, 0 avvisade"
    assert Assignment.objects.filter(due_on=None).count() == 2


def test_coordinator_ends_no_assignment_from_a_file(agreement):
    (row,) = book_of(agreement, "Uppdrag")["Uppdrag"]
    book = book_for(agreement, Uppdrag=[{**row, "hur det slutade": "klart", "avslutat": "2026-06-01"}])
    message = "Uppdrag återrapporteras och avslutas i portalen. Lämna cellen som den är."
    user = person(agreement.coordinating_party, Role.COORDINATOR)
    assert refusal(book, user=user) == ("Uppdrag", 2, "hur det slutade", message)


# --- indicators and values --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("written", [{}, {"län": "03"}, {"halvår": ""}, {"kön": ""}])
def test_value_is_found_however_its_place_is_written(agreement, written):
    Agreement.objects.update(county=County.objects.get(code="03"))
    Measurement.objects.update(county=County.objects.get(code="03"))
    (row,) = book_of(agreement, "Mätvärden")["Mätvärden"]
    read_in(book_for(agreement, Mätvärden=[{**row, **written, "värde": "12,5"}]), save=True)
    assert list(Measurement.objects.values_list("value", flat=True)) == [Decimal("12.5")]


@pytest.mark.parametrize(("role", "expected"), [(Role.READER, ["döljs", "8"]), (Role.COORDINATOR, ["3", "8"])])
def test_small_counts_are_exported_to_those_who_may_change_them(agreement, role, expected):
    indicator = Indicator.objects.get()
    Indicator.objects.update(is_count=True)
    Measurement.objects.all().delete()
    for value in (3, 8):
        make.MeasurementFactory(indicator=indicator, county=None, party=make.PartyFactory(), value=value)
    party = agreement.coordinating_party if role == Role.COORDINATOR else agreement.accession_set.get().party
    assert [row["värde"] for row in rows_for(agreement, person(party, role), "Mätvärden")] == expected


def test_hidden_value_comes_back_as_it_was(agreement):
    Indicator.objects.update(is_count=True)
    Measurement.objects.update(value=3)
    book = book_of(agreement, "Mätvärden")
    assert [row["värde"] for row in book["Mätvärden"]] == ["döljs"]
    assert read_in(book, save=True).changed == []
    assert Measurement.objects.get().value == 3


def test_years_of_example_data_count_from_the_day_of_loading():
    day = datetime.date(2026, 11, 22)
    assert [count_from(text, day) for text in ("i år", "i år-3", "i år+2", "i årskurs 9")] == [
        "2026", "2023", "2028", "i årskurs 9",
    ]  # fmt: skip


# --- what is refused --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("sheet", "cells", "column", "message"), [
    ("Mätvärden", {"värde": ""}, "värde", "Cellen är tom. Skriv värdet, eller i nästa kolumn varför det saknas."),
    ("Mätvärden", {"varför värde saknas": "saknas"}, "varför värde saknas",
        "Raden har ett värde. Töm cellen, eller töm värdet."),
    ("Mätvärden", {"år": "1999", "värde": "döljs"}, "värde",
        "Värdet är dolt i filen. Skriv värdet, eller töm cellen och skriv varför det saknas."),
    ("Målens indikatorer", {"uppgifternas källa": "Kolada"}, "nyckeltal i Kolada",
        "Skriv nyckeltalets beteckning i Kolada, till exempel N02267."),
    ("Målens indikatorer", {"nyckeltal i Kolada": "2267"}, "nyckeltal i Kolada",
        "Skriv N eller U och fem siffror, till exempel N02267."),
    ("Uppdrag", {"till organ": "{body}"}, "till part", "Skriv en part eller ett organ, inte båda."),
    ("Uppdrag", {"hur det slutade": "klart"}, "hur det slutade",
        "Hur det slutade och dagen hör ihop. Fyll i båda cellerna eller ingen."),
    ("Bedömningar", {"bedömning": "", "beslutad": "2026-06-01"}, "bedömning",
        "Bedömningen är beslutad men saknar bedömning. Fyll i cellen."),
    ("Ärenden", {"bedömning": "", "omgång": ""}, "punkt",
        "Skriv en version, en omgång eller en bedömning, en på varje rad."),
])  # fmt: skip
def test_row_that_contradicts_itself_is_refused(agreement, sheet, cells, column, message):
    (row,) = book_of(agreement, sheet)[sheet]
    body = Seat.objects.get().body.key
    cells = {name: text.format(body=body) for name, text in cells.items()}
    assert refusal(book_for(agreement, **{sheet: [{**row, **cells}]})) == (sheet, 2, column, message)


@pytest.mark.parametrize(("sheet", "cells"), [("Beslut", {"beslut": "Nytt"}), ("Dagordningar", {"underlag": "Nytt"})])
def test_what_stands_in_finished_minutes_is_frozen(agreement, sheet, cells):
    user = person(agreement.coordinating_party, Role.COORDINATOR)
    row = next(row for row in book_of(agreement, sheet)[sheet] if row["möte"])
    Record.objects.create(meeting=Meeting.objects.get(), text="Sagt", finished_at=timezone.now(), finished_by=user)
    message = "Mötets anteckningar är färdiga. Lämna raden som den är."
    assert refusal(book_for(agreement, **{sheet: [{**row, **cells}]}), user=user) == (sheet, 2, "möte", message)
    assert read_in(book_for(agreement, **{sheet: [row]}), save=True, user=user).all_problems == []


def test_assessment_of_a_closed_round_is_frozen(agreement):
    (row,) = book_of(agreement, "Bedömningar")["Bedömningar"]
    Round.objects.update(closed_at=timezone.now())
    book = book_for(agreement, Bedömningar=[{**row, "analys": "Ny"}])
    assert refusal(book) == ("Bedömningar", 2, "", "Omgången är stängd, så bedömningen kan inte ändras.")
