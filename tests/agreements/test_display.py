"""How figures, lists and titles of an agreement are written, without a page around them."""

import datetime
from decimal import Decimal

import pytest
from django.utils import timezone

from agreements.models import Agreement
from agreements.templatetags.agreements import (
    any_inferred,
    cadence,
    hyphenated,
    joined,
    names,
    number,
    numbers,
    party_names,
)
from tests import factories


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (Decimal("0.00"), "0"),
        (Decimal("15.00"), "15"),
        (Decimal("4736.00"), "4\xa0736"),
        (Decimal("0.500"), "0,5"),
        (Decimal("1234.50"), "1\xa0234,5"),
        (Decimal("-2.000"), "-2"),
        (Decimal("1E+3"), "1\xa0000"),
    ],
)
def test_number(value, text):
    assert number(value) == text


@pytest.mark.parametrize(
    ("title", "text"),
    [
        ("Samverkansöverenskommelse", "Samverkans\u00adöverenskommelse"),
        ("Regional överenskommelse", "Regional överenskommelse"),
    ],
)
def test_hyphenated(title, text):
    assert hyphenated(title) == text


@pytest.mark.parametrize(
    ("words", "text"), [([], ""), (["a"], "a"), (["a", "b"], "a och b"), (["a", "b", "c"], "a, b och c")]
)
def test_joined(words, text):
    assert joined(words) == text


def test_lists_keep_the_documents_order():
    rows = [{"name": "Zeta", "number": "2", "order": 2}, {"name": "Åsa", "number": "", "order": 1}]
    assert (names(rows), numbers(rows)) == ("Åsa och Zeta", "Åsa och 2")
    assert names(None) == ""


def test_party_names_are_in_swedish_order():
    assert party_names([{"name": name} for name in ("Östra", "Ängen", "Zon")]) == "Zon, Ängen och Östra"


@pytest.mark.parametrize(("bases", "inferred"), [([], False), (["stated"], False), (["stated", "inferred"], True)])
def test_any_inferred(bases, inferred):
    assert any_inferred([{"basis": basis} for basis in bases]) is inferred


@pytest.mark.parametrize(("code", "text"), [("annual", "varje år"), ("", ""), (None, "")])
def test_cadence(code, text):
    assert str(cadence(code)) == text


@pytest.mark.parametrize(
    ("title", "heading", "subheading"),
    [
        ("Regional överenskommelse", "Regional överenskommelse", ""),
        ("Exempel: Regional överenskommelse om integration", "Exempel: Regional överenskommelse om integration", ""),
        (
            "Strategisk överenskommelse: Mottagande och etablering i länet",
            "Strategisk överenskommelse",
            "Mottagande och etablering i länet",
        ),
    ],
)
def test_heading_and_subheading_make_the_title(title, heading, subheading):
    agreement = Agreement(title=title)
    assert (agreement.heading, agreement.subheading) == (heading, subheading)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("starts", "day"),
    [
        (["2019"], datetime.date(2019, 1, 1)),
        (["2008-06"], datetime.date(2008, 6, 1)),
        (["2008-06-24"], datetime.date(2008, 6, 24)),
        (["2019", "2022"], datetime.date(2022, 1, 1)),
        (["ogiltigt"], None),
        ([""], None),
        ([], None),
    ],
)
def test_first_day_is_when_the_agreement_in_force_began(starts, day):
    agreement = factories.AgreementFactory()
    for order, start in enumerate(starts):
        factories.ValidityFactory(agreement=agreement, start=start, end="", order=order)
    assert agreement.first_day == (day or timezone.localdate())
