"""In which hat the visitor stands on a page: for the strip under the header."""

from dataclasses import dataclass

from django import template
from django.utils import timezone

from agreements.models import Agreement
from parties.hats import worn
from parties.models import Membership, Party, Role
from portal.my_rights import SOON

register = template.Library()

READING = {Role.READER, Role.AUDITOR}
# They answer for their party also where it has no rights on the agreement: a remiss goes to others than parties.
ANSWERING = {Role.REPORTER, Role.APPROVER}


@dataclass
class Standing:
    """``hat`` is the one worn here, None where none of the visitor's hats gives anything here; ``others`` give too."""

    is_somewhere: bool = False  # the page is about an agreement or a party
    hat: Membership | None = None
    others: int = 0

    @property
    def reads(self):
        return self.hat.role in READING


@register.simple_tag(takes_context=True)
def standing(context):
    """The Standing of the visitor. Only what the view shows counts: of a hidden page nothing may be told."""
    hats = context.get("hats") or []
    agreement, party = context.get("agreement"), context.get("party")
    if isinstance(agreement, Agreement) and all(hasattr(hat, "rights") for hat in hats):
        whose = _whose(context)
        giving = [hat for hat in hats if hat.rights or (hat.party_id == whose and hat.role in ANSWERING)]
        return _worn(giving, whose, _roles(context))
    if isinstance(party, Party) and not agreement:
        own = [hat for hat in hats if hat.party_id == party.pk]
        if own:  # else it is a coordinator, who invites
            return _worn(own, party.pk, (Role.PARTY_ADMINISTRATOR,))
    return Standing()


@register.filter
def ending_soon(hats):
    """Those of ``hats`` whose last day is near."""
    last = timezone.localdate() + SOON
    return [hat for hat in hats if hat.ends_on and hat.ends_on <= last]


def _worn(hats, party, roles):
    return Standing(is_somewhere=True, hat=worn(hats, party, roles), others=max(len(hats) - 1, 0))


def _whose(context):
    """The id of the party whose answers the page shows, if it shows one party's."""
    asked = getattr(context.get("response"), "addressee", None)  # of a remiss
    for row in (context.get("respondent"), context.get("report"), asked):
        if party := getattr(row, "party_id", None):
            return party
    return None


def _roles(context):
    """Which roles go before others: in a body's meetings, its members."""
    return (Role.COUNCIL_MEMBER,) if context.get("meeting") or context.get("body") else ()
