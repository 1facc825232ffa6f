"""The second step of a log-in: code app, spare codes and keys. Keys are used in tests/browser/test_login.py."""

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.signals import authenticator_removed
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from parties.models import AuditEvent, Mail, Role
from parties.services import join
from portal.second_step import open_secret, sealed
from tests.factories import PartyFactory, UserFactory

PASSWORD = "rätt häst batteri"
Type = Authenticator.Type


@pytest.fixture(autouse=True)
def quick(settings, db):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    cache.clear()


@pytest.fixture
def person():
    return UserFactory(password=PASSWORD)


@pytest.fixture
def secret(person):
    """The secret of the person's code app."""
    secret = generate_totp_secret()
    TOTP.activate(person, secret)
    return secret


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    return lambda: django_capture_on_commit_callbacks(execute=True)


def code(secret, steps=0):
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def log_in(client, person, next="", **answer):
    """The whole log-in by password and, where ``code`` is given, code. Returns the last answer."""
    data = {"login": person.email, "password": PASSWORD, "next": next}
    response = client.post(reverse("account_login"), data)
    return client.post(reverse("mfa_authenticate"), answer) if answer else response


def is_in(client):
    return "_auth_user_id" in client.session


def confirm(client):
    """Show the password again, as the pages that change a log-in ask for."""
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def logged(kind=AuditEvent.Kind.CREDENTIALS):
    return list(AuditEvent.objects.filter(kind=kind).order_by("pk").values_list("about", flat=True))


def test_login_asks_for_the_second_step(client, person, secret):
    response = log_in(client, person, next="/sok/")
    assert (response.url, is_in(client)) == (reverse("mfa_authenticate"), False)
    assert client.post(reverse("mfa_authenticate"), {"code": code(secret)}).url == "/sok/"
    assert is_in(client)


def test_login_takes_each_code_once(client, person, secret):
    now = code(secret)
    log_in(client, person, code=now)
    again = Client()
    response = log_in(again, person, code=now)
    assert (response.status_code, is_in(again)) == (200, False)
    assert "redan använd" in response.context["form"].errors["code"][0]


@pytest.mark.parametrize(("steps", "lets_in"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_login_allows_half_a_minute_of_slowness(client, person, secret, steps, lets_in):
    log_in(client, person, code=code(secret, steps))
    assert is_in(client) is lets_in


def test_login_takes_each_spare_code_once(client, person, secret):
    spare = RecoveryCodes.activate(person).get_unused_codes()[0]
    log_in(client, person, code=spare)
    assert is_in(client)
    cache.clear()  # it is used up in the database, not only remembered
    again = Client()
    log_in(again, person, code=spare)
    assert not is_in(again)


def test_login_under_way_can_be_given_up(client, person, secret):
    log_in(client, person)
    assert client.get(reverse("account_login")).url == reverse("mfa_authenticate")
    client.post(reverse("account_logout"), {"next": reverse("account_login")})
    assert client.get(reverse("account_login")).status_code == 200


def test_login_shuts_after_five_wrong_codes(client, person, secret):
    for _ in range(5):
        log_in(client, person, code="000000")
    response = log_in(client, person, code=code(secret))
    assert (is_in(client), "Vänta en kvart" in response.content.decode()) == (False, True)
    reasons = AuditEvent.objects.filter(kind=AuditEvent.Kind.LOGIN_FAILED).values_list("reason", "person")
    assert set(reasons) == {("fel kod i andra steget", person.pk)}


def test_reset_password_is_no_way_around_the_second_step(client, person, secret, mailoutbox):
    client.post(reverse("account_reset_password"), {"email": person.email})
    link = re.search(r"http://\S+", mailoutbox[0].body)[0]
    page = client.get(link, follow=True).redirect_chain[-1][0]
    client.post(page, {"password1": "nytt häst batteri", "password2": "nytt häst batteri"})
    person.refresh_from_db()
    assert (person.check_password("nytt häst batteri"), is_in(client)) == (True, False)
    response = client.post(reverse("account_login"), {"login": person.email, "password": "nytt häst batteri"})
    assert (response.url, is_in(client)) == (reverse("mfa_authenticate"), False)


def test_activate_totp_asks_who_it_is_and_shows_spare_codes_once(client, person, committed):
    client.force_login(person)
    page = reverse("mfa_activate_totp")
    assert client.get(page).url.startswith(reverse("account_reauthenticate"))
    confirm(client)
    form = client.get(page).context["form"]
    with committed():
        response = client.post(page, {"code": code(form.secret)})
    assert response.url == reverse("mfa_view_recovery_codes")
    seen = [len(re.findall(r"<li>\d{8}</li>", client.get(response.url).content.decode())) for _ in range(2)]
    assert seen == [10, 0]
    assert logged() == ["kodapp tillagd", "reservkoder gjorda"]
    letter = Mail.objects.get(user=person)
    assert (letter.subject, "En kodapp har lagts till" in letter.body) == ("Ändrad inloggning", True)
    assert form.secret not in Authenticator.objects.get(type=Type.TOTP).data["secret"]


def test_deactivate_totp_takes_the_spare_codes_along(client, person, secret):
    RecoveryCodes.activate(person)
    client.force_login(person)
    confirm(client)
    client.post(reverse("mfa_deactivate_totp"))
    assert not Authenticator.objects.filter(user=person).exists()
    assert logged() == ["kodapp borttagen", "reservkoder borttagna"]


def test_deactivate_totp_stands_with_its_line_in_the_log(client, person, secret):
    """Where the line cannot be written the code app is still there."""

    def fail(**told):
        raise RuntimeError("the log is full")

    log_in(client, person, code=code(secret))
    confirm(client)
    authenticator_removed.connect(fail)
    try:
        with pytest.raises(RuntimeError):
            client.post(reverse("mfa_deactivate_totp"))
    finally:
        authenticator_removed.disconnect(fail)
    assert (Authenticator.objects.filter(user=person, type=Type.TOTP).exists(), logged()) == (True, [])


def test_generate_recovery_codes_ends_the_former(client, person, secret, committed):
    former = RecoveryCodes.activate(person).get_unused_codes()
    client.force_login(person)
    confirm(client)
    with committed():
        client.post(reverse("mfa_generate_recovery_codes"))
    fresh = Authenticator.objects.get(user=person, type=Type.RECOVERY_CODES).wrap().get_unused_codes()
    assert (set(former) & set(fresh), logged()) == (set(), ["nya reservkoder gjorda"])


@pytest.mark.parametrize(("has_app", "status"), [(False, 200), (True, 302)])
def test_pages_ask_who_it_is_by_what_there_is_to_show(settings, client, person, has_app, status):
    """Where passwords are switched off a former one is neither asked for nor a way in."""
    settings.LOCAL_PASSWORDS = False
    if has_app:
        TOTP.activate(person, generate_totp_secret())
    client.force_login(person)
    response = client.get(reverse("mfa_add_webauthn"))
    assert response.status_code == status
    assert response.get("Location", reverse("mfa_reauthenticate")).startswith(reverse("mfa_reauthenticate"))
    refused = client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert refused.status_code == (302 if has_app else 403)


@pytest.mark.parametrize("name", ["mfa_edit_webauthn", "mfa_remove_webauthn"])
def test_keys_are_their_persons_own(client, person, name):
    key = Authenticator.objects.create(user=UserFactory(), type=Type.WEBAUTHN, data={"name": "Min"})
    client.force_login(person)
    confirm(client)
    assert client.get(reverse(name, args=[key.pk])).status_code == 404
    assert client.post(reverse(name, args=[key.pk]), {"name": "Din"}).status_code == 404
    key.refresh_from_db()
    assert key.data == {"name": "Min"}


# --- who must have one ------------------------------------------------------------------------------------------------


def worn(role, **dates):
    person = UserFactory(password=PASSWORD)
    join(user=person, party=PartyFactory(), role=role, **dates)
    return person


WITHOUT = {"with none": False, "a reporter": False, "a coordinator": True, "a former coordinator": False, "staff": True}
PEOPLE = {
    "with none": UserFactory,
    "a reporter": lambda: worn(Role.REPORTER),
    "a coordinator": lambda: worn(Role.COORDINATOR),
    "a former coordinator": lambda: worn(Role.COORDINATOR, starts_on="2020-01-01", ends_on="2020-12-31"),
    "staff": lambda: UserFactory(is_staff=True),
}


@pytest.mark.parametrize("who", PEOPLE)
def test_login_rules_send_those_who_must_to_get_a_second_step(settings, client, who):
    settings.REQUIRE_MFA = ["coordinator", "system_administrator"]
    client.force_login(PEOPLE[who]())
    answer = client.get(reverse("portal:search"))
    sent = answer.status_code == 302 and answer.url == reverse("mfa_index")
    assert sent is WITHOUT[who]
    notice = "Din roll kräver ett andra steg" in client.get(reverse("mfa_index")).content.decode()
    assert notice is WITHOUT[who]
    fragment = client.get(reverse("portal:work_badge"), headers={"HX-Request": "true"})
    assert (fragment.status_code, "HX-Refresh" in fragment) == (204 if WITHOUT[who] else 200, False)


def test_login_rules_let_those_in_who_have_a_second_step(settings, client):
    settings.REQUIRE_MFA = ["coordinator"]
    person = worn(Role.COORDINATOR)
    TOTP.activate(person, generate_totp_secret())
    client.force_login(person)
    assert client.get(reverse("portal:search")).status_code == 200


def test_deactivate_totp_is_refused_where_the_role_demands_it(settings, client):
    settings.REQUIRE_MFA = ["coordinator"]
    person = worn(Role.COORDINATOR)
    TOTP.activate(person, generate_totp_secret())
    client.force_login(person)
    confirm(client)
    response = client.post(reverse("mfa_deactivate_totp"))
    assert "Din roll kräver ett andra steg" in response.content.decode()
    assert Authenticator.objects.filter(user=person, type=Type.TOTP).exists()


def test_secrets_are_read_with_a_former_key(settings):
    text = sealed("HEMLIG")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "ny", [settings.SECRET_KEY]
    assert (open_secret(text), "HEMLIG" in text) == ("HEMLIG", False)
