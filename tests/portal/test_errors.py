"""What visitors read when something is wrong."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import OperationalError, connection
from django.urls import reverse

pytestmark = pytest.mark.django_db


@pytest.fixture
def unshielded(client):
    """A client that answers as a server does instead of raising."""
    client.raise_request_exception = False
    return client


def refuse(execute, sql, params, many, context):
    raise OperationalError("could not connect to server")


def break_down(execute, sql, params, many, context):
    raise RuntimeError("a fault of our own")


@pytest.mark.parametrize(
    ("fault", "status", "says"),
    [(refuse, 503, "Portalen är tillfälligt nere"), (break_down, 500, "Något gick fel hos oss")],
)
def test_server_error_tells_a_lost_database_from_a_fault(unshielded, fault, status, says):
    with connection.execute_wrapper(fault):
        response = unshielded.get(reverse("agreements:agreement_list"))
    assert (response.status_code, says in response.content.decode()) == (status, True)


def test_unknown_agreement_is_a_404_page_with_search(client):
    response = client.get("/overenskommelser/finns-inte/")
    assert response.status_code == 404
    assert f'action="{reverse("portal:search")}"' in response.content.decode()


def test_csrf_failure_says_what_to_do(settings):
    from django.test import Client

    response = Client(enforce_csrf_checks=True).post(reverse("account_login"), {"login": "a@b.se"})
    assert (response.status_code, "Formuläret var för gammalt" in response.content.decode()) == (403, True)


def test_conflicts_answers_a_write_that_met_a_frozen_row(rf):
    from lib.db import Frozen
    from portal.middleware import conflicts

    request = rf.post("/", {"note": "Det jag skrev", "version": "17", "password": "min hemlighet"})
    request.user = AnonymousUser()
    answer = conflicts(lambda request: None).process_exception(request, Frozen("Versionen är fastställd."))
    page = answer.content.decode()
    assert (answer.status_code, "Versionen är fastställd." in page) == (409, True)
    assert ("Det jag skrev" in page, "min hemlighet" in page) == (True, False)
    assert conflicts(lambda request: None).process_exception(request, ValueError()) is None


@pytest.mark.parametrize("path", ["/overenskommelser/x/uppfoljning/%00/", "/overenskommelser/x/handlingsplan/y/%00/"])
def test_address_with_nul_is_not_found(unshielded, path):
    assert unshielded.get(path).status_code == 404


@pytest.mark.parametrize("query", ["q=%00", "q=integration%00", "typ=%00", "lan=%00"])
def test_search_takes_nul(unshielded, query):
    assert unshielded.get(f"{reverse('portal:search')}?{query}").status_code == 200
