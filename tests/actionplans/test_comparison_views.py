"""The page about two editions and its papers: what stands there, for whom, and what mistakes are answered with."""

import re
from html import unescape
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from docx import Document

from actionplans.models import Edition
from parties.models import Role
from tests import factories as make
from tests.actionplans.pairs import carry, fill, pair
from tests.agreements.pages import queries, text_of

pytestmark = pytest.mark.django_db
PAPERS = ["edition_compare_pdf", "edition_compare_docx"]


def address(new, other, name="edition_compare"):
    return reverse(f"actionplans:{name}", args=[new.plan.agreement.slug, new.plan.key, new.label, other])


def adopted_pair(**of_plan):
    """A superseded and an adopted edition with every kind of change between them."""
    old, new = pair(**of_plan)
    fill(old, new)
    return make.adopt(old), make.adopt(new)


@pytest.fixture
def coordinate(login_as):
    def coordinate(edition):
        return login_as(Role.COORDINATOR, party=edition.plan.agreement.coordinating_party)

    return coordinate


def test_edition_compare_tells_everybody_what_changed(client):
    old, new = adopted_pair()
    text = text_of(client.get(address(new, old.label)))
    kinds = "2 oförändrade, 2 ändrade, 1 flyttad, 2 nya, 1 avslutad, 1 struken, 1 borttagen"
    assert f"10 aktiviteter jämförda: {kinds}." in text
    assert re.findall(r"<h2>(.*?)</h2>", text) == ["Arbete", "Utan område"]
    assert "Pengarna är slut." in text


def test_edition_compare_puts_the_earlier_edition_first_whichever_is_named_first(client):
    old, new = adopted_pair()
    contexts = [client.get(address(*order)).context for order in ((new, old.label), (old, new.label))]
    assert [context["comparison"].summary for context in contexts] == [contexts[0]["comparison"].summary] * 2


def test_edition_compare_marks_words_in_words_too(client):
    old, new = pair()
    carry(make.ActivityFactory(edition=old, desired_effect="Minst 10 kurser"), new, desired_effect="Minst 20 kurser")
    text = text_of(client.get(address(make.adopt(new), make.adopt(old).label)))
    assert '<del><span class="sr">borttaget: </span>10</del>' in text
    assert '<ins><span class="sr">tillagt: </span>20</ins>' in text


@pytest.mark.parametrize(
    ("asked", "titles"),
    [
        ({}, ["flyttad", "ändrad och flyttad", "ny"]),
        ({"visa": "moved"}, ["flyttad"]),
        ({"visa": "added"}, ["ny"]),
        ({"omrade": "utan"}, ["ny"]),
        ({"visa": "moved", "omrade": "utan"}, []),
        ({"visa": "nonsens"}, ["flyttad", "ändrad och flyttad", "ny"]),
    ],
)
def test_edition_compare_filters(client, asked, titles):
    old, new = pair()
    area = make.PriorityAreaFactory(agreement=old.plan.agreement)
    for order, (title, changed) in enumerate((("flyttad", {}), ("ändrad och flyttad", {"indicator": "Antal"}))):
        carry(make.ActivityFactory(edition=old, title=title, order=order), new, area=area, **changed)
    make.ActivityFactory(edition=new, title="ny")
    groups = client.get(address(make.adopt(new), make.adopt(old).label), asked).context["groups"]
    told = re.findall(r"<h3><a[^>]*>\w+ ([^<]+)</a>", "".join(changes for _area, changes in groups))
    assert told == titles


def test_edition_compare_shows_hostile_texts_as_they_were_written(client):
    old, new = pair()
    hostile = "<script>alert(1)</script> {url} {0} <b>"
    texts = {"title": hostile, "indicator": hostile, "change_reason": hostile}
    carry(make.ActivityFactory(edition=old, number="1"), new, **texts)
    make.ActivityFactory(edition=new, number="<i>", **texts)
    page = client.get(address(make.adopt(new), make.adopt(old).label)).content.decode()
    changes = page[page.index('<article class="change"') :]
    assert [changes.count(part) for part in ("<script>alert", "<b>", "<i>")] == [0, 0, 0]
    assert unescape(changes).count(hostile) >= 6


def test_edition_compare_filter_says_when_nothing_is_left(client):
    old, new = adopted_pair()
    asked = {"visa": "added", "omrade": make.PriorityAreaFactory._meta.model.objects.get(name="Arbete").pk}
    assert "Ingen ändring med det urvalet." in text_of(client.get(address(new, old.label), asked))


def test_edition_compare_leads_on_to_the_editions_chosen(client, coordinate):
    old, new = adopted_pair()
    draft = make.EditionFactory(plan=new.plan, label="2027:1", starts_on="2027-01-01", ends_on="2027-06-30")
    coordinate(draft)
    response = client.get(address(new, old.label), {"fran": "2026:2", "till": "2027:1", "visa": "added"})
    assert response.url == address(draft, "2026:2")
    choices = client.get(response.url).context["form"].fields["fran"].choices
    assert [label for label, _text in choices] == ["2026:1", "2026:2", "2027:1"]


def test_edition_compare_offers_only_what_may_be_read(client):
    old, new = adopted_pair()
    make.EditionFactory(plan=new.plan, label="2027:1")
    choices = client.get(address(new, old.label)).context["form"].fields["till"].choices
    assert [label for label, _text in choices] == ["2026:1", "2026:2"]


@pytest.mark.parametrize("asked", [{}, {"fran": "2026:2", "till": "2026:2"}])
def test_edition_compare_with_itself_asks_for_another(client, asked):
    old, new = adopted_pair()
    text = text_of(client.get(address(new, old.label if asked else new.label), asked))
    assert "Du har valt samma version två gånger. Välj två olika." in text


@pytest.mark.parametrize("name", ["edition_compare", *PAPERS])
@pytest.mark.parametrize("state", ["draft", "proposed"])
def test_edition_compare_of_what_may_not_be_read_is_not_there(client, name, state):
    old, new = pair()
    make.adopt(old)
    Edition.objects.filter(pk=new.pk).update(state=state)
    for one, other in ((new, old.label), (old, new.label)):
        assert client.get(address(one, other, name)).status_code == 404


@pytest.mark.parametrize("name", ["edition_compare", *PAPERS])
def test_edition_compare_of_two_plans_is_not_there(client, name):
    old, new = adopted_pair()
    other = make.adopt(make.EditionFactory(plan__agreement=new.plan.agreement, label="2025:1"))
    assert client.get(address(new, other.label, name)).status_code == 404


@pytest.mark.parametrize("name", PAPERS)
def test_paper_of_an_edition_and_itself_is_not_there(client, name):
    old, new = adopted_pair()
    assert client.get(address(new, new.label, name)).status_code == 404


@pytest.mark.parametrize(
    ("states", "readers"),
    [
        (["adopted", "draft"], "Bara samordnarna kan läsa."),
        (["draft", "adopted"], "Bara samordnarna kan läsa."),
        (["adopted", "proposed"], "Parterna och organen kan läsa och kommentera."),
        (["superseded", "adopted"], "Alla kan läsa."),
    ],
)
def test_edition_compare_says_who_reads_both(client, coordinate, states, readers):
    old, new = pair()
    for edition, state in zip((old, new), states, strict=True):
        if state in ("adopted", "superseded"):
            make.adopt(edition)
        Edition.objects.filter(pk=edition.pk).exclude(state="adopted").update(state=state)
    coordinate(new)
    assert client.get(address(new, old.label)).context["stance"]["readers"] == readers


def test_edition_compare_pdf_is_an_attachment(client):
    old, new = adopted_pair()
    response = client.get(address(new, old.label, "edition_compare_pdf"))
    body = b"".join(response.streaming_content)
    assert (response.headers["Content-Type"], body[:5]) == ("application/pdf", b"%PDF-")
    name = f"{new.plan.agreement.slug}-{new.plan.key}-2026-1-2026-2.pdf"
    assert response.headers["Content-Disposition"] == f'attachment; filename="{name}"'


def test_edition_compare_docx_holds_the_same(client):
    old, new = adopted_pair()
    response = client.get(address(new, old.label, "edition_compare_docx"))
    document = Document(BytesIO(b"".join(response.streaming_content)))
    summary = "10 aktiviteter jämförda: 2 oförändrade, 2 ändrade, 1 flyttad, 2 nya, 1 avslutad, 1 struken, 1 borttagen."
    assert summary in [paragraph.text for paragraph in document.paragraphs]


@pytest.mark.parametrize("name", ["edition_compare", *PAPERS])
def test_edition_compare_queries_do_not_grow_with_rows(client, name):
    numbers = []
    for times in (1, 30):
        old, new = pair()
        for _number in range(times):
            area = make.PriorityAreaFactory(agreement=old.plan.agreement)
            activity = make.ActivityFactory(edition=old, area=area)
            make.ActivityParticipantFactory(activity=activity)
            carry(activity, new, desired_effect="Fler")
            make.ActivityFactory(edition=new)
        numbers.append(asked(client, address(make.adopt(new), make.adopt(old).label, name)))
    assert numbers[0] == numbers[1] <= 20


def asked(client, where):
    """How many queries a page or a file takes."""
    if "jamfor" in where and where.endswith("/"):
        return queries(client, where)
    with CaptureQueriesContext(connection) as captured:
        client.get(where).close()
    return len(captured)
