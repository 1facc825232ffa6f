"""A round as it is opened at its address: what the visitor may read, and of what its page is made.

Two questions, written once in each process, answer with values: the visitor's hats, then the round with everything that
tells whether something its page shows has been written. Where the page made of the same values is kept, that is all.
"""

import datetime
from functools import cache, cached_property

from django.db.models import Case, Count, Exists, JSONField, Max, OuterRef, Q, Subquery, Sum, When
from django.db.models.functions import JSONObject
from django.utils import timezone

from agreements.models import Agreement
from followup.frame import answers_are_invented
from followup.models import CouncilPack, Outcome, Reopening, Report, Respondent, Round
from lib.db import JSONList, json_list
from lib.web import Unseen
from lib.written import Written, assembled
from parties.models import Right
from parties.rights import hats_on

SLUG, LABEL, DAY = "<slug>", "<label>", datetime.date(1, 1, 1)  # hold the places of what is asked for


class OpenedRound:
    """The round at an address, as ``user`` may read it; Unseen where it is none of theirs.

    ``agreement`` knows whether the visitor may edit (``can_edit``); ``invented`` is whether the answers are.
    """

    def __init__(self, user, slug, label):
        self.user, self.today = user, timezone.localdate()
        self.hats = hats_on(user, Agreement, slug)
        self.rights = frozenset().union(*(hat.rights for hat in self.hats))
        self.can_edit = Right.EDIT_AGREEMENT in self.rights
        rows = _rounds(Right.SEE_AGREEMENT in self.rights, self.can_edit).ask(slug=slug, label=label, day=self.today)
        if not rows:
            raise Unseen(Round.objects.all(), {"agreement__slug": slug, "label": label})
        self.row = rows[0]

    @cached_property
    def round(self):
        round = assembled(Round, self.row)
        round.agreement.can_edit = self.can_edit
        return round

    @property
    def invented(self):
        return self.row["agreement__is_example"] or self.row["invented"]

    @property
    def readable(self):
        """The agreement's rounds that the visitor may read."""
        return Round.objects.filter(agreement=self.round.agreement_id).visible_with(self.rights, self.today)

    @property
    def worn(self):
        return [(hat.pk, hat.role, hat.party.name) for hat in self.hats]

    @property
    def facts(self):
        """Everything that a page of the round shows, as values; what deals with the agreement is told by its stamp."""
        return self.today, self.worn, sorted(self.rights), self._values

    @property
    def shared_facts(self):
        """As ``facts``, the same for everybody who holds the same rights on the agreement and roles at parties."""
        return self.today, sorted(self.rights), sorted({(hat.party_id, hat.role) for hat in self.hats}), self._values

    @property
    def facts_beside(self):
        """As ``facts``, of what no answer moves: what is assessed, and what the council decided."""
        return self.today, self.worn, sorted(self.rights), [pair for pair in self._values if pair[0] != "answers"]

    @cached_property
    def _values(self):
        return [(path, _ordered(value)) for path, value in self.row.items()]

    def packs(self):
        """The packs of the last closing that the visitor may read.

        Published they are read as the page is. Before that, or where they tell of a proposal, it is asked who reads:
        they may be for fewer people than the page.
        """
        if not self.row["packs"]:
            return []
        packs = CouncilPack.objects
        if not self.round.published_at or self.row["tells_proposal"]:
            packs = packs.visible_to(self.user)
        last = max(pack["outcome"] for pack in self.row["packs"])
        return list(packs.filter(outcome=last).order_by("pk"))

    def reopenings(self):
        return self.round.reopenings.select_related("reopened_by") if self.row["reopened"] else []


def _ordered(value):
    """Lists that the database gathers in no order of its own; each element is plain JSON."""
    return sorted(map(repr, value)) if isinstance(value, list) else value


@cache
def _rounds(sees, edits):
    """A round for a visitor who holds these rights on its agreement or does not."""
    rights = {right for right, held in ((Right.SEE_AGREEMENT, sees), (Right.EDIT_AGREEMENT, edits)) if held}
    rounds = Round.objects.filter(agreement__slug=SLUG, label=LABEL).visible_with(rights, DAY)
    told = {
        "invented": answers_are_invented(),
        "stored": _outcomes(),
        "reopened": json_list(Reopening.objects, "round", pk="pk", by="reopened_by__name"),
        "packs": json_list(CouncilPack.objects, "outcome__round", pk="pk", outcome="outcome"),
        "tells_proposal": _tells_proposal(),
        "asked": json_list(
            Respondent.objects, "round", pk="pk", version="version", name="party__name", extended_to="extended_to"
        ),
        "answers": _answers(),
    }  # fmt: skip
    return Written(rounds.annotate(**told).values(*Round.objects.all().READ, *told), slug=SLUG, label=LABEL, day=DAY)


def _outcomes():
    """What closings have stored of the agreement's rounds, and which of them may be read by whom."""
    facts = JSONObject(pk="pk", closed_at="round__closed_at", published_at="round__published_at")
    rows = Outcome.objects.filter(round__agreement=OuterRef("agreement")).order_by().values("round__agreement")
    return Subquery(rows.annotate(told=JSONList(facts)).values("told"))


def _tells_proposal():
    """Whether papers of the round compare with an edition that is not adopted."""
    compared = CouncilPack.editions.through.objects.filter(councilpack__outcome__round=OuterRef("pk"))
    return Exists(compared.exclude(edition__state__in=CouncilPack.editions.rel.model.FROZEN_STATES))


def _answers():
    """How much has been handed in and approved, while the round takes answers. A draft moves nothing on any page.

    Versions only grow, and whoever hands in does it later than all before: the same values never come back.
    """
    reports = Report.objects.filter(round=OuterRef("pk")).order_by().values("round")
    handed_in = Q(submitted_at__isnull=False)
    counted = reports.annotate(
        total=Count("pk"),
        submitted=Count("submitted_at"),
        versions=Sum("version", filter=handed_in),
        last=Max("submitted_at"),
        approved=Count("approved_at"),
    )  # fmt: skip
    names = ("total", "submitted", "versions", "last", "approved")
    told = counted.annotate(told=JSONObject(**{name: name for name in names})).values("told")
    open_round = When(closed_at__isnull=True, then=Subquery(told))
    return Case(open_round, default=None, output_field=JSONField())
