"""Writes that touch several rows of this app."""

from django.db import transaction

from agreements.models import Accession, Actor, Agreement, Document
from parties.models import Party, Right, Role
from parties.rights import PARTY_GROUPS, party_groups, set_grants

# Whose hats read what is shared between the parties of an agreement.
PARTY_READERS = (Role.READER, Role.REPORTER, Role.APPROVER, Role.COUNCIL_MEMBER)


def party_grants(agreement):
    """The (group id, right) pairs that follow from the agreement's coordinator and accessions.

    Left parties get nothing. The county board's auditors read what its coordinators read.
    """
    coordinating = agreement.coordinating_party
    editors, auditors = (group.pk for group in party_groups([coordinating], (Role.COORDINATOR, Role.AUDITOR)))
    wanted = {(editors, Right.EDIT_AGREEMENT)}
    wanted |= {(group, right) for group in (editors, auditors) for right in (Right.SEE_AGREEMENT, Right.SEE_SUBMITTED)}
    members = Accession.objects.filter(agreement=agreement, left_on__isnull=True).values("party")
    readers = party_groups(Party.objects.filter(pk__in=members), PARTY_READERS)
    return wanted | {(group.pk, Right.SEE_AGREEMENT) for group in readers}


def grant_rights(agreement):
    """Make the parties' object permissions on the agreement follow its coordinator and accessions.

    What bodies hold is governance's own and stays. Returns (added, removed) counts.
    """
    return set_grants(agreement, party_grants(agreement), among=PARTY_GROUPS)


def parties_edited_by(user):
    """The parties, not left, of the agreements that ``user`` edits."""
    agreements = Agreement.objects.editable_by(user).values("pk")
    members = Accession.objects.filter(agreement__in=agreements, left_on__isnull=True)
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
