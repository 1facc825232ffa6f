"""Agreements under an agreement: who sees them, which goals they serve, and what the parties do for one another."""

from decimal import Decimal

import pytest

from agreements.forms.content import CommitmentForm
from agreements.models import Agreement, Commitment
from agreements.sub_agreements import Trade, total
from parties.models import Role
from tests import factories
from tests.agreements.pages import page, queries, url
from tests.rows import sent


def trade(agreed, outcome, price):
    return Trade(Commitment(agreed=agreed, outcome=outcome, price=price))


@pytest.mark.parametrize(
    ("agreed", "outcome", "price", "difference", "amount"),
    [
        (10, 8, 100, -2, 800),
        (10, None, 100, None, 1000),
        (None, 8, 100, None, 800),
        (10, 0, 100, -10, 0),
        (10, 12, None, 2, None),
        (None, None, 100, None, None),
    ],
)
def test_trade_counts_what_is_known_and_never_takes_empty_for_zero(agreed, outcome, price, difference, amount):
    row = trade(agreed, outcome, price)
    assert (row.difference, row.amount) == (difference, amount)


def test_total_is_nothing_where_no_cost_is_known():
    assert total([trade(10, 8, None)]) is None
    assert total([trade(10, 8, Decimal("12.5")), trade(1, None, None)]) == Decimal(100)


@pytest.fixture
def parent(db):
    return factories.AgreementFactory(short_name="Den stora")


@pytest.fixture
def sub(parent):
    """One under it, with a party, a goal it serves and places that are sold."""
    goal = factories.GoalFactory(area=factories.PriorityAreaFactory(agreement=parent), text="Fler bor bra.")
    made = factories.AgreementFactory(short_name="Boendeavtalet", parent=parent, kind="bilateral_agreement")
    made.serves.add(goal)
    giver, taker = (
        factories.ActorFactory(agreement=made, party=factories.AccessionFactory(agreement=made).party) for _n in "ab"
    )
    factories.CommitmentFactory(
        agreement=made, kind="sale", actor=giver, receiver=taker, label="Platser", unit="platser",
        agreed=10, outcome=8, price=100,
    )  # fmt: skip
    return made


def test_sub_agreement_list_shows_parties_goals_and_trade(client, parent, sub):
    text = page(client, "sub_agreement_list", parent)
    parties = sub.accession_set.values_list("name_at_signing", flat=True)
    words = ["Boendeavtalet", "Fler bor bra.", "2 under", "800", *parties]
    assert [word for word in words if word not in text] == []


def test_goals_and_agreements_lead_to_one_another(client, parent, sub):
    assert page(client, "agreement_detail", parent).count("Boendeavtalet") == 2  # at the goal and beside the text
    text = page(client, "agreement_detail", sub)
    assert "Den stora" in text
    assert "Fler bor bra." in text


def test_a_draft_under_an_agreement_is_told_to_its_writers_alone(client, login_as, parent, sub):
    Agreement.objects.filter(pk=sub.pk).update(status=Agreement.Status.DRAFT, published_on=None)
    for name in ("agreement_detail", "sub_agreement_list"):
        assert "Boendeavtalet" not in page(client, name, parent)
    login_as(Role.COORDINATOR, party=sub.coordinating_party)
    assert "Boendeavtalet" in page(client, "sub_agreement_list", parent)


def test_sub_agreement_list_asks_as_often_whatever_the_number(client, parent, sub):
    once = queries(client, url("sub_agreement_list", parent))
    for _each in range(29):
        more = factories.AgreementFactory(parent=parent)
        more.serves.add(factories.GoalFactory(area=factories.PriorityAreaFactory(agreement=parent)))
        actor = factories.ActorFactory(agreement=more, party=factories.AccessionFactory(agreement=more).party)
        factories.CommitmentFactory(agreement=more, kind="exchange", actor=actor, receiver=actor)
    assert queries(client, url("sub_agreement_list", parent)) == once


def test_a_sale_needs_two_parties(parent):
    actor = factories.ActorFactory(agreement=parent)
    data = {"label": "Platser", "kind": "sale", "actor": actor.pk, "receiver": actor.pk, "period": "2026",
            "unit": "platser", "basis": "stated"}  # fmt: skip
    form = CommitmentForm(data, agreement=parent, user=factories.UserFactory())
    assert form.errors == {"receiver": ["Det är samma part. Välj den andra parten."]}
    form = CommitmentForm(data | {"actor": "", "receiver": ""}, agreement=parent, user=factories.UserFactory())
    assert form.errors == {"actor": ["Välj vem som gör det."], "receiver": ["Välj vem det görs för."]}


def test_agreement_edit_offers_the_parents_goals_alone(client, login_as, parent, sub):
    login_as(Role.COORDINATOR, party=sub.coordinating_party)
    other = factories.GoalFactory(area=factories.PriorityAreaFactory(agreement=parent))
    form = client.get(url("agreement_edit", sub)).context["form"]
    assert {goal.agreement for goal in form.fields["serves"].queryset} == {parent}
    data = sent(form) | {"serves": [other.pk]}
    client.post(url("agreement_edit", sub), data)
    assert list(sub.serves.all()) == [other]
