"""Log-in by an identity provider: who gets in, who does not, and what stands in the log then."""

import time
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from allauth.socialaccount.models import SocialAccount
from django.test import Client
from django.urls import reverse

from parties.models import AuditEvent, Mail, Role, User, digest
from parties.rights import party_group
from parties.services import join
from portal.checks import identity_providers
from portal.id_tokens import identity
from tests.factories import InvitationFactory, PartyFactory, UserFactory
from tests.lying_provider import LyingProvider

pytestmark = pytest.mark.django_db
LEVEL = "http://id.elegnamnden.se/loa/1.0/loa3"


@pytest.fixture(scope="module")
def server():
    server = LyingProvider()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def provider(server, settings):
    """The provider, telling the truth about a person at the level that the settings demand."""
    server.reset()
    server.claims = {"acr": LEVEL}
    apps = [app("prov", "Provlegitimation", server.issuer), app("annan", "Annan legitimation", server.issuer)]
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": apps}, "saml": {"APPS": []}}
    return server


def app(key, name, issuer):
    told = {"issuer": issuer, "scope": ["openid"], "levels": [LEVEL], "levels_told": True}
    return {"provider_id": key, "name": name, "client_id": "portalen", "secret": "hemlig", "settings": told}


def connected(provider, key="prov", subject="abc", **fields):
    """A person who logs in by the provider."""
    user = UserFactory(**fields)
    SocialAccount.objects.create(user=user, provider=key, uid=identity(provider.issuer, subject))
    return user


def depart(client, provider, key="prov", name="portal:provider_login", **data):
    """Leave for the provider; what the portal asks it, and the provider will answer."""
    response = client.post(reverse(name, args=[key]), data)
    assert response.status_code == 200
    asked = {name: values[0] for name, values in parse_qs(urlsplit(response.context["address"]).query).items()}
    provider.claims = {"nonce": asked["nonce"]} | provider.claims
    return asked


def come_back(client, asked, key="prov", **told):
    return client.get(reverse("portal:provider_answer", args=[key]), {"state": asked["state"], "code": "c", **told})


def signed_in(client):
    return User.objects.filter(pk=client.session.get("_auth_user_id", 0)).first()


def log_line():
    return AuditEvent.objects.filter(kind=AuditEvent.Kind.LOGIN_FAILED).values_list("about", flat=True).first()


def test_login_of_a_connected_person(client, provider):
    user = connected(provider)
    asked = depart(client, provider, next="/lagen-i-lanen/")
    response = come_back(client, asked)
    assert (response.status_code, response.url, signed_in(client)) == (302, "/lagen-i-lanen/", user)
    assert asked["acr_values"] == LEVEL
    assert provider.asked["redirect_uri"] == "http://127.0.0.1:8000" + reverse("portal:provider_answer", args=["prov"])
    assert len(provider.asked["code_verifier"]) >= 43


def test_login_keeps_nothing_that_the_provider_tells_of_the_person(client, provider):
    connected(provider)
    provider.claims |= {"email": "anna@exempel.se", "personnummer": "19900101-2385", "name": "Anna"}
    come_back(client, depart(client, provider))
    assert SocialAccount.objects.get().extra_data == {"iss": provider.issuer, "acr": LEVEL}


# What the provider, or somebody on the way, falsifies: claims, published facts, tokens, the way back → the log's word.
FALSE = {
    "another issuer": ({"claims": {"iss": "https://qa.example.se"}}, "invalid iss"),
    "another audience": ({"claims": {"aud": "annan"}}, "invalid aud"),
    "nonce of another visit": ({"claims": {"nonce": "m" * 43}}, "invalid nonce"),
    "level 2": ({"claims": {"acr": LEVEL[:-1] + "2"}}, f"level {LEVEL[:-1]}2"),
    "no id_token": ({"token": {"id_token": None}}, "invalid DecodeError"),
    "publishes another issuer": ({"published": {"issuer": "https://annan.example.se"}}, "invalid issuer"),
    "keys from a file": ({"published": {"jwks_uri": "file:///etc/passwd"}}, "invalid endpoint"),
    "keys are gone": ({"down": {"/nycklar"}}, "unreachable HTTPError"),
    "token endpoint is down": ({"down": {"/token"}}, "unreachable OAuth2Error"),
}


@pytest.mark.parametrize("case", FALSE)
def test_login_refuses_what_is_false(client, provider, case):
    changes, detail = FALSE[case]
    connected(provider)
    asked = depart(client, provider)
    for name, value in changes.items():
        getattr(provider, name).update(value)
    response = come_back(client, asked)
    assert response.status_code == (503 if detail.startswith("unreachable") else 403)
    assert (signed_in(client), log_line().startswith(f"Provlegitimation: {detail}")) == (None, True)


# A way back that is not the one this browser left by: what it says → the log's word.
ASTRAY = {
    "no state": ({"state": ""}, "stale state"),
    "state of nobody": ({"state": "x" * 16}, "stale state"),
    "another sender": ({"iss": "https://annan.example.se"}, "invalid sender"),
    "no code": ({"code": None}, "invalid code"),
    "a fault": ({"code": None, "error": "server_error"}, "invalid server_error"),
    "a fault that cannot be kept": ({"code": None, "error": "a\0b\r\nc"}, "invalid abc"),
    "cancelled": ({"code": None, "error": "access_denied"}, "cancelled access_denied"),
}


@pytest.mark.parametrize("case", ASTRAY)
def test_login_refuses_who_comes_another_way(client, provider, case):
    told, detail = ASTRAY[case]
    connected(provider)
    told = {"state": depart(client, provider)["state"], "code": "c", **told}
    told = {name: value for name, value in told.items() if value is not None}
    response = client.get(reverse("portal:provider_answer", args=["prov"]), told)
    assert (response.status_code, signed_in(client), log_line()) == (403, None, f"Provlegitimation: {detail}")


def test_login_refuses_an_answer_that_was_used(client, provider):
    connected(provider)
    asked = depart(client, provider)
    come_back(client, asked)
    client.logout()
    assert (come_back(client, asked).status_code, signed_in(client)) == (403, None)


def test_login_refuses_the_answer_to_another_browser(client, provider):
    connected(provider)
    asked = depart(client, provider)
    stranger = Client()
    assert (come_back(stranger, asked).status_code, signed_in(stranger)) == (403, None)


def test_login_refuses_the_answer_of_another_provider(client, provider):
    connected(provider, key="annan")
    asked = depart(client, provider)
    assert (come_back(client, asked, key="annan").status_code, signed_in(client)) == (403, None)


def test_login_refuses_an_answer_after_ten_minutes(client, provider):
    connected(provider)
    with time_machine.travel(time.time() - 660, tick=False):
        asked = depart(client, provider)
    assert (come_back(client, asked).status_code, signed_in(client)) == (403, None)


@pytest.mark.parametrize(
    "theirs",
    [
        {"sub": "def"},  # somebody else there, with the same e-mail
        {"sub": "ABC"},
        {"email_verified": True},
    ],
)
def test_login_never_goes_by_the_address(client, provider, theirs):
    user = UserFactory(email="anna@exempel.se")
    SocialAccount.objects.create(user=user, provider="prov", uid=identity("https://annan.example.se", "abc"))
    provider.claims |= {"email": user.email, **theirs}
    response = come_back(client, depart(client, provider))
    assert (response.status_code, signed_in(client), log_line()) == (403, None, "Provlegitimation: unknown")
    assert (User.objects.count(), SocialAccount.objects.count()) == (1, 1)


@pytest.mark.parametrize("closed", [{"is_active": False}, {"is_demo": True}])
def test_login_stops_closed_accounts(client, provider, settings, closed):
    connected(provider, **closed)
    asked = depart(client, provider)
    settings.PRODUCTION = True
    response = come_back(client, asked)
    assert (response.url, signed_in(client)) == (reverse("account_inactive"), None)


def test_login_takes_nothing_for_the_provider_from_the_address(client, provider):
    path = reverse("portal:provider_login", args=["prov"])
    response = client.post(path + "?scope=admin&auth_params=acr_values%3Dloa1&process=connect", {"process": "redirect"})
    asked = parse_qs(urlsplit(response.context["address"]).query)
    assert (asked["scope"], asked["acr_values"]) == (["openid"], [LEVEL])
    assert {state[0]["process"] for state in client.session["socialaccount_states"].values()} == {"login"}


@pytest.mark.parametrize("down", ["/.well-known/openid-configuration"])
def test_provider_login_says_that_the_provider_is_down(client, provider, down):
    provider.down = {down}
    response = client.post(reverse("portal:provider_login", args=["prov"]))
    assert (response.status_code, "svarar inte" in response.content.decode()) == (503, True)


def test_provider_login_leaves_by_a_page(client, provider):
    """A form that is answered by leading to another website is stopped by the content policy."""
    page = client.post(reverse("portal:provider_login", args=["prov"])).content.decode()
    assert f'http-equiv="refresh" content="0; url={provider.issuer}/logga-in?' in page


# --- invited ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def invitation(client):
    """An open invitation, whose link the client has opened."""
    administrator = UserFactory()
    party = PartyFactory()
    join(user=administrator, party=party, role=Role.PARTY_ADMINISTRATOR)
    invitation = InvitationFactory(
        party=party, invited_by=administrator, role=Role.REPORTER, group=party_group(party, Role.REPORTER)
    )
    InvitationFactory._meta.model.objects.filter(pk=invitation.pk).update(secret_digest=digest("hemlig"))
    client.get(reverse("parties:invitation_open", args=["hemlig"]))
    return invitation


@pytest.mark.parametrize("email", [None, " {} ", "{}"])
def test_login_of_somebody_invited_makes_the_account(client, provider, invitation, email):
    if email:
        provider.claims["email"] = email.format(invitation.email.upper())
    response = come_back(client, depart(client, provider, next=reverse("parties:invitation_answer")))
    user = signed_in(client)
    assert (response.url, user.email, user.name) == (reverse("portal:work"), invitation.email, invitation.name)
    assert [(m.party, m.role) for m in user.memberships.all()] == [(invitation.party, Role.REPORTER)]
    assert not user.has_usable_password()
    client.logout()
    del provider.claims["nonce"]
    come_back(client, depart(client, provider))
    assert signed_in(client) == user


def test_login_refuses_somebody_else_with_the_invitation(client, provider, invitation):
    provider.claims["email"] = "nagon-annan@exempel.se"
    response = come_back(client, depart(client, provider))
    assert (response.status_code, signed_in(client)) == (403, None)
    assert not User.objects.filter(email=invitation.email).exists()
    assert AuditEvent.objects.filter(kind=AuditEvent.Kind.INVITATION_REFUSED).count() == 1


def test_login_gives_no_identity_to_an_account_by_invitation(client, provider, invitation):
    UserFactory(email=invitation.email)
    response = come_back(client, depart(client, provider))
    assert (response.status_code, signed_in(client), SocialAccount.objects.count()) == (403, None, 0)
    assert "har redan ett konto" in response.content.decode()


# --- connected by the person ------------------------------------------------------------------------------------------


@pytest.fixture
def me(client):
    """Signed in, without a password that could be asked for again."""
    user = UserFactory()
    client.force_login(user)
    return user


@pytest.mark.parametrize(("name", "arg"), [("portal:connection_create", "prov"), ("portal:connection_delete", 1)])
def test_connection_asks_for_the_password_again(client, provider, name, arg):
    client.force_login(UserFactory(password="set"))
    assert client.post(reverse(name, args=[arg])).url.startswith(reverse("account_reauthenticate"))


def test_connection_create_and_delete(client, provider, me):
    SocialAccount.objects.create(user=me, provider="avskaffad", uid="x")
    asked = depart(client, provider, name="portal:connection_create")
    assert come_back(client, asked).url == reverse("portal:connection_list")
    row = SocialAccount.objects.get(user=me, provider="prov")
    assert "Provlegitimation" in client.get(reverse("portal:connection_list")).content.decode()
    client.post(reverse("portal:connection_delete", args=[row.pk]))
    assert [identity.provider for identity in SocialAccount.objects.all()] == ["avskaffad"]
    log = AuditEvent.objects.filter(kind=AuditEvent.Kind.CREDENTIALS, person=me, actor=me)
    told = ["tog bort inloggning med Provlegitimation", "anslöt inloggning med Provlegitimation"]
    assert list(log.values_list("about", flat=True)) == told
    letters = Mail.objects.filter(user=me).order_by("pk").values_list("body", flat=True)
    assert [("Provlegitimation" in letter, "Det går inte" in letter) for letter in letters] == [
        (True, False),
        (True, True),
    ]


def test_connection_create_refuses_an_identity_of_somebody_else(client, provider, me):
    other = connected(provider)
    response = come_back(client, depart(client, provider, name="portal:connection_create"))
    assert (response.status_code, SocialAccount.objects.get().user) == (403, other)


def test_connection_create_refuses_who_has_logged_out_meanwhile(client, provider, me):
    asked = depart(client, provider, name="portal:connection_create")
    client.logout()
    assert (come_back(client, asked).status_code, SocialAccount.objects.count()) == (403, 0)


def test_connection_delete_leaves_the_last_way_in(client, provider):
    user = connected(provider)
    User.objects.filter(pk=user.pk).update(password="!")
    come_back(client, depart(client, provider))
    client.post(reverse("portal:connection_delete", args=[SocialAccount.objects.get().pk]))
    assert SocialAccount.objects.count() == 1


def test_connection_delete_is_for_ones_own(client, provider, me):
    connected(provider)
    response = client.post(reverse("portal:connection_delete", args=[SocialAccount.objects.get().pk]))
    assert (response.status_code, SocialAccount.objects.count()) == (404, 1)


@pytest.mark.parametrize(
    ("kind", "changes", "expected"),
    [
        ("openid_connect", {}, []),
        ("openid_connect", {"issuer": "http://a.example.se"}, ["portal.E020"]),
        ("openid_connect", {"levels_told": False}, ["portal.E022"]),
        ("saml", {"sso_url": "http://a.example.se"}, ["portal.E020", "portal.E024"]),
        ("both", {}, ["portal.E021", "portal.E024"]),
    ],
)
def test_identity_providers_are_checked_before_production(settings, kind, changes, expected):
    told = app("prov", "Provlegitimation", "https://a.example.se")
    told["settings"] |= changes
    kinds = ("openid_connect", "saml")
    settings.SOCIALACCOUNT_PROVIDERS = {name: {"APPS": [told] if kind in (name, "both") else []} for name in kinds}
    assert [error.id for error in identity_providers(None)] == expected
