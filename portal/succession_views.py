"""The page on which coordinators let an agreement follow when one of its parties was carried on by another."""

from django import forms
from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.frame import editable_agreement, frame
from agreements.models import Agreement
from lib.forms import answer_form, clean_data, make_swedish
from portal.succession import apply, load_of, pending

MOVES, STAYS = "tar-over", "fortsatter"


class SuccessionForm(forms.Form):
    """From when the successor stands in the agreement, and what it gets; ``seen`` is what was shown.

    Who coordinates is asked where the party that was carried on does: nobody is to get or lose that unawares.
    """

    on = forms.DateField(label=gettext_lazy("från och med"))
    work = forms.BooleanField(
        label=gettext_lazy("det öppna arbetet går till den här efterträdaren"), required=False, initial=True
    )
    coordination = forms.TypedChoiceField(
        label=gettext_lazy("Vem samordnar överenskommelsen?"),
        widget=forms.RadioSelect,
        coerce=lambda choice: choice == MOVES,
        help_text=gettext_lazy("Den som samordnar ändrar överenskommelsen och följer upp den. Bytet gäller genast."),
    )
    seen = forms.CharField(max_length=40, widget=forms.HiddenInput)

    def __init__(self, data=None, *, initial, link, agreement):
        super().__init__(clean_data(data), initial=initial)
        make_swedish(self.fields["on"])
        self.fields["coordination"].choices = [
            (MOVES, _("%(party)s tar över") % {"party": link.successor}),
            (STAYS, _("%(party)s fortsätter") % {"party": link.predecessor}),
        ]
        if agreement.coordinating_party_id != link.predecessor_id:
            del self.fields["coordination"]

    def typed(self):
        return []


def succession_apply(request, slug):
    """The parties that were carried on; with ``?fran=`` and ``?till=`` what moves from one to the other, to confirm."""
    agreement = editable_agreement(request.user, slug)
    links, url = pending(agreement), reverse("portal:succession_apply", args=[slug])
    parties = (_("Parter"), reverse("agreements:accession_list", args=[slug]))
    chosen = request.GET.get("fran"), request.GET.get("till")
    link = next((each for each in links if (each.predecessor.key, each.successor.key) == chosen), None)
    if link is None:
        if request.method == "POST":
            messages.info(request, _("Överenskommelsen har redan följt med, eller så finns ingen sådan efterträdare."))
            return redirect(url)
        context = frame(agreement, parties, (_("Efterträdare"), ""))
        return render(request, "portal/succession_apply.html", {**context, "links": links})
    context = frame(agreement, parties, (_("Efterträdare"), url), (link.successor.name, ""))
    return _answer(request, agreement, link, url, context)


def _answer(request, agreement, link, url, context):
    """What moves from one party to the other, and the form that moves it."""
    load = load_of(agreement, link.predecessor, link.successor, by=request.user)
    initial = {"on": link.happened_on, "seen": load.digest}
    form = SuccessionForm(request.POST or None, initial=initial, link=link, agreement=agreement)
    context |= {"link": link, "load": load, "told": load.told()}

    def save():
        apply(agreement=agreement, old=link.predecessor, new=link.successor, by=request.user, **form.cleaned_data)

    def after(_row):
        stays = Agreement.objects.editable_by(request.user).filter(pk=agreement.pk).exists()
        return url if stays else reverse("portal:work")

    done = _("%(new)s har tagit över efter %(old)s.") % {"new": link.successor, "old": link.predecessor}
    return answer_form(request, form, "portal/succession_apply.html", context, url=after, save=save, done=done)
