"""Reviews of an agreement in force: which are due, what one leads to, and which comes next."""

import datetime

from django.db import transaction
from django.utils import timezone

from agreements import lifecycle
from agreements.models import Agreement, AgreementReview, LifeEvent

NOTICE = datetime.timedelta(days=30)


def due_for(user):
    """The reviews not done, of agreements that ``user`` coordinates and that hold, from a month before their day."""
    mine = Agreement.objects.editable_by(user).filter(status__in=lifecycle.STANDING)
    rows = AgreementReview.objects.filter(agreement__in=mine.values("pk"), done_on__isnull=True)
    return rows.filter(due_on__lte=timezone.localdate() + NOTICE).select_related("agreement__county")


def proposed_day(agreement, *, after=None):
    """The day on which the next review is proposed to be due: a year after ``after``, else after the last one known."""
    if after is None:
        rows = AgreementReview.objects.filter(agreement=agreement)
        days = [day for pair in rows.values_list("due_on", "done_on") for day in pair if day]
        after = max(days, default=timezone.localdate())
    return a_year_after(after)


def a_year_after(day):
    """The same day next year; the last of February after a leap day."""
    return day.replace(year=day.year + 1, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year + 1)


@transaction.atomic
def note_review(review, *, by, next_on=None):
    """Tell the agreement's life that ``review`` is done, and store the one that comes next; answers with it or None."""
    lifecycle.note(
        LifeEvent.Kind.REVIEWED,
        agreement=review.agreement,
        by=by,
        when=review.done_on,
        text=f"{review.get_kind_display()}: {review.get_outcome_display()}".capitalize(),
        **{
            name: getattr(review, name)
            for name in ("decided_by", "decided_on", "decision_paragraph", "registry_number", "document")
        },
    )
    if next_on is None:
        return None
    return AgreementReview.objects.create(
        agreement=review.agreement,
        kind=review.kind,
        due_on=next_on,
        responsible=review.responsible,
        order=min(review.order + 1, 32767),
    )
