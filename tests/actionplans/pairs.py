"""Two editions of a plan with one activity of every fate between them."""

import datetime

from actionplans.models import Activity
from tests import factories as make


def pair(**of_plan):
    """Two drafts that follow each other, 2026:1 and 2026:2, of a new plan."""
    plan = make.ActionPlanFactory(**of_plan)
    first, last = datetime.date(2026, 1, 1), datetime.date(2026, 6, 30)
    old = make.EditionFactory(plan=plan, label="2026:1", starts_on=first, ends_on=last)
    return old, make.EditionFactory(plan=plan, label="2026:2", based_on=old)


def carry(activity, edition, **changed):
    """The same activity in a later edition, with its goals, areas and parties unless others are given."""
    links = {name: changed.pop(name, getattr(activity, name).all()) for name in ("goals", "participants", "serves")}
    fields = {field.name: getattr(activity, field.name) for field in Activity._meta.concrete_fields}
    row = Activity.objects.create(**{**fields, "id": None, "edition": edition, **changed})
    for name, rows in links.items():
        getattr(row, name).set(rows)
    return row


def fill(old, new):
    """Let every kind of change occur between two editions, each under a title of its own."""
    area = make.PriorityAreaFactory(agreement=old.plan.agreement, name="Arbete")

    def both(title, **changed):
        return carry(make.ActivityFactory(edition=old, title=title), new, **changed)

    both("oförändrad")
    both("omräknad", order=7, origin="carried", change_reason="Flyttad i listan")
    both("ändrad", indicator="Antal")
    both("ändrad och flyttad", indicator="Antal", area=area)
    both("flyttad", area=area)
    both("avslutad", ending="closed", ending_reason="Målet är nått.")
    both("struken", ending="cancelled", ending_reason="Pengarna är slut.")
    make.ActivityFactory(edition=old, title="borttagen")
    make.ActivityFactory(edition=new, title="ny")
    carry(make.ActivityFactory(edition=old, title="upptagen igen", ending="closed"), new, ending="")
    carry(make.ActivityFactory(edition=old, title="borta i båda", ending="closed"), new)
    make.ActivityFactory(edition=old, title="avslutad redan då", ending="closed")
    make.ActivityFactory(edition=new, title="struken genast", ending="cancelled")
