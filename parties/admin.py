"""Maintenance of accounts. Content is never registered here: a system administrator looks after people, not texts."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.models import Group

from parties.models import Membership, User
from parties.rights import party_group

admin.site.unregister(Group)  # groups are hats; they follow from memberships
admin.site.unregister(EmailAddress)  # a person has one address: the login
admin.site.unregister([Authenticator, SocialAccount, SocialApp, SocialToken, UserSession])  # each person's own


class MembershipInline(admin.TabularInline):
    """A person's memberships. The hat follows from party and role; those that exist only get an end."""

    model = Membership
    fk_name = "user"
    fields = ["party", "role", "title", "starts_on", "ends_on"]
    extra = 0

    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    """Persons, without passwords: whoever gets an account chooses one through "Jag har glömt lösenordet"."""

    list_display = ["name", "email", "is_active", "is_staff", "last_login"]
    list_filter = ["is_active", "is_staff"]
    search_fields = ["name", "email"]
    fields = ["email", "name", "is_active", "is_staff", "is_superuser"]
    inlines = [MembershipInline]

    def save_model(self, request, obj, form, change):
        obj.email = obj.email.strip().lower()
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)

    def save_formset(self, request, form, formset, change):
        """New memberships get the hat of their party and role, and who granted them."""
        for membership in formset.save(commit=False):
            if not membership.group_id:
                membership.group = party_group(membership.party, membership.role)
                membership.granted_by = request.user
            membership.save()
        formset.save_m2m()

    def has_delete_permission(self, request, obj=None):
        """Accounts are closed, not deleted: what people did stays readable."""
        return False
