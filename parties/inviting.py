"""Invitations by e-mail: sent, sent again, withdrawn, and accepted once by whom they name.

The link's secret is kept by nobody but the letter, which loses it when it is sent (see ``outbox``). Of the browser that
opened the link the session knows only the secret's digest.
"""

import datetime
import secrets

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from parties.audit import log
from parties.granting import may_give
from parties.letters import absolute, write
from parties.memberships import MAY_NOT_GIVE, hold, is_dissolved, refuse_days, refuse_giving, refuse_overlap
from parties.models import VALID_FOR_DAYS, AuditEvent, Invitation, Mail, User, digest
from parties.outbox import send_now
from parties.rights import party_group
from parties.services import join

OPENED = "invitation"  # the session's name for the digest of the link that was opened
LETTERS_A_DAY = 3
Kind = AuditEvent.Kind


class Refused(ValidationError):
    """The invitation gives nothing to whoever opened it; the message says why and what to do."""


def tidy(email):
    """An address as accounts have it: trimmed and in lower case."""
    return email.strip().lower()


# --- sending ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def invite(*, email, name, party, role, by, group=None, title="", starts_on=None, ends_on=None):
    """Offer ``role`` at ``party`` to whoever has the address. Returns the Invitation; its letter is in the outbox.

    ``group`` is another hat of the role than the party's own, as in ``memberships.give_role``.
    Raises ValidationError where the rules say no, PermissionDenied where ``by`` may not give the role.
    """
    party, email, group = hold(party), tidy(email), group or party_group(party, role)
    refuse_giving(party, role, group, by=by, to=email)
    refuse_days(starts_on, ends_on)
    if user := User.objects.filter(email=email).first():
        refuse_overlap(user, group, starts_on or timezone.localdate(), ends_on)
    _make_room(email, group, by)
    invitation = Invitation(email=email, name=name, party=party, role=role, group=group, title=title)
    invitation.starts_on, invitation.ends_on = starts_on, ends_on
    _send(invitation, by)
    log(Kind.INVITED, by=by, person=user, party=party, about=_about(invitation), changes=_offer(invitation))
    return invitation


def _make_room(email, group, by):
    """One open invitation for each address and role; one whose time has passed gives way."""
    for former in Invitation.objects.unanswered().filter(email=email, group=group):
        if former.state == "open":
            text = _("Adressen har redan en öppen inbjudan till den rollen. Skicka om den, eller återkalla den först.")
            raise ValidationError({"email": text})
        _end(former, by)


def _send(invitation, by):
    """Give the invitation a new link and time, and write the letter. Former links and letters are void."""
    secret = secrets.token_urlsafe(32)
    invitation.secret_digest = digest(secret)
    invitation.invited_by, invitation.invited_at = by, timezone.now()
    invitation.expires_at = invitation.invited_at + datetime.timedelta(days=VALID_FOR_DAYS)
    invitation.save()
    _stop_letters(invitation)
    letter = write(
        address=invitation.email,
        kind=Mail.Kind.INVITATION,
        key=f"invitation:{invitation.pk}:{invitation.secret_digest[:16]}",
        subject=_("Inbjudan att arbeta för %(party)s i portalen") % {"party": invitation.party},
        template="mail/invitation.txt",
        context={"invitation": invitation, "url": absolute(reverse("parties:invitation_open", args=[secret]))},
    )
    letter.save()
    send_now(letter)


def _stop_letters(invitation):
    """What has not left yet would lead nowhere."""
    letters = Mail.objects.unsent().filter(key__startswith=f"invitation:{invitation.pk}:", claimed_at__isnull=True)
    void = _("Inbjudan är ändrad eller återkallad.")
    letters.update(given_up_at=timezone.now(), error=void, body=void)


@transaction.atomic
def resend(*, invitation, by):
    """Send it again with a new link and time; the former link opens nothing any more. ``by`` answers for it now."""
    party, invitation = _held(invitation)
    refuse_giving(party, invitation.role, invitation.group, by=by, to=invitation.email)
    _refuse_answered(invitation)
    if invitation.ends_on and invitation.ends_on < timezone.localdate():
        raise ValidationError(_("Tiden för rollen har passerat. Skriv en ny inbjudan med andra dagar."))
    day_ago = timezone.now() - datetime.timedelta(days=1)
    letters = Mail.objects.filter(key__startswith=f"invitation:{invitation.pk}:", created_at__gt=day_ago)
    if letters.count() >= LETTERS_A_DAY:
        raise ValidationError(_("Brevet har skickats tre gånger det senaste dygnet. Ring i stället, eller vänta."))
    _send(invitation, by)
    log(Kind.INVITED, by=by, party=party, about=_about(invitation), changes=_offer(invitation))


@transaction.atomic
def withdraw(*, invitation, by):
    """Take the offer back: its link opens nothing any more."""
    party, invitation = _held(invitation)
    if not may_give(by, party, invitation.role, invitation.group):
        raise PermissionDenied(MAY_NOT_GIVE)
    _refuse_answered(invitation)
    _end(invitation, by)
    log(Kind.INVITATION_WITHDRAWN, by=by, party=party, about=_about(invitation))


def _end(invitation, by):
    invitation.withdrawn_at, invitation.withdrawn_by = timezone.now(), by
    invitation.save()
    _stop_letters(invitation)


def _held(invitation):
    """The party and the invitation as stored, held until the transaction ends."""
    return hold(invitation.party), Invitation.objects.select_related("party", "invited_by").get(pk=invitation.pk)


def _refuse_answered(invitation):
    if invitation.accepted_at:
        raise ValidationError(_("Inbjudan är redan antagen."))
    if invitation.withdrawn_at:
        raise ValidationError(_("Inbjudan är redan återkallad."))


# --- answering --------------------------------------------------------------------------------------------------------


def remember(request, secret):
    """Let this browser's session know which link it opened."""
    request.session[OPENED] = digest(secret)


def forget(request):
    request.session.pop(OPENED, None)


def opened_in(request):
    """The invitation whose link this browser opened, in whatever state it is; None without one."""
    rows = Invitation.objects.select_related("party", "invited_by", "stands_in_for__user")
    return rows.filter(secret_digest=request.session.get(OPENED, "")).first()


def invitation_in(request):
    """The invitation that this browser may still accept, or None. For those who log in by other means."""
    invitation = opened_in(request)
    return invitation if invitation and not obstacle(invitation) else None


def obstacle(invitation, user=None):
    """Why nobody can accept the invitation, or ``user`` cannot; empty where nothing is in the way."""
    again = _("Be den som bjöd in dig om en ny inbjudan.")
    if invitation.state == "accepted":
        return _("Inbjudan är redan använd. Den gäller en gång. Logga in i stället.")
    if invitation.state == "withdrawn":
        return _("Inbjudan är återkallad. Fråga den som bjöd in dig.")
    if invitation.state == "expired":
        return _("Inbjudan gällde till %(day)s.") % {"day": timezone.localdate(invitation.expires_at)} + " " + again
    if is_dissolved(invitation.party):
        return _("Organisationen som inbjudan gäller har upphört.")
    if invitation.ends_on and invitation.ends_on < timezone.localdate():
        return _("Tiden för rollen har passerat.") + " " + again
    if not may_give(invitation.invited_by, invitation.party, invitation.role, invitation.group):
        return _("Den som bjöd in dig får inte längre ge rollen. Be en annan administratör om en ny inbjudan.")
    if user and user.email != invitation.email:
        return _("Inbjudan är skickad till en annan adress än den du är inloggad med. Logga ut och öppna länken igen.")
    if user and not user.is_active:
        return _("Kontot med den här adressen är avslutat. Be portalens systemadministratör öppna det.")
    return ""


@transaction.atomic
def accept(*, invitation, user):
    """Give ``user``, whose address it must be, what was offered. Returns the membership. Raises Refused."""
    _party, invitation = _held(invitation)
    if text := obstacle(invitation, user):
        raise Refused(text)
    starts_on = max(invitation.starts_on or timezone.localdate(), timezone.localdate())
    try:
        refuse_overlap(user, invitation.group, starts_on, invitation.ends_on)
    except ValidationError:
        raise Refused(_("Du har redan rollen. Du behöver inte anta inbjudan.")) from None
    invitation.accepted_at, invitation.accepted_by = timezone.now(), user
    invitation.save()
    hat = {name: getattr(invitation, name) for name in ("party", "role", "group", "title", "ends_on", "stands_in_for")}
    membership = join(user=user, by=invitation.invited_by, starts_on=starts_on, **hat)
    about, changes = _about(invitation), _offer(invitation)
    log(Kind.INVITATION_ACCEPTED, by=user, person=user, party=membership.party, about=about, changes=changes)
    return membership


@transaction.atomic
def accept_as_new(*, invitation, name, password):
    """Make the account that the invitation is for, and accept. Returns the user. Raises Refused."""
    hold(invitation.party)
    if User.objects.filter(email=invitation.email).exists():
        raise Refused(_("Adressen har redan ett konto. Logga in med det för att anta inbjudan."))
    user = User.objects.create_user(invitation.email, password, name=name)
    log(Kind.ACCOUNT, by=user, person=user, about=_("konto skapat genom inbjudan"))
    accept(invitation=invitation, user=user)
    return user


def refuse(request, invitation, text):
    """Log that somebody came with an invitation that gives nothing, and let the browser forget it."""
    forget(request)
    by = request.user if request.user.is_authenticated else None
    about = f"{_about(invitation)}: {text}"
    log(Kind.INVITATION_REFUSED, by=by, request=request, party=invitation.party, about=about)


def _about(invitation):
    """Never the address: the log cannot be changed when the person asks to be forgotten."""
    return _("inbjudan %(number)s, %(role)s") % {"number": invitation.pk, "role": invitation.get_role_display()}


def _offer(invitation):
    offered = {name: getattr(invitation, name) for name in ("role", "title", "starts_on", "ends_on")}
    return {name: ["", str(value)] for name, value in offered.items() if value}
