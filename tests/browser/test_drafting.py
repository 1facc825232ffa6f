"""A successor is drafted by two: written, moved, commented, answered, kept as a version and compared word by word."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from agreements.models import Agreement, Provision
from parties.models import Role
from parties.services import join
from tests import factories as make

NEW = "Parterna möts två gånger om året."


@pytest.fixture
def source(site):
    """An agreement to follow, who coordinates it, and somebody else who has an account."""
    source = Agreement.objects.get(slug="stockholm-ksl-2008")
    source.coordinator, source.writer = make.UserFactory(), make.UserFactory()
    join(user=source.coordinator, party=source.coordinating_party, role=Role.COORDINATOR)
    return source


def test_a_successor_is_drafted_by_two(source, page, phone, sign_in, axe, screenshot):
    sign_in(page, source.coordinator)
    sign_in(phone, source.writer)
    draft = begin(page, source)
    invite(page, draft, source.writer)
    write(phone, draft, axe)
    answer_and_compare(page, draft, axe)
    screenshot(page, "text-comparison")


def begin(page, source):
    page.goto(f"{reverse('agreements:agreement_create')}?efter={source.slug}")
    page.get_by_label("Titel").fill("Överenskommelse att skriva tillsammans")
    page.get_by_label("Kortnamn").fill("Skrivprovet")
    page.get_by_role("button", name="Påbörja utkastet").click()
    page.wait_for_url("**/utkast/**")
    return Agreement.objects.get(short_name="Skrivprovet")


def invite(page, draft, writer):
    page.goto(reverse("agreements:drafting_group", args=[draft.slug]))
    page.get_by_label("E-post").fill(writer.email)
    page.get_by_label("Namn", exact=True).fill(writer.name)
    page.get_by_label("För vilken organisation").select_option(label="Nacka kommun")
    page.get_by_role("button", name="Lägg till").click()
    page.locator(".silent", has_text=writer.name).wait_for()


def write(page, draft, axe):
    """The writer adds a commitment last, moves it up, and asks about it."""
    page.goto(f"{reverse('agreements:row_create', args=[draft.slug, 'provision'])}?till=utkast&slag=commitment")
    page.locator("textarea[name=text]").fill(NEW)
    page.get_by_role("button", name="Spara").click()
    block = page.locator("article.block", has_text=NEW)
    block.locator("summary", has_text="Flytta").click()
    block.locator("[name=place]").fill("1")
    block.get_by_role("button", name="Flytta dit").click()
    page.get_by_text("Flyttad. Den står nu på plats 1.").wait_for()
    assert list(Provision.objects.filter(agreement=draft, kind="commitment").values_list("text", flat=True))[0] == NEW
    axe(page)
    block.get_by_role("link", name="Kommentera").click()
    page.get_by_label("Ny kommentar").fill("Räcker två gånger?")
    page.get_by_role("button", name="Kommentera").click()
    page.locator(".thread", has_text="Räcker två gånger?").wait_for()


def answer_and_compare(page, draft, axe):
    """The coordinator answers, keeps the text, changes one word and sees that word marked."""
    page.goto(reverse("agreements:drafting_detail", args=[draft.slug]))
    block = page.locator("article.block", has_text=NEW)
    block.get_by_role("link", name="1 kommentar").click()
    page.locator("summary", has_text="Svara").click()
    page.get_by_label("Svar", exact=True).fill("Vi skriver fyra.")
    page.get_by_role("button", name="Svara").click()
    page.locator(".thread__answer", has_text="Vi skriver fyra.").wait_for()
    page.goto(reverse("agreements:text_version_create", args=[draft.slug]))
    page.get_by_role("button", name="Spara versionen").click()
    page.get_by_text("Versionen är sparad.").wait_for()
    page.goto(reverse("agreements:drafting_detail", args=[draft.slug]))
    block.get_by_role("link", name="Ändra").click()
    page.locator("textarea[name=text]").fill(NEW.replace("två", "fyra"))
    page.get_by_role("button", name="Spara").click()
    page.locator("article.block", has_text=NEW.replace("två", "fyra")).wait_for()
    page.goto(f"{reverse('agreements:text_comparison', args=[draft.slug])}?fran=1&till=nu")
    for tag, word in (("del", "två"), ("ins", "fyra")):
        expect(page.locator(f"main {tag}")).to_have_text([re.compile(rf"\b{word}\s*$")])
    axe(page)
