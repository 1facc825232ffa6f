"""The public pages of an agreement: who may read them, in how many queries, the list of them and their files."""

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from agreements.models import Agreement
from parties.models import PartyKind, Role
from tests import factories
from tests.agreements.pages import filled, missing, page, queries, text_of, url
from tests.conftest import CAST

pytestmark = pytest.mark.django_db
TABS = ("agreement_detail", "accession_list", "process_detail")
LIST = "agreements:agreement_list"


# --- all tabs ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TABS)
@pytest.mark.parametrize("role", [*CAST, "coordinator of the county"])
def test_tabs_of_a_draft_are_for_its_coordinators(client, login_as, name, role):
    agreement = factories.AgreementFactory(draft=True)
    if role == "coordinator of the county":
        login_as(Role.COORDINATOR, party=agreement.coordinating_party)
    else:
        login_as(role)
    expected = 200 if role == "coordinator of the county" else 404
    assert client.get(url(name, agreement)).status_code == expected


@pytest.mark.parametrize("name", TABS)
def test_tabs_of_an_unknown_agreement_are_not_found(client, name):
    assert client.get(reverse(f"agreements:{name}", args=["finns-inte"])).status_code == 404


@pytest.mark.parametrize("name", TABS)
def test_tabs_of_a_new_agreement_say_that_nothing_is_there_yet(client, name):
    assert 'class="empty"' in page(client, name, factories.AgreementFactory())


@pytest.mark.parametrize("role", ["anonymous", Role.COORDINATOR])
def test_tabs_ask_the_same_number_of_queries_however_many_rows(client, login_as, role):
    one, thirty = filled(1), filled(30)
    coordinating = factories.PartyFactory(kind=PartyKind.COUNTY_BOARD)
    Agreement.objects.filter(pk__in=[one.pk, thirty.pk]).update(coordinating_party=coordinating)
    login_as(role, party=coordinating)
    few, many = ([queries(client, url(name, agreement)) for name in TABS] for agreement in (one, thirty))
    assert few == many
    assert max(many) <= 18


@pytest.mark.parametrize("name", TABS)
def test_tabs_offer_changes_to_those_who_may_make_them(client, login_as, name):
    agreement = filled(1)
    assert "edit-link" not in page(client, name, agreement)
    login_as(Role.COORDINATOR, party=factories.PartyFactory())
    assert "edit-link" not in page(client, name, agreement)
    login_as(Role.COORDINATOR, party=agreement.coordinating_party)
    assert "edit-link" in page(client, name, agreement)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, ["Publicerad", "Alla kan läsa."]),
        ({"draft": True}, ["Utkast", "Bara samordnarna och skrivargruppen kan läsa."]),
        (
            {"published_on": None, "status": Agreement.Status.CONSULTATION},
            ["Inte publicerad", "Bara parterna och organen kan läsa."],
        ),
    ],
)
def test_agreement_detail_says_who_can_read_it(client, login_as, fields, words):
    agreement = factories.AgreementFactory(**fields)
    login_as(Role.COORDINATOR, party=agreement.coordinating_party)
    assert missing(page(client, "agreement_detail", agreement), *words) == []


@pytest.mark.parametrize("example", [True, False])
def test_agreement_detail_marks_example_data(client, example):
    text = page(client, "agreement_detail", factories.AgreementFactory(is_example=example))
    assert ("Exempeldata" in text) is example


# --- document_download ------------------------------------------------------------------------------------------------


@pytest.fixture
def document(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    document = factories.DocumentFactory(title="Protokoll § 7, Ängelholm", is_public=False)
    document.file.save("<script>.html", ContentFile(b"<h1>hej</h1>"))
    return document


def download(document, agreement=None):
    return reverse("agreements:document_download", args=[(agreement or document.agreement).slug, document.pk])


def test_document_download_is_an_attachment_under_a_plain_name(client, login_as, document):
    login_as(Role.COORDINATOR, party=document.agreement.coordinating_party)
    response = client.get(download(document))
    assert b"".join(response.streaming_content) == b"<h1>hej</h1>"
    assert {name: response[name] for name in ("Content-Disposition", "Content-Type", "X-Content-Type-Options")} == {
        "Content-Disposition": 'attachment; filename="protokoll-7-angelholm.html"',
        "Content-Type": "application/octet-stream",
        "X-Content-Type-Options": "nosniff",
    }


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"is_public": True}, 200),
        ({"is_public": False}, 404),
        ({"is_public": True, "file": ""}, 404),
        ({"is_public": True, "file": "documents/gone.pdf"}, 404),
    ],
)
def test_document_download_is_for_what_the_visitor_may_read(client, document, change, status):
    type(document).objects.filter(pk=document.pk).update(**change)
    response = client.get(download(document))
    assert response.status_code == status
    response.close()


def test_document_download_belongs_to_its_agreement(client, document):
    type(document).objects.update(is_public=True)
    assert client.get(download(document, agreement=factories.AgreementFactory())).status_code == 404


def test_document_download_of_a_draft_is_not_found(client, document):
    type(document).objects.update(is_public=True)
    Agreement.objects.update(published_on=None, status=Agreement.Status.DRAFT)
    assert client.get(download(document)).status_code == 404


# --- agreement_list ---------------------------------------------------------------------------------------------------


@pytest.fixture
def three(db):
    """Agreements of two counties in different states; the draft is nobody's business."""
    kronoberg = factories.CountyFactory(code="07", letter="G", name="Kronobergs län")
    factories.AgreementFactory(title="Äldre samverkan", status=Agreement.Status.EXPIRED)
    factories.AgreementFactory(title="Strategi för Växjö", county=kronoberg)
    factories.AgreementFactory(title="Hemligt utkast", draft=True)


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", ["Strategi för Växjö", "Äldre samverkan"]),
        ("?q=VÄXJÖ", ["Strategi för Växjö"]),
        ("?q=växjö strategi", ["Strategi för Växjö"]),
        ("?lan=03", ["Äldre samverkan"]),
        ("?status=in_force", ["Strategi för Växjö"]),
        ("?status=expired&lan=07", []),
        ("?status=draft", []),
        ("?lan=99&status=x", ["Strategi för Växjö", "Äldre samverkan"]),
        ("?q=%00", ["Strategi för Växjö", "Äldre samverkan"]),
        ("?lan=%00", ["Strategi för Växjö", "Äldre samverkan"]),
        ("?sida=99", ["Strategi för Växjö", "Äldre samverkan"]),
        (f"?q={'å' * 10_000}", ["Strategi för Växjö", "Äldre samverkan"]),
    ],
)
def test_agreement_list_is_narrowed_by_what_the_visitor_asks(client, three, query, titles):
    response = client.get(reverse(LIST) + query)
    assert [agreement.title for agreement in response.context["page_obj"]] == titles


def test_agreement_list_says_what_to_do_when_nothing_fits(client, three):
    assert "Rensa urvalet" in text_of(client.get(reverse(LIST), {"q": "finns inte"}))


def test_agreement_list_keeps_the_choice_from_page_to_page(client):
    factories.AgreementFactory.create_batch(26)
    text = text_of(client.get(reverse(LIST), {"lan": "03"}))
    assert 'href="?sida=2&amp;lan=03"' in text
    assert text.count('<th scope="row">') == 25


def test_agreement_list_asks_the_same_number_of_queries_however_many_rows(client):
    factories.ValidityFactory()
    few = queries(client, reverse(LIST))
    for _ in range(29):
        factories.ValidityFactory()
    assert queries(client, reverse(LIST)) == few <= 15
