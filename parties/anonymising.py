"""Making somebody who has left anonymous: name, addresses and log-ins go, and what the person wrote stays readable.

Everything that tells who did something points at the account, also the log and the history. So the account is kept,
with a number for a name, and the few places that hold a copy of the name or the address are put right.
"""

import re

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from parties.accounts import remove_keys
from parties.audit import log
from parties.models import AuditEvent, Invitation, Mail, MailSettings, Membership, User


@transaction.atomic
def anonymise(*, user, by, reason):
    """Make ``user`` anonymous for good: "Tidigare medarbetare 123".

    Raises ValidationError without a reason, and while the person has a role that has not ended; PermissionDenied for
    the own account. Done once: a second time changes nothing.
    """
    if by.pk == user.pk:
        raise PermissionDenied
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.anonymised_at:
        return user
    if not reason.strip():
        raise ValidationError(_("Skriv varför personen avidentifieras."))
    if _unended(user).exists():
        raise ValidationError(_("%(name)s har roller kvar. Avsluta dem först.") % {"name": user})
    name, email, told = user.name, user.email, _("Tidigare medarbetare %s") % user.pk
    _take_credentials(user)
    names = {text: instead for text, instead in ((email, _nowhere(user)), (name, told)) if text}
    _rename_letters(user, names)
    _rename_invitations(user, told, by)
    _forget_titles(user)
    people = ContentType.objects.get_for_model(User)
    LogEntry.objects.filter(content_type=people, object_id=str(user.pk)).update(object_repr=told, change_message="")
    user.name, user.email, user.anonymised_at = told, _nowhere(user), timezone.now()
    user.is_active = user.is_staff = user.is_superuser = False
    user.last_login = None
    user.set_unusable_password()
    user.save()
    log(AuditEvent.Kind.ANONYMISED, by=by, person=user, reason=_replaced(reason.strip(), names))
    return user


def _nowhere(user):
    """An address that no mail can reach, and that is nobody else's."""
    return f"avidentifierad-{user.pk}@exempel.invalid"


def _unended(user):
    """Roles that give something today, or will."""
    return Membership.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=timezone.localdate()), user=user)


def _take_credentials(user):
    """Nothing is left that logs the person in, and nobody else's letters go there."""
    for model in (EmailAddress, Authenticator, SocialAccount):
        model.objects.filter(user=user).delete()
    remove_keys(user)
    MailSettings.objects.filter(user=user).delete()
    MailSettings.objects.filter(alternate=user).update(alternate=None)
    user.user_permissions.clear()


def _rename_letters(user, names):
    """The letters to the person, and those that name the person to others. What was not sent is not sent any more."""
    email = user.email
    own = Q(user=user) | Q(address__iexact=email)
    Mail.objects.unsent().filter(own).update(given_up_at=timezone.now(), error=_("Kontot är avslutat."))
    named = own
    for name in names:
        named |= Q(subject__contains=name) | Q(body__contains=name)
    for letter in Mail.objects.filter(named).iterator():
        for field in ("subject", "body", "error"):
            setattr(letter, field, _replaced(getattr(letter, field), names))
        if letter.user_id == user.pk or letter.address.lower() == email:
            letter.address = _nowhere(user)
        letter.save(update_fields=["subject", "body", "error", "address"])


def _replaced(text, names):
    """Whole words only: somebody called Bo is not in *Bostad*."""
    for name, told in names.items():
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", lambda _found, told=told: told, text)
    return text


def _rename_invitations(user, told, by):
    own = Invitation.objects.filter(Q(email=user.email) | Q(accepted_by=user))
    own.unanswered().update(withdrawn_at=timezone.now(), withdrawn_by=by)
    own.update(email=_nowhere(user), name=told, title="")


def _forget_titles(user):
    """A post at a small municipality is as good as a name, also in what the history remembers."""
    Membership.objects.filter(user=user).update(title="")
    Membership.history.filter(user=user).update(title="")
