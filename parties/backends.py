"""Login and permission answers: passwords by Django and allauth, object rights by dated memberships."""

from functools import cache

from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings

from lib.written import Written, assembled
from parties.models import User
from parties.rights import has_object_rights, with_right


class MembershipBackend(AuthenticationBackend):
    """Answers ``user.has_perm(right, obj)`` from the memberships in force today, never from user.groups."""

    def has_perm(self, user, perm, obj=None):
        if obj is None:
            return super().has_perm(user, perm)
        if not user.is_active or not has_object_rights(type(obj)):
            return False
        return with_right(type(obj).objects.filter(pk=obj.pk), user, perm.rpartition(".")[2]).exists()

    def get_user(self, user_id):
        """The signed-in person of a request, whom Django asks for here with every page."""
        for row in _person().ask(pk=int(user_id)):
            person = assembled(User, row)
            return person if self.user_can_authenticate(person) else None
        return None

    def user_can_authenticate(self, user):
        """Demo accounts, whose password everybody knows, log in nowhere but in the demo; old sessions end too."""
        return super().user_can_authenticate(user) and not (user.is_demo and settings.PRODUCTION)


_PK = -1  # the place of a person's key in the question


@cache
def _person():
    fields = [field.name for field in User._meta.concrete_fields]
    return Written(User.objects.filter(pk=_PK).values(*fields), pk=_PK)
