"""The one place where dated memberships meet django-guardian's object permissions.

A right is asked as a query, never as an if: ``with_right(Party.objects.all(), user, Right.REPORT)`` is the parties the
user may report for today. Nothing is cached between requests, so a right that ended gives nothing on the next one.
"""

from django.contrib.auth.models import Group
from guardian.shortcuts import assign_perm, remove_perm
from guardian.utils import get_group_obj_perms_model

from parties.models import PARTY_RIGHTS, Membership, Role

PARTY_GROUPS = "party:"


def active_groups(user):
    """The ids, as a subquery, of the groups whose hats ``user`` may wear today. Anonymous visitors have none."""
    if not user.is_authenticated:
        return Membership.objects.none().values("group")
    return Membership.objects.active().filter(user=user).values("group")


def with_right(queryset, user, *rights):
    """The rows of a Party, Agreement or Body queryset on which one of the user's groups holds any of ``rights``."""
    if not user.is_authenticated:
        return queryset.none()
    grants = get_group_obj_perms_model(queryset.model).objects.filter(
        group__in=active_groups(user), permission__codename__in=rights
    )
    return queryset.filter(pk__in=grants.values("content_object"))


def has_object_rights(model):
    """Whether rows of ``model`` carry object permissions of their own (Party, Agreement, Body)."""
    return not get_group_obj_perms_model(model).objects.is_generic()


def hats_of(user):
    """The user's memberships in force today with their parties, for the stance strip and the start page."""
    if not user.is_authenticated:
        return []
    return list(Membership.objects.active().filter(user=user).select_related("party").order_by("pk"))


def grant(group, right, obj):
    """Give ``group`` the right on ``obj``. Refuses None: guardian would read it as a right on everything."""
    if obj is None or group is None:
        raise ValueError("A right needs both a group and an object")
    assign_perm(right, group, obj)


def revoke(group, right, obj):
    """Take the right back. Refuses None for the same reason as grant."""
    if obj is None or group is None:
        raise ValueError("A right needs both a group and an object")
    remove_perm(right, group, obj)


def set_grants(obj, wanted, *, among):
    """Make the object's grants to one kind of group exactly ``wanted``, a set of (group id, right).

    ``among`` is how that kind's names begin (PARTY_GROUPS, …). Each layer sets its own kind's grants and leaves those
    of the layers above alone, which it cannot know. Returns (added, removed) counts.
    """
    model = get_group_obj_perms_model(type(obj))
    rows = model.objects.filter(content_object=obj, group__name__startswith=among).select_related("permission")
    held = {(row.group_id, row.permission.codename): row for row in rows}
    groups = Group.objects.in_bulk({group for group, _ in wanted})
    missing = wanted - held.keys()
    for group, right in missing:
        grant(groups[group], right, obj)
    stale = held.keys() - wanted
    model.objects.filter(pk__in=[held[key].pk for key in stale]).delete()
    return len(missing), len(stale)


def party_group(party, role):
    """The group of everybody who acts for ``party`` in ``role``, with that role's rights on the party."""
    group, created = Group.objects.get_or_create(name=f"{PARTY_GROUPS}{party.key}:{Role(role).value}")
    if created:
        for right in PARTY_RIGHTS[Role(role)]:
            grant(group, right, party)
    return group
