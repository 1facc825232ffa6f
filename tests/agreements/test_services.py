"""Who the words of an agreement stand for."""

import pytest

from agreements.services import actor_for, name_parties
from tests import factories

pytestmark = pytest.mark.django_db


def test_actor_for_calls_a_party_what_the_document_does():
    party = factories.PartyFactory(name="Storsthlm")
    accession = factories.AccessionFactory(party=party, name_at_signing="Kommunförbundet Stockholms Län")
    assert actor_for(agreement=accession.agreement, key=party.key).name == "Kommunförbundet Stockholms Län"
    assert actor_for(agreement=factories.AgreementFactory(), key=party.key).name == "Storsthlm"


def test_name_parties_lets_every_party_be_chosen_once():
    accession = factories.AccessionFactory(name_at_signing="Heby kommun")
    factories.ActorFactory(agreement=accession.agreement, party=factories.AccessionFactory(
        agreement=accession.agreement).party)  # fmt: skip
    for _ in range(2):
        name_parties(accession.agreement)
    actors = accession.agreement.actor_set.all()
    assert (actors.count(), actors.get(party=accession.party).name) == (2, "Heby kommun")
