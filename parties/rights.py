"""The one place where dated memberships meet django-guardian's object permissions.

A right is asked as a query, never as an if: ``with_right(Party.objects.all(), user, Right.REPORT)`` is the parties the
user may report for today. Nothing is cached between requests, so a right that ended gives nothing on the next one.
"""

import datetime
from functools import cache

from django.apps import apps
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models import OuterRef, Q, Subquery
from django.db.models.expressions import RawSQL
from django.utils import timezone
from guardian.models import GroupObjectPermissionBase
from guardian.shortcuts import remove_perm
from guardian.utils import get_group_obj_perms_model

from lib.asked import asked
from lib.db import JSONList
from lib.written import Written, assembled
from parties.models import PARTY_RIGHTS, Membership, Party, Role

PARTY_GROUPS = "party:"


def with_right(queryset, user, *rights):
    """The rows of a Party, Agreement or Body queryset on which one of the user's groups holds any of ``rights``."""
    held = getattr(user, "held", None)  # see lib.asked
    if not user.is_authenticated or (held is not None and held.isdisjoint(rights)):
        return queryset.none()
    sql, places = _grants(queryset.model, len(rights))
    values = {_USER: user.pk, _DAY: connection.ops.adapt_datefield_value(timezone.localdate())}
    values |= dict(zip(_RIGHTS, rights, strict=False))
    return queryset.filter(pk__in=RawSQL(sql, [values.get(place, place) for place in places]))


# What stands in for the values while the question is written: nobody's key, no day and no right of ours.
_USER, _DAY, _SLUG, _RIGHTS = -1, datetime.date(1, 1, 1), "<slug>", ("right 1", "right 2", "right 3")


@cache
def _grants(model, number):
    """SQL and its values for the rows of ``model`` on which a user holds one of ``number`` rights.

    Every page asks this several times, inside other questions. Django writes it anew each time, which takes longer than
    the database needs to answer; only who asks, and on which day, differs.
    """
    groups = Membership.objects.active(_DAY).filter(user=_USER).values("group")
    grants = _standing(model).filter(group__in=groups, permission__codename__in=_RIGHTS[:number])
    sql, values = grants.values("content_object").query.sql_with_params()
    day = connection.ops.adapt_datefield_value(_DAY)
    return sql, [_DAY if value == day else value for value in values]


def _standing(model):
    """The grants on rows of ``model`` that hold on the day: some have a last one."""
    grants = get_group_obj_perms_model(model)
    has_end = any(field.name == "until" for field in grants._meta.fields)
    return grants.objects.filter(Q(until__isnull=True) | Q(until__gte=_DAY)) if has_end else grants.objects.all()


def rights_of(user):
    """Every right that the user holds on anything today, and perhaps some whose last day has been."""
    if not user.is_authenticated:
        return frozenset()
    return frozenset(row["permission__codename"] for row in _held().ask(user=user.pk, day=timezone.localdate()))


@cache
def _held():
    groups = Membership.objects.active(_DAY).filter(user=_USER).values("group")
    grants = [model for model in apps.get_models() if issubclass(model, GroupObjectPermissionBase)]
    first, *others = (
        model.objects.filter(group__in=groups).order_by().values("permission__codename") for model in grants
    )
    return Written(first.union(*others), user=_USER, day=_DAY)


def who_may(right, *, parties=None, people=None):
    """(person's id, party's id) for everybody who holds ``right`` on a party today; of those named, where named."""
    grant = "group__partygroupobjectpermission"
    wanted = {f"{grant}__permission__codename": right}
    if parties is not None:
        wanted[f"{grant}__content_object__in"] = parties
    if people is not None:
        wanted["user__in"] = people
    return set(Membership.objects.active().filter(**wanted).values_list("user", f"{grant}__content_object"))


def has_object_rights(model):
    """Whether rows of ``model`` carry object permissions of their own (Party, Agreement, Body)."""
    return not get_group_obj_perms_model(model).objects.is_generic()


def hats_of(user):
    """The user's memberships in force today with their parties, for the stance strip and the start page."""
    return asked(_hats_of, user) if user.is_authenticated else []


def _hats_of(user):
    return Membership.objects.active().filter(user=user).select_related("party").order_by("pk")


def hats_on(user, model, slug):
    """As ``hats_of``, each with ``rights``: what it gives on the row of ``model`` that has this slug. One question."""
    if not user.is_authenticated:
        return []
    rows = _hats_on(model).ask(user=user.pk, day=timezone.localdate(), slug=slug)
    hats = [assembled(Membership, row) for row in rows]
    for hat, row in zip(hats, rows, strict=True):
        hat.rights = frozenset(row["rights"] or ())
    return hats


@cache
def _hats_on(model):
    grants = _standing(model).filter(content_object__slug=_SLUG, group=OuterRef("group"))
    rights = grants.order_by().values("group").annotate(rights=JSONList("permission__codename")).values("rights")
    hats = Membership.objects.active(_DAY).filter(user=_USER).order_by("pk").annotate(rights=Subquery(rights))
    told = hats.values("id", "role", "party", "party__name", "party__key", "rights")
    return Written(told, user=_USER, day=_DAY, slug=_SLUG)


def revoke(group, right, obj):
    """Take the right back. Refuses None: guardian would read it as a right on everything."""
    if obj is None or group is None:
        raise ValueError("A right needs both a group and an object")
    remove_perm(right, group, obj)


def set_grants(obj, wanted, *, among):
    """Make the object's grants to one kind of group exactly ``wanted``: a set of (group id, right).

    Where some have a last day it is a dictionary, (group id, right) → last day or None.
    ``among`` is how that kind's names begin (PARTY_GROUPS, …). Each layer sets its own kind's grants and leaves those
    of the layers above alone, which it cannot know. Returns (added, removed) counts.
    """
    rows = get_group_obj_perms_model(type(obj)).objects.filter(content_object=obj, group__name__startswith=among)
    held = {(row.group_id, row.permission.codename): row for row in rows.select_related("permission")}
    wanted = wanted if isinstance(wanted, dict) else dict.fromkeys(wanted)
    fits = {key for key, row in held.items() if key in wanted and getattr(row, "until", None) == wanted[key]}
    missing, stale = {key: wanted[key] for key in wanted if key not in fits}, held.keys() - fits
    if stale:
        rows.filter(pk__in=[held[key].pk for key in stale]).delete()
    _grant_all(type(obj), {(obj.pk, *key): until for key, until in missing.items()})
    return len(missing), len(stale)


def _grant_all(model, grants):
    """Give the rights of {(key of a row of ``model``, group id, right): last day or None}, in two queries for all."""
    if not grants:
        return
    permissions = Permission.objects.filter(content_type=ContentType.objects.get_for_model(model))
    keys = dict(permissions.values_list("codename", "pk"))
    grant = get_group_obj_perms_model(model)
    rows = [grant(content_object_id=row, group_id=group, permission_id=keys[right]) for row, group, right in grants]
    for row, until in zip(rows, grants.values(), strict=True):
        row.until = until
    grant.objects.bulk_create(rows, ignore_conflicts=True)  # somebody else may have given one of them meanwhile


def party_group(party, role):
    """The group of everybody who acts for ``party`` in ``role``, with that role's rights on the party."""
    return party_groups([party], [role])[0]


def party_groups(parties, roles):
    """The groups of everybody who acts for one of ``parties`` in one of ``roles``, as party_group makes them."""
    wanted = {f"{PARTY_GROUPS}{party.key}:{Role(role).value}": (party, role) for party in parties for role in roles}
    known = _groups_named(wanted)
    missing = {name: wanted[name] for name in wanted if name not in known}
    if missing:
        Group.objects.bulk_create([Group(name=name) for name in missing], ignore_conflicts=True)
        known |= _groups_named(missing)
        rights = {
            (party.pk, known[name].pk, right): None
            for name, (party, role) in missing.items()
            for right in PARTY_RIGHTS[Role(role)]
        }
        _grant_all(Party, rights)
    return [known[name] for name in wanted]


def _groups_named(names):
    return {group.name: group for group in Group.objects.filter(name__in=names)}
