"""An obstacle in a browser: reported by a party without script, given an owner, and told to the council."""

import pytest
from django.urls import reverse

from followup.models import Obstacle
from parties.models import User

SLUG = "exempel-uppsala"
TITLE = "Bussen går inte till praktikplatsen"


@pytest.fixture
def enter(site, sign_in):
    return lambda page, name: sign_in(page, User.objects.get(email=f"{name}@exempel.invalid"))


def test_an_obstacle_goes_from_a_party_to_the_council(page, enter):
    enter(page, "handlaggare")
    page.goto(reverse("followup:obstacle_list", args=[SLUG]))
    page.get_by_role("link", name="Rapportera ett hinder").click()
    page.get_by_label("Hinder", exact=True).fill(TITLE)
    page.get_by_label("Vad som är i vägen").fill("Den som praktiserar i norra länet kommer inte dit i tid.")
    page.get_by_label("Vad som behövs", exact=True).select_option(label="Ändrad rutin")
    page.get_by_role("button", name="Spara och rapportera").click()
    page.get_by_text("Utan ägare").first.wait_for()
    enter(page, "samordnare")
    page.goto(reverse("followup:obstacle_list", args=[SLUG]))
    page.get_by_label("Läge", exact=True).select_option(label="Utan ägare")
    page.get_by_role("button", name="Visa").click()
    page.get_by_role("link", name=TITLE).click()
    page.get_by_role("link", name="Hantera hindret").click()
    page.get_by_label("Ägs av organ").select_option(label="Rådet för integration (exempel)")
    page.get_by_label("Vad som behövs", exact=True).select_option(label="Gemensam framställan till staten")
    page.get_by_role("button", name="Spara").click()
    page.get_by_text("Har en ägare").first.wait_for()
    enter(page, "radsledamot")
    page.goto(reverse("followup:round_detail", args=[SLUG, "2"]))
    page.get_by_role("link", name=TITLE).click()
    page.get_by_role("heading", name=TITLE).wait_for()
    Obstacle.objects.get(title=TITLE).delete()
