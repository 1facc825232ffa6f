"""Deny by default, lose no text where a session ended, and keep private pages out of shared caches."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import render
from django.urls import resolve
from django.utils.cache import add_never_cache_headers, patch_vary_headers

from lib.db import Frozen, VersionConflict
from lib.form_marks import marked_key
from portal.access import Audience, audience_of
from portal.kept_forms import PLACE, answer_kept_form, answer_without_session, forget, kept_form, typed_texts

SAFE = {"GET", "HEAD", "OPTIONS"}


def own_site(get_response):
    """Nothing of ours is drawn into another site's pages, not even a picture."""

    def middleware(request):
        response = get_response(request)
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        return response

    return middleware


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
            return answer_without_session(request)
        if audience is Audience.STAFF and not request.user.is_staff:
            raise PermissionDenied
        return None

    middleware.process_view = process_view
    return middleware


def forms_of_others(get_response):
    """Refuse a form that was opened by somebody who signed in to the same browser before; nothing is stored of it."""

    def middleware(request):
        return get_response(request)

    def process_view(request, view_func, view_args, view_kwargs):
        if request.method in SAFE or not request.user.is_authenticated:
            return None
        if marked_key(request) in (None, request.user.pk):
            return None
        return render(request, "portal/form_of_other.html", status=403)

    middleware.process_view = process_view
    return middleware


def kept_forms(get_response):
    """After the log-in: the page with what was typed when the session had ended, until it is stored."""

    def middleware(request):
        if PLACE not in request.GET:
            return get_response(request)
        kept = request.kept_form = kept_form(request) if request.method == "GET" else None
        response = get_response(request)
        if kept and not kept.is_shown and response.status_code < 500:
            return answer_kept_form(request, kept, response.status_code)
        if request.method == "POST" and response.status_code == 302:
            forget(request)
        return response

    return middleware


def conflicts(get_response):
    """Answer 409, with the text to copy, where a write outside a form met a frozen row or one saved meanwhile."""

    def middleware(request):
        return get_response(request)

    def process_exception(request, exception):
        if not isinstance(exception, Frozen | VersionConflict):
            return None
        reason = str(exception) if isinstance(exception, Frozen) else ""
        return render(request, "409.html", {"reason": reason, "texts": typed_texts(request)}, status=409)

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
