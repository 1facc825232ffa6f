"""A session ends while somebody writes: in a plain form, in one that saves by itself, and two who save the same row."""

import re

import pytest
from django.contrib.sessions.models import Session
from django.urls import reverse
from playwright.sync_api import expect

from agreements.models import Agreement
from parties.models import Role
from parties.services import join
from tests import factories as make

PASSWORD = "ett långt lösenord 2026"
TEXT = "En sammanfattning som tog en timme att skriva."


@pytest.fixture
def agreement(site):
    return make.AgreementFactory(short_name="Den utgångna", summary="Så här stod det från början.")


@pytest.fixture
def writer(agreement):
    writer = make.UserFactory(name="Elin Lund")
    writer.set_password(PASSWORD)
    writer.save()
    join(user=writer, party=agreement.coordinating_party, role=Role.COORDINATOR)
    return writer


def end_session(page):
    Session.objects.filter(pk__in=[cookie["value"] for cookie in page.context.cookies()]).delete()


def log_in(page, user):
    page.get_by_label("E-post").fill(user.email)
    page.get_by_label("Lösenord").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Logga in", exact=True).click()


def test_plain_form_comes_back_after_the_login(page, sign_in, writer, agreement, axe, screenshot):
    sign_in(page, writer)
    page.goto(reverse("agreements:agreement_edit", args=[agreement.slug]))
    page.get_by_label("Sammanfattning").fill(TEXT)
    end_session(page)
    page.get_by_role("button", name="Spara", exact=True).click()
    log_in(page, writer)
    page.get_by_role("heading", name="Du hade blivit utloggad").wait_for()
    expect(page.get_by_label("Sammanfattning")).to_have_value(TEXT)
    axe(page)
    screenshot(page, "kept-form")
    page.get_by_role("button", name="Spara", exact=True).click()
    page.get_by_text("Sparat.").wait_for()
    assert Agreement.objects.get(pk=agreement.pk).summary == TEXT


def test_autosave_tells_and_goes_on_after_a_login_elsewhere(page, sign_in, writer, agreement, axe, screenshot):
    row = make.ActivityFactory(edition__plan__agreement=agreement, number="B1", title="Börja")
    sign_in(page, writer)
    page.goto(f"{row.edition.get_absolute_url()}redigera/")
    page.locator("table[role=grid]").wait_for()
    page.get_by_role("link", name="Börja").click()
    field = page.get_by_role("textbox", name="Beskrivning")
    field.wait_for()
    end_session(page)
    field.fill(TEXT)
    field.blur()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("heading", name="Du är utloggad").wait_for()
    axe(page)
    screenshot(page, "signed-out")
    with page.context.expect_page() as opened:
        dialog.get_by_role("link", name="Logga in i en ny flik").click()
    log_in(opened.value, writer)
    opened.value.wait_for_url("**/mitt-arbete/")
    page.bring_to_front()
    page.evaluate("dispatchEvent(new Event('focus'))")
    page.locator("#editor-status", has_text="Sparat ").wait_for()
    row.refresh_from_db()
    assert row.description == TEXT
    expect(field).to_have_value(TEXT)


def test_conflict_is_merged_field_by_field(page, sign_in, writer, agreement, axe, screenshot):
    sign_in(page, writer)
    page.goto(reverse("agreements:agreement_edit", args=[agreement.slug]))
    summary = page.get_by_label("Sammanfattning")
    mine = "Så här stod det från början, och Elin lade till detta."
    summary.fill(mine)
    colleague = Agreement.objects.get(pk=agreement.pk)
    colleague.summary = theirs = "Så här stod det tills Omar ändrade det."
    colleague._history_user = make.UserFactory(name="Omar Berg")
    colleague.save_version(1)
    page.get_by_role("button", name="Spara", exact=True).click()
    page.get_by_role("heading", name=re.compile("Omar Berg ändrade samma rad")).wait_for()
    axe(page)
    screenshot(page, "conflict")
    expected = {"Ta den sparade": theirs, "Ta min": mine, "Sätt ihop båda": f"{theirs}\n\n{mine}"}
    for name, text in expected.items():
        page.get_by_role("button", name=name).click()
        expect(summary).to_have_value(text)
    summary.fill("Så här stod det tills Omar ändrade det, och Elin lade till detta.")
    page.get_by_role("button", name="Spara", exact=True).click()
    page.get_by_text("Sparat.").wait_for()
    assert Agreement.objects.get(pk=agreement.pk).summary.endswith("och Elin lade till detta.")
