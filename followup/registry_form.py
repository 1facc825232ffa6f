"""The registry numbers of a round on one page: a field per authority, saved where it was changed."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from agreements.models import Accession
from followup.models import RegistryNumber, Round
from lib.history import note_beside
from parties.models import Party

LONGEST = RegistryNumber._meta.get_field("number").max_length


class RegistryForm(forms.Form):
    """A field per party, the coordinators' first, each beside a hidden one that says what the page showed.

    Only what differs from that is saved. Where somebody else has written a number meanwhile the field says which, and
    nothing is saved.
    """

    hide_optional = True

    def __init__(self, data=None, *, round):
        super().__init__(data, label_suffix="")
        self.round = round
        self.parties = self._parties(round)
        stored = self._stored()
        for party in self.parties:
            number = stored.get(party.pk, "")
            self.fields[f"was_{party.pk}"] = forms.CharField(
                required=False, initial=number, max_length=LONGEST, widget=forms.HiddenInput
            )
            self.fields[f"party_{party.pk}"] = forms.CharField(
                label=party.name, required=False, initial=number, max_length=LONGEST
            )

    def _parties(self, round):
        board = round.agreement.coordinating_party_id
        parties = Accession.objects.standing().filter(agreement=round.agreement_id).values("party")
        known = Party.objects.filter(pk__in=[board, *self._stored()])
        rows = (known | Party.objects.filter(pk__in=parties)).distinct().order_by("sort_name", "pk")
        return sorted(rows, key=lambda party: party.pk != board)

    def _stored(self):
        """Party → number, as it is now."""
        return dict(RegistryNumber.objects.filter(round=self.round).values_list("party", "number"))

    def save(self):
        """Save what was changed. Raises ValidationError, by field, where a number is another than the page showed."""
        Round.hold(self.round.pk)
        stored, cleaned = self._stored(), self.cleaned_data
        pairs = {party.pk: (cleaned[f"was_{party.pk}"], cleaned[f"party_{party.pk}"]) for party in self.parties}
        changed = {pk: number for pk, (was, number) in pairs.items() if was != number}
        taken = {pk: stored.get(pk, "") for pk in changed if stored.get(pk, "") not in pairs[pk]}
        if taken:
            self._show(taken)
            text = _("Någon har skrivit %(number)s här medan du hade sidan öppen. Spara igen om ditt ska gälla.")
            raise ValidationError({f"party_{pk}": text % {"number": now or _("tomt")} for pk, now in taken.items()})
        for pk, number in changed.items():
            if number:
                RegistryNumber.objects.update_or_create(round=self.round, party_id=pk, defaults={"number": number})
            else:
                RegistryNumber.objects.filter(round=self.round, party=pk).delete()
        names = {party.pk: party.name for party in self.parties}
        told = [f"{names[pk]}: {stored.get(pk) or _('tomt')} → {number or _('tomt')}" for pk, number in changed.items()]
        note_beside(self.round, told and [_("Diarienummer %s") % ", ".join(told)])

    def _show(self, taken):
        """The page that comes again has seen what is stored."""
        self.data = self.data.copy()
        for pk, number in taken.items():
            self.data[f"was_{pk}"] = number
