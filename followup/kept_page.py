"""The council's page as HTML, kept until something that it shows is written.

What is kept is the same for everybody who holds the same rights on the agreement and the same roles at parties; who
reads, and the steps that a coordinator can take, stand outside. The key says what the page was made of: the outcomes
that closings have stored, and of a round that takes answers how much of it has been written. Rows and versions only
grow, so a sum of them never comes back.
"""

from hashlib import sha256

from django.core.cache import caches
from django.db.models import Count, Sum
from django.template.loader import render_to_string

from followup.dashboard import board_of
from followup.goal_facts import goal_groups
from followup.models import Outcome, Report, Respondent
from followup.outcome import NOT_REPORTED, told_beside


def key_of(round, agreement, hats):
    """What the page of ``round`` is made of for this reader, as values."""
    rights = sorted(frozenset().union(*(hat.rights for hat in hats)))
    reader = rights, sorted({(hat.party_id, str(hat.role)) for hat in hats}), agreement.can_edit
    outcomes = Outcome.objects.filter(round__agreement=agreement.pk).order_by("pk")
    stored = list(outcomes.values_list("pk", "round__closed_at", "round__published_at"))
    state = round.pk, round.state, round.version, [] if round.closed_at else _written(round)
    return agreement.pk, agreement.stamp, reader, state, stored


def kept_page(key, round, user, context, chosen):
    """The page under ``key`` of the part that is ``chosen``, from the cache or drawn anew, as values.

    ``top``, ``party_table`` and, of a closed round, ``rest`` are HTML; the others are for what stands around it.
    """
    name = key, sorted(chosen.items())
    return kept("council-page", name, lambda: _drawn(round, user, context, chosen), unless=_is_invented)


def kept(kind, key, make, unless=lambda found: False):
    """What is kept under ``key``, or made anew and kept, ``unless`` that says of it that it is not worth keeping."""
    name = f"{kind}:{sha256(repr(key).encode()).hexdigest()}"
    found = caches["pages"].get(name)
    if found is None:
        found = make()
        if not unless(found):
            caches["pages"].set(name, found)
    return found


def _is_invented(page):
    """The address asks for a part that the round does not have: anybody can think of any number of those."""
    part = page["part"]
    return len(page["chosen"]) > (part.area is not None) + (part.party is not None)


def rest_of(board_facts, part, round, user):
    """What the second half of the page knows: ``goals`` and ``decided``.

    Of an open round it is never kept: some read drafts of what is assessed, and it changes by itself.
    """
    told = told_beside(round, user, board_facts)
    return {"goals": goal_groups(told["goals"], part.area or ""), "decided": told["decided"]}


def _written(round):
    """How much of an open round has been written, and the names that its page shows."""
    reports = Report.objects.filter(round=round).order_by()
    counts = reports.aggregate(Count("pk"), Sum("version"), Count("submitted_at"), Count("approved_at"))
    places = Respondent.objects.filter(round=round).order_by("pk").values_list("version", "party__name")
    meeting = round.meeting and (str(round.meeting.held_on), round.meeting.body.name)
    return [*counts.values(), *places, meeting]


def _drawn(round, user, context, chosen):
    board = board_of(round, user, chosen)
    context = {**context, "board": board, "figures": board.figures}
    rest = None
    if round.closed_at:
        rest = render_to_string("followup/_round_rest.html", context | rest_of(board.facts, board.part, round, user))
    return {
        "top": render_to_string("followup/_round_result.html", context),
        "rest": rest,
        "party_table": render_to_string("followup/_round_parties.html", context),
        "part": board.part,
        "chosen": chosen,
        "parts": {name: [(row["key"], row["name"]) for row in board.whole[name]] for name in ("areas", "parties")},
        "lines": {row["key"]: (row["total"], row["shares"].get(NOT_REPORTED, 0)) for row in board.whole["parties"]},
        "total": board.figures.total,
        "meeting": board.facts["round"]["meeting"],
        "answers_url": board.url(),
    }
