"""Reminders: who has something left to answer and has not been told of it yet, computed from what is stored.

There is no queue of reminders and no clock to miss. Each run asks what a person should know today – that a round is
open, that two weeks or two days are left, that the last day is over, that something was returned – and takes away what
notices say the person was told. A missed run is made up for once, by where things stand then; a second run finds
nothing.
"""

import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from followup.letters import Letter, Receivers, hold, place_of, store, what_is_left
from followup.models import Notice, Report, Respondent, Round
from parties.models import Mail, MailSettings, Membership, Right, User
from parties.rights import who_may

CHUNK = 250  # people at a time, so that memory does not grow with their number
TWO_WEEKS, TWO_DAYS = datetime.timedelta(days=14), datetime.timedelta(days=2)
DAY, WEEK = datetime.timedelta(days=1), datetime.timedelta(days=7)
INTROS = {  # what a letter begins with, the most urgent first
    Mail.Kind.RETURNED: gettext_lazy("Samordnaren har läst och lämnat tillbaka något till er."),
    Mail.Kind.OVERDUE: gettext_lazy("Sista svarsdag har passerat, och det finns svar som inte är inlämnade."),
    Mail.Kind.TWO_DAYS: gettext_lazy("Sista svarsdag är nära."),
    Mail.Kind.TWO_WEEKS: gettext_lazy("Det är två veckor eller mindre kvar att svara."),
    Mail.Kind.OPENED: gettext_lazy("Det finns en ny uppföljning att svara på."),
}


def write_due(*, today=None):
    """Write the letters that are due ``today``, at most one for each person. Returns how many were written."""
    today = today or timezone.localdate()
    written, last = 0, 0
    while people := _people_after(last):
        written += _write_to(people, today)
        last = people[-1]
    return written


def withdraw_moot():
    """Remove what waits to be sent and is no longer so: everything is handed in, or the receiver does not report.

    A coordinator's reminder may wait over a weekend, and a refused letter for a day. Returns how many were removed.
    """
    removed, last = 0, 0
    while letters := _unsent_after(last):
        removed += _withdraw(letters)
        last = letters[-1]
    return removed


def _unsent_after(last):
    unsent = Mail.objects.unsent().filter(claimed_at__isnull=True, notices__isnull=False, pk__gt=last)
    return list(unsent.order_by("pk").distinct().values_list("pk", flat=True)[:CHUNK])


@transaction.atomic
def _withdraw(letters):
    held = Mail.objects.unsent().filter(pk__in=letters, claimed_at__isnull=True).select_for_update(no_key=True)
    receivers = dict(held.order_by("pk").values_list("pk", "user"))  # nobody claims them while they are held
    told = Notice.objects.filter(mail__in=receivers)
    respondents = Respondent.objects.filter(
        pk__in=told.values("respondent"), round__in=Round.objects.open().values("pk")
    )
    parties = {left.respondent.pk: left.respondent.party_id for left in what_is_left(respondents)}
    may = who_may(Right.REPORT, people=set(receivers.values()))
    pairs = told.values_list("mail", "respondent")
    true = {mail for mail, respondent in pairs if (receivers[mail], parties.get(respondent)) in may}
    moot = receivers.keys() - true
    Mail.objects.filter(pk__in=moot).delete()
    return len(moot)


def _people_after(last):
    """The next ids of people of parties that have something left in an open round."""
    waiting = Report.objects.filter(submitted_at__isnull=True, round__in=Round.objects.open().values("pk"))
    members = Membership.objects.active().filter(party__in=waiting.values("party"))
    people = User.objects.filter(pk__gt=last, pk__in=members.values("user"))
    return list(people.order_by("pk").values_list("pk", flat=True)[:CHUNK])


@transaction.atomic
def _write_to(people, today):
    """Write the letters that these people receive, for themselves and for colleagues who are away."""
    users = hold(people)  # another run that writes to the same people waits here, and then finds the notices
    receivers = Receivers(today=today, people=people)
    rounds = Round.objects.open()
    lefts = what_is_left(Respondent.objects.filter(round__in=rounds.values("pk"), party__in=receivers.parties))
    pairs = [(left, *pair) for left in lefts for pair in receivers.of(left) if pair[1] in users]
    told = _told({person for _left, person, _receiver in pairs}, [left.respondent.pk for left in lefts])
    letters = {}
    for left, person, receiver in pairs:
        letter = letters.setdefault(receiver, Letter(users[receiver]))
        known = told.get((person, left.respondent.pk), ())
        letter.add(left, person, news_of(left, receivers.settings.get(person), known, today), receivers.settings)
    written = Mail.objects.filter(key__in=[_key(receiver, today) for receiver in letters])
    done = set(written.values_list("user", flat=True))
    letters = [letter for receiver, letter in letters.items() if letter.told and receiver not in done]
    store([_mail(letter, receivers.settings, today) for letter in letters], letters)
    return len(letters)


def _told(people, respondents):
    """(person's id, respondent's id) → the (kind, fact) that the person has been told."""
    told = {}
    rows = Notice.objects.filter(person__in=people, respondent__in=respondents)
    for person, respondent, *what in rows.values_list("person", "respondent", "kind", "fact"):
        told.setdefault((person, respondent), []).append(tuple(what))
    return told


# --- What is due ------------------------------------------------------------------------------------------------------


def news_of(left, settings, told, today):
    """The (kind, fact) about ``left`` that a person should be told today and has not been: a list, mostly empty."""
    is_weekly = settings is not None and settings.pace == MailSettings.Pace.WEEKLY
    monday = today - today.weekday() * DAY
    facts = dict.fromkeys(reasons(left, today, is_weekly))
    return [
        (kind, fact)
        for kind, fact, since in facts
        if not _is_known(kind, fact, since, told) and (not is_weekly or today == monday or since < monday)
    ]


def reasons(left, today, is_weekly):
    """Why somebody should know of what is left: (kind, the fact it follows from, since which day)."""
    if left.returned:
        moment = left.returned_at.astimezone(datetime.UTC)
        yield Mail.Kind.RETURNED, moment.isoformat(), timezone.localdate(moment)
    if left.unanswered:
        yield _stage(left.respondent.due_on, today, is_weekly) or _opening(left.respondent.round)
    if left.answer_by:
        stage = _stage(left.answer_by, today, is_weekly)
        if stage and stage[0] != Mail.Kind.TWO_WEEKS:
            yield stage


def _opening(round):
    day = timezone.localdate(round.opened_at)
    return Mail.Kind.OPENED, day.isoformat(), day


def _stage(due_on, today, is_weekly):
    """How near a last day is; None while more than two weeks are left.

    Who is told on Mondays is told then of what comes before the next Monday: the last day never passes unheard.
    """
    ahead = WEEK - DAY if is_weekly else 0 * DAY
    if today > due_on:
        return Mail.Kind.OVERDUE, due_on.isoformat(), due_on + DAY
    for kind, span in ((Mail.Kind.TWO_DAYS, TWO_DAYS), (Mail.Kind.TWO_WEEKS, TWO_WEEKS)):
        if due_on - today <= span + ahead:
            return kind, due_on.isoformat(), due_on - span - ahead
    return None


def _is_known(kind, fact, since, told):
    """Whether it was told already: by a reminder, or since it became so by a coordinator's own."""
    if kind == Mail.Kind.RETURNED:  # what was returned earlier was told with what was returned last
        return any(known == kind and moment >= fact for known, moment in told)
    nudged = any(known == Mail.Kind.NUDGE and day >= since.isoformat() for known, day in told)
    return nudged or (kind, fact) in told


# --- The letter -------------------------------------------------------------------------------------------------------


def _key(receiver, today):
    return f"reminder:{today}:{receiver}"


def _mail(letter, settings, today):
    row = settings.get(letter.receiver.pk)
    kinds = {kind for _person, _respondent, kind, _fact in letter.told}
    urgent = next(kind for kind in INTROS if kind in kinds)
    is_weekly = row is not None and row.pace == MailSettings.Pace.WEEKLY
    return letter.mail(
        kind=Mail.Kind.DIGEST if is_weekly else urgent,
        key=_key(letter.receiver.pk, today),
        subject=subject_of(letter.shown, urgent, today),
        template="mail/reminder.txt",
        context={"intro": INTROS[urgent], "lines": [(left, left.sentences(today)) for left in letter.shown]},
    )


def subject_of(lefts, urgent, today):
    """Where, and what is left until when, in one line."""
    if len(lefts) > 1:
        return _subject_of_many(lefts)
    left = lefts[0]
    where = place_of(left.respondent.round)
    if urgent == Mail.Kind.RETURNED:
        what = ngettext("%(count)s svar är återlämnat", "%(count)s svar är återlämnade", left.returned)
        return f"{where}: {what % {'count': left.returned}}"
    late = left.due_on is not None and left.due_on < today
    text = _("försenat, %(count)s svar kvar sedan %(day)s") if late else _("%(count)s svar kvar, svara senast %(day)s")
    return f"{where}: {text % {'count': left.count, 'day': left.due_on}}"


def _subject_of_many(lefts):
    counties = list(dict.fromkeys(str(left.respondent.round.agreement.county) for left in lefts))
    where = ", ".join(counties[:3]) + (_(" med flera") if len(counties) > 3 else "")
    first = min(filter(None, (left.due_on for left in lefts)), default=None)
    answers = sum(left.count for left in lefts)
    text = _("%(where)s: %(count)s svar kvar, närmast %(day)s") if first else _("%(where)s: %(count)s svar kvar")
    return text % {"where": where, "count": answers, "day": first}
