"""The council's page in a browser: from the headline to one report in two clicks and back, by keyboard and on paper."""

import pytest
from django.urls import reverse

from followup.models import Report, Round
from parties.models import User

SLUG, LABEL = "exempel-uppsala", "1"


def address(name, *more):
    return reverse(f"followup:{name}", args=[SLUG, LABEL, *more])


@pytest.fixture
def member(site, sign_in):
    """Sign in as a member of the living example's council."""
    return lambda page: sign_in(page, User.objects.get(email="radsledamot@exempel.invalid"))


@pytest.mark.parametrize("width", ["page", "phone"])
def test_a_member_reaches_a_report_in_two_clicks_and_finds_back(request, width, member, axe):
    page = request.getfixturevalue(width)
    member(page)
    page.goto(address("round_detail"))
    page.locator(".headline").get_by_role("link", name="avviker").click()
    page.get_by_role("heading", name="Svaren i omgång 1").wait_for()
    chosen = page.url
    axe(page)
    deviating = Report.objects.filter(round__label=LABEL, round__agreement__slug=SLUG, status="deviating")
    links = page.locator(".answers a")
    assert links.count() == deviating.count()
    links.first.click()
    page.get_by_text("Orsak till avvikelsen").first.wait_for()
    page.get_by_role("link", name="Svaren", exact=True).click()
    page.wait_for_url(chosen)
    page.get_by_role("link", name="Till översikten").click()
    page.locator(".headline").wait_for()


def test_figures_are_reached_by_keyboard(page, member):
    member(page)
    page.goto(address("round_detail"))
    page.locator(".headline a").first.focus()
    page.keyboard.press("Enter")
    page.get_by_text("åtaganden visas").wait_for()
    board = Round.objects.get(agreement__slug=SLUG, label=LABEL).outcomes.last().figures
    on_track = sum(board["shares"].get(code, 0) for code in ("ongoing", "continuous", "done"))
    assert page.locator("[role=status] strong").first.inner_text() == str(on_track)


def test_the_page_prints_with_its_figures(page, member):
    member(page)
    page.goto(address("round_detail"))
    headline = page.locator(".headline").inner_text()
    page.emulate_media(media="print")
    text = page.locator("body").inner_text()  # what is not shown is not among it
    assert headline in text
    assert [word for word in ("Områdena över tid", "Genomförd", "Parterna") if word not in text] == []
    assert page.pdf(format="A4").startswith(b"%PDF")
    assert "Visa bara den delen" not in text
