"""The minutes of a meeting: written or uploaded, finished, fetched."""

from copy import copy
from pathlib import PurePath

from django.contrib import messages
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from governance.meeting_forms import FinishForm, RecordForm
from governance.meeting_page import kept_meeting, meeting_frame, meeting_url, record_name, seen_meeting
from governance.minutes_text import text_of
from governance.models import Record
from governance.services import finish_record
from lib.forms import answer_form
from lib.web import answer_download, get_visible


def record_edit(request, slug, key, meeting):
    """Write the minutes, or keep them as a file. New ones begin from the agenda and what was noted and decided."""
    agreement, meeting = kept_meeting(request.user, slug, key, meeting)
    record = Record.objects.filter(meeting=meeting).first()
    if record and record.finished_at:
        messages.error(request, str(Record.frozen_message))
        return redirect(meeting_url(agreement, meeting))
    posted = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    scope = {"instance": copy(record)} if record else {"initial": {"text": text_of(meeting, request.user)}}
    form = RecordForm(*posted, meeting=meeting, **scope)
    context = meeting_frame(agreement, meeting, (record_name(meeting), ""))
    return answer_form(
        request,
        form,
        "governance/record_edit.html",
        {**context, "record": record},
        url=meeting_url(agreement, meeting) + "#anteckningar",
    )


def record_finish(request, slug, key, meeting):
    """Freeze the minutes after reading what that means, and what is missing."""
    agreement, meeting = kept_meeting(request.user, slug, key, meeting)
    record = get_visible(Record.objects.select_related("meeting"), request.user, meeting=meeting)
    form = FinishForm(request.POST if request.method == "POST" else None)
    context = meeting_frame(agreement, meeting, (_("Färdigställ"), ""))
    return answer_form(
        request,
        form,
        "governance/record_finish.html",
        {**context, "record": record},
        save=lambda: finish_record(record=copy(record), version=form.cleaned_data["version"], by=request.user),
        url=meeting_url(agreement, meeting) + "#anteckningar",
        done=_("Anteckningarna är färdigställda och läses av dem som läser dagordningen."),
    )


@require_safe
def record_download(request, slug, key, meeting):
    """The file of the minutes, always as a download."""
    agreement, meeting = seen_meeting(request.user, slug, key, meeting)
    record = get_visible(Record.objects.exclude(file=""), request.user, meeting=meeting)
    return answer_download(record.file, PurePath(record.file_name).stem or f"{record_name(meeting)} {meeting.held_on}")
