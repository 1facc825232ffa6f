"""The second step of a log-in: who must have one, who lacks it, and how its secrets are kept."""

import base64
import hashlib

from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db.models import Q

from parties.models import Membership, Role
from portal.federation import demands_level

STEPS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def must_have(user):
    """Whether one of the person's roles in force today is named in REQUIRE_MFA. All staff are maintainers."""
    if not settings.REQUIRE_MFA:
        return False
    if user.is_staff and Role.SYSTEM_ADMINISTRATOR in settings.REQUIRE_MFA:
        return True
    return Membership.objects.active().filter(user=user, role__in=settings.REQUIRE_MFA).exists()


def is_missing(request):
    """Whether who asks must have a second step and has none. A provider that must know its people well is enough."""
    user = request.user
    if not user.is_authenticated or not must_have(user) or _by_provider(request):
        return False
    return not Authenticator.objects.filter(user=user, type__in=STEPS).exists()


def _by_provider(request):
    records = request.session.get("account_authentication_methods", [])
    return any(record.get("method") == "socialaccount" and demands_level(record.get("provider")) for record in records)


def is_last_needed(authenticator):
    """Whether the person must have a second step and this is the only one."""
    others = Authenticator.objects.filter(~Q(pk=authenticator.pk), user=authenticator.user, type__in=STEPS)
    return must_have(authenticator.user) and not others.exists()


def sealed(text):
    """The secret as it lies in the database: without SECRET_KEY a copy of the database gives no codes."""
    return _boxes().encrypt(text.encode()).decode()


def open_secret(text):
    return _boxes().decrypt(text.encode()).decode()


def _boxes():
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = (hashlib.blake2b(key.encode(), digest_size=32, person=b"second step").digest() for key in keys)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
