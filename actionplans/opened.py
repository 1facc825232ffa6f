"""An edition as it is opened at its address: what the visitor may read of the plan, and in which hats.

Two questions, written once in each process, answer with values. Where the visitor's browser keeps a page that was made
of the same values, that is all; objects are made of them for a page that is drawn.
"""

import datetime
from functools import cache, cached_property

from django.shortcuts import render
from django.utils import timezone

from actionplans.frame import edition_frame
from actionplans.models import Edition
from actionplans.reading import neighbours_of
from agreements.models import Agreement
from lib.kept import answer_kept, place_of
from lib.web import Unseen
from lib.written import Written, assembled
from parties.hats import hats_as_facts
from parties.models import Right
from parties.rights import hats_on

PART = "activities"  # of every page, the same for all who may read the edition: see actionplans.fragment
SLUG, PLAN, DAY = "<slug>", "<plan>", datetime.date(1, 1, 1)  # hold the places of what is asked for


class OpenedEdition:
    """The edition at an address, and all of its plan that ``user`` may read; Unseen where it is none of them."""

    def __init__(self, user, slug, plan, label):
        self.today = timezone.localdate()
        self.hats = hats_on(user, Agreement, slug)
        self.rights = frozenset().union(*(hat.rights for hat in self.hats))
        question = _editions(Right.SEE_AGREEMENT in self.rights, Right.EDIT_AGREEMENT in self.rights)
        self.rows = [_without_open_source(row) for row in question.ask(slug=slug, plan=plan, day=self.today)]
        self.place = next((place for place, row in enumerate(self.rows) if row["label"] == label), None)
        if self.place is None:
            raise Unseen(Edition.objects.all(), {"plan__agreement__slug": slug, "plan__key": plan, "label": label})

    @cached_property
    def edition(self):
        return assembled(Edition, self.rows[self.place])

    @property
    def is_public(self):
        """Whether the page shows and leads to nothing but what everybody may read."""
        frozen = all(row["state"] in Edition.FROZEN_STATES for row in self.rows)
        return frozen and self.edition.plan.agreement.is_published

    @property
    def facts(self):
        """Everything that the edition's page shows, as values. Its rows are told by its stamp and its agreement's."""
        return self.today, hats_as_facts(self.hats), self.place, self.rows

    def neighbours(self):
        editions = [assembled(Edition, row) for row in self.rows]
        return neighbours_of(editions[self.place], editions)

    def answer(self, request, drawn, *, part):
        """A page about the edition, kept for whom it was ``drawn``; ``part`` is the HTML that goes in its place."""
        is_plain = request.GET.keys() <= {"visa"}  # nothing typed is shown again
        return answer_kept(request, self.facts, drawn, parts={PART: part}, is_kept=is_plain)

    def page(self, request, template, crumb):
        """A page that shows its part and nothing else of the edition's own."""
        return render(request, template, self.frame((crumb, "")))

    def frame(self, *trail):
        """The context of a page about the edition; ``trail`` as in agreements.frame."""
        agreement = self.edition.plan.agreement
        agreement.can_edit = Right.EDIT_AGREEMENT in self.rights
        return {**edition_frame(agreement, self.edition, *trail), "hats": self.hats, PART: place_of(PART)}


def _without_open_source(row):
    """An edition is read without what it builds on, where that is not adopted: not everybody may know of it."""
    if row["based_on__state"] in Edition.FROZEN_STATES:
        return row
    return {path: None if path.startswith("based_on") else value for path, value in row.items()}


@cache
def _editions(sees, edits):
    """The editions of a plan in its order, for a visitor who holds these rights on its agreement or does not."""
    rights = {right for right, held in ((Right.SEE_AGREEMENT, sees), (Right.EDIT_AGREEMENT, edits)) if held}
    of_plan = Edition.objects.filter(plan__agreement__slug=SLUG, plan__key=PLAN).visible_with(rights, DAY)
    rows = of_plan.order_by("starts_on", "pk").values(*Edition.objects.all().READ)
    return Written(rows, slug=SLUG, plan=PLAN, day=DAY)
