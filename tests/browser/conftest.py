"""Fixtures for tests in Chromium, run by name: pytest tests/browser [--screenshots screenshots].

``site`` serves the portal as ``make run`` fills it: register, real agreements, living example and demo accounts. It is
loaded once and kept for all the tests, so a test that changes something makes its own agreement to change.
``page`` and ``phone`` are 1280 and 360 px wide. Both fail the test afterwards if the page broke the content policy,
logged an error, lacked a file, asked another website for one, or scrolled sideways.

Nothing waits for what a click leads to but what asks the window again: ``expect(...)`` and ``wait_for``. So what the
page shows is expected, never asserted; and the database, axe and the camera come after something of the new page.
"""

import os
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.test import Client
from django.test.utils import setup_databases, teardown_databases
from playwright.sync_api import expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from parties import register
from tools import chromium

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]
WCAG_22_AA = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
COMPLAIN_OF_WIDTH = """addEventListener("load", () => {
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  if (wide > 0) console.error(`scrolls ${wide} px sideways: ${location.href}`);
})"""
# Playwright runs its own event loop in this thread, which Django takes for an asynchronous view.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
PATIENCE = 10_000  # milliseconds that clicks and expectations wait for the page
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def site(django_test_environment, django_db_blocker, django_db_use_migrations, tmp_path_factory):
    """The served portal with what ``manage.py demo`` loads; its ``url`` has no final slash.

    It has a database of its own: on SQLite a file, since threads cannot share memory, elsewhere another name.
    """
    file = tmp_path_factory.mktemp("site") / "portal.sqlite3"
    name = str(file) if connection.vendor == "sqlite" else "test_browser"
    connection.settings_dict["TEST"].update(NAME=name, MIGRATE=django_db_use_migrations)
    connection.settings_dict["CONN_MAX_AGE"] = 0  # the server's threads must let go before the database is removed
    with django_db_blocker.unblock():
        databases = setup_databases(verbosity=0, interactive=False, aliases={"default"})
        register.load()
        call_command("demo", verbosity=0)
        server = LiveServer("127.0.0.1")
        yield server
        server.stop()
        teardown_databases(databases, verbosity=0)


@pytest.fixture(scope="session")
def browser(site):
    """Chromium. It ends before the site does, so that no request is under way then."""
    with sync_playwright() as playwright:
        path = chromium.find(playwright)
        assert path, "Chromium saknas. Kör: make chromium"
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()
        connections.close_all()  # Django has other connections while Playwright's event loop runs than before and after


class Watched:
    """A browser window whose complaints are gathered in ``complaints``."""

    def __init__(self, browser, site, width, **options):
        self.complaints = []
        self.context = browser.new_context(
            base_url=site.url,
            viewport={"width": width, "height": 900},
            locale="sv-SE",
            timezone_id="Europe/Stockholm",
            reduced_motion="reduce",
            **options,
        )
        self.context.set_default_timeout(PATIENCE)
        self.context.add_init_script(COMPLAIN_OF_WIDTH)
        self.host = urlsplit(site.url).netloc
        self.page = self.context.new_page()
        self.page.on("console", self.on_console)
        self.page.on("pageerror", lambda error: self.complaints.append(f"script error: {error}"))
        self.page.on("request", self.on_request)
        self.page.on("response", self.on_response)

    def on_console(self, message):
        # Chromium repeats failed responses here; on_response judges those.
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            self.complaints.append(f"console: {message.text}")

    def on_request(self, request):
        url = urlsplit(request.url)
        if url.scheme not in ("data", "blob") and url.netloc != self.host:
            self.complaints.append(f"asked another website: {request.url}")

    def on_response(self, response):
        asked_for = response.request.resource_type
        if response.status >= 500 or (response.status >= 400 and asked_for not in ("document", "xhr", "fetch")):
            self.complaints.append(f"answered {response.status}: {response.url}")


def watched_page(browser, site, width, **options):
    watched = Watched(browser, site, width, **options)
    yield watched.page
    watched.context.close()
    assert watched.complaints == []


@pytest.fixture
def page(browser, site):
    """A window 1280 px wide; ``page.goto("/path")`` is relative to the site."""
    yield from watched_page(browser, site, 1280)


@pytest.fixture
def phone(browser, site):
    """A window 360 px wide."""
    yield from watched_page(browser, site, 360)


@pytest.fixture
def plain_page(browser, site):
    """A window without JavaScript."""
    yield from watched_page(browser, site, 1280, java_script_enabled=False)


@pytest.fixture
def sign_in(site):
    """sign_in(page, user): give the window that person's session, without the login form."""

    def sign_in(page, user):
        client = Client()
        client.force_login(user)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": site.url}])

    return sign_in


@pytest.fixture(scope="session")
def axe():
    """axe(page): assert that the page as it looks now breaks no WCAG 2.2 AA rule that a machine can check."""
    engine = Axe()

    def axe(page):
        result = engine.run(page, options={"runOnly": WCAG_22_AA, "resultTypes": ["violations"]})
        assert not result.violations_count, f"{page.url}\n{result.generate_report()}"

    return axe


@pytest.fixture
def screenshot(request):
    """screenshot(page, name): keep a picture of the whole page as name-<width>.png, if --screenshots names a folder."""
    folder = request.config.getoption("--screenshots")

    def screenshot(page, name):
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=Path(folder) / f"{name}-{page.viewport_size['width']}.png", full_page=True)

    return screenshot
