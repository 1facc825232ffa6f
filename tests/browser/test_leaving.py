"""Notice in a real browser: the party gives it, the coordinator notes who got it when, reads what it does, confirms."""

from django.urls import reverse
from playwright.sync_api import expect

from agreements.models import Agreement
from parties.models import Role
from parties.services import join
from tests import factories as make


def agreement_of_three():
    agreement = make.AgreementFactory(title="Överenskommelse att lämna")
    make.ValidityFactory(
        agreement=agreement, start="2020", end="2040", notice_period_months=9, notice_scope="leaving_party"
    )
    parties = [
        make.AccessionFactory(
            agreement=agreement, party__name=name, signed_on="2020-01-02", signature_status="signed"
        ).party
        for name in ("Lämnande kommun", "Kvarvarande kommun", "Sena regionen")
    ]
    return agreement, parties


def person(party, role):
    user = make.UserFactory()
    join(user=user, party=party, role=role)
    return user


def test_notice_from_the_party_to_the_last_day(page, sign_in, axe, screenshot):
    agreement, parties = agreement_of_three()
    sign_in(page, person(parties[0], Role.APPROVER))
    page.goto(reverse("agreements:termination_list", args=[agreement.slug]))
    page.get_by_role("link", name="Säg upp överenskommelsen").click()
    page.get_by_label("Uppsägningens datum").fill("2026-01-15")
    page.get_by_role("button", name="Spara och visa vad den leder till").click()
    expect(page.get_by_role("heading", name="Sista dagen går inte att räkna än")).to_be_visible()
    expect(page.get_by_role("button", name="Bekräfta uppsägningen")).to_have_count(0)
    address = page.url

    sign_in(page, person(agreement.coordinating_party, Role.COORDINATOR))
    page.goto(reverse("portal:work"))
    page.get_by_role("link", name="Ta hand om uppsägningen av Lämnande kommun").click()
    page.get_by_role("link", name="Fyll i när parterna fick den").click()
    page.get_by_label("Alla fick den samma dag").fill("2026-01-20")
    page.get_by_label("Sena regionen").fill("2026-05-31")
    page.get_by_role("button", name="Spara").click()
    expect(page.get_by_role("heading", name="Lämnande kommun är part till och med 2027-02-28")).to_be_visible()
    screenshot(page, "portal-leaving_effects-ready")
    page.get_by_role("button", name="Bekräfta uppsägningen").click()
    state = page.locator(".title__meta .st")
    expect(state).to_have_text("Bekräftad")
    axe(page)
    page.context.clear_cookies()
    page.goto(address)
    expect(state).to_have_text("Bekräftad")
    assert str(Agreement.objects.get(pk=agreement.pk).accession_set.get(party=parties[0]).left_on) == "2027-03-01"
