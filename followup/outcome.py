"""What came out of a round, as plain facts that are stored when it closes."""

from followup.dashboard import figures_of, parties_of


def facts_of(round):
    """The round as JSON: ``shares`` (code, count), ``parties`` (name, asked, answered) and ``total``."""
    figures = figures_of(round)
    return {
        "total": figures.total,
        "shares": {share.code: share.count for share in figures.shares},
        "parties": [
            {"party": row["party"], "name": row["party__name"], "asked": row["asked"], "answered": row["answered"]}
            for row in parties_of(round)
        ],
    }
