"""What is sent in by mistake: a clear message, everything typed still there, and nothing changed.

Here is what the tests of each part leave out: notice dated before the accession, and a second one (test_leaving),
accession to what has ended (test_acceding), two successors (test_creating, test_ending), an empty stance, a last day
that has been, and an answer sent twice (test_consulting).
"""

import pytest
from django.urls import reverse

from agreements.forms import KINDS
from agreements.models import Consultation, ConsultationResponse
from parties.models import Mail, PartySuccession, Role
from parties.succession import split
from tests import factories as make
from tests.agreements.test_consulting import DAY, TODAY, World
from tests.rows import as_sent, make_row, url_for

pytestmark = pytest.mark.django_db
KIND = {kind.slug: kind for kind in KINDS}
REVERSED = "Slutdatum kan inte vara före startdatum."


@pytest.mark.parametrize(
    ("slug", "typed", "message"),
    [
        ("giltighet", {"start": "2027", "end": "2026-12-31"}, "Slutet kan inte vara före början."),
        ("giltighet", {"start": "2027-06-30", "end": "2027-06-29"}, "Slutet kan inte vara före början."),
        ("dialog", {"held_on": "2026-02-01", "closes_on": "2026-01-31"}, REVERSED),
        ("remiss", {"sent_on": "2026-02-01", "deadline": "2026-01-31"}, REVERSED),
        ("antagande", {"decision_date": "2026-02-01", "signed_date": "2026-01-31"}, REVERSED),
        ("anslutning", {"joined_on": "2026-02-01", "left_on": "2026-01-31"}, REVERSED),
    ],
)
def test_row_edit_refuses_an_end_before_its_start(client, login_as, slug, typed, message):
    agreement = make.AgreementFactory()
    login_as(Role.COORDINATOR, party=agreement.coordinating_party)
    row = make_row(KIND[slug], agreement)
    before = type(row).objects.filter(pk=row.pk).values().get()
    answer = client.post(
        url_for("agreements", "edit", agreement, KIND[slug], row), as_sent(KIND[slug], row, agreement) | typed
    )
    form = answer.context["form"]
    assert [text for texts in form.errors.values() for text in texts] == [message]
    assert {name: form[name].value() for name in typed} == typed
    assert type(row).objects.filter(pk=row.pk).values().get() == before


@pytest.fixture
def sent(db):
    world = World()
    world.send()
    return world


def test_response_submit_after_the_last_day_is_taken_and_marked(client, sent):
    Consultation.objects.update(deadline=TODAY() - DAY, sent_on=TODAY() - 9 * DAY)
    ConsultationResponse.objects.update(stance="supports")
    row = sent.response()
    client.force_login(sent.reporters[0])
    receipt = client.post(sent.url("response_submit", row.pk), {"version": row.version}, follow=True)
    client.force_login(sent.coordinator)
    page = client.get(sent.url("consultation_detail"))
    assert ("efter sista svarsdag" in receipt.text, page.text.count("sent svar")) == (True, 1)
    assert Mail.objects.filter(key__endswith=":receipt").count() == 1


@pytest.mark.parametrize("name", ["response_edit", "response_submit"])
def test_response_of_another_party_is_not_written(client, sent, name):
    ConsultationResponse.objects.update(stance="supports")
    before = list(ConsultationResponse.objects.order_by("pk").values())
    client.force_login(sent.reporters[1])
    typed = {"version": 1, "stance": "opposes", "text": "Fel part."}
    assert client.post(sent.url(name, sent.response(0).pk), typed).status_code == 404
    assert list(ConsultationResponse.objects.order_by("pk").values()) == before


def test_party_change_refuses_a_ring(client):
    old, new = make.PartyFactory(name="Gamla kommun"), make.PartyFactory(name="Nya kommun")
    client.force_login(by := make.UserFactory(is_staff=True, is_superuser=True))
    split(party=old, into=[new], remains=True, on=TODAY() - 9 * DAY, by=by, reason="Beslut")
    typed = {"into": "Gamla kommun", "on": str(TODAY()), "reason": "Beslut", "confirm": "1"}
    answer = client.post(reverse("portal:party_change", args=[new.key, "uppga"]), typed)
    message = "Nya kommun har själv tagit över efter Gamla kommun. Det skulle bli en ring. Välj en annan."
    assert answer.context["form"].errors == {"into": [message]}
    new.refresh_from_db()
    assert (new.dissolved_on, PartySuccession.objects.count()) == (None, 1)
