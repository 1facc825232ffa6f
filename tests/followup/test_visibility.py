"""Who sees and does what with a report: role × state × own or other party. And what a draft moves outside it: nothing.

The table is the expectation, said apart from the code. Letters: **s**ee what it says, **e**dit, hand **i**n, see what
was **h**anded in before it was returned.
"""

import re
from io import BytesIO
from zipfile import ZipFile

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.test import Client
from django.utils import timezone

from agreements.models import Agreement
from followup.models import Report, Respondent, Return, Round
from followup.services import close_round
from parties.models import Role
from parties.rights import hats_on
from parties.services import join
from tests import factories as make
from tests.test_access import ANONYMOUS, DOORS, LATER, address, build, clients

pytestmark = pytest.mark.django_db

PEOPLE = (
    "own reporter", "own approver", "own reader", "own party_administrator", "other reporter", "other approver",
    "other reader", "coordinator", "auditor", "council_member", "coordinator elsewhere", "system_administrator",
    "former reporter", "anonymous",
)  # fmt: skip
STATES = ("empty", "draft", "submitted", "in review", "returned", "approved", "closed", "published")
NOBODY = dict.fromkeys(STATES, "")
READS = {
    **NOBODY,
    "submitted": "s",
    "in review": "s",
    "returned": "h",
    "approved": "s",
    "closed": "s",
    "published": "s",
}
OWN = {**dict.fromkeys(STATES, "s")}
WRITES = {**OWN, "empty": "sei", "draft": "sei", "submitted": "s", "returned": "sei"}
PUBLIC = {**NOBODY, "published": "s"}
EXPECTED = {
    "own reporter": WRITES,
    "own approver": WRITES,
    "own reader": OWN,
    "own party_administrator": PUBLIC,
    "other reporter": PUBLIC,
    "other approver": PUBLIC,
    "other reader": PUBLIC,
    "coordinator": READS,
    "auditor": READS,
    "council_member": READS,
    "coordinator elsewhere": PUBLIC,
    "system_administrator": PUBLIC,
    "former reporter": PUBLIC,
    "anonymous": PUBLIC,
}  # fmt: skip


@pytest.fixture
def report():
    """A report of a party of a published agreement."""
    report = make.ReportFactory()
    make.AccessionFactory(agreement=report.round.agreement, party=report.party)
    make.RespondentFactory(round=report.round, party=report.party, begun_at=timezone.now())
    return report


def bring_to(report, state):
    """The report in a state, by the verbs that lead there."""
    coordinator = make.UserFactory()
    if state == "empty":
        return
    report.status, report.text = "ongoing", "Vi har börjat."
    report.save()
    if state == "draft":
        return
    report.submit(by=make.UserFactory())
    if state == "submitted":
        return
    report.round.start_review(by=coordinator)
    if state == "returned":
        report.send_back(by=coordinator, reasons={"text": "Var?"})
    elif state in ("approved", "closed", "published"):
        report.approve(by=coordinator)
    if state in ("closed", "published"):
        close_round(round=report.round, by=coordinator)
    if state == "published":
        Round.objects.get(pk=report.round_id).publish(by=coordinator)


def person(who, report):
    agreement = report.round.agreement
    if who == "anonymous":
        return AnonymousUser()
    if who == "council_member":
        group = make.MandateFactory(agreement=agreement).body.group()
        return make.MembershipFactory(role=Role.COUNCIL_MEMBER, group=group).user
    if who == "former reporter":
        return make.MembershipFactory(
            party=report.party, role=Role.REPORTER, starts_on="2020-01-01", ends_on="2020-12-31"
        ).user
    if who in ("coordinator", "auditor"):
        return make.MembershipFactory(party=agreement.coordinating_party, role=who).user
    if who == "coordinator elsewhere":
        return make.MembershipFactory(party=make.AgreementFactory().coordinating_party, role=Role.COORDINATOR).user
    if who == "system_administrator":
        return make.MembershipFactory(role=who, user__is_superuser=True, user__is_staff=True).user
    whose, role = who.split()
    party = report.party if whose == "own" else make.AccessionFactory(agreement=agreement).party
    return make.MembershipFactory(party=party, role=role).user


def letters(user, report):
    """What the person may do with the report, as letters in the order of the docstring."""
    asked = {
        "s": Report.objects.visible_to(user),
        "e": Report.objects.editable_by(user),
        "i": Report.objects.submittable_by(user),
        "h": Report.objects.returned_visible_to(user),
    }
    return "".join(letter for letter, rows in asked.items() if rows.filter(pk=report.pk).exists())


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("who", PEOPLE)
def test_report_is_seen_and_changed_as_the_table_says(report, who, state):
    bring_to(report, state)
    assert letters(person(who, report), report) == EXPECTED[who][state]


def test_only_approvers_hand_in_where_the_party_wants_it(report):
    make.ReportingRuleFactory(party=report.party)
    bring_to(report, "draft")
    assert letters(person("own reporter", report), report) == "se"
    assert letters(person("own approver", report), report) == "sei"


@pytest.mark.parametrize("who", PEOPLE)
def test_reasons_are_read_by_the_party_and_those_who_read_what_it_handed_in(report, who):
    bring_to(report, "returned")
    seen = Return.objects.visible_to(person(who, report)).exists()
    assert seen == (who in {"own reporter", "own approver", "own reader", "coordinator", "auditor", "council_member"})


@pytest.mark.parametrize("is_round_public", [False, True])
@pytest.mark.parametrize("published_on", [None, "2026-01-01", "2099-01-01"])
@pytest.mark.parametrize("status", [Agreement.Status.DRAFT, Agreement.Status.IN_FORCE])
def test_rounds_visible_with_known_rights_are_those_visible_to(report, status, published_on, is_round_public):
    Agreement.objects.filter(pk=report.round.agreement_id).update(status=status, published_on=published_on)
    bring_to(report, "published" if is_round_public else "submitted")
    for who in PEOPLE:
        user = person(who, report)
        rights = {right for hat in hats_on(user, Agreement, report.round.agreement.slug) for right in hat.rights}
        with_rights = Round.objects.filter(pk=report.round_id).visible_with(rights, timezone.localdate())
        assert (who, set(with_rights)) == (who, set(Round.objects.visible_to(user)))


# --- what a draft moves outside its party: nothing --------------------------------------------------------------------

CHANGES_EACH_TIME = re.compile(rb'name="csrfmiddlewaretoken" value="[^"]*"|"X-CSRFToken": ?"[^"]*"|nonce="[^"]*"')
LEFT = ("actionplans:edition_detail", "actionplans:plan_list")
# The log tells who has asked for what, and so moves by reading; the empty workbook is the same for all.
TELLS_NOTHING = ("portal:audit_log", "portal:audit_export", "portal:workbook_template")
WATCHED = ("ETag", "Last-Modified", "Content-Disposition")


def all_watched(browsers, world):
    """(person, address) of every address that may tell of reports.

    The packages to the left of the follow-up know nothing of it; of them a plan's page and list stand for all.
    """
    found = {}
    for doors in (DOORS, LATER):
        for name, door in doors.items():
            of_reports = name.startswith(("followup:", "portal:")) or name in LEFT
            if of_reports and door.only != "post" and name not in TELLS_NOTHING:
                found |= {(person, address(door, name, world)): None for person in browsers}
    return list(found)


def what_is_seen(browsers, asked):
    """(person, address) → what that outsider gets there, without what differs each time."""
    found = {}
    for person, url in asked:
        response = browsers[person].get(url)
        body = b"".join(response) if response.streaming else response.content
        headers = tuple(response.headers.get(header) for header in WATCHED)
        found[person, url] = (response.status_code, headers, told_by(body))
    return found


def told_by(body):
    """What a page or a spreadsheet says."""
    if not body.startswith(b"PK"):
        return CHANGES_EACH_TIME.sub(b"", body)
    with ZipFile(BytesIO(body)) as book:
        return b"".join(book.read(name) for name in sorted(book.namelist()) if not name.startswith("docProps"))


@time_machine.travel("2026-10-19 10:00:00+02:00", tick=False)
def test_draft_moves_nothing_outside_its_party(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    world = build("in_force", "2020-01-01")
    browsers = {
        name: browser
        for name, browser in clients(world).items()
        if name in (ANONYMOUS, "own coordinator", "own auditor", "own council_member", "own party_administrator")
    }
    neighbour = make.UserFactory()
    join(user=neighbour, party=make.AccessionFactory(agreement=world["agreement"]).party, role=Role.REPORTER)
    browsers["neighbour"] = Client(raise_request_exception=False)
    browsers["neighbour"].force_login(neighbour)
    report = Report.objects.get(pk=world["report"])
    Respondent.objects.update_or_create(round=report.round, party=report.party, defaults={"begun_at": timezone.now()})
    before, unwritten = what_is_seen(browsers, all_watched(browsers, world)), transaction.savepoint()
    report.status, report.text, report.decision_asked = "deviating", "Kanarieutkast", "Kanariefråga"
    report.numbers = {"total": 4711}
    report.save_version(report.version)
    after = what_is_seen(browsers, before)
    assert not any(b"Kanarie" in body for _status, _headers, body in after.values())
    moved = [key for key in before if before[key] != after[key]]
    transaction.savepoint_rollback(unwritten)
    again = what_is_seen(browsers, moved)  # what the first visit itself leaves behind, such as a message, moves nothing
    assert [key for key in moved if again[key] != after[key]] == []
    assert len(moved) < 10
