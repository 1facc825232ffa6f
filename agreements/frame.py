"""What every page of an agreement begins with: the agreement, where it is, in which state, and who can read it."""

from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils.translation import gettext as _

from agreements.models import Agreement
from lib.asked import asked
from lib.web import Unseen


def visible_agreement(user, slug, ask=None):
    """The agreement at an address, as the head of its pages shows it to ``user``; Unseen where there is none.

    ``ask`` is for pages that want more with it: (user, slug) → what ``user`` may see there.
    """
    for agreement in asked(ask or _visible, user, slug=slug):
        return agreement
    raise Unseen(Agreement.objects.all(), {"slug": slug})


def editable_agreement(user, slug):
    """As ``visible_agreement``, where ``user`` may also change it: unseen is 404, read-only is 403."""
    agreement = visible_agreement(user, slug)
    if not agreement.can_edit:
        raise PermissionDenied
    return agreement


def agreement_of(user, key):
    """The agreement with this primary key, as the head shows it, around something of it that ``user`` may see."""
    return asked(_any, user, key=key)[0]


def _visible(user, slug):
    return Agreement.objects.for_page(user).visible_to(user).filter(slug=slug)


def _any(user, key):
    return Agreement.objects.for_page(user).filter(pk=key)


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
