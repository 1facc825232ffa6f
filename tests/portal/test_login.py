"""Passwords: what they must be, what happens around them, and that they can be switched off."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as django_settings
from django.contrib.auth.hashers import identify_hasher
from django.contrib.auth.password_validation import validate_password
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.urls import reverse

from parties.models import AuditEvent, Mail
from tests.factories import UserFactory

PASSWORD = "rätt häst batteri"
FRESH = "nytt häst batteri"


@pytest.fixture
def quick(settings, db):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    cache.clear()


@pytest.fixture
def person(quick):
    return UserFactory(email="sten@kommun.se", name="Sten Bergqvist", password=PASSWORD)


@pytest.mark.parametrize(
    ("password", "error"),
    [
        ("", "password_too_short"),
        ("elva tecken", "password_too_short"),
        ("tolv tecken!", None),
        ("bara små bokstäver utan siffror", None),
        ("839201746652", None),  # nothing says what kinds of characters it must have
        ("lösenord med åäö och 🔑", None),
        ("x" * 2000, None),
        ("qwerty123456", "password_too_common"),
        ("SteN BergQvist", "password_too_similar"),
        ("sten@kommun.se", "password_too_similar"),
    ],
)
def test_passwords_are_long_and_not_common_and_nothing_else(password, error):
    person = UserFactory.build(email="sten@kommun.se", name="Sten Bergqvist")
    found = None
    try:
        validate_password(password, person)
    except ValidationError as refused:
        found = refused.error_list[0].code
    assert found == error


@pytest.mark.django_db
def test_passwords_are_kept_by_argon2():
    assert identify_hasher(UserFactory(password=PASSWORD).password).algorithm == "argon2"


def reset(client, person, mailoutbox):
    """Ask for a letter and follow its link. Returns the page to choose the password on."""
    client.post(reverse("account_reset_password"), {"email": person.email})
    link = re.search(r"https?://\S+", mailoutbox[-1].body)[0]
    return client.get(link.removeprefix(django_settings.PORTAL_URL), follow=True).redirect_chain[-1][0]


def test_reset_password_tells_the_person_and_the_log(client, person, mailoutbox):
    page = reset(client, person, mailoutbox)
    client.post(page, {"password1": FRESH, "password2": FRESH})
    person.refresh_from_db()
    assert person.check_password(FRESH)
    letter = Mail.objects.get(user=person)
    assert (letter.kind, letter.address, letter.subject) == ("account", person.email, "Ändrad inloggning")
    assert "Ett nytt lösenord har valts" in letter.body
    event = AuditEvent.objects.get(kind=AuditEvent.Kind.CREDENTIALS)
    assert (event.person, event.actor, event.about) == (person, None, "nytt lösenord valt genom länk i brev")
    assert FRESH not in str(AuditEvent.objects.values_list())


def test_reset_password_is_good_once(client, person, mailoutbox):
    page = reset(client, person, mailoutbox)
    client.post(page, {"password1": FRESH, "password2": FRESH})
    link = re.search(r"https?://\S+", mailoutbox[0].body)[0]
    assert "gäller inte längre" in client.get(link).content.decode()


def test_reset_password_knows_no_former_address(client, person, mailoutbox):
    """Whoever took an address over after somebody who left must not get that person's letters."""
    EmailAddress.objects.create(user=person, email="forr@kommun.se", verified=True)
    client.post(reverse("account_reset_password"), {"email": "forr@kommun.se"})
    assert [(mail.to, mail.subject) for mail in mailoutbox] == [
        (["forr@kommun.se"], "Det finns inget konto med den här adressen")
    ]
    client.post(reverse("account_login"), {"login": "forr@kommun.se", "password": PASSWORD})
    assert "_auth_user_id" not in client.session


def test_reset_password_says_so_when_no_letter_leaves(client, person, settings):
    settings.EMAIL_BACKEND, settings.EMAIL_PORT = "django.core.mail.backends.smtp.EmailBackend", 1
    response = client.post(reverse("account_reset_password"), {"email": person.email})
    assert (response.status_code, "Brevet gick inte iväg" in response.content.decode()) == (503, True)


def test_change_password_tells_the_person_and_the_log(client, person):
    client.force_login(person)
    client.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": FRESH, "password2": FRESH})
    assert "har bytts" in Mail.objects.get(user=person).body
    event = AuditEvent.objects.get(kind=AuditEvent.Kind.CREDENTIALS)
    assert (event.actor, event.about) == (person, "lösenordet bytt")


@pytest.mark.parametrize("path", ["account_reset_password", "account_reset_password_done", "account_change_password"])
def test_login_rules_close_the_pages_of_passwords(client, person, settings, path):
    settings.LOCAL_PASSWORDS = False
    client.force_login(person)
    assert client.get(reverse(path)).status_code == 404


def test_login_takes_no_password_when_they_are_switched_off(client, person, settings):
    settings.LOCAL_PASSWORDS = False
    page = client.get(reverse("account_login")).content.decode()
    assert ('type="password"' in page, "Logga in med inloggningsnyckel" in page) == (False, True)
    client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    ("page", "instead"), [("login", "account_login"), ("password_change", "account_change_password")]
)
def test_login_rules_lead_from_the_administrations_own_log_in(client, quick, page, instead):
    """It knows neither throttling nor a second step."""
    client.force_login(UserFactory(is_staff=True))
    response = client.post(reverse(f"admin:{page}"), {"username": "sten@kommun.se", "password": PASSWORD})
    assert response.url == reverse(instead)


def test_login_forms_leave_no_list_of_addresses(client, person, mailoutbox):
    """allauth's list of addresses would outlive the person's own."""
    reset(client, person, mailoutbox)
    client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD})
    assert "_auth_user_id" in client.session
    assert not EmailAddress.objects.exists()
