"""The strip under the header: in which of several hats the visitor acts on a page, or that none of them counts."""

import datetime
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from parties.models import Role
from parties.services import join
from tests import factories as make

pytestmark = pytest.mark.django_db


def strip(response):
    """What the strip says of the visitor, as plain words."""
    text = re.search(r'<div class="stance.*?<p>(.*?)</p>', response.content.decode(), re.DOTALL).group(1)
    return " ".join(re.sub(r"<[^>]*>", " ", text).split())


@pytest.fixture
def world():
    """Somebody who reports for two parties, coordinates the agreement of one of them, and sits in its council."""
    agreement = make.AgreementFactory()
    user, board = make.UserFactory(), agreement.coordinating_party
    own, far = make.PartyFactory(name="Egen"), make.PartyFactory(name="Fjärran")
    for party, place in ((own, agreement), (far, make.AgreementFactory())):
        make.AccessionFactory(agreement=place, party=party)
        join(user=user, party=party, role=Role.REPORTER)
    body = make.MandateFactory(agreement=agreement).body
    join(user=user, party=own, role=Role.COUNCIL_MEMBER, group=body.group())
    return {"agreement": agreement, "user": user, "board": board, "own": own, "body": body}


def test_standing_names_the_hat_that_gives_most_here(client, world):
    client.force_login(world["user"])
    page = world["agreement"].get_absolute_url()
    assert strip(client.get(page)) == "Du arbetar som handläggare för Egen och en roll till här"
    world["board"].name = "Styrelsen"
    world["board"].save()
    join(user=world["user"], party=world["board"], role=Role.COORDINATOR)
    assert strip(client.get(page)) == "Du arbetar som samordnare för Styrelsen och 2 roller till här"


def test_standing_on_a_form_is_for_the_party_that_answers(client, world):
    """Also where the person coordinates the round."""
    join(user=world["user"], party=world["board"], role=Role.COORDINATOR)
    round = make.RoundFactory(agreement=world["agreement"])
    make.RespondentFactory(round=round, party=world["own"])
    make.ReportFactory(round=round, party=world["own"])
    client.force_login(world["user"])
    page = client.get(
        f"/overenskommelser/{world['agreement'].slug}/uppfoljning/{round.label}/svara/{world['own'].key}/"
    )
    assert strip(page).startswith("Du arbetar som handläggare för Egen")


@pytest.mark.parametrize("name", ["edit", "detail", "submit", "files"])
def test_standing_on_an_answer_to_a_remiss_is_for_whom_it_was_sent_to(client, world, name):
    """A body that is no party reads its own answer and nothing else of what is on remiss."""
    agreement = make.AgreementFactory(status="consultation", published_on=None)
    text = make.TextVersionFactory(agreement=agreement)
    far = make.ConsultationFactory(agreement=agreement, text=text, deadline="2999-01-01")
    answer = make.ConsultationResponseFactory(addressee__consultation=far, addressee__party=world["own"])
    client.force_login(world["user"])
    page = client.get(reverse(f"agreements:response_{name}", args=[far.agreement.slug, far.pk, answer.pk]))
    assert strip(page) == "Du arbetar som handläggare för Egen"
    hidden = reverse("agreements:remark_list", args=[far.agreement.slug, far.pk])
    assert [client.get(url).status_code for url in (hidden, far.agreement.get_absolute_url())] == [404, 404]


def test_standing_in_a_council_is_a_members(client, world):
    client.force_login(world["user"])
    page = client.get(f"/overenskommelser/{world['agreement'].slug}/styrning/{world['body'].key}/")
    assert strip(page).startswith("Du arbetar som rådsledamot för Egen")


def test_standing_says_where_no_hat_counts(client, world):
    client.force_login(world["user"])
    elsewhere = make.AgreementFactory().get_absolute_url()
    assert strip(client.get(elsewhere)) == "Du läser som allmänhet . Dina roller gäller inte här"


def test_standing_of_a_reader_is_reading(client, login_as, world):
    login_as(Role.READER, party=world["own"])
    assert strip(client.get(world["agreement"].get_absolute_url())) == "Du läser som läsare för Egen"


@pytest.mark.parametrize("exists", [True, False])
def test_standing_tells_nothing_of_a_hidden_agreement(client, world, exists):
    """The page of what is hidden is that of what does not exist."""
    draft = make.AgreementFactory(draft=True)
    make.AccessionFactory(agreement=draft, party=world["own"])
    client.force_login(world["user"])
    page = client.get(f"/overenskommelser/{draft.slug if exists else 'finns-inte'}/")
    assert (page.status_code, strip(page)) == (404, "Du har 3 roller Min behörighet")


def test_work_warns_of_a_role_that_ends_soon(client, world):
    last = timezone.localdate() + datetime.timedelta(days=7)
    join(user=world["user"], party=make.PartyFactory(name="Vikariatet"), role=Role.APPROVER, ends_on=last)
    client.force_login(world["user"])
    text = " ".join(re.sub(r"<[^>]*>", "", client.get("/mitt-arbete/").content.decode()).split())
    assert f"Din roll som godkännare för Vikariatet upphör efter {last}." in text
    assert "i dina 4 roller" in text
