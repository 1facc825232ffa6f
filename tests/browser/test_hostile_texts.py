"""What somebody wrote is text in a real browser too: sixty attempts, in every field, on every page."""

import pytest
from django.test.utils import override_settings
from django.urls import reverse
from playwright.sync_api import Error

from agreements.models import StagedWorkbook
from tests.browser.conftest import Watched
from tests.browser.test_pages import PAGES
from tests.security.canaries import build_scene
from tests.test_access import DOORS, LATER, THROUGH

# Whatever acts: an element of theirs, a handler, a request of htmx's, an address that is a script, or the deed itself.
ACTS = """() => {
  const found = document.kzxss === undefined ? [] : ["the deed"];
  for (const element of document.querySelectorAll("*")) {
    if (element.localName.includes("kzxss")) found.push(element.outerHTML.slice(0, 200));
    for (const { name, value } of element.attributes) {
      const acts = /^(on|(data-)?hx-|style$|srcdoc$)/.test(name) || /^\\s*(javascript|data:text)/i.test(value);
      if (!name.includes("kzxss") && !(acts && value.includes("kzxss"))) continue;
      found.push(`${element.localName} ${name}=${value}`);
    }
  }
  return found;
}"""
# Who visits an address: the first of these who gets through. Between them they are shown every page with its own rows.
VISITORS = ["own coordinator", "own reporter", "own council_member", "own auditor", "own party_administrator"]
ENDS_THE_VISIT = {"account_logout", "portal:session_end_all"}
# Answered, but not as a page of somebody's texts: forms of the account's own, and a file that this site does not hold.
MAY_BE_SHUT = ("account_", "mfa_", "agreements:consultation_document")


def visits():
    """person → the doors that they visit."""
    found = {person: [] for person in VISITORS}
    for name, door in (pair for doors in (DOORS, LATER) for pair in doors.items()):
        visitor = next((person for person in VISITORS if person in door.through), None)
        if visitor and door.only != "post" and name not in ENDS_THE_VISIT:
            found[visitor].append((name, door))
    return found


VISITS = visits()


def test_every_page_is_visited():
    visited = {name for doors in VISITS.values() for name, _door in doors}
    nobodys = {"portal:party_change"}  # whoever looks after the portal, and none of these does
    assert PAGES.keys() - visited - ENDS_THE_VISIT == nobodys


@pytest.fixture(scope="module")
def scene(site, django_db_blocker, tmp_path_factory):
    """A world of its own beside what the site shows."""
    with django_db_blocker.unblock(), override_settings(MEDIA_ROOT=str(tmp_path_factory.mktemp("media"))):
        yield build_scene()


@pytest.fixture
def window(browser, site):
    """As ``page``, but words of fifty letters without a break may make a page wide."""
    watched = Watched(browser, site, 1280)
    yield watched.page
    watched.context.close()
    assert [each for each in watched.complaints if "sideways" not in each] == []


def opened(page, url):
    """The answer where it is a page; a file is saved, and stays unread by the browser."""
    try:
        return page.goto(url)
    except Error as error:
        if "Download is starting" not in error.message:
            raise


@pytest.mark.parametrize("person", VISITS)
def test_nothing_written_acts(scene, window, sign_in, person):
    page = window
    sign_in(page, scene.users[person])
    (session,) = [cookie["value"] for cookie in page.context.cookies()]
    StagedWorkbook.objects.filter(user=scene.users[person]).update(session_key=session)  # what waits is one session's
    names = scene.names["own"]
    asked, acting, shut, shown = [], {}, {}, 0
    page.on("request", lambda request: asked.append(request.url))
    for name, door in VISITS[person]:
        if answer := opened(page, reverse(name, args=[names[arg] for arg in door.args]) + "?q=kanarie"):
            if answer.status not in THROUGH and not name.startswith(MAY_BE_SHUT):
                shut[name] = answer.status
            shown += page.content().count("kzxss")
            acting |= {name: found} if (found := page.evaluate(ACTS)) else {}
    assert (acting, shut) == ({}, {})
    assert [url for url in asked if "/kzxss" in url] == []
    assert shown > 50
