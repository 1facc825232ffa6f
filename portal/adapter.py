"""How accounts come about: by invitation, never by signing up. And what a refused log-in is told."""

from allauth.account.adapter import DefaultAccountAdapter
from django.utils.translation import gettext_lazy as _

from parties.backends import MembershipBackend


class AccountAdapter(DefaultAccountAdapter):
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _(
            "Adressen och lösenordet hör inte ihop. Försök igen eller välj ett nytt lösenord."
        ),
        "too_many_login_attempts": _("Inloggningen är stängd en stund efter för många försök. Vänta fem minuter."),
    }

    def is_open_for_signup(self, request):
        return False

    def pre_login(self, request, user, **login):
        """allauth itself only stops closed accounts; the backend also knows of demo accounts outside the demo."""
        if not MembershipBackend().user_can_authenticate(user):
            return self.respond_user_inactive(request, user)
        return super().pre_login(request, user, **login)
