"""Login and permission answers: passwords by Django and allauth, object rights by dated memberships."""

from allauth.account.auth_backends import AuthenticationBackend

from guardian.utils import get_group_obj_perms_model

from parties.rights import with_right


class MembershipBackend(AuthenticationBackend):
    """Answers ``user.has_perm(right, obj)`` from the memberships in force today, never from user.groups."""

    def has_perm(self, user, perm, obj=None):
        if obj is None or not user.is_active:
            return super().has_perm(user, perm, obj)
        model = type(obj)
        if (
            not hasattr(model, "_meta")
            or not get_group_obj_perms_model(model).content_object.field.related_model == model
        ):
            return False
        return with_right(model._base_manager.filter(pk=obj.pk), user, perm.rpartition(".")[2]).exists()
