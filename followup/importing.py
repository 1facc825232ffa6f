"""The sheets of the follow-up: rounds and what each party reported in them."""

from django.utils.translation import gettext_lazy as _

from actionplans.importing import PlanSheet
from followup.models import Report, Round
from lib.workbook import Directory

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

    def rows(self):
        return Round.objects.filter(agreement=self.run.subject)


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
