"""The way through the whole house: a plan is adopted, a report handed in, and the council sees the count change."""

import pytest
from playwright.sync_api import expect

from actionplans.models import Activity, Edition
from agreements.models import Accession
from followup.models import Report
from governance.services import grant_governance_rights, seat_person
from parties.models import Role
from parties.services import join
from tests import factories as make


class Cast:
    """An agreement of its own with a draft edition, an open round, and one person of each kind."""

    def __init__(self):
        self.agreement = make.AgreementFactory(short_name="Vägen genom huset")
        self.party = make.AccessionFactory(
            agreement=self.agreement, party__name="Provköpings kommun", role=Accession.Role.SIGNATORY
        ).party
        self.mandate = make.MandateFactory(agreement=self.agreement, body__name="Provrådet", level="deciding")
        plan = make.ActionPlanFactory(agreement=self.agreement, name="Handlingsplan", adopted_by=self.mandate)
        self.draft = make.EditionFactory(plan=plan, label="2027:1")
        area = make.PriorityAreaFactory(agreement=self.agreement, name="Boende")
        actor = make.ActorFactory(agreement=self.agreement, party=self.party)
        for number in ("B1", "B2"):
            make.ActivityFactory(edition=self.draft, number=number, area=area, responsible=actor)
        self.round = make.RoundFactory(agreement=self.agreement, label="2027:1")
        seat = make.SeatFactory(body=self.mandate.body, party=self.party)
        self.coordinator = self.person(Role.COORDINATOR, self.agreement.coordinating_party)
        self.official = self.person(Role.REPORTER, self.party)
        self.member = make.UserFactory()
        seat_person(seat=seat, user=self.member, party=self.party)
        grant_governance_rights(self.agreement)
        self.path = f"/overenskommelser/{self.agreement.slug}"

    @staticmethod
    def person(role, party):
        user = make.UserFactory()
        join(user=user, party=party, role=role)
        return user


def change_and_adopt(page, cast):
    """The coordinator opens the draft from my work, renames an activity, and adopts the edition."""
    page.goto("/mitt-arbete/")
    page.get_by_role("link", name="Vägen genom huset: Handlingsplan 2027:1").click()
    page.get_by_role("link", name="Redigera", exact=True).click()
    page.locator("table[role=grid]").wait_for()
    page.get_by_role("link", name=cast.draft.activities.get(number="B1").title).click()
    page.get_by_label("Aktivitet", exact=True).fill("Pröva boskola i tre kommuner")
    page.get_by_role("button", name="Klar med B1").click()
    page.locator("#editor-status", has_text="Sparat ").wait_for()
    page.get_by_role("link", name="Handlingsplan 2027:1").click()
    page.get_by_role("link", name="Fastställ", exact=True).click()
    page.get_by_label("Paragraf").fill("§ 7")
    page.get_by_role("button", name="Fastställ").click()
    page.get_by_text("Handlingsplan 2027:1 är fastställd.").wait_for()


def answer_all(page):
    """The official opens a report from my work, answers it and the other one, and hands in."""
    page.goto("/mitt-arbete/")
    page.get_by_role("link", name="B1 Pröva boskola").click()
    page.get_by_role("radio", name="Pågår", exact=True).check()
    page.get_by_label("Vad har ni gjort").fill("Boskolan är igång i två kommuner.")
    page.get_by_role("button", name="Klar, gå till B2").click()
    page.get_by_role("form", name="Snabbsvar för B2").get_by_role("button", name="Ej relevant").click()
    page.get_by_text("2 svar är klara").wait_for()
    page.get_by_role("link", name="Granska och lämna in").click()
    page.get_by_role("button", name="Lämna in").click()
    page.get_by_text("Tack! 2 svar är inlämnade.").wait_for()


def expect_headline(page, cast, user, sign_in, told):
    sign_in(page, user)
    page.goto(f"{cast.path}/uppfoljning/2027:1/")
    expect(page.locator(".headline strong").first).to_have_text(told)


@pytest.mark.parametrize("width", ["page", "phone"])
def test_from_draft_to_the_councils_count(width, request, sign_in, axe, screenshot):
    page = request.getfixturevalue(width)
    cast = Cast()
    sign_in(page, cast.coordinator)
    change_and_adopt(page, cast)
    axe(page)
    screenshot(page, "edition-adopted")
    assert Edition.objects.get(pk=cast.draft.pk).state == "adopted"
    assert Activity.objects.get(edition=cast.draft, number="B1").title == "Pröva boskola i tre kommuner"
    expect_headline(page, cast, cast.member, sign_in, "Inget av 2 åtaganden")
    axe(page)
    sign_in(page, cast.official)
    answer_all(page)
    assert len(Report.objects.submitted().filter(round=cast.round)) == 2
    expect_headline(page, cast, cast.member, sign_in, "1 av 2")
    axe(page)
    screenshot(page, "dashboard-member")


def test_official_can_answer_without_javascript(plain_page, sign_in):
    cast = Cast()
    make.RespondentFactory(round=cast.round, party=cast.party)
    make.ReportFactory(round=cast.round, activity=cast.draft.activities.get(number="B2"), party=cast.party)
    Activity.objects.filter(edition=cast.draft, number="B2").update(title="Pröva boskola")
    sign_in(plain_page, cast.official)
    plain_page.goto("/mitt-arbete/")
    plain_page.get_by_role("link", name="B2 Pröva boskola").click()
    plain_page.get_by_role("radio", name="Genomförd").check()
    plain_page.get_by_role("button", name="Spara").click()
    plain_page.get_by_text("1 svar är klart").wait_for()
    plain_page.get_by_role("link", name="Granska och lämna in").click()
    plain_page.get_by_role("button", name="Lämna in").click()
    plain_page.get_by_text("Tack! 1 svar är inlämnat.").wait_for()
    assert Report.objects.get(round=cast.round).state == "submitted"
