"""Who an identity provider's answer is in the portal: somebody connected before, or somebody invited; never an e-mail.

Identity is issuer and subject (``portal.id_tokens.identity``). An address that a provider tells opens no account.
"""

from allauth.account.adapter import get_adapter as get_account_adapter
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.db import transaction
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parties import inviting
from parties.audit import log
from parties.models import AuditEvent, User
from portal.id_tokens import Refused

# Reason → what the person is told, and what to do. {name} is the provider's.
MESSAGES = {
    "level": gettext_lazy(
        "Inloggningen hos {name} har för låg tillitsnivå. Portalen kräver en e-legitimation som din organisation "
        "har godkänt, på den nivå som står i anvisningarna. Logga in igen och välj en sådan."
    ),
    "unknown": gettext_lazy(
        "Vi känner inte igen dig från {name}. Har du fått en inbjudan? Öppna länken i brevet och logga in därifrån. "
        "Har du redan ett konto? Logga in som du brukar och anslut {name} under Min inloggning."
    ),
    "has_account": gettext_lazy(
        "Adressen i inbjudan har redan ett konto. Logga in på det som du brukar och öppna sedan länken i brevet igen."
    ),
    "other_address": gettext_lazy(
        "Inbjudan är skickad till en annan adress än den som {name} har för dig. Be den som bjöd in dig om en ny."
    ),
    "taken": gettext_lazy(
        "Den här inloggningen hos {name} hör redan till ett annat konto. Ta bort den där först, "
        "eller fråga din partsadministratör."
    ),
    "cancelled": gettext_lazy("Du avbröt inloggningen hos {name}. Inget har ändrats."),
    "stale": gettext_lazy(
        "Inloggningen hos {name} tog för lång tid eller var redan använd. Börja om från portalens inloggning."
    ),
    "unreachable": gettext_lazy("{name} svarar inte som det ska just nu. Vänta en stund och försök igen."),
    "invalid": gettext_lazy(
        "Svaret från {name} gick inte att lita på, så du är inte inloggad. Försök igen. "
        "Händer det flera gånger, säg till den som sköter portalen."
    ),
}


def refuse(request, provider, refusal):
    """The page that says why nobody was let in; the log gets the exact reason, the person what to do."""
    about = f"{provider.name}: {refusal.reason} {refusal.detail}".strip()
    about = "".join(letter for letter in about if letter.isprintable())  # of what others send, no database takes all
    log(AuditEvent.Kind.LOGIN_FAILED, by=request.user, request=request, about=about)
    status = 503 if refusal.reason == "unreachable" else 403
    why = MESSAGES[refusal.reason].format(name=provider.name)
    return render(request, "portal/provider_answer.html", {"why": why, "reason": refusal.reason}, status=status)


def demands_level(key):
    """Does the provider of that name in the settings have to tell an assurance level that we demand?"""
    apps = [app for kind in settings.SOCIALACCOUNT_PROVIDERS.values() for app in kind["APPS"]]
    return any(app["settings"]["levels"] for app in apps if app["provider_id"] == key)


def is_connected(login):
    """Does the identity of an answer open an account?"""
    return SocialAccount.objects.filter(provider=login.account.provider, uid=login.account.uid).exists()


def welcome(request, login, claims, provider):
    """Make the account of an invitation that this browser opened, for a person nobody has seen before.

    Raises Refused where there is no invitation, where it is for somebody else as far as the provider tells, or where
    its address has an account, whose person must log in to it first.
    """
    invitation = None if request.user.is_authenticated else inviting.invitation_in(request)
    if invitation is None:
        raise Refused("unknown")
    if claims.get("email") and inviting.tidy(str(claims["email"])) != invitation.email:
        inviting.refuse(request, invitation, _("en annan adress hos {name}").format(name=provider.name))
        raise Refused("other_address")
    try:
        with transaction.atomic():
            user = inviting.accept_as_new(invitation=invitation, name=invitation.name, password=None)
            connect(request, user, login, provider)
    except inviting.Refused as refusal:
        raise Refused("has_account") from refusal
    inviting.forget(request)
    login.state.pop("next", None)  # it led back to the invitation, which is answered now


@transaction.atomic
def connect(request, user, login, provider):
    """Let ``user`` log in by this identity from now on. Refused if it is somebody else's."""
    identity, created = SocialAccount.objects.get_or_create(
        provider=login.account.provider,
        uid=login.account.uid,
        defaults={"user": user, "extra_data": login.account.extra_data},
    )
    if identity.user_id != user.pk:
        raise Refused("taken")
    if created:
        _tell(request, user, "connected", provider.name, _("anslöt inloggning med {name}"))


@transaction.atomic
def disconnect(request, identity, name):
    """Take the identity from its person; False, and nothing happens, if it is the last way in."""
    user = User.objects.select_for_update().get(pk=identity.user_id)
    others = SocialAccount.objects.filter(user=user).exclude(pk=identity.pk)
    by_password = user.has_usable_password() and getattr(settings, "LOCAL_PASSWORDS", True)
    if not (others.exists() or by_password):
        return False
    identity.delete()
    _tell(request, user, "disconnected", name, _("tog bort inloggning med {name}"))
    return True


def _tell(request, user, what, name, words):
    """The log, and a letter to the person, about a changed way in."""
    log(AuditEvent.Kind.CREDENTIALS, by=user, request=request, person=user, about=words.format(name=name))
    get_account_adapter(request).send_notification_mail(f"socialaccount/email/account_{what}", user, {"name": name})
