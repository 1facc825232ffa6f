"""What an identity provider says about a person (id_token), and everything that must hold before it is believed.

OpenID Connect Core 3.1.3.7 without its exceptions: the signature is always checked, also of what came straight from
the provider, and nobody but this portal may be the audience.
"""

import hashlib
import time

import jwt
from django.utils.crypto import constant_time_compare

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
LEEWAY = 60  # seconds that the clocks may differ
MAX_AGE = 600  # seconds from the provider's stamp to our reading it: the way back through a browser
MAX_SUBJECT = 255
# What the claims must say is decided in one place, ``believe``.
SIGNATURE_ONLY = {f"verify_{name}": False for name in ("exp", "nbf", "iat", "aud", "iss", "sub", "jti")}


class Refused(Exception):
    """Somebody is not let in. ``reason`` is a key of ``portal.federation.MESSAGES``; ``detail`` is for the log."""

    def __init__(self, reason, detail=""):
        super().__init__(reason, detail)
        self.reason, self.detail = reason, detail


def identity(issuer, subject):
    """Who somebody is: the issuer and the subject together, as a name of fixed length that tells neither.

    Issuer and subject may be longer than the column, and some providers use the personal identity number as subject.
    """
    return hashlib.sha256(f"{issuer}\n{subject}".encode()).hexdigest()


def believe(token, *, keys, issuer, client_id, nonce, levels=(), now=None):
    """The claims of ``token``; Refused where anything is wrong with it.

    ``keys`` is the provider's JWKS. ``levels`` are the assurance levels (acr) of which one is demanded, if any.
    """
    claims = _signed(token, keys)
    now = time.time() if now is None else now
    demand(claims.get("iss") == issuer, "iss")
    demand(claims.get("aud") in (client_id, [client_id]), "aud")
    demand(claims.get("azp", client_id) == client_id, "azp")
    demand(constant_time_compare(str(claims.get("nonce", "")), nonce), "nonce")
    demand(_number(claims, "exp") > now - LEEWAY, "exp")
    demand(now - MAX_AGE - LEEWAY < _number(claims, "iat") < now + LEEWAY, "iat")
    demand("nbf" not in claims or _number(claims, "nbf") < now + LEEWAY, "nbf")
    subject = claims.get("sub")
    demand(isinstance(subject, str) and subject.strip() and len(subject) <= MAX_SUBJECT, "sub")
    if levels and claims.get("acr") not in levels:
        raise Refused("level", str(claims.get("acr") or "-")[:100])
    return claims


def _signed(token, keys):
    """The claims, if one of the provider's own public keys signed them."""
    try:
        header = jwt.get_unverified_header(token)
        demand(header.get("typ", "JWT").upper() == "JWT", "typ")
        key = _key(keys, header.get("kid"))
        return jwt.decode(token, key, algorithms=ALGORITHMS, options=SIGNATURE_ONLY)
    except (jwt.PyJWTError, AttributeError, TypeError, ValueError) as error:
        raise Refused("invalid", type(error).__name__) from error


def _key(keys, kid):
    """The signing key of that name; a provider with a single key need not name it. Never a shared secret (oct)."""
    usable = [key for key in keys.get("keys", []) if key.get("kty") != "oct" and key.get("use", "sig") == "sig"]
    named = [key for key in usable if key.get("kid") == kid] if kid is not None else usable
    demand(len(named) == 1, "kid")
    return jwt.PyJWK(named[0])


def _number(claims, name):
    value = claims.get(name)
    demand(isinstance(value, int | float) and not isinstance(value, bool), name)
    return value


def demand(holds, what):
    """Refuse an answer in which something does not hold; ``what`` is for the log."""
    if not holds:
        raise Refused("invalid", what)
