"""The matters of an agenda: added, changed, moved and taken off by those who keep the meeting."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from followup.agenda import delete_item, move_item
from followup.agenda_forms import ItemForm
from followup.obstacles import matter_of
from governance.meeting_page import kept_meeting, meeting_frame, meeting_url
from governance.models import AgendaItem
from lib.db import Frozen, VersionConflict
from lib.forms import VersionField, answer_form
from lib.web import get_visible


def item_create(request, slug, key, meeting):
    """Add a matter; ``?om=round-7`` has its subject chosen beforehand, ``?hinder=3`` has it tell of an obstacle."""
    agreement, meeting = kept_meeting(request.user, slug, key, meeting)
    initial = {"about": request.GET.getlist("om"), **matter_of(request.GET.get("hinder"), agreement, request.user)}
    form = ItemForm(request.POST or None, initial=initial, meeting=meeting, user=request.user, seen_from=agreement)
    context = meeting_frame(agreement, meeting, (_("Ny punkt"), ""))
    return _answer_item(request, form, agreement, meeting, {**context, "heading": _("Ny punkt på dagordningen")})


def item_edit(request, slug, key, meeting, pk):
    """Change a matter, and write down what was said about it."""
    agreement, meeting, item = kept_item(request, slug, key, meeting, pk)
    form = ItemForm(request.POST or None, instance=item, meeting=meeting, user=request.user, seen_from=agreement)
    context = meeting_frame(agreement, meeting, (item.title, ""))
    return _answer_item(request, form, agreement, meeting, {**context, "item": item, "heading": _("Ändra punkten")})


def _answer_item(request, form, agreement, meeting, context):
    done = _("Punkten är sparad.") if meeting.called_at else _("Punkten är sparad. Den läses av andra när ni kallar.")
    url = meeting_url(agreement, meeting)
    return answer_form(
        request, form, "followup/item_edit.html", context, url=lambda item: f"{url}#punkt-{item.pk}", done=done
    )


def item_delete(request, slug, key, meeting, pk):
    """Ask, and take a matter off the agenda."""
    agreement, meeting, item = kept_item(request, slug, key, meeting, pk)
    context = {**meeting_frame(agreement, meeting, (item.title, "")), "item": item}
    if request.method != "POST":
        return render(request, "followup/item_delete.html", context)
    try:
        delete_item(item=item, version=VersionField().clean(request.POST.get("version")), by=request.user)
    except VersionConflict:
        messages.warning(request, _("Någon annan har ändrat punkten. Läs den innan du tar bort den."))
        return redirect(f"{meeting_url(agreement, meeting)}#punkt-{item.pk}")
    except Frozen as frozen:
        messages.warning(request, str(frozen))
    else:
        messages.success(request, _("Punkten är borttagen från dagordningen."))
    return redirect(f"{meeting_url(agreement, meeting)}#agenda")


@require_POST
def item_move(request, slug, key, meeting, pk):
    """Move a matter one step up or down."""
    agreement, meeting, item = kept_item(request, slug, key, meeting, pk)
    try:
        move_item(item=item, up=request.POST.get("till") == "upp", by=request.user)
    except Frozen as frozen:
        messages.warning(request, str(frozen))
    return redirect(f"{meeting_url(agreement, meeting)}#punkt-{item.pk}")


def kept_item(request, slug, key, meeting, pk):
    """(agreement, meeting, item) of a meeting that the person keeps; unseen is 404, seen only is 403."""
    agreement, meeting = kept_meeting(request.user, slug, key, meeting)
    return (
        agreement,
        meeting,
        get_visible(AgendaItem.objects.for_page(request.user), request.user, meeting=meeting, pk=pk),
    )
