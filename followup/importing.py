"""The sheets of the follow-up: rounds and what each party reported in them."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from actionplans.importing import PlanSheet
from followup.models import Report, Round
from followup.services import add_reports, close_round
from lib.workbook import NEW, Directory, Outcome
from parties.models import Party, Right

ROUNDS = Directory(
    _("omgångarna"),
    load=lambda run: Round.objects.filter(agreement=run.subject),
    key=lambda round: round.label,
)


class FollowUpSheet(PlanSheet):
    """Rows of the agreement's follow-up."""

    directories = {**PlanSheet.directories, Round: ROUNDS}


class RoundResource(FollowUpSheet):
    name = _("Omgångar")
    about = _("Uppföljningsomgångar: planerad, öppnad, stängd och publicerad.")
    identity = ("label",)
    ordering = ("period_starts_on", "label")

    class Meta:
        model = Round
        fields = (
            "label", "period_starts_on", "period_ends_on", "due_on", "meeting", "opened_at", "closed_at",
            "published_at",
        )  # fmt: skip

    def __init__(self, run):
        super().__init__(run)
        self.opened, self.closings = [], []

    def rows(self):
        return Round.objects.filter(agreement=self.run.subject)

    def init_instance(self, row=None):
        return Round(agreement=self.run.subject)

    def validate_instance(self, round, import_validation_errors=None, validate_unique=True):
        """A round is saved open, takes its reports, and is closed when everything is in place."""
        if round.opened_at and not self.before.get(self.fields["opened_at"]):
            self.opened.append(round)
        if round.closed_at and not Round.objects.frozen().filter(pk=round.pk).exists():
            self.closings.append((round, round.closed_at, round.published_at))
            round.closed_at = round.published_at = None
        super().validate_instance(round, import_validation_errors, validate_unique)

    def check(self, round):
        if round.due_on < round.period_starts_on:
            raise ValidationError({"due_on": _("Sista svarsdag ligger före perioden. Rätta datumet.")})

    def finish(self):
        for round, closed_at, published_at in self.closings:
            close_round(round=round, by=self.run.user, at=closed_at)
            if published_at:
                round.published_at, round.published_by = published_at, self.run.user
                round.save(update_fields=["published_at", "published_by"])
        return []


def ask_parties(run, rounds):
    """Create the reports that are missing in the ``rounds`` still open; one outcome for each."""
    sheet, outcomes = ReportResource(run), []
    for round in rounds:
        existing = set(Report.objects.filter(round=round).values_list("pk", flat=True))
        if not round.closed_at and add_reports(round=round):
            created = Report.objects.filter(round=round).exclude(pk__in=existing).order_by("pk")
            outcomes += [Outcome(str(sheet.name), None, sheet.identify(report), NEW) for report in created]
    return outcomes


class ReportResource(FollowUpSheet):
    name = _("Lägesrapporter")
    about = _("Vad en part svarat om en aktivitet i en omgång.")
    identity = ("round", "activity", "party")
    ordering = ("round__period_starts_on", "round__label", "activity__order", "activity__pk", "party__key")

    class Meta:
        model = Report
        fields = (
            "round", "activity", "party", "status", "text", "deviation_cause", "deviation_measure", "new_end_date",
            "submitted_at", "approved_at",
        )  # fmt: skip

    def rows(self):
        return Report.objects.filter(round__agreement=self.run.subject)

    def init_instance(self, row=None):
        return Report()

    def after_init_instance(self, report, new, row, **kwargs):
        """A report the user may not read is not compared with the file either: that would tell what it says."""
        super().after_init_instance(report, new, row, **kwargs)
        if new or self.run.user is None or Report.objects.visible_to(self.run.user).filter(pk=report.pk).exists():
            return
        raise ValidationError({"party": _("Du ser inte partens rapport. Ta bort raden.")})

    def check(self, report):
        """Parties answer for themselves: only they write their reports, and hand them in in the portal."""
        if report.round.closed_at:
            raise ValidationError(Round.frozen_message)
        if self.run.user is None:
            return
        if not Party.objects.with_right(self.run.user, Right.REPORT).filter(pk=report.party_id).exists():
            raise ValidationError(
                {"party": _("Du rapporterar inte för den parten. Ta bort raden eller ändra den inte.")}
            )
        if {"submitted_at", "approved_at"} & {column.attribute for column in self.changed}:
            raise ValidationError({"submitted_at": _("Rapporter lämnas in och godkänns i portalen. Töm cellen.")})

    def _save(self, report):
        if report.submitted_at and not report.submitted_by_id:
            report.submitted_by = self.run.user
        super()._save(report)
