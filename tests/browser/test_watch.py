"""The watch that every browser test relies on notices what it says it does."""

import pytest

from tests.browser.conftest import Watched

BROKEN = """<!doctype html><html><head><title>Trasig</title><link rel="icon" href="data:,"></head>
<body><p style="color: red">Stil i sidan</p><table width="2000"><tr><td>Bred</td></tr></table>
<img src="/finns-inte.png"><img src="https://example.org/bild.png"><script>throw new Error("fel")</script>"""


@pytest.fixture
def broken(browser, site):
    """A window showing a page that does everything wrong."""
    watched = Watched(browser, site, 360)
    policy = {"Content-Security-Policy": "style-src 'self'; img-src 'self'; script-src 'unsafe-inline'"}
    watched.page.route("**/trasig", lambda route: route.fulfill(body=BROKEN, content_type="text/html", headers=policy))
    watched.page.goto("/trasig")
    yield watched
    watched.context.close()


def test_watch_notices_a_broken_page(broken):
    kinds = {complaint.split(":")[0] for complaint in broken.complaints}
    assert kinds == {"console", "script error", "answered 404", "asked another website"}
    assert any("Content Security Policy" in complaint for complaint in broken.complaints)
    assert any("px sideways" in complaint for complaint in broken.complaints)


def test_axe_notices_a_broken_page(broken, axe):
    with pytest.raises(AssertionError, match="html-has-lang"):
        axe(broken.page)
