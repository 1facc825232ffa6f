"""What the list of agreements can be narrowed by."""

from django import forms
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement
from lib.swedish import fold
from parties.models import County


def counties():
    return [("", _("Alla län")), *County.objects.values_list("code", "name")]


class AgreementFilter(forms.Form):
    q = forms.CharField(label=_("Ord i titeln"), required=False, max_length=200)
    lan = forms.ChoiceField(label=_("Län"), choices=counties, required=False)
    status = forms.ChoiceField(label=_("Status"), choices=[("", _("Alla")), *Agreement.Status.choices], required=False)

    def apply(self, agreements):
        """The agreements that fit; a field that cannot be read narrows nothing and says why."""
        self.full_clean()
        for word in fold(self.cleaned_data.get("q", "")).split():
            agreements = agreements.filter(search_text__contains=word)
        if self.cleaned_data.get("lan"):
            agreements = agreements.filter(county__code=self.cleaned_data["lan"])
        if self.cleaned_data.get("status"):
            agreements = agreements.filter(status=self.cleaned_data["status"])
        return agreements
