"""How it went at last, for pages below the follow-up that may not know of it."""

from django import template
from django.contrib.auth.models import AnonymousUser
from django.template.loader import render_to_string

from followup.figures import read_figures
from followup.frame import answers_are_invented
from followup.models import Round
from followup.shares import figures_from
from lib.asked import asked
from lib.kept import kept, values_of

register = template.Library()


@register.simple_tag
def latest_round(agreement):
    """The latest published round of ``agreement`` in a sentence: as everybody reads it, in one question.

    The sentence is kept until the round gets a new stamp, or is another.
    """
    round = next(iter(asked(_latest, AnonymousUser(), slug=agreement.slug)), None)
    if round is None:
        return ""
    round.agreement = agreement
    return kept("latest-round", (agreement.slug, values_of(round)), lambda: _drawn(round))


def _latest(user, slug):
    rounds = Round.objects.filter(agreement__slug=slug, published_at__isnull=False)
    return rounds.annotate(is_invented=answers_are_invented())[:1]


def _drawn(round):
    figures = figures_from(read_figures([round])[round.pk]["shares"])
    return render_to_string("followup/_latest_round.html", {"round": round, "figures": figures})
