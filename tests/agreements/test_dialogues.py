"""Asking organisations before the text is written: the invited read the question and their own words, nothing else."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from agreements.models import Agreement, Contribution
from followup.inbox import tasks_of
from parties.models import Role
from tests import factories
from tests.agreements.pages import queries, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def party():
    return factories.PartyFactory(name="Bjudna kommun")


@pytest.fixture
def dialogue(party):
    agreement = factories.AgreementFactory(draft=True)
    factories.ProvisionFactory(agreement=agreement, heading="Hemlig princip")
    dialogue = factories.DialogueFactory(agreement=agreement, question="Vad behövs?", summary="Hemlig summa")
    dialogue.invited.add(party)
    factories.ContributionFactory(dialogue=dialogue, text="Grannens ord")
    return dialogue


@pytest.fixture
def reporter(login_as, party):
    return login_as(Role.REPORTER, party=party)


def detail(dialogue):
    return reverse("agreements:dialogue_detail", args=[dialogue.agreement.slug, dialogue.pk])


def edit(dialogue, party):
    return reverse("agreements:contribution_edit", args=[dialogue.agreement.slug, dialogue.pk, party.key])


def test_the_invited_read_the_question_alone(client, dialogue, reporter):
    text = text_of(client.get(detail(dialogue)))
    assert "Vad behövs?" in text
    assert [word for word in ("Hemlig", "Grannens ord") if word in text] == []
    assert client.get(dialogue.agreement.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("role", [Role.READER, Role.PARTY_ADMINISTRATOR, Role.COUNCIL_MEMBER])
def test_a_dialogue_is_for_those_who_report_for_an_invited_party(client, login_as, dialogue, party, role):
    login_as(role, party=party)
    assert client.get(detail(dialogue)).status_code == 404


def test_a_dialogue_waits_in_my_work_until_the_party_has_said_something(client, dialogue, party, reporter):
    assert [(task.kind, task.party) for task in tasks_of(reporter)] == [("dialogue", "Bjudna kommun")]
    response = client.post(edit(dialogue, party), {"text": "Fler lägenheter."})
    assert response.url == detail(dialogue)
    assert tasks_of(reporter) == []
    assert Contribution.objects.get(party=party).written_by == reporter


def test_contribution_sent_twice_or_by_two_is_one_and_loses_nothing(client, dialogue, party, reporter):
    client.post(edit(dialogue, party), {"text": "Först."})
    again = client.post(edit(dialogue, party), {"text": "Samtidigt.", "version": ""})
    assert again.status_code == 409
    text = again.content.decode()
    assert [word for word in ("Först.", "Samtidigt.") if word not in text] == []
    assert Contribution.objects.get(party=party).text == "Först."


@pytest.mark.parametrize("why", ["late", "sent"])
def test_contribution_is_refused_when_the_dialogue_is_closed_and_the_text_stays(client, dialogue, party, reporter, why):
    if why == "late":
        dialogue.closes_on = timezone.localdate() - datetime.timedelta(days=1)
        dialogue.save()
    else:
        Agreement.objects.filter(pk=dialogue.agreement_id).update(status=Agreement.Status.CONSULTATION)
    text = text_of(client.post(edit(dialogue, party), {"text": "För sent."}))
    assert "Dialogen är stängd. Kopiera texten" in text
    assert "För sent." in text
    assert not Contribution.objects.filter(party=party).exists()
    assert tasks_of(reporter) == []


@pytest.mark.parametrize(
    ("closes_in", "status", "may"),
    [(None, "draft", True), (0, "draft", True), (-1, "draft", False), (None, "consultation", False)],
)
def test_contribution_is_changed_by_its_own_party_while_the_dialogue_is_open(login_as, party, closes_in, status, may):
    day = None if closes_in is None else timezone.localdate() + datetime.timedelta(days=closes_in)
    dialogue = factories.DialogueFactory(agreement__status=status, closes_on=day)
    own = factories.ContributionFactory(dialogue=dialogue, party=party)
    factories.ContributionFactory(dialogue=dialogue)
    reporter, reader = login_as(Role.REPORTER, party=party), login_as(Role.READER, party=party)
    assert list(Contribution.objects.editable_by(reporter)) == ([own] if may else [])
    assert list(Contribution.objects.editable_by(reader)) == []


def test_contribution_edit_is_for_the_own_party(client, dialogue, reporter):
    other = factories.PartyFactory()
    dialogue.invited.add(other)
    assert client.post(edit(dialogue, other), {"text": "I fel namn."}).status_code == 403
    assert not Contribution.objects.filter(party=other).exists()


def test_dialogue_detail_asks_as_often_whatever_the_number_of_parties(client, login_as, dialogue, party):
    user = login_as(Role.REPORTER, party=party)
    once = queries(client, detail(dialogue))
    for _each in range(29):
        asked = factories.ContributionFactory(dialogue=dialogue).party
        dialogue.invited.add(asked)
        factories.MembershipFactory(user=user, party=asked, role=Role.REPORTER)
    client.get(detail(dialogue))  # new roles give the session a new key, once
    assert queries(client, detail(dialogue)) == once
