"""The state of an edition, who can read it, its views, and where it stands among the agreement's pages."""

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from actionplans.models import Edition
from agreements.frame import frame


def edition_frame(agreement, edition, *trail):
    """The context of a page about ``edition``; ``trail`` as in agreements.frame.

    ``compared_to`` is the edition it builds on, where everybody who reads this one may read that one too.
    """
    plans = (capfirst(agreement.plan_word), reverse("actionplans:plan_list", args=[agreement.slug]))
    own = (f"{edition.plan} {edition.label}", edition.get_absolute_url() if trail else "")
    before = edition.based_on
    if before and before.plan_id == edition.plan_id:
        before.plan = edition.plan  # known, so that its address costs nothing
    return {
        **frame(agreement, plans, own, *trail),
        **example_band(agreement, edition.plan),
        "edition": edition,
        "stance": edition_stance(agreement, edition),
        "compared_to": before if before and before.is_frozen else None,
        "can_write": getattr(agreement, "can_edit", False) and not edition.is_frozen,
    }


def example_band(agreement, plan):
    """Whether the page shows invented facts, and which: an agreement that was signed can have an invented plan."""
    if agreement.is_example or not plan.is_example:
        return {"example": agreement.is_example}
    text = _("Planen, dess aktiviteter, datum och beslut är påhittade. Överenskommelsen är verklig.")
    return {"example": True, "example_text": text}


def edition_stance(agreement, edition):
    """Which state the edition is in, and who can read it."""
    if edition.state == Edition.State.DRAFT:
        return {"state": "draft", "label": _("Utkast"), "readers": _("Bara samordnarna kan läsa.")}
    if edition.state == Edition.State.PROPOSED:
        readers = _("Parterna och organen kan läsa och kommentera.")
        return {"state": "sent", "label": _("Föreslagen"), "readers": readers}
    readers = _("Alla kan läsa.") if agreement.is_published else _("Parterna och organen kan läsa.")
    return {"state": "closed", "label": capfirst(edition.get_state_display()), "readers": readers}
