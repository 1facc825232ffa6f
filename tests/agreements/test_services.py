"""Who the words of an agreement stand for."""

import pytest

from agreements.services import actor_for
from tests import factories

pytestmark = pytest.mark.django_db


def test_actor_for_calls_a_party_what_the_document_does():
    party = factories.PartyFactory(name="Storsthlm")
    accession = factories.AccessionFactory(party=party, name_at_signing="Kommunförbundet Stockholms Län")
    assert actor_for(agreement=accession.agreement, key=party.key).name == "Kommunförbundet Stockholms Län"
    assert actor_for(agreement=factories.AgreementFactory(), key=party.key).name == "Storsthlm"
