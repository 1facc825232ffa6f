"""How views fetch what a user may see, and answer."""

from hashlib import sha256
from pathlib import PurePath

from django.conf import settings
from django.contrib.messages import get_messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.text import slugify


class Unseen(Http404):
    """Nothing there that the visitor may see: to whom it is answered, the same as nothing at all. See ``is_there``."""

    def __init__(self, queryset=None, lookup=None):
        super().__init__()
        self.queryset, self.lookup = queryset, lookup

    def is_there(self):
        """Whether somebody else may see it. For the log; never let the answer depend on it. One query."""
        if self.queryset is None:
            return False
        rows = self.queryset.model._base_manager if self.lookup else self.queryset  # which may be for a few already
        return rows.filter(**self.lookup).exists()


def get_visible(queryset, user, **lookup):
    """The one row of ``queryset`` that matches and that ``user`` may see; Unseen, which is a 404, otherwise."""
    row = queryset.visible_to(user).filter(**lookup).first()
    if row is None:
        raise Unseen(queryset, lookup)
    return row


def get_editable(queryset, user, **lookup):
    """As get_visible, but the user must also be allowed to change the row: unseen is 404, read-only is 403."""
    row = get_visible(queryset, user, **lookup)
    if not queryset.editable_by(user).filter(pk=row.pk).exists():
        raise PermissionDenied
    return row


def answer_unless_kept(request, facts, answer):
    """What ``answer()`` gives, or 304 where the browser keeps the page made of the same ``facts``.

    For public pages only: the browser may store them, also for a person who is signed in, and must ask before it shows
    them again. ``facts`` is everything the page shows, as values with a stable repr; who asks and which release answers
    belong to them without being told, and so does the day: an agreement whose last one is past says so.
    """
    if settings.DEBUG or len(get_messages(request)):
        return answer()
    seen_by = (settings.RELEASE, timezone.localdate(), request.user.pk, str(request.user), request.session.session_key)
    etag = quote_etag(sha256(repr((seen_by, facts)).encode()).hexdigest()[:32])
    response = get_conditional_response(request, etag=etag) or answer()
    response["ETag"], response["Cache-Control"] = etag, "private, no-cache"
    return response


def answer_download(file, title):
    """A stored file under a plain name made of ``title``, always as a download: nothing uploaded is shown as a page."""
    try:
        content = file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    suffix = slugify(PurePath(file.name).suffix)
    name = f"{slugify(title)[:80] or 'bilaga'}{'.' if suffix else ''}{suffix}"
    return FileResponse(content, as_attachment=True, filename=name, content_type="application/octet-stream")


def fragment_or_redirect(request, template, context, url):
    """Answer a one-click write: the changed fragment to htmx, a redirect to everybody else."""
    if request.htmx:
        return render(request, template, context)
    return redirect(url)
