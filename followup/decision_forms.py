"""Forms for what a meeting decides on a matter, one for each kind of decision, and for what was only said."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from actionplans.models import Edition
from agreements.models import Accession
from followup.agenda import agreements_of
from followup.deciding import editions_to_adopt, groups_to_fill, record, rounds_to_note, why_undecided
from governance.models import AgendaItem, Assignment, Body, Decision, Mandate, Meeting
from lib.forms import Checkboxes, VersionedModelForm, clean_data, make_swedish
from parties.models import Party

EVERY_PARTY = "alla"
STEMS = ("part-", "organ-")  # how the codes of parties and bodies begin
TITLE_MAX = Decision._meta.get_field("title").max_length


class NotesForm(VersionedModelForm):
    """What was said on a matter. Also a meeting that cannot decide has notes."""

    kind, label, button = "", _("Bara anteckning"), _("Spara anteckningen")

    class Meta:
        model = AgendaItem
        fields = ["notes"]

    @classmethod
    def of(cls, data, item, user):
        return cls(data, instance=item, user=user)

    @classmethod
    def is_open_for(cls, item, user):
        return True

    def save(self, commit=True):
        Meeting.hold_open(self.instance.meeting_id)
        self.instance._history_user = self.scope["user"]
        return super().save()


class DecisionForm(forms.Form):
    """A decision without effect of its own; the other kinds add what theirs needs."""

    kind, label, button = Decision.Kind.OTHER, _("Annat beslut"), _("Anteckna beslutet")
    title = forms.CharField(label=_("beslut"), max_length=TITLE_MAX, help_text=_("Så som det ska stå i protokollet."))
    text = forms.CharField(label=_("motivering eller villkor"), max_length=4000, required=False, widget=forms.Textarea)
    registry_number = forms.CharField(label=_("diarienummer"), max_length=60, required=False)

    def __init__(self, data=None, *, item, user):
        super().__init__(clean_data(data))
        self.item, self.user = item, user
        self.initial["title"] = self.proposal()
        for field in self.fields.values():
            make_swedish(field)
        self.limit_choices()

    @classmethod
    def of(cls, data, item, user):
        return cls(data, item=item, user=user)

    @classmethod
    def is_open_for(cls, item, user):
        """Whether the matter can be decided in this way by its meeting."""
        return True

    def limit_choices(self):
        """Narrow what can be chosen to what the matter is about."""

    def proposal(self):
        """What the decision says unless it is written anew: what the agenda proposed."""
        proposed = " ".join(self.item.proposed_decision.split())
        return proposed if 0 < len(proposed) <= TITLE_MAX else self.wording()

    def wording(self):
        """What it says where the agenda proposed nothing."""
        return self.item.title

    def effect(self):
        """What ``record`` needs to carry it out."""
        return {}

    def save(self):
        values = {name: self.cleaned_data[name] for name in ("title", "text", "registry_number")}
        record(item=self.item, kind=self.kind, by=self.user, **values, **self.effect())
        return self.item


class AdoptForm(DecisionForm):
    """Adopt an edition that the matter is about, as it was shown."""

    kind, label, button = Decision.Kind.ADOPT_EDITION, _("Fastställ plan"), _("Fastställ planen")
    edition = forms.ModelChoiceField(Edition.objects.none(), label=_("version"), empty_label=None)
    field_order = ["edition"]

    @classmethod
    def is_open_for(cls, item, user):
        return editions_to_adopt(item, user).exists()

    def limit_choices(self):
        self.editions = list(editions_to_adopt(self.item, self.user))
        self.fields["edition"].queryset = editions_to_adopt(self.item, self.user)
        self.fields["edition"].initial = self.editions[0] if self.editions else None

    def shown(self):
        """The editions with the stamp each is shown with now, for the page."""
        return [(edition, f"stampel-{edition.pk}", edition.stamp) for edition in self.editions]

    def wording(self):
        edition = editions_to_adopt(self.item, self.user).first()
        return gettext("Fastställer %(edition)s") % {"edition": edition} if edition else super().wording()

    def effect(self):
        edition = self.cleaned_data["edition"]
        return {"edition": edition, "stamp": self.data.get(f"stampel-{edition.pk}", "")}


class NoteForm(DecisionForm):
    """Note the follow-up of the rounds that the matter is about."""

    kind, label, button = Decision.Kind.NOTE_FOLLOW_UP, _("Notera uppföljning"), _("Notera uppföljningen")

    @classmethod
    def is_open_for(cls, item, user):
        return rounds_to_note(item, user).exists()

    def limit_choices(self):
        self.unclosed = [round for round in rounds_to_note(self.item, self.user) if not round.closed_at]

    def wording(self):
        labels = ", ".join(round.label for round in rounds_to_note(self.item, self.user))
        return gettext("Noterar uppföljningen %(labels)s") % {"labels": labels}

    def effect(self):
        return {"rounds": list(rounds_to_note(self.item, self.user))}


class AssignForm(DecisionForm):
    """Give parties and bodies something to do, until a day."""

    kind, label, button = Decision.Kind.ASSIGNMENT, _("Ge uppdrag"), _("Ge uppdraget")
    task = forms.CharField(
        label=_("uppdrag"),
        max_length=Assignment._meta.get_field("text").max_length,
        widget=forms.Textarea,
        help_text=_("Vad den som får uppdraget ska göra. Står i Mitt arbete hos dem tills organet avslutar det."),
    )
    receivers = forms.MultipleChoiceField(
        label=_("vilka får uppdraget"), widget=Checkboxes, help_text=_("Var och en får ett eget uppdrag och ett brev.")
    )
    due_on = forms.DateField(label=_("klart senast"), required=False)
    field_order = ["title", "task", "receivers", "due_on"]

    def limit_choices(self):
        agreements = self._agreements()
        self.rows = {f"organ-{row.pk}": row for row in _bodies(agreements)}
        self.rows |= {f"part-{row.pk}": row for row in _parties(agreements)}
        codes = {stem: [(code, row.name) for code, row in self.rows.items() if code.startswith(stem)] for stem in STEMS}
        everybody = (EVERY_PARTY, gettext("Alla parter i överenskommelsen"))
        groups = [(_("Parter"), [everybody, *codes["part-"]]), (_("Organ"), codes["organ-"])]
        self.fields["receivers"].choices = [(label, choices) for label, choices in groups if choices]
        self.initial["task"] = self.item.proposed_decision[:500]

    def _agreements(self):
        own = agreements_of(self.item.meeting, self.user)
        return own.filter(pk=self.item.agreement_id) if self.item.agreement_id else own

    def clean_due_on(self):
        day = self.cleaned_data["due_on"]
        if day and day < self.item.meeting.held_on:
            raise ValidationError(_("Dagen är före mötet. Ange en dag efter %(day)s."), params={"day": self._met_on()})
        return day

    def _met_on(self):
        return self.item.meeting.held_on.isoformat()

    def effect(self):
        codes = self.cleaned_data["receivers"]
        everybody = EVERY_PARTY in codes
        chosen = [row for code, row in self.rows.items() if code in codes or (everybody and code.startswith("part-"))]
        return {"receivers": chosen, "task": self.cleaned_data["task"], "due_on": self.cleaned_data["due_on"]}


class FillForm(DecisionForm):
    """Appoint a group that the agreement wants and that does not exist."""

    kind, label, button = Decision.Kind.FILL_GROUP, _("Utse grupp som saknas"), _("Utse gruppen")
    mandate = forms.ModelChoiceField(Mandate.objects.none(), label=_("grupp"))
    field_order = ["mandate"]

    @classmethod
    def is_open_for(cls, item, user):
        return groups_to_fill(item, user).exists()

    def limit_choices(self):
        self.fields["mandate"].queryset = groups_to_fill(self.item, self.user)
        self.fields["mandate"].label_from_instance = lambda row: f"{row.body}, {row.agreement.short_name}"

    def effect(self):
        return {"mandate": self.cleaned_data["mandate"]}


class WordingForm(VersionedModelForm):
    """How a decision is put down. What followed from it stays; another decision changes that."""

    class Meta:
        model = Decision
        fields = ["paragraph", "title", "text", "registry_number"]

    def save(self, commit=True):
        Meeting.hold_open(self.instance.meeting_id)
        self.instance._history_user = self.scope["user"]
        return super().save()


KINDS = {
    "plan": AdoptForm, "uppfoljning": NoteForm, "uppdrag": AssignForm, "grupp": FillForm, "annat": DecisionForm,
    "anteckning": NotesForm,
}  # fmt: skip


def kinds_for(item, user):
    """Word in the address → the form, of what the matter's meeting can do; a meeting that cannot decide takes notes."""
    if why_undecided(item.meeting):
        return {"anteckning": NotesForm}
    return {word: form for word, form in KINDS.items() if form.is_open_for(item, user)}


def likely_kind(item, kinds):
    """What the secretary most likely wants to write about the matter: what it is about says."""
    wanted = ["plan", "uppfoljning", "annat" if item.kind == AgendaItem.Kind.DECISION else "anteckning", "anteckning"]
    return next(word for word in wanted if word in kinds)


def form_for(item, user, word, data, *, former=None):
    """What the page of a decision shows: ``kinds``, the ``word`` of the open one, its ``form``, what goes ``beside``.

    ``data`` is sent to be saved; or, where it was typed under the ``former`` kind, comes along to this one.
    """
    kinds = kinds_for(item, user)
    word = word if word in kinds else likely_kind(item, kinds)
    is_changed = former in kinds
    form = kinds[word].of(None if is_changed else data or None, item, user)
    typed = _typed_in(kinds[former].of(None, item, user) if is_changed else form, clean_data(data))
    if is_changed:
        _carry_over(typed, form)
    others = sorted(typed.keys() - form.fields.keys())  # no field for them here; hidden until there is one
    beside = [(name, value) for name in others for value in typed[name]]
    return {"kinds": [(code, kind.label) for code, kind in kinds.items()], "word": word, "form": form, "beside": beside}


def _typed_in(was, data):
    """Name → values of what was typed in the form ``was`` or goes along with it, but not what it proposed itself."""
    names = set().union(*(form.base_fields for form in KINDS.values())) & data.keys()
    is_typed = {name: name == "version" or data[name] != str(was.initial.get(name, "")) for name in names}
    return {name: data.getlist(name) for name in sorted(names) if is_typed[name]}


def _carry_over(typed, form):
    """Put what was ``typed`` under another kind of decision into a ``form`` that is not sent yet."""
    for name in typed.keys() & form.fields.keys():
        is_several = isinstance(form.fields[name], forms.MultipleChoiceField)
        form.initial[name] = typed[name] if is_several else typed[name][-1]


def _bodies(agreements):
    working = Body.objects.exclude(state__in=[Body.State.PLANNED, Body.State.DISSOLVED, Body.State.COMPLETED])
    return working.filter(mandates__agreement__in=agreements.values("pk")).distinct()


def _parties(agreements):
    standing = Accession.objects.standing().filter(agreement__in=agreements.values("pk"))
    return Party.objects.filter(pk__in=standing.values("party")).order_by("sort_name")
