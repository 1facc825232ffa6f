"""Letters about a notice: to the coordinators when it is given, to all parties when it has effect or loses it.

A party whose notice somebody else writes down is told of that, so that it can say no. Written in the caller's
transaction, once to each person and occasion; they leave with the outbox.
"""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from agreements.models import Accession
from parties.letters import absolute, write_to_people
from parties.models import Mail, Right
from parties.rights import who_may

GIVEN, CONFIRMED, WITHDRAWN = "given", "confirmed", "withdrawn"
SUBJECTS = {
    GIVEN: _("%(party)s säger upp %(agreement)s"),
    CONFIRMED: _("%(party)s har sagt upp %(agreement)s"),
    WITHDRAWN: _("%(party)s har tagit tillbaka sin uppsägning av %(agreement)s"),
}


def write_notice(termination, occasion, *, by):
    """Write to those whom ``occasion`` concerns, but for ``by`` who knows. Returns how many letters there are."""
    own = _people(Right.APPROVE, [termination.party_id])
    people = _coordinators(termination) | (set() if by.pk in own else own)
    if termination.confirmed_at:
        people |= own | _approvers(termination)
    told = {"party": termination.party, "agreement": termination.agreement}
    address = absolute(reverse("portal:leaving_effects", args=[termination.agreement.slug, termination.pk]))
    letter = {
        "kind": Mail.Kind.AGREEMENT,
        "key": f"termination:{termination.pk}:{occasion}",
        "subject": SUBJECTS[occasion] % told,
        "template": "mail/termination.txt",
    }
    about = {"termination": termination, "occasion": occasion, "address": address}
    to_own = write_to_people((own & people) - {by.pk}, context={**about, "is_own": True}, **letter)
    return to_own + write_to_people(people - own - {by.pk}, context={**about, "is_own": False}, **letter)


def _coordinators(termination):
    return _people(Right.COORDINATE, [termination.agreement.coordinating_party_id])


def _approvers(termination):
    parties = Accession.objects.signatories().standing().filter(agreement=termination.agreement_id)
    return _people(Right.APPROVE, list(parties.values_list("party", flat=True)))


def _people(right, parties):
    return {person for person, _party in who_may(right, parties=parties)}
