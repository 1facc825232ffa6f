"""What is believed about a person, and everything that is not."""

import base64
import json
import time

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from portal.id_tokens import Refused, believe, identity

ISSUER, CLIENT, NONCE = "https://legitimation.example.se", "portalen", "n" * 43
LEVELS = ["http://id.elegnamnden.se/loa/1.0/loa3", "http://id.elegnamnden.se/loa/1.0/loa4"]
KEY, OTHER_KEY = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
NOW = int(time.time())
CLAIMS = {
    "iss": ISSUER,
    "sub": "abc",
    "aud": CLIENT,
    "exp": NOW + 300,
    "iat": NOW,
    "nonce": NONCE,
    "acr": LEVELS[0],
}
LEFT_OUT = object()


def jwk(key=KEY, **changes):
    return {**json.loads(jwt.algorithms.ECAlgorithm.to_jwk(key.public_key())), "kid": "1", "alg": "ES256", **changes}


def token(key=KEY, algorithm="ES256", headers=None, **changes):
    claims = {name: value for name, value in {**CLAIMS, **changes}.items() if value is not LEFT_OUT}
    return jwt.encode(claims, key, algorithm=algorithm, headers={"kid": "1"} if headers is None else headers)


def parts(*rows):
    return ".".join(base64.urlsafe_b64encode(json.dumps(row).encode()).decode().rstrip("=") for row in rows)


def judge(given, keys=None, **changes):
    expected = {"issuer": ISSUER, "client_id": CLIENT, "nonce": NONCE, "levels": LEVELS, "now": NOW, **changes}
    return believe(given, keys={"keys": [jwk()]} if keys is None else keys, **expected)


@pytest.mark.parametrize(
    ("given", "changes"),
    [
        (token(), {}),
        (token(aud=[CLIENT]), {}),
        (token(azp=CLIENT), {}),
        (token(acr=LEVELS[1]), {}),
        (token(acr=LEFT_OUT), {"levels": []}),
        (token(exp=NOW - 30, iat=NOW + 30), {}),  # clocks differ
        (token(headers={}), {}),  # a single key need not be named
    ],
)
def test_believe_takes_what_is_right(given, changes):
    assert judge(given, **changes)["sub"] == "abc"


WRONG = {
    "another issuer": (token(iss="https://qa.legitimation.example.se"), "iss"),
    "issuer with a slash": (token(iss=ISSUER + "/"), "iss"),
    "no issuer": (token(iss=LEFT_OUT), "iss"),
    "another audience": (token(aud="en-annan-tjanst"), "aud"),
    "further audiences": (token(aud=[CLIENT, "en-annan-tjanst"]), "aud"),
    "no audience": (token(aud=LEFT_OUT), "aud"),
    "issued to another": (token(azp="en-annan-tjanst"), "azp"),
    "another nonce": (token(nonce="m" * 43), "nonce"),
    "no nonce": (token(nonce=LEFT_OUT), "nonce"),
    "expired": (token(exp=NOW - 61), "exp"),
    "expires never": (token(exp=LEFT_OUT), "exp"),
    "expires in words": (token(exp=str(NOW + 300)), "exp"),
    "issued tomorrow": (token(iat=NOW + 86400), "iat"),
    "issued long ago": (token(iat=NOW - 86400), "iat"),
    "issued at no time": (token(iat=LEFT_OUT), "iat"),
    "not yet valid": (token(nbf=NOW + 600), "nbf"),
    "no subject": (token(sub=LEFT_OUT), "sub"),
    "blank subject": (token(sub="  "), "sub"),
    "endless subject": (token(sub="a" * 256), "sub"),
    "subject of many": (token(sub=["abc", "def"]), "sub"),
    "signed by another": (token(OTHER_KEY), "InvalidSignatureError"),
    "unknown key": (token(headers={"kid": "2"}), "kid"),
    "unsigned": (parts({"alg": "none", "kid": "1"}, CLAIMS) + ".", "InvalidAlgorithmError"),
    "signature cut off": (token().rpartition(".")[0] + ".", "InvalidSignatureError"),
    "claims exchanged": (token().split(".")[0] + "." + parts(CLAIMS | {"sub": "x"}) + "." + token().split(".")[2], ""),
    "shared secret": (token("k" * 64, "HS256"), "InvalidAlgorithmError"),
    "an access token": (token(headers={"kid": "1", "typ": "at+jwt"}), "typ"),
    "a log-out token": (token(headers={"kid": "1", "typ": "logout+jwt"}), "typ"),
    "extension we do not know": (token(headers={"kid": "1", "crit": ["x"], "x": 1}), "InvalidTokenError"),
    "no token": (None, "DecodeError"),
    "not a token": ("abc", "DecodeError"),
    "wrapped in another": (parts({"alg": "none"}) + "." + token(), "DecodeError"),
}


@pytest.mark.parametrize("case", WRONG)
def test_believe_refuses(case):
    given, detail = WRONG[case]
    with pytest.raises(Refused) as refused:
        judge(given)
    assert (refused.value.reason, refused.value.detail) == ("invalid", detail or "InvalidSignatureError")


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"keys": []},
        {"keys": [jwk(), jwk(OTHER_KEY)]},  # one name, two keys
        {"keys": [jwk(use="enc")]},
        {"keys": [{"kty": "oct", "k": "a2tra2s", "kid": "1", "alg": "HS256"}]},
        {"keys": [jwk(alg="RS256")]},
        {"keys": "1"},
    ],
)
def test_believe_refuses_keys_that_cannot_sign(keys):
    with pytest.raises(Refused, match="invalid"):
        judge(token(), keys)


@pytest.mark.parametrize("acr", [LEFT_OUT, "", "http://id.elegnamnden.se/loa/1.0/loa2", LEVELS[0] + "-qa", [LEVELS[0]]])
def test_believe_refuses_low_assurance(acr):
    with pytest.raises(Refused) as refused:
        judge(token(acr=acr))
    assert refused.value.reason == "level"


def test_identity_is_issuer_and_subject():
    people = [("https://a.se", "1"), ("https://b.se", "1"), ("https://a.se", "2"), ("https://a.se/1", ""), ("", "1")]
    assert len({identity(*person) for person in people}) == len(people)
