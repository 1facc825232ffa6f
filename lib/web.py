"""How views fetch what a user may see, and answer."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render


def get_visible(queryset, user, **lookup):
    """The one row of ``queryset`` that matches and that ``user`` may see; 404 otherwise."""
    row = queryset.visible_to(user).filter(**lookup).first()
    if row is None:
        raise Http404
    return row


def get_listed(rows, **attributes):
    """The one among ``rows``, fetched as those the user may see, that has these attributes; 404 otherwise."""
    for row in rows:
        if all(getattr(row, name) == value for name, value in attributes.items()):
            return row
    raise Http404


def get_editable(queryset, user, **lookup):
    """As get_visible, but the user must also be allowed to change the row: unseen is 404, read-only is 403."""
    row = get_visible(queryset, user, **lookup)
    if not queryset.editable_by(user).filter(pk=row.pk).exists():
        raise PermissionDenied
    return row


def fragment_or_redirect(request, template, context, url):
    """Answer a one-click write: the changed fragment to htmx, a redirect to everybody else."""
    if request.htmx:
        return render(request, template, context)
    return redirect(url)
