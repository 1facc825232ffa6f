"""A meeting in a real browser: three decisions recorded in place, and where what was decided shows up."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from followup.models import AgendaLink
from parties.models import Role
from tests import factories


@pytest.fixture
def meeting(site):
    """A council's meeting today with a plan to adopt, a follow-up to note and an obstacle to hand out."""
    mandate = factories.MandateFactory(level="deciding", body__name="Provrådet", agreement__published_on="2020-01-01")
    agreement, today = mandate.agreement, timezone.localdate()
    meeting = factories.MeetingFactory(body=mandate.body, held_on=today, called_at=timezone.now())
    factories.MeetingFactory(body=mandate.body, key="nasta", held_on=today + datetime.timedelta(days=180))
    plan = factories.ActionPlanFactory(agreement=agreement, adopted_by=mandate)
    edition = factories.EditionFactory(plan=plan, state="proposed")
    factories.ActivityFactory(edition=edition, responsible=factories.ActorFactory(agreement=agreement))
    round = factories.RoundFactory(agreement=agreement, closed_at=timezone.now())
    subjects = {"Planen": {"edition": edition}, "Uppföljningen": {"round": round}, "Hindren": {}}
    for order, (title, link) in enumerate(subjects.items()):
        item = factories.AgendaItemFactory(meeting=meeting, agreement=agreement, order=order, title=title)
        if link:
            AgendaLink.objects.create(item=item, **link)
    return meeting


@pytest.fixture
def secretary(meeting):
    seat = factories.MembershipFactory(role=Role.COUNCIL_MEMBER, group=meeting.body.group())
    factories.SeatFactory(body=meeting.body, role="secretary", membership=seat, party=None)
    return seat.user


@pytest.fixture
def reporter(meeting):
    party = factories.AccessionFactory(
        agreement=meeting.body.mandates.get().agreement, party__name="Provby kommun"
    ).party
    return factories.MembershipFactory(party=party, role=Role.REPORTER).user


def matter(page, title):
    return page.locator(".agenda__item").filter(has=page.get_by_role("heading", name=title))


def record(page, title, kind, button, **fields):
    """Open the form in place under a matter, choose the kind, fill it in and save it, with the keyboard alone."""
    item = matter(page, title)
    if opener := item.get_by_role("link", name="Anteckna och besluta").all():
        opener[0].press("Enter")
    chosen = item.get_by_role("link", name=kind, exact=True)
    chosen.press("Enter")
    item.locator(f"nav a[aria-current]:has-text('{kind}')").wait_for()
    for label, text in fields.items():
        item.get_by_label(label, exact=True).fill(text)
    if kind == "Ge uppdrag":
        item.get_by_label("Provby kommun").press("Space")
    item.get_by_role("button", name=button).press("Enter")
    item.locator(".agenda__decision").wait_for()
    page.wait_for_load_state()  # the matters below are there too


def test_decision_record_in_place_and_the_assignment_comes_to_the_inbox_and_the_next_agenda(
    page, phone, sign_in, axe, screenshot, meeting, secretary, reporter
):
    slug = meeting.body.mandates.get().agreement.slug
    address = reverse("governance:meeting_detail", args=[slug, meeting.body.key, meeting.key])
    sign_in(page, secretary)
    page.goto(address)
    record(page, "Planen", "Fastställ plan", "Fastställ planen")
    record(page, "Uppföljningen", "Notera uppföljning", "Notera uppföljningen")
    matter(page, "Hindren").get_by_role("link", name="Anteckna och besluta").click()
    matter(page, "Hindren").get_by_role("link", name="Annat beslut").click()
    matter(page, "Hindren").locator("nav a[aria-current]:has-text('Annat beslut')").wait_for()
    matter(page, "Hindren").get_by_label("Beslut", exact=True).fill("Hindren ska listas")
    record(page, "Hindren", "Ge uppdrag", "Ge uppdraget", Uppdrag="Lista hindren")  # and the wording came along
    expect(page.locator(".agenda__decision .st")).to_have_text(["Beslut § 1", "Beslut § 2", "Beslut § 3"])
    expect(matter(page, "Hindren").locator(".agenda__decision")).to_contain_text("Hindren ska listas")
    axe(page)
    screenshot(page, "meeting-decided")

    sign_in(phone, reporter)
    phone.goto(reverse("portal:work"))
    phone.get_by_role("link", name="Lista hindren").click()
    phone.get_by_role("link", name="Återrapportera").click()
    phone.get_by_label("Vad ni har gjort").fill("Listan är klar")
    phone.get_by_role("button", name="Spara återrapporten").click()
    phone.get_by_text("Organet tar upp den i sitt nästa möte").wait_for()

    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Avsluta mötet").click()
    page.get_by_text("Mötet är avslutat.").wait_for()
    page.goto(address.replace(meeting.key, "nasta"))
    expect(matter(page, "Lista hindren")).to_contain_text("Listan är klar")
