"""What the pages of a meeting read: the meeting as seen from one agreement, its agenda, and who reads it."""

from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.frame import frame, visible_agreement
from governance.assigning import to_bring_forward
from governance.attendance import present_at
from governance.models import AgendaItem, Body, Decision, Mandate, Meeting, Record
from lib.web import get_editable, get_visible

THE_RECORD = {
    Mandate.Minutes.MINUTES: gettext_lazy("protokollet"),
    Mandate.Minutes.NOTES: gettext_lazy("minnesanteckningarna"),
    "": gettext_lazy("anteckningarna"),
}


def meeting_url(agreement, meeting, view="meeting_detail"):
    """The address of a page of the meeting, seen from ``agreement``."""
    return reverse(f"governance:{view}", args=[agreement.slug, meeting.body.key, meeting.key])


def with_agreements(meetings, user):
    """The meetings, each with ``agreement``: one of its body's that ``user`` reads, under which its page stands."""
    meetings = list(meetings)
    if not meetings:
        return []
    mandates = Mandate.objects.visible_to(user).filter(body__in={meeting.body_id for meeting in meetings})
    found = {mandate.body_id: mandate.agreement for mandate in mandates.select_related("agreement").order_by("pk")}
    for meeting in meetings:
        meeting.agreement = found.get(meeting.body_id)
    return meetings


def seen_meeting(user, slug, key, meeting):
    """(agreement, meeting) where ``user`` sees that the body meets; 404 otherwise."""
    return _meeting(get_visible, user, slug, key, meeting)


def kept_meeting(user, slug, key, meeting):
    """(agreement, meeting) where ``user`` keeps the meeting: unseen is 404, seen only is 403."""
    return _meeting(get_editable, user, slug, key, meeting)


def kept_body(user, slug, key):
    """(agreement, body) where ``user`` keeps the body's meetings: unseen is 404, seen only is 403."""
    agreement = visible_agreement(user, slug)
    bodies = Body.objects.filter(mandates__agreement=agreement).select_related("county")
    body = get_visible(bodies, user, key=key)
    if not Body.objects.run_by(user).filter(pk=body.pk).exists():
        raise PermissionDenied
    return agreement, body


def _meeting(get, user, slug, key, meeting):
    agreement = visible_agreement(user, slug)
    meetings = Meeting.objects.for_page(user).filter(body__mandates__agreement=agreement)
    return agreement, get(meetings, user, body__key=key, key=meeting)


def meeting_frame(agreement, meeting, *trail):
    """The context of a page about ``meeting``; ``trail`` as in agreements.frame."""
    own = (_("Möte %(day)s") % {"day": meeting.held_on}, meeting_url(agreement, meeting) if trail else "")
    context = body_frame(agreement, meeting.body, own, *trail)
    return {
        **context,
        "meeting": meeting,
        "record_name": record_name(meeting),
        "the_record": THE_RECORD[meeting.minutes],
        "meeting_page": meeting_url(agreement, meeting),
        "stance": meeting_stance(agreement, meeting),
    }


def record_name(meeting):
    """What the minutes of the meeting are called on screen."""
    return capfirst(meeting.get_minutes_display()) if meeting.minutes else _("Anteckningar")


def body_frame(agreement, body, *trail):
    """The context of a page that stands under the page of ``body``."""
    governance = (_("Styrning"), reverse("governance:agreement_governance", args=[agreement.slug]))
    own = (body.name, reverse("governance:body_detail", args=[agreement.slug, body.key]))
    return {**frame(agreement, governance, own, *trail), "body": body}


def meeting_stance(agreement, meeting):
    """Which state the meeting is in, and who reads its agenda."""
    label = capfirst(str(meeting.state_label))
    if meeting.published_at:
        readers = _("Alla kan läsa.") if agreement.is_published else _("Parterna och organen kan läsa.")
        return {"state": "public", "label": label, "readers": readers}
    if meeting.called_at:
        return {"state": "sent", "label": label, "readers": _("Dagordningen läses av organet och parterna.")}
    return {"state": "draft", "label": label, "readers": _("Dagordningen läses bara av dem som håller i mötet.")}


def agenda_of(meeting, user):
    """The matters in order, each with its ``number`` and all that ``user``, to whom the meeting is opened, may read."""
    items = list(AgendaItem.objects.filter(meeting=meeting).for_page(user))
    for number, item in enumerate(items, 1):
        item.number = number
    return items


def one_shown(items, chosen):
    """Of the ``items`` the one ``chosen`` by its key, with those before and after it; without one, the whole list."""
    keys = [str(item.pk) for item in items]
    place = keys.index(chosen) if chosen in keys else None
    after = items[0:1] if place is None else items[place + 1 : place + 2]
    return {
        "items": items,
        "item": None if place is None else items[place],
        "number": None if place is None else place + 1,
        "previous": items[place - 1] if place else None,
        "following": after[0] if after else None,
    }


def meeting_of(meeting, user):
    """The page of a meeting: agenda, who was there, what was decided, and the minutes.

    ``can_write`` is whether ``user`` keeps the meeting and its minutes are not finished, as ``Meeting.hold_open``;
    ``left`` how many unfinished assignments such a person can put on the agenda.
    """
    if not meeting.is_opened:
        return {}
    decisions = Decision.objects.for_page(user).filter(meeting=meeting, item__isnull=True)
    record = Record.objects.visible_to(user).filter(meeting=meeting).select_related("finished_by").first()
    can_write = meeting.can_edit and not (meeting.published_at or (record and record.finished_at))
    return {
        "items": agenda_of(meeting, user),
        "came": present_at(meeting),
        "names_shown": Body.objects.shared_with(user).filter(pk=meeting.body_id).exists(),
        "loose_decisions": decisions,
        "record": record,
        "can_write": can_write,
        "left": to_bring_forward(meeting).count() if can_write else 0,
    }
