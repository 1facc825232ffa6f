"""What happens to the ways a person logs in, written to the log. allauth tells it by signals and nothing else."""

from allauth.account.signals import password_changed, password_reset, password_set
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authentication_failed, authenticator_added, authenticator_removed, authenticator_reset
from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _

from parties.audit import log
from parties.models import AuditEvent

Type = Authenticator.Type
ADDED = {
    Type.TOTP: _("kodapp tillagd"),
    Type.WEBAUTHN: _("nyckel tillagd"),
    Type.RECOVERY_CODES: _("reservkoder gjorda"),
}
REMOVED = {
    Type.TOTP: _("kodapp borttagen"),
    Type.WEBAUTHN: _("nyckel borttagen"),
    Type.RECOVERY_CODES: _("reservkoder borttagna"),
}


@receiver([password_changed, password_set])
def on_password_changed(request, user, **kwargs):
    log(AuditEvent.Kind.CREDENTIALS, by=user, request=request, person=user, about=_("lösenordet bytt"))


@receiver(password_reset)
def on_password_reset(request, user, **kwargs):
    log(AuditEvent.Kind.CREDENTIALS, request=request, person=user, about=_("nytt lösenord valt genom länk i brev"))


@receiver(authenticator_added)
def on_added(request, user, authenticator, **kwargs):
    _log(request, user, ADDED[authenticator.type])


@receiver(authenticator_removed)
def on_removed(request, user, authenticator, **kwargs):
    _log(request, user, REMOVED[authenticator.type])


@receiver(authenticator_reset)
def on_reset(request, user, **kwargs):
    _log(request, user, _("nya reservkoder gjorda"))


@receiver(authentication_failed)
def on_failed(request, user, **kwargs):
    log(AuditEvent.Kind.LOGIN_FAILED, request=request, person=user, reason=_("fel kod i andra steget"))


def _log(request, user, about):
    log(AuditEvent.Kind.CREDENTIALS, by=user, request=request, person=user, about=about)
