"""In which hat somebody acts, or acted: nothing is stored of it, it follows from the memberships in force that day."""

from django.db.models import JSONField, OuterRef, Subquery, Value
from django.utils.translation import gettext as _
from guardian.utils import get_group_obj_perms_model

from lib.db import JSONList
from parties.models import Membership, Right, Role, User

# The order in which roles are named where several give the same right: who answers for the party comes first.
ORDER = [
    Role.APPROVER, Role.REPORTER, Role.COUNCIL_MEMBER, Role.COORDINATOR, Role.PARTY_ADMINISTRATOR, Role.AUDITOR,
    Role.DRAFTER, Role.READER, Role.SYSTEM_ADMINISTRATOR,
]  # fmt: skip
OF_A_PARTY = {Role.APPROVER, Role.REPORTER, Role.PARTY_ADMINISTRATOR}


def worn(hats, party=None, roles=()):
    """The one of ``hats`` that gives most on what it is about; None where there are none.

    Each has ``rights``, what it gives on the agreement or body. ``party`` (an id) is whose row it is, as a report is
    its party's; ``roles`` go before others, as council members do in a meeting.
    """
    return min(hats, key=lambda hat: _place(hat, party, roles), default=None)


def _place(hat, party, roles):
    rights = getattr(hat, "rights", ())
    return (
        not (party is not None and hat.party_id == party and hat.role in OF_A_PARTY),
        Right.EDIT_AGREEMENT not in rights,
        hat.role not in roles,
        not rights,
        ORDER.index(hat.role),
        hat.pk,
    )


def hats_as_facts(hats):
    """What a page shows of the visitor's hats and by their rights, as values: for the keys of pages that are kept."""
    return [(hat.pk, hat.role, hat.party.key, hat.party.name, sorted(getattr(hat, "rights", ()))) for hat in hats]


def words(hat):
    """What the log and the pages call a hat; empty for none."""
    if hat is None:
        return ""
    return _("%(role)s för %(party)s") % {"role": hat.get_role_display(), "party": hat.party}


class HatsThen:
    """Whom several people were acting as, each on a day: one query for the hats, whatever the number of people."""

    def __init__(self, people, on=None):
        people = set(people) - {None}
        rights = Value(None, output_field=JSONField())
        if on is not None:
            grants = get_group_obj_perms_model(type(on)).objects.filter(content_object=on, group=OuterRef("group"))
            listed = grants.order_by().values("group").annotate(held=JSONList("permission__codename")).values("held")
            rights = Subquery(listed)
        rows = Membership.objects.filter(user__in=people).select_related("party").annotate(held=rights)
        self.hats = {}
        for hat in rows if people else ():
            hat.rights = frozenset(hat.held or ())
            self.hats.setdefault(hat.user_id, []).append(hat)
        bare = people - self.hats.keys()
        self.caretakers = set(User.objects.filter(pk__in=bare, is_superuser=True).values_list("pk", flat=True))

    def words(self, person, day, *, party=None, roles=()):
        """The hat that ``person`` (an id) wore that day, as words; empty where the person had none."""
        in_force = [hat for hat in self.hats.get(person, ()) if _covers(hat, day)]
        if not in_force and person in self.caretakers:
            return str(Role.SYSTEM_ADMINISTRATOR.label)
        return words(worn(in_force, party, roles))


def _covers(hat, day):
    return hat.starts_on <= day and (hat.ends_on is None or day <= hat.ends_on)
