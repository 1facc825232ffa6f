"""Proposals in a real browser: several are ticked in the list and merged on a page of their own."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from parties.models import User


@pytest.mark.parametrize("width", ["page", "phone"])
def test_merge_begins_in_the_list(width, request, sign_in, axe, screenshot):
    window = request.getfixturevalue(width)
    sign_in(window, User.objects.get(email="samordnare@exempel.invalid"))
    window.goto(reverse("actionplans:proposal_list", args=["exempel-uppsala", "handlingsplan"]))
    boxes = window.locator("[name=forslag]")
    titles = window.locator("tr:has([name=forslag]) th a").all_inner_texts()[:2]
    boxes.nth(0).check()
    boxes.nth(1).check()
    window.get_by_role("button", name="Slå samman de valda").click()
    expect(window.locator(".side-by-side h2")).to_have_text(titles)
    expect(window.get_by_label("Aktivitet")).to_have_value(titles[0])
    axe(window)
    screenshot(window, "actionplans-proposal_merge")
