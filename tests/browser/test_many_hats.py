"""People in several parties: one start page over all of them, always the right hat, and a colleague who stands in."""

import datetime
import re

import pytest
from django.urls import reverse
from django.utils.timezone import localdate as today
from playwright.sync_api import expect

from parties.models import Membership, PartyKind, Role
from parties.services import join
from tests import factories

DAY = datetime.timedelta(days=1)


@pytest.fixture
def places(site):
    """Two agreements with an open round each: (its round, the party that is asked, its council)."""
    found = []
    for number, (name, kind) in enumerate(
        {"Ekeby kommun": PartyKind.MUNICIPALITY, "Verket": PartyKind.STATE_AGENCY}.items()
    ):
        agreement = factories.AgreementFactory(short_name=f"Exempel {number}", coordinating_party__name="Länsstyrelsen")
        party = factories.AccessionFactory(agreement=agreement, party__name=name, party__kind=kind).party
        round = factories.RoundFactory(agreement=agreement, due_on=today() + (number + 2) * DAY)
        factories.RespondentFactory(round=round, party=party)
        activity = factories.ActivityFactory(edition__plan__agreement=agreement, title=f"Aktivitet i {name}")
        factories.ReportFactory(round=round, activity=activity, party=party)
        found.append((round, party, factories.MandateFactory(agreement=agreement, body__name=f"Råd {number}").body))
    return found


def form_of(round, party):
    return reverse("followup:party_form", args=[round.agreement.slug, round.label, party.key])


def expect_hat(page, told):
    expect(page.locator(".stance p").first).to_contain_text(told, use_inner_text=True)


def test_person_in_two_parties_and_a_council_has_one_start_page(page, phone, sign_in, axe, screenshot, places):
    """The tasks of both parties stand by date; on each page the strip names the hat that counts there."""
    (first, town, council), (second, agency, _other) = places
    user = factories.UserFactory(name="Maja Mångsyssla")
    join(user=user, party=town, role=Role.REPORTER)
    join(user=user, party=agency, role=Role.APPROVER, ends_on=today() + 9 * DAY)
    join(user=user, party=town, role=Role.COUNCIL_MEMBER, group=council.group())
    sign_in(page, user)
    page.goto("/mitt-arbete/")
    expect(page.locator(".task")).to_have_text([re.compile("Ekeby kommun"), re.compile("Verket")])
    page.get_by_text("Din roll som godkännare för Verket upphör").wait_for()
    for place, told in {
        form_of(first, town): "Du arbetar som handläggare för Ekeby kommun",
        form_of(second, agency): "Du arbetar som godkännare för Verket",
        reverse("governance:body_detail", args=[first.agreement.slug, council.key]):
            "Du arbetar som rådsledamot för Ekeby kommun",
        "/overenskommelser/kronoberg-sok-2019-2025/": "Du läser som allmänhet",
    }.items():  # fmt: skip
        page.goto(place)
        expect_hat(page, told)
    page.get_by_role("link", name="Dina roller gäller inte här").click()
    page.get_by_role("heading", name="Mina roller (3)").wait_for()
    expect(page.locator(".hat h3")).to_have_text(
        ["Rådsledamot för Ekeby kommun", "Handläggare för Ekeby kommun", "Godkännare för Verket"]
    )
    page.get_by_text("Det här upphör snart").wait_for()
    axe(page)
    sign_in(phone, user)
    for window in (page, phone):
        window.goto("/min-behorighet/")
        screenshot(window, "min-behorighet")


def test_colleague_stands_in_and_then_takes_over(page, phone, sign_in, axe, screenshot, places):
    """Named by the administrator of two parties; what the one who left had open is refused from then on."""
    (round, town, _council), (_round, agency, _other) = places
    admin, away, colleague = (
        factories.UserFactory(name=name) for name in ("Petra", "Hanna Handläggare", "Kim Kollega")
    )
    for party in (town, agency):
        join(user=admin, party=party, role=Role.PARTY_ADMINISTRATOR)
    hat = join(user=away, party=town, role=Role.REPORTER, starts_on=today() - 99 * DAY)
    join(user=colleague, party=town, role=Role.READER, starts_on=today() - 99 * DAY)
    sign_in(page, admin)
    page.goto(reverse("parties:membership_alternate", args=[town.key, hat.pk]))
    expect_hat(page, "Du arbetar som partsadministratör för Ekeby kommun")
    page.get_by_label("Ersättare").select_option(label="Kim Kollega")
    page.get_by_label("Från och med").fill(str(today()))
    page.get_by_label("Till och med").fill(str(today() + 14 * DAY))
    page.get_by_role("button", name="Utse ersättare").click()
    page.get_by_text("Ersättaren är utsedd.").wait_for()

    sign_in(phone, colleague)
    phone.goto("/min-behorighet/")
    phone.get_by_text("Du ersätter Hanna Handläggare.").wait_for()
    phone.goto("/mitt-arbete/")
    phone.get_by_role("link", name="Aktivitet i Ekeby kommun").or_(phone.locator(".task__title")).first.wait_for()

    page.goto(reverse("portal:hand_over", args=[town.key, away.pk]))
    page.get_by_label("Efterträdare").select_option(label="Kim Kollega")
    page.get_by_role("button", name="Visa vad som flyttas").click()
    page.get_by_text("tiden som ersättare upphör, rollen blir den egna").wait_for()
    axe(page)
    screenshot(page, "lamna-over")
    assert Membership.objects.active().filter(user=away).exists()
    page.get_by_role("button", name="Lämna över", exact=True).click()
    page.get_by_text("Kim Kollega har tagit över efter Hanna Handläggare.").wait_for()
    sign_in(phone, away)
    answer = phone.goto(form_of(round, town))
    assert (answer.status, list(Membership.objects.active().filter(user=away))) == (404, [])
