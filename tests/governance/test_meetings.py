"""The pages of a meeting, as different people read them."""

import pytest
from django.urls import reverse

from governance.models import AgendaItem
from parties.models import Role
from tests import factories

pytestmark = pytest.mark.django_db


def meeting_url(meeting, view="meeting_detail"):
    mandate = meeting.body.mandates.get()
    return reverse(f"governance:{view}", args=[mandate.agreement.slug, meeting.body.key, meeting.key])


@pytest.fixture
def meeting():
    """A meeting of a body of a published agreement, with one matter on its agenda."""
    meeting = factories.MeetingFactory(body=factories.MandateFactory().body, place="Residenset")
    AgendaItem.objects.create(meeting=meeting, title="Läget i boendet")
    return meeting


PEOPLE = ["anonymous", "party", "member", "coordinator"]


def log_in(login_as, person, meeting):
    agreement = meeting.body.mandates.get().agreement
    if person == "party":
        return login_as(Role.READER, party=factories.AccessionFactory(agreement=agreement).party)
    if person == "member":
        return login_as(Role.COUNCIL_MEMBER, group=meeting.body.group())
    if person == "coordinator":
        return login_as(Role.COORDINATOR, party=agreement.coordinating_party)
    return None


@pytest.mark.parametrize(
    ("facts", "readers"),
    [
        ({}, {"coordinator"}),
        ({"called_at": "2026-05-01T00:00Z"}, {"party", "member", "coordinator"}),
        ({"called_at": "2026-05-01T00:00Z", "published_at": "2026-06-09T00:00Z"}, set(PEOPLE)),
    ],
)
def test_meeting_detail_opens_the_agenda_with_the_call_and_to_all_when_published(
    client, login_as, meeting, facts, readers
):
    for name, value in facts.items():
        setattr(meeting, name, value)
    meeting.save()
    reading = set()
    for person in PEOPLE:
        log_in(login_as, person, meeting)
        text = client.get(meeting_url(meeting)).content.decode()
        assert "Residenset" in text
        reading |= {person} if "Läget i boendet" in text else set()
    assert reading == readers
