"""allauth's forms in our words, and a code that is good once."""

from allauth.account import forms as account_forms
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.totp import forms as totp_forms
from allauth.mfa.webauthn import forms as webauthn_forms
from django import forms
from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from parties.models import User

USED_FOR = 5 * 60  # longer than a code lives, with what the clocks may differ
NAME_MAX = 60


class ResetPasswordForm(account_forms.ResetPasswordForm):
    """Only the account's own address: one that it had before is somebody else's letter-box."""

    def clean_email(self):
        email = self.cleaned_data["email"]
        self.users = list(User.objects.filter(email=email, is_active=True))
        return email


class OnceMixin:
    """A code that has been used is used up, also where the clock still allows it."""

    def clean_code(self):
        code = super().clean_code()
        digits = "".join(code.split())
        if not cache.add(f"second-step:{self.user.pk}:{digits}", True, timeout=USED_FOR):
            raise get_adapter().validation_error("incorrect_code")
        return code


def code_field(help_text):
    widget = forms.TextInput({"autocomplete": "one-time-code", "inputmode": "numeric", "class": "code"})
    return forms.CharField(label=_("Kod"), help_text=help_text, max_length=20, widget=widget)


class AuthenticateForm(OnceMixin, mfa_forms.AuthenticateForm):
    code = code_field(_("Sex siffror från kodappen, eller en av dina reservkoder."))


class ReauthenticateForm(OnceMixin, mfa_forms.ReauthenticateForm):
    code = code_field(_("Sex siffror från kodappen, eller en av dina reservkoder."))


class ActivateTOTPForm(OnceMixin, totp_forms.ActivateTOTPForm):
    code = code_field(_("De sex siffror som appen visar nu."))


class AddWebAuthnForm(webauthn_forms.AddWebAuthnForm):
    """Every key is a passkey: it asks for finger, face or PIN, and so is two steps in one."""

    name = forms.CharField(
        label=_("Namn på nyckeln"),
        help_text=_("Så att du känner igen den, till exempel Jobbdatorn."),
        required=False,
        max_length=NAME_MAX,
    )
    passwordless = forms.BooleanField(initial=True, widget=forms.HiddenInput)

    def clean_name(self):
        return self.cleaned_data["name"] or str(_("Inloggningsnyckel"))


class EditWebAuthnForm(webauthn_forms.EditWebAuthnForm):
    name = forms.CharField(label=_("Namn på nyckeln"), max_length=NAME_MAX)
