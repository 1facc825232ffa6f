"""The parts of the council's page as HTML, kept until something that they show is written.

What was counted is the same for everybody who holds the same rights on the agreement and the same roles at parties;
what was assessed and decided is each reader's own while the round takes answers, as some read drafts of it. The keys
say what the parts were made of, see ``followup.opened_round``.
"""

from django.template.loader import render_to_string

from followup.dashboard import UNASKED, board_of, earlier_figures
from followup.figures import names_of
from followup.goal_facts import goal_groups
from followup.obstacles import shown_obstacles
from followup.outcome import NOT_REPORTED, told_beside
from lib.kept import kept

PARTS = ("top", "party_table")  # of a page, drawn from what was counted


def kept_page(opened, context_of, chosen):
    """The part of the OpenedRound that is ``chosen``, from the cache or drawn anew, as values.

    PARTS and, of a closed round, ``rest`` are HTML; the others are for what stands around it, of which ``context_of``
    tells.
    """
    name = opened.counted_facts, sorted(chosen.items())
    return kept("council-page", name, lambda: _drawn(opened, context_of(), chosen), unless=is_invented)


def kept_rest(opened, part, context):
    """The second half of the page of a round that takes answers, as HTML: what is assessed, and what was decided."""
    key = opened.facts_beside, opened.evidence, opened.user.pk, part
    return kept("council-rest", key, lambda: _drawn_rest(opened, {}, part, context | {"readable": opened.evidence}))


class Known:
    """What the figures need of an OpenedRound beside the answers, kept for as long as no name and no closing is new."""

    def __init__(self, opened):
        self.opened, self.reads, self.last_days = opened, opened.reads, opened.last_days

    @property
    def earlier(self):
        opened = self.opened
        return kept("council-earlier", opened.facts_before, lambda: earlier_figures(opened.round, opened.readable))

    def names_of(self, areas, parties):
        key = self.opened.facts_before, sorted(map(str, areas)), sorted(parties)
        return kept("council-names", key, lambda: names_of(areas, parties))


def is_invented(page):
    """The address asks for a part that the round does not have: anybody can think of any number of those."""
    part = page["part"]
    return len(page["chosen"]) > (part.area is not None) + (part.party is not None)


def rest_of(board_facts, part, round, user):
    """What the second half of the page knows: ``goals``, ``decided`` and ``obstacles``."""
    told = told_beside(round, user, board_facts)
    return {
        "goals": goal_groups(told["goals"], part.area or ""),
        "decided": told["decided"],
        "obstacles": shown_obstacles(told["obstacles"], part),
    }


def _drawn(opened, context, chosen):
    round = opened.round
    board = board_of(round, opened.user, chosen, known=Known(opened), most=UNASKED)
    context = {**context, "board": board, "figures": board.figures, "readable": board.readable}
    return {
        "top": render_to_string("followup/_round_result.html", context),
        "rest": _drawn_rest(opened, board.facts, board.part, context) if round.closed_at else None,
        "party_table": render_to_string("followup/_round_parties.html", context),
        "part": board.part,
        "chosen": chosen,
        "parts": {name: [(row["key"], row["name"]) for row in board.whole[name]] for name in ("areas", "parties")},
        "lines": {row["key"]: (row["total"], row["shares"].get(NOT_REPORTED, 0)) for row in board.whole["parties"]},
        "total": board.figures.total,
        "meeting": board.facts["round"]["meeting"],
        "answers_url": board.url(),
    }


def _drawn_rest(opened, facts, part, context):
    return render_to_string("followup/_round_rest.html", context | rest_of(facts, part, opened.round, opened.user))
