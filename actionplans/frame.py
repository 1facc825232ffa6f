"""The state of an edition, who can read it, and where it stands among the agreement's pages."""

from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from actionplans.models import Edition
from agreements.frame import frame


def edition_frame(agreement, edition, *trail):
    """The context of a page about ``edition``; ``trail`` as in agreements.frame."""
    plans = (capfirst(agreement.plan_word), reverse("actionplans:plan_list", args=[agreement.slug]))
    own = (f"{edition.plan} {edition.label}", edition.get_absolute_url() if trail else "")
    return {**frame(agreement, plans, own, *trail), "edition": edition, "stance": edition_stance(agreement, edition)}


def edition_stance(agreement, edition):
    """Which state the edition is in, and who can read it."""
    if edition.state == Edition.State.DRAFT:
        return {"state": "draft", "label": _("Utkast"), "readers": _("Bara samordnarna kan läsa.")}
    if edition.state == Edition.State.PROPOSED:
        return {"state": "sent", "label": _("Föreslagen"), "readers": _("Parterna och organen kan läsa.")}
    readers = _("Alla kan läsa.") if agreement.is_published else _("Parterna och organen kan läsa.")
    return {"state": "closed", "label": capfirst(edition.get_state_display()), "readers": readers}
