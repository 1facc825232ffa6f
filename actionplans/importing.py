"""The sheets of the action plans, their editions and the activities."""

from django.utils.translation import gettext_lazy as _

from actionplans.models import ActionPlan, Activity, Edition
from governance.importing import GovernanceSheet
from lib.workbook import Directory


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


class EditionResource(PlanSheet):
    name = _("Versioner")
    about = _("Planernas versioner, en per period. En fastställd version ändras inte; gör ändringen i nästa.")
    identity = ("plan", "label")
    ordering = ("plan__order", "plan__key", "starts_on", "label")

    class Meta:
        model = Edition
        fields = ("plan", "label", "starts_on", "ends_on", "state", "based_on", "decision", "adopted_at")

    def rows(self):
        return Edition.objects.filter(plan__agreement=self.run.subject).select_related("plan")


class ActivityResource(PlanSheet):
    name = _("Aktiviteter")
    about = _("Versionernas aktiviteter. Samma aktivitet i flera versioner har samma släktskap.")
    identity = ("edition", "number")
    ordering = ("edition__plan__order", "edition__plan__key", "edition__starts_on", "edition__label", "order", "pk")

    class Meta:
        model = Activity
        fields = (
            "edition", "number", "order", "title", "description", "desired_effect", "area", "collaboration_area",
            "goals", "responsible", "participants", "indicator", "starts_on", "ends_on", "is_continuous", "origin",
            "lineage",
        )  # fmt: skip

    def rows(self):
        return Activity.objects.filter(edition__plan__agreement=self.run.subject).select_related("edition__plan")
