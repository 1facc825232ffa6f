"""The coordinator makes and sends the council's papers; a member comes to them by the link in the letter."""

from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from followup.services import close_round
from parties.models import Mail, Role
from parties.services import join
from tests import factories
from tests.followup.test_pack import council_round, sitting

PASSWORD = "rådets-lösenord-2026"


@pytest.fixture
def round(site, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    round = council_round()
    close_round(round=round, by=factories.UserFactory())
    return round


def test_member_opens_the_pack_from_the_letter(page, phone, sign_in, axe, screenshot, round):
    coordinator, member = factories.UserFactory(name="Sara Samordnare"), sitting(round)
    join(user=coordinator, party=round.agreement.coordinating_party, role=Role.COORDINATOR)
    member.set_password(PASSWORD)
    member.save()
    sign_in(page, coordinator)
    page.goto(f"{round.get_absolute_url()}underlag/")
    page.get_by_role("button", name="Skapa underlaget").click()
    page.get_by_text("Underlaget är skapat och sparat.").wait_for()
    page.get_by_role("button", name="Skicka till rådet").click()
    page.get_by_text("Brev till 1 ledamot skickas strax.").wait_for()
    axe(page)
    screenshot(page, "round_pack")

    letter = Mail.objects.get(user=member, kind=Mail.Kind.PACK)
    link = urlsplit(next(line for line in letter.body.splitlines() if line.startswith("http")))
    phone.goto(f"{link.path}?{link.query}")
    phone.get_by_label("E-post").fill(member.email)
    phone.get_by_label("Lösenord").fill(PASSWORD)
    phone.get_by_role("main").get_by_role("button", name="Logga in", exact=True).click()
    phone.get_by_role("heading", name="Underlag till rådet, omgång 2026:1").wait_for()
    axe(phone)
    screenshot(phone, "round_pack")
    with phone.expect_download() as waiting:
        phone.get_by_role("link", name="PDF").click()
    digest = sha256(Path(waiting.value.path()).read_bytes()).hexdigest()
    expect(phone.locator(".pack-sum code").first).to_have_text(digest)
