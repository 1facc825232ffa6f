"""Logging in with a code app and with a passkey: Chromium's own virtual key answers for the finger."""

import time
from types import SimpleNamespace

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache

from parties.models import AuditEvent, Mail
from tests.browser.conftest import watched_page
from tests.factories import UserFactory

PASSWORD = "rätt häst batteri"
KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def person(site):
    cache.clear()
    person = UserFactory(email=f"nyckel{time.time_ns()}@kommun.se", password=PASSWORD)
    yield person
    Authenticator.objects.filter(user=person).delete()


@pytest.fixture
def window(browser, site):
    """A window at localhost: keys belong to a name, and an address in figures has none."""
    yield from watched_page(browser, SimpleNamespace(url=site.url.replace("127.0.0.1", "localhost")), 1280)


@pytest.fixture
def finger(window):
    """finger(is_there): whether who sits there can show the finger to the window's key."""
    devices = window.context.new_cdp_session(window)
    devices.send("WebAuthn.enable")
    key = devices.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})

    def finger(is_there):
        devices.send("WebAuthn.setUserVerified", {**key, "isUserVerified": is_there})

    return finger


def log_in(page, person):
    page.goto("/konto/login/")
    page.get_by_label("E-postadress").fill(person.email)
    page.get_by_label("Lösenord").fill(PASSWORD)
    page.get_by_role("button", name="Logga in", exact=True).click()


def begin(page, choice):
    """From Min inloggning, and the password once more, to the form for a new way of logging in."""
    page.get_by_role("link", name="Min inloggning").click()
    page.get_by_role("link", name=choice).click()
    page.get_by_label("Lösenord").fill(PASSWORD)
    page.get_by_role("button", name="Fortsätt").click()


def code(secret, steps=0):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def log_out(page):
    page.get_by_role("button", name="Logga ut").click()
    page.get_by_role("link", name="Logga in", exact=True).first.wait_for()


def test_login_with_a_code_app(phone, person, axe, screenshot):
    page = phone
    log_in(page, person)
    begin(page, "Lägg till en kodapp")
    page.get_by_role("heading", name="Lägg till en kodapp").wait_for()
    axe(page)
    screenshot(page, "login-totp")
    secret = page.get_by_label("Nyckel att skriva för hand").input_value()
    page.get_by_label("Kod", exact=True).fill(code(secret))
    page.get_by_role("button", name="Lägg till kodappen").click()
    page.get_by_role("heading", name="Reservkoder").wait_for()
    axe(page)
    screenshot(page, "login-codes")
    spare = page.locator(".codes li").first.text_content()
    page.get_by_role("link", name="Jag har sparat koderna").click()
    page.get_by_role("heading", name="Min inloggning").wait_for()
    axe(page)
    screenshot(page, "login-mine")
    log_out(page)
    for answer in (code(secret, steps=1), spare):
        log_in(page, person)
        page.get_by_role("heading", name="Ett steg till").wait_for()
        axe(page)
        screenshot(page, "login-second")
        page.get_by_label("Kod").fill(answer)
        page.get_by_role("button", name="Logga in", exact=True).click()
        page.get_by_role("heading", name="Mitt arbete").wait_for()
        log_out(page)


def test_login_with_a_passkey(window, finger, person, axe, screenshot):
    page = window
    log_in(page, person)
    begin(page, "Lägg till en nyckel")
    page.get_by_role("heading", name="Lägg till en inloggningsnyckel").wait_for()
    axe(page)
    screenshot(page, "login-key")
    page.get_by_label("Namn på nyckeln").fill("Jobbdatorn")
    page.get_by_role("button", name="Lägg till nyckeln").click()
    page.get_by_role("link", name="Jag har sparat koderna").click()
    log_out(page)

    page.goto("/konto/login/?next=/sok/")
    finger(False)
    page.get_by_role("button", name="Logga in med inloggningsnyckel").click()
    page.get_by_text("Det gick inte att logga in med nyckeln.").wait_for()
    axe(page)
    finger(True)
    page.get_by_role("button", name="Logga in med inloggningsnyckel").click()
    page.wait_for_url("**/sok/")  # no address, no password
    log_out(page)

    log_in(page, person)
    page.get_by_role("button", name="Använd en inloggningsnyckel").click()
    page.get_by_role("link", name="Min inloggning").click()
    page.get_by_text("Senast använd").wait_for()
    page.get_by_role("link", name="Ta bort Jobbdatorn").click()
    page.get_by_role("link", name="Med en inloggningsnyckel").click()
    use_key = page.get_by_role("button", name="Använd nyckeln")
    use_key.wait_for()
    axe(page)
    use_key.click()
    page.get_by_role("button", name="Ta bort nyckeln").click()
    page.get_by_text("Inloggningsnyckeln är borttagen.").wait_for()
    assert not Authenticator.objects.filter(user=person).exists()
    assert list(Mail.objects.filter(user=person).values_list("kind", flat=True)) == ["account"] * 2
    events = AuditEvent.objects.filter(person=person, kind=AuditEvent.Kind.CREDENTIALS).order_by("pk")
    told = ["nyckel tillagd", "reservkoder gjorda", "nyckel borttagen", "reservkoder borttagna"]
    assert [event.about for event in events] == told
