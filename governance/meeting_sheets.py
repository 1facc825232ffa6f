"""The sheets of the bodies at work: when they meet, what stands on the agenda, what they decide and whom they ask."""

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from governance.importing import GovernanceSheet, bodies
from governance.models import AgendaItem, Assignment, Decision, Meeting, Record


class MeetingResource(GovernanceSheet):
    name = _("Möten")
    about = _(
        "Organens möten. Dagordning och beslut läses först av organet och parterna, av alla när de är publicerade."
    )
    ordering = ("held_on", "body__key", "key")

    class Meta:
        model = Meeting
        fields = (
            "body", "key", "held_on", "starts_at", "ends_at", "place", "minutes", "note", "registry_number", "quorum",
            "called_at", "ended_at", "published_at",
        )  # fmt: skip

    OPENED = {"registry_number", "quorum"}  # read by those to whom the meeting is opened

    def texts(self, meeting, columns=None):
        texts = super().texts(meeting, columns)
        if self.run.user is None or meeting._state.adding or meeting.pk in self.run.memo("opened", self._opened):
            return texts
        return {column: "" if column.attribute in self.OPENED else text for column, text in texts.items()}

    def _opened(self):
        return set(Meeting.objects.opened_to(self.run.user).values_list("pk", flat=True))

    def check(self, meeting):
        """What only happens at or after a meeting is not told of one that is still ahead."""
        if meeting.held_on > timezone.localdate():
            for name in ("ended_at", "published_at"):
                if getattr(meeting, name):
                    raise ValidationError({name: _("Mötet har inte hållits än. Töm cellen eller rätta mötesdagen.")})

    def _save(self, meeting):
        changed = {column.attribute for column in self.changed}
        for name in ("called", "published"):
            if f"{name}_at" in changed:
                setattr(meeting, f"{name}_by", self.run.user if getattr(meeting, f"{name}_at") else None)
        super()._save(meeting)


class OfMeetingResource(GovernanceSheet):
    """Rows of what was said and decided in a meeting: they stand once its minutes are finished."""

    class Meta:
        abstract = True

    def check(self, row):
        finished = self.run.memo("finished", self._finished) if self.run.user is not None else ()
        if row.meeting_id in finished:
            raise ValidationError({"meeting": _("Mötets anteckningar är färdiga. Lämna raden som den är.")})

    def _finished(self):
        return set(Record.objects.frozen().filter(meeting__body__in=bodies(self.run)).values_list("meeting", flat=True))


class AgendaItemResource(OfMeetingResource):
    name = _("Dagordningar")
    about = _("Punkterna på mötenas dagordningar. Punkter som följer upp ett uppdrag kommer av sig själva.")
    identity = ("meeting", "title")
    ordering = ("meeting__held_on", "meeting__body__key", "meeting__key", "order", "pk")

    class Meta:
        model = AgendaItem
        fields = ("meeting", "title", "order", "kind", "text", "proposed_decision", "notes")

    def rows(self):
        own = Q(agreement=self.run.subject) | Q(agreement__isnull=True)
        return AgendaItem.objects.filter(own, meeting__body__in=bodies(self.run), assignment__isnull=True)

    def init_instance(self, row=None):
        return AgendaItem(agreement=self.run.subject)


class DecisionResource(OfMeetingResource):
    name = _("Beslut")
    about = _("Organens beslut i den här överenskommelsen.")
    ordering = ("decided_on", "body__key", "key")
    kept = ("item",)  # a matter that follows an assignment up has no row of its own

    class Meta:
        model = Decision
        fields = (
            "body", "key", "meeting", "item", "kind", "mandate", "paragraph", "title", "text", "decided_on",
            "registry_number",
        )  # fmt: skip

    def rows(self):
        return super().rows().filter(agreement=self.run.subject)

    def init_instance(self, row=None):
        return Decision(agreement=self.run.subject)

    def check(self, decision):
        super().check(decision)
        if decision.meeting and decision.meeting.body_id != decision.body_id:
            message = _("Mötet hölls av ett annat organ. Välj ett möte i samma organ.")
            raise ValidationError({"meeting": message})
        if decision.item and decision.item.meeting_id != decision.meeting_id:
            raise ValidationError({"item": _("Punkten hör till ett annat möte. Välj en punkt på mötets dagordning.")})


class AssignmentResource(GovernanceSheet):
    name = _("Uppdrag")
    about = _("Vad ett beslut gett en part eller ett organ att göra, och hur det gick.")
    identity = ("decision", "party", "body", "text")
    ordering = ("decision__decided_on", "decision__body__key", "decision__key", "pk")
    headings = {
        "party": _("till part"),
        "body": _("till organ"),
        "answer": _("återrapport"),
        "end": _("hur det slutade"),
    }
    # What people do in the portal, where those concerned are told.
    SET_IN_PORTAL = ("answer", "reported_at", "end", "end_note", "ended_at")

    class Meta:
        model = Assignment
        fields = ("decision", "text", "party", "body", "due_on", "answer", "reported_at", "end", "end_note", "ended_at")

    def rows(self):
        return Assignment.objects.filter(decision__agreement=self.run.subject)

    def identity_of(self, line):
        """Whoever got it is a party or a body, so one of the two is empty."""
        return "/".join(self.cell(line, name) for name in self.identity)

    def check(self, assignment):
        if bool(assignment.party) == bool(assignment.body):
            raise ValidationError({"party": _("Skriv en part eller ett organ, inte båda.")})
        if bool(assignment.end) != bool(assignment.ended_at):
            raise ValidationError({"end": _("Hur det slutade och dagen hör ihop. Fyll i båda cellerna eller ingen.")})
        if self.run.user is not None:
            changed = {column.attribute for column in self.changed}
            if elsewhere := [name for name in self.SET_IN_PORTAL if name in changed]:
                message = _("Uppdrag återrapporteras och avslutas i portalen. Lämna cellen som den är.")
                raise ValidationError({elsewhere[0]: message})
