"""Where a person is logged in, logging out there, and the word of warning before a log-in ends by itself."""

import datetime

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from lib.web import fragment_or_redirect
from parties.accounts import end_sessions, sessions_of
from portal.sessions import UNKNOWN_ADDRESS

WARNED_BEFORE = datetime.timedelta(minutes=2)

# What a browser's own name for itself begins with, the telling ones first: most claim to be several.
BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "Mac"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


@require_safe
def session_list(request):
    """The log-ins in force, with what each was made from, and buttons that end them."""
    rows = list(sessions_of(request.user))
    for row in rows:
        row.device = device(row.user_agent)
        row.is_here = row.session_key == request.session.session_key
        row.is_known = row.ip != UNKNOWN_ADDRESS
    context = {
        "sessions": sorted(rows, key=lambda row: not row.is_here),
        "minutes": settings.SESSION_COOKIE_AGE // 60,
        "hours": settings.SESSION_HOURS,
        "last_moment": request.session.last_moment,
        "crumbs": [(_("Mitt arbete"), reverse("portal:work")), (_("Mina inloggningar"), "")],
        "stance": {"state": "draft", "label": _("Eget"), "readers": _("Bara du ser den här sidan.")},
    }
    return render(request, "portal/session_list.html", context)


@require_POST
def session_end(request, pk):
    """End one of one's own log-ins; 404 where it has ended already."""
    here = request.session.session_key
    if not end_sessions(user=request.user, by=request.user, only=pk, keep=here):
        raise Http404
    messages.success(request, _("Du är utloggad där. Den som använder den webbläsaren måste logga in igen."))
    return redirect("portal:session_list")


@require_POST
def session_end_all(request):
    """Log out everywhere else, and with ``also_here`` from this browser too."""
    also_here = "also_here" in request.POST
    here = request.session.session_key
    count = end_sessions(user=request.user, by=request.user, keep=None if also_here else here)
    if also_here:
        logout(request)
        messages.success(request, _("Du är utloggad överallt."))
        return redirect("account_login")
    if count:
        told = ngettext("Du är utloggad från en annan plats.", "Du är utloggad från %(count)s andra platser.", count)
        messages.success(request, told % {"count": count})
    else:
        messages.info(request, _("Du var inte inloggad någon annanstans."))
    return redirect("portal:session_list")


@require_safe
def session_left(request):
    """How long the log-in lasts, with a warning where it is soon over. Asked by pages that lie open: no activity."""
    return render(request, "portal/_session_left.html", _left(request.session))


@require_POST
def session_keep(request):
    """The person is still there: as every page that is asked for, this lets the log-in last."""
    return fragment_or_redirect(
        request, "portal/_session_left.html", _left(request.session), reverse("portal:session_list")
    )


def _left(session):
    """What the warning says: when the log-in ends, and whether the person can do something about it."""
    left = session.ends_at - timezone.now()
    return {
        "seconds": max(0, int(left.total_seconds())),
        "is_soon_over": left <= WARNED_BEFORE,
        "ends_at": session.ends_at,
        "may_go_on": session.ends_at < session.last_moment,
        "hours": settings.SESSION_HOURS,
    }


def device(user_agent):
    """What a person would call the browser: "Firefox på Windows"."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), _("Okänd webbläsare"))
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "")
    return _("%(browser)s på %(system)s") % {"browser": browser, "system": system} if system else browser
