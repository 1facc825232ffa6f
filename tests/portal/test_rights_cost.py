"""What rights cost does not follow how many hats somebody wears; the times are measured in bench/rights.py."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from actionplans.models import Activity, Edition
from agreements.models import Accession, Actor, Agreement
from followup.models import Report
from governance.models import Mandate
from governance.services import grant_governance_rights
from parties.models import County, Role
from parties.services import join
from tests import factories as make

pytestmark = pytest.mark.django_db
COUNTIES, HATS = 21, 40


@pytest.fixture
def people():
    """Somebody with two hats, and somebody with forty: at a party and in a council of an agreement in each county."""
    few, many = make.UserFactory(), make.UserFactory()
    places = [place for county in County.objects.order_by("code")[:COUNTIES] for place in places_in(county)]
    for user, number in ((few, 2), (many, HATS)):
        for party, role, group in places[:number]:
            join(user=user, party=party, role=role, group=group)
    return few, many


def places_in(county):
    """The two places of a new agreement; its rights are given once and not by each factory."""
    party, body = make.PartyFactory(kind="county_board"), make.BodyFactory(county=county)
    words = {"slug": f"rok-{county.code}", "title": "RÖK", "short_name": "RÖK", "kind": "regional_agreement"}
    agreement = Agreement.objects.create(
        **words, county=county, status="in_force", published_on="2020-01-01", coordinating_party=party
    )
    Accession.objects.create(agreement=agreement, key=party.key, party=party, name_at_signing=party.name)
    actor = Actor.objects.create(agreement=agreement, key=body.key, kind="body", name=body.name)
    Mandate.objects.create(agreement=agreement, body=body, actor=actor, level="steering")
    grant_governance_rights(agreement)
    return (party, Role.REPORTER, None), (party, Role.COUNCIL_MEMBER, body.group())


def questions(action):
    """(how many questions the database was asked, how many of them read memberships)."""
    with CaptureQueriesContext(connection) as queries:
        action()
    about = [row for row in queries if row["sql"].partition(" FROM ")[2].startswith('"parties_membership"')]
    return len(queries), len(about)


def test_rights_of_forty_hats_load_in_three_questions(client, people):
    """A page asks as often as for two hats, and what somebody may see or edit is one question."""
    few, many = people
    for url in ("/mitt-arbete/", "/overenskommelser/rok-01/", "/overenskommelser/"):
        found = []
        for user in (few, many):
            client.force_login(user)
            client.get(url)
            found.append(questions(lambda url=url: client.get(url)))
        assert (url, found[0], found[1][1] <= 3) == (url, found[1], True)
    for model in (Activity, Edition, Report, Agreement):
        for rows in (model.objects.visible_to(many), model.objects.editable_by(many)):
            assert questions(lambda rows=rows: list(rows))[0] == 1
