"""How accounts come about and are logged in to: by invitation, never by signing up, and only so many tries."""

import hashlib
import smtplib
import unicodedata
import uuid
from contextlib import suppress

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.core.signing import BadSignature
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from parties.audit import log
from parties.backends import MembershipBackend
from parties.letters import absolute, write
from parties.models import AuditEvent, Mail, User
from parties.outbox import send_now
from portal.second_step import is_last_needed, open_secret, sealed

KNOWN_COOKIE = "__Host-known" if settings.PRODUCTION else "known"
KNOWN_FOR = 365 * 24 * 3600
SHUT_FOR = 15 * 60


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _(
            "Adressen och lösenordet hör inte ihop. Försök igen eller välj ett nytt lösenord."
        ),
        "incorrect_password": _("Lösenordet stämmer inte. Försök igen."),
        "enter_current_password": _("Lösenordet stämmer inte. Skriv det du har nu."),
        "too_many_login_attempts": _("Inloggningen är stängd en stund efter för många försök. Vänta en kvart."),
        "rate_limited": _("Det blev för många försök på kort tid. Vänta en stund."),
        "local_passwords_off": _("Här loggar du inte in med lösenord. Välj ett annat sätt."),
    }

    def is_open_for_signup(self, request):
        return False

    def get_client_ip(self, request):
        """The address of who asks, behind as many proxies as the settings say. Refuses what cannot be true."""
        try:
            return super().get_client_ip(request)
        except ImproperlyConfigured as error:  # fewer addresses than proxies: somebody went around them
            raise PermissionDenied from error

    def pre_authenticate(self, request, **credentials):
        """Count the try, per account. A browser that has been let in before has tries that strangers cannot use up."""
        if not settings.LOCAL_PASSWORDS:
            raise self.validation_error("local_passwords_off")
        action = "login_failed_known" if is_known(request, credentials["email"]) else "login_failed"
        key = counted_as(credentials["email"])
        self._login_failed_rl_usage = ratelimit.consume(request, app="allauth.account", action=action, key=key)
        if not self._login_failed_rl_usage:
            _log_shut(request, key)
            raise self.validation_error("too_many_login_attempts")

    def reauthenticate(self, user, password):
        return self.authenticate(self.request, email=user.email, password=password) == user

    def get_reauthentication_methods(self, user):
        methods = super().get_reauthentication_methods(user)
        return [method for method in methods if settings.LOCAL_PASSWORDS or method["id"] != "reauthenticate"]

    def is_reauthentication_required(self, *, app, **kwargs):
        """Who has nothing to show once more, having come by a provider, is not asked to."""
        return bool(self.get_reauthentication_methods(self.request.user))

    def pre_login(self, request, user, **login):
        """allauth itself only stops closed accounts; the backend also knows of demo accounts outside the demo."""
        if not MembershipBackend().user_can_authenticate(user):
            return self.respond_user_inactive(request, user)
        return super().pre_login(request, user, **login)

    def post_login(self, request, user, **login):
        """Remember the browser, so that its person is not shut out by somebody else's guesses."""
        response = super().post_login(request, user, **login)
        response.set_signed_cookie(
            KNOWN_COOKIE,
            known_as(user.email),
            max_age=KNOWN_FOR,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
        return response

    def set_password(self, user, password):
        """A new password also opens what guesses had shut."""
        super().set_password(user, password)
        for action, rate in settings.ACCOUNT_RATE_LIMITS.items():
            if action.startswith("login_failed"):
                of_account = {action: rate.partition(",")[0]}
                key = counted_as(user.email)
                ratelimit.clear(self.request, app="allauth.account", action=action, config=of_account, key=key)

    def is_safe_url(self, url):
        """Only the portal's own pages, under the name it was asked by; never another host, however trusted."""
        request = self.request
        return url_has_allowed_host_and_scheme(url, {request.get_host()}, require_https=request.is_secure())

    def get_reset_password_from_key_url(self, key):
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return absolute(path.replace("UID-KEY", key))

    def send_mail(self, template_prefix, email, context):
        """Send at once; what is said on the page is then true. Where no mail server answers, say so instead."""
        try:
            super().send_mail(template_prefix, email, context)
        except (smtplib.SMTPException, OSError) as error:
            raise ImmediateHttpResponse(render(self.request, "account/mail_failed.html", status=503)) from error

    def send_notification_mail(self, template_prefix, user, context=None, email=None):
        """Tell the person by the outbox that a way to log in has changed."""
        mail = write(
            user=user,
            kind=Mail.Kind.ACCOUNT,
            key=f"account:{uuid.uuid4()}",
            address=user.email,
            subject=_("Ändrad inloggning"),
            template=f"{template_prefix}_message.txt",
            context={"at": timezone.localtime(), "person": user, **(context or {})},
        )
        mail.save()
        send_now(mail)


def _log_shut(request, key):
    """One line a quarter for each account: who goes on trying must not fill the log."""
    if cache.add(f"login-shut:{hashlib.sha256(key.encode()).hexdigest()}", True, timeout=SHUT_FOR):
        person = User.objects.filter(email=key).first()
        log(AuditEvent.Kind.LOGIN_FAILED, request=request, person=person, reason=_("för många försök"))


def counted_as(email):
    """The account that an address means, however it is written: case, width and look-alike letters are the same."""
    return unicodedata.normalize("NFKC", email).casefold().strip()


def known_as(email):
    return salted_hmac("portal.known", counted_as(email)).hexdigest()


def is_known(request, email):
    """Whether this browser has been logged in to the account before."""
    with suppress(BadSignature):
        return request.get_signed_cookie(KNOWN_COOKIE, default="", max_age=KNOWN_FOR) == known_as(email)
    return False


class MFAAdapter(DefaultMFAAdapter):
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("Koden stämmer inte eller är redan använd. Vänta på nästa kod och försök igen."),
        "cannot_delete_authenticator": _(
            "Din roll kräver ett andra steg. Lägg till en inloggningsnyckel innan du tar bort kodappen."
        ),
    }

    def encrypt(self, text):
        return sealed(text)

    def decrypt(self, encrypted_text):
        return open_secret(encrypted_text)

    def can_delete_authenticator(self, authenticator):
        return not is_last_needed(authenticator)

    def get_public_key_credential_rp_entity(self):
        return {**super().get_public_key_credential_rp_entity(), "name": settings.MFA_TOTP_ISSUER}

    def generate_authenticator_name(self, user, type):
        return ""
