"""Writes that touch several rows of this app."""

import datetime

from django.db import transaction

from agreements.models import Accession, Actor, Agreement, Document
from parties.models import Party, Right, Role
from parties.rights import PARTY_GROUPS, party_groups, set_grants

# Whose hats read what is shared between the parties of an agreement.
PARTY_READERS = (Role.READER, Role.REPORTER, Role.APPROVER, Role.COUNCIL_MEMBER)


def party_grants(agreement):
    """{(group id, right): last day or None} that follow from the agreement's coordinator and accessions.

    Left parties get nothing, and who has given notice until the last day. Nor does who abstains: what is shared is
    shared between those that are parties or may become so. The county board's auditors read what its coordinators read.
    """
    coordinating = agreement.coordinating_party
    editors, auditors = (group.pk for group in party_groups([coordinating], (Role.COORDINATOR, Role.AUDITOR)))
    members = Accession.objects.standing().exclude(signature_status=Accession.SignatureStatus.DECLINED)
    last_days = dict(members.filter(agreement=agreement).values_list("party", "left_on"))
    parties = Party.objects.in_bulk(last_days).values()
    owners = [party for party in parties for _role in PARTY_READERS]
    wanted = {}
    for party, group in zip(owners, party_groups(parties, PARTY_READERS), strict=True):
        left_on = last_days[party.pk]
        wanted[group.pk, Right.SEE_AGREEMENT] = left_on and left_on - datetime.timedelta(days=1)
    wanted[editors, Right.EDIT_AGREEMENT] = None
    read = (Right.SEE_AGREEMENT, Right.SEE_SUBMITTED)
    return wanted | {(group, right): None for group in (editors, auditors) for right in read}


def grant_rights(agreement):
    """Make the parties' object permissions on the agreement follow its coordinator and accessions.

    What bodies hold is governance's own and stays. Returns (added, removed) counts.
    """
    return set_grants(agreement, party_grants(agreement), among=PARTY_GROUPS)


def parties_edited_by(user):
    """The parties, not left, of the agreements that ``user`` edits."""
    agreements = Agreement.objects.editable_by(user).values("pk")
    members = Accession.objects.standing().filter(agreement__in=agreements)
    return Party.objects.filter(pk__in=members.values("party"))


def actor_for(*, agreement, key):
    """The actor ``key`` stands for in ``agreement``: an existing one, a collective word or a known party.

    Returns None where the key means nobody. Collectives and parties become actors the first time they are named; a
    party under the name it acceded with, as the document calls it (KSL, not Storsthlm).
    """
    actor = Actor.objects.filter(agreement=agreement, key=key).first()
    if actor:
        return actor
    if key in Actor.COLLECTIVES:
        name = Actor.COLLECTIVES[key][0]
        return Actor.objects.create(agreement=agreement, key=key, kind=Actor.Kind.COLLECTIVE, name=name)
    party = Party.objects.filter(key=key).first()
    if party:
        accession = Accession.objects.filter(agreement=agreement, party=party).first()
        return Actor.objects.create(
            agreement=agreement,
            key=key,
            kind=Actor.Kind.PARTY,
            name=accession.name_at_signing if accession else party.name,
            party=party,
            organisation_kind=party.kind,
        )
    return None


def name_parties(agreement):
    """Let every party of the agreement be chosen in its other rows: those without an actor get one."""
    named = Actor.objects.filter(agreement=agreement, party__isnull=False)
    members = Accession.objects.filter(agreement=agreement).exclude(party__in=named.values("party"))
    for key in members.values_list("party__key", flat=True):
        actor_for(agreement=agreement, key=key)


def discard_file(storage, name):
    """Remove an uploaded file once what no longer needs it is safely stored, unless another document has it."""

    def discard():
        if not Document.objects.filter(file=name).exists():
            storage.delete(name)

    transaction.on_commit(discard)
