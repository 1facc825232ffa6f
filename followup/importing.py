"""The sheets of the follow-up: rounds, the parties asked in them, and what each party reported."""

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actionplans.importing import PlanSheet
from followup.counts_sheet import NUMBER_COLUMNS, CountHeading
from followup.models import Report, Respondent, Round
from followup.numbers import asked_groups
from followup.report_forms import TEXTS
from followup.services import add_reports, close_round
from lib.db import Frozen
from lib.personal_numbers import find
from lib.workbook import NEW, Directory, Outcome
from parties.models import Party, Right

ROUNDS = Directory(
    gettext_lazy("omgångarna"),
    load=lambda run: Round.objects.filter(agreement=run.subject),
    key=lambda round: round.label,
)


class FollowUpSheet(PlanSheet):
    """Rows of the agreement's follow-up."""

    directories = {**PlanSheet.directories, Round: ROUNDS}


class RoundResource(FollowUpSheet):
    name = gettext_lazy("Omgångar")
    about = gettext_lazy("Uppföljningsomgångar: planerad, öppnad, granskad, stängd och publicerad.")
    identity = ("label",)
    ordering = ("period_starts_on", "label")

    class Meta:
        model = Round
        fields = (
            "label", "period_starts_on", "period_ends_on", "asks", "meeting", "opens_on", "due_on", "review_on",
            "prepare_on", "close_on", "publish_on", "opened_at", "review_started_at", "closed_at", "published_at",
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


class RespondentResource(FollowUpSheet):
    name = gettext_lazy("Svarande")
    about = gettext_lazy("Parterna som svarar i en omgång, och de som fått längre tid. Raderna kommer när den öppnas.")
    identity = ("round", "party")
    ordering = ("round__period_starts_on", "round__label", "party__key")
    headings = {"round": gettext_lazy("omgång")}

    class Meta:
        model = Respondent
        fields = ("round", "party", "extended_to", "extension_reason")

    def rows(self):
        return Respondent.objects.filter(round__agreement=self.run.subject).select_related("round")

    def check(self, respondent):
        """More time is given while the round takes answers, to a party that is asked."""
        if respondent.round.closed_at:
            raise Frozen(Round.frozen_message)
        if self.new and self.run.user is not None:
            raise ValidationError({"party": _("Parten svarar inte i omgången. Raden kommer när omgången öppnas.")})
        if respondent.extended_to and respondent.extended_to <= respondent.round.due_on:
            message = _("Dagen är inte senare än omgångens sista svarsdag, %(due)s. Skriv en senare dag.")
            raise ValidationError({"extended_to": message % {"due": respondent.round.due_on}})
        if respondent.extended_to and not respondent.extension_reason:
            raise ValidationError({"extension_reason": _("Skriv varför parten får mer tid.")})

    def _save(self, respondent):
        if respondent.extended_to:
            respondent.extended_by = self.run.user
        super()._save(respondent)


class ReportResource(FollowUpSheet):
    name = gettext_lazy("Lägesrapporter")
    about = gettext_lazy(
        "Vad en part svarat om en aktivitet i en omgång. Antal under 5 läses bara av parten; för andra döljs de."
    )
    identity = ("round", "activity", "party")
    ordering = ("round__period_starts_on", "round__label", "activity__order", "activity__pk", "party__key")
    former = {"vad har ni gjort, och vad blev effekten?": "text"}
    # What people do in the portal, where it is checked, told to those concerned and kept in the history.
    SET_IN_PORTAL = {
        "is_unchanged", "submitted_at", "on_behalf", "returned_at", "approved_at", "review_comment"
    }  # fmt: skip

    numbers_women = CountHeading("women", gettext_lazy("antal kvinnor"))
    numbers_men = CountHeading("men", gettext_lazy("antal män"))
    numbers_girls = CountHeading("girls", gettext_lazy("antal flickor"))
    numbers_boys = CountHeading("boys", gettext_lazy("antal pojkar"))
    numbers_other = CountHeading("other", gettext_lazy("antal annat eller okänt"))
    numbers_total = CountHeading("total", gettext_lazy("antal, summa"))

    class Meta:
        model = Report
        fields = (
            "round", "activity", "party", "status", "degree", "text", "effect", "deviation_cause", "deviation_measure",
            "new_end_date", "decision_asked", *NUMBER_COLUMNS, "addition", "is_unchanged", "submitted_at", "on_behalf",
            "returned_at", "approved_at", "review_comment",
        )  # fmt: skip

    def __init__(self, run):
        super().__init__(run)
        self.respondents = None
        for name in NUMBER_COLUMNS:
            self.fields[name].is_own = self._is_own

    def rows(self):
        return Report.objects.filter(round__agreement=self.run.subject)

    def init_instance(self, row=None):
        return Report()

    def _is_own(self, report):
        """Whether the counts of the report are for the one who reads or writes the workbook."""
        if self.run.user is None:
            return self.run.is_complete
        return report.party_id in self.run.memo("own parties", self._own_parties)

    def _own_parties(self):
        return set(Party.objects.with_right(self.run.user, Right.SEE_PARTY).values_list("pk", flat=True))

    def after_init_instance(self, report, new, row, **kwargs):
        """A report the user may not read is not compared with the file either: that would tell what it says."""
        super().after_init_instance(report, new, row, **kwargs)
        self.was_submitted = report.submitted_at is not None
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
        changed = {column.attribute for column in self.changed}
        if elsewhere := self.SET_IN_PORTAL & changed:
            name = "submitted_at" if "submitted_at" in elsewhere else min(elsewhere)
            raise ValidationError({name: _("Rapporter lämnas in och godkänns i portalen. Töm cellen.")})
        if self.was_submitted:
            raise ValidationError(_("Rapporten är inlämnad. Ta tillbaka den i portalen innan du ändrar den."))
        self._check_answers(report, changed)
        if changed & set(Report.REPEATED):
            report.is_unchanged = False

    def _check_answers(self, report, changed):
        """As in the form, except that there somebody can say that a number is no personal identity number."""
        errors = {}
        if "new_end_date" in changed and report.new_end_date and report.new_end_date < timezone.localdate():
            errors["new_end_date"] = _("Datumet har redan varit. Ange ett datum från och med i dag.")
        asked = {f"numbers_{group}" for group in asked_groups(report.activity.counts)}
        for name in sorted(changed & {*NUMBER_COLUMNS} - asked):
            errors[name] = _("Aktiviteten frågar inte efter det antalet. Töm cellen.")
        message = _("%(number)s ser ut som ett personnummer. Ta bort det, eller skriv texten i portalen.")
        for column in self.changed:
            if column.attribute in TEXTS and (found := self._new_personal_number(column, report)):
                errors[column.attribute] = message % {"number": found}
        if errors:
            raise ValidationError(errors)

    def _new_personal_number(self, column, report):
        """A personal identity number that the file brings into a text; None where there is none."""
        known = find(self.before.get(column, ""))
        return next((number for number in find(getattr(report, column.attribute)) if number not in known), None)

    def problem(self, attribute, message):
        """What is wrong with the counts together is told at the first of their columns."""
        return super().problem(NUMBER_COLUMNS[0] if attribute == "numbers" else attribute, message)

    def _save(self, report):
        if report.submitted_at and not report.submitted_by_id:
            report.submitted_by = self.run.user
        super()._save(report)
        self._ask(report)

    def _ask(self, report):
        """A party that has a report in a round has its place among those who answer there."""
        if self.respondents is None:
            asked = Respondent.objects.filter(round__agreement=self.run.subject)
            self.respondents = set(asked.values_list("round", "party"))
        if (report.round_id, report.party_id) not in self.respondents:
            self.respondents.add((report.round_id, report.party_id))
            Respondent(round=report.round, party=report.party).save(force_insert=True)
