"""A round from its first answer to its publication, in a browser: returned, corrected, approved, closed, published."""

import datetime
import re

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from followup.models import Report, Round
from parties.models import Role
from parties.services import join
from tests.factories import (
    AccessionFactory,
    ActivityFactory,
    ActorFactory,
    AgreementFactory,
    EditionFactory,
    PartyFactory,
    PriorityAreaFactory,
    ReportFactory,
    RespondentFactory,
    RoundFactory,
    UserFactory,
)

CORRECTED = "Boskolan är igång i Heby och Östervåla."
NAMES = ("Heby kommun i granskning", "Tysta kommun")


@pytest.fixture
def work(site):
    """An agreement with a round where one party has handed in three answers and another is silent."""
    agreement = AgreementFactory(short_name="Granskad överenskommelse")
    heby, silent = (AccessionFactory(agreement=agreement, party=PartyFactory(name=name)).party for name in NAMES)
    today = timezone.localdate()
    round = RoundFactory(agreement=agreement, label="2026", due_on=today + datetime.timedelta(days=9))
    edition = EditionFactory(plan__agreement=agreement)
    area = PriorityAreaFactory(agreement=agreement, name="Bosättning")
    for number in ("B1", "B2", "B3"):
        activity = ActivityFactory(
            edition=edition, area=area, number=number, title="Starta boskola",
            responsible=ActorFactory(agreement=agreement, party=heby),
        )  # fmt: skip
        ReportFactory(round=round, activity=activity, party=heby, submitted=True, text="Boskolan är igång.")
    ReportFactory(round=round, activity=activity, party=silent)
    RespondentFactory(round=round, party=heby, begun_at=timezone.now())
    RespondentFactory(round=round, party=silent)
    hats = {"coordinator": (agreement.coordinating_party, Role.COORDINATOR), "official": (heby, Role.REPORTER)}
    people = {name: UserFactory() for name in hats}
    for name, (party, role) in hats.items():
        join(user=people[name], party=party, role=role)
    return round, people


def address(name, round, *more):
    return reverse(f"followup:{name}", args=[round.agreement.slug, round.label, *more])


def states(round):
    return [report.state for report in Report.objects.filter(round=round).order_by("pk")]


def test_coordinator_returns_official_corrects_and_the_round_is_published(work, page, sign_in, axe, screenshot):
    round, people = work
    sign_in(page, people["coordinator"])
    page.goto(address("round_review", round))
    expect(page.locator("#tysta")).to_have_text("1 part har inte hörts av")
    expect(page.locator("[name=vald]:checked")).to_have_count(1)
    return_first(page, axe)
    assert states(round) == ["returned", "submitted", "submitted", "empty"]

    sign_in(page, people["official"])
    correct(page, round)
    assert states(round) == ["submitted", "submitted", "submitted", "empty"]
    assert Report.objects.filter(round=round).order_by("pk").first().text == CORRECTED

    sign_in(page, people["coordinator"])
    approve_all(page, round)
    assert states(round) == ["approved", "approved", "approved", "empty"]
    axe(page)
    screenshot(page, "round_review")
    close_and_publish(page, round)
    assert Round.objects.get(pk=round.pk).state == "published"


def return_first(page, axe):
    """Opens the first report beside the table, sends it back, and is given the next."""
    page.get_by_role("link", name="Granska den första").click()
    page.get_by_role("heading", name="Heby kommun i granskning: B1").wait_for()
    page.get_by_text("Återlämna med skäl").click()
    page.get_by_role("button", name="Återlämna", exact=True).click()
    page.get_by_text("Skriv vad som behöver ändras. Parten ser").first.wait_for()
    axe(page)
    page.get_by_label("Vad som gjorts", exact=True).check()
    page.get_by_label("Vad ska ändras i Vad som gjorts?").fill("Vilka orter gäller det?")
    page.get_by_role("button", name="Återlämna", exact=True).click()
    page.get_by_text("Heby kommun i granskning B1 är återlämnad.").wait_for()
    page.get_by_role("heading", name="Heby kommun i granskning: B2").wait_for()
    page.get_by_role("link", name="B1: återlämnad").wait_for()
    total = re.compile(r"^\s*4\s+väntade\s+rapporter\s+=\s+0\s+Godkända")
    expect(page.locator("#summa .sum")).to_have_text(total, use_inner_text=True)
    expect(page).to_have_url(re.compile("/laget/$"))


def correct(page, round):
    report = Report.objects.filter(round=round).order_by("pk").first()
    page.goto(address("report_edit", round, report.pk))
    expect(page.get_by_text("Vilka orter gäller det?").first).to_be_visible()
    with page.expect_response(lambda answer: "/falt/" in answer.url):  # a test leaves without asking the page
        page.get_by_label("Vad har ni gjort?").first.fill(CORRECTED)
        page.get_by_label("Vad har ni gjort?").first.blur()
    page.goto(address("party_submit", round, report.party.key))
    page.get_by_role("button", name="Lämna in 1 svar").click()
    page.get_by_text("Tack! 1 svar är inlämnat.").wait_for()


def approve_all(page, round):
    """G approves and goes on; the rest are approved together."""
    page.goto(address("round_review", round))
    page.get_by_role("link", name="Granska den första").click()
    page.get_by_role("heading", name="Heby kommun i granskning: B1").wait_for()
    page.get_by_text(CORRECTED).wait_for()
    page.keyboard.press("g")
    page.get_by_role("heading", name="Heby kommun i granskning: B2").wait_for()
    page.keyboard.press("j")
    page.get_by_role("heading", name="Heby kommun i granskning: B3").wait_for()
    page.get_by_role("link", name="Avmarkera").click()
    page.get_by_label("Välj Heby kommun i granskning").check()
    page.get_by_role("button", name="Godkänn inlämnade (2)").click()
    page.get_by_text("2 rapporter är godkända: Heby kommun i granskning (2).").wait_for()


def close_and_publish(page, round):
    page.goto(address("round_close", round))
    page.locator("main form[method=post] button[type=submit]").last.click()
    page.get_by_text("Omgången är stängd.").wait_for()
    page.goto(address("round_publish", round))
    page.locator("main form[method=post] button[type=submit]").last.click()
    page.get_by_text("Omgången är publicerad.").wait_for()
    page.goto(address("round_detail", round))


def test_keys_are_shown_and_can_be_turned_off(work, page, sign_in):
    round, people = work
    sign_in(page, people["coordinator"])
    page.goto(address("round_review", round))
    page.get_by_text("Tangenter", exact=True).click()
    page.get_by_label("Stäng av tangenterna").check()
    page.reload()
    page.keyboard.press("j")
    page.wait_for_timeout(300)
    expect(page.locator("#granska[data-pk]")).to_have_count(0)
    page.get_by_text("Tangenter", exact=True).click()
    page.get_by_label("Stäng av tangenterna").uncheck()
    page.keyboard.press("j")
    page.locator("#granska[data-pk]").wait_for()


def test_review_on_a_phone(work, phone, sign_in, axe, screenshot):
    round, people = work
    sign_in(phone, people["coordinator"])
    phone.goto(address("round_review", round))
    phone.get_by_role("link", name="B2: inlämnad").click()
    phone.get_by_role("heading", name="Heby kommun i granskning: B2").wait_for()
    phone.get_by_text("Återlämna med skäl").click()
    axe(phone)
    screenshot(phone, "round_review-phone")


def test_review_without_script(work, plain_page, sign_in):
    round, people = work
    sign_in(plain_page, people["coordinator"])
    plain_page.goto(address("round_review", round))
    plain_page.get_by_role("link", name="B1: inlämnad").click()
    plain_page.get_by_role("button", name="Godkänn", exact=True).click()
    expect(plain_page.get_by_role("heading", level=1)).to_have_text("Granska B2, Heby kommun i granskning")
    plain_page.get_by_text("Återlämna med skäl").click()
    plain_page.get_by_label("Skäl", exact=True).fill("Skriv mer.")
    plain_page.get_by_role("button", name="Återlämna", exact=True).click()
    plain_page.get_by_text("Heby kommun i granskning B2 är återlämnad.").wait_for()
    assert states(round) == ["approved", "returned", "submitted", "empty"]
