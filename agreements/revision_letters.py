"""Letters about a request for revision: to the coordinators when it is made, to its party when it is decided.

Written in the caller's transaction, once to each person and occasion; they leave with the outbox.
"""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from parties.letters import absolute, write_to_people
from parties.models import Mail, Right
from parties.rights import who_may

ASKED, DECIDED = "asked", "decided"
SUBJECTS = {
    ASKED: _("%(party)s begär revidering av %(agreement)s"),
    DECIDED: _("Beslut om begäran att revidera %(agreement)s"),
}


def write_revision(request, occasion, *, by):
    """Write to those whom ``occasion`` concerns, but for ``by`` who knows. Returns how many letters there are.

    A party whose request its coordinator writes down is told of that too.
    """
    own = {person for person, _party in who_may(Right.APPROVE, parties=[request.party_id])}
    people = own if occasion == DECIDED or by.pk not in own else set()
    if occasion == ASKED:
        board = request.agreement.coordinating_party_id
        people = people | {person for person, _party in who_may(Right.COORDINATE, parties=[board])}
    told = {"party": request.party, "agreement": request.agreement}
    address = absolute(reverse("agreements:revision_list", args=[request.agreement.slug]))
    return write_to_people(
        people - {by.pk},
        kind=Mail.Kind.AGREEMENT,
        key=f"revision:{request.pk}:{occasion}",
        subject=SUBJECTS[occasion] % told,
        template="mail/revision.txt",
        context={"request": request, "occasion": occasion, "address": address},
    )
