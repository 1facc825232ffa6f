"""Writes that touch several rows of this app."""

from django.db import transaction

from parties.models import Membership
from parties.rights import party_group


@transaction.atomic
def join(*, user, party, role, by=None, group=None, starts_on=None, ends_on=None, title="", stands_in_for=None):
    """Let ``user`` act for ``party`` in ``role``; ``group`` narrows the hat to one body or agreement."""
    dates = {"starts_on": starts_on} if starts_on else {}
    return Membership.objects.create(
        user=user,
        party=party,
        role=role,
        group=group or party_group(party, role),
        title=title,
        ends_on=ends_on,
        granted_by=by,
        stands_in_for=stands_in_for,
        **dates,
    )
