"""Sessions in the database as Django's own, read by a question that is written once: every page begins with it."""

import datetime
from functools import cache

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils import timezone

from lib.written import Written

_NOW = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


class SessionStore(db.SessionStore):
    def _get_session_from_db(self):
        for row in _stored_session().ask(session_key=self.session_key, now=timezone.now()):
            return Session(**row)
        self._session_key = None  # as Django: an unknown or ended session gets a new key
        return None

    @classmethod
    def get_model_class(cls):
        return Session


@cache
def _stored_session():
    rows = Session.objects.filter(session_key="<key>", expire_date__gt=_NOW)
    return Written(rows.values("session_key", "session_data", "expire_date"), session_key="<key>", now=_NOW)
