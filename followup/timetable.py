"""What was to happen in a round and when it did: the small timetable on its page."""

import datetime
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from followup.schedule import week_of

# field → what the line is called, and whose moment tells that it is done
LINES = {
    "opens_on": (_("Öppnar"), "opened"),
    "due_on": (_("Sista svarsdag"), ""),
    "review_on": (_("Granskad senast"), "review_started"),
    "prepare_on": (_("Bereds"), ""),
    "close_on": (_("Stängs"), "closed"),
    "publish_on": (_("Publiceras"), "published"),
}
DONE = {
    "opened": _("Öppnad"),
    "review_started": _("Granskningen började"),
    "closed": _("Stängd"),
    "published": _("Publicerad"),
}


@dataclass(frozen=True)
class Line:
    """One step of a round: the day it is planned for, and what has been done, when and by whom."""

    label: str
    day: datetime.date | None
    done: str = ""
    at: datetime.datetime | None = None
    by: str = ""

    @property
    def week(self):
        return week_of(self.day) if self.day else ""

    @property
    def days_left(self):
        """Days until the day; None where there is no day."""
        return (self.day - timezone.localdate()).days if self.day else None


def timetable_of(round, meeting, *, is_told_who):
    """The Lines of ``round``, in order of their days; ``meeting`` is {body, held_on} as facts keep it, or None.

    Who did what is for those who work with the agreement; the public reads when.
    """
    lines = [_line(round, name, label, moment, is_told_who) for name, (label, moment) in LINES.items()]
    if meeting:
        lines.insert(-1, Line(meeting["body"], datetime.date.fromisoformat(meeting["held_on"])))
    return [line for line in lines if line.day or line.at]


def _line(round, name, label, moment, is_told_who):
    at = getattr(round, f"{moment}_at") if moment else None
    by = getattr(round, f"{moment}_by") if at and is_told_who else None
    return Line(label, getattr(round, name), DONE[moment] if at else "", at, by.name if by else "")
