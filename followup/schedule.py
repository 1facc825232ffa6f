"""A round's period and days: the period follows from the agreement's cadence, the days are counted from the meeting."""

import datetime

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from agreements.models import FollowUpRule
from agreements.models.process import Cadence
from followup.models import Round
from followup.next_edition import MONTHS, add_months, free_label, label_after
from governance.models import Mandate, Meeting

# How many weeks after the council's meeting each of the round's days is; before it is negative.
WEEKS = {"opens_on": -12, "due_on": -7, "review_on": -6, "prepare_on": -4, "close_on": -2, "publish_on": 2}
AFTER_THE_MEETING = {"publish_on"}


def days_from(meeting_day):
    """The round's days by field, counted from the day of the meeting; none where the calendar ends."""
    try:
        return {name: meeting_day + datetime.timedelta(weeks=weeks) for name, weeks in WEEKS.items()}
    except OverflowError:
        return {}


def week_of(day):
    """The week of a day as it is said: ``v. 26``."""
    return f"v. {day.isocalendar().week}"


def order_problems(days, meeting_day=None):
    """What is wrong with the order of the days: field → Swedish sentence. Days that are not set are passed over."""
    problems, before = {}, None
    for name in WEEKS:
        day = days.get(name)
        if day is None:
            continue
        if before and day < days[before]:
            problems[name] = _("%(later)s %(day)s är före %(earlier)s %(limit)s. Välj samma dag eller en senare.") % {
                "later": capfirst(name_of(name)),
                "day": day,
                "earlier": name_of(before),
                "limit": days[before],
            }
        elif name in AFTER_THE_MEETING and meeting_day and day < meeting_day:
            problems[name] = _("Rådet möts %(day)s. Publicera samma dag eller senare.") % {"day": meeting_day}
        before = name
    return problems


def name_of(day):
    """What a day of the round is called, in the middle of a sentence."""
    return str(Round._meta.get_field(day).verbose_name)


def cadence_of(agreement):
    """How often the agreement is followed up; twice a year where it does not say."""
    said = FollowUpRule.objects.filter(agreement=agreement).exclude(frequency="")
    return said.values_list("frequency", flat=True).first() or Cadence.SEMIANNUAL


def next_period(agreement, today):
    """(label, first day, last day) of the round after the agreement's last; the first follows up the current period."""
    cadence = cadence_of(agreement)
    rounds = list(Round.objects.filter(agreement=agreement).order_by("period_ends_on", "pk"))
    last = rounds[-1] if rounds else None
    months = MONTHS[cadence]
    first_day = last.period_ends_on + datetime.timedelta(days=1) if last else _period_with(today, months)
    last_day = add_months(first_day, months) - datetime.timedelta(days=1)
    label = label_after(last, first_day, last_day, cadence)
    return free_label(label, {round.label for round in rounds}), first_day, last_day


def _period_with(today, months):
    """The first day of the period, of so many months counted from January, that holds ``today``."""
    return datetime.date(today.year, (today.month - 1) // months * months + 1, 1)


def meetings_of(agreement):
    """The meetings of the agreement's bodies, the latest first."""
    bodies = Mandate.objects.filter(agreement=agreement).values("body")
    return Meeting.objects.filter(body__in=bodies).select_related("body").order_by("-held_on", "pk")


def next_meeting(agreement, today, first_day):
    """The first meeting to come, within the period or after it, that no round is counted from; None without one."""
    coming = meetings_of(agreement).filter(held_on__gte=max(today, first_day), rounds=None)
    return coming.order_by("held_on", "pk").first()


def proposal_for(agreement, today):
    """What a new round could be: field → value, as a form's initial."""
    label, first_day, last_day = next_period(agreement, today)
    meeting = next_meeting(agreement, today, first_day)
    last = Round.objects.filter(agreement=agreement).order_by("-period_starts_on", "-pk").first()
    return {
        "label": label,
        "period_starts_on": first_day,
        "period_ends_on": last_day,
        "asks": last.asks if last else Round.Asks.RESPONSIBLE,
        "meeting": meeting and meeting.pk,
        **(days_from(meeting.held_on) if meeting else {}),
    }
