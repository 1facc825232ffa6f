"""How long a log-in lasts, and when it gets a new key.

A session lasts as long as its person is active, up to a number of hours (``lib.sessions``). What a page that lies open
asks for by itself is no activity. The key is changed at log-in, and at the first page after the person's roles have
changed, so that a key that somebody else may have come by in the former role opens nothing in the new one.
"""

from allauth.account.signals import password_changed, password_reset, password_set
from allauth.account.signals import user_logged_in as logged_in_by_form
from allauth.usersessions.models import UserSession
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import gettext as _

from lib.sessions import BEGAN
from parties.accounts import end_sessions, sweep_sessions
from parties.audit import client_address
from parties.backends import MembershipBackend

ROLES = "roles"  # the roles of today, as the session knows them
UNKNOWN_ADDRESS = "::"

# What pages that lie open ask for: who else is here, the figure in the menu, how long the log-in lasts.
BY_ITSELF = {
    "actionplans:edition_checks",
    "actionplans:edition_presence",
    "followup:party_presence",
    "portal:session_left",
    "portal:work_badge",
}


def session_limits(get_response):
    """Note activity, end sessions that belong to nobody, and change the key of whose roles have changed."""

    def middleware(request):
        return get_response(request)

    def process_view(request, view_func, view_args, view_kwargs):
        session = request.session
        if request.user.is_authenticated and BEGAN in session:
            session.by_itself = request.resolver_match.view_name in BY_ITSELF
            if not session.by_itself:
                _note_activity(request)
        elif SESSION_KEY in session:  # of a closed account, which opened again would revive it; or of unknown age
            session.flush()
            request.user = AnonymousUser()

    middleware.process_view = process_view
    return middleware


def _note_activity(request):
    session = request.session
    if session.note_activity():
        UserSession.objects.filter(session_key=session.session_key).update(last_seen_at=timezone.now())
    is_page = request.method == "GET" and not request.htmx
    if is_page and session.get(ROLES) != request.user.roles_stamp:
        change_key(request)
        session[ROLES] = request.user.roles_stamp


def change_key(request):
    """Give the session a new key, under which the person's list of log-ins knows it too."""
    former = request.session.session_key
    request.session.cycle_key()
    UserSession.objects.filter(session_key=former).update(session_key=request.session.session_key)


@receiver(user_logged_in)
def _begin(request, user, **sent):
    """However somebody logs in, the hours are counted and the log-in stands in the list, where it can be ended."""
    if request.session.session_key is None:  # somebody else's was thrown away
        request.session.create()
    elif BEGAN in request.session:  # logged in again within a session
        change_key(request)
    request.session.begin()
    person = MembershipBackend().get_user(user.pk)
    request.session[ROLES] = person.roles_stamp if person else ""
    known = {
        "user": user,
        "ip": client_address(request) or UNKNOWN_ADDRESS,
        "user_agent": request.META.get("HTTP_USER_AGENT", "")[: UserSession._meta.get_field("user_agent").max_length],
    }
    UserSession.objects.update_or_create(session_key=request.session.session_key, defaults=known)


@receiver(user_logged_out)
def _end(request, **sent):
    UserSession.objects.filter(session_key=request.session.session_key).delete()


@receiver(logged_in_by_form)
def _sweep(**sent):
    """There is no nightly job: whoever logs in sweeps up after those who left."""
    sweep_sessions()


@receiver([password_changed, password_set, password_reset])
def _end_others(request, user, **sent):
    """A new password ends what was begun with the old one, on whatever device that was."""
    own = request.session.session_key if request.user == user else None
    end_sessions(user=user, by=user, keep=own, reason=_("Nytt lösenord"))
    sweep_sessions()  # the own session has a new key by now
