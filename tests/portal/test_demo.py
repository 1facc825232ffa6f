"""The demonstration: one account per role, filled once, and no way into a portal in production."""

import csv
from collections import Counter

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from actionplans.models import ActionPlan, Comment, Proposal
from actionplans.proposing import standings
from agreements.models import Agreement
from followup.models import Return, Round
from governance.models import AgendaItem, Attendance, Record
from parties.models import Mail, Membership, Role, User
from portal import demonstration_round
from portal.management.commands import demo
from tests.factories import ReportFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def only_the_example(monkeypatch, tmp_path):
    """The real agreements are loaded by the tests of the fixtures; here the living example is enough."""
    (tmp_path / demo.EXAMPLE).symlink_to(demo.FIXTURES / demo.EXAMPLE)
    monkeypatch.setattr(demo, "FIXTURES", tmp_path)


def slug_of(folder):
    with (folder / "overenskommelse.csv").open(encoding="utf-8-sig") as file:
        return next(csv.DictReader(file, delimiter=";"))["adress"]


def test_demo_fills_the_example_once(only_the_example, django_assert_max_num_queries, capsys):
    call_command("demo")
    agreement = Agreement.objects.get(slug=slug_of(demo.FIXTURES / demo.EXAMPLE))
    assert agreement.is_example
    assert set(Membership.objects.values_list("role", flat=True)) == set(Role.values)
    assert set(User.objects.values_list("is_demo", flat=True)) == {True}
    said = capsys.readouterr().out
    assert [email for email in User.objects.values_list("email", flat=True) if email not in said] == []
    assert demo.PASSWORD in said
    council = Record.objects.count(), Attendance.objects.count(), AgendaItem.objects.filter(kind="follow_up").count()
    assert council == (1, 19, 8)
    rows = (User, Membership, Agreement.history, Record, Attendance, AgendaItem)
    counts = [getattr(row, "objects", row).count() for row in rows]
    with django_assert_max_num_queries(31):  # whether each part is there already
        call_command("demo", verbosity=0)
    assert [getattr(row, "objects", row).count() for row in rows] == counts


def test_demo_has_proposals_on_their_way_once(only_the_example):
    for _time in range(2):
        call_command("demo", verbosity=0)
        states = Counter(proposal.state for proposal in Proposal.objects.all())
        assert states == {"draft": 1, "submitted": 5, "accepted": 1, "merged": 1, "declined": 1}
        assert Comment.objects.count() == 6
    plan = ActionPlan.objects.get(key="handlingsplan")
    assert (standings(plan).members, standings(plan).ranked) == (2, 2)
    landed = Proposal.objects.get(outcome="accepted").activity
    assert (landed.edition.label, landed.origin) == ("2", "proposed")


def test_demo_has_a_round_in_full_swing_once(only_the_example):
    for _time in range(2):
        call_command("demo", verbosity=0)
        round = Round.objects.get(label="2")
        states = Counter(report.state for report in round.reports.all())
        assert states == {"approved": 26, "submitted": 28, "returned": 2, "draft": 15, "empty": 21}
        letters = Mail.objects.exclude(kind__in=[Mail.Kind.AGREEMENT, Mail.Kind.CONSULTATION])
        assert (Return.objects.count(), letters.count()) == (2, 11)
    silent = round.respondents.filter(begun_at=None).values_list("party__key", flat=True)
    assert set(silent) == set(demonstration_round.SILENT)
    waiting = round.respondents.exclude(ready_at=None).with_rule().get()
    assert (waiting.party.key, waiting.needs_approver, waiting.ready_by.name) == (
        "kommun-0360",
        True,
        "Hugo Handläggare",
    )
    assert not Mail.objects.unsent().exists()
    returned = round.reports.get(party__key="arbetsformedlingen", activity__number="A3")
    assert (returned.last_submitted.status, list(returned.returns.get().reasons)) == (
        "deviating",
        ["text", "new_end_date"],
    )


def test_demo_leaves_a_round_alone_that_stands_otherwise_than_loaded():
    ReportFactory(round__agreement__slug=demonstration_round.AGREEMENT, round__label=demonstration_round.ROUND)
    demonstration_round.act_out_the_round()
    assert (Return.objects.count(), Mail.objects.count()) == (0, 0)


def test_demo_adds_invented_plans_to_the_facts_once(monkeypatch, tmp_path):
    for folder in (demo.EXAMPLE, "stockholm", demo.EXAMPLE_PLANS):
        (tmp_path / folder).symlink_to(demo.FIXTURES / folder)
    monkeypatch.setattr(demo, "FIXTURES", tmp_path)
    for _time in range(2):
        call_command("demo", verbosity=0)
        plans = ActionPlan.objects.filter(agreement__slug="stockholm-ksl-2008")
        assert list(plans.values_list("key", "is_example")) == [("plan-for-insatser", True)]


def test_demo_is_refused_in_production(settings):
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="hör inte hemma i drift"):
        call_command("demo")
    assert not User.objects.exists()


@pytest.mark.parametrize(("is_demo", "production", "gets_in"), [
    (True, False, True),
    (True, True, False),
    (False, True, True),
])  # fmt: skip
def test_demo_accounts_log_in_only_in_the_demo(client, settings, is_demo, production, gets_in):
    settings.PRODUCTION = production
    user = UserFactory(password=demo.PASSWORD, is_demo=is_demo)
    client.post(reverse("account_login"), {"login": user.email, "password": demo.PASSWORD})
    assert ("_auth_user_id" in client.session) is gets_in


def test_demo_session_ends_in_production(client, settings):
    client.force_login(UserFactory(is_demo=True))
    settings.PRODUCTION = True
    assert client.get(reverse("portal:work")).status_code == 302
