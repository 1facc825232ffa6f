"""The page on which an agreement is adopted: who decided, on which text, and when it begins."""

import pytest
from django.urls import reverse

from agreements.models import Accession, Adoption, Agreement, LifeEvent
from parties.models import Role
from tests import factories
from tests.filled_form import Forms

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(login_as):
    """A draft with a text, a deciding body and two parties, and its coordinator signed in."""
    agreement = factories.AgreementFactory(draft=True)
    factories.ActorFactory(agreement=agreement, name="Samverkansrådet")
    factories.ProvisionFactory(agreement=agreement, heading="Syfte", text="Parterna ska samverka.")
    for _each in range(2):
        factories.AccessionFactory(agreement=agreement)
    login_as(Role.COORDINATOR, party=agreement.coordinating_party)
    return agreement


def adopt(client, agreement, **typed):
    address = reverse("agreements:adoption_create", args=[agreement.slug])
    data = Forms(client.get(address).content.decode()).with_field("version")
    given = {"decided_by": agreement.actor_set.first().pk, "decided_on": "2025-02-01", "decision_paragraph": "§ 7"}
    return client.post(address, data | given | typed)


def errors_of(response):
    return {name: list(texts) for name, texts in response.context["form"].errors.items()}


def test_adoption_create_stores_the_decision_the_text_and_asks_the_parties(client, draft):
    typed = {"registry_number": "S 2025/3", "takes_effect": "all_signed", "start": "2025-03"}
    assert adopt(client, draft, **typed).status_code == 302
    adoption, event, agreement = Adoption.objects.get(), LifeEvent.objects.get(), Agreement.objects.get(pk=draft.pk)
    assert (agreement.status, agreement.validity.takes_effect, agreement.validity.start) == (
        "adopted", "all_signed", "2025-03",
    )  # fmt: skip
    assert (str(adoption), str(adoption.decision_date), adoption.decision_paragraph) == (
        "Samverkansrådet", "2025-02-01", "§ 7",
    )  # fmt: skip
    assert [block["text"] for block in adoption.text.blocks] == ["Parterna ska samverka."]
    assert (event.kind, event.decided_by, event.to_status) == ("adopted", "Samverkansrådet", "adopted")
    assert set(Accession.objects.values_list("signature_status", flat=True)) == {"pending"}


def test_adoption_create_offers_the_bodies_to_choose_from(client, draft):
    page = client.get(reverse("agreements:adoption_create", args=[draft.slug]))
    offered = [label for _value, label in page.context["form"]["decided_by"].field.widget.choices]
    assert "Samverkansrådet" in offered


def test_adoption_create_adopts_a_version_that_was_chosen(client, draft):
    text = factories.TextVersionFactory(agreement=draft)
    adopt(client, draft, text=text.pk)
    assert (Adoption.objects.get().text, draft.text_versions.count()) == (text, 1)


@pytest.mark.parametrize(
    ("typed", "errors"),
    [
        ({"decided_by": ""}, {"decided_by": ["Detta fält måste fyllas i."]}),
        ({"decided_on": "2199-01-01"}, {"decided_on": ["Dagen har inte varit än. Fyll i när det hände."]}),
        ({"text": "999999"}, {"text": ["Det du valde finns inte att välja här. Välj något annat i listan."]}),
    ],
)
def test_adoption_create_refuses_and_changes_nothing(client, draft, typed, errors):
    assert errors_of(adopt(client, draft, **typed)) == errors
    assert (Agreement.objects.get(pk=draft.pk).version, Adoption.objects.count()) == (1, 0)


def test_adoption_create_waits_for_the_remiss(client, draft):
    Agreement.objects.filter(pk=draft.pk).update(status="consultation")
    factories.ConsultationFactory(agreement=draft, text=factories.TextVersionFactory(agreement=draft))
    response = adopt(client, draft)
    words = "Remissen är inte avslutad. Avsluta den först."
    assert (errors_of(response), response.context["problems"]) == ({"__all__": [words]}, [words])
    assert Adoption.objects.count() == 0


def test_adoption_create_is_done_once(client, draft):
    """The same form sent again meets another version, and then another state."""
    address = reverse("agreements:adoption_create", args=[draft.slug])
    data = Forms(client.get(address).content.decode()).with_field("version")
    data |= {"decided_by": draft.actor_set.first().pk, "decided_on": "2025-02-01"}
    assert [client.post(address, data).status_code for _turn in range(2)] == [302, 409]
    assert "går det inte att anta den" in client.get(address).content.decode()
    assert (Adoption.objects.count(), LifeEvent.objects.count()) == (1, 1)
