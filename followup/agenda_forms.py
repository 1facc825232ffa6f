"""Forms for a matter on an agenda."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from followup.agenda import agreements_of, code_of, linked_to, set_links, subjects_for
from governance.assigning import STEP, last_order
from governance.models import AgendaItem, Meeting
from lib.forms import Checkboxes, VersionedModelForm


class ItemForm(VersionedModelForm):
    """A matter: what it is called, what it is about, and what is proposed.

    Scope: ``meeting``, ``user`` and ``seen_from``, the agreement whose pages the person is on.
    """

    about = forms.MultipleChoiceField(
        label=_("vad punkten gäller"),
        required=False,
        widget=Checkboxes,
        help_text=_("Länkas i dagordningen. Bara den som får läsa saken ser länken."),
    )
    field_order = ["title", "kind", "agreement", "about"]

    class Meta:
        model = AgendaItem
        fields = ["title", "kind", "agreement", "text", "proposed_decision", "notes"]
        help_texts = {
            "kind": _("Vad organet ska göra med punkten."),
            "text": _("Bakgrunden i några meningar. Alla som får kallelsen läser den."),
            "proposed_decision": _("Skriv så att det går att besluta ordagrant. Börja med ett verb: fastställer, ger."),
        }

    def limit_choices(self):
        meeting, user = self.scope["meeting"], self.scope["user"]
        self._limit_agreements(meeting, user)
        self.subjects = subjects_for(meeting, user)
        known = {code for _label, choices in self.subjects for code, _name in choices}
        linked = [] if self.is_new else linked_to(self.instance, user)
        if others := [pair for pair in linked if pair[0] not in known]:
            self.subjects.append((_("Redan länkat"), others))
        self.fields["about"].choices = self.subjects
        if not self.is_new:
            self.initial.setdefault("about", [code for code, _name in linked])
        if not self.subjects:
            del self.fields["about"]
        if meeting.held_on > timezone.localdate() and not self.instance.notes:
            del self.fields["notes"]

    def _limit_agreements(self, meeting, user):
        """Only a body above several agreements has something to choose; one that may not be read stays as it is."""
        agreements = agreements_of(meeting, user)
        chosen = self.instance.agreement_id
        self.fields["agreement"].queryset = agreements
        if self.is_new:
            self.initial.setdefault("agreement", self.scope["seen_from"].pk)
        if len(agreements) == 1 and self.is_new:
            self.instance.agreement = agreements[0]
        if len(agreements) <= 1 or (chosen and not agreements.filter(pk=chosen).exists()):
            del self.fields["agreement"]

    def stored(self, row):
        links = [code_of(link.subject) for link in row.links.all()] if isinstance(row, AgendaItem) else []
        return {**super().stored(row), "about": links}

    def save(self, commit=True):
        """Save within the caller's transaction; a new matter comes last. Raises Frozen where the notes are finished."""
        item = self.instance
        Meeting.hold_open(item.meeting_id)
        if self.is_new:
            item.order = last_order(item.meeting) + STEP
        item._history_user = self.scope["user"]
        super().save()
        offered = {code for _label, choices in self.subjects for code, _name in choices}
        set_links(item, set(self.cleaned_data.get("about", ())), offered=offered)
        return item
