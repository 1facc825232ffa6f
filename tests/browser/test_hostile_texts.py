"""What somebody wrote is text in a real browser too: sixty attempts, in every field, on the pages that show most."""

import pytest
from django.test.utils import override_settings
from django.urls import reverse

from tests.browser.conftest import Watched
from tests.security.canaries import build_scene
from tests.test_access import DOORS, LATER

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
EVERYONE = [
    "agreements:agreement_detail", "agreements:accession_list", "agreements:process_detail", "portal:agreement_history",
    "governance:agreement_governance", "governance:body_detail", "followup:assignment_list", "followup:indicator_list",
    "followup:indicator_detail", "portal:search", "portal:agreement_year",
]  # fmt: skip
VISITS = {
    "own coordinator": [
        *EVERYONE, "portal:work", "actionplans:edition_detail", "actionplans:edition_edit",
        "actionplans:edition_matrix", "actionplans:edition_timeline", "actionplans:edition_print",
        "actionplans:comment_index", "actionplans:comment_list", "actionplans:proposal_detail",
        "actionplans:activity_edit", "actionplans:note_edit",
        "actionplans:edition_compare", "governance:meeting_detail", "governance:meeting_projector",
        "followup:round_detail", "followup:round_answers", "followup:round_review", "followup:report_review",
        "followup:round_mails", "agreements:row_edit", "followup:decision_record", "followup:assignment_detail",
    ],
    "own reporter": [
        "portal:work", "followup:party_form", "followup:report_edit", "followup:report_detail",
        "actionplans:proposal_edit", "followup:party_import_preview",
    ],
}  # fmt: skip


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


@pytest.mark.parametrize("person", VISITS)
def test_nothing_written_acts(scene, window, sign_in, person):
    page = window
    sign_in(page, scene.users[person])
    names = scene.names["own"]
    asked, acting, shown = [], {}, 0
    page.on("request", lambda request: asked.append(request.url))
    for name in VISITS[person]:
        for door in filter(None, (DOORS[name], LATER.get(name))):
            if person not in door.through:
                continue
            page.goto(reverse(name, args=[names[arg] for arg in door.args]) + "?q=kanarie")
            shown += page.content().count("kzxss")
            acting |= {name: found} if (found := page.evaluate(ACTS)) else {}
    assert acting == {}
    assert [url for url in asked if "/kzxss" in url] == []
    assert shown > 100
