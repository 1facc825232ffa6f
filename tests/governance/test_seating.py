"""Seats: who sits in them, what is missing, and whom an alternate stands in for."""

import datetime

import pytest
from django.urls import reverse
from django.utils.timezone import localdate as today

from governance.forms import SeatForm
from governance.models import Body, Mandate, Seat
from governance.seating import gaps_of, seats_of
from governance.services import seat_person
from parties.models import Role
from tests import factories

CHAIR, MEMBER, SECRETARY = Seat.Role.CHAIR, Seat.Role.MEMBER, Seat.Role.SECRETARY
CONFIRMED = datetime.date(2026, 1, 31)


class Person:
    """Somebody in a seat, as far as this needs to know."""


def seat(role=MEMBER, *, vacant=False, held=False, confirmed=None):
    row = Seat(role=role, mandate_confirmed_on=confirmed)
    row.is_vacant, row.holder = vacant, Person() if held else None
    row.is_unconfirmed = held and confirmed is None
    return row


@pytest.mark.parametrize(
    ("mandate", "seats", "gaps"),
    [
        ({}, [], []),
        ({}, [seat()], ["Ordförande saknas"]),
        ({"chair": "Landshövdingen"}, [seat()], []),
        ({"convener_note": "växlar"}, [seat()], []),
        ({}, [seat(CHAIR), seat(vacant=True)], ["1 vakant plats"]),
        ({}, [seat(CHAIR, vacant=True)], ["Ordförandeplatsen är vakant"]),
        (
            {"chair": "Landshövdingen"},
            [seat(CHAIR, vacant=True), seat(vacant=True), seat(vacant=True)],
            ["Ordförandeplatsen är vakant", "2 vakanta platser"],
        ),
        ({}, [seat(CHAIR, held=True), seat(held=True)], ["2 mandat är inte bekräftade"]),
        (
            {},
            [seat(CHAIR, held=True), seat(held=True, confirmed=CONFIRMED)],
            ["1 mandat är inte bekräftat"],
        ),
        ({"body": Body(state="dissolved")}, [seat(vacant=True)], []),
        ({"body": Body(state="planned")}, [seat(vacant=True)], []),
    ],
)
def test_gaps_of_a_body(mandate, seats, gaps):
    assert gaps_of(Mandate(**{"body": Body(), **mandate}), seats, shares=True) == gaps


def test_gaps_leave_what_is_not_confirmed_to_those_who_share_the_work():
    assert gaps_of(Mandate(body=Body(), chair="x"), [seat(held=True)], shares=False) == []


@pytest.mark.django_db
def test_seat_is_unconfirmed_where_others_of_the_body_are_confirmed():
    """Of a body that asks for confirmation all are asked; of one that never does only those with a person."""
    asking, other = factories.BodyFactory(), factories.BodyFactory()
    factories.SeatFactory(body=asking, mandate_confirmed_on=today())
    factories.SeatFactory(body=asking, office="SLU")
    factories.SeatFactory(body=asking, office="Sekreteraren", role=SECRETARY)
    factories.SeatFactory(body=asking, office="Vakant", vacant_since=today())
    factories.SeatFactory(body=other, office="Landstingsdirektör")
    held = factories.SeatFactory(body=other, office="Kommundirektör")
    seat_person(seat=held, user=factories.UserFactory(), party=held.party)
    found = seats_of([asking, other], today())
    unconfirmed = {seat.office for seats in found.values() for seat in seats if seat.is_unconfirmed}
    assert unconfirmed == {"SLU", "Kommundirektör"}


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["body_detail", "agreement_governance"])
def test_vacant_seats_are_flagged_on_the_page(client, page):
    mandate = factories.MandateFactory(chair="Landshövdingen")
    factories.SeatFactory(body=mandate.body, vacant_since=today() - datetime.timedelta(days=3))
    args = [mandate.agreement.slug, *([mandate.body.key] if page == "body_detail" else [])]
    assert "1 vakant plats" in client.get(reverse(f"governance:{page}", args=args)).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "errors"),
    [
        ({"role": "alternate", "alternate_for": "own"}, []),
        ({"role": "member", "alternate_for": "own"}, ["alternate_for"]),
        ({"role": "alternate", "alternate_for": "foreign"}, ["alternate_for"]),
        ({"vacant_since": "2026-01-01"}, []),
        ({"vacant_since": "2026-01-01", "person": "ada@exempel.invalid"}, ["vacant_since"]),
    ],
)
def test_seat_form_knows_alternates_and_vacancies(login_as, typed, errors):
    mandate = factories.MandateFactory()
    user = login_as(Role.COORDINATOR, party=mandate.agreement.coordinating_party)
    factories.UserFactory(email="ada@exempel.invalid")
    foreign = factories.MandateFactory(agreement=mandate.agreement).body
    seats = {"own": factories.SeatFactory(body=mandate.body).pk, "foreign": factories.SeatFactory(body=foreign).pk}
    data = {"body": mandate.body.pk, "role": "member", "office": "Rektor", "party": factories.PartyFactory().pk}
    data |= {name: seats.get(value, value) for name, value in typed.items()}
    form = SeatForm(data, agreement=mandate.agreement, user=user)
    assert list(form.errors) == errors
