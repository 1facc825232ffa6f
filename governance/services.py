"""Writes that touch several rows of this app."""

from django.db import transaction

from agreements.services import grant_rights
from governance.models import BODY_GROUPS, Body
from parties.models import Right, Role
from parties.rights import set_grants
from parties.services import join


def grant_governance_rights(agreement):
    """Give the agreement's parties, coordinators and bodies the object permissions that follow from its rows.

    Idempotent: called after an import and after every change of accessions, mandates or the coordinating party.
    """
    bodies = Body.objects.filter(mandates__agreement=agreement).select_related("county")
    wanted = set()
    for body in bodies:
        group = body.group()
        set_grants(body, {(group.pk, Right.SEE_BODY)}, among=BODY_GROUPS)
        wanted |= {(group.pk, Right.SEE_AGREEMENT), (group.pk, Right.SEE_SUBMITTED)}
    bodies_changed = set_grants(agreement, wanted, among=BODY_GROUPS)
    parties_changed = grant_rights(agreement)
    return tuple(map(sum, zip(bodies_changed, parties_changed, strict=True)))


@transaction.atomic
def seat_person(*, seat, user, party, by=None, starts_on=None, ends_on=None):
    """Put a person in a seat: the membership carries the body's hat and ends when the seat does."""
    seat.membership = join(
        user=user,
        party=party,
        role=Role.COUNCIL_MEMBER,
        group=seat.body.group(),
        by=by,
        title=seat.office[:120],
        starts_on=starts_on,
        ends_on=ends_on,
    )
    seat.party = party
    seat.save()
    return seat
