"""Stockholm's agreement once more: a new draft on remiss, answered, adopted, joined by 26 municipalities, and left."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from agreements.creating import copy_rows, create_agreement
from agreements.drafting import save_version
from agreements.leaving import last_day
from agreements.models import Accession, Agreement, Consultation, ConsultationResponse, Termination, Validity
from agreements.services import grant_rights
from parties.models import Mail, Party, PartyKind, Role
from parties.services import join
from tests import factories as make

DAY = timezone.timedelta(days=1)


@pytest.fixture
def draft(site):
    """A draft with Stockholm's text of 2008 and the county's 26 municipalities, and who coordinates it."""
    source = Agreement.objects.get(slug="stockholm-ksl-2008")
    board = source.coordinating_party
    coordinator = hat(board, Role.COORDINATOR)
    parties = list(Party.objects.filter(county=source.county, kind=PartyKind.MUNICIPALITY))
    names = {"title": "Ny överenskommelse för Stockholms län", "short_name": "Remissprovet", "kind": source.kind}
    draft = create_agreement(
        agreement=Agreement(**names, county=source.county, coordinating_party=board), by=coordinator
    )
    copy_rows(source, draft)
    for party in parties:
        make.AccessionFactory(agreement=draft, party=party, name_at_signing=party.name, signature_status="pending")
    grant_rights(draft)
    Validity.objects.filter(agreement=draft).delete()
    terms = {
        "notice_period_months": 9,
        "notice_scope": "whole_agreement",
        "takes_effect": "all",
        "open_ended": True,
        "end": "",
    }
    make.ValidityFactory(agreement=draft, **terms)
    save_version(agreement=draft, by=coordinator, name="Remissversion")
    draft.coordinator = coordinator
    return draft


def hat(party, role):
    user = make.UserFactory()
    join(user=user, party=party, role=role)
    return user


def test_an_agreement_goes_from_remiss_to_notice(draft, page, phone, sign_in, axe, screenshot):
    sign_in(page, draft.coordinator)
    send(page, draft, axe)
    answer(phone, sign_in, "Nacka kommun", "comments", axe, remark="Vem samordnar SFI?")
    answer(phone, sign_in, "Solna stad", "opposes", axe, reservation="Vi vill ha en lokal överenskommelse.")
    answer_late_by_link(phone, axe)
    treat_and_close(page, draft, axe, screenshot)
    adopt_and_accede(page, draft)
    leave(page, draft)


def send(page, draft, axe):
    page.goto(reverse("agreements:agreement_life", args=[draft.slug]))
    page.get_by_role("link", name="Skicka på remiss").click()
    page.get_by_label("Sista svarsdag").fill(f"{timezone.localdate() + 90 * DAY}")
    page.get_by_label("Med e-post och länk").fill("Vaxholms stad; registrator@vaxholm.invalid")
    hat(Party.objects.get(name="Nacka kommun"), Role.REPORTER)
    page.get_by_role("button", name="Granska före utskick").click()
    preview = page.locator(".panel:has(#granska-h)")
    expect(preview).to_contain_text("Vaxholms stad (registrator@vaxholm.invalid)")
    expect(preview).to_contain_text("24 parter får inget brev")
    axe(page)
    page.get_by_role("button", name="Skicka på remiss").click()
    expect(page.locator("#instanser-h")).to_contain_text("26 remissinstanser")
    axe(page)


def answer(page, sign_in, name, stance, axe, remark="", reservation=""):
    """As somebody who reports for the municipality, found in my work."""
    sign_in(page, hat(Party.objects.get(name=name), Role.REPORTER))
    page.goto(reverse("portal:work"))
    page.get_by_role("link", name="Svara på remissen").click()
    page.locator("select[name=stance]").select_option(stance)
    page.locator("textarea[name=reservation]").fill(reservation)
    if remark:
        page.locator(".remiss-part summary").first.click()
        page.locator("textarea[name=text_0]").fill(remark)
    axe(page)
    hand_in(page, axe)


def hand_in(page, axe):
    page.get_by_role("button", name="Spara och gå vidare till inlämning").click()
    done = page.get_by_role("button", name="Lämna in remissvaret")
    done.wait_for()
    axe(page)
    done.click()
    expect(page.locator("main")).to_contain_text("Sidan är ert kvitto.")


def answer_late_by_link(page, axe):
    """Without an account, the day after the last day."""
    page.context.clear_cookies()
    yesterday = timezone.localdate() - DAY
    Consultation.objects.filter(text__isnull=False, agreement__short_name="Remissprovet").update(
        sent_on=yesterday - 90 * DAY, deadline=yesterday
    )
    letter = Mail.objects.get(address="registrator@vaxholm.invalid")
    page.goto(re.search(r"/overenskommelser/remissvar/\S+", letter.body)[0])
    page.locator("select[name=stance]").select_option("supports")
    hand_in(page, axe)
    late = ConsultationResponse.objects.filter(is_late=True, addressee__name="Vaxholms stad")
    assert len(late) == 1


def treat_and_close(page, draft, axe, screenshot):
    consultation = Consultation.objects.get(agreement=draft, text__isnull=False)
    args = [draft.slug, consultation.pk]
    page.goto(reverse("agreements:consultation_detail", args=args))
    expect(page.get_by_text("sent svar")).to_have_count(1)
    page.get_by_role("link", name="Avsluta remissen").click()
    page.get_by_role("button", name="Avsluta remissen").click()
    page.get_by_text("Remissen är avslutad.").wait_for()
    page.get_by_role("link", name="Synpunkter och behandling").click()
    page.locator("table.remarks a", has_text="Behandla").first.click()
    page.get_by_label("Följs inte", exact=True).check()
    page.get_by_label("Varför").fill("Överenskommelsen gäller hela länet.")
    axe(page)
    page.get_by_role("button", name="Spara och ta nästa").click()
    page.get_by_text("Sparat.", exact=True).wait_for()
    page.get_by_label("Följs", exact=True).check()
    page.get_by_role("button", name="Spara och ta nästa").click()
    page.get_by_role("heading", name="Synpunkter och hur de behandlas").wait_for()
    page.goto(reverse("agreements:consultation_summary", args=args))
    expect(page.locator("main")).to_contain_text("3 av 26 har svarat.")
    expect(page.locator("main")).to_contain_text("1 svar kom efter sista svarsdag.")
    expect(page.locator("main")).not_to_contain_text("inte behandlad", use_inner_text=True)
    axe(page)
    screenshot(page, "agreements-consultation_summary")


def adopt_and_accede(page, draft):
    today = f"{timezone.localdate()}"
    page.goto(reverse("agreements:adoption_create", args=[draft.slug]))
    page.locator("select[name=decided_by]").select_option(index=1)
    page.locator("input[name=decided_on]").fill(today)
    page.get_by_role("button", name="Anta", exact=True).click()
    page.get_by_text("Sparat.", exact=True).wait_for()
    page.goto(reverse("agreements:accession_bulk", args=[draft.slug]))
    common = page.locator(".together__common")
    common.locator("select").first.select_option("signed")
    common.get_by_label("Undertecknad").fill(today)
    page.get_by_role("button", name="Fyll i tomma rutor").click()
    page.get_by_role("button", name="Spara", exact=True).click()
    expect(page.locator("main")).to_contain_text("26 parters svar sparade.")
    signed = Accession.objects.filter(agreement=draft, signature_status="signed")
    assert len(signed) == 26
    for step, button in (("sign", "Anteckna att alla har svarat"), ("start", "Låt börja gälla")):
        page.goto(reverse("agreements:life_step", args=[draft.slug, step]))
        page.get_by_role("button", name=button).click()
        page.wait_for_url("**/livscykel/")
    assert Agreement.objects.get(pk=draft.pk).status == Agreement.Status.IN_FORCE


def leave(page, draft):
    """One gives notice; the last day is counted from the day on which the last of the others got it."""
    today = timezone.localdate()
    page.goto(reverse("agreements:termination_create", args=[draft.slug]))
    page.locator("select[name=party]").select_option(label="Danderyds kommun")
    page.locator("input[name=given_on]").fill(f"{today}")
    page.get_by_role("button", name="Spara och visa vad den leder till").click()
    page.get_by_role("link", name="Fyll i när parterna fick den").click()
    page.get_by_label("Alla fick den samma dag").fill(f"{today}")
    page.get_by_role("button", name="Spara", exact=True).click()
    last = last_day([today], 9)
    expect(page.locator("main")).to_contain_text(f"Överenskommelsen gäller till och med {last}")
    page.get_by_role("button", name="Bekräfta uppsägningen").click()
    expect(page.locator(".title__meta .st")).to_have_text("Bekräftad")
    assert Termination.objects.get(agreement=draft).confirmed_at is not None
