"""How it goes in all counties: whose rounds stand there, with which figures, at a constant price."""

import datetime

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from parties.models import County, Role
from parties.services import join
from portal.across import readable_rounds
from tests import factories as make

pytestmark = pytest.mark.django_db

URL = "/lagen-i-lanen/"


def make_round(agreement, answers, *, published=True, starts_on=datetime.date(2026, 1, 1)):
    """An opened round with a report per (party, status); without status nothing is handed in."""
    moment = timezone.now()
    days = {"period_starts_on": starts_on, "period_ends_on": starts_on + datetime.timedelta(days=180)}
    round = make.RoundFactory(agreement=agreement, **days)
    activity = make.ActivityFactory(edition__plan__agreement=agreement)
    for party, status in answers:
        make.ReportFactory(
            round=round, activity=activity, party=party, status=status, submitted_at=moment if status else None
        )
    if published:
        type(round).objects.filter(pk=round.pk).update(closed_at=moment, published_at=moment)
    return round


@pytest.fixture
def agency():
    return make.PartyFactory(name="Arbetsförmedlingen", key="af")


@pytest.fixture
def rounds(agency):
    """Two published in two counties, in which the agency answered once and was silent once; and one that is open."""
    first, second = [make.AgreementFactory(county=County.objects.get(code=code)) for code in ("03", "07")]
    town = make.PartyFactory(name="Staden")
    return [
        make_round(first, [(agency, "done"), (town, "deviating")]),
        make_round(second, [(agency, ""), (make.PartyFactory(), "ongoing"), (make.PartyFactory(), "done")]),
        make_round(second, [(agency, "")], published=False, starts_on=datetime.date(2026, 7, 1)),
    ]


def shown(client, **chosen):
    """Round → (on track, deviating, silent, total) of the page's lines, and of its sum."""
    context = client.get(URL, chosen).context
    lines = {line.round.label: line.figures for line in context["page_obj"]}
    return {
        label: (figures.on_track, figures.deviating, figures.silent, figures.total)
        for label, figures in {**lines, "sum": context["total"]}.items()
        if figures
    }


def test_across_shows_the_public_what_is_published(client, rounds):
    first, second, _open = rounds
    assert shown(client) == {first.label: (1, 1, 0, 2), second.label: (2, 0, 1, 3)}


def test_across_narrows_to_a_party_that_answers_in_several_counties(client, rounds, agency):
    first, second, _open = rounds
    assert shown(client, part="af") == {first.label: (1, 0, 0, 1), second.label: (0, 0, 1, 1), "sum": (1, 0, 1, 2)}
    choices = client.get(URL).context["form"].fields["part"].choices
    assert choices == [("", "Alla parter"), ("af", "Arbetsförmedlingen")]


def test_across_narrows_to_a_county(client, rounds):
    first = rounds[0]
    assert shown(client, lan=first.agreement.county.code) == {first.label: (1, 1, 0, 2)}


@pytest.mark.parametrize("chosen", [{"part": "finns-inte"}, {"lan": "99"}, {"omgang": "x"}, {"sida": "hej"}])
def test_across_takes_a_choice_that_does_not_exist_as_none(client, rounds, chosen):
    assert len(shown(client, **chosen)) == 2


def test_across_shows_members_their_open_rounds(client, rounds, agency):
    first, second, ahead = rounds
    make.AccessionFactory(agreement=second.agreement, party=agency)
    user = make.UserFactory()
    join(user=user, party=agency, role=Role.READER)
    assert {round.pk for round in readable_rounds(AnonymousUser())} == {first.pk, second.pk}
    assert {round.pk for round in readable_rounds(user)} == {first.pk, second.pk, ahead.pk}
    client.force_login(user)
    assert list(shown(client)) == [ahead.label, first.label]
    assert list(shown(client, omgang="alla")) == [ahead.label, second.label, first.label]


def test_across_says_so_where_there_is_nothing(client):
    assert "Ingen uppföljning finns att läsa." in client.get(URL).content.decode()


def test_across_asks_as_many_questions_for_many_rounds(client, rounds, agency):
    def questions():
        with CaptureQueriesContext(connection) as queries:
            client.get(URL, {"omgang": "alla"})
        return len(queries)

    before = questions()
    for _number in range(12):
        make_round(make.AgreementFactory(), [(agency, "done")])
    assert (questions(), before < 8) == (before, True)


def test_agreement_tells_how_its_latest_published_round_went(client, rounds):
    """And not of the round that is still open."""
    _first, second, _open = rounds
    page = client.get(second.agreement.get_absolute_url()).content.decode()
    assert "<strong>2 av 3</strong> åtaganden går enligt plan. <strong>1</strong> är inte rapporterade." in page
    assert f'href="{second.get_absolute_url()}"' in page
