"""Login and permission answers: passwords by Django and allauth, object rights by dated memberships."""

from functools import cache

from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.utils import timezone

from lib.written import Written, assembled
from parties.models import User
from parties.rights import has_object_rights, with_right
from parties.sessions import FIELDS, NEVER, person_beside, worn


class MembershipBackend(AuthenticationBackend):
    """Answers ``user.has_perm(right, obj)`` from the memberships in force today, never from user.groups."""

    def has_perm(self, user, perm, obj=None):
        if obj is None:
            return super().has_perm(user, perm)
        if not user.is_active or not has_object_rights(type(obj)):
            return False
        return with_right(type(obj).objects.filter(pk=obj.pk), user, perm.rpartition(".")[2]).exists()

    def get_user(self, user_id):
        """The signed-in person of a request, with a stamp of today's roles. Django asks with every page."""
        row = person_beside(user_id) or _row_of(int(user_id))
        if row is None:
            return None
        person = assembled(User, row)
        person.roles_stamp = _stamp(person, row["worn"] or [])
        return person if self.user_can_authenticate(person) else None

    def _authenticate_by_email(self, email, password):
        """By the account's own address; allauth would also take one that the person had before."""
        return self._check_password(User.objects.filter(email=email).first(), password)

    def user_can_authenticate(self, user):
        """Demo accounts, whose password everybody knows, log in nowhere but in the demo; old sessions end too."""
        return super().user_can_authenticate(user) and not (user.is_demo and settings.PRODUCTION)


def _stamp(person, groups):
    """What a person's roles of today are known again by: the hats, and whether accounts are looked after."""
    return ",".join([str(int(person.is_staff)), str(int(person.is_superuser)), *map(str, sorted(groups))])


def _row_of(user_id):
    rows = _person().ask(pk=user_id, day=timezone.localdate())
    return rows[0] if rows else None


_PK = -1  # the place of a person's key in the question


@cache
def _person():
    rows = User.objects.filter(pk=_PK).annotate(worn=worn("pk", NEVER))
    return Written(rows.values(*FIELDS, "worn"), pk=_PK, day=NEVER)
