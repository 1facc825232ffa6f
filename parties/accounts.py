"""Opening and closing of accounts, and the sessions that hang on them.

A closed account gives nothing on the next request. What could revive when it is opened again – sessions, the address
of the calendar – is removed, both when it closes and when it opens.
"""

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from parties.audit import log
from parties.letters import absolute, write
from parties.models import AuditEvent, FeedKey, Mail, User
from parties.outbox import send_now


@transaction.atomic
def close_account(*, user, by, reason):
    """Close the account; its sessions and its calendar's address are gone. Raises ValidationError without a reason.

    Nobody closes the own account: then the last administrator could lock everybody out. PermissionDenied.
    """
    _decide(user, by=by, reason=reason, is_active=False)


@transaction.atomic
def reopen_account(*, user, by, reason):
    """Open a closed account. Who it belongs to logs in anew; no session of before is revived."""
    if user.anonymised_at:
        raise ValidationError(_("Personen är avidentifierad. Bjud in personen på nytt i stället."))
    _decide(user, by=by, reason=reason, is_active=True)


def _decide(user, *, by, reason, is_active):
    if by is not None and by.pk == user.pk:
        raise PermissionDenied
    if not reason.strip():
        raise ValidationError(_("Skriv varför kontot stängs eller öppnas."))
    before = User.objects.select_for_update().get(pk=user.pk).is_active
    User.objects.filter(pk=user.pk).update(is_active=is_active)
    user.is_active = is_active
    remove_keys(user)
    if before != is_active:
        changes = {"is_active": [before, is_active]}
        log(AuditEvent.Kind.ACCOUNT, by=by, person=user, changes=changes, reason=reason.strip())


def remove_keys(user):
    """Remove what opens something in the person's name without logging in again."""
    FeedKey.objects.filter(user=user).delete()
    delete_sessions(UserSession.objects.filter(user=user))


@transaction.atomic
def remove_second_step(*, user, by, reason):
    """Take the code app, the passkeys and the recovery codes away from who has lost them; log-ins end.

    Where the role demands a second step, the next log-in makes a new one. Never one's own: PermissionDenied.
    """
    if by.pk == user.pk:
        raise PermissionDenied
    if not reason.strip():
        raise ValidationError(_("Skriv varför det andra steget tas bort."))
    Authenticator.objects.filter(user=user).delete()
    log(AuditEvent.Kind.CREDENTIALS, by=by, person=user, about=_("andra steget borttaget"), reason=reason.strip())
    end_sessions(user=user, by=by, reason=reason.strip())
    _tell(user, reason.strip())


def _tell(user, reason):
    """A letter at once: who did not ask for it has somebody else at the account."""
    mail = write(
        user=user,
        address=user.email,
        kind=Mail.Kind.ACCOUNT,
        key=f"second-step:{user.pk}:{timezone.now().isoformat()}",
        subject=_("Andra steget är borttaget"),
        template="mail/second_step.txt",
        context={"person": user, "reason": reason, "url": absolute(reverse("account_login"))},
    )
    mail.save()
    send_now(mail)


@transaction.atomic
def end_sessions(*, user, by=None, keep=None, only=None, reason=""):
    """Log ``user`` out everywhere, but not from the session with the key ``keep``; or from that with the id ``only``.

    Returns how many log-ins ended, and logs them where there were any.
    """
    rows = sessions_of(user).exclude(session_key=keep)
    if only is not None:
        rows = rows.filter(pk=only)
    count = delete_sessions(rows)
    if count:
        log(AuditEvent.Kind.SESSIONS_ENDED, by=by, person=user, about=str(count), reason=reason)
    return count


def sessions_of(user):
    """The log-ins of ``user`` that are still in force, the last used first."""
    live = Session.objects.filter(expire_date__gt=timezone.now())
    return UserSession.objects.filter(user=user, session_key__in=live.values("pk")).order_by("-last_seen_at", "-pk")


def delete_sessions(rows):
    """Delete the sessions of a queryset of log-ins, and the log-ins. Returns how many."""
    keys = list(rows.values_list("session_key", flat=True))
    Session.objects.filter(pk__in=keys).delete()
    UserSession.objects.filter(session_key__in=keys).delete()
    return len(keys)


def sweep_sessions():
    """Forget the sessions that have ended, with the addresses and browsers they were from."""
    Session.objects.filter(expire_date__lte=timezone.now()).delete()
    UserSession.objects.exclude(session_key__in=Session.objects.values("pk")).delete()
