"""Nobody is led away from the portal, and no letter is led astray."""

import pytest
from django.core.cache import cache
from django.urls import reverse

from parties.letters import write
from parties.outbox import message
from tests.factories import UserFactory

HOME = "/mitt-arbete/"
OWN = [
    "/sok/?q=a",
    "/overenskommelser/x/?a=b#c",
    "/sok/?next=https://ond.example/",
    "http://testserver/sok/",
    "sok/",
    "?a",
]
AWAY = [
    "https://ond.example/",
    "http://ond.example/",
    "//ond.example/",
    "///ond.example/",
    "////ond.example",
    "/\\ond.example/",
    "\\\\ond.example/",
    "\\/ond.example/",
    "/\t/ond.example/",
    "/\n/ond.example/",
    "/\r\n/ond.example/",
    "\t//ond.example/",
    " //ond.example/",
    "\x00//ond.example",
    "\x01https://ond.example",
    "https:ond.example",
    "https:/ond.example",
    "https:///ond.example",
    "http:///ond.example",
    "HTTPS://OND.EXAMPLE",
    "ftp://ond.example/",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "mailto:ond@ond.example",
    "https://testserver@ond.example/",
    "https://testserver:443@ond.example/",
    "https://testserver.ond.example/",
    "https://ond.example#@testserver/",
    "https://ond.example\\@testserver/",
    "https://ond.example%23@testserver/",
    "http://testserver:8080@ond.example/",
    "//testserver@ond.example/",
    "https://[::1/",
    "https://andra.example/",  # allowed to ask, but not to be led to
    "https://proxy.example/",  # trusted to send forms
    "https://ond.example。/",
    "https://ond.example／/",
]


@pytest.fixture(autouse=True)
def hosts(settings, db):
    settings.ALLOWED_HOSTS = ["testserver", "andra.example"]
    settings.CSRF_TRUSTED_ORIGINS = ["https://proxy.example"]
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    cache.clear()


def test_there_are_forty_ways_away():
    assert len(AWAY) >= 40


@pytest.fixture
def signed_in(client):
    client.force_login(UserFactory())
    return client


@pytest.mark.parametrize("next", AWAY)
def test_login_leads_nobody_away(signed_in, next):
    assert signed_in.get(reverse("account_login"), {"next": next}).url == HOME


@pytest.mark.parametrize("next", OWN)
def test_login_leads_back(signed_in, next):
    assert signed_in.get(reverse("account_login"), {"next": next}).url == next


PASSWORD = "rätt häst batteri"
FORMS = {
    "account_login": lambda person: {"login": person.email, "password": PASSWORD},
    "account_logout": lambda person: {},
    "account_reauthenticate": lambda person: {"password": PASSWORD},
    "account_change_password": lambda person: {
        "oldpassword": PASSWORD,
        "password1": "x" * 12 + "y",
        "password2": "x" * 12 + "y",
    },
}


@pytest.mark.parametrize("next", ["https://ond.example/", "//ond.example/"])
@pytest.mark.parametrize("name", FORMS)
def test_forms_of_logging_in_lead_nobody_away(client, name, next):
    person = UserFactory(password=PASSWORD)
    if name != "account_login":
        client.force_login(person)
    response = client.post(f"{reverse(name)}?next={next}", {**FORMS[name](person), "next": next})
    assert (response.status_code, "ond.example" in response.get("Location", "")) == (302, False)


@pytest.mark.parametrize("path", ["//ond.example/mitt-arbete/", "/\\ond.example/", "/mitt-arbete/"])
def test_what_asks_for_log_in_leads_back_to_the_portal(client, path):
    response = client.get("/", PATH_INFO=path)
    assert response.status_code == 404 or response.url == "/konto/login/?next=/mitt-arbete/"


@pytest.mark.parametrize("host", ["ond.example", "testserver@ond.example", "testserver\r\nX: y"])
def test_forged_host_is_refused_in_swedish_and_logged(client, caplog, host):
    """By Django's own log of what is suspicious: who asks for another website is no matter of anybody's rights."""
    response = client.get("/overenskommelser/", HTTP_HOST=host)
    page = response.content.decode()
    assert (response.status_code, "ond.example" in page) == (400, False)
    assert "Det gick inte att förstå förfrågan" in page
    assert "django.security.DisallowedHost" in {record.name for record in caplog.records}


@pytest.mark.parametrize(
    ("meta", "status"),
    [
        ({"HTTP_HOST": "ond.example"}, 400),
        ({"HTTP_HOST": "testserver@ond.example"}, 400),
        ({"HTTP_HOST": "testserver\r\nX: y"}, 400),
        ({"HTTP_HOST": "andra.example"}, 302),
        ({"HTTP_X_FORWARDED_HOST": "ond.example"}, 302),
        ({"HTTP_X_FORWARDED_SERVER": "ond.example", "HTTP_FORWARDED": "host=ond.example"}, 302),
        ({"SERVER_NAME": "ond.example", "HTTP_HOST": "testserver"}, 302),
    ],
)
def test_letters_lead_to_the_portal_whatever_name_is_asked(client, settings, mailoutbox, meta, status):
    person = UserFactory(password=PASSWORD)
    response = client.post(reverse("account_reset_password"), {"email": person.email}, **meta)
    assert response.status_code == status
    sent = [(mail.to, mail.subject, f"{settings.PORTAL_URL}/konto/password/" in mail.body) for mail in mailoutbox]
    assert sent == ([] if status == 400 else [([person.email], "Välj nytt lösenord", True)])
    assert not any(
        name in mail.message().as_string() for mail in mailoutbox for name in ("ond.example", "andra.example")
    )


BREAKS = [
    "\r\nBcc: ond@ond.example",
    "\nBcc: ond@ond.example",
    "\rBcc: ond@ond.example",
    "\u2028Bcc: ond@ond.example",
    "\x85Bcc:x",
    "\r\n\r\nHej",
]


@pytest.mark.parametrize("broken", BREAKS)
@pytest.mark.parametrize("header", ["subject", "address"])
def test_letters_have_one_receiver_whatever_names_hold(broken, header):
    values = {"subject": "Hej", "address": "sten@kommun.se"}
    values[header] += broken
    mail = write(kind="account", key="x", template="account/email/unknown_account_message.txt", context={}, **values)
    mail.pk = 1
    letter = message(mail)
    headers = letter.message().as_string().partition("\n\n")[0]
    assert len(letter.recipients()) == 1
    assert [line for line in headers.splitlines() if line.lower().startswith("bcc")] == []
