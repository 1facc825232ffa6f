"""Talking with identity providers by SAML 2.0. The extra ``saml`` must be installed where the settings name any.

The answer comes as a form posted by another website, without the cookies of this browser's session. It is kept a moment
under a name that nobody can guess, and read when the browser asks for the page it is sent on to.
"""

import re
import secrets
from urllib.parse import urlsplit

from allauth.socialaccount.providers.base import Provider as BaseProvider
from allauth.socialaccount.providers.base.constants import AuthProcess
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from portal.id_tokens import Refused, demand
from portal.subjects import KnownBySubject

MAX_BYTES = 200_000
KEPT_SECONDS = 60
POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
NAME_ID = "nameid"  # the setting's word for: the subject is the NameID and no attribute
ADDRESSES = ("urn:oid:0.9.2342.19200300.100.1.3", "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress")


class Provider(KnownBySubject, BaseProvider):
    """A SAML identity provider of the settings."""

    id, name = "saml", "SAML"
    supports_redirect = True

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.name = self.app.name

    def ask(self, request, *, process=AuthProcess.LOGIN, next_url=None):
        """The address to send the person to; which question it was is kept in the session."""
        from onelogin.saml2.auth import OneLogin_Saml2_Auth

        question, state = OneLogin_Saml2_Auth(_request(self), configuration(self)), secrets.token_urlsafe(24)
        address = question.login(return_to=state)
        kept = {"question": question.get_last_request_id()}
        self.stash_redirect_state(request, process, next_url, state_id=state, **kept)
        return address

    def answer(self, request):
        """Who the provider says has come, as (allauth's log-in, claims); Refused where it cannot be believed."""
        response, state_id = _taken(request.GET.get("svar", ""))
        try:
            state = self.unstash_redirect_state(request, state_id)
        except PermissionDenied as error:
            raise Refused("stale", "state") from error
        claims = believe(response, self, question=state["question"])
        login = self.sociallogin_from_response(request, claims)
        login.state = {key: state[key] for key in ("process", "next") if key in state}
        return login, claims


def keep(response, state_id):
    """Keep an answer for a minute; returns the name it can be taken by, once. Refused if it is no answer at all."""
    if not response or len(response) + len(state_id) > MAX_BYTES:
        raise Refused("invalid", "size")
    name = secrets.token_urlsafe(32)
    cache.set(f"saml:{name}", (response, state_id), KEPT_SECONDS)
    return name


def _taken(name):
    kept = cache.get(f"saml:{name}") if re.fullmatch(r"[\w-]{43}", name, re.ASCII) else None
    if not kept or not cache.delete(f"saml:{name}"):  # whoever deletes it has it
        raise Refused("stale", "answer")
    return kept


def believe(text, provider, *, question):
    """The claims of the provider's answer (Base64); Refused where anything is wrong with it.

    python3-saml checks the signature, what it covers, issuer, status and times, and lets be what an answer leaves out;
    here nothing may be left out.
    """
    import xmlsec
    from lxml.etree import LxmlError
    from onelogin.saml2.errors import OneLogin_Saml2_Error, OneLogin_Saml2_ValidationError
    from onelogin.saml2.response import OneLogin_Saml2_Response
    from onelogin.saml2.settings import OneLogin_Saml2_Settings

    known = OneLogin_Saml2_Settings(configuration(provider))
    try:
        response = OneLogin_Saml2_Response(known, text)
        response.is_valid(_request(provider), request_id=question, raise_exceptions=True)
        return _claims(response, provider, question)
    except OneLogin_Saml2_ValidationError as error:
        raise Refused("invalid", f"saml {error.code}") from error
    except (OneLogin_Saml2_Error, LxmlError, xmlsec.Error, ValueError, TypeError, AttributeError, LookupError) as error:
        raise Refused("invalid", type(error).__name__) from error


def _claims(response, provider, question):
    told, here = provider.app.settings, consumer_url(provider)
    demand(response.document.get("Destination") == here, "destination")
    demand(response.get_in_response_to() == question, "question")
    demand(response.get_audiences() == [entity_id()], "audience")
    confirmed = response._query_assertion("/saml:Subject/saml:SubjectConfirmation/saml:SubjectConfirmationData")
    demand(len(confirmed) == 1, "confirmation")
    demand(confirmed[0].get("Recipient") == here, "recipient")
    demand(confirmed[0].get("InResponseTo") == question, "question")
    demand(confirmed[0].get("NotOnOrAfter"), "expiry")
    attributes = response.get_attributes()
    levels = [level or "" for level in response.get_authn_contexts()]
    if told["levels"] and not (len(levels) == 1 and levels[0] in told["levels"]):
        raise Refused("level", " ".join(levels)[:100] or "-")
    addresses = [value for name in ADDRESSES for value in attributes.get(name, [])]
    email = addresses[0] if addresses else ""
    subject = _subject(response, attributes, told["subject"])
    return {"iss": told["issuer"], "sub": subject, "acr": levels[0] if levels else "", "email": email}


def _subject(response, attributes, name):
    """Who it is, in words that never change: an attribute with a single value, or a persistent NameID."""
    if name == NAME_ID:
        found = response.get_nameid_data()
        demand(found.get("Format") == PERSISTENT, "format")
        values = [found.get("Value")]
    else:
        values = attributes.get(name, [])
    demand(len(values) == 1 and isinstance(values[0], str) and values[0].strip(), "subject")
    return values[0]


def entity_id():
    """What the portal is called among identity providers."""
    return settings.PORTAL_URL + "/konto/extern/saml"


def consumer_url(provider):
    return settings.PORTAL_URL + reverse("portal:saml_consume", args=[provider.app.provider_id])


def metadata(provider):
    """What the provider must know of the portal, as XML."""
    from onelogin.saml2.settings import OneLogin_Saml2_Settings

    return OneLogin_Saml2_Settings(configuration(provider), sp_validation_only=True).get_sp_metadata()


def configuration(provider):
    """python3-saml's settings: nothing unsigned, no outdated algorithm, the levels asked for by name."""
    told, own = provider.app.settings, settings.SAML_OWN
    return {
        "strict": True,
        "sp": {
            "entityId": entity_id(),
            "assertionConsumerService": {"url": consumer_url(provider), "binding": POST},
            "x509cert": own["certificate"],
            "privateKey": own["key"],
        },
        "idp": {
            "entityId": told["issuer"],
            "singleSignOnService": {"url": told["sso_url"]},
            "x509certMulti": {"signing": told["certificates"]},
        },
        "security": {
            "wantAssertionsSigned": True,
            "authnRequestsSigned": bool(own["key"]),
            "rejectDeprecatedAlgorithm": True,
            "requestedAuthnContext": told["levels"] or False,
            "requestedAuthnContextComparison": "exact",
            "wantNameId": False,
            "wantAttributeStatement": told["subject"] != NAME_ID,
            "allowRepeatAttributeName": False,
        },
    }


def _request(provider):
    """Where an answer comes to, for python3-saml: as the settings say, never as the browser does."""
    here = urlsplit(consumer_url(provider))
    return {"https": "on" if here.scheme == "https" else "off", "http_host": here.netloc, "script_name": here.path}
