"""Error pages that say what happened and what to do next."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from lib.object_storage import Away
from portal.kept_forms import answer_stale_token


def csrf_failure(request, reason=""):
    """The form was too old or sent from elsewhere. A person's own form comes back with what was typed."""
    return answer_stale_token(request) or render(request, "403_csrf.html", status=403)


def server_error(request):
    """500 with a page that needs nothing; 503 when the database, the files or the shared cache could not be reached."""
    error = sys.exc_info()[1]
    is_cache = type(error).__module__ == "redis.exceptions"  # which is there only where it is asked for
    if is_cache or isinstance(error, (OperationalError, InterfaceError, Away)):
        return HttpResponse(render_to_string("503.html"), status=503, headers={"Retry-After": "60"})
    return HttpResponse(render_to_string("500.html"), status=500)
