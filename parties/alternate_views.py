"""The page on which a party administrator lets a colleague stand in for somebody who is away."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lib.forms import clean_data, make_swedish
from lib.web import get_editable
from parties.models import Membership, User
from parties.people_views import answer_logged, frame, people_url
from parties.standing_in import colleagues_of, name_alternate


class AlternateForm(forms.Form):
    """Who stands in, and between which days."""

    colleague = forms.ModelChoiceField(User.objects.none(), label=gettext_lazy("ersättare"))
    starts_on = forms.DateField(label=gettext_lazy("från och med"))
    ends_on = forms.DateField(
        label=gettext_lazy("till och med"), help_text=gettext_lazy("Rollen upphör av sig själv efter den dagen.")
    )

    def __init__(self, data=None, *, colleagues):
        super().__init__(clean_data(data))
        self.fields["colleague"].queryset = colleagues
        for field in self.fields.values():
            make_swedish(field)


def membership_alternate(request, key, pk):
    """Choose who stands in for a membership of the party, and between which days."""
    rows = Membership.objects.select_related("user", "party")
    membership = get_editable(rows, request.user, party__key=key, pk=pk)
    colleagues = colleagues_of(membership, by=request.user)
    form = AlternateForm(request.POST or None, colleagues=colleagues)
    context = {
        **frame(membership.party, (_("Ersättare"), "")),
        "membership": membership,
        "has_colleagues": colleagues.exists(),
        "others": membership.alternates.select_related("user").order_by("-starts_on", "-pk"),
    }

    def save():
        return name_alternate(membership=membership, by=request.user, **form.cleaned_data)

    url, done = people_url(membership.party), _("Ersättaren är utsedd.")
    return answer_logged(request, form, "parties/membership_alternate.html", context, url=url, save=save, done=done)
