"""Every model of ours has a place where its history is read, or a reason why it needs none."""

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from actionplans.models import InternalNote
from agreements.models import Addressee
from parties.models import Role
from parties.services import join
from portal.history_rules import KINDS, OF_PARTIES, OF_THEIR_OWN
from portal.object_history import PARTS
from tests import factories
from tests.portal.test_history import edit, member_of
from tests.portal.test_history import lines as tab_lines
from tests.portal.test_object_history import lines, read, told
from tests.portal.test_traces import LINKS, NO_DECISION, OURS, SAYS_ITSELF, TOLD_BESIDE

pytestmark = pytest.mark.django_db

# Read on a page of their own, that the thing itself leads to; the rest on the agreement's tab or their whole's page.
OWN_PAGES = {"Report", "Assessment", "Obstacle", "Proposal", "ConsultationResponse", "Membership", "Party"}
BESIDE_PARTY = {"ReportingRule"}  # told on the party's page
# What leaves no history, beside the tables of tests/portal/test_traces.py: those say why, and are held to it.
NEEDS_NONE = {
    "parties.User": "permission and log-in changes stand in the append-only log",
    "parties.AuditEvent": "is itself the log; rows are added and never changed",
}


def own_models():
    """The models of ours, without histories and what only gives a group a right."""
    return [
        model
        for model in apps.get_models()
        if model._meta.app_label in OURS
        and not hasattr(model, "instance_type")
        and not model.__name__.startswith("Historical")
        and "permission" not in model._meta.db_table
    ]


def has_history(model):
    return hasattr(getattr(model, "history", None), "model")


def test_history_of_every_model_is_read_somewhere():
    parts = {part for rows in PARTS.values() for part, _field in rows}
    pages = {model for model in (*OF_THEIR_OWN, *OF_PARTIES) if model.__name__ in OWN_PAGES | BESIDE_PARTY}
    unread = {model for model in own_models() if has_history(model)} - {*KINDS.values(), *parts, *pages}
    assert unread == set()


def test_model_without_history_says_why():
    told = SAYS_ITSELF.keys() | TOLD_BESIDE.keys() | NO_DECISION | LINKS
    bare = {model for model in own_models() if not has_history(model)}
    assert {model._meta.label for model in bare if model._meta.db_table not in told} == NEEDS_NONE.keys()


def test_parts_are_told_where_their_whole_has_a_page():
    known = {*KINDS.values(), *OF_THEIR_OWN}
    assert {model for whole, rows in PARTS.items() for model in (whole, *(part for part, _field in rows))} <= known


# --- Who reads what ---------------------------------------------------------------------------------------------------


@pytest.fixture
def agreement():
    return factories.AgreementFactory()


@pytest.fixture
def coordinate(login_as, agreement):
    return lambda: login_as(Role.COORDINATOR, party=agreement.coordinating_party)


def values(client, agreement, row):
    """Every text that the lines give, old and new."""
    return {
        text for _who, _word, changes in lines(client, agreement, row) for _label, *texts in changes for text in texts
    } - {""}


@pytest.fixture
def addressee(agreement):
    """One that was asked, reminded, given more time and withdrawn."""
    row = factories.AddresseeFactory(
        consultation__agreement=agreement,
        consultation__text=factories.TextVersionFactory(agreement=agreement),
        party=None, name="Föreningen Norr", email="norr@exempel.invalid",
    )  # fmt: skip
    factories.ConsultationResponseFactory(addressee=row)
    edit(row, reminded_at=timezone.now())
    edit(row, extended_to="2026-12-24", extension_reason="Styrelsen möts sent")
    edit(row, withdrawn_at=timezone.now())
    return row


def test_history_of_a_remiss_tells_its_writers_of_each_asked(client, coordinate, agreement, addressee):
    coordinate()
    page = reverse("agreements:consultation_detail", args=[agreement.slug, addressee.consultation_id])
    link = reverse("portal:object_history", args=[agreement.slug, "consultation", addressee.consultation_id])
    assert link in client.get(page).text
    assert link not in client.get(link).text
    assert page in client.get(link).text
    assert {"2026-12-24", "Styrelsen möts sent", "norr@exempel.invalid"} <= values(
        client, agreement, addressee.consultation
    )
    assert len(lines(client, agreement, addressee)) == 4


def test_history_of_a_remiss_keeps_who_was_reminded_and_why_more_time(client, agreement, addressee):
    """Only those who had not answered are reminded: that is told when the answers are public."""
    content = read(client, agreement, addressee.consultation).text
    assert "2026-12-24" in content
    assert not [text for text in ("Styrelsen möts sent", "norr@exempel.invalid", "Påmind") if text in content]
    assert [changes[0][0] for _who, _word, changes in lines(client, agreement, addressee)[:2]] == [
        "Återkallad", "Förlängd till",
    ]  # fmt: skip
    assert len(lines(client, agreement, addressee)) == 3


def test_history_of_draft_comments_is_the_writers(client, login_as, coordinate, agreement):
    row = factories.DraftCommentFactory(agreement=agreement, text="Stryk det här stycket")
    coordinate()
    edit(row, resolved_at=timezone.now(), resolved_by=row.written_by)
    page = client.get(reverse("agreements:draft_comment_list", args=[agreement.slug])).text
    assert "slag=draftcomment" in page
    assert [line[0] for line in tab_lines(client, agreement, slag="draftcomment")] == ["Ändrad", "Tillagd"]
    assert "Stryk det här stycket" in told(client, agreement, row)
    login_as(Role.READER, party=member_of(agreement))
    assert "Kommentar till utkastet" not in [line[1] for line in tab_lines(client, agreement)]
    read(client, agreement, row, status=404)


def test_history_of_a_contribution_is_its_partys_and_the_writers(client, login_as, coordinate, agreement):
    asked, other = member_of(agreement), member_of(agreement)
    row = factories.ContributionFactory(dialogue__agreement=agreement, party=asked, text="Första tanken")
    row.dialogue.invited.set([asked, other])
    edit(row, text="Andra tanken")
    coordinate()
    assert {"Första tanken", "Andra tanken"} <= values(client, agreement, row.dialogue)
    login_as(Role.REPORTER, party=asked)
    page = client.get(reverse("agreements:dialogue_detail", args=[agreement.slug, row.dialogue_id])).text
    assert reverse("portal:object_history", args=[agreement.slug, "dialogue", row.dialogue_id]) in page
    assert {"Första tanken", "Andra tanken"} <= values(client, agreement, row.dialogue)
    login_as(Role.REPORTER, party=other)
    assert not {"Första tanken", "Andra tanken"} & values(client, agreement, row.dialogue)
    read(client, agreement, row, status=404)


@pytest.fixture
def respondent(agreement):
    """A party that was given more time in a round, wrote to its approver and got the answers back."""
    row = factories.RespondentFactory(round__agreement=agreement, party=member_of(agreement))
    author = factories.UserFactory(name="Hanna Ek")
    join(user=author, party=row.party, role=Role.REPORTER)
    edit(row, by=author, ready_at=timezone.now(), ready_by=author, ready_note="Titta på punkt 3")
    edit(row, extended_to="2030-12-24", extension_reason="Sjukdom")
    edit(row, by=author, ready_at=None, ready_by=None, ready_note="Rätta punkt 3")
    return row


def test_history_of_a_round_tells_a_party_of_its_own_place(client, login_as, agreement, respondent):
    login_as(Role.READER, party=respondent.party)
    assert {"2030-12-24", "Sjukdom", "Titta på punkt 3", "Rätta punkt 3"} <= values(client, agreement, respondent.round)
    login_as(Role.READER, party=member_of(agreement))
    assert not {"2030-12-24", "Sjukdom", "Titta på punkt 3"} & values(client, agreement, respondent.round)


def test_history_of_a_round_tells_coordinators_of_more_time_alone(client, coordinate, agreement, respondent):
    coordinate()
    read_values = values(client, agreement, respondent.round)
    assert {"2030-12-24", "Sjukdom"} <= read_values
    content = read(client, agreement, respondent.round).text
    assert not [text for text in ("punkt 3", "Hanna Ek") if text in content]
    assert len(lines(client, agreement, respondent)) == 2


def test_history_of_an_activity_tells_coordinators_of_notes_and_files(client, login_as, coordinate, agreement):
    activity = factories.ActivityFactory(edition__plan__agreement=agreement)
    note = factories.InternalNoteFactory(activity=activity, text="Bara för oss")
    factories.ActivityFileFactory(activity=activity, name="Kalkyl")
    edit(note, text="Fortfarande för oss")
    secret = {"Bara för oss", "Fortfarande för oss", "Kalkyl"}
    coordinate()
    for row in (activity, activity.edition):
        assert secret <= values(client, agreement, row)
    type(activity.edition).objects.filter(pk=activity.edition_id).update(state="proposed")
    login_as(Role.READER, party=member_of(agreement))
    for row in (activity, activity.edition):
        assert not secret & values(client, agreement, row)
    assert InternalNote.objects.count() == 1
    read(client, agreement, note, status=404)


def test_history_of_a_report_tells_of_its_files(client, login_as, coordinate, agreement):
    report = factories.ReportFactory(round__agreement=agreement, party=member_of(agreement), status="ongoing")
    factories.ReportFileFactory(report=report, name="Borttagen bilaga").delete()
    factories.ReportFileFactory(report=report, name="Bilaga som blev kvar")
    login_as(Role.READER, party=report.party)
    assert {"Borttagen bilaga", "Bilaga som blev kvar"} <= values(client, agreement, report)
    edit(report, text="inlämnat", submitted_at=timezone.now(), submitted_by=factories.UserFactory())
    coordinate()
    found = values(client, agreement, report)
    assert "Bilaga som blev kvar" in found
    assert "Borttagen bilaga" not in found


def party_lines(client, party):
    page = client.get(reverse("portal:party_history", args=[party.key]))
    assert page.status_code == 200
    return page


@pytest.fixture
def party():
    """A party that was renamed for a reason, and lets an approver hand in."""
    party = factories.PartyFactory(name="Landstinget")
    edit(
        party, by=factories.UserFactory(name="Siv Sund", is_superuser=True), why="Beslut 12 § om namn", name="Regionen"
    )
    factories.ReportingRuleFactory(party=party, needs_approver=True)
    return party


def test_party_history_tells_everybody_what_changed_and_not_by_whom_or_why(client, login_as, party):
    for role in (None, Role.READER):
        if role:
            login_as(role, party=factories.PartyFactory())
        page = party_lines(client, party)
        assert [change.new for change in page.context["page_obj"][0].changes] == ["Regionen"]
        assert "Vem som ändrade och varför ser de som hör till parten." in page.text
        assert "sedan publiceringen" not in page.text
        assert not [text for text in ("Siv Sund", "Beslut 12 §", "Godkännare lämnar in") if text in page.text]
    assert reverse("portal:party_history", args=[party.key]) in client.get(
        reverse("portal:party_detail", args=[party.key])
    ).text  # fmt: skip


@pytest.mark.parametrize("role", [Role.READER, Role.PARTY_ADMINISTRATOR])
def test_party_history_tells_its_own_people_by_whom_why_and_how_it_reports(client, login_as, party, role):
    login_as(role, party=party)
    text = party_lines(client, party).text
    assert not [each for each in ("Siv Sund", "Beslut 12 §", "Godkännare lämnar in") if each not in text]


def test_history_queries_do_not_grow_with_parts(client, coordinate, agreement, addressee, respondent):
    coordinate()
    edition = factories.EditionFactory(plan__agreement=agreement)
    dialogue = factories.DialogueFactory(agreement=agreement)
    wholes = [addressee.consultation, respondent.round, edition, dialogue]
    counted = []
    for number in (2, 9):
        for _time in range(number):
            party = member_of(agreement)
            Addressee.objects.create(consultation=addressee.consultation, party=party, name=party.name)
            factories.RespondentFactory(round=respondent.round, party=party)
            activity = factories.ActivityFactory(edition=edition)
            factories.InternalNoteFactory(activity=activity)
            factories.ActivityFileFactory(activity=activity)
            factories.ContributionFactory(dialogue=dialogue, party=party)
        for whole in wholes:
            read(client, agreement, whole)  # the agreement's end is asked once after each write to it
            with CaptureQueriesContext(connection) as queries:
                read(client, agreement, whole)
            counted.append(len(queries))
    assert all(later <= first for first, later in zip(counted[:4], counted[4:], strict=True))
    assert max(counted) <= 40
