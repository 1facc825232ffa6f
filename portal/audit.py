"""What leaves a line in the log of itself: refused access, files that are fetched, and who logs in and out."""

from urllib.parse import unquote

from allauth.account.signals import user_logged_in
from django.contrib.auth.signals import user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import Http404
from django.utils.translation import gettext as _

from agreements.models import Agreement
from followup.models import Report
from lib.web import Unseen
from parties.audit import log
from parties.hats import words, worn
from parties.models import AuditEvent, Party, User
from parties.rights import hats_of, hats_on

Kind = AuditEvent.Kind
DATA = {"followup:indicator_data", "followup:round_data"}  # files also where programs read them as they come


def audit_trail(get_response):
    """Log what signed-in persons are refused and which files they fetch.

    Whoever is not signed in has no role to be refused in and fetches only what is public: the web server's own log
    tells of that. A page that is not there is logged as well as one that is hidden, so that nobody can tell by the
    time it takes which it was.
    """

    def middleware(request):
        response = get_response(request)
        match = request.resolver_match
        if match is None or not request.user.is_authenticated:
            return response
        if response.status_code in (403, 404):
            _log_refusal(request, match, response.status_code)
        elif response.status_code == 200 and is_file(match, response):
            _log_file(request, match, response)
        return response

    def process_exception(request, exception):
        if isinstance(exception, Http404):
            request.unseen = exception

    middleware.process_exception = process_exception
    return middleware


def is_file(match, response):
    """Whether the answer is something to keep and not a page or a part of one."""
    return "Content-Disposition" in response or match.view_name in DATA


def _log_refusal(request, match, status):
    """A 404 says whether something stands there, for whoever reads the log."""
    unseen = getattr(request, "unseen", None)
    hidden = isinstance(unseen, Unseen) and unseen.is_there()
    reason = _("Får inte göras i den rollen.") if status == 403 else _("Finns inte.")
    if hidden:
        reason = _("Finns, men visas inte för personen.")
    log(
        Kind.REFUSED,
        about=f"{request.method} {address(request, match)}",
        reason=reason,
        **_circumstances(request, match),
    )


def _log_file(request, match, response):
    log(Kind.EXPORTED, about=_file_name(response) + address(request, match), **_circumstances(request, match))


def _file_name(response):
    given = response.get("Content-Disposition", "").partition("filename")[2]
    name = unquote(given.lstrip('*=" ').rstrip('"').removeprefix("utf-8''"))
    return f"{name}, " if name else ""


def address(request, match):
    """The path that was asked for; never the query, nor a part that opens something: told, a secret is none."""
    if not match.namespaces:  # pages about the account, whose addresses carry keys
        return match.view_name
    secret = match.kwargs.get("secret")
    return request.path.replace(secret, "…") if secret else request.path


def _circumstances(request, match):
    """Who asks, in which hat, and which agreement and party it is about."""
    slug, party = match.kwargs.get("slug", ""), party_of(match)
    hats = hats_on(request.user, Agreement, slug) if slug else hats_of(request.user)
    hat = words(worn(hats, party and party.pk))
    return {"by": request.user, "request": request, "hat": hat, "agreement": slug, "party": party}


def party_of(match):
    """The party that an address is about: named in it, or the one whose report it is. None where there is none."""
    kwargs, parties = match.kwargs, Party.objects.all()
    if match.route.startswith("parter/"):
        return parties.filter(key=kwargs.get("key")).first()
    if "/rapport/" in match.route and "slug" in kwargs:
        reports = Report.objects.filter(pk=kwargs["pk"], round__agreement__slug=kwargs["slug"])
        return parties.filter(pk__in=reports.values("party")).first()
    return parties.filter(key=kwargs["party"]).first() if "party" in kwargs else None


@receiver(user_logged_in)
def _logged_in(request, user, **sent):
    log(Kind.LOGIN, by=user, person=user, request=request)


@receiver(user_logged_out)
def _logged_out(request, user, **sent):
    if user is not None:
        log(Kind.LOGOUT, by=user, person=user, request=request)


@receiver(user_login_failed)
def _failed(credentials, request=None, **sent):
    """Whose account it was, where there is one; never what was typed, which may be a password in the wrong place."""
    typed = str(credentials.get("email") or credentials.get("username") or "").strip().lower()
    person = User.objects.filter(email=typed).first()
    about = "" if person else _("Adressen har inget konto.")
    log(Kind.LOGIN_FAILED, person=person, request=request, about=about)
