"""Building blocks for models: the version check, frozen rows and two kinds of constraint.

No models of our own nouns live here; these are abstract and know nothing of agreements.
"""

import uuid
from contextlib import contextmanager

from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.fields.related import ForeignObject
from django.db.models.fields.related_lookups import RelatedIn
from django.db.models.functions import JSONObject
from django.utils.translation import gettext_lazy as _


@ForeignObject.register_lookup
class Among(RelatedIn):
    """``edition__among=editions``: as ``__in``, for a subquery that gives few rows for many that are asked about.

    PostgreSQL answers such an ``IN`` by a join, which looks at every row. As an array the subquery is answered once,
    and then only the rows that have one of its keys are read, by their index.
    """

    lookup_name = "among"

    def get_rhs_op(self, connection, rhs):
        if connection.vendor == "postgresql" and not self.rhs_is_direct_value():
            return f"= ANY (ARRAY {rhs})"
        return super().get_rhs_op(connection, rhs)


class VersionConflict(Exception):
    """Somebody saved the row between reading and saving it. ``current`` is the stored row."""

    def __init__(self, current):
        super().__init__(f"{current._meta.label} {current.pk} has moved on to version {current.version}")
        self.current = current


class Frozen(Exception):
    """The row may not change any more. The message is Swedish and meant for the screen."""


class Versioned(models.Model):
    """A row whose every save from a form names the version it was read at."""

    version = models.PositiveIntegerField(_("radversion"), default=1, editable=False)

    class Meta:
        abstract = True

    @transaction.atomic
    def save_version(self, expected, *, reason=""):
        """Save if the stored row still has version ``expected``; raise VersionConflict otherwise.

        The compare-and-set is one UPDATE, so two simultaneous savers cannot both win on any database.
        """
        rows = models.QuerySet(type(self)).filter(pk=self.pk)  # plain: what follows asks whether it is frozen
        if not rows.filter(version=expected).update(version=F("version") + 1):
            raise VersionConflict(rows.get())
        self.version = expected + 1
        self._change_reason = reason or None
        self.save()

    @transaction.atomic
    def delete_version(self, expected):
        """Delete if the stored row still has version ``expected``; raise VersionConflict otherwise."""
        rows = models.QuerySet(type(self)).filter(pk=self.pk)  # plain: what follows asks whether it is frozen
        if not rows.filter(version=expected).update(version=F("version") + 1):
            raise VersionConflict(rows.get())
        return self.delete()


class StampField(models.UUIDField):
    """Changes with every save, and whenever something else gives the row a new one: the key of what is cached of it.

    A new value and not a count: what was stored under a stamp that was rolled back, or is older than a restored
    backup, is never asked for again.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{**kwargs, "default": uuid.uuid4, "editable": False})

    def pre_save(self, instance, add):
        setattr(instance, self.attname, uuid.uuid4())
        return getattr(instance, self.attname)


def renew_stamp(holders):
    """Give the rows of a queryset a new stamp; they keep their version, and may be frozen in all else."""
    models.QuerySet.update(holders.order_by(), stamp=uuid.uuid4())


class StampingQuerySet(models.QuerySet):
    """Gives those whose pages show these rows a new stamp before it writes, in the same transaction."""

    def renew_stamp(self):
        renew_stamp(self.model.stamp_holders(self.order_by().values(self.model.stamped_by)))

    @transaction.atomic
    def update(self, **values):
        self.renew_stamp()
        return super().update(**values)

    @transaction.atomic
    def delete(self):
        self.renew_stamp()
        return super().delete()

    @transaction.atomic
    def bulk_update(self, objs, fields, batch_size=None):
        objs = list(objs)
        self.filter(pk__in=[obj.pk for obj in objs]).renew_stamp()
        return super().bulk_update(objs, fields, batch_size)

    @transaction.atomic
    def bulk_create(self, objs, *args, **kwargs):
        objs = list(objs)
        key = self.model._meta.get_field(self.model.stamped_by).attname
        renew_stamp(self.model.stamp_holders({getattr(obj, key) for obj in objs}))
        return super().bulk_create(objs, *args, **kwargs)


class Stamping(models.Model):
    """A row that is shown on pages kept under another row's stamp: whoever writes it gives that row a new stamp.

    The stamp comes first, so that all who write the same pages wait for one another in the same order. ``stamped_by``
    is the key that leads towards the holder of the stamp; ``stamp_holders`` finds the holders from such keys.
    """

    stamped_by = ""
    _is_stamped = False

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        with self._stamped():
            super().save(*args, **kwargs)

    @classmethod
    def stamp_holders(cls, keys):
        """The rows that hold the stamps; where the key leads straight to them, those."""
        return cls._meta.get_field(cls.stamped_by).related_model.objects.filter(pk__in=keys)

    def renew_stamp(self):
        """A new stamp for whom the row belongs to, and for whom it belonged to until now."""
        now = self.stamp_holders([getattr(self, self._meta.get_field(self.stamped_by).attname)])
        before = self.stamp_holders(type(self)._base_manager.filter(pk=self.pk).values(self.stamped_by))
        renew_stamp(now if self._state.adding else now | before)

    def save_version(self, *args, **kwargs):
        """Of rows that are Versioned: the stamp comes before the row here too."""
        with self._stamped():
            super().save_version(*args, **kwargs)

    def delete(self, *args, **kwargs):
        with self._stamped():
            return super().delete(*args, **kwargs)

    @contextmanager
    def _stamped(self):
        """One transaction that begins with the new stamp: once, also where one of these writes is part of another."""
        if self._is_stamped:
            yield
            return
        with transaction.atomic():
            self.renew_stamp()
            self._is_stamped = True
            try:
                yield
            finally:
                del self._is_stamped


class FreezableQuerySet(models.QuerySet):
    """Refuses bulk writes that would touch a frozen row. Subclasses say which rows are ``frozen()``."""

    def frozen(self):
        raise NotImplementedError

    def refuse_frozen(self):
        """Raise Frozen if any of these rows may not change any more."""
        if self.frozen().exists():
            raise Frozen(self.model.frozen_message)

    def update(self, **values):
        self.refuse_frozen()
        return super().update(**values)

    def delete(self):
        self.refuse_frozen()
        return super().delete()

    def bulk_update(self, objs, fields, batch_size=None):
        objs = list(objs)
        self.filter(pk__in=[obj.pk for obj in objs]).refuse_frozen()
        return super().bulk_update(objs, fields, batch_size)

    def bulk_create(self, objs, *args, update_conflicts=False, **kwargs):
        if update_conflicts:
            raise Frozen(self.model.frozen_message)
        return super().bulk_create(objs, *args, update_conflicts=False, **kwargs)


class Freezable(models.Model):
    """A row that stops changing at some point; what the database holds decides, not the object in memory.

    ``frozen_but`` names the fields that may still change (a later notice, a state that moves on).
    """

    frozen_but: tuple[str, ...] = ()
    frozen_message = _("Raden är fastställd och kan inte ändras.")

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        update_fields = kwargs.get("update_fields")
        if not self._state.adding and self.is_stored_frozen() and not self._changes_only_open_fields(update_fields):
            raise Frozen(self.frozen_message)
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        if self.is_stored_frozen():
            raise Frozen(self.frozen_message)
        return super().delete(*args, **kwargs)

    def is_stored_frozen(self):
        """Whether the database holds the row as frozen, whatever has been done to this object since."""
        return self.pk is not None and type(self).objects.filter(pk=self.pk).frozen().exists()

    def _changes_only_open_fields(self, update_fields):
        if update_fields is None:
            stored = type(self)._base_manager.get(pk=self.pk)
            update_fields = [
                field.name
                for field in self._meta.concrete_fields
                if getattr(self, field.attname) != getattr(stored, field.attname)
            ]
        return set(update_fields) <= {*self.frozen_but, "version"}


def date_order(first, last, *, name):
    """A constraint: where both dates are known, ``last`` is not before ``first``."""
    condition = Q(**{f"{first}__isnull": True}) | Q(**{f"{last}__isnull": True}) | Q(**{f"{last}__gte": F(first)})
    return models.CheckConstraint(
        condition=condition, name=name, violation_error_message=_("Slutdatum kan inte vara före startdatum.")
    )


def who_with_when(who, when, *, name):
    """A constraint: whom a thing was done by is only known of what was done; imports may not know by whom."""
    return models.CheckConstraint(condition=Q(**{f"{who}__isnull": True}) | Q(**{f"{when}__isnull": False}), name=name)


class JSONList(models.Aggregate):
    """Every value of an expression as one JSON list, in no particular order.

    For short lists that belong to a row (names of those who lead, numbers of goals): they come with the row instead of
    in a query of their own. Empty is None.
    """

    output_field = models.JSONField()

    def as_sqlite(self, compiler, connection, **extra):
        return self.as_sql(compiler, connection, function="JSON_GROUP_ARRAY", **extra)

    def as_postgresql(self, compiler, connection, **extra):
        return self.as_sql(compiler, connection, function="JSONB_AGG", **extra)


def json_list(rows, belongs_to, **fields):
    """A subquery: the ``fields`` (name → path) of those ``rows`` whose key ``belongs_to`` is the outer row."""
    rows = rows.filter(**{belongs_to: models.OuterRef("pk")}).order_by().values(belongs_to)
    return models.Subquery(rows.annotate(json_list=JSONList(JSONObject(**fields))).values("json_list"))
