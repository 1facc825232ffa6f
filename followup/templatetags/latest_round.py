"""How it went at last, for pages below the follow-up that may not know of it."""

from django import template
from django.db.models import Exists, OuterRef

from followup.figures import read_figures
from followup.models import Report, Round
from followup.shares import figures_from

register = template.Library()


@register.inclusion_tag("followup/_latest_round.html")
def latest_round(agreement):
    """The latest published round of ``agreement`` in a sentence: as everybody reads it, in two queries."""
    invented = Report.objects.filter(round=OuterRef("pk"), activity__edition__plan__is_example=True)
    rounds = Round.objects.filter(agreement=agreement, published_at__isnull=False)
    round = rounds.annotate(is_invented=Exists(invented)).first()
    if round is None:
        return {}
    round.agreement = agreement
    return {"round": round, "figures": figures_from(read_figures([round])[round.pk]["shares"])}
