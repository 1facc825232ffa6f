"""Decisions recorded in a meeting: what follows from each kind, and when they are refused with nothing written."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from followup.models import AgendaLink
from governance.models import Assignment, Decision, Responsibility
from parties.models import Mail, MailSettings, Role
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def mandate():
    return factories.MandateFactory(level="deciding", body__name="Rådet")


@pytest.fixture
def meeting(mandate):
    return factories.MeetingFactory(body=mandate.body, held_on=timezone.localdate(), key="mote-1")


@pytest.fixture
def item(meeting, mandate):
    return factories.AgendaItemFactory(meeting=meeting, agreement=mandate.agreement)


@pytest.fixture
def secretary(login_as, mandate):
    """Sits in the body and keeps its meetings; edits nothing of the agreement."""
    user = login_as(Role.COUNCIL_MEMBER, group=mandate.body.group())
    factories.SeatFactory(body=mandate.body, role="secretary", membership=user.memberships.get(), party=None)
    return user


@pytest.fixture
def decide(client, secretary, item):
    def decide(word, **data):
        meeting = item.meeting
        slug = meeting.body.mandates.first().agreement.slug
        url = reverse("followup:decision_record", args=[slug, meeting.body.key, meeting.key, item.pk])
        return client.post(f"{url}?slag={word}", {"title": "Beslutar", **data})

    return decide


@pytest.fixture
def edition(mandate, item):
    plan = factories.ActionPlanFactory(agreement=mandate.agreement, adopted_by=mandate)
    edition = factories.EditionFactory(plan=plan, state="proposed")
    factories.ActivityFactory(edition=edition, responsible=factories.ActorFactory(agreement=mandate.agreement))
    AgendaLink.objects.create(item=item, edition=edition)
    edition.refresh_from_db()
    return edition


def adoption(edition):
    return {"edition": edition.pk, f"stampel-{edition.pk}": edition.stamp}


def recorded():
    return list(Decision.objects.order_by("pk").values_list("paragraph", "kind"))


def test_decision_record_numbers_the_paragraphs_in_each_meeting(decide, meeting, mandate):
    factories.DecisionFactory(body=meeting.body, meeting=meeting, paragraph="§ 8")
    factories.DecisionFactory(body=meeting.body, paragraph="§ 70")
    decide("annat")
    decide("annat")
    assert [paragraph for paragraph, _kind in recorded()][2:] == ["§ 9", "§ 10"]
    assert Decision.objects.get(paragraph="§ 10").agreement == mandate.agreement


def test_decision_record_adopts_the_edition_as_it_was_shown(decide, edition):
    decide("plan", **adoption(edition))
    edition.refresh_from_db()
    assert (edition.state, edition.decision.paragraph, recorded()) == ("adopted", "§ 1", [("§ 1", "adopt_edition")])


def test_decision_record_refuses_an_edition_that_was_changed_since_it_was_shown(decide, edition):
    shown = adoption(edition)
    factories.ActivityFactory(edition=edition, responsible=edition.activities.get().responsible)
    response = decide("plan", **shown)
    edition.refresh_from_db()
    text = response.content.decode()
    assert (edition.state, recorded()) == ("proposed", [])
    assert ("har ändrats sedan sidan öppnades" in text, str(edition.stamp) in text, "Beslutar" in text) == (True,) * 3
    decide("plan", **adoption(edition))  # read once more
    assert recorded() == [("§ 1", "adopt_edition")]


def test_decision_record_adopts_nothing_that_another_body_adopts(decide, edition, mandate):
    edition.plan.adopted_by = factories.MandateFactory(agreement=mandate.agreement)
    edition.plan.save()
    decide("plan", **adoption(edition))
    edition.refresh_from_db()
    assert edition.state == "proposed"


@pytest.mark.parametrize("hindrance", ["no quorum", "not held yet", "finished"])
def test_decision_record_refuses_where_the_meeting_takes_no_decisions(decide, client, meeting, item, hindrance):
    if hindrance == "no quorum":
        meeting.quorum = "no"
    elif hindrance == "not held yet":
        meeting.held_on += datetime.timedelta(days=1)
    else:
        meeting.published_at = timezone.now()
    meeting.save()
    decide("annat")
    decide("anteckning", notes="Vi talade om det.", version=item.version)
    item.refresh_from_db()
    assert (recorded(), item.notes) == ([], "" if hindrance == "finished" else "Vi talade om det.")


def test_decision_record_notes_the_rounds_the_matter_is_about(decide, item, mandate):
    round = factories.RoundFactory(agreement=mandate.agreement)
    AgendaLink.objects.create(item=item, round=round)
    decide("uppfoljning")
    assert recorded() == [("§ 1", "note_follow_up")]


@pytest.fixture
def municipality(mandate):
    return factories.AccessionFactory(agreement=mandate.agreement, party__name="Heby kommun").party


def reporter(party, **settings):
    user = factories.MembershipFactory(party=party, role=Role.REPORTER).user
    if settings:
        MailSettings.objects.create(user=user, **settings)
    return user


def test_decision_record_gives_each_receiver_an_assignment_and_a_letter(decide, mandate, municipality):
    user = reporter(municipality)
    due_on = timezone.localdate() + datetime.timedelta(days=30)
    other = factories.AccessionFactory(agreement=mandate.agreement).party
    receivers = [f"part-{municipality.pk}", f"part-{other.pk}"]
    decide("uppdrag", task="Lista hindren", receivers=receivers, due_on=due_on)
    given = set(Assignment.objects.values_list("party", "text", "due_on"))
    assert given == {(municipality.pk, "Lista hindren", due_on), (other.pk, "Lista hindren", due_on)}
    letter = Mail.objects.get()
    own = Assignment.objects.get(party=municipality)
    assert (letter.user, letter.kind) == (user, "assignment")
    assert reverse("followup:assignment_detail", args=[mandate.agreement.slug, own.pk]) in letter.body
    assert "Lista hindren" in letter.body


def test_decision_record_gives_all_parties_at_once(decide, mandate, municipality):
    factories.AccessionFactory(agreement=mandate.agreement)
    factories.AccessionFactory()
    decide("uppdrag", task="Redovisa", receivers=["alla"])
    expected = set(mandate.agreement.accession_set.values_list("party", flat=True))
    assert set(Assignment.objects.values_list("party", flat=True)) == expected


@pytest.mark.parametrize(
    ("settings", "letters"),
    [({}, 1), ({"paused_until": "2999-01-01"}, 0), ({"pace": "weekly"}, 1)],
)
def test_write_assigned_heeds_what_people_have_said_of_letters(decide, municipality, settings, letters):
    reporter(municipality, **settings)
    decide("uppdrag", task="Lista", receivers=[f"part-{municipality.pk}"])
    today = timezone.localdate()
    late = settings.get("pace") == "weekly" and today.weekday() > 0
    assert [timezone.localdate(mail.send_after) > today for mail in Mail.objects.all()] == [late] * letters


def test_write_assigned_writes_to_the_colleague_of_somebody_who_is_away(decide, municipality):
    colleague = reporter(municipality)
    away = reporter(municipality, away_from="2020-01-01", away_until="2999-01-01", alternate=colleague)
    decide("uppdrag", task="Lista", receivers=[f"part-{municipality.pk}"])
    assert list(Mail.objects.values_list("user", "instead_of")) == [(colleague.pk, away.pk)]


@pytest.mark.parametrize("bad", [{"due_on": "2001-01-01"}, {"receivers": []}, {"task": ""}])
def test_decision_record_keeps_what_was_typed_where_an_assignment_is_not_whole(decide, municipality, bad):
    data = {"task": "Lista hindren", "receivers": [f"part-{municipality.pk}"], **bad}
    response = decide("uppdrag", **data)
    assert (response.status_code, recorded(), Assignment.objects.count()) == (200, [], 0)


def test_decision_record_keeps_what_was_typed_when_the_kind_is_changed(decide, edition, municipality):
    chosen = [f"part-{municipality.pk}", "alla"]
    plan = decide("plan&fran=uppdrag", title="Listar hindren", task="Lista", receivers=chosen).context
    assert plan["form"]["title"].value() == "Listar hindren"
    assert sorted(plan["beside"]) == [("receivers", "alla"), ("receivers", chosen[0]), ("task", "Lista")]
    again = decide("uppdrag&fran=anteckning", task="Lista", receivers=chosen, notes="Sagt", version="7").context
    assert [again["form"][name].value() for name in ("task", "receivers")] == ["Lista", chosen]
    assert sorted(again["beside"]) == [("notes", "Sagt"), ("version", "7")]
    assert recorded() == []


def test_decision_record_lets_each_kind_propose_its_own_wording(decide, item, edition):
    assert decide("plan&fran=annat", title=item.title).context["form"]["title"].value() == f"Fastställer {edition}"


def test_decision_record_fills_a_missing_group(decide, mandate, meeting):
    missing = factories.MandateFactory(
        agreement=mandate.agreement, body__state="planned", body__county=mandate.body.county
    )
    area = factories.PriorityAreaFactory(agreement=mandate.agreement)
    interim = factories.ResponsibilityFactory(area=area, scope="interim")
    planned = factories.ResponsibilityFactory(area=area, scope="planned", actor=missing.actor)
    elsewhere = factories.ResponsibilityFactory(agreement=mandate.agreement, scope="interim")
    decide("grupp", mandate=missing.pk)
    for row in (missing.body, interim, planned, elsewhere):
        row.refresh_from_db()
    assert (missing.body.state, missing.body.formed) == ("active", meeting.held_on.isoformat())
    assert (planned.scope, planned.starts_on) == (Responsibility.Scope.WHOLE, meeting.held_on)
    assert (interim.ends_on, elsewhere.ends_on) == (meeting.held_on - datetime.timedelta(days=1), None)
    assert Decision.objects.get().mandate == missing


def test_decision_record_fills_no_group_that_exists(decide, mandate):
    decide("grupp", mandate=factories.MandateFactory(agreement=mandate.agreement).pk)
    assert recorded() == []


@pytest.mark.parametrize("published", [False, True])
def test_decision_edit_changes_the_wording_until_the_notes_are_finished(decide, client, item, published):
    decide("annat")
    meeting, decision = item.meeting, Decision.objects.get()
    if published:
        meeting.published_at = timezone.now()
        meeting.save()
    args = [decision.agreement.slug, meeting.body.key, meeting.key, item.pk, decision.pk]
    data = {"paragraph": "§ 14", "title": "Bättre sagt", "version": decision.version}
    response = client.post(reverse("followup:decision_edit", args=args), data)
    decision.refresh_from_db()
    assert (str(decision), response.status_code) == (("§ 1 Beslutar", 200) if published else ("§ 14 Bättre sagt", 302))
