"""An agency that is party in three counties clears its one inbox: one answer, copied, and each handed in."""

import datetime
import re

import pytest
from playwright.sync_api import expect

from followup.models import Report
from parties.models import PartyKind, Role
from parties.services import join
from tests import factories

COUNTIES = {"06": ("F", "Jönköpings län"), "07": ("G", "Kronobergs län"), "08": ("H", "Kalmar län")}
TITLE = "Följa deltagare sex månader efter etableringen"


@pytest.fixture
def agency(site):
    """An agency asked about the same activity in three counties, each with a last day of its own."""
    party = factories.PartyFactory(name="Etableringsverket", kind=PartyKind.STATE_AGENCY)
    for day, (code, (letter, name)) in enumerate(COUNTIES.items(), start=2):
        county = factories.CountyFactory(code=code, letter=letter, name=name)
        agreement = factories.AgreementFactory(county=county, short_name=f"Exempel {name}")
        factories.AccessionFactory(agreement=agreement, party=party)
        round = factories.RoundFactory(agreement=agreement, due_on=datetime.date.today() + datetime.timedelta(days=day))
        factories.RespondentFactory(round=round, party=party)
        activity = factories.ActivityFactory(edition__plan__agreement=agreement, number=f"E{day}", title=TITLE)
        factories.ReportFactory(round=round, activity=activity, party=party)
    return party


def test_agency_in_three_counties_clears_one_inbox(page, sign_in, agency):
    user = factories.UserFactory(name="Emil Etablering")
    join(user=user, party=agency, role=Role.REPORTER)
    sign_in(page, user)
    page.goto("/mitt-arbete/")
    expect(page.locator(".badge")).to_have_text(re.compile("^3"))
    names = ("Jönköpings län", "Kronobergs län", "Kalmar län")
    expect(page.locator(".task")).to_have_text([re.compile(name) for name in names])

    page.locator(".task__title").first.click()
    page.get_by_role("radio", name="Pågår", exact=True).check()
    page.locator('[data-field="text"] textarea').fill("Vi ringer alla efter sex månader.")
    page.get_by_role("heading", name="Innan ni lämnar in").click()
    page.locator("#saved", has_text="Sparat").wait_for()
    page.get_by_role("link", name="fler län").first.click()
    copy = page.get_by_role("button", name="Kopiera svaret")
    copy.wait_for()
    for box in page.get_by_role("checkbox").all():
        box.check()
    copy.click()
    page.get_by_text("Svaret är kopierat till 2 aktiviteter.").wait_for()

    for left in (3, 2, 1):
        page.goto("/mitt-arbete/")
        expect(page.locator(".badge")).to_have_text(re.compile(f"^{left}"))
        page.locator(".task__title").first.click()
        page.get_by_role("link", name="Granska och lämna in").click()
        page.get_by_role("button", name="Lämna in").click()
        page.get_by_text("Tack! 1 svar är inlämnat.").wait_for()
    page.goto("/mitt-arbete/")
    page.get_by_text("Inget väntar på dig.").wait_for()
    page.locator(".badge").wait_for(state="detached")
    said = Report.objects.filter(party=agency).values_list("status", "text", "submitted_by__name")
    assert set(said) == {("ongoing", "Vi ringer alla efter sex månader.", "Emil Etablering")}
    assert len(said) == 3
