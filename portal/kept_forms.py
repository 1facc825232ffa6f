"""What was typed in a form whose session had ended: kept for an hour, and shown again after the log-in.

The fields, never files or passwords, lie in a row of the session table of their own; the browser's session knows where,
so no other browser finds them. They are shown to nobody but the person whose mark the form bore (lib.form_marks), on
the page they were typed on, and are stored only when that person sends them once more.
"""

from importlib import import_module
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.views import redirect_to_login
from django.core.cache import cache
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.crypto import get_random_string

from lib.form_marks import FIELD, marked_key
from portal.access import STAFF_NAMESPACES

PLACE = "_kvar"  # the query that says which of the kept forms the page is opened for
SESSION_KEY = "kept_forms"
HOUR = 3600
MOST = 10  # of one browser; the oldest goes
MOST_IN_AN_HOUR = 200  # of one person, in all browsers: nobody fills the disk without logging in
NEVER = {"csrfmiddlewaretoken", FIELD}


class KeptForm:
    """Fields that were sent without a session. ``is_shown`` says that a form on the page holds them."""

    def __init__(self, fields, had_files):
        self.data = QueryDict(mutable=True)
        for name, values in fields:
            self.data.setlist(name, values)
        self.had_files = had_files
        self.is_shown = False
        self.beside = []  # what was typed and has no place in the page's form

    @property
    def pairs(self):
        """(name, value) of every field, to be sent once more."""
        return [(name, value) for name, values in self.data.lists() for value in values]

    @property
    def texts(self):
        """What reads as typed by a person."""
        return [value for _name, value in self.pairs if is_typed(value)]


def typed_texts(request):
    """What somebody wrote in the form that was sent, to be copied."""
    values = [value for name, values in request.POST.lists() if not _is_secret(name) for value in values]
    return [value for value in values if is_typed(value)]


def is_typed(value):
    """Whether a value has words: no key, version or choice."""
    return " " in value.strip() or "\n" in value.strip()


def answer_without_session(request):
    """To the log-in, and back to what was typed; htmx hears that there is no session and leaves the page as it is."""
    if request.htmx:
        return HttpResponse(status=401)
    return redirect_to_login(keep(request) or request.get_full_path())


def answer_stale_token(request):
    """Where the form's token is from before a log-in: back to what was typed. None where it is not that person's."""
    url = keep(request)
    if url is None:
        return None
    return redirect(url) if request.user.is_authenticated else answer_without_session(request)


def keep(request):
    """Keep what was sent. Returns where it is found after the log-in, or None where it is not to be kept."""
    owner = marked_key(request) if request.method == "POST" and _is_ours(request) else None
    if owner is None or (request.user.is_authenticated and request.user.pk != owner) or not _may_keep(owner):
        return None
    fields = [(name, values) for name, values in request.POST.lists() if not _is_secret(name)]
    place = get_random_string(12)
    store = _store()
    store["kept"] = {"owner": owner, "path": request.path, "fields": fields, "had_files": bool(request.FILES)}
    store.set_expiry(HOUR)
    store.create()
    store.clear_expired()  # what was kept for others longer ago
    places = [*request.session.get(SESSION_KEY, {}).items(), (place, store.session_key)]
    for _place, key in places[:-MOST]:
        _store(key).delete()
    request.session[SESSION_KEY] = dict(places[-MOST:])
    return _with_place(request.get_full_path(), place)


def kept_form(request):
    """What was typed on the page that is opened, where it is this person's; None nearly always."""
    place = request.GET.get(PLACE)
    key = place and request.session.get(SESSION_KEY, {}).get(place)
    if not key or not request.user.is_authenticated:
        return None
    kept = _store(key).get("kept")
    if not kept or (kept["owner"], kept["path"]) != (request.user.pk, request.path):
        return None
    return KeptForm(kept["fields"], kept["had_files"])


def forget(request):
    """Drop what was kept for the page, once it is stored."""
    places = request.session.get(SESSION_KEY, {})
    key = places.pop(request.GET.get(PLACE), None)
    if key:
        _store(key).delete()
        request.session[SESSION_KEY] = places


def answer_kept_form(request, kept, status):
    """A page with what was typed, where the page itself has no form for it: to send once more, or only to copy."""
    can_send = status not in (403, 404, 410)
    context = {"kept": kept, "can_send": can_send, "action": request.get_full_path()}
    return render(request, "portal/kept_form.html", context, status=200 if can_send else status)


def _may_keep(owner):
    """Whether it is somebody with an account that is open, who has not sent too much."""
    key = f"{SESSION_KEY}:{owner}"
    count = cache.get(key, 0) + 1
    cache.set(key, count, HOUR)
    return count <= MOST_IN_AN_HOUR and get_user_model().objects.filter(pk=owner, is_active=True).exists()


def _is_ours(request):
    """Whether the form belongs to our own pages; those of accounts and of /admin/ hold passwords."""
    match = request.resolver_match
    return bool(match and match.namespace and match.namespaces[0] not in STAFF_NAMESPACES)


def _is_secret(name):
    return name in NEVER or "password" in name.lower()


def _store(key=None):
    return import_module(settings.SESSION_ENGINE).SessionStore(key)


def _with_place(url, place):
    parts = urlsplit(url)
    query = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name != PLACE]
    return parts._replace(query=urlencode([*query, (PLACE, place)])).geturl()
