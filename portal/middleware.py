"""Deny by default, and keep private pages out of shared caches."""

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import resolve
from django.utils.cache import add_never_cache_headers, patch_vary_headers

from lib.db import Frozen, VersionConflict
from portal.access import Audience, audience_of


def access_control(get_response):
    """Look the URL name up in the access table before the view runs; unknown names are refused."""

    def middleware(request):
        return get_response(request)

    def process_view(request, view_func, view_args, view_kwargs):
        if "\0" in request.path:
            raise Http404  # nothing is called so, and PostgreSQL cannot even be asked about it
        audience = audience_of(request.resolver_match or resolve(request.path_info))
        if audience in (None, Audience.NOBODY):
            raise PermissionDenied
        if audience is Audience.ANYONE:
            return None
        if not request.user.is_authenticated:
            return _to_login(request)
        if audience is Audience.STAFF and not request.user.is_staff:
            raise PermissionDenied
        return None

    middleware.process_view = process_view
    return middleware


def _to_login(request):
    """A full login page also for htmx, which would otherwise put it inside the row it was filling."""
    if not request.htmx:
        return redirect_to_login(request.get_full_path())
    response = HttpResponse(status=204)
    response["HX-Refresh"] = "true"
    return response


def conflicts(get_response):
    """Answer 409 where a write outside a form met a frozen row, or one that somebody saved meanwhile."""

    def middleware(request):
        return get_response(request)

    def process_exception(request, exception):
        if not isinstance(exception, Frozen | VersionConflict):
            return None
        reason = str(exception) if isinstance(exception, Frozen) else ""
        return render(request, "409.html", {"reason": reason}, status=409)

    middleware.process_exception = process_exception
    return middleware


def private_pages(get_response):
    """What a signed-in person reads is stored by no cache; fragments and pages are never mixed up.

    A public page that says itself how the person's own browser may keep it is let be (``lib.web.answer_unless_kept``).
    """

    def middleware(request):
        response = get_response(request)
        patch_vary_headers(response, ["HX-Request"])
        if request.user.is_authenticated and "private" not in response.get("Cache-Control", ""):
            add_never_cache_headers(response)
            response["Cache-Control"] = "no-store, private"
        return response

    return middleware
