"""The pages of a meeting: before it, while it lasts, and after."""

from django.shortcuts import render

from governance.meeting_page import meeting_frame, meeting_of, seen_meeting


def meeting_detail(request, slug, key, meeting):
    """When and where the body meets; the agenda, who was there and what was decided to those who may read it."""
    agreement, meeting = seen_meeting(request.user, slug, key, meeting)
    context = {**meeting_frame(agreement, meeting), **meeting_of(meeting, request.user)}
    return render(request, "governance/meeting_detail.html", context)
