"""The first draft of a meeting's minutes, from its agenda, attendance and decisions."""

from django.utils.translation import gettext as _

from governance.attendance import present_at
from governance.meeting_page import agenda_of


def text_of(meeting, user):
    """The draft as plain text, for those who keep the meeting."""
    day = _("%(body)s, %(day)s") % {"body": meeting.body.name, "day": meeting.held_on}
    heading = ", ".join(word for word in (day, meeting.place) if word)
    parts = [heading, *_attendance(present_at(meeting))]
    parts += [_item(number, item) for number, item in enumerate(agenda_of(meeting, user), 1)]
    return "\n\n".join(parts) + "\n"


def _attendance(came):
    lists = [
        (_("Närvarande"), [_place(place) for place in came.present] + [_replaced(place) for place in came.replaced]),
        (_("Övriga närvarande"), came.guests),
        (_("Frånvarande"), [_place(place) for place in came.absent]),
    ]
    return ["\n".join([label, *names]) for label, names in lists if names]


def _place(place):
    return ", ".join(word for word in (place.name, place.title) if word)


def _replaced(place):
    by = place.replaced_by or _("ersättare")
    return _("%(by)s, för %(seat)s") % {"by": by, "seat": place.title}


def _item(number, item):
    lines = [f"{number}. {item.title}", item.notes, *map(_decision, item.decisions.all())]
    return "\n".join(line for line in lines if line)


def _decision(decision):
    head = _("Beslut %(paragraph)s: %(title)s") % {"paragraph": decision.paragraph, "title": decision.title}
    assignments = [
        _("Uppdrag till %(receiver)s: %(text)s") % {"receiver": assignment.receiver, "text": assignment.text}
        for assignment in decision.assignments.all()
    ]
    return "\n".join([" ".join(head.split()).replace(" :", ":"), *filter(None, [decision.text]), *assignments])
