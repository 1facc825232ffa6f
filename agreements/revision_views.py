"""What the parties ask to have revised, and what became of it. For those with whom the agreement is shared."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from agreements import rows
from agreements.frame import frame, visible_agreement
from agreements.models import Agreement, Document, RevisionRequest
from agreements.revising import asked_for_by, problem_of_asking
from agreements.revision_forms import RevisionCreateForm, RevisionDecideForm
from agreements.row_views import editable
from lib.forms import answer_form
from lib.web import Unseen, get_editable


def shared(request, slug):
    """The agreement, for those with whom it is shared; to others it is not there."""
    agreement = visible_agreement(request.user, slug)
    if not Agreement.objects.shared_with(request.user).filter(pk=agreement.pk).exists():
        raise Unseen(Agreement.objects.all(), {"slug": slug})
    return agreement


def shared_frame(agreement, *trail):
    """As ``frame``, with who reads the page: never everybody."""
    stance = {"state": "sent", "label": _("Delas"), "readers": _("Bara parterna och organen kan läsa.")}
    return {**frame(agreement, *trail), "stance": stance}


def revision_list(request, slug):
    """The requests, the latest first, and who may ask."""
    agreement = shared(request, slug)
    requests = RevisionRequest.objects.visible_to(request.user).filter(agreement=agreement)
    context = {
        **shared_frame(agreement, (_("Revidering"), "")),
        "requests": requests.select_related("party", "document").prefetch_related("amendments"),
        "may_ask": not problem_of_asking(agreement) and asked_for_by(request.user, agreement).exists(),
        "papers": Document.objects.readable_files(agreement, request.user),
    }
    return render(request, "agreements/revision_list.html", context)


def revision_create(request, slug):
    """Ask, on behalf of a party, that the agreement is revised."""
    agreement = shared(request, slug)
    if not asked_for_by(request.user, agreement).exists():
        raise PermissionDenied
    form = RevisionCreateForm(*rows.posted(request), agreement=agreement, user=request.user)
    listed = reverse("agreements:revision_list", args=[slug])
    context = {
        **shared_frame(agreement, (_("Revidering"), listed), (_("Begär"), "")),
        "problem": problem_of_asking(agreement),
        "back_url": listed,
    }
    return answer_form(request, form, "agreements/revision_create.html", context, url=listed)


def revision_decide(request, slug, pk):
    """Answer a request: revised or not, why, and by whom it was decided."""
    agreement = editable(request, slug)
    row = get_editable(RevisionRequest.objects.select_related("party"), request.user, agreement=agreement, pk=pk)
    row.agreement = agreement
    form = RevisionDecideForm(*rows.posted(request), instance=row, agreement=agreement, user=request.user)
    listed = reverse("agreements:revision_list", args=[slug])
    context = {**shared_frame(agreement, (_("Revidering"), listed), (_("Avgör"), "")), "row": row, "back_url": listed}
    return answer_form(request, form, "agreements/revision_decide.html", context, url=listed)
