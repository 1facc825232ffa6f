"""What pages ask for one person at a time: written once a day in each process, then asked of anybody.

``ask`` is a function of a module: it takes a user, and what else is told by name, and gives a queryset whose question
has nothing of the user but the key. Django would write the question anew each time, which takes longer than the
database needs to answer it. What depends on today depends on the day alone, never on the moment.
"""

import datetime
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from functools import lru_cache

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import EmptyResultSet
from django.db import connection, connections
from django.db.models import Exists
from django.db.models.expressions import RawSQL
from django.utils import timezone

from lib.written import Places, Written

NOBODY = -8_191  # holds the place of the user's key


def asked(ask, user, **told):
    """The rows of ``ask(user, **told)``, as it would give them.

    What is told is a key, or text to be or to be contained.
    """
    kinds = tuple((name, type(value)) for name, value in told.items())
    question = _question(ask, user.is_authenticated, kinds, timezone.localdate())
    return question.rows(user=user.pk, **told, **_contained(told))


def asked_together(asks, user, held=None):
    """The rows of each of the ``asks``, in the same order. One question tells which have any; only those are asked.

    ``held`` are the rights that the user has on anything at all, where they are known (``parties.rights.rights_of``):
    what nobody without others could be given is not asked. What is asked finds again what they are held on.
    """
    if not user.is_authenticated:
        return [asked(ask, user) for ask in asks]
    any_of = _any_of(tuple(asks), held, timezone.localdate())
    there = any_of.ask(user=user.pk)[0] if any_of else {}
    return [asked(ask, user) if there.get(f"any_{place}") else [] for place, ask in enumerate(asks)]


def keys_of(ask, user, *rights):
    """The keys of the rows that ``ask(user, *rights)`` gives, for a longer question: ``edition__among=keys_of(…)``.

    ``ask`` may be a manager's method, as ``Edition.objects.visible_to``: the rule stands where it stood.
    """
    question = _question(_Keys(ask, rights), user.is_authenticated, (), timezone.localdate())
    if not question.sql:
        return question.queryset.none()
    return RawSQL(question.sql, question.places.filled({"user": user.pk}))


@dataclass(frozen=True)
class _Keys:
    """Asks as ``ask`` does, and only for the keys of the rows."""

    ask: Callable
    rights: tuple

    def __call__(self, user):
        return self.ask(user, *self.rights).order_by().values("pk")


class Question:
    """A queryset's question in which stand-ins hold the places of what is told; its rows come as objects.

    As ``lib.written.Written``, for what a page needs whole: with what is joined, annotated and fetched beside.
    """

    def __init__(self, queryset, **stand_ins):
        self.queryset = queryset
        self.compiler = queryset.query.get_compiler(queryset.db)
        try:
            self.sql, values = self.compiler.as_sql()
        except EmptyResultSet:  # the public has no rows of its own
            self.sql, values = "", ()
        if any(isinstance(value, datetime.datetime) for value in values):
            raise ValueError("A question that is written once a day may not ask about the moment")
        self.places = Places(values, stand_ins)

    def rows(self, **told):
        queryset, compiler = self.queryset.all(), copy(self.compiler)
        compiler.using, compiler.connection = queryset.db, connections[queryset.db]  # of this thread
        compiler.as_sql = lambda *args, **kwargs: (self.sql, tuple(self.places.filled(told)))
        queryset.query.get_compiler = lambda *args, **kwargs: compiler
        return list(queryset)


@lru_cache(maxsize=400)
def _question(ask, is_known, kinds, day):
    told = {name: f"<{name}>" if kind is str else NOBODY - place for place, (name, kind) in enumerate(kinds, start=1)}
    rows = ask(_somebody() if is_known else AnonymousUser(), **told)
    return Question(rows, user=NOBODY, **told, **_contained(told))


def _contained(told):
    """What is sent where a text is asked whether it ``contains`` what is told."""
    like = connection.ops.prep_for_like_query
    return {f"{name} contained": f"%{like(text)}%" for name, text in told.items() if isinstance(text, str)}


@lru_cache(maxsize=100)
def _any_of(asks, held, day):
    """The question which of the ``asks`` give anything; None where none of them can."""
    rows = [ask(_somebody(held)) for ask in asks]
    any_of = {f"any_{place}": Exists(found) for place, found in enumerate(rows) if _may_hold(found)}
    person = get_user_model().objects.filter(pk=NOBODY).annotate(**any_of)
    return Written(person.values(*any_of), user=NOBODY) if any_of else None


def _may_hold(rows):
    """Whether the queryset can have rows at all: its question tells where a condition of it never holds."""
    try:
        rows.query.get_compiler(rows.db).as_sql()
    except EmptyResultSet:
        return False
    return True


def _somebody(held=None):
    """A user in whose place any other can be put; where ``held`` is told, any who holds no other rights."""
    somebody = get_user_model()(pk=NOBODY)
    somebody.held = held
    return somebody
