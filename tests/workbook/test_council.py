"""The sheets of the council's work: what meetings, seats, matters, assignments, assessments and indicators keep."""

import datetime

import pytest
from django.utils import timezone

from governance.models import Meeting, Seat
from parties.models import Role
from parties.services import join
from portal.workbook import export_tables
from tests import factories as make
from tests.workbook.books import book_for, book_of, complete_agreement, read_in, refusal

pytestmark = pytest.mark.django_db

HELD = datetime.date(2026, 6, 1)


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


@pytest.mark.parametrize(("called", "expected"), [(None, ""), (timezone.now(), "beslutsför")])
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
