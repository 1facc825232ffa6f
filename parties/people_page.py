"""What the page of a party's people shows: each person with the roles held, and who is invited."""

from dataclasses import dataclass, field

from parties.granting import GRANTS
from parties.memberships import has_ended, is_in_force
from parties.models import Invitation, Membership, Right, User

ENDED_SHOWN = 100  # the log has them all


@dataclass
class Person:
    """Somebody who acts for the party, or will, or did."""

    user: User
    hats: list = field(default_factory=list)


@dataclass
class People:
    """Those with a role now or later, and the latest roles that have ended."""

    persons: list
    ended: list
    has_more_ended: bool


def people_of(party):
    """The People of ``party`` as its administrators see them.

    Each hat has ``is_ahead``, ``may_change`` and ``stand_ins``, those who have the role in the person's place.
    """
    rows = Membership.objects.filter(party=party).select_related("user", "granted_by", "stands_in_for__user")
    rows = list(rows.order_by("user__name", "user", "starts_on", "pk"))
    persons, ended = {}, []
    for hat in rows:
        hat.is_ahead = not is_in_force(hat)
        hat.may_change = hat.role in GRANTS[Right.ADMINISTER]
        hat.stand_ins = []
        if has_ended(hat):
            ended.append(hat)
        else:
            persons.setdefault(hat.user_id, Person(hat.user)).hats.append(hat)
    by_key = {hat.pk: hat for person in persons.values() for hat in person.hats}
    for hat in by_key.values():
        if hat.stands_in_for_id in by_key:
            by_key[hat.stands_in_for_id].stand_ins.append(hat)
    ended.sort(key=lambda hat: hat.ends_on, reverse=True)
    return People(list(persons.values()), ended[:ENDED_SHOWN], len(ended) > ENDED_SHOWN)


def invitations_to(party, *, by):
    """The unanswered invitations to the party that ``by`` may send again or withdraw; the oldest first."""
    rows = Invitation.objects.editable_by(by).unanswered().filter(party=party)
    return rows.select_related("party", "invited_by").order_by("expires_at", "pk")
