"""Sessions that tell whose they are: every page of somebody signed in begins with one question for both.

Which log-in is whose stands in the list where a person may end it (``UserSession``). The person who was read beside the
session counts only if the session itself names that person, and only while Django finds out who asks.
"""

import datetime
from contextvars import ContextVar
from functools import cache

from allauth.usersessions.models import UserSession
from django.contrib.auth import get_user
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.sessions.models import Session
from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from lib import sessions
from lib.db import JSONList
from lib.written import Written
from parties.models import Membership, User

FIELDS = [field.name for field in User._meta.concrete_fields]  # what of a person is read with every page
NEVER = datetime.date(1, 1, 1)  # the place of the day in a question that is written once

_asking = ContextVar("asking", default=None)  # the session of whom Django finds out just now


class SessionStore(sessions.SessionStore):
    person = None  # as person_beside tells

    def stored(self):
        told = {"session_key": self.session_key, "now": timezone.now(), "day": timezone.localdate()}
        for row in _session_and_person().ask(**told):
            if row["session_data"] is not None:  # else it has ended
                self.person = {name: row[f"user__{name}"] for name in FIELDS} | {"worn": row["worn"]}
                return {name: row[name] for name in ("session_key", "session_data", "expire_date")}
        return super().stored()


class SignedIn(AuthenticationMiddleware):
    """Django's own, which lets the person be found where the session was."""

    def process_request(self, request):
        super().process_request(request)
        request.user = SimpleLazyObject(lambda: _person_of(request))


def _person_of(request):
    if not hasattr(request, "_cached_user"):  # where Django keeps it too
        former = _asking.set(request.session)
        try:
            request._cached_user = get_user(request)
        finally:
            _asking.reset(former)
    return request._cached_user


def person_beside(user_id):
    """{field: value} and ``worn`` of that person, if it was read with the session of who asks just now; else None."""
    person = getattr(_asking.get(), "person", None)
    return person if person and person["id"] == user_id else None


def worn(user, day):
    """The groups of the roles that the person of an outer question has that ``day``, as a list."""
    rows = Membership.objects.active(day).filter(user=OuterRef(user)).order_by().values("user")
    return Subquery(rows.annotate(groups=JSONList("group")).values("groups"))


@cache
def _session_and_person():
    live = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=sessions.NEVER)
    rows = UserSession.objects.filter(session_key="<key>").annotate(
        session_data=Subquery(live.values("session_data")), expire_date=Subquery(live.values("expire_date")),
        worn=worn("user", NEVER),
    )  # fmt: skip
    people = [f"user__{name}" for name in FIELDS]
    return Written(
        rows.values("session_key", "session_data", "expire_date", "worn", *people),
        session_key="<key>", now=sessions.NEVER, day=NEVER,
    )  # fmt: skip
