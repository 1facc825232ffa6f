"""Agreements between some of the parties, under one that holds: who, how long, which goals, and what is exchanged."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Prefetch, Q

from agreements.models import Accession, Agreement, Commitment, Goal
from lib.db import json_list

TRADED = (Commitment.Kind.EXCHANGE, Commitment.Kind.SALE)


@dataclass(frozen=True)
class Trade:
    """A commitment of one party towards another, against what became of it. What is not known is None, not zero."""

    row: Commitment

    @property
    def difference(self):
        """How much more (or less, below zero) it became than was agreed."""
        if self.row.agreed is None or self.row.outcome is None:
            return None
        return self.row.outcome - self.row.agreed

    @property
    def shortfall(self):
        return -self.difference

    @property
    def amount(self):
        """What it costs in kronor: the outcome at the price, or what was agreed until the outcome is known."""
        number = self.row.agreed if self.row.outcome is None else self.row.outcome
        return None if number is None or self.row.price is None else number * self.row.price


def under(agreement, user):
    """The agreements under this one that ``user`` may see, with ``members`` and ``goals``. Four questions."""
    members = Accession.objects.signatories().standing().select_related("party").order_by("party__sort_name")
    return (
        Agreement.objects.visible_to(user)
        .filter(parent=agreement)
        .prefetch_related(
            "validity_set",
            Prefetch("accession_set", members, to_attr="members"),
            Prefetch("serves", Goal.objects.select_related("area"), to_attr="goals"),
        )
        .order_by("short_name")
    )


def trades_of(agreement, user):
    """What parties do for one another under this agreement and those under it that ``user`` may see."""
    seen = Agreement.objects.visible_to(user).filter(Q(pk=agreement.pk) | Q(parent=agreement)).values("pk")
    rows = Commitment.objects.filter(agreement__in=seen, kind__in=TRADED)
    rows = rows.select_related("agreement", "actor", "receiver", "source_document")
    return [Trade(row) for row in rows.order_by("agreement__short_name", "order", "pk")]


def total(trades):
    """What those whose cost is known cost together; None where none is."""
    amounts = [trade.amount for trade in trades if trade.amount is not None]
    return sum(amounts, Decimal(0)) if amounts else None


def with_relations(agreements, user):
    """Adds lists of what ``user`` may see: ``above`` (the parent), ``below`` and ``served`` (the parent's goals)."""
    seen = Agreement.objects.visible_to(user)
    served = Agreement.serves.through.objects.filter(goal__agreement__in=seen.values("pk"))
    return agreements.annotate(
        above=json_list(seen, "sub_agreements", name="short_name", slug="slug"),
        below=json_list(seen.filter(parent__isnull=False), "parent", name="short_name", slug="slug"),
        served=json_list(served, "agreement", text="goal__text", key="goal__key", order="goal__order"),
    )
