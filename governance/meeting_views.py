"""The pages of a meeting: before it, while it lasts, and after."""

from copy import copy

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from agreements.rows import hanging_on
from governance.assigning import bring_forward
from governance.meeting_forms import AttendanceForm, MeetingForm, RemoveForm
from governance.meeting_page import (
    agenda_of,
    body_frame,
    kept_body,
    kept_meeting,
    meeting_frame,
    meeting_of,
    meeting_url,
    one_shown,
    seen_meeting,
)
from governance.models import Meeting
from governance.services import call_meeting, end_meeting, make_meeting, remove_meeting
from lib.db import Frozen
from lib.forms import answer_form
from lib.web import Unseen


def meeting_create(request, slug, key):
    """Plan a meeting; what the body has given and not ended stands on its agenda from the start."""
    agreement, body = kept_body(request.user, slug, key)
    form = MeetingForm(request.POST or None, body=body)
    context = body_frame(agreement, body, (_("Nytt möte"), ""))
    return answer_form(
        request,
        form,
        "governance/meeting_create.html",
        {**context, "back_url": reverse("governance:body_detail", args=[slug, key])},
        save=lambda: make_meeting(form=form, by=request.user),
        url=lambda meeting: meeting_url(agreement, meeting),
        done=_("Mötet är inlagt. Bara ni som håller i det läser dagordningen tills ni kallar."),
    )


def meeting_detail(request, slug, key, meeting):
    """When and where the body meets; the agenda, who was there and what was decided to those who may read it."""
    agreement, meeting = seen_meeting(request.user, slug, key, meeting)
    context = {**meeting_frame(agreement, meeting), **meeting_of(meeting, request.user)}
    return render(request, "governance/meeting_detail.html", context)


def meeting_edit(request, slug, key, meeting):
    """Change when and where, until the meeting is published."""
    agreement, meeting = kept_meeting(request.user, slug, key, meeting)
    if meeting.published_at:
        return _answer_published(request, agreement, meeting)
    context = meeting_frame(agreement, meeting, (_("Ändra"), ""))
    form = MeetingForm(request.POST or None, instance=copy(meeting))
    return answer_form(request, form, "governance/meeting_edit.html", context, url=meeting_url(agreement, meeting))


def meeting_delete(request, slug, key, meeting):
    """Remove a meeting that was never called, after asking."""
    agreement, meeting = kept_meeting(request.user, slug, key, meeting)
    form = RemoveForm(request.POST if request.method == "POST" else None)
    context = meeting_frame(agreement, meeting, (_("Ta bort"), ""))
    return answer_form(
        request,
        form,
        "governance/meeting_delete.html",
        {**context, "hanging": hanging_on(meeting, request.user)},
        save=lambda: remove_meeting(meeting=meeting, by=request.user),
        url=reverse("governance:body_detail", args=[slug, key]),
        done=_("Mötet är borttaget."),
    )


@require_POST
def meeting_call(request, slug, key, meeting):
    """Open the agenda to the body and the parties."""
    done = _("Nu läser organet och parterna dagordningen.")
    return _change(request, slug, key, meeting, call_meeting, done)


@require_POST
def meeting_bring(request, slug, key, meeting):
    """Put what the body has given and not ended on the agenda."""
    return _change(request, slug, key, meeting, bring_forward, _("Uppdragen står på dagordningen."))


def meeting_attendance(request, slug, key, meeting):
    """Note who came, seat by seat, who else was there, and whether the meeting can decide."""
    agreement, meeting = kept_meeting(request.user, slug, key, meeting)
    if meeting.published_at:
        return _answer_published(request, agreement, meeting)
    form = AttendanceForm(request.POST or None, instance=copy(meeting))
    context = meeting_frame(agreement, meeting, (_("Närvaro"), ""))
    if "alla" in request.POST:
        return render(request, "governance/meeting_attendance.html", {**context, "form": form.with_all_present()})
    return answer_form(
        request,
        form,
        "governance/meeting_attendance.html",
        context,
        url=meeting_url(agreement, meeting) + "#narvaro",
        done=_("Närvaron är sparad."),
    )


def meeting_projector(request, slug, key, meeting):
    """The agenda large and plain for the room: all of it, or one matter at a time (``?punkt=``)."""
    agreement, meeting = seen_meeting(request.user, slug, key, meeting)
    if not meeting.is_opened:
        raise Unseen(Meeting.objects.all(), {"pk": meeting.pk})
    context = meeting_frame(agreement, meeting, (_("Visa"), ""))
    shown = one_shown(agenda_of(meeting, request.user), request.GET.get("punkt", ""))
    return render(request, "governance/meeting_projector.html", {**context, **shown})


@require_POST
def meeting_end(request, slug, key, meeting):
    """The meeting is over; what is left are the minutes."""
    done = _("Mötet är avslutat. Skriv anteckningarna när du vill.")
    return _change(request, slug, key, meeting, end_meeting, done)


def meeting_publish(request, slug, key, meeting):
    """Show what becomes public, and let everybody read the meeting."""
    agreement, meeting = kept_meeting(request.user, slug, key, meeting)
    if request.method == "POST":
        done = _("Mötet är publicerat. Alla kan läsa det.")
        return _change(request, slug, key, meeting.key, lambda meeting, by: meeting.publish(by=by), done)
    context = {**meeting_frame(agreement, meeting, (_("Publicera"), "")), **meeting_of(meeting, request.user)}
    return render(request, "governance/meeting_publish.html", context)


def _answer_published(request, agreement, meeting):
    messages.error(request, _("Mötet är publicerat och ändras inte längre."))
    return redirect(meeting_url(agreement, meeting))


def _change(request, slug, key, meeting, change, done):
    """Do a one-click change of a meeting and go back to it."""
    agreement, meeting = kept_meeting(request.user, slug, key, meeting)
    try:
        change(meeting=meeting, by=request.user)
    except Frozen as frozen:
        messages.error(request, str(frozen))
    else:
        messages.success(request, done)
    return redirect(meeting_url(agreement, meeting))
