"""Reminders: what is due when, that it is told once, to whom, and that each letter is sent at most once."""

import datetime
import smtplib

import pytest
import time_machine
from django.core import mail as outbox
from django.core.management import CommandError, call_command
from django.utils import timezone

from followup.letters import nudge
from followup.models import Notice
from followup.reminders import withdraw_moot, write_due
from followup.services import close_round
from parties.models import Mail, MailSettings, Role
from parties.outbox import Unreachable, send_unsent
from parties.services import join
from tests import factories as make
from tests.followup.test_letters import asked, person

pytestmark = pytest.mark.django_db
DUE = datetime.date(2026, 8, 31)  # a Monday
OPENED = datetime.datetime(2026, 6, 8, 7, tzinfo=datetime.UTC)


def day(number):
    """So many days after the last day; before it where negative."""
    return DUE + datetime.timedelta(days=number)


def opened(**fields):
    return make.RoundFactory(opened_at=OPENED, due_on=DUE, **fields)


def run(*days):
    """Write what is due on each of the days; which kinds were written then, by day."""
    found = {}
    for number in days:
        with time_machine.travel(datetime.datetime.combine(day(number), datetime.time(6)), tick=False):
            before = set(Mail.objects.values_list("pk", flat=True))
            write_due()
            kinds = list(Mail.objects.exclude(pk__in=before).order_by("pk").values_list("kind", flat=True))
            found |= {number: kinds} if kinds else {}
    return found


def everyday():
    return run(*range(-84, 30))


def hand_in(respondent):
    for report in respondent.round.reports.filter(party=respondent.party):
        report.status = "ongoing"
        report.save()
        report.submit(by=make.UserFactory())


def test_write_due_tells_each_stage_once():
    person(asked(opened()).party)
    assert everyday() == {-84: ["opened"], -14: ["two_weeks"], -2: ["two_days"], 1: ["overdue"]}
    assert everyday() == {}


@pytest.mark.parametrize(
    ("days", "kinds"),
    [
        ([-84, -10], {-84: ["opened"], -10: ["two_weeks"]}),
        ([-1, 0], {-1: ["two_days"]}),
        ([20, 21], {20: ["overdue"]}),
        ([-14, -14, -14], {-14: ["two_weeks"]}),
    ],
)
def test_write_due_makes_up_once_for_missed_runs(days, kinds):
    person(asked(opened()).party)
    assert run(*days) == kinds


def test_write_due_is_silent_about_planned_closed_and_answered_rounds():
    person(asked(make.RoundFactory(planned=True, due_on=DUE)).party)
    person(asked(opened(closed_at=OPENED, review_started_at=OPENED)).party)
    person(asked(opened(), unanswered=0, answered=3).party)
    assert everyday() == {}


def test_write_due_goes_by_the_partys_own_last_day():
    respondent = asked(opened(), extended_to=day(14))
    person(respondent.party)
    assert everyday() == {-84: ["opened"], 0: ["two_weeks"], 12: ["two_days"], 15: ["overdue"]}


def test_write_due_tells_of_a_new_last_day():
    respondent = asked(opened())
    person(respondent.party)
    run(-84, -14, -2, 1)
    respondent.extended_to = day(20)
    respondent.save()
    assert run(*range(2, 30)) == {6: ["two_weeks"], 18: ["two_days"], 21: ["overdue"]}


def test_write_due_tells_of_what_is_returned_and_of_its_own_day():
    respondent = asked(opened())
    person(respondent.party)
    report = respondent.round.reports.get()
    with time_machine.travel(datetime.datetime.combine(day(-10), datetime.time(12))):
        hand_in(respondent)
    assert run(1) == {}
    with time_machine.travel(datetime.datetime.combine(day(5), datetime.time(12))):
        report.refresh_from_db()
        report.send_back(by=make.UserFactory(), reasons={"text": "Skriv mer."}, due_on=day(12))
    assert run(*range(5, 30)) == {5: ["returned"], 10: ["two_days"], 13: ["overdue"]}
    body = Mail.objects.order_by("pk").first().body
    assert "1 svar är återlämnat till er." in body
    assert "senast 2026-09-12" in body
    assert "Sista svarsdag" not in body


def test_write_due_tells_again_of_what_is_returned_again():
    respondent = asked(opened())
    person(respondent.party)
    report = respondent.round.reports.get()
    for number in (2, 6):
        with time_machine.travel(datetime.datetime.combine(day(number), datetime.time(12))):
            hand_in(respondent)
            report.refresh_from_db()
            report.send_back(by=make.UserFactory(), reasons={"text": "Skriv mer."})
    assert run(6, 7, 8) == {6: ["returned"]}


def test_write_due_bundles_everything_in_one_letter():
    official = make.UserFactory()
    for round in (opened(), opened(), make.RoundFactory(opened_at=OPENED, due_on=day(3))):
        for _number in range(2):
            join(user=official, party=asked(round).party, role=Role.REPORTER, starts_on=OPENED.date())
    assert run(-84) == {-84: ["opened"]}
    assert Mail.objects.get().body.count("Svara här:") == 6
    assert Notice.objects.count() == 6


@pytest.mark.parametrize("role", Role.values)
def test_write_due_goes_to_those_who_report(role):
    respondent = asked(opened())
    person(respondent.party, role)
    assert bool(run(-84)) is (role in (Role.REPORTER, Role.APPROVER))


def test_write_due_tells_neither_coordinators_nor_council():
    respondent = asked(opened())
    agreement = respondent.round.agreement
    person(agreement.coordinating_party, Role.COORDINATOR)
    person(make.PartyFactory(), Role.COUNCIL_MEMBER, group=make.MandateFactory(agreement=agreement).body.group())
    assert everyday() == {}


def test_write_due_leaves_out_closed_accounts():
    official = person(asked(opened()).party)
    official.is_active = False
    official.save()
    assert everyday() == {}


def test_write_due_says_nothing_twice_that_the_coordinator_said():
    respondent = asked(opened())
    person(respondent.party)
    run(-84)
    with time_machine.travel(datetime.datetime.combine(day(-2), datetime.time(5))):
        nudge(round=respondent.round, parties=[respondent.party], by=make.UserFactory())
    assert run(-2, -1, 1) == {1: ["overdue"]}


# --- Own settings -----------------------------------------------------------------------------------------------------


def test_write_due_on_mondays_tells_of_what_comes_before_the_next():
    respondent = asked(make.RoundFactory(opened_at=OPENED, due_on=day(4)))  # a Friday
    make.MailSettingsFactory(user=person(respondent.party), pace=MailSettings.Pace.WEEKLY)
    assert everyday() == {-84: ["digest"], -14: ["digest"], 0: ["digest"], 7: ["digest"]}
    assert "Sista svarsdag är 2026-09-04, om 4 dagar." in Mail.objects.get(key__contains=DUE.isoformat()).body


def test_write_due_makes_up_for_a_missed_monday():
    respondent = asked(make.RoundFactory(opened_at=OPENED, due_on=day(4)))
    make.MailSettingsFactory(user=person(respondent.party), pace=MailSettings.Pace.WEEKLY)
    assert run(-84, -12, -11) == {-84: ["digest"], -12: ["digest"]}


def test_write_due_waits_while_paused_and_tells_once_after():
    respondent = asked(opened())
    make.MailSettingsFactory(user=person(respondent.party), paused_until=day(-8))
    assert everyday() == {-7: ["two_weeks"], -2: ["two_days"], 1: ["overdue"]}


def away(**settings):
    """Two colleagues, the first away with the second in her place; the respondent, both people."""
    respondent = asked(opened())
    first, second = person(respondent.party), person(respondent.party)
    fields = {"away_from": day(-20), "away_until": day(-10), "alternate": second, **settings}
    make.MailSettingsFactory(user=first, **fields)
    return respondent, first, second


def test_write_due_goes_to_the_alternate_who_gets_one_letter():
    _respondent, first, second = away()
    assert run(-84, -14) == {-84: ["opened", "opened"], -14: ["two_weeks"]}
    mail = Mail.objects.get(kind="two_weeks")
    assert (mail.user, mail.address, mail.instead_of) == (second, second.email, first)
    assert f"i stället för {first}, som är borta till och med 2026-08-21." in mail.body
    assert mail.body.count("Svara här:") == 1
    assert set(Notice.objects.filter(mail=mail).values_list("person", flat=True)) == {first.pk, second.pk}
    assert run(-9) == {}


@pytest.mark.parametrize("why", ["left the party", "paused", "away too", "only reads"])
def test_write_due_goes_to_the_person_where_the_alternate_cannot_take_it(why):
    respondent, first, second = away()
    hats = second.memberships
    if why == "left the party":
        hats.update(ends_on=day(-30))
    elif why == "only reads":
        hats.all().delete()
        person(respondent.party, Role.READER)
    elif why == "paused":
        make.MailSettingsFactory(user=second, paused_until=day(0))
    else:
        make.MailSettingsFactory(user=second, away_from=day(-30), away_until=day(0))
    run(-14)
    assert first in {mail.user for mail in Mail.objects.all()}
    assert not Mail.objects.filter(instead_of__isnull=False)


def test_write_due_gives_the_alternate_only_the_parties_they_share():
    respondent, first, second = away()
    other = asked(opened())
    join(user=first, party=other.party, role=Role.REPORTER, starts_on=OPENED.date())
    run(-14)
    bodies = {mail.user: mail.body for mail in Mail.objects.all()}
    assert str(other.party) in bodies[first]
    assert str(respondent.party) in bodies[second]
    assert f"svara/{other.party.key}/" not in bodies[second]
    assert f"svara/{respondent.party.key}/" not in bodies[first]


# --- Midnight and clock changes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("moment", "kinds"),
    [
        ("2026-10-25T21:59:59Z", ["two_days"]),  # 22:59:59 in Stockholm on the last day, the day with 25 hours
        ("2026-10-25T22:59:59Z", ["two_days"]),  # 23:59:59
        ("2026-10-25T23:00:00Z", ["overdue"]),  # midnight by the clock of Stockholm, already winter time
    ],
)
def test_write_due_is_late_by_the_clock_of_stockholm(moment, kinds):
    person(asked(make.RoundFactory(opened_at=OPENED, due_on=datetime.date(2026, 10, 25))).party)
    with time_machine.travel(moment, tick=False):
        write_due()
    assert list(Mail.objects.values_list("kind", flat=True)) == kinds


@pytest.mark.parametrize("moment", ["2026-10-25T00:30Z", "2026-10-25T01:30Z"])  # 02:30, twice that night
def test_write_due_in_the_doubled_hour_writes_once(moment):
    person(asked(make.RoundFactory(opened_at=OPENED, due_on=datetime.date(2026, 10, 26))).party)
    with time_machine.travel("2026-10-25T00:30Z", tick=False):
        assert write_due() == 1
    with time_machine.travel(moment, tick=False):
        assert write_due() == 0


# --- What is no longer so ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["handed in", "left the party", "closed", "nothing"])
def test_withdraw_moot_removes_unsent_letters_that_are_no_longer_so(what):
    respondent = asked(make.RoundFactory())
    official = person(respondent.party)
    nudge(round=respondent.round, parties=[respondent.party], by=make.UserFactory())
    if what == "handed in":
        hand_in(respondent)
    elif what == "left the party":
        official.memberships.update(ends_on=datetime.date(2020, 1, 2))
    elif what == "closed":
        close_round(round=respondent.round, by=make.UserFactory())
    assert (withdraw_moot(), Mail.objects.count()) == ((0, 1) if what == "nothing" else (1, 0))


def test_withdraw_moot_leaves_what_is_sent_claimed_or_partly_so():
    first, second = asked(make.RoundFactory()), asked(make.RoundFactory())
    join(user=person(first.party), party=second.party, role=Role.REPORTER, starts_on=OPENED.date())
    write_due()
    hand_in(first)
    assert (withdraw_moot(), Notice.objects.count()) == (0, 2)
    hand_in(second)
    Mail.objects.update(claimed_at=timezone.now())
    assert withdraw_moot() == 0


# --- Sending ----------------------------------------------------------------------------------------------------------


class Server:
    """Stands in for a mail server that answers what it is told; used through Django's own setting of a backend."""

    answer = None

    def __init__(self, **options):
        self.is_open = False

    def open(self):
        if isinstance(Server.answer, ConnectionRefusedError):
            raise Server.answer
        return True

    def close(self):
        pass

    def send_messages(self, messages):
        if Server.answer:
            raise Server.answer
        return len(messages)


@pytest.fixture
def server(settings):
    settings.EMAIL_BACKEND = f"{__name__}.Server"
    Server.answer = None
    return Server


def test_send_reminders_writes_and_sends(capsys):
    respondent = asked(opened())
    official = person(respondent.party)
    with time_machine.travel(datetime.datetime.combine(day(-14), datetime.time(6))):
        call_command("send_reminders")
        call_command("send_reminders")
    sent = outbox.outbox[0]
    assert (len(outbox.outbox), sent.recipients()) == (1, [official.email])
    assert sent.subject == f"Uppsala län, omgång {respondent.round.label}: 1 svar kvar, svara senast 2026-08-31"
    assert sent.extra_headers["Auto-Submitted"] == "auto-generated"
    assert Mail.objects.get().sent_at is not None
    assert capsys.readouterr().out.splitlines() == [
        "Skrev 1 brev.",
        "Skickade 1, väntar med 0, gav upp 0.",
        "Skrev 0 brev.",
        "Skickade 0, väntar med 0, gav upp 0.",
    ]


def test_send_reminders_needs_an_address_for_its_links(settings):
    settings.PORTAL_URL = ""
    with pytest.raises(CommandError, match="PORTAL_URL"):
        call_command("send_reminders")


@pytest.mark.parametrize("name", ["console", "dummy", "locmem"])
def test_send_reminders_in_production_sends_for_real(settings, name):
    settings.PRODUCTION, settings.EMAIL_BACKEND = True, f"django.core.mail.backends.{name}.EmailBackend"
    with pytest.raises(CommandError, match="skickar inga brev"):
        call_command("send_reminders")


def test_send_unsent_leaves_everything_where_no_server_answers(server):
    letter = make.MailFactory()
    server.answer = ConnectionRefusedError("nere")
    with pytest.raises(CommandError, match="E-postservern svarar inte"):
        call_command("send_reminders")
    with pytest.raises(Unreachable):
        send_unsent()
    letter.refresh_from_db()
    assert (letter.attempts, letter.claimed_at, letter.given_up_at) == (0, None, None)
    server.answer = None
    assert send_unsent().sent == 1


REFUSED_FOR_NOW = smtplib.SMTPRecipientsRefused({"a@b.se": (451, b"grey listed")})
REFUSED = smtplib.SMTPRecipientsRefused({"a@b.se": (550, b"no such user")})


def test_send_unsent_tries_again_later_and_gives_up_with_the_error_kept(server):
    letter = make.MailFactory()
    server.answer = REFUSED_FOR_NOW
    tallies = {}
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for number in range(220):
            tally = send_unsent()
            tallies |= {number * 10: tally} if tally.postponed or tally.given_up else {}
            clock.shift(datetime.timedelta(minutes=10))
    letter.refresh_from_db()
    minutes_after = {0: 1, 10: 1, 40: 1, 160: 1, 520: 1, 1960: 0}
    assert {minute: tally.postponed for minute, tally in tallies.items()} == minutes_after
    assert (tallies[1960].given_up, letter.attempts, letter.sent_at) == (1, 6, None)
    assert "grey listed" in letter.error


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (REFUSED, "no such user"),
        (smtplib.SMTPDataError(554, b"spam"), "spam"),
        (smtplib.SMTPServerDisconnected("gone"), "oklart"),
        (TimeoutError("slow"), "oklart"),
        (ValueError("bad header"), "bad header"),
    ],
)
def test_send_unsent_gives_up_what_is_refused_for_good_or_uncertain(server, answer, says):
    letter = make.MailFactory()
    server.answer = answer
    assert (send_unsent().given_up, send_unsent().given_up) == (1, 0)
    letter.refresh_from_db()
    assert letter.given_up_at is not None
    assert says in letter.error


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"claimed_at": "2026-08-01T10:00Z"}, "avbröts"),
        ({"send_after": "2026-08-01T10:00Z"}, "tre dagar"),
        ({"send_after": "2026-08-01T10:00Z", "error": "451 grey listed"}, "grey listed"),
    ],
)
def test_send_unsent_gives_up_what_a_run_left_and_what_is_old(fields, says):
    letter = make.MailFactory(**fields)
    with time_machine.travel("2026-08-05T10:00Z"):
        assert send_unsent().given_up == 1
    letter.refresh_from_db()
    assert (says in letter.error, outbox.outbox) == (True, [])


def test_send_unsent_leaves_what_another_run_has_claimed():
    make.MailFactory(claimed_at=timezone.now())
    assert (send_unsent().sent, outbox.outbox) == (0, [])


def test_send_unsent_sends_nothing_to_a_closed_account():
    letter = make.MailFactory(user__is_active=False)
    assert (send_unsent().given_up, outbox.outbox) == (1, [])
    letter.refresh_from_db()
    assert letter.error == "Kontot är avslutat."
