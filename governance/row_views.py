"""Editing who decides under an agreement: bodies, mandates, seats, responsibilities, meetings and decisions."""

from agreements import rows
from agreements.models import Agreement
from governance.forms import bodies_of
from governance.services import grant_governance_rights
from lib.swedish import clean_text
from lib.web import get_editable


def editable(request, slug):
    return get_editable(Agreement.objects.select_related("county"), request.user, slug=slug)


def row_create(request, slug, kind):
    """Add a row of a kind; ``?organ=<key>`` chooses the body beforehand."""
    agreement = editable(request, slug)
    body = bodies_of(agreement).filter(key=clean_text(request.GET.get("organ", ""))).first()
    return rows.answer_create(
        request, agreement, kind, "governance/row_create.html", grant=grant_governance_rights, initial={"body": body}
    )


def row_edit(request, slug, kind, pk):
    """Change a row."""
    agreement = editable(request, slug)
    return rows.answer_edit(request, agreement, kind, pk, "governance/row_edit.html", grant=grant_governance_rights)


def row_delete(request, slug, kind, pk):
    """Remove a row, after reading what hangs on it."""
    agreement = editable(request, slug)
    return rows.answer_delete(request, agreement, kind, pk, "governance/row_delete.html", grant=grant_governance_rights)
