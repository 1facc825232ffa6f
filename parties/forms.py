"""Forms about people: who is invited, and in which role somebody acts between which days."""

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lib import personal_numbers
from lib.forms import VersionedModelForm, clean_data, make_swedish
from parties.granting import MEANINGS
from parties.inviting import tidy
from parties.models import Invitation, Membership, Role, User

DAYS_HELP = {
    "starts_on": gettext_lazy("Lämna tomt om rollen ska gälla genast."),
    "ends_on": gettext_lazy("Lämna tomt om rollen ska gälla tills vidare. Rollen upphör av sig själv efter dagen."),
    "title": gettext_lazy("Till exempel integrationsstrateg. Visas bredvid namnet."),
}


def one_line(text):
    """A name or title as letters and lists can show it. Refuses line breaks, which could pass for a letter's head."""
    if len(text.split("\n")) > 1 or "\t" in text:
        raise ValidationError(_("Skriv på en rad, utan radbrytning."))
    if personal_numbers.find(text):
        raise ValidationError(_("Skriv inget personnummer. Portalen behöver det inte."))
    return text


def role_choices(roles):
    """Each role with what it is for."""
    return [(role.value, f"{role.label.capitalize()}: {MEANINGS[role]}") for role in map(Role, roles)]


class RoleForm(VersionedModelForm):
    """A form about a role; what may be chosen is told by ``roles``."""

    def limit_choices(self):
        if "role" in self.fields:
            self.fields["role"].choices = role_choices(self.scope["roles"])
        for name in {"title", "name"} & self.fields.keys():
            self.fields[name].validators.append(one_line)
        for name in DAYS_HELP.keys() & self.fields.keys():
            self.fields[name].help_text = DAYS_HELP[name]

    def clean(self):
        """Days in the wrong order are told at the last one; what else the rules say comes when it is written."""
        data = super().clean()
        if data.get("starts_on") and data.get("ends_on") and data["ends_on"] < data["starts_on"]:
            self.add_error("ends_on", _("Sista dagen är före den första. Byt plats på dagarna eller rätta en."))
        return data


class InvitationForm(RoleForm):
    class Meta:
        model = Invitation
        fields = ["email", "name", "role", "title", "starts_on", "ends_on"]
        widgets = {"role": forms.RadioSelect}
        help_texts = {
            "email": gettext_lazy("Personens adress i tjänsten. Inbjudan gäller bara den."),
        }

    def clean_email(self):
        return tidy(self.cleaned_data["email"])


class MembershipForm(RoleForm):
    """A new role for somebody who already has one at the party."""

    starts_on = Membership._meta.get_field("starts_on").formfield(required=False, initial=None)

    class Meta:
        model = Membership
        fields = ["role", "title", "starts_on", "ends_on"]
        widgets = {"role": forms.RadioSelect}


class MembershipDatesForm(RoleForm):
    """What can be changed of a role that somebody has: its first day only until it comes."""

    class Meta:
        model = Membership
        fields = ["title", "starts_on", "ends_on"]

    def limit_choices(self):
        super().limit_choices()
        if self.instance.starts_on <= timezone.localdate():
            del self.fields["starts_on"]


class EndForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("skäl"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Personen får läsa det i ett brev, och det står i loggen."),
    )

    def __init__(self, data=None):
        super().__init__(clean_data(data))
        make_swedish(self.fields["reason"])


class AccountForm(forms.Form):
    """The account of somebody who is invited and has none. The address is the invitation's."""

    name = forms.CharField(
        label=gettext_lazy("ditt namn"),
        max_length=User._meta.get_field("name").max_length,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        validators=[one_line],
    )
    password = forms.CharField(
        label=gettext_lazy("välj ett lösenord"),
        strip=False,
        help_text=gettext_lazy("Minst 12 tecken. Välj gärna flera ord som bara du sätter ihop."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}, render_value=False),
    )

    def __init__(self, data=None, *, invitation):
        super().__init__(data, initial={"name": invitation.name})
        self.invitation = invitation

    def clean_name(self):
        return clean_data({"name": self.cleaned_data["name"]})["name"]

    def clean(self):
        data = super().clean()
        if data.get("password"):
            person = User(email=self.invitation.email, name=data.get("name", ""))
            try:
                validate_password(data["password"], person)
            except ValidationError as error:
                self.add_error("password", error)
        return data
