"""Letters about what a party has left to answer: who gets them, what they say, and that nobody is told twice.

Nothing is sent here. A letter is a ``Mail``, written in the caller's transaction and sent by ``manage.py
send_reminders``; a ``Notice`` for each thing it told says that the person knows.
"""

import datetime
from collections import defaultdict
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Count, Max, Min, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from followup.models import Notice, Report, Respondent, Return, Round
from lib.db import Frozen
from parties.letters import absolute, write
from parties.models import Mail, MailSettings, Right, User
from parties.rights import who_may


@dataclass(frozen=True)
class Left:
    """What a party has not handed in of a round: so many of so many, and what was returned to it."""

    respondent: Respondent
    total: int
    unanswered: int
    returned: int
    returned_at: datetime.datetime | None
    answer_by: datetime.date | None  # the earliest day that a return asks for

    @property
    def waits_for_approver(self):
        return self.respondent.needs_approver and self.respondent.ready_at is not None

    @property
    def count(self):
        return self.unanswered + self.returned

    @property
    def due_on(self):
        """The next last day among what is left; None where only returned reports without a day are."""
        days = [self.respondent.due_on] if self.unanswered else []
        return min([*days, *filter(None, [self.answer_by])], default=None)

    @property
    def title(self):
        round = self.respondent.round
        return f"{round.agreement.county}, {round.agreement}, {_('omgång')} {round.label}: {self.respondent.party}"

    @property
    def url(self):
        """The party's form. Who is not logged in comes there by the login page."""
        round = self.respondent.round
        args = [round.agreement.slug, round.label, self.respondent.party.key]
        return absolute(reverse("followup:party_form", args=args))

    def sentences(self, today):
        """What is left and until when, for the letter."""
        said = [_("Svaren väntar på att du godkänner och lämnar in dem.")] if self.waits_for_approver else []
        if self.unanswered:
            text = ngettext(
                "%(count)s av %(total)s svar är inte inlämnat.",
                "%(count)s av %(total)s svar är inte inlämnade.",
                self.unanswered,
            )
            said += [text % {"count": self.unanswered, "total": self.total}, last_day(self.respondent.due_on, today)]
        if self.returned:
            text = ngettext(
                "%(count)s svar är återlämnat till er. Skälet står vid svaret.",
                "%(count)s svar är återlämnade till er. Skälen står vid svaren.",
                self.returned,
            )
            said.append(text % {"count": self.returned})
        if self.answer_by:
            said.append(_("Lämna in det återlämnade senast %(day)s.") % {"day": self.answer_by.isoformat()})
        return said


def last_day(day, today):
    """A sentence about the last day and how far away it is."""
    left = (day - today).days
    if left < 0:
        text = _("Sista svarsdag var %(day)s. Ni kan fortfarande svara, tills samordnaren stänger omgången.")
    elif left == 0:
        text = _("Sista svarsdag är i dag, %(day)s.")
    elif left == 1:
        text = _("Sista svarsdag är i morgon, %(day)s.")
    else:
        text = _("Sista svarsdag är %(day)s, om %(left)s dagar.")
    return text % {"day": day.isoformat(), "left": left}


def place_of(round):
    """Which county's round it is, as subjects and calendars say it."""
    return _("%(county)s, omgång %(label)s") % {"county": round.agreement.county, "label": round.label}


# --- What is left -----------------------------------------------------------------------------------------------------


def what_is_left(respondents):
    """A ``Left`` for those of ``respondents`` that have not handed in all; a report made for a party is handed in."""
    rows = respondents.with_rule().select_related("round__agreement__county", "party")
    asked = {(row.round_id, row.party_id): row for row in rows}
    unsent, returned = Q(submitted_at__isnull=True), Q(submitted_at__isnull=True, returned_at__isnull=False)
    last_return = Return.objects.filter(report=OuterRef("pk")).order_by("-returned_at")
    counted = (
        Report.objects.filter(round__in={pair[0] for pair in asked}, party__in={pair[1] for pair in asked})
        .order_by()
        .annotate(answer_by=Subquery(last_return.values("due_on")[:1]))
        .values_list("round", "party")
        .annotate(
            total=Count("pk"),
            unanswered=Count("pk", filter=unsent & ~returned),
            returned=Count("pk", filter=returned),
            last=Max("returned_at", filter=returned),
            by=Min("answer_by", filter=returned),
        )
    )
    found = [Left(asked[round, party], *counts) for round, party, *counts in counted if (round, party) in asked]
    return [left for left in found if left.count]


# --- Who is told ------------------------------------------------------------------------------------------------------


class Receivers:
    """Who is told of what a party has left: those who report, or those who approve where it waits for that.

    People may have said that they want no letters for a while, or that a colleague gets them while they are away. Where
    the colleague is not somebody who is told of the same party, the letter goes to the person all the same.
    """

    def __init__(self, *, today, parties=None, people=None):
        """For all of ``parties``; or for ``people`` (ids), with those they stand in for and who stand in for them."""
        self.today = today
        if people is not None:
            pairs = MailSettings.objects.filter(Q(user__in=people) | Q(alternate__in=people))
            people = {*people, *(pk for pair in pairs.values_list("user", "alternate") for pk in pair if pk)}
        self.may = {right: defaultdict(set) for right in (Right.REPORT, Right.APPROVE)}
        for right, by_party in self.may.items():
            for person, party in who_may(right, parties=parties, people=people):
                by_party[party].add(person)
        rows = MailSettings.objects.filter(user__in=set().union(*self.may[Right.REPORT].values()))
        self.settings = {row.user_id: row for row in rows.select_related("user")}

    @property
    def parties(self):
        return set(self.may[Right.REPORT])

    def of(self, left):
        """(person's id, id of who gets the person's letter) for everybody who is told of it today."""
        right = Right.APPROVE if left.waits_for_approver else Right.REPORT
        people = self.may[right][left.respondent.party_id]
        pairs = ((person, self._receiver(person, people)) for person in sorted(people))
        return [(person, receiver) for person, receiver in pairs if receiver]

    def _receiver(self, person, people):
        return who_gets(person, among=people, settings=self.settings, today=self.today)


def who_gets(person, *, among, settings, today):
    """Whose the letter to ``person`` is today: a colleague's ``among`` those told of the same, or nobody's in a pause.

    All are ids; ``settings`` is {person's id: MailSettings} of everybody in ``among`` who has any.
    """
    row = settings.get(person)
    if not row:
        return person
    if row.is_away(today) and row.alternate_id in among:
        alternate = settings.get(row.alternate_id)
        if not (alternate and (alternate.is_away(today) or alternate.is_paused(today))):
            return row.alternate_id
    return None if row.is_paused(today) else person


def hold(people):
    """The people by id, held until the transaction ends: two who write to the same person wait for each other."""
    held = User.objects.select_for_update(no_key=True).filter(pk__in=people).order_by("pk")
    return {user.pk: user for user in held}


# --- What is written --------------------------------------------------------------------------------------------------


@dataclass
class Letter:
    """What one receiver is told at once. ``told``: (person's id, respondent, kind, fact), each new to that person."""

    receiver: User
    lefts: dict = field(default_factory=dict)
    told: list = field(default_factory=list)
    away: dict = field(default_factory=dict)  # person's id → MailSettings of colleagues whose letters these are

    def add(self, left, person, news, settings):
        self.lefts[left.respondent.pk] = left
        self.told += [(person, left.respondent, kind, fact) for kind, fact in news]
        if person != self.receiver.pk:
            self.away[person] = settings[person]

    @property
    def shown(self):
        """What is due first stands first; returned without a day stands before all."""
        return sorted(self.lefts.values(), key=lambda left: (left.due_on or datetime.date.min, left.title))

    def mail(self, *, kind, key, subject, template, context):
        """The Mail, not stored."""
        away = list(self.away.values())
        return mail_to(
            self.receiver, away=away, kind=kind, key=key, subject=subject, template=template, context=context
        )


def mail_to(receiver, *, kind, key, subject, template, context, away=(), **values):
    """A Mail to ``receiver``, not stored. ``away`` is the MailSettings of colleagues whose letter it is as well."""
    texts = {**context, "name": receiver.name, "away": away, "settings_url": absolute(reverse("portal:mail_settings"))}
    return write(
        user=receiver,
        instead_of=away[0].user if away else None,
        kind=kind,
        key=key,
        address=receiver.email,
        subject=subject,
        template=template,
        context=texts,
        **values,
    )


def store(mails, letters):
    """Write the mails, and for each what it told. In the caller's transaction."""
    stored = Mail.objects.bulk_create(mails)
    Notice.objects.bulk_create(
        Notice(mail=mail, person_id=person, respondent=respondent, kind=kind, fact=fact)
        for mail, letter in zip(stored, letters, strict=True)
        for person, respondent, kind, fact in letter.told
    )


@transaction.atomic
def nudge(*, round, parties, by):
    """Remind those of ``parties`` that have something left in ``round``, on behalf of ``by``: one letter per person.

    Nobody is reminded twice by hand on the same day, and nobody who has asked for a pause. Returns how many people get
    a letter. Raises Frozen where the round takes no answers. The letters leave with the next run of send_reminders.
    """
    if not Round.hold(round.pk).is_taking_answers:
        raise Frozen(_("Omgången är inte öppen. Det finns inget att påminna om."))
    today = timezone.localdate()
    lefts = what_is_left(Respondent.objects.filter(round=round, party__in=parties))
    receivers = Receivers(today=today, parties=[left.respondent.party_id for left in lefts])
    pairs = [(left, *pair) for left in lefts for pair in receivers.of(left)]
    users = hold({receiver for _left, _person, receiver in pairs})
    news = (Mail.Kind.NUDGE, today.isoformat())
    written = Notice.objects.filter(respondent__round=round, kind=news[0], fact=news[1])
    told = set(written.values_list("person", "respondent"))
    letters = {}
    for left, person, receiver in pairs:
        if (person, left.respondent.pk) not in told:
            letter = letters.setdefault(receiver, Letter(users[receiver]))
            letter.add(left, person, [news], receivers.settings)
    mails = [_nudge_mail(letter, round, by, today) for letter in letters.values()]
    store(mails, letters.values())
    return len(mails)


def _nudge_mail(letter, round, by, today):
    first = letter.told[0][1]
    return letter.mail(
        kind=Mail.Kind.NUDGE,
        key=f"nudge:{round.pk}:{today}:{letter.receiver.pk}:{first.pk}",
        subject=_("%(place)s: påminnelse från samordnaren") % {"place": place_of(round)},
        template="mail/nudge.txt",
        context={"by": by, "round": round, "lines": [(left, left.sentences(today)) for left in letter.shown]},
    )
