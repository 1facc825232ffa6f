"""What base.html wants to know of every page of an agreement: where it is, in which state, and who can read it."""

from django.urls import reverse
from django.utils.translation import gettext as _


def frame(agreement, *trail):
    """The context of a page of ``agreement``; ``trail`` is what follows the agreement's own crumb: (label, url), …"""
    own = (agreement.short_name, agreement.get_absolute_url() if trail else "")
    county = f"{reverse('agreements:agreement_list')}?lan={agreement.county.code}"
    return {
        "agreement": agreement,
        "crumbs": [(_("Överenskommelser"), reverse("agreements:agreement_list")), (agreement.county.name, county), own]
        + list(trail),
        "stance": stance(agreement),
        "example": agreement.is_example,
        "can_edit": getattr(agreement, "can_edit", False),
    }


def stance(agreement):
    """The state of what is shown, and who can read it."""
    if agreement.is_published:
        return {"state": "public", "label": _("Publicerad"), "readers": _("Alla kan läsa.")}
    if agreement.status == agreement.Status.DRAFT:
        return {"state": "draft", "label": _("Utkast"), "readers": _("Bara samordnarna och skrivargruppen kan läsa.")}
    return {"state": "sent", "label": _("Inte publicerad"), "readers": _("Bara parterna och organen kan läsa.")}
