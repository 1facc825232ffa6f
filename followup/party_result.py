"""What came out of a round for one party: beside the whole round, beside its own earlier rounds, and what was said."""

from dataclasses import dataclass, field

from django.http import Http404

from agreements.models import Agreement
from followup.models import Outcome, Report, Return, Round
from followup.numbers import GROUPS
from followup.outcome import NOT_REPORTED, read_facts
from followup.shares import LABELS, Figures, figures_from, party_figures
from followup.small_numbers import shown_numbers
from lib.web import Unseen
from parties.models import Party, Right


@dataclass
class Answer:
    """One activity of the party: what was handed in, where the reader may read it, and what the coordinators said."""

    number: str
    title: str
    area: str
    status: str
    pk: int
    report: Report | None = None
    counts: list = field(default_factory=list)
    returns: list = field(default_factory=list)

    @property
    def label(self):
        """The status in words, as it was when the facts were made."""
        return LABELS[self.status or NOT_REPORTED]


@dataclass
class PartyResult:
    """The party in the round: ``mine`` and ``all`` are Figures, ``rows`` puts their shares side by side."""

    name: str
    place: dict
    is_own: bool
    is_inside: bool  # whether the reader belongs to the party, or reads what is not published
    mine: Figures
    all: Figures
    answers: list[Answer]
    earlier: list

    @property
    def rows(self):
        return list(zip(self.mine.shares, self.all.shares, strict=True))


def party_result(round, key, user):
    """The PartyResult of the party with ``key`` for ``user``. 404 where it was not asked, or the user may not know.

    Before the round is published it is read by the party and by the coordinators.
    """
    facts = read_facts(round)
    place = next((row for row in facts["parties"] if row["key"] == key), None)
    if place is None:
        raise Http404
    is_own = Party.objects.with_right(user, Right.SEE_PARTY).filter(pk=place["party"]).exists()
    if not (is_own or round.published_at or Round.objects.editable_by(user).filter(pk=round.pk).exists()):
        raise Unseen(Party.objects.all(), {"key": key})
    return PartyResult(
        name=place["name"],
        place=place,
        is_own=is_own,
        is_inside=is_own or Agreement.objects.submitted_visible_to(user).filter(pk=round.agreement_id).exists(),
        mine=party_figures(facts, place["party"]),
        all=figures_from(facts["shares"]),
        answers=_answers(round, facts, place["party"], user, is_own),
        earlier=_earlier(round, place["party"], user),
    )


def _answers(round, facts, party, user, is_own):
    reports = Report.objects.visible_to(user).submitted().filter(round=round, party=party).in_bulk()
    returns = {}
    for row in Return.objects.visible_to(user).filter(report__round=round, report__party=party):
        returns.setdefault(row.report_id, []).append(row)
    answers = []
    for row in facts["activities"]:
        for said in row["reports"]:
            if said["party"] == party:
                answer = Answer(row["number"], row["title"], row["area"], said["status"], said["report"])
                answer.report = reports.get(answer.pk)
                answer.returns = returns.get(answer.pk, [])
                if answer.report:
                    shown = shown_numbers(answer.report.numbers, is_own)
                    answer.counts = [(GROUPS[group], shown[group]) for group in GROUPS if group in shown]
                answers.append(answer)
    return answers


def _earlier(round, party, user):
    """(round, Figures) of the party in the agreement's earlier closed rounds that the user may read, newest first."""
    rounds = Round.objects.visible_to(user).filter(
        agreement=round.agreement_id, period_starts_on__lt=round.period_starts_on, closed_at__isnull=False
    )
    kept = {}
    for outcome in Outcome.objects.filter(round__in=rounds.order_by().values("pk")).order_by("made_at", "pk"):
        if outcome.facts.get("shape"):
            kept[outcome.round_id] = outcome.facts
    told = []
    for earlier in rounds.select_related("agreement").order_by("-period_starts_on", "-pk"):
        figures = party_figures(kept[earlier.pk], party) if earlier.pk in kept else None
        if figures and figures.total:
            told.append((earlier, figures))
    return told
