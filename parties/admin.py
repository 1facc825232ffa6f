"""Maintenance of accounts. Content is never registered here: a system administrator looks after people, not texts."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from parties.accounts import close_account, end_sessions, remove_second_step, reopen_account
from parties.anonymise_admin import anonymise_people
from parties.audit import log
from parties.granting import BY_SYSTEM_ADMINISTRATORS
from parties.models import AuditEvent, Membership, Role, User
from parties.rights import party_group

admin.site.unregister(Group)  # groups are hats; they follow from memberships
admin.site.unregister(EmailAddress)  # a person has one address: the login
admin.site.unregister([Authenticator, SocialAccount, SocialApp, SocialToken, UserSession])  # each person's own

Kind = AuditEvent.Kind
STANDING = ("is_active", "is_staff", "is_superuser")  # what opens or closes, and is changed for a reason that is told
DAYS = ("title", "starts_on", "ends_on")


class MembershipForm(forms.ModelForm):
    """A new role is one that system administrators give. One that exists keeps party and role, and is never prolonged
    where others give it."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            for name in ("party", "role", "starts_on"):
                self.fields[name].disabled = True
        else:
            given = [(role.value, role.label) for role in Role if role in BY_SYSTEM_ADMINISTRATORS]
            self.fields["role"].choices = [("", "---------"), *given]

    def clean_ends_on(self):
        day, before = self.cleaned_data["ends_on"], self.initial.get("ends_on")
        theirs = self.instance.pk and self.instance.role not in BY_SYSTEM_ADMINISTRATORS
        if theirs and before and (day is None or day > before):
            raise ValidationError(_("Rollen ges av organisationens egen administratör, som också förlänger den."))
        return day


class MembershipInline(admin.TabularInline):
    """A person's memberships. The hat follows from party and role; those that exist only get an end."""

    model = Membership
    form = MembershipForm
    fk_name = "user"
    fields = ["party", "role", "title", "starts_on", "ends_on"]
    extra = 0

    def has_add_permission(self, request, obj=None):
        return obj != request.user and super().has_add_permission(request, obj)

    def has_change_permission(self, request, obj=None):
        """Nobody gives or prolongs a role of their own."""
        return obj != request.user and super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        return False


class UserForm(forms.ModelForm):
    """What opens and closes an account is changed for a reason, and never by the person."""

    reason = forms.CharField(
        label=gettext_lazy("Skäl"),
        required=False,
        help_text=gettext_lazy("Anges när kontot stängs eller öppnas, när administrationen eller andra steget ändras."),
    )
    second_step_lost = forms.BooleanField(
        label=gettext_lazy("Ta bort andra steget"),
        required=False,
        help_text=gettext_lazy(
            "För den som har förlorat kodapp, inloggningsnycklar och reservkoder. Kontrollera först vem det är."
        ),
    )
    by = None  # who fills it in; the page says

    class Meta:
        model = User
        fields = ["email", "name", *STANDING]

    def clean_email(self):
        return self.cleaned_data["email"].strip().lower()

    def clean(self):
        data = super().clean()
        changed = [name for name in (*STANDING, "second_step_lost") if name in self.changed_data and self.instance.pk]
        if changed and self.instance == self.by:
            raise ValidationError(_("Du kan inte ändra ditt eget konto, din administration eller ditt andra steg här."))
        if changed and not data.get("reason", "").strip():
            self.add_error("reason", _("Skriv varför kontot ändras."))
        if "is_active" in changed and data["is_active"] and self.instance.anonymised_at:
            self.add_error("is_active", _("Personen är avidentifierad. Bjud in personen på nytt i stället."))
        return data


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    """Persons, without passwords: whoever gets an account chooses one through "Jag har glömt lösenordet"."""

    form = UserForm
    list_display = ["name", "email", "is_active", "is_staff", "last_login"]
    list_filter = ["is_active", "is_staff"]
    search_fields = ["name", "email"]
    fields = ["email", "name", *STANDING, "second_step_lost", "reason"]
    inlines = [MembershipInline]
    actions = [anonymise_people]

    def get_form(self, request, obj=None, **kwargs):
        form = super().get_form(request, obj, **kwargs)
        form.by = request.user  # the class is made anew for each request
        return form

    def save_model(self, request, obj, form, change):
        if not change:
            obj.set_unusable_password()
            super().save_model(request, obj, form, change)
            log(Kind.ACCOUNT, by=request.user, person=obj, about=_("nytt konto"))
            return
        opens = "is_active" in form.changed_data and obj.is_active
        obj.is_active = form.initial["is_active"]
        super().save_model(request, obj, form, change)
        _log_account(request.user, obj, form)
        if "is_active" in form.changed_data:
            decide = reopen_account if opens else close_account
            decide(user=obj, by=request.user, reason=form.cleaned_data["reason"])
        if form.cleaned_data["second_step_lost"]:
            remove_second_step(user=obj, by=request.user, reason=form.cleaned_data["reason"])

    def save_formset(self, request, form, formset, change):
        """New memberships get the hat of their party and role, and who granted them. Each is logged."""
        rows = {row.instance.pk: row for row in formset.initial_forms}
        for membership in formset.save(commit=False):
            if not membership.group_id:
                membership.group = party_group(membership.party, membership.role)
                membership.granted_by = request.user
            before = rows[membership.pk].initial if membership.pk else {}
            membership.save_version(membership.version) if before else membership.save()
            _log_membership(request.user, membership, before, form.cleaned_data["reason"])
        formset.save_m2m()

    def has_delete_permission(self, request, obj=None):
        """Accounts are closed, not deleted: what people did stays readable."""
        return False


def _log_account(by, person, form):
    """A line where the name, the address or the administration changed. With a new address the log-ins end."""
    names = [name for name in ("email", "name", "is_staff", "is_superuser") if name in form.changed_data]
    if not names:
        return
    if "email" in names:
        end_sessions(user=person, by=by, reason=_("Ny adress"))
    changes = {name: [form.initial[name], form.cleaned_data[name]] for name in names if name in STANDING}
    fields = ", ".join(str(User._meta.get_field(name).verbose_name) for name in names)
    log(Kind.ACCOUNT, by=by, person=person, about=fields, changes=changes, reason=form.cleaned_data["reason"])


def _log_membership(by, membership, before, reason):
    kind = Kind.CHANGED if before else Kind.GRANTED
    changes = {name: [str(before.get(name) or ""), str(getattr(membership, name) or "")] for name in DAYS}
    changes = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
    role = membership.get_role_display()
    log(kind, by=by, person=membership.user, party=membership.party, about=role, changes=changes, reason=reason)
