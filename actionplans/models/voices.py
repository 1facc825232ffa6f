"""Who may speak in the work on plans, and in whose name: those who act for a party or a body, and the coordinators.

Readers and auditors read; they propose nothing and say nothing.
"""

from django.db.models import Exists, OuterRef, Q

from agreements.models import Accession, Actor, Agreement
from governance.models import Body, Mandate
from parties.models import Party, Right
from parties.rights import with_right


def own_bodies(user):
    """The bodies whose work the person takes part in."""
    return with_right(Body.objects.all(), user, Right.SEE_BODY)


def agreements_with_voice(user):
    """The agreements in whose work ``user`` may speak: for a party that has not left, in a body, or as coordinator.

    A draft agreement is its coordinators' alone.
    """
    parties = with_right(Party.objects.all(), user, Right.REPORT)
    acceded = Accession.objects.standing().filter(party__in=parties.values("pk"))
    mandated = Mandate.objects.filter(body__in=own_bodies(user).values("pk"))
    taking_part = Q(pk__in=acceded.values("agreement")) | Q(pk__in=mandated.values("agreement"))
    shared = Agreement.objects.exclude(status=Agreement.Status.DRAFT).filter(taking_part)
    return Agreement.objects.filter(
        Q(pk__in=Agreement.objects.editable_by(user).values("pk")) | Q(pk__in=shared.values("pk"))
    )


def actors_spoken_for(user):
    """The actors that ``user`` is one of those who act for. Coordinators may name others, see ``Proposal``."""
    parties = with_right(Party.objects.all(), user, Right.REPORT)
    boards = with_right(Party.objects.all(), user, Right.COORDINATE)
    stays = Accession.objects.standing().filter(agreement=OuterRef("agreement"), party=OuterRef("party"))
    for_party = Q(Exists(stays), party__in=parties.values("pk"))
    for_board = Q(party__in=boards.values("pk"), agreement__in=Agreement.objects.editable_by(user).values("pk"))
    for_body = Q(mandate__body__in=own_bodies(user).values("pk"))
    speaking = Actor.objects.filter(agreement__in=agreements_with_voice(user).values("pk"))
    return speaking.filter(for_party | for_board | for_body)
