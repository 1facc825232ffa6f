"""Talking with identity providers by OpenID Connect: asking about a person, and reading the answer.

allauth keeps the state between the two and what is connected to whom. Of our own is what it leaves out: the nonce, the
configured issuer, the signature of what came straight from the provider, and the assurance level.
"""

import secrets

import requests
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Client, OAuth2Error
from allauth.socialaccount.providers.oauth2.utils import generate_code_challenge
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.utils.crypto import constant_time_compare

from portal.id_tokens import Refused, believe
from portal.subjects import KnownBySubject

ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class Provider(KnownBySubject, OpenIDConnectProvider):
    """An OpenID Connect provider of the settings."""

    def ask(self, request, *, process=AuthProcess.LOGIN, next_url=None):
        """The address to send the person to; what must come back is kept in the session."""
        known = metadata(self)
        challenge = generate_code_challenge()
        kept = {"nonce": secrets.token_urlsafe(32), "verifier": challenge.pop("code_verifier")}
        client = _client(request, self, known)
        client.state = self.stash_redirect_state(request, process, next_url, **kept)
        told = {"nonce": kept["nonce"], **challenge}
        if levels := self.app.settings["levels"]:
            told["acr_values"] = " ".join(levels)
        return client.get_redirect_url(known["authorization_endpoint"], self.get_scope(), told)

    def answer(self, request):
        """Who the provider says has come, as (allauth's log-in, claims); Refused where it cannot be believed."""
        state = _state(request, self)
        known = metadata(self)
        _check_sender(request, self, known)
        if "code" not in request.GET:
            denied = request.GET.get("error") == "access_denied"
            raise Refused("cancelled" if denied else "invalid", request.GET.get("error", "code")[:60])
        claims = believe(
            _tokens(request, self, known, state).get("id_token"),
            keys=_json(known["jwks_uri"]),
            issuer=self.app.settings["issuer"],
            client_id=self.app.client_id,
            nonce=state["nonce"],
            levels=self.app.settings["levels"],
        )
        login = self.sociallogin_from_response(request, claims)
        login.state = {key: state[key] for key in ("process", "next") if key in state}
        return login, claims


def metadata(provider):
    """What the provider publishes about itself, if it is the one of the settings and keeps to its kind of address."""
    issuer = provider.app.settings["issuer"]
    known = _json(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    if known.get("issuer") != issuer:
        raise Refused("invalid", "issuer")
    scheme = issuer.partition(":")[0]
    if not all(str(known.get(name, "")).startswith(f"{scheme}://") for name in ENDPOINTS):
        raise Refused("invalid", "endpoint")
    return known


def _state(request, provider):
    """What was kept when this browser left for the provider; good once, and for ten minutes."""
    try:
        return provider.unstash_redirect_state(request, request.GET.get("state", ""))
    except PermissionDenied as error:
        raise Refused("stale", "state") from error


def _check_sender(request, provider, known):
    """RFC 9207: an answer that says from whom it comes says it rightly, and one that should say it does."""
    required = known.get("authorization_response_iss_parameter_supported") is True
    sender = request.GET.get("iss", "" if required else provider.app.settings["issuer"])
    if not constant_time_compare(sender, provider.app.settings["issuer"]):
        raise Refused("invalid", "sender")


def _tokens(request, provider, known, state):
    client, code = _client(request, provider, known), request.GET["code"]
    return _fetched(lambda: client.get_access_token(code, pkce_code_verifier=state["verifier"]))


def _client(request, provider, known):
    methods = known.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    return OAuth2Client(
        request,
        provider.app.client_id,
        provider.app.secret,
        "POST",
        known["token_endpoint"],
        settings.PORTAL_URL + provider.get_callback_url(),
        basic_auth="client_secret_post" not in methods,
    )


def _json(url):
    def get():
        with get_adapter().get_requests_session() as session:
            response = session.get(url)
            response.raise_for_status()
            return response.json()

    found = _fetched(get)
    if not isinstance(found, dict):
        raise Refused("unreachable", "json")
    return found


def _fetched(get):
    """What ``get`` fetches from the provider, or Refused: it is down, or says what cannot be read."""
    try:
        return get()
    except (requests.RequestException, OAuth2Error, KeyError, ValueError) as error:
        raise Refused("unreachable", type(error).__name__) from error
