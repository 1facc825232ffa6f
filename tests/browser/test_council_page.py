"""The council's page in a browser: from the headline to one report in two clicks and back, by keyboard and on paper."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

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
    expect(links).to_have_count(len(deviating))
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
    expect(page.locator("[role=status] strong").first).to_have_text(str(on_track))


def test_the_page_prints_with_its_figures(page, member):
    member(page)
    page.goto(address("round_detail"))
    page.emulate_media(media="print")
    expect(page.locator(".headline")).to_be_visible()
    paper = page.locator("body")
    for words in ("Områdena över tid", "Genomförd", "Parterna"):
        expect(paper).to_contain_text(words, use_inner_text=True)  # what is not shown is not among it
    expect(paper).not_to_contain_text("Visa bara den delen", use_inner_text=True)
    assert page.pdf(format="A4").startswith(b"%PDF")
