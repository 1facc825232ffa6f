"""The sheets of the action plans, their editions and the activities."""

import datetime
import uuid

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from actionplans.models import ActionPlan, Activity, Edition
from governance.importing import GovernanceSheet
from lib.cells import Misread, TextCell
from lib.db import Frozen
from lib.workbook import CHANGED, Change, Directory, Outcome


def _edition_key(edition):
    return f"{edition.plan.key}/{edition.label}"


PLANS = Directory(
    _("handlingsplanerna"),
    load=lambda run: ActionPlan.objects.filter(agreement=run.subject),
    key=lambda plan: plan.key,
)
EDITIONS = Directory(
    _("versionerna (handlingsplan/version)"),
    load=lambda run: run.visible(Edition.objects.filter(plan__agreement=run.subject)).select_related("plan"),
    key=_edition_key,
)
ACTIVITIES = Directory(
    _("aktiviteterna (handlingsplan/version/nummer)"),
    load=lambda run: run.visible(Activity.objects.filter(edition__plan__agreement=run.subject)).select_related(
        "edition__plan"
    ),
    key=lambda activity: f"{_edition_key(activity.edition)}/{activity.number}",
)


class PlanSheet(GovernanceSheet):
    """Rows of the agreement's action plans."""

    def init_instance(self, row=None):
        return self._meta.model()

    directories = {**GovernanceSheet.directories, ActionPlan: PLANS, Edition: EDITIONS, Activity: ACTIVITIES}


class ActionPlanResource(PlanSheet):
    name = _("Handlingsplaner")
    about = _("Överenskommelsens handlingsplaner: en för hela eller en per område.")
    identity = ("key",)

    class Meta:
        model = ActionPlan
        fields = ("key", "order", "name", "area", "managed_by", "adopted_by", "cadence", "is_example")

    def rows(self):
        return ActionPlan.objects.filter(agreement=self.run.subject)

    def init_instance(self, row=None):
        return ActionPlan(agreement=self.run.subject)


class EditionResource(PlanSheet):
    name = _("Versioner")
    about = _("Planernas versioner, en per period. En fastställd version ändras inte; gör ändringen i nästa.")
    identity = ("plan", "label")
    ordering = ("plan__order", "plan__key", "starts_on", "label")

    class Meta:
        model = Edition
        fields = (
            "plan", "label", "starts_on", "ends_on", "state", "based_on", "is_correction", "proposed_at", "decision",
            "adopted_at",
        )  # fmt: skip

    def __init__(self, run):
        super().__init__(run)
        self.adoptions = []

    def rows(self):
        return Edition.objects.filter(plan__agreement=self.run.subject).select_related("plan")

    def validate_instance(self, edition, import_validation_errors=None, validate_unique=True):
        """An edition is saved as a draft, takes its activities, and is adopted when everything is in place."""
        errors = dict(import_validation_errors or {})
        if edition.is_frozen and not Edition.objects.frozen().filter(pk=edition.pk).exists():
            if edition.decision is None:
                errors.setdefault("decision", ValidationError(_("Ange beslutet som fastställde versionen.")))
            elif (edition.plan, edition.state) in {(other.plan, state) for other, state, _at in self.adoptions} and (
                edition.state == Edition.State.ADOPTED
            ):
                errors["state"] = ValidationError(_("En plan har en fastställd version. Skriv ersatt på den äldre."))
            else:
                self.adoptions.append((edition, edition.state, edition.adopted_at))
                edition.state, edition.adopted_at = Edition.State.DRAFT, None
        super().validate_instance(edition, errors, validate_unique)

    def finish(self):
        """Adopt the editions, and tell of those that are superseded by it."""
        before = list(Edition.objects.adopted().filter(plan__agreement=self.run.subject).values_list("pk", flat=True))
        for edition, state, at in self.adoptions:
            at = at or _midnight(edition.decision.decided_on)
            if state == Edition.State.ADOPTED:
                edition.adopt(decision=edition.decision, by=self.run.user, at=at)
            else:
                edition.state, edition.adopted_at, edition.adopted_by = state, at, self.run.user
                edition.save()
        superseded = Edition.objects.filter(pk__in=before, state=Edition.State.SUPERSEDED).select_related("plan")
        return [self._superseded(edition) for edition in superseded]

    def _superseded(self, edition):
        column = self.fields["state"]
        texts = [column.widget.render(state) for state in (Edition.State.ADOPTED, edition.state)]
        return Outcome(str(self.name), None, self.identify(edition), CHANGED, [Change(column.column_name, *texts)])


def _midnight(day):
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time()))


class LineageCell(TextCell):
    """What makes rows of different editions the same activity: a UUID."""

    def clean(self, value, row=None, **kwargs):
        try:
            return uuid.UUID(value)
        except ValueError:
            message = _("”%(value)s” är inget släktskap. Kopiera det från den tidigare versionen, eller töm cellen.")
            raise Misread(message % {"value": value}) from None


class ActivityResource(PlanSheet):
    """Activities are found by lineage where the line gives it, so that one may get a new number, else by number."""

    name = _("Aktiviteter")
    about = _("Versionernas aktiviteter. Samma aktivitet i flera versioner har samma släktskap.")
    identity = ("edition", "number")
    ordering = ("edition__plan__order", "edition__plan__key", "edition__starts_on", "edition__label", "order", "pk")
    cells = {"lineage": LineageCell}
    kept = ("lineage",)

    class Meta:
        model = Activity
        fields = (
            "edition", "number", "order", "title", "description", "desired_effect", "area", "collaboration_area",
            "serves", "goals", "responsible", "responsible_function", "participants", "indicator", "indicator_base",
            "indicator_target", "counts", "starts_on", "ends_on", "is_continuous", "milestones", "financing", "amount",
            "followed_up_how", "followed_up_when", "followed_up_by", "local_plans", "equality", "children",
            "target_group_voice", "origin", "proposed_by", "change_reason", "ending", "ending_reason", "lineage",
        )  # fmt: skip

    def rows(self):
        return Activity.objects.filter(edition__plan__agreement=self.run.subject).select_related("edition__plan")

    def match(self, lines):
        """Which stored row every line with a lineage means; numbers that pass on to other rows are let go of first."""
        lineages = {(_edition_key(row.edition), str(row.lineage)): row for row in self.existing.values()}
        places = {id(line): (self.cell(line, "edition"), self.cell(line, "lineage").lower()) for line in lines}
        self.meant = {key: lineages[place] for key, place in places.items() if place in lineages}
        self.lines_of = {}
        for line in lines:
            if id(line) in self.meant:
                self.lines_of.setdefault(self.meant[id(line)].pk, line)
        wanted = {self.identity_of(line) for line in lines}
        passed_on = [called for called, row in self.existing.items() if called in wanted and self._moves(called, row)]
        for called in passed_on:
            row = self.existing[called]
            Activity.objects.filter(pk=row.pk).update(number=f"~{row.pk}")

    def _moves(self, called, row):
        """Whether the file gives the row, found by its lineage, another number than the one it has."""
        line = self.lines_of.get(row.pk)
        return line is not None and not row.edition.is_frozen and self.identity_of(line) not in ("", called)

    def get_instance(self, instance_loader, row):
        found = self.meant.get(id(self.line))
        if found is None:
            found = super().get_instance(instance_loader, row)
            return None if found is not None and found.pk in self.lines_of else found
        first = self.lines_of[found.pk]
        if first is not self.line:
            message = _("Släktskapet står redan på rad %(row)s. Ta bort den ena raden, eller töm cellen i den nya.")
            raise ValidationError({"lineage": message % {"row": first.number}})
        return found

    def init_instance(self, row=None):
        """A new activity's lineage follows from where it stands, so that a preview and its import say the same."""
        place, used = f"{self.run.subject.slug}/{self.called}", {row.lineage for row in self.existing.values()}
        while (lineage := uuid.uuid5(uuid.NAMESPACE_URL, place)) in used:
            place += "/"  # a row that stood here has a new number now
        return Activity(lineage=lineage)

    def validate_instance(self, activity, import_validation_errors=None, validate_unique=True):
        if activity.edition_id and activity.edition.is_frozen:
            raise Frozen(Edition.frozen_message)
        super().validate_instance(activity, import_validation_errors, validate_unique)
