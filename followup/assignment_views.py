"""What decisions gave parties and bodies to do: the list, one of them with its answer, and its end."""

from copy import copy

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from agreements.frame import frame, visible_agreement
from followup.assignment_forms import AnswerForm, EndForm
from followup.assignments import assignments_of, taken_up_in
from governance.assigning import take_up_again
from governance.meeting_page import meeting_url
from governance.models import Assignment
from lib.db import VersionConflict
from lib.forms import VersionField, answer_form
from lib.web import Unseen


def assignment_list(request, slug):
    """The agreement's assignments: what is not ended, and with ``?lage=alla`` all of them."""
    agreement = visible_agreement(request.user, slug)
    rows = list(assignments_of(agreement, request.user))
    unfinished = [row for row in rows if not row.ended_at]
    everything = request.GET.get("lage") == "alla"
    context = {
        **frame(agreement, _governance(agreement), (_("Uppdrag"), "")),
        "rows": rows if everything else unfinished,
        "everything": everything,
        "total": len(rows),
        "unfinished": len(unfinished),
        "late": sum(row.state == "late" for row in rows),
    }
    return render(request, "followup/assignment_list.html", context)


def assignment_detail(request, slug, pk):
    """One assignment: who gave it, what has been done, how it ended, and the meetings that take it up."""
    _agreement, assignment, context = _page(request, slug, pk)
    context["items"] = taken_up_in(assignment, request.user)
    return render(request, "followup/assignment_detail.html", context)


def assignment_answer(request, slug, pk):
    """Whoever got it reports what has been done, until it is ended."""
    _agreement, assignment, context = _page(request, slug, pk, _("Återrapportera"))
    if not assignment.can_answer:
        raise PermissionDenied
    form = AnswerForm(request.POST or None, instance=copy(assignment), user=request.user)
    url = reverse("followup:assignment_detail", args=[slug, pk])
    done = _("Återrapporten är sparad. Organet tar upp den i sitt nästa möte.")
    return answer_form(request, form, "followup/assignment_answer.html", context, url=url, done=done)


def assignment_end(request, slug, pk):
    """The giver says that it is done or drops it; ``?punkt=`` is the matter of a meeting to go back to."""
    agreement, assignment, context = _page(request, slug, pk, _("Avsluta"))
    if not assignment.can_edit:
        raise PermissionDenied
    form = EndForm(request.POST or None, instance=copy(assignment), user=request.user)
    item = next(
        (item for item in taken_up_in(assignment, request.user) if str(item.pk) == request.GET.get("punkt")), None
    )
    own = reverse("followup:assignment_detail", args=[slug, pk])
    context["back"] = f"{meeting_url(agreement, item.meeting)}#punkt-{item.pk}" if item else own
    return answer_form(
        request, form, "followup/assignment_end.html", context, url=context["back"], done=_("Uppdraget är avslutat.")
    )


@require_POST
def assignment_resume(request, slug, pk):
    """Take back that it was ended."""
    _agreement, assignment, _context = _page(request, slug, pk)
    if not assignment.can_edit:
        raise PermissionDenied
    try:
        take_up_again(assignment=assignment, version=VersionField().clean(request.POST.get("version")), by=request.user)
    except VersionConflict:
        messages.warning(request, _("Någon annan har ändrat uppdraget. Läs det innan du tar upp det igen."))
    else:
        messages.success(request, _("Uppdraget är öppet igen och kommer tillbaka till nästa möte."))
    return redirect("followup:assignment_detail", slug, pk)


def _governance(agreement):
    return _("Styrning"), reverse("governance:agreement_governance", args=[agreement.slug])


def _page(request, slug, pk, *trail):
    """(agreement, assignment, context) of what the person may read; 404 otherwise."""
    agreement = visible_agreement(request.user, slug)
    assignment = assignments_of(agreement, request.user).filter(pk=pk).first()
    if assignment is None:
        raise Unseen(Assignment.objects.all(), {"pk": pk})
    own = reverse("followup:assignment_detail", args=[slug, pk]) if trail else ""
    rows = (_("Uppdrag"), reverse("followup:assignment_list", args=[slug]))
    crumbs = [_governance(agreement), rows, (assignment.text[:60], own), *((text, "") for text in trail)]
    return agreement, assignment, {**frame(agreement, *crumbs), "assignment": assignment}
