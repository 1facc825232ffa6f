"""Login and permission answers: passwords by Django and allauth, object rights by dated memberships."""

from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings

from parties.rights import has_object_rights, with_right


class MembershipBackend(AuthenticationBackend):
    """Answers ``user.has_perm(right, obj)`` from the memberships in force today, never from user.groups."""

    def has_perm(self, user, perm, obj=None):
        if obj is None:
            return super().has_perm(user, perm)
        if not user.is_active or not has_object_rights(type(obj)):
            return False
        return with_right(type(obj).objects.filter(pk=obj.pk), user, perm.rpartition(".")[2]).exists()

    def user_can_authenticate(self, user):
        """Demo accounts, whose password everybody knows, log in nowhere but in the demo; old sessions end too."""
        return super().user_can_authenticate(user) and not (user.is_demo and settings.PRODUCTION)
