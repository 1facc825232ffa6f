"""Reading from a copy of the database: the public pages, by visitors, where DATABASE_REPLICA_URL names one.

Whoever has a session reads from the primary, and so do those who open something by a secret: a role that ended must
give nothing on the next request, and a copy may be seconds behind. So people always read what they have just written; a
visitor without a session carries a mark for as long as a copy that is read may be behind (docs/deploy.md).
"""

import time
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings
from django.db import Error, connections

from portal.access import Audience, audience_of
from portal.middleware import SAFE

PRIMARY, REPLICA = "default", "replica"
LOOK_EVERY, REST = 1, 5  # seconds between two looks at the copy; and until one that failed is looked at again
MARK = "wrote"  # the cookie of a visitor who has just written something
# Whether it is a copy, and has all that was written before this point, or else something of the last few seconds.
KEEPS_UP = """
SELECT pg_is_in_recovery() AND (pg_last_wal_replay_lsn() >= %s::pg_lsn
       OR coalesce(extract(epoch FROM now() - pg_last_xact_replay_timestamp()) <= %s, FALSE))
"""

_reads_from = ContextVar("reads_from", default=PRIMARY)


class Router:
    """Reads go where the request may read; writes, and whatever is locked to be written, to the primary."""

    def db_for_read(self, model, **hints):
        return _reads_from.get()

    def db_for_write(self, model, **hints):
        return PRIMARY

    def allow_relation(self, obj1, obj2, **hints):
        return True  # the copy's rows are the primary's

    def allow_migrate(self, db, app_label, **hints):
        return db == PRIMARY


@contextmanager
def reading_from(alias):
    """Within, queries that only read go to that database."""
    former = _reads_from.set(alias)
    try:
        yield
    finally:
        _reads_from.reset(former)


def public_reads(get_response):
    """Let public pages be read from the copy while it keeps up; where it fails the page is drawn from the primary."""

    def middleware(request):
        with reading_from(PRIMARY):
            response = get_response(request)
        if request.method not in SAFE and not request.user.is_authenticated:
            _mark(response)
        return response

    def process_view(request, view_func, view_args, view_kwargs):
        if may_read_copy(request) and watch.is_fit():
            _reads_from.set(REPLICA)

    def process_exception(request, exception):
        if _reads_from.get() == PRIMARY or not isinstance(exception, Error):
            return None
        watch.rest()
        _reads_from.set(PRIMARY)
        match = request.resolver_match
        return match.func(request, *match.args, **match.kwargs)

    middleware.process_view = process_view
    middleware.process_exception = process_exception
    return middleware


def may_read_copy(request):
    """Whether it is a visitor, without session or fresh writing, who reads a public page that no secret opens."""
    if request.method not in SAFE or not request.COOKIES.keys().isdisjoint((settings.SESSION_COOKIE_NAME, MARK)):
        return False
    match = request.resolver_match
    is_ours = bool(match.namespaces)  # pages about the account are not
    return is_ours and "secret" not in match.kwargs and audience_of(match) is Audience.ANYONE


def _mark(response):
    """Until every copy that is read has it, what the visitor wrote is read where it was written."""
    seconds = settings.REPLICA_MAX_LAG + LOOK_EVERY + 2  # browsers count whole seconds, each by its own clock
    secure = settings.SESSION_COOKIE_SECURE
    response.set_cookie(MARK, "1", max_age=seconds, secure=secure, httponly=True, samesite="Lax")


class Watch:
    """Whether the copy answers and keeps up, looked at once in a while by each process."""

    def __init__(self):
        self.fit, self.next_look = False, 0.0

    def is_fit(self):
        if time.monotonic() >= self.next_look:
            self.next_look = time.monotonic() + LOOK_EVERY  # other threads go by what is known meanwhile
            try:
                self._look()
            except Error:
                self.rest()
        return self.fit

    def rest(self):
        """Leave the copy alone for a while: a host that is away costs each who asks for it seconds."""
        self.fit, self.next_look = False, time.monotonic() + REST

    def _look(self):
        """The primary is asked first how far it has come: a copy that has lost touch knows nothing of being behind."""
        try:
            end = _one(PRIMARY, "SELECT pg_current_wal_lsn()")
        except Error:  # nothing new is written meanwhile, and a copy that answers is better than no page
            self.fit, self.next_look = _one(REPLICA, "SELECT pg_is_in_recovery()"), time.monotonic() + REST
        else:
            self.fit = _one(REPLICA, KEEPS_UP, [end, settings.REPLICA_MAX_LAG])


watch = Watch()


def _one(alias, query, values=()):
    with connections[alias].cursor() as cursor:
        cursor.execute(query, values)
        return cursor.fetchone()[0]
