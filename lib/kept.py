"""Pages kept whole in the server, each for the person it was made for, until something that they show is written."""

import re
from hashlib import sha256

from django.conf import settings
from django.contrib.messages import get_messages
from django.core.cache import caches
from django.http import HttpResponse
from django.middleware.csrf import get_token

PLACE = b'name="csrfmiddlewaretoken" value="'
TOKEN = re.compile(PLACE + rb"\w+")


def answer_kept(request, facts, answer, *, worth_keeping=lambda: True):
    """What ``answer()`` gives, or the page that this person got when it was made of the same ``facts``.

    ``facts`` is everything the page shows, as values with a stable repr; who asks and which release answers belong to
    them without being told. The forms' tokens are the request's own. ``worth_keeping`` is asked when the page is made.
    """
    if settings.DEBUG or len(get_messages(request)):
        return answer()
    seen_by = settings.RELEASE, request.user.pk, str(request.user), request.path
    key = f"page:{sha256(repr((seen_by, facts)).encode()).hexdigest()}"
    page = caches["pages"].get(key)
    if page is None:
        response = answer()
        if worth_keeping():
            caches["pages"].set(key, TOKEN.sub(PLACE, response.content))
        return response
    return HttpResponse(page.replace(PLACE, PLACE + get_token(request).encode()))
