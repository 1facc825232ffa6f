"""What every page knows: in which hats the visitor reads."""

from django.utils.functional import SimpleLazyObject

from agreements.models import Agreement
from parties.rights import hats_of, hats_on


def hats(request):
    """Adds ``hats``, the visitor's memberships in force; asked of the database only where a page shows them.

    On an address of an agreement each has ``rights``, what it gives there: for the same one question.
    """
    return {"hats": SimpleLazyObject(lambda: _hats(request))}


def _hats(request):
    if not hasattr(request, "user"):  # refused before anybody asked who it is, for a name that is not the portal's
        return []
    kwargs = request.resolver_match.kwargs if request.resolver_match else {}
    return hats_on(request.user, Agreement, kwargs["slug"]) if "slug" in kwargs else hats_of(request.user)
