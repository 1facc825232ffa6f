"""The page on which a party administrator hands somebody's work over: choose, read what moves, confirm."""

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lib.forms import clean_data, make_swedish
from lib.web import get_editable
from parties.models import Party, User
from parties.people_views import answer_logged, frame, people_url
from portal.handing_over import hand_over as move
from portal.handing_over import load_of, successors_of

TEMPLATE = "portal/hand_over.html"


class HandOverForm(forms.Form):
    """Who takes over, and how long the one who leaves keeps the roles. ``seen`` says what was shown before."""

    to = forms.ModelChoiceField(User.objects.none(), label=gettext_lazy("efterträdare"))
    last_day = forms.DateField(
        label=gettext_lazy("sista dag för den som slutar"),
        required=False,
        help_text=gettext_lazy("Lämna tomt om rollerna ska upphöra genast."),
    )
    seen = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)

    def __init__(self, data=None, *, successors):
        super().__init__(clean_data(data))
        self.fields["to"].queryset = successors
        for name in ("to", "last_day"):
            make_swedish(self.fields[name])

    def clean_last_day(self):
        day = self.cleaned_data["last_day"]
        if day and day < timezone.localdate():
            raise ValidationError(_("Dagen har redan varit. Ange i dag eller senare, eller lämna tomt."))
        return day


def hand_over(request, key, person):
    """Choose who takes over; the page comes again with what moves, to confirm."""
    party = get_editable(Party.objects, request.user, key=key)
    person = User.objects.filter(pk=person, memberships__party=party).distinct().first()
    if person is None:
        raise Http404
    form = HandOverForm(request.POST or None, successors=successors_of(person, party, by=request.user))
    to = form.cleaned_data["to"] if form.is_valid() else None
    load = load_of(person, party, by=request.user, to=to)
    context = _context(party, person, form, load, to)
    if to and form.cleaned_data["seen"] != load.digest:
        return render(request, TEMPLATE, {**context, "has_changed": form.cleaned_data["seen"]})

    def save():
        return move(person=person, party=party, by=request.user, **form.cleaned_data)

    told = {"to": to and to.name, "person": person.name}
    done = _("%(to)s har tagit över efter %(person)s.") % told
    return answer_logged(request, form, TEMPLATE, context, url=people_url(party), save=save, done=done)


def _context(party, person, form, load, to):
    return {
        **frame(party, (_("Lämna över"), "")),
        "person": person,
        "form": form,
        "load": load,
        "to": to,
        "has_successors": form.fields["to"].queryset.exists(),
    }
