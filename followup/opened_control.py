"""The control view as it is opened at its address: who may read it, and of what its page is made.

As ``followup.opened_round``, of which everything but its table's parties is told: no draft is among it.
"""

from functools import cache

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef

from followup.control import Choice
from followup.models import Report, Respondent, Round
from followup.opened_round import OpenedRound
from lib.written import Written
from parties.models import Party

ROUND = -5  # holds the place of what is asked for


class OpenedControl:
    """A round that ``user`` oversees, with what of it ``data``, the address's question, chooses.

    Unseen where the round is none of theirs, PermissionDenied where it is only read.
    """

    def __init__(self, user, slug, label, data):
        self.opened, self.data, self.choice = OpenedRound(user, slug, label), data, Choice.of(data)
        self.round = self.opened.round
        overseen = Round.objects.filter(pk=self.round.pk).overseen_by(user)
        if not (self.opened.can_edit or overseen.exists()):  # whoever edits also oversees
            raise PermissionDenied

    @property
    def can_review(self):
        """Whether the visitor may do anything here, and not only read."""
        return self.opened.can_edit and self.round.is_taking_answers

    @property
    def is_kept(self):
        """Not where areas or a party are chosen: anybody could think of any number of such addresses."""
        return set(self.data) <= {"visa", "valj"}

    @property
    def facts(self):
        """Everything that the page shows, as values; the stamps tell of the answers, and of the areas."""
        return self.opened.facts, self.choice, self.data.get("valj") == "inga", _parties().ask(round=self.round.pk)


@cache
def _parties():
    """Who is asked in a round, by the name of today, and whether it has opened its form: no stamp tells of these."""
    place = {"round": ROUND, "party": OuterRef("pk")}
    begun = Exists(Respondent.objects.filter(**place, begun_at__isnull=False))
    asked = Party.objects.filter(Exists(Report.objects.filter(**place))).annotate(has_begun=begun)
    return Written(asked.order_by("pk").values("pk", "name", "sort_name", "has_begun"), round=ROUND)
