"""Parties, and the people who act for them: groups, rights and memberships, in a handful of inserts."""

from functools import cache

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, Permission

from lib.swedish import fold, sort_key
from parties.models import PARTY_RIGHTS, County, Membership, Party, PartyGroupObjectPermission, Role, User
from parties.rights import PARTY_GROUPS

PASSWORD = "mätning-lösenord-2026"  # noqa: S105 — opens only what is thrown away
AGENCIES = 12
SINCE = "2021-01-01"
STAFF = [Role.REPORTER, Role.APPROVER, Role.READER, Role.PARTY_ADMINISTRATOR, Role.COORDINATOR, Role.AUDITOR]
AT_LEAST, ONE_MORE = 10, 228  # people per party, and how many have another: with 332 in the councils 4,000 in Sweden


def email_of(role, party, number=1):
    """The address of the first, second … person with ``role`` at the party that has this key."""
    return f"{role}-{number}@{party}.invalid"


@cache
def password():
    """What is stored of everybody's password: made once, since that is made to be slow."""
    return make_password(PASSWORD)


def party_of(kind, code):
    """The county board (``lansstyrelsen``) or region (``region``) of the county with this code."""
    return Party.objects.get(key=f"{kind}-{code}")


def parties_in(codes):
    """Make what the register lacks. Returns {county code: its parties, those who are asked in every county last}."""
    counties = County.objects.in_bulk(codes, field_name="code")
    own = [
        party_like(f"lansstyrelsen-{code}", f"Länsstyrelsen {code}", "county_board", counties[code]) for code in codes
    ]
    own += [party_like(f"region-{code}", f"Region {code}", "region", counties[code]) for code in codes]
    agencies = [party_like(f"verket-{n}", f"Verket {n}", "state_agency") for n in range(1, AGENCIES + 1)]
    Party.objects.bulk_create([*own, *agencies])
    towns = list(Party.objects.filter(kind="municipality", county__code__in=codes).order_by("key"))
    of = {county.pk: code for code, county in counties.items()}
    return {code: [*[party for party in [*own, *towns] if of[party.county_id] == code], *agencies] for code in codes}


def party_like(key, name, kind, county=None):
    return Party(key=key, name=name, kind=kind, county=county, sort_name=sort_key(name), search_text=fold(name))


def employ(parties):
    """Give every party its people, with their hats. ``parties`` as parties_in returns them."""
    every = list({party.pk: party for here in parties.values() for party in here}.values())
    hats = [
        (party, role, number) for place, party in enumerate(every) for role, number in staff_of(party, place < ONE_MORE)
    ]
    groups = groups_for({(party, role) for party, role, _number in hats})
    users = User.objects.bulk_create(
        User(email=email_of(role, party.key, number), name=f"{role.label.capitalize()} {number}", password=password())
        for party, role, number in hats
    )
    Membership.objects.bulk_create(
        Membership(user=user, party=party, role=role, group=groups[party.pk, role], starts_on=SINCE)
        for user, (party, role, _number) in zip(users, hats, strict=True)
    )


def staff_of(party, one_more):
    """(role, which of those) of the party's people: one of each role, and the rest report."""
    board = party.kind == "county_board"
    roles = [role for role in STAFF if board or role not in (Role.COORDINATOR, Role.AUDITOR)]
    reporters = AT_LEAST + one_more - len(roles) + 1
    return [*((role, 1) for role in roles), *((Role.REPORTER, number) for number in range(2, reporters + 1))]


def groups_for(hats):
    """{(party's key, role): group} for the (party, role) of ``hats``, with what the role gives on the party."""
    wanted = {f"{PARTY_GROUPS}{party.key}:{role.value}": (party, role) for party, role in hats}
    groups = Group.objects.bulk_create(Group(name=name) for name in sorted(wanted))
    rights = dict(Permission.objects.filter(content_type__model="party").values_list("codename", "pk"))
    PartyGroupObjectPermission.objects.bulk_create(
        PartyGroupObjectPermission(group=group, content_object=wanted[group.name][0], permission_id=rights[right])
        for group in groups
        for right in PARTY_RIGHTS[wanted[group.name][1]]
    )
    return {(wanted[group.name][0].pk, wanted[group.name][1]): group for group in groups}
