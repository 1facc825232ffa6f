"""Log-in through a real identity provider, which runs as a process of its own (tests/oidc_provider.py)."""

import re
from urllib.parse import urljoin

import pytest
import requests
from allauth.socialaccount.models import SocialAccount
from django.urls import reverse

from parties.models import AuditEvent, User
from tests import oidc_provider
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def issuer():
    with oidc_provider.running("http://127.0.0.1:8000") as issuer:
        yield issuer


@pytest.fixture(autouse=True)
def portal(settings, issuer):
    settings.PORTAL_URL = "http://127.0.0.1:8000"
    apps = [oidc_provider.app(issuer)]
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": apps}, "saml": {"APPS": []}}


def log_in_there(address, person):
    """Do at the provider what a person does in a browser; the address that it sends the person back to."""
    with requests.Session() as browser:
        page = browser.get(address)
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)[1]
        form = {"login": person, "password": oidc_provider.PASSWORD, "csrfmiddlewaretoken": token}
        answer = browser.post(page.url, form, headers={"Referer": page.url}, allow_redirects=False)
        while not answer.headers["Location"].startswith("http://127.0.0.1:8000/"):
            answer = browser.get(urljoin(page.url, answer.headers["Location"]), allow_redirects=False)
        return answer.headers["Location"]


def go(client, person, name="portal:provider_login"):
    """Leave for the provider, log in there, and come back."""
    there = client.post(reverse(name, args=["prov"])).context["address"]
    return client.get(log_in_there(there, person).removeprefix("http://127.0.0.1:8000"))


def test_person_connects_and_logs_in(client):
    user = UserFactory()
    client.force_login(user)
    assert go(client, "anna", "portal:connection_create").url == reverse("portal:connection_list")
    client.logout()
    response = go(client, "anna")
    assert (response.status_code, response.url) == (302, reverse("portal:work"))
    assert User.objects.get(pk=client.session["_auth_user_id"]) == user
    assert SocialAccount.objects.get().extra_data["acr"] == oidc_provider.LOA3


def test_person_below_the_level_stays_outside(client):
    response = go(client, "bo")
    assert (response.status_code, "för låg tillitsnivå" in response.content.decode()) == (403, True)
    about = AuditEvent.objects.filter(kind=AuditEvent.Kind.LOGIN_FAILED).values_list("about", flat=True)
    assert (list(about), "_auth_user_id" in client.session) == (
        [f"Provlegitimation: level {oidc_provider.LOA2}"],
        False,
    )
