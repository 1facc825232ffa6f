"""A year of an agreement: meetings, days of its rounds, assignments, reviews and the periods of its plans, by month.

The wheel and the list say the same. Everybody sees what they may read elsewhere: each row is asked for by
``visible_to``.
"""

import datetime
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from django.db.models import Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actionplans.models import Edition
from agreements.models import AgreementReview
from followup.assignments import assignments_of
from followup.models import Round
from followup.timetable import LINES
from governance.models import Meeting
from portal.wheel import INNER, angle_of, arcs_of, months_of, point, spots_of

FIRST, LAST = 1990, 2100  # years that can be asked for
MEETING, ROUND, ASSIGNMENT, REVIEW = "meeting", "round", "assignment", "review"
KINDS = {
    MEETING: gettext_lazy("Möte"),
    ROUND: gettext_lazy("Uppföljning"),
    ASSIGNMENT: gettext_lazy("Uppdrag klart senast"),
    REVIEW: gettext_lazy("Översyn"),
}


@dataclass
class Happening:
    """What happens on a day; ``number`` is its place in the year, in the wheel and in the list."""

    kind: str
    day: datetime.date
    title: str
    url: str = ""
    note: str = ""
    receivers: tuple = ()  # (name, url) of each, where several got the same assignment
    number: int = 0

    @property
    def label(self):
        return KINDS[self.kind]


@dataclass(frozen=True)
class Period:
    """Days that belong together: what a version of a plan holds for."""

    title: str
    starts_on: datetime.date
    ends_on: datetime.date
    url: str


class Year:
    """One year of one agreement, as one person may see it."""

    def __init__(self, agreement, user, year):
        self.agreement, self.user, self.year = agreement, user, year

    @cached_property
    def happenings(self):
        found = [*self._meetings(), *self._round_days(), *self._assignments(), *self._reviews()]
        found.sort(key=lambda row: (row.day, list(KINDS).index(row.kind), row.title))
        for number, row in enumerate(found, 1):
            row.number = number
        return found

    @cached_property
    def months(self):
        """(name, happenings) of each month in which something happens."""
        return [
            (capfirst(date_format(datetime.date(self.year, month, 1), "F")), list(rows))
            for month, rows in groupby(self.happenings, key=lambda row: row.day.month)
        ]

    @cached_property
    def periods(self):
        within = Q(starts_on__lte=datetime.date(self.year, 12, 31), ends_on__gte=datetime.date(self.year, 1, 1))
        editions = Edition.objects.visible_to(self.user).filter(within, plan__agreement=self.agreement)
        editions = editions.select_related("plan").order_by("starts_on", "plan", "pk")
        return [self._period(edition) for edition in editions]

    def _period(self, edition):
        args = [self.agreement.slug, edition.plan.key, edition.label]
        url = reverse("actionplans:edition_detail", args=args)
        return Period(f"{edition.plan.name} {edition.label}", edition.starts_on, edition.ends_on, url)

    def _meetings(self):
        rows = Meeting.objects.visible_to(self.user).filter(
            body__mandates__agreement=self.agreement, held_on__year=self.year
        )
        for row in rows.for_page(self.user).distinct():
            args = [self.agreement.slug, row.body.key, row.key]
            url = reverse("governance:meeting_detail", args=args) if row.is_opened else ""
            place = ", ".join(filter(None, [row.starts_at and row.starts_at.strftime("%H.%M"), row.place]))
            yield Happening(MEETING, row.held_on, row.body.name, url, place)

    def _round_days(self):
        for row in Round.objects.visible_to(self.user).filter(agreement=self.agreement).select_related("agreement"):
            for name, (label, _moment) in LINES.items():
                day = getattr(row, name)
                if day and day.year == self.year:
                    title = _("Omgång %(label)s: %(what)s") % {"label": row.label, "what": str(label).lower()}
                    yield Happening(ROUND, day, title, row.get_absolute_url())

    def _assignments(self):
        rows = assignments_of(self.agreement, self.user).filter(due_on__year=self.year)
        rows = rows.order_by("due_on", "decision", "text", "pk")
        for (day, _decision, text), group in groupby(rows, key=lambda row: (row.due_on, row.decision_id, row.text)):
            receivers = [(row.receiver.name, self._url_of(row)) for row in group]
            if len(receivers) == 1:
                yield Happening(ASSIGNMENT, day, text, receivers[0][1], receivers[0][0])
            else:
                yield Happening(ASSIGNMENT, day, text, receivers=tuple(receivers))

    def _reviews(self):
        """On the day on which each was done, else on its last day."""
        rows = AgreementReview.objects.visible_to(self.user).filter(agreement=self.agreement)
        url = reverse("agreements:review_list", args=[self.agreement.slug])
        for row in rows.annotate(day=Coalesce("done_on", "due_on")).filter(day__year=self.year):
            note = _("gjord") if row.done_on else _("senast den dagen")
            yield Happening(REVIEW, row.day, capfirst(row.get_kind_display()), url, note)

    def _url_of(self, assignment):
        return reverse("followup:assignment_detail", args=[self.agreement.slug, assignment.pk])

    # --- The wheel ----------------------------------------------------------------------------------------------------

    @property
    def spots(self):
        return spots_of(self.happenings, self.year)

    @property
    def arcs(self):
        return arcs_of(self.periods, self.year)

    @property
    def sectors(self):
        """What months_of gives, with the month's short name last."""
        names = [date_format(datetime.date(self.year, month, 1), "F")[:3] for month in range(1, 13)]
        return [(*place, name) for place, name in zip(months_of(self.year), names, strict=True)]

    @property
    def today(self):
        """(x1, y1, x2, y2) of the hand that shows today; None in another year."""
        today = timezone.localdate()
        if today.year != self.year:
            return None
        angle = angle_of(today, self.year)
        return (*point(angle, INNER), *point(angle, 152))


def year_asked(text):
    """The year that the address says; this year where it says none that can be shown."""
    is_year = len(text) == 4 and text.isascii() and text.isdigit() and FIRST <= int(text) <= LAST
    return int(text) if is_year else timezone.localdate().year
