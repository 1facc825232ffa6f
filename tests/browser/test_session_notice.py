"""Nobody is logged out for thinking: a word of warning comes in time, and a click lets the person go on."""

import datetime

from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from parties.models import User


def test_session_notice_comes_before_the_end_and_is_answered_by_a_click(page, sign_in, axe):
    user = User.objects.get(email="handlaggare@exempel.invalid")
    sign_in(page, user)
    page.clock.install()
    page.goto(reverse("portal:accessibility"))
    key = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}["sessionid"]
    session = Session.objects.filter(pk=key)
    page.clock.fast_forward("02:05")
    page.locator("#session").wait_for(state="attached")
    expect(page.locator(".session-notice")).to_have_count(0)
    session.update(expire_date=timezone.now() + datetime.timedelta(seconds=100))
    page.clock.fast_forward("28:00")
    button = page.get_by_role("button", name="Fortsätt vara inloggad")
    button.wait_for()
    axe(page)
    button.click()
    button.wait_for(state="detached")
    assert session.get().expire_date > timezone.now() + datetime.timedelta(minutes=29)
