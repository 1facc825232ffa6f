"""Sessions in the database as Django's own, read by a question that is written once: every page begins with it.

A session that somebody is signed in with ends after a while without activity, and a number of hours after the log-in
whatever happens. The row's ``expire_date`` is the sooner of the two, so one that has ended is simply not found.
"""

import datetime
import time
from functools import cache

from django.conf import settings
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from lib.written import Written

NEVER = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)  # the place of the moment in a question written once
BEGAN = "began"  # when the log-in was, in seconds since 1970
NOTED_EVERY = datetime.timedelta(minutes=1)  # activity is written down no oftener; so exact is the time without
VISITORS = 60 * 60  # how long what somebody does before logging in is kept, in seconds


class SessionStore(db.SessionStore):
    ends_at = None  # when the stored session ends, as far as it was known when it was read
    by_itself = False  # whether the request was sent by a page that lies open, and says nothing of the person

    def _get_session_from_db(self):
        row = self.stored()
        if row is None:
            self._session_key = None  # as Django: an unknown or ended session gets a new key
            return None
        self.ends_at = row["expire_date"]
        return Session(**row)

    def stored(self):
        """The session's row as {field: value}, or None where it is unknown or has ended."""
        rows = _stored_session().ask(session_key=self.session_key, now=timezone.now())
        return rows[0] if rows else None

    @classmethod
    def get_model_class(cls):
        return Session

    def begin(self):
        """Count the hours from now: somebody has logged in."""
        self[BEGAN] = int(time.time())

    def get_session_cookie_age(self):
        return settings.SESSION_COOKIE_AGE if BEGAN in self else VISITORS

    def get_expiry_date(self, **kwargs):
        """When the session ends if nothing more happens; never later than the log-in allows."""
        if self.by_itself and self.ends_at:
            return self.ends_at
        ends = super().get_expiry_date(**kwargs)
        return min(ends, self.last_moment) if BEGAN in self else ends

    @property
    def last_moment(self):
        """When whoever is signed in must log in again, however active."""
        return datetime.datetime.fromtimestamp(self[BEGAN] + settings.SESSION_HOURS * 3600, datetime.UTC)

    def note_activity(self):
        """Let the session last longer, where a minute has passed since the last time; whether it was written down."""
        if self.ends_at is None or BEGAN not in self:
            return False
        ends = self.get_expiry_date()
        if ends - self.ends_at < NOTED_EVERY:
            return False
        self.ends_at = ends
        return bool(Session.objects.filter(pk=self.session_key).update(expire_date=ends))


@cache
def _stored_session():
    rows = Session.objects.filter(session_key="<key>", expire_date__gt=NEVER)
    return Written(rows.values("session_key", "session_data", "expire_date"), session_key="<key>", now=NEVER)
