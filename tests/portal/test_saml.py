"""Log-in by a SAML identity provider: who gets in, and everything that is refused."""

import re

import pytest
from allauth.socialaccount.models import SocialAccount
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from onelogin.saml2.constants import OneLogin_Saml2_Constants as Constants
from onelogin.saml2.errors import OneLogin_Saml2_ValidationError as Fault
from onelogin.saml2.utils import OneLogin_Saml2_Utils

from parties.models import AuditEvent, User
from portal.id_tokens import identity
from tests.factories import UserFactory
from tests.saml_provider import ISSUER, SUBJECT_ID, answer, asked, attribute, encrypted, key_and_certificate, stamp

pytestmark = pytest.mark.django_db
PORTAL = "https://portalen.example.se"
HERE, AUDIENCE_OF_US = f"{PORTAL}/konto/extern/skola/saml/", f"{PORTAL}/konto/extern/saml"
LOA3, LOA2 = "http://id.elegnamnden.se/loa/1.0/loa3", "http://id.elegnamnden.se/loa/1.0/loa2"


@pytest.fixture(autouse=True)
def provider(settings):
    """The settings of the provider; a test may change them."""
    rules = {
        "issuer": ISSUER,
        "sso_url": "https://idp.example.se/sso",
        "certificates": [key_and_certificate("idp")[1]],
        "subject": SUBJECT_ID,
        "levels": [LOA3],
        "levels_told": True,
    }
    app = {"provider_id": "skola", "name": "Skolinloggning", "client_id": "skola", "settings": rules}
    settings.PORTAL_URL = PORTAL
    settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": []}, "saml": {"APPS": [app]}}
    settings.SAML_OWN = {"key": "", "certificate": ""}
    return rules


def connected(subject="abc@exempel.se"):
    user = UserFactory()
    SocialAccount.objects.create(user=user, provider="skola", uid=identity(ISSUER, subject))
    return user


def depart(client):
    """(question, state) that the portal sends with the person."""
    return asked(client.post(reverse("portal:provider_login", args=["skola"])).context["address"])[:2]


def come_back(client, state, text):
    """As a browser: the provider's form is posted without the cookies of the portal, the page then asked for with."""
    sent = Client(enforce_csrf_checks=True).post(
        reverse("portal:saml_consume", args=["skola"]), {"SAMLResponse": text, "RelayState": state}
    )
    return client.get(sent.url)


def signed_in(client):
    return User.objects.filter(pk=client.session.get("_auth_user_id", 0)).first()


def log_line():
    return AuditEvent.objects.filter(kind=AuditEvent.Kind.LOGIN_FAILED).values_list("about", flat=True).first()


def true_answer(question, **changes):
    return answer(question, **{"here": HERE, "audience": AUDIENCE_OF_US, "level": LOA3, **changes})


def test_login_of_a_connected_person(client):
    user = connected()
    question, state = depart(client)
    response = come_back(client, state, true_answer(question))
    assert (response.status_code, signed_in(client)) == (302, user)
    assert SocialAccount.objects.get().extra_data == {"iss": ISSUER, "acr": LOA3}


def test_login_goes_by_a_lasting_name(client, provider):
    provider["subject"] = "nameid"
    user = connected("n-1")
    question, state = depart(client)
    come_back(client, state, true_answer(question))
    assert signed_in(client) == user


@pytest.mark.parametrize(("reader", "expected"), [("portal", 302), ("annan", 403)])
def test_login_reads_what_is_encrypted_for_us(client, settings, reader, expected):
    key, certificate = key_and_certificate("portal")
    settings.SAML_OWN = {"key": key, "certificate": certificate}
    connected()
    question, state = depart(client)
    text = true_answer(question, twist=lambda xml: encrypted(xml, key_and_certificate(reader)[1]))
    assert come_back(client, state, text).status_code == expected


def wrapped(xml):
    """The signed assertion moved aside, and a false one where the portal looks."""
    signed = re.search(r"<saml:Assertion.*</saml:Assertion>", xml, re.S)[0]
    false = re.sub(r"<ds:Signature.*</ds:Signature>", "", signed, flags=re.S)
    false = false.replace('ID="a1"', 'ID="a2"').replace("abc@", "chef@")
    return xml.replace(signed, f"{false}<samlp:Extensions>{signed}</samlp:Extensions>")


def wrapped_in_signature(xml):
    """The false assertion carries the signature, and in it the assertion that was signed."""
    signed = re.search(r"<saml:Assertion.*</saml:Assertion>", xml, re.S)[0]
    inside = f"<ds:Object>{signed}</ds:Object></ds:Signature>"
    false = signed.replace("</ds:Signature>", inside, 1).replace('ID="a1"', 'ID="a2"', 1)
    head, found, tail = false.rpartition("abc@")
    return xml.replace(signed, f"{head}chef@{tail}")


def doubled(xml):
    signed = re.search(r"<saml:Assertion.*</saml:Assertion>", xml, re.S)[0]
    false = re.sub(r"<ds:Signature.*</ds:Signature>", "", signed, flags=re.S).replace('ID="a1"', 'ID="a2"')
    return xml.replace(signed, false.replace("abc@", "chef@") + signed)


def signed_outside(xml):
    """The message is signed by the provider, the assertion in it by nobody."""
    return OneLogin_Saml2_Utils.add_sign(xml, *key_and_certificate("idp")).decode()


SHA1 = {"sign_algorithm": Constants.RSA_SHA1, "digest_algorithm": Constants.SHA1}

# One fact of the answer that is false → why it is refused, in python3-saml's words or ours.
FALSE = {
    "another issuer": ({"issuer": "https://qa.idp.example.se/saml"}, Fault.WRONG_ISSUER),
    "another audience": ({"audience": "https://annan.example.se"}, Fault.WRONG_AUDIENCE),
    "no audience": ({"restriction": ""}, "audience"),
    "another destination": (
        {"destination": attribute("Destination", "https://annan.example.se/saml/")},
        Fault.WRONG_DESTINATION,
    ),
    "longer destination": ({"destination": attribute("Destination", HERE + "x")}, "destination"),
    "no destination": ({"destination": ""}, "destination"),
    "another recipient": (
        {"recipient": attribute("Recipient", "https://annan.example.se/saml/")},
        Fault.WRONG_SUBJECTCONFIRMATION,
    ),
    "no recipient": ({"recipient": ""}, "recipient"),
    "another question": (
        {"asked": attribute("InResponseTo", "_1"), "response_to": attribute("InResponseTo", "_1")},
        Fault.WRONG_INRESPONSETO,
    ),
    "another question, signed": ({"asked": attribute("InResponseTo", "_1")}, Fault.WRONG_SUBJECTCONFIRMATION),
    "no question": ({"asked": ""}, "question"),
    "no question outside": ({"response_to": ""}, "question"),
    "unasked": ({"asked": "", "response_to": ""}, "question"),
    "expired": ({"after": stamp(minutes=-10)}, Fault.ASSERTION_EXPIRED),
    "confirmation expired": (
        {"expiry": attribute("NotOnOrAfter", stamp(minutes=-10))},
        Fault.WRONG_SUBJECTCONFIRMATION,
    ),
    "confirmed for ever": ({"expiry": ""}, "expiry"),
    "not yet valid": ({"before": stamp(days=10)}, Fault.ASSERTION_TOO_EARLY),
    "a failure": ({"status": "Responder"}, Fault.STATUS_CODE_IS_NOT_SUCCESS),
    "unsigned": ({"signer": ""}, Fault.NO_SIGNED_ASSERTION),
    "signed outside": ({"signer": "", "twist": signed_outside}, Fault.NO_SIGNED_ASSERTION),
    "signed by another": ({"signer": "annan"}, Fault.INVALID_SIGNATURE),
    "outdated algorithm": ({"algorithms": SHA1}, Fault.DEPRECATED_SIGNATURE_METHOD),
    "wrapped signature": ({"twist": wrapped}, Fault.WRONG_NUMBER_OF_ASSERTIONS),
    "wrapped in the signature": ({"twist": wrapped_in_signature}, Fault.WRONG_NUMBER_OF_ASSERTIONS),
    "two assertions": ({"twist": doubled}, Fault.WRONG_NUMBER_OF_ASSERTIONS),
    "changed after signing": ({"twist": lambda xml: xml.replace("abc@", "chef@")}, Fault.INVALID_SIGNATURE),
    "signature removed": (
        {"twist": lambda xml: re.sub(r"<ds:Signature.*</ds:Signature>", "", xml, flags=re.S)},
        Fault.NO_SIGNED_ASSERTION,
    ),
    "entity": ({"twist": lambda xml: '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + xml}, "DTDForbidden"),
    "no subject": ({"attribute": "urn:oid:1.2.3"}, "subject"),
    "two subjects": ({"subject": "a</saml:AttributeValue><saml:AttributeValue>b"}, "subject"),
    "blank subject": ({"subject": " "}, "subject"),
    "not XML": ({"twist": lambda xml: "hej"}, "XMLSyntaxError"),
}


@pytest.mark.parametrize("case", FALSE)
def test_login_refuses_what_is_false(client, case):
    changes, why = FALSE[case]
    connected()
    question, state = depart(client)
    response = come_back(client, state, true_answer(question, **changes))
    assert (response.status_code, signed_in(client)) == (403, None)
    assert log_line() == f"Skolinloggning: invalid {f'saml {why}' if isinstance(why, int) else why}"


def test_login_reads_names_with_remarks_in_them_whole(client):
    """Signatures do not cover remarks (<!-- -->): one in a name must not cut it down to somebody else's."""
    connected()
    question, state = depart(client)
    text = true_answer(
        question, subject="abc@exempel.se.annan.se", twist=lambda xml: xml.replace(".annan.se", "<!-- -->.annan.se")
    )
    response = come_back(client, state, text)
    assert (response.status_code, log_line()) == (403, "Skolinloggning: unknown")


@pytest.mark.parametrize("level", [LOA2, "", LOA3 + "-qa"])
def test_login_refuses_low_assurance(client, level):
    connected()
    question, state = depart(client)
    response = come_back(client, state, true_answer(question, level=level))
    assert (response.status_code, signed_in(client), log_line()) == (403, None, f"Skolinloggning: level {level or '-'}")


def test_login_refuses_a_name_that_does_not_last(client, provider):
    provider["subject"] = "nameid"
    connected("n-1")
    question, state = depart(client)
    transient = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
    assert come_back(client, state, true_answer(question, format=transient)).status_code == 403


def test_login_refuses_an_answer_that_was_used(client):
    connected()
    question, state = depart(client)
    text = true_answer(question)
    come_back(client, state, text)
    client.logout()
    assert (come_back(client, state, text).status_code, signed_in(client)) == (403, None)


def test_login_refuses_an_answer_to_another_visit(client):
    connected()
    old, _ = depart(client)
    _, state = depart(client)
    assert (come_back(client, state, true_answer(old)).status_code, signed_in(client)) == (403, None)


def test_login_refuses_the_answer_to_another_browser(client):
    connected()
    question, state = depart(client)
    stranger = Client()
    assert (come_back(stranger, state, true_answer(question)).status_code, signed_in(stranger)) == (403, None)


def test_login_reads_what_was_kept_once(client):
    connected()
    question, state = depart(client)
    sent = client.post(
        reverse("portal:saml_consume", args=["skola"]), {"SAMLResponse": true_answer(question), "RelayState": state}
    )
    client.get(sent.url)
    client.logout()
    assert client.get(sent.url).status_code == 403


@pytest.mark.parametrize("name", ["", "x" * 43, "x" * 300, "å\0 b"])
def test_login_refuses_what_was_never_kept(client, name):
    assert client.get(reverse("portal:provider_answer", args=["skola"]), {"svar": name}).status_code == 403


@pytest.mark.parametrize("text", ["", "x" * 200_001])
def test_saml_consume_keeps_only_answers(client, text):
    response = client.post(reverse("portal:saml_consume", args=["skola"]), {"SAMLResponse": text, "RelayState": "s"})
    assert response.status_code == 403


def test_what_comes_back_is_counted_for_the_address(client, settings):
    """Nobody tries answers without end; another address is not shut out by it."""
    settings.ACCOUNT_RATE_LIMITS = {"provider_answer": "2/m/ip"}
    cache.clear()
    paths = [reverse(f"portal:{name}", args=["skola"]) for name in ("saml_consume", "provider_answer")]
    posted = [client.post(paths[0]).status_code for _turn in range(3)]
    fetched = client.get(paths[1]).status_code, client.get(paths[1], REMOTE_ADDR="10.0.0.2").status_code
    assert (posted, fetched) == ([403, 403, 429], (429, 403))


def test_provider_login_asks_for_the_level_and_signs(client, settings):
    key, certificate = key_and_certificate("portal")
    settings.SAML_OWN = {"key": key, "certificate": certificate}
    address = client.post(reverse("portal:provider_login", args=["skola"])).context["address"]
    xml = asked(address)[2]
    levels = xml.xpath("//*[local-name()='AuthnContextClassRef']/text()")
    assert (levels, xml.get("AssertionConsumerServiceURL"), "&Signature=" in address) == ([LOA3], HERE, True)


def test_saml_metadata_tells_where_and_who(client):
    body = client.get(reverse("portal:saml_metadata", args=["skola"])).content.decode()
    assert (f'entityID="{AUDIENCE_OF_US}"' in body, f'Location="{HERE}"' in body) == (True, True)
