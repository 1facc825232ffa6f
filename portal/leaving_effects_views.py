"""The page of one notice: what it says, which day is the last, what it does; confirmed here by the coordinators."""

from copy import copy

from django import forms
from django.core.exceptions import PermissionDenied
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from agreements.frame import frame
from agreements.leaving import WHOLE, is_coordinator, may_take_back, others_of, unready
from agreements.leaving_views import seen, url_of
from agreements.models import Document, Termination
from agreements.rows import posted
from lib.forms import VersionedModelForm, answer_form
from portal.leaving_effects import confirm_leaving, coordinates, effects_of, seats_of

TEMPLATE = "portal/leaving_effects.html"


class ConfirmForm(VersionedModelForm):
    """The button, and whether the party's seats end with its last day where it has any that can."""

    end_seats = forms.BooleanField(
        label=gettext_lazy("avsluta partens platser i organen sista dagen"), required=False, initial=True
    )

    class Meta:
        model = Termination
        fields = []

    def limit_choices(self):
        own = [seat for seat in seats_of(self.instance) if not seat.works_elsewhere]
        if self.instance.scope == WHOLE or not own:
            self.fields.pop("end_seats", None)  # a confirmed notice has lost it already

    def save(self, commit=True):
        data = self.cleaned_data
        return confirm_leaving(
            termination=self.instance,
            version=data["version"],
            by=self.scope["user"],
            end_seats=data.get("end_seats", False),
        )


@require_safe
def leaving_effects(request, slug, pk):
    """Read what the notice does before it is confirmed; afterwards what it did."""
    termination = seen(request, slug, pk)
    form = ConfirmForm(instance=copy(termination), user=request.user)
    return render(request, TEMPLATE, {**_context(termination, request.user), "form": form})


@require_POST
def leaving_confirm(request, slug, pk):
    """Confirm the notice; the page comes again where something stands in the way."""
    termination = seen(request, slug, pk)
    if not is_coordinator(request.user, termination.agreement):
        raise PermissionDenied
    form = ConfirmForm(*posted(request), instance=copy(termination), user=request.user)
    done = _("Uppsägningen är bekräftad. Sista dagen är %(day)s.") % {"day": termination.last_day}
    context = _context(termination, request.user)
    return answer_form(request, form, TEMPLATE, context, url=url_of(termination), done=done)


def _context(termination, user):
    slug = termination.agreement.slug
    trail = [
        (_("Process och dokument"), reverse("agreements:process_detail", args=[slug])),
        (_("Uppsägningar"), reverse("agreements:termination_list", args=[slug])),
        (_("Uppsägning av %(party)s") % {"party": termination.party}, ""),
    ]
    days = {row.party_id: row.received_on for row in termination.receipts.all()}
    settled = bool(termination.confirmed_at or termination.withdrawn_on)
    others = [
        (row.name_at_signing, days.get(row.party_id)) for row in others_of(termination.agreement, termination.party)
    ]
    return {
        **frame(termination.agreement, *trail),
        "termination": termination,
        "paper": Document.objects.visible_to(user).filter(pk=termination.document_id).first(),
        "receipts": others,
        "reasons": [] if settled else unready(termination),
        "effects": [] if termination.withdrawn_on else effects_of(termination, user),
        "coordinates": coordinates(termination),
        "coordinator": is_coordinator(user, termination.agreement),
        "can_withdraw": not termination.withdrawn_on and may_take_back(user, termination),
    }
