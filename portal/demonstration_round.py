"""What people have done in the open round of the living example: begun, reminded, returned, left to an approver.

The workbook holds no persons and no returns, so this is the part of the demonstration that it cannot carry. All of it
is invented.
"""

import datetime

from django.db import transaction
from django.utils import timezone

from followup.answers import hand_to_approver
from followup.models import Report, ReportingRule, Respondent, Return, Round
from followup.reminders import write_due
from parties.models import Mail, User
from portal.demonstration import AGREEMENT, TIERP

ROUND = "2"
SILENT = (
    "kommun-0319",
    "forsakringskassan",
    "slu",
)  # nobody there has opened the form; for one of them somebody called
BEGUN_AFTER = datetime.timedelta(days=30)
# Party, activity → what has to change, by field, and until how many days from now.
RETURNED = {
    ("kommun-0330", "A5"): ({"text": "Skriv hur många elever uppföljningen gäller, och vad ni ser."}, 7),
    ("arbetsformedlingen", "A3"): (
        {
            "text": "Vilka orter i ytterområdena saknas, och när börjar ni där?",
            "new_end_date": "Stäm av datumet med Tierps kommun, som räknar med en tidigare start.",
        },
        4,
    ),
}
REMINDED = (52, 17, 5)  # days ago: when the round opened, two weeks and two days before the last day
NOTE = "Allt är ifyllt. Läs särskilt B2, där vi frågar rådet vem som sammankallar."


def act_out_the_round():
    """Let people have begun, been reminded, handed over and been returned to; once, in the round as it is loaded."""
    acted = Return.objects.values("report__round")
    for round in Round.objects.open().filter(agreement__slug=AGREEMENT, label=ROUND).exclude(pk__in=acted):
        if _is_as_loaded(round):
            _act_out(round)


def _is_as_loaded(round):
    """Whether the answers stand as the files have them: not in a demonstration of an earlier release, or one in use."""
    ready = Report.objects.filter(round=round, party__key=TIERP, submitted_at__isnull=True).select_related("activity")
    handed_in = [
        Report.objects.submitted().filter(round=round, party__key=party, activity__number=number).exists()
        for party, number in RETURNED
    ]
    return bool(ready) and not any(report.missing() for report in ready) and all(handed_in)


@transaction.atomic
def _act_out(round):
    people = {user.email.partition("@")[0]: user for user in User.objects.filter(is_demo=True)}
    Respondent.objects.filter(round=round).exclude(party__key__in=SILENT).update(begun_at=round.opened_at + BEGUN_AFTER)
    _remind()
    _leave_to_approver(Respondent.objects.get(round=round, party__key=TIERP), by=people["handlaggare2"])
    for (party, number), (reasons, days) in RETURNED.items():
        report = Report.objects.get(round=round, party__key=party, activity__number=number)
        due_on = timezone.localdate() + datetime.timedelta(days=days)
        report.send_back(by=people["samordnare"], reasons=reasons, due_on=due_on)


def _remind():
    """The letters that have gone out since the round opened, as the log has them."""
    for days in REMINDED:
        day = timezone.localdate() - datetime.timedelta(days=days)
        write_due(today=day)
        sent = timezone.make_aware(datetime.datetime.combine(day, datetime.time(7, 30)))
        Mail.objects.filter(sent_at=None).update(created_at=sent, send_after=sent, sent_at=sent, attempts=1)


def _leave_to_approver(respondent, *, by):
    ReportingRule.objects.get_or_create(party=respondent.party, defaults={"needs_approver": True})
    hand_to_approver(respondent=respondent, note=NOTE, by=by)
