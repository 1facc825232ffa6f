"""An administrator invites a colleague by mail, who accepts, gets an account and works; then the role is ended."""

from urllib.parse import urlsplit

import pytest
from django.core import mail
from playwright.sync_api import expect

from parties.models import AuditEvent, Mail, PartyKind, Role
from parties.services import join
from tests import factories

PASSWORD = "en-lång-mening-som-ingen-gissar"


@pytest.fixture
def party(site):
    """A municipality asked about one activity."""
    party = factories.PartyFactory(name="Prövköping", kind=PartyKind.MUNICIPALITY)
    agreement = factories.AgreementFactory()
    factories.AccessionFactory(agreement=agreement, party=party)
    round = factories.RoundFactory(agreement=agreement)
    factories.RespondentFactory(round=round, party=party)
    activity = factories.ActivityFactory(edition__plan__agreement=agreement, number="P1", title="Pröva en inbjudan")
    factories.ReportFactory(round=round, activity=activity, party=party)
    return party


def link_to(address):
    """The way in the latest letter to the address."""
    letter = next(letter for letter in reversed(mail.outbox) if letter.to == [address])
    return urlsplit(next(word for word in letter.body.split() if "/inbjudan/" in word)).path


def test_colleague_is_invited_accepts_and_works(page, phone, sign_in, axe, screenshot, party):
    admin = factories.UserFactory(name="Ada Administratör")
    join(user=admin, party=party, role=Role.PARTY_ADMINISTRATOR)
    sign_in(page, admin)
    page.goto("/mitt-arbete/")
    page.get_by_role("link", name="Bjud in en person").click()
    page.get_by_label("E-post").fill("Bo.Ny@exempel.se")
    page.get_by_label("Namn").fill("Bo Ny")
    page.get_by_role("radio", name="Handläggare:").check()
    page.get_by_role("button", name="Skicka inbjudan").click()
    page.get_by_text("Inbjudan är skriven").wait_for()
    expect(page.get_by_text("Väntar på svar")).to_have_count(1)

    link = link_to("bo.ny@exempel.se")
    assert link.split("/")[2] not in Mail.objects.get(address="bo.ny@exempel.se").body
    phone.goto(link)
    expect(phone).to_have_url("/inbjudan/")
    axe(phone)
    screenshot(phone, "parties-invitation_answer-new")
    phone.get_by_label("Välj ett lösenord").fill(PASSWORD)
    phone.get_by_role("button", name="Skapa konto och anta inbjudan").click()
    phone.get_by_text("Välkommen! Du är nu handläggare för Prövköping.").wait_for()
    phone.goto("/mitt-arbete/")
    phone.locator(".task__title").first.click()
    phone.get_by_role("radio", name="Pågår", exact=True).wait_for()

    page.goto(f"/parter/{party.key}/personer/")
    page.get_by_role("link", name="Avsluta handläggare, Bo Ny").click()
    page.get_by_label("Skäl").fill("Prov")
    page.get_by_role("button", name="Avsluta rollen").click()
    page.get_by_text("Rollen är avslutad").wait_for()
    assert phone.reload().status == 404
    kinds = AuditEvent.objects.filter(party=party).order_by("pk").values_list("kind", flat=True)
    assert [kind for kind in kinds if kind in ("invited", "accepted", "ended")] == ["invited", "accepted", "ended"]
