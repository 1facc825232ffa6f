"""Which pages of logging in are open: passwords may be switched off, and some roles must have a second step."""

from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern

from portal.second_step import is_missing

PASSWORD_PAGES = {
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_change_password",
}
# The administration's own pages for the same know neither throttling nor second steps.
INSTEAD = {"admin:login": "account_login", "admin:password_change": "account_change_password"}
# What somebody who lacks a second step may do: get one, leave, and read what is about the portal.
OPEN_WITHOUT = {
    "account_logout",
    "account_reauthenticate",
    "account_change_password",
    "portal:session_left",
    "portal:session_keep",
    "portal:accessibility",
    "portal:privacy",
    "portal:health",
    "portal:security_txt",
}


def login_rules(get_response):
    """After the access table: what the settings close, and who must first get a second step."""

    def middleware(request):
        return get_response(request)

    def process_view(request, view_func, view_args, view_kwargs):
        name = request.resolver_match.view_name
        request.local_passwords = settings.LOCAL_PASSWORDS
        if name in INSTEAD:
            return redirect(INSTEAD[name])
        if name in PASSWORD_PAGES and not settings.LOCAL_PASSWORDS:
            raise Http404
        request.second_step_missing = is_missing(request)
        if request.second_step_missing and not (name in OPEN_WITHOUT or name.startswith("mfa_")):
            return _to_my_login(request)
        return None

    middleware.process_view = process_view
    return middleware


def _to_my_login(request):
    """Nothing for htmx: what the page asks for by itself must not load it again and again."""
    return HttpResponse(status=204) if request.htmx else redirect("mfa_index")


def in_one_transaction(patterns):
    """The same addresses, but each view is one transaction: what allauth stores stands with its line in the log."""
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            pattern.callback = transaction.atomic(pattern.callback)
        else:
            in_one_transaction(pattern.url_patterns)
    return patterns
