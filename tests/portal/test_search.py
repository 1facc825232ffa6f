"""Search: what is found under which words, in which order, by whom."""

import datetime
import uuid

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from parties.models import Role
from parties.services import join
from portal.search import MAX_HITS
from tests import factories
from tests.agreements.pages import missing, queries, text_of

pytestmark = pytest.mark.django_db
SEARCH = "/sok/"


def found(client, text):
    """(group, name) of every hit, in the order shown."""
    response = client.get(SEARCH, {"q": text})
    assert response.status_code == 200
    return [(str(group.label), hit.name) for group in response.context["groups"] for hit in group.hits]


@pytest.fixture
def rows():
    """One row of each kind that search covers, each with a word of its own."""
    agreement = factories.AgreementFactory(title="Överenskommelsen Äpple", short_name="ÄPP")
    area = factories.PriorityAreaFactory(agreement=agreement, name="Området Päron", subtitle="sött och gott")
    factories.CollaborationAreaFactory(area=area, name="Samverkan Plommon", text="om fruktträd")
    factories.GoalFactory(area=area, text="Fler Körsbär", indicator="andel körsbärsträd")
    party = factories.AccessionFactory(agreement=agreement, party__name="Region Ängelskog").party
    factories.PartyNameFactory(party=party, name="Landstinget Skåneland")
    factories.MandateFactory(agreement=agreement, body__name="Rådet för Hallon")
    return agreement


@pytest.mark.parametrize(
    ("text", "hits"),
    [
        ("äpple", [("Överenskommelser", "Överenskommelsen Äpple")]),
        ("päron", [("Områden", "Området Päron")]),
        ("SÖTT", [("Områden", "Området Päron")]),
        ("fruktträd", [("Samverkansområden", "Samverkan Plommon")]),
        ("körsbärsträd", [("Mål", "Fler Körsbär")]),
        ("ängelskog", [("Parter", "Region Ängelskog")]),
        ("ÄNGELSKOG", [("Parter", "Region Ängelskog")]),
        ("A\u0308ngelskog", [("Parter", "Region Ängelskog")]),
        ("landstinget skåneland", [("Parter", "Region Ängelskog")]),
        ("skog  region", [("Parter", "Region Ängelskog")]),
        ("hallon", [("Organ", "Rådet för Hallon")]),
        ("hallon päron", []),
        ("%", []),
        ("_", []),
        ("", []),
        ("   ", []),
    ],
)
def test_search_finds_by_words_however_they_are_written(client, rows, text, hits):
    assert found(client, text) == hits


@pytest.mark.parametrize("text", ["äpple", "päron", "plommon", "körsbär", "hallon"])
def test_search_shows_nothing_of_a_draft_to_others(client, login_as, rows, text):
    type(rows).objects.update(published_on=None, status=rows.Status.DRAFT)
    assert found(client, text) == []
    login_as(Role.COORDINATOR)
    assert found(client, text) == []
    login_as(Role.COORDINATOR, party=rows.coordinating_party)
    assert len(found(client, text)) == 1


def test_search_that_is_kept_shows_nobody_what_others_draft(client, login_as, rows):
    """The same words by turns; whoever came first. The frame is each reader's own, what is found each visit's."""
    type(rows).objects.update(published_on=None, status=rows.Status.DRAFT)
    board = rows.coordinating_party
    writer = join(user=factories.UserFactory(), party=board, role=Role.COORDINATOR).user
    other = join(user=factories.UserFactory(), party=factories.PartyFactory(), role=Role.COORDINATOR).user
    for user in [writer, other, None] * 2:
        client.force_login(user) if user else client.logout()
        page = text_of(client.get(SEARCH, {"q": "päron"}))
        assert ("Området Päron" in page) is (user == writer)
        assert (f", {board.name}" in page) is (user == writer)
        assert ("Logga ut" in page) is bool(user)


def test_search_that_is_kept_is_of_the_words_and_of_the_day(client, login_as, rows):
    user, party = login_as(Role.COORDINATOR, party=rows.coordinating_party), rows.coordinating_party
    for text, name in (("päron", "Området Päron"), ("hallon", "Rådet för Hallon"), ("<!--found-->", "Inget hittades")):
        page = text_of(client.get(SEARCH, {"q": text}))
        assert missing(page, f"<title>{escape(text)} – Sök – ", f'value="{escape(text)}"', name) == []
    type(party).objects.filter(pk=party.pk).update(name="Nya länsstyrelsen")
    assert "Nya länsstyrelsen" in text_of(client.get(SEARCH))
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    user.memberships.update(starts_on=yesterday, ends_on=yesterday)
    assert "Nya länsstyrelsen" not in text_of(client.get(SEARCH))


def test_search_takes_three_questions(client, login_as, rows, django_assert_num_queries):
    login_as(Role.COORDINATOR)
    client.get(SEARCH, {"q": "päron"})
    with django_assert_num_queries(3):  # the session with its person, the hats, and all that is found
        client.get(SEARCH, {"q": "päron"})


def test_search_leads_to_the_place(client, rows):
    goal = rows.goal_set.get()
    body = rows.mandate_set.get().body
    party = rows.accession_set.get().party
    links = [
        f'href="{rows.get_absolute_url()}#mal-{goal.key}"',
        f'href="{reverse("governance:body_detail", args=[rows.slug, body.key])}">ÄPP</a>',
        f'href="{reverse("agreements:accession_list", args=[rows.slug])}#{party.key}">ÄPP</a>',
        "tidigare Landstinget Skåneland",
    ]
    text = "".join(text_of(client.get(SEARCH, {"q": word})) for word in ("körsbär", "hallon", "ängelskog"))
    assert missing(text, *links) == []


def test_search_of_a_party_names_only_agreements_the_visitor_may_see(client, rows):
    party = rows.accession_set.get().party
    factories.AccessionFactory(agreement=factories.AgreementFactory(draft=True, short_name="Hemlig"), party=party)
    assert "Hemlig" not in text_of(client.get(SEARCH, {"q": "ängelskog"}))


def test_search_says_where_a_party_without_agreements_stands(client):
    factories.PartyFactory(name="Ensamma kommunen")
    assert "Inte med i någon överenskommelse i portalen" in text_of(client.get(SEARCH, {"q": "ensamma"}))


def test_search_puts_swedish_letters_last(client):
    for name in ("Öqvby", "Åqvby", "Zqvby", "Äqvby", "Aqvby"):
        factories.PartyFactory(name=name)
    assert [name for _, name in found(client, "qvby")] == ["Aqvby", "Zqvby", "Åqvby", "Äqvby", "Öqvby"]


def test_search_finds_the_municipalities_of_the_register(client):
    assert found(client, "ÄNGELHOLM") == [("Parter", "Ängelholms kommun")]


def test_search_shows_a_limited_number_and_says_so(client):
    factories.PartyFactory.create_batch(MAX_HITS + 1, name="Likadan")
    response = client.get(SEARCH, {"q": "likadan"})
    assert len(response.context["groups"][0].hits) == MAX_HITS
    assert missing(text_of(response), "(fler än 50)", "Skriv fler ord för att hitta rätt.") == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "Sök bland överenskommelser, parter, områden, mål, aktiviteter och organ."),
        ("finns inte", "Inget hittades för ”finns inte”."),
        ("<b>", "Inget hittades för ”&lt;b&gt;”."),
        ("\0", "field__error"),
        ("å" * 10_000, "field__error"),
        ("\ud800".encode("utf-8", "surrogatepass"), "Inget hittades"),
        ("Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤a̴̵̢l̷̢g̸o 🙂", "Inget hittades"),
    ],
)
def test_search_says_what_to_do_when_nothing_is_found(client, text, words):
    assert words in text_of(client.get(SEARCH, {"q": text}))


@pytest.mark.parametrize("role", ["anonymous", Role.COORDINATOR])
def test_search_asks_the_same_number_of_queries_however_many_hits(client, login_as, role):
    def add(number):
        for _ in range(number):
            mandate = factories.MandateFactory(body__name="Ek", agreement__title="Ek")
            factories.AccessionFactory(agreement=mandate.agreement, party__name="Ek")
            area = factories.PriorityAreaFactory(agreement=mandate.agreement, name="Ek")
            factories.GoalFactory(area=area, text="Ek")
            factories.CollaborationAreaFactory(area=area, name="Ek")

    login_as(role)
    add(1)
    few = queries(client, f"{SEARCH}?q=ek")
    add(29)
    assert queries(client, f"{SEARCH}?q=ek") == few <= 15


@pytest.fixture
def edition():
    """A draft with an activity, a note to themselves and a comment, in a published agreement."""
    activity = factories.ActivityFactory(title="Odla Krusbär", description="med droppbevattning")
    factories.InternalNoteFactory(activity=activity, text="hemlig anteckning")
    factories.CommentFactory(activity=activity, text="hemlig kommentar", is_shared=True)
    return activity.edition


@pytest.mark.parametrize(
    ("role", "state", "names"),
    [
        (Role.COORDINATOR, "draft", ["krusbär", "droppbevattning"]),
        (Role.REPORTER, "draft", []),
        (None, "draft", []),
        (None, "adopted", ["krusbär", "droppbevattning"]),
        (None, "superseded", []),
    ],
)
def test_search_finds_activities_as_far_as_their_edition_is_read(client, login_as, edition, role, state, names):
    agreement = edition.plan.agreement
    if state != "draft":
        factories.adopt(edition)
    if state == "superseded":
        factories.adopt(factories.EditionFactory(plan=edition.plan))
    if role:
        board = role == Role.COORDINATOR
        party = agreement.coordinating_party if board else factories.AccessionFactory(agreement=agreement).party
        login_as(role, party=party)
    words = ["krusbär", "droppbevattning", "anteckning", "kommentar"]
    assert [word for word in words if found(client, word)] == names


def test_search_finds_activities_that_were_carried_over_in_bulk(client, edition):
    row = edition.activities.get()
    row.pk, row.lineage, row.number, row.title = None, uuid.uuid4(), "N1", "Odla Hasselnöt"
    type(row).objects.bulk_create([row])
    factories.adopt(edition)
    assert [name for _group, name in found(client, "hasselnöt")] == ["N1 Odla Hasselnöt"]


@pytest.mark.parametrize(("invented", "ending"), [(True, ", exempeldata"), (False, "")])
def test_search_tells_invented_plans_from_real_ones(client, edition, invented, ending):
    type(edition.plan).objects.filter(pk=edition.plan_id).update(is_example=invented)
    factories.adopt(edition)
    hit = client.get(SEARCH, {"q": "krusbär"}).context["groups"][0].hits[0]
    assert str(hit.where) == f"{edition}, {edition.plan.agreement.short_name}{ending}"
