"""Reports: who sees which state, when they may change, and what a round does to them."""

import pytest
from django.db import IntegrityError, transaction
from django.db.models.signals import pre_save
from django.utils import timezone

from actionplans.models import Edition
from followup.models import Incomplete, Report, Respondent, Round
from followup.services import add_reports, adopt_edition, close_round, open_round
from governance.models import Decision
from lib.db import Frozen
from parties.models import Role
from tests.factories import (
    AccessionFactory,
    ActivityFactory,
    ActorFactory,
    EditionFactory,
    MandateFactory,
    MembershipFactory,
    ReportFactory,
    RoundFactory,
    UserFactory,
    adopt,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def report():
    """A report of a party of the round's agreement."""
    report = ReportFactory()
    AccessionFactory(agreement=report.round.agreement, party=report.party)
    return report


def person(kind, report):
    agreement = report.round.agreement
    if kind == "council":
        body = MandateFactory(agreement=agreement).body
        return MembershipFactory(role=Role.COUNCIL_MEMBER, group=body.group()).user
    party, role = {
        "own reporter": (report.party, Role.REPORTER),
        "own reader": (report.party, Role.READER),
        "own administrator": (report.party, Role.PARTY_ADMINISTRATOR),
        "coordinator": (agreement.coordinating_party, Role.COORDINATOR),
        "auditor": (agreement.coordinating_party, Role.AUDITOR),
        "other party": (AccessionFactory(agreement=agreement).party, Role.REPORTER),
        "elsewhere": (None, Role.REPORTER),
    }[kind]
    return MembershipFactory(role=role, **({"party": party} if party else {})).user


def put_in_state(report, state):
    now = timezone.now()
    if state != "draft":
        Report._base_manager.filter(pk=report.pk).update(status="ongoing", submitted_at=now, submitted_by=UserFactory())
    if state == "published":
        Round._base_manager.filter(pk=report.round_id).update(closed_at=now, published_at=now)


VISIBLE = {
    # who: (draft, submitted, published)
    "own reporter": (True, True, True),
    "own reader": (True, True, True),
    "own administrator": (False, False, True),
    "coordinator": (False, True, True),
    "auditor": (False, True, True),
    "council": (False, True, True),
    "other party": (False, False, True),
    "elsewhere": (False, False, True),
}


@pytest.mark.parametrize("state", ["draft", "submitted", "published"])
@pytest.mark.parametrize("who", VISIBLE)
def test_visible_to_follows_role_and_state(report, who, state):
    put_in_state(report, state)
    user = person(who, report)
    expected = VISIBLE[who][("draft", "submitted", "published").index(state)]
    assert Report.objects.visible_to(user).contains(report) is expected


@pytest.mark.parametrize("state", ["draft", "submitted", "published"])
@pytest.mark.parametrize("who", VISIBLE)
def test_editable_by_is_the_partys_reporter_until_submitted(report, who, state):
    put_in_state(report, state)
    user = person(who, report)
    assert Report.objects.editable_by(user).contains(report) is (who == "own reporter" and state == "draft")


def test_submit_needs_an_answer(report):
    with pytest.raises(Incomplete) as refused:
        report.submit(by=UserFactory())
    assert refused.value.args[0] == {"status": "Välj hur det går."}


def test_submit_of_a_deviation_needs_cause_measure_and_date(report):
    report.status = "deviating"
    report.save()
    with pytest.raises(Incomplete) as refused:
        report.submit(by=UserFactory())
    assert set(refused.value.args[0]) == {"deviation_cause", "deviation_measure", "new_end_date"}


def test_submit_twice_is_refused(report):
    report.status = "done"
    report.save()
    report.submit(by=UserFactory())
    with pytest.raises(Frozen):
        report.submit(by=UserFactory())


def test_empty_status_is_never_submitted(report):
    with pytest.raises(IntegrityError), transaction.atomic():
        Report._base_manager.filter(pk=report.pk).update(submitted_at=timezone.now(), submitted_by=UserFactory())


FREEZE = {
    "approved": lambda report: Report._base_manager.filter(pk=report.pk).update(
        status="ongoing", submitted_at=timezone.now(), approved_at=timezone.now(), approved_by=UserFactory()
    ),
    "round closed": lambda report: close_round(round=report.round, by=UserFactory()),
}


@pytest.mark.parametrize("freeze", FREEZE.values(), ids=FREEZE.keys())
def test_frozen_report_refuses_every_write(report, freeze):
    freeze(report)
    report = Report.objects.get(pk=report.pk)
    report.text = "ändrad"
    writes = [report.save, report.delete, lambda: Report.objects.update(text="ändrad"), Report.objects.all().delete]
    for write in writes:
        with pytest.raises(Frozen), transaction.atomic():
            write()
    assert Report.objects.get(pk=report.pk).text == ""


def test_closed_round_can_only_be_published():
    round = RoundFactory()
    close_round(round=round, by=UserFactory())
    with pytest.raises(Frozen):
        Round.objects.update(due_on="2030-01-01")
    with pytest.raises(Frozen):
        close_round(round=round, by=UserFactory())
    round.publish(by=UserFactory())
    assert Round.objects.get().state == "published"


def test_open_round_asks_each_party_about_its_activities():
    edition = EditionFactory()
    agreement = edition.plan.agreement
    municipalities = {AccessionFactory(agreement=agreement, party__kind="municipality").party.pk for _ in range(3)}
    together = ActorFactory(agreement=agreement, kind="collective", key="kommunerna", name="kommunerna")
    ActivityFactory(edition=edition, responsible=together)
    ActivityFactory(edition=edition)  # of somebody who is no party: nobody to ask
    adopt(edition)
    ActivityFactory(edition=EditionFactory(plan=edition.plan), responsible=together)  # a draft asks nobody
    round = RoundFactory(agreement=agreement, planned=True)
    assert open_round(round=round, by=UserFactory()) == 3
    assert set(Report.objects.values_list("party", flat=True)) == municipalities


def test_adopt_edition_adds_reports_and_leaves_answers_alone():
    report = ReportFactory(submitted=True, text="svarat")
    agreement = report.round.agreement
    edition = EditionFactory(plan__agreement=agreement)
    party = AccessionFactory(agreement=agreement).party
    ActivityFactory(edition=edition, responsible=ActorFactory(agreement=agreement, party=party))
    mandate = MandateFactory(agreement=agreement)
    decision = adopt_edition(edition=edition, mandate=mandate, decided_on=timezone.localdate(), by=UserFactory())
    assert edition.decision == decision
    assert Report.objects.get(pk=report.pk).text == "svarat"
    assert set(report.round.reports.values_list("party", flat=True)) == {report.party_id, party.pk}
    assert add_reports(round=report.round) == 0


def test_add_reports_asks_nothing_about_what_the_edition_ended():
    edition = EditionFactory()
    party = AccessionFactory(agreement=edition.plan.agreement).party
    actor = ActorFactory(agreement=edition.plan.agreement, party=party)
    standing = ActivityFactory(edition=edition, responsible=actor)
    ActivityFactory(edition=edition, responsible=actor, ending="closed", ending_reason="Klar")
    adopt(edition)
    add_reports(round=RoundFactory(agreement=edition.plan.agreement))
    assert [report.activity for report in Report.objects.all()] == [standing]


def test_adopt_edition_that_fails_midway_leaves_nothing():
    """The third party cannot be asked: no decision, no report, nothing superseded, and the edition is as it was."""
    former = adopt(EditionFactory())
    edition = EditionFactory(plan=former.plan)
    agreement = edition.plan.agreement
    mandate = MandateFactory(agreement=agreement)
    for _ in range(3):
        actor = ActorFactory(agreement=agreement, party=AccessionFactory(agreement=agreement).party)
        ActivityFactory(edition=edition, responsible=actor)
    RoundFactory(agreement=agreement)
    before = Decision.objects.count(), Edition.history.count()

    def refuse(sender, instance, **kwargs):
        if instance.party_id == actor.party_id:
            raise RuntimeError("killed")

    pre_save.connect(refuse, sender=Respondent)
    try:
        with pytest.raises(RuntimeError):
            adopt_edition(edition=edition, mandate=mandate, decided_on=timezone.localdate(), by=UserFactory())
    finally:
        pre_save.disconnect(refuse, sender=Respondent)
    assert (Decision.objects.count(), Edition.history.count()) == before
    states = set(Edition.objects.filter(plan=former.plan).values_list("pk", "state"))
    assert (states, Report.objects.count()) == ({(former.pk, "adopted"), (edition.pk, "draft")}, 0)
