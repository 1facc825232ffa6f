"""The agenda in the meeting room: one matter at a time, by keyboard."""

from django.urls import reverse

from governance.models import Meeting
from parties.models import User


def test_meeting_projector_is_led_by_the_arrow_keys(page, sign_in, axe):
    sign_in(page, User.objects.get(email="samordnare@exempel.invalid"))
    meeting = Meeting.objects.filter(body__key="exempel-radet").latest("held_on")
    first, second = meeting.agenda.all()[:2]
    page.goto(reverse("governance:meeting_projector", args=["exempel-uppsala", "exempel-radet", meeting.key]))
    for key, heading in [
        ("ArrowRight", f"1. {first.title}"),
        ("ArrowRight", f"2. {second.title}"),
        ("ArrowLeft", f"1. {first.title}"),
        ("ArrowLeft", "Dagordning"),
    ]:
        page.keyboard.press(key)
        page.get_by_role("heading", level=1, name=heading, exact=True).wait_for()
    page.get_by_role("link", name=second.title, exact=True).click()
    page.get_by_role("heading", level=1, name=f"2. {second.title}").wait_for()
    axe(page)
