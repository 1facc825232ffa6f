"""What every page knows: in which hats the visitor reads."""

from django.utils.functional import SimpleLazyObject

from parties.rights import hats_of


def hats(request):
    """Adds ``hats``, the visitor's memberships in force; asked of the database only where a page shows them."""
    return {"hats": SimpleLazyObject(lambda: hats_of(request.user))}
