"""A person's calendar: last days to answer, meetings, assignments, and for coordinators the days of their
rounds and reviews.

A calendar program fetches it without login, by an address that holds a secret. What it gets is what the person may see
at that moment: rights are asked anew each time, and a closed account or a renewed key opens nothing.
"""

import datetime
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib import messages
from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from icalendar import Calendar, Event

from agreements.consulting import waiting_for as consultations_waiting_for
from agreements.lifecycle import STANDING
from agreements.models import Agreement, AgreementReview
from followup.assignments import waiting_for
from followup.letters import absolute, place_of
from followup.models import Respondent, Round
from governance.meeting_page import meeting_url, with_agreements
from governance.models import Assignment, Body, Meeting
from parties.models import FeedKey, Party, Right
from parties.rights import with_right

KEPT_FOR = datetime.timedelta(days=365)  # how long what has been stays in the calendar
ROUND_DAYS = ("opens_on", "due_on", "review_on", "prepare_on", "close_on", "publish_on")
DAY = datetime.timedelta(days=1)


@dataclass(frozen=True)
class Entry:
    """What stands in the calendar. ``key`` tells a program that it is the same thing, ``number`` which is newer."""

    key: str
    number: int
    changed_at: datetime.datetime
    title: str
    day: datetime.date
    url: str
    starts_at: datetime.time | None = None
    ends_at: datetime.time | None = None
    place: str = ""
    text: str = ""


@require_safe
def calendar_feed(request, secret):
    """The calendar as a file, by its secret; 404 where it is not, or no longer, a key to anything."""
    if not secret.isprintable():  # PostgreSQL takes no NUL
        raise Http404
    key = FeedKey.objects.filter(secret=secret, user__is_active=True).select_related("user").first()
    if key is None:
        raise Http404
    response = HttpResponse(calendar_of(key), content_type="text/calendar; charset=utf-8")
    response["Cache-Control"] = "no-store, private"
    response["Content-Disposition"] = 'inline; filename="overenskommelser.ics"'
    response["X-Robots-Tag"] = "noindex"
    return response


@require_POST
def calendar_renew(request):
    """Make the address of the calendar, or a new one where the old has come into the wrong hands."""
    FeedKey.objects.renew(request.user)
    messages.success(request, _("Kalendern har en ny adress. En tidigare adress fungerar inte längre."))
    return redirect(f"{reverse('portal:mail_settings')}#kalender")


def calendar_of(key):
    """The iCalendar file, as bytes, of the person whose key it is."""
    calendar = Calendar()
    calendar.add("prodid", "-//Regionala överenskommelser//Kalender//SV")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _("Regionala överenskommelser"))
    calendar.add("x-wr-timezone", settings.TIME_ZONE)
    calendar.add("x-published-ttl", "PT6H")
    for entry in entries_of(key.user, since=timezone.localdate() - KEPT_FOR, unknown=key.created_at):
        calendar.add_component(_event(entry))
    calendar.add_missing_timezones()
    return calendar.to_ical()


def _event(entry):
    event = Event()
    host = urlsplit(settings.PORTAL_URL).hostname
    zone = timezone.get_default_timezone()
    event.add("uid", f"{entry.key}@{host}")
    event.add("sequence", entry.number)
    event.add("dtstamp", entry.changed_at)
    event.add("last-modified", entry.changed_at)
    event.add("summary", entry.title)
    if entry.starts_at:
        start = datetime.datetime.combine(entry.day, entry.starts_at, zone)
        event.add("dtstart", start)
        event.add("dtend", datetime.datetime.combine(entry.day, entry.ends_at, zone) if entry.ends_at else start)
    else:
        event.add("dtstart", entry.day)
        event.add("dtend", entry.day + DAY)
        event.add("transp", "TRANSPARENT")  # a day to remember takes no time from the day
    event.add("url", absolute(entry.url))
    event.add("description", "\n".join(filter(None, [entry.text, absolute(entry.url)])))
    if entry.place:
        event.add("location", entry.place)
    return event


# --- What stands in it ------------------------------------------------------------------------------------------------


def entries_of(user, *, since, unknown):
    """What the person should know of from the day ``since``. ``unknown`` stands for a change that is not on record."""
    return [
        *_last_days(user, since, unknown),
        *_meetings(user, since, unknown),
        *_round_days(user, since, unknown),
        *_assignments(user, since, unknown),
        *_consultations(user, since, unknown),
        *_reviews(user, since, unknown),
    ]


def _with_change(rows):
    """Adds ``changed_at``: the last entry in the row's history."""
    entries = rows.model.history.model.objects.filter(id=OuterRef("pk")).order_by("-history_id")
    return rows.annotate(changed_at=Subquery(entries.values("history_date")[:1]))


def _last_days(user, since, unknown):
    """The last day to answer, for each party the person reports for and each round that is open or was."""
    mine = with_right(Party.objects.all(), user, Right.REPORT)
    asked = Respondent.objects.filter(party__in=mine.values("pk"), round__opened_at__isnull=False)
    rounds = {round.pk: round for round in _with_change(Round.objects.filter(respondents__in=asked.values("pk")))}
    for row in _with_change(asked).select_related("round__agreement__county", "party"):
        if row.due_on >= since:
            round = row.round
            args = [round.agreement.slug, round.label, row.party.key]
            yield Entry(
                key=f"svarsdag-{row.pk}",
                number=row.version + round.version - 2,
                changed_at=max(filter(None, [row.changed_at, rounds[round.pk].changed_at]), default=unknown),
                title=_("Sista svarsdag: %(where)s, %(party)s") % {"where": place_of(round), "party": row.party},
                day=row.due_on,
                url=reverse("followup:party_form", args=args),
                text=_("Uppföljning av %(agreement)s.") % {"agreement": round.agreement},
            )


def _meetings(user, since, unknown):
    """The meetings of the bodies that the person sits in."""
    bodies = with_right(Body.objects.all(), user, Right.SEE_BODY)
    rows = Meeting.objects.filter(body__in=bodies.values("pk"), held_on__gte=since)
    for row in with_agreements(_with_change(rows).select_related("body__county"), user):
        yield Entry(
            key=f"mote-{row.pk}",
            number=row.version - 1,
            changed_at=row.changed_at or unknown,
            title=f"{row.body.name}, {row.body.county}",
            day=row.held_on,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            place=row.place,
            url=meeting_url(row.agreement, row) if row.agreement else reverse("portal:work"),
        )


def _round_days(user, since, unknown):
    """The days of the rounds that the person coordinates."""
    mine = Agreement.objects.editable_by(user)
    rows = Round.objects.filter(agreement__in=mine.values("pk"))
    for row in _with_change(rows).select_related("agreement__county"):
        for name in ROUND_DAYS:
            day = getattr(row, name)
            if day and day >= since:
                yield Entry(
                    key=f"omgang-{row.pk}-{name}",
                    number=row.version - 1,
                    changed_at=row.changed_at or unknown,
                    title=f"{place_of(row)}: {Round._meta.get_field(name).verbose_name}",
                    day=day,
                    url=row.get_absolute_url(),
                    text=_("Uppföljning av %(agreement)s.") % {"agreement": row.agreement},
                )


def _assignments(user, since, unknown):
    """The days when what bodies gave the person's parties and bodies to do should be done, until it is ended."""
    rows = {row.pk: row for row in waiting_for(user) if row.due_on and row.due_on >= since}
    for row in _with_change(Assignment.objects.filter(pk__in=rows)):
        given = rows[row.pk]
        yield Entry(
            key=f"uppdrag-{row.pk}",
            number=row.version - 1,
            changed_at=row.changed_at or unknown,
            title=_("Uppdrag klart: %(text)s, %(receiver)s") % {"text": row.text, "receiver": given.receiver.name},
            day=row.due_on,
            url=reverse("followup:assignment_detail", args=[given.place.slug, row.pk]),
            text=_("Uppdrag från %(body)s.") % {"body": given.decision.body.name},
        )


def _consultations(user, since, unknown):
    """The last day of each remiss that the person's parties have not answered."""
    for row in _with_change(consultations_waiting_for(user)):
        agreement = row.consultation.agreement
        if row.last_day and row.last_day >= since:
            yield Entry(
                key=f"remiss-{row.pk}",
                number=row.version - 1,
                changed_at=row.changed_at or unknown,
                title=_("Sista svarsdag: remiss av %(agreement)s, %(party)s") % {"agreement": agreement, "party": row},
                day=row.last_day,
                url=reverse("agreements:response_edit", args=[agreement.slug, row.consultation_id, row.response.pk]),
            )


def _reviews(user, since, unknown):
    """The last day of each review that is not done, of agreements that stand and that the person coordinates."""
    mine = Agreement.objects.editable_by(user).filter(status__in=STANDING)
    rows = AgreementReview.objects.filter(agreement__in=mine.values("pk"), done_on__isnull=True, due_on__gte=since)
    for row in _with_change(rows).select_related("agreement"):
        yield Entry(
            key=f"oversyn-{row.pk}",
            number=row.version - 1,
            changed_at=row.changed_at or unknown,
            title=_("%(review)s klar: %(agreement)s")
            % {"review": capfirst(row.get_kind_display()), "agreement": row.agreement},
            day=row.due_on,
            url=reverse("agreements:review_list", args=[row.agreement.slug]),
        )
