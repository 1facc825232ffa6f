"""The forms of what each party decided: one party, several at once in a table, and a party that joins later."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements import lifecycle
from agreements.acceding import join_agreement, note_answer, problem_of_answering, refuse_days, waiting_in
from agreements.ending import refuse_over
from agreements.models import Accession
from agreements.paper_forms import DecisionForm, not_ahead
from lib.db import Frozen, VersionConflict
from lib.forms import VersionedModelForm, make_swedish
from parties.models import Party

Signature = Accession.SignatureStatus
DECIDED = ["decided_by", "decided_on", "decision_paragraph", "registry_number"]
SIGNED = ["signed_on", "signed_place", "signatory_name", "signatory_title"]


class AnswerForm(VersionedModelForm):
    """What one party answered. The rules hold in the form of one party as in the table of many.

    The style sheet hides the boxes that the chosen answer has no use for, as long as they are empty.
    """

    class Meta:
        model = Accession
        fields = ["signature_status", *DECIDED, *SIGNED]

    def limit_choices(self):
        super().limit_choices()
        self.was = self.instance.signature_status
        if answer := self.fields.get("signature_status"):
            answer.label = _("partens svar")
            answer.choices = [
                (Signature.PENDING, _("Väntar")),
                (Signature.SIGNED, _("Undertecknar")),
                (Signature.DECLINED, _("Avstår")),
            ]
            self.initial["signature_status"] = self.stored(self.instance)["signature_status"]
        self._tell_empty_boxes()

    def _tell_empty_boxes(self):
        """A box with a placeholder can be asked by the style sheet whether it is empty."""
        for name in (*DECIDED, *SIGNED):
            if name in self.fields:
                self.fields[name].widget.attrs.setdefault("placeholder", " ")

    def stored(self, row):
        """What the fields hold in a row; of whom nothing is known, the answer is waited for."""
        status = Signature.PENDING if row.signature_status == Signature.UNKNOWN else row.signature_status
        return super().stored(row) | {"signature_status": status}

    def clean_decided_on(self):
        return not_ahead(self.cleaned_data["decided_on"])

    def clean_signed_on(self):
        return not_ahead(self.cleaned_data["signed_on"])

    def clean(self):
        """Who signs does so on a day, and not before it was decided; who does not sign has no such day."""
        super().clean()
        data = self.cleaned_data
        signed, decided = data.get("signed_on"), data.get("decided_on")
        if data.get("signature_status") == Signature.SIGNED:
            if not signed and "signed_on" not in self.errors:
                self.add_error("signed_on", _("Fyll i vilken dag parten undertecknade."))
            if signed and decided and signed < decided:
                self.add_error("signed_on", _("Underskriften är före partens eget beslut. Kontrollera datumen."))
        elif signed:
            self.add_error("signed_on", _("Bara den som undertecknar har ett underskriftsdatum. Ta bort det."))

    def save(self, commit=True):
        """Raises ValidationError where the agreement's state or life does not allow it, and what forms raise."""
        agreement = lifecycle.hold(self.instance.agreement)
        if problem := problem_of_answering(agreement):
            raise ValidationError(problem)
        refuse_days(agreement, days={"signed_on": self.cleaned_data.get("signed_on")})
        row = super().save()
        row.agreement = agreement
        note_answer(row, was=self.was, by=self.scope["user"])
        return row


class AccessionDecideForm(AnswerForm, DecisionForm):
    """A party's own decision: who decided, who signed, with which reservation, and whom it is represented by."""

    fieldsets = (
        (gettext_lazy("Partens eget beslut"), [*DECIDED, "document", "paper", "paper_is_public"], False),
        (gettext_lazy("Underskrift"), SIGNED, False),
        (gettext_lazy("Om någon annan företräder parten"), ["represented_by", "representation"], True),
    )
    field_order = ("version", "signature_status", "reservation")

    class Meta(AnswerForm.Meta):
        fields = [
            "signature_status", "reservation", *DECIDED, "document", *SIGNED, "represented_by", "representation",
        ]  # fmt: skip
        help_texts = {
            "reservation": gettext_lazy("Det parten vill ha antecknat. Visas på sidan Parter."),
            "decided_by": gettext_lazy("Till exempel kommunstyrelsen."),
            "signed_on": gettext_lazy("När underskriften är sparad kan svaret inte längre ändras."),
            "represented_by": gettext_lazy("Den som beslutar eller undertecknar för partens räkning."),
        }

    def limit_choices(self):
        super().limit_choices()
        if "represented_by" in self.fields:
            self.fields["represented_by"].queryset = Party.objects.exclude(pk=self.instance.party_id)

    def clean(self):
        super().clean()
        check_representation(self)

    def save(self, commit=True):
        if "document" in self.fields:
            self.instance.document = self.keep_paper(_("Beslut, %(party)s") % {"party": self.instance})
        return super().save()


class AccessionJoinForm(DecisionForm):
    """A party that joins later, or somebody who supports the agreement without being party to it."""

    fieldsets = (
        (gettext_lazy("Eget beslut"), [*DECIDED, "document", "paper", "paper_is_public"], False),
        (gettext_lazy("Underskrift"), SIGNED, False),
        (gettext_lazy("Om någon annan företräder parten"), ["represented_by", "representation"], True),
    )
    field_order = ("party", "role", "joined_on", "reservation")

    class Meta:
        model = Accession
        fields = [
            "party", "role", "joined_on", "reservation", *DECIDED, "document", *SIGNED, "represented_by",
            "representation", "note",
        ]  # fmt: skip
        help_texts = {
            "role": gettext_lazy("En part är bunden. Den som stödjer överenskommelsen är inte part."),
            "joined_on": gettext_lazy("Dagen då överenskommelsen börjar gälla för den som ansluter sig."),
            "signed_on": gettext_lazy("När underskriften är sparad kan anslutningen inte längre ändras."),
        }

    def limit_choices(self):
        super().limit_choices()
        there = Accession.objects.filter(agreement=self.scope["agreement"])
        self.fields["party"].queryset = Party.objects.exclude(pk__in=there.values("party"))
        self.fields["party"].label = _("organisation")

    def clean_signed_on(self):
        return not_ahead(self.cleaned_data["signed_on"])

    def clean(self):
        """A party joins from a day on."""
        super().clean()
        data = self.cleaned_data
        is_party = data.get("role") == Accession.Role.SIGNATORY
        if is_party and not data.get("joined_on") and "joined_on" not in self.errors:
            self.add_error("joined_on", _("Fyll i från vilken dag parten är ansluten."))
        if data.get("signed_on") and data.get("decided_on") and data["signed_on"] < data["decided_on"]:
            self.add_error("signed_on", _("Underskriften är före partens eget beslut. Kontrollera datumen."))
        check_representation(self)

    def save(self, commit=True):
        """Raises ValidationError where nobody can join any more, or not on that day."""
        data, row = self.cleaned_data, self.instance
        row.agreement = lifecycle.hold(self.scope["agreement"])
        if problem := problem_of_answering(row.agreement):
            raise ValidationError(problem)
        refuse_over(row.agreement)
        refuse_days(row.agreement, days={name: data.get(name) for name in ("joined_on", "signed_on")})
        row.name_at_signing = row.party.name
        row.signature_status = Signature.SIGNED if data["signed_on"] else Signature.PENDING
        if row.role != Accession.Role.SIGNATORY and not data["signed_on"]:
            row.signature_status = Signature.UNKNOWN  # who only supports need not sign
        row.document = self.keep_paper(_("Beslut, %(party)s") % {"party": row.party})
        row.order = 1 + max(
            Accession.objects.filter(agreement=row.agreement).values_list("order", flat=True), default=0
        )
        return join_agreement(row, by=self.scope["user"])


def check_representation(form):
    """Who is represented is so in some way, and by somebody."""
    data = form.cleaned_data
    if bool(data.get("represented_by")) != bool(data.get("representation")):
        missing = "representation" if data.get("represented_by") else "represented_by"
        form.add_error(missing, _("Fyll i både vem som företräder parten och hur."))


# --- Several at once --------------------------------------------------------------------------------------------------

COMMON = ["signature_status", "decided_by", "signed_on", "signed_place", "signatory_title"]


class CommonForm(forms.Form):
    """What several parties have in common, to be put where nothing is filled in."""

    signature_status = forms.ChoiceField(
        label=gettext_lazy("svar"),
        required=False,
        choices=[("", gettext_lazy("Lämna")), ("signed", gettext_lazy("Undertecknar"))],
    )
    decided_by = forms.CharField(label=gettext_lazy("beslutat av"), required=False, max_length=120)
    signed_on = forms.DateField(label=gettext_lazy("undertecknad"), required=False)
    signed_place = forms.CharField(label=gettext_lazy("ort"), required=False, max_length=80)
    signatory_title = forms.CharField(label=gettext_lazy("titel"), required=False, max_length=120)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, each in self.fields.items():
            if name != "signature_status":
                make_swedish(each)


class LineForm(AnswerForm):
    """A line of the table, whole also where the party has signed since it was shown; asked anew when it is saved."""

    def _leave_out_frozen(self):
        pass

    def limit_choices(self):
        """Every text gets one line, for the sake of the table."""
        super().limit_choices()
        for each in self.fields.values():
            if isinstance(each.widget, forms.Textarea):
                each.widget = forms.TextInput()
        self._tell_empty_boxes()

    def written(self):
        """The fields of a valid line that I wrote in since it was shown, whatever others have saved meanwhile."""
        is_moved_on = "version" in self.changed_data
        read = is_moved_on and self.instance.history.filter(version=self.cleaned_data["version"]).first()
        before = self.stored(read.instance) if read else self.initial
        names = [name for name in self.fields if name != "version"]
        return [name for name in names if self.fields[name].has_changed(before.get(name), self[name].data)]


class AnswerTable:
    """The answers of all parties that have not signed, a line each, saved all or none.

    ``lines`` are LineForms. A line that nobody wrote in is left alone; one that was sent is answered for also where
    somebody else let the party sign meanwhile. ``gone`` tells what stood in lines whose party somebody else removed.
    """

    def __init__(self, agreement, user, data=None):
        self.common = CommonForm(data, prefix="alla")
        scope = {"agreement": agreement, "user": user}
        there = Accession.objects.filter(agreement=agreement)
        sent = [key for key in there.values_list("pk", flat=True) if f"part-{key}-version" in data] if data else []
        rows = (waiting_in(agreement) | there.filter(pk__in=sent)).select_related("party", "agreement__county")
        self.lines = [LineForm(data, instance=row, prefix=f"part-{row.pk}", **scope) for row in rows]
        self.gone = _gone(agreement, data, {*sent, *(row.pk for row in rows)}) if data else []

    @property
    def errors(self):
        return bool(self.gone) or any(line.errors for line in self.lines)

    def filled(self, data):
        """The same table, unsaved, with what is common where a line has nothing; invalid as it may be."""
        data = data.copy()
        for line in self.lines:
            for name in COMMON:
                there, common = line.add_prefix(name), data.get(self.common.add_prefix(name), "")
                if common and data.get(there, "") in ("", Signature.PENDING):
                    data[there] = common
        return data

    def is_valid(self):
        return all([line.is_valid() for line in self.lines]) and not self.gone

    def save(self):
        """How many lines were saved; None, and nothing saved, where some line could not be: it says why."""
        changed = [line for line in self.lines if line.written()]
        try:
            with transaction.atomic():
                for line in changed:
                    _save(line)
        except Refused:
            return None
        return len(changed)


def _gone(agreement, data, there):
    """Of parties that somebody else removed: that they are, and what stood in their lines. Empty lines go untold."""
    sent = {int(name.split("-")[1]) for name in data if re.fullmatch(r"part-[0-9]{1,18}-version", name)}
    names = Accession.history.filter(agreement=agreement.pk, id__in=sent - there).order_by("history_id")
    told = []
    for key, party in dict(names.values_list("id", "name_at_signing")).items():
        written = {name: data.get(f"part-{key}-{name}", "").strip() for name in LineForm._meta.fields}
        answer = written.pop("signature_status")
        if answer in (Signature.SIGNED, Signature.DECLINED):
            written["answer"] = Signature(answer).label.lower()
        if words := ", ".join(filter(None, written.values())):
            text = _("%(party)s har tagits bort ur överenskommelsen av någon annan. I raden stod: %(words)s.")
            told.append(text % {"party": party, "words": words})
    return told


class Refused(Exception):
    """A line could not be saved, so none is."""


def _save(line):
    try:
        with transaction.atomic():
            line.save()
    except VersionConflict as conflict:
        _show_stored(line, conflict.current)
    except Frozen as frozen:
        line.add_error(None, str(frozen))
    except ValidationError as error:
        for name, texts in getattr(error, "message_dict", {None: error.messages}).items():
            line.add_error(name if name in line.fields else None, texts)
    else:
        return
    raise Refused


def _show_stored(line, current):
    """Say what somebody else saved meanwhile; sent again, what I wrote in the line replaces it, unless it is signed."""
    told = [current.get_signature_status_display(), current.decided_by, current.signed_on, current.signatory_name]
    stored = ", ".join(str(part) for part in told if part)
    text = _("Någon annan sparade raden medan du skrev: %(stored)s.") % {"stored": stored}
    if current.is_stored_frozen():
        line.add_error(None, f"{text} {_('Den kan inte ändras. Töm den och spara de andra.')}")
        return
    line.add_error(None, f"{text} {_('Spara igen om det du skrev ska gälla.')}")
    mine, line.data = line.written(), line.data.copy()
    for name, value in (line.stored(current) | {"version": current.version}).items():
        if name in line.fields and name not in mine:
            line.data[line.add_prefix(name)] = line.fields[name].widget.format_value(value) or ""
