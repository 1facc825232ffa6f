"""Letters to those whom a decision gave something to do: one to each person, whatever it gave them."""

import datetime
from collections import defaultdict

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext

from agreements.models import Agreement
from followup.letters import absolute, hold, mail_to, who_gets
from governance.models import Seat
from parties.models import Mail, MailSettings, Membership, Right
from parties.rights import who_may

SENT_AT = datetime.time(6)  # when letters go to those who have chosen Mondays


def write_assigned(*, decision, by):
    """Write to those who answer for what the decision gives, in the caller's transaction; ``by`` knows already.

    Those who want no letters for a while get none, a colleague gets those of who is away, and who has chosen Mondays
    gets it then. Written again it writes nothing. Returns how many letters there are.
    """
    agreement = agreement_of(decision)
    today = timezone.localdate()
    told = {person: rows for person, rows in _told(decision, agreement).items() if person != by.pk}
    settings = {row.user_id: row for row in MailSettings.objects.filter(user__in=told).select_related("user")}
    letters, away = defaultdict(dict), defaultdict(list)
    for person, rows in sorted(told.items()):
        receiver = who_gets(person, among=_colleagues(rows, told), settings=settings, today=today)
        if receiver:
            letters[receiver] |= {row.pk: row for row in rows}
            away[receiver] += [settings[person]] if receiver != person else []
    users = hold(letters)
    known = set(Mail.objects.filter(key__in=[_key(decision, pk) for pk in letters]).values_list("user", flat=True))
    mails = [
        _mail(decision, agreement, users[pk], list(letters[pk].values()), away[pk], _when(settings.get(pk), today))
        for pk in sorted(letters.keys() & users.keys() - known)
    ]
    Mail.objects.bulk_create(mails)
    return len(mails)


def agreement_of(decision):
    """The agreement from whose pages the decision is read: its own, else the first its body works under."""
    if decision.agreement_id:
        return decision.agreement
    return Agreement.objects.filter(mandate__body=decision.body_id).order_by("pk").first()


def _told(decision, agreement):
    """Person's id → the assignments: those who report for the parties, and who lead the bodies or else coordinate."""
    rows = list(decision.assignments.select_related("party", "body"))
    told = defaultdict(list)
    parties = {row.party_id: row for row in rows if row.party_id}
    for person, party in who_may(Right.REPORT, parties=parties):
        told[person].append(parties[party])
    bodies = {row.body_id: row for row in rows if row.body_id}
    seats = Seat.objects.on(timezone.localdate()).filter(body__in=bodies, role__in=Seat.LEADING)
    leaders = Membership.objects.active().filter(seat__in=seats.values("pk"))
    led = list(leaders.values_list("user", "seat__body"))
    for person, body in led:
        told[person].append(bodies[body])
    left = bodies.keys() - {body for _person, body in led}
    for person, _party in who_may(Right.COORDINATE, parties=[agreement.coordinating_party_id]) if left else ():
        told[person] += [bodies[body] for body in sorted(left)]
    return told


def _colleagues(rows, told):
    """Who is told of all of ``rows`` as well, and so may get the letter of somebody who is away."""
    return {person for person, others in told.items() if all(row in others for row in rows)}


def _when(settings, today):
    """The moment from which the letter may leave."""
    if not settings or settings.pace != MailSettings.Pace.WEEKLY or not today.weekday():
        return timezone.now()
    monday = today + datetime.timedelta(days=7 - today.weekday())
    return timezone.make_aware(datetime.datetime.combine(monday, SENT_AT))


def _key(decision, person):
    return f"assignment:{decision.pk}:{person}"


def _mail(decision, agreement, receiver, rows, away, send_after):
    number = len(rows)
    subject = ngettext("%(body)s har gett er ett uppdrag", "%(body)s har gett er %(number)s uppdrag", number)
    lines = [
        (row, absolute(reverse("followup:assignment_detail", args=[agreement.slug, row.pk])))
        for row in sorted(rows, key=lambda row: row.pk)
    ]
    return mail_to(
        receiver,
        away=away,
        kind=Mail.Kind.ASSIGNMENT,
        key=_key(decision, receiver.pk),
        subject=f"{agreement.county}: {subject % {'body': decision.body, 'number': number}}",
        template="mail/assignment.txt",
        context={"decision": decision, "agreement": agreement, "lines": lines},
        send_after=send_after,
    )
