"""Pages kept in the server, each for the person it was made for, until something that they show is written."""

import re
from hashlib import sha256

from django.conf import settings
from django.contrib.messages import get_messages
from django.core.cache import caches
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.utils import timezone
from django.utils.html import format_html

PLACE = b'name="csrfmiddlewaretoken" value="'
TOKEN = re.compile(PLACE + rb"\w+")


def answer_kept(request, facts, answer, *, parts=(), is_kept=True):
    """What ``answer()`` gives, or the page that this person got when it was made of the same ``facts``.

    ``facts`` is everything the page shows, as values with a stable repr; who asks and which release answers belong to
    them without being told. The forms' tokens are the request's own, and ``parts`` (name → HTML) go where the page has
    their ``place_of``: they are no part of what is kept, nor of the facts. Unless ``is_kept`` the page is drawn anew.
    """
    if settings.DEBUG or not is_kept or len(get_messages(request)):
        page = answer().content
    else:
        seen_by = settings.RELEASE, timezone.localdate(), request.user.pk, str(request.user), request.path
        page = kept("page", (seen_by, facts), lambda: TOKEN.sub(PLACE, answer().content))
        if PLACE in page:  # else nobody gets the cookie of a token
            page = page.replace(PLACE, PLACE + get_token(request).encode())
    for name in parts:
        page = page.replace(place_of(name).encode(), parts[name].encode(), 1)
    return HttpResponse(page)


def place_of(part):
    """What stands in a kept page where a part of it goes. No text of a person's is ever drawn so, unescaped."""
    return format_html("<!--{}-->", part)


def kept(kind, key, make, unless=lambda found: False):
    """What is kept under ``key``, or made anew and kept, ``unless`` that says of it that it is not worth keeping.

    ``key`` is everything that it is made of, as values with a stable repr.
    """
    name = f"{kind}:{sha256(repr(key).encode()).hexdigest()}"
    found = caches["pages"].get(name)
    if found is None:
        found = make()
        if not unless(found):
            caches["pages"].set(name, found)
    return found


def values_of(row):
    """What was read of a row, in a stable order: its fields, and what was annotated. For keys of what is kept."""
    values = {name: value for name, value in vars(row).items() if not name.startswith("_")}
    return [(name, sorted(map(repr, value)) if isinstance(value, list) else value) for name, value in values.items()]
