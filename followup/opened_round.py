"""A round as it is opened at its address: what the visitor may read, and of what its page is made.

Two questions, written once in each process, answer with values: the visitor's hats, then the round with everything that
tells whether something its page shows has been written. Where the page made of the same values is kept, that is all.
"""

import datetime
from functools import cache, cached_property
from hashlib import sha256

from django.db.models import Exists, OuterRef, Subquery
from django.db.models.functions import JSONObject
from django.utils import timezone

from agreements.models import Agreement
from followup.frame import answers_are_invented
from followup.models import Assessment, CouncilPack, Outcome, Reopening, Respondent, Round
from lib.db import JSONList, json_list
from lib.kept import kept
from lib.web import Unseen
from lib.written import Written, assembled
from parties.hats import hats_as_facts
from parties.models import Party, Right
from parties.rights import hats_on

STAMP, ANSWERS = "agreement__stamp", "stamp"  # renewed by what deals with the agreement, and by answers
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

    @cached_property
    def own_parties(self):
        """The ids of the parties that the visitor acts for, asked once for as long as the hats are the same."""
        if not self.hats:
            return set()

        def asked():
            return set(Party.objects.with_right(self.user, Right.SEE_PARTY).values_list("pk", flat=True))

        return kept("own-parties", (self.user.pk, self.today, self.worn), asked)

    def reads(self, party):
        """Whether the visitor reads what that party (its id) has handed in before the round is published."""
        return Right.SEE_SUBMITTED in self.rights or party in self.own_parties

    @cached_property
    def evidence(self):
        """The ids of the answers named by the assessments of a round that is not closed, of those the visitor may open.

        Which are named and handed in is the same for all readers, and asked once for each answer and assessment.
        """
        if self.round.closed_at:
            return []

        def asked():
            named = Assessment.reports.through.objects.filter(assessment__round=self.round, report__round=self.round)
            answers = named.filter(report__submitted_at__isnull=False).order_by("report").distinct()
            return list(answers.values_list("report", "report__party"))

        answers = kept("council-evidence", (self.round.pk, self.row[STAMP], self.row[ANSWERS]), asked)
        return [report for report, party in answers if self.reads(party)]

    @property
    def last_days(self):
        """Party (its id) → its own last day."""
        longer = {told["party"]: told["extended_to"] for told in self.row["asked"] or () if told["extended_to"]}
        days = {party: datetime.date.fromisoformat(day) for party, day in longer.items()}
        return {party: max(day, self.round.due_on) for party, day in days.items()}

    @property
    def readable(self):
        """The agreement's rounds that the visitor may read."""
        return Round.objects.filter(agreement=self.round.agreement_id).visible_with(self.rights, self.today)

    @property
    def worn(self):
        return hats_as_facts(self.hats)

    @property
    def facts(self):
        """Everything that a page of the round shows, as values; what deals with the agreement is told by its stamp."""
        return self.worn, self.facts_before, self.row[ANSWERS]

    @property
    def counted_facts(self):
        """As ``facts``, of the figures: the same for all with the same rights on the agreement and roles at parties.

        Those of a closed round are stored with their names, so that nothing that the agreement's stamp tells of moves
        them.
        """
        is_stored = self.round.closed_at and any(told["round"] == self.round.pk for told in self.row["stored"] or ())
        worn = sorted({(hat.party_id, hat.role) for hat in self.hats})
        stamp = None if is_stored else self.row[STAMP]
        return self.today, sorted(self.rights), worn, self._said, stamp, self.row[ANSWERS]

    @cached_property
    def facts_beside(self):
        """As ``facts``, of what no answer moves but ``evidence``: what is assessed, and what the council decided."""
        return self.worn, self.facts_before

    @cached_property
    def facts_before(self):
        """As ``facts_beside``, of what is the same for all with the same rights: names, and earlier rounds' figures."""
        return self.today, sorted(self.rights), self._said, self.row[STAMP]

    @cached_property
    def _said(self):
        """What the row tells beside the stamps, short: several keys are made of it."""
        said = [(path, _ordered(value)) for path, value in self.row.items() if path not in (STAMP, ANSWERS)]
        return sha256(repr(said).encode()).hexdigest()

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
            Respondent.objects, "round", pk="pk", version="version", party="party", key="party__key",
            name="party__name", extended_to="extended_to",
        ),
    }  # fmt: skip
    return Written(rounds.annotate(**told).values(*Round.objects.all().READ, *told), slug=SLUG, label=LABEL, day=DAY)


def _outcomes():
    """What closings have stored of the agreement's rounds, and which of them may be read by whom."""
    facts = JSONObject(pk="pk", round="round", closed_at="round__closed_at", published_at="round__published_at")
    rows = Outcome.objects.filter(round__agreement=OuterRef("agreement")).order_by().values("round__agreement")
    return Subquery(rows.annotate(told=JSONList(facts)).values("told"))


def _tells_proposal():
    """Whether papers of the round compare with an edition that is not adopted."""
    compared = CouncilPack.editions.through.objects.filter(councilpack__outcome__round=OuterRef("pk"))
    return Exists(compared.exclude(edition__state__in=CouncilPack.editions.rel.model.FROZEN_STATES))
