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
        fields = ("key", "order", "name", "area", "managed_by", "adopted_by", "cadence")

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
        fields = ("plan", "label", "starts_on", "ends_on", "state", "based_on", "decision", "adopted_at")

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
            "goals", "responsible", "participants", "indicator", "starts_on", "ends_on", "is_continuous", "origin",
            "lineage",
        )  # fmt: skip

    def rows(self):
        return Activity.objects.filter(edition__plan__agreement=self.run.subject).select_related("edition__plan")

    def init_instance(self, row=None):
        """A new activity's lineage follows from where it stands, so that a preview and its import say the same."""
        place = f"{self.run.subject.slug}/{self.called}"
        return Activity(lineage=uuid.uuid5(uuid.NAMESPACE_URL, place))

    def validate_instance(self, activity, import_validation_errors=None, validate_unique=True):
        if activity.edition_id and activity.edition.is_frozen:
            raise Frozen(Edition.frozen_message)
        super().validate_instance(activity, import_validation_errors, validate_unique)

    def check(self, activity):
        edition, inside = activity.edition, activity.collaboration_area
        if inside and inside.area_id != activity.area_id:
            raise ValidationError({"collaboration_area": _("Samverkansområdet hör till ett annat område.")})
        if activity.is_continuous and activity.ends_on:
            raise ValidationError({"ends_on": _("En löpande aktivitet har inget slutdatum. Ta bort det ena.")})
        period = {"first": edition.starts_on, "last": edition.ends_on}
        message = _("Aktiviteten ligger utanför versionens period %(first)s–%(last)s. Rätta datumet.")
        if activity.starts_on and activity.starts_on > edition.ends_on:
            raise ValidationError({"starts_on": message % period})
        if activity.ends_on and activity.ends_on < edition.starts_on:
            raise ValidationError({"ends_on": message % period})
