"""Who may give which role at which party: one table. Nobody gives what it does not say, and nobody to themselves.

Right → the roles that whoever holds it may give. Where the right reaches, the app that knows says with ``reaches``:
a right on a party reaches that party, a right on an agreement the parties that have acceded to it.
"""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from parties.models import Party, Right, Role

GRANTS = {
    Right.ADMINISTER: (Role.READER, Role.REPORTER, Role.APPROVER, Role.PARTY_ADMINISTRATOR, Role.COUNCIL_MEMBER),
    Right.EDIT_AGREEMENT: (Role.PARTY_ADMINISTRATOR, Role.COUNCIL_MEMBER),
}
# The same for roles that exist only in a group of their own, as the one that writes a draft: at whatever party.
GROUP_GRANTS = {Right.EDIT_AGREEMENT: (Role.DRAFTER,)}
# Roles that only a system administrator gives, in the administration.
BY_SYSTEM_ADMINISTRATORS = (Role.COORDINATOR, Role.AUDITOR, Role.SYSTEM_ADMINISTRATOR)

# What each role is for, in the words of who chooses one.
MEANINGS = {
    Role.READER: _("läser er organisations utkast och svar, ändrar inget"),
    Role.REPORTER: _("svarar på uppföljningar och lämnar in"),
    Role.APPROVER: _("som handläggare, och godkänner svaren där organisationen har bestämt att det behövs"),
    Role.PARTY_ADMINISTRATOR: _("bjuder in personer och ger dem roller, läser inget innehåll"),
    Role.COUNCIL_MEMBER: _("läser det som delas i överenskommelsen; platsen i rådet ges av länets samordnare"),
    Role.DRAFTER: _("skriver på ett utkast till överenskommelse; ges i skrivargruppen"),
    Role.COORDINATOR: _("samordnar länets överenskommelser"),
    Role.AUDITOR: _("läser det inlämnade och loggen, ändrar inget"),
    Role.SYSTEM_ADMINISTRATOR: _("ser till konton, läser inget innehåll"),
}

_REACH = {Right.ADMINISTER: lambda user: Party.objects.editable_by(user)}
_GROUPS = {}


def reaches(right, parties, groups=None):
    """Say where a right of ``GRANTS`` reaches: ``parties`` takes a user and answers with a Party queryset.

    ``groups`` does the same for ``GROUP_GRANTS``, with a queryset of groups.
    """
    _REACH[right] = parties
    if groups:
        _GROUPS[right] = groups


def given_by(queryset, user):
    """The rows of a Membership or Invitation queryset whose role at their party ``user`` may give."""
    if not user.is_authenticated:
        return queryset.none()
    may = Q(pk__in=[])
    for right, roles in GRANTS.items():
        may |= Q(role__in=roles, party__in=_REACH[right](user).values("pk"))
    for right, roles in GROUP_GRANTS.items():
        may |= Q(role__in=roles, group__in=_GROUPS[right](user).values("pk"))
    return queryset.filter(may)


def roles_given_by(user, party):
    """The roles that ``user`` may give at ``party``, in the order people know them."""
    if not user.is_authenticated:
        return []
    rights = [right for right in GRANTS if _REACH[right](user).filter(pk=party.pk).exists()]
    return [role for role in Role if any(role in GRANTS[right] for right in rights)]


def may_give(user, party, role, group=None):
    """Whether ``user`` may give ``role`` at ``party``, with the hat of ``group``."""
    if any(role in roles for roles in GROUP_GRANTS.values()):
        rights = [right for right, roles in GROUP_GRANTS.items() if role in roles]
        return group is not None and any(_GROUPS[right](user).filter(pk=group.pk).exists() for right in rights)
    return role in roles_given_by(user, party)
