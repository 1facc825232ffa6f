"""The agreement workbook: all sheets in their order, read and written as one."""

from pathlib import Path

from actionplans.importing import ActionPlanResource, ActivityResource, EditionResource
from agreements.importing import (
    AccessionResource,
    ActorResource,
    AdoptionResource,
    AgreementResource,
    AnnotationResource,
    CollaborationAreaResource,
    CommitmentResource,
    ConsultationResource,
    DocumentResource,
    FinancingResource,
    FollowUpRuleResource,
    GlobalGoalLinkResource,
    GoalResource,
    OutsiderResource,
    PartyNameResource,
    PlanRuleResource,
    PriorityAreaResource,
    ProcessStepResource,
    ProvisionResource,
    RelatedStrategyResource,
    SeriesEntryResource,
    StatedIndicatorResource,
    StatisticResource,
    TargetGroupResource,
    ValidityResource,
)
from followup.importing import ReportResource, RoundResource
from governance.importing import (
    DecisionResource,
    MandateResource,
    MeetingResource,
    OrganisationResource,
    ResponsibilityResource,
    SeatResource,
)
from lib.spreadsheets import write_folder
from lib.workbook import Run

# A sheet may refer to rows of the sheets before it.
SHEETS = [
    AgreementResource,
    DocumentResource,
    AccessionResource,
    OrganisationResource,
    PartyNameResource,
    OutsiderResource,
    ActorResource,
    MandateResource,
    SeatResource,
    ValidityResource,
    AdoptionResource,
    TargetGroupResource,
    PriorityAreaResource,
    GoalResource,
    CollaborationAreaResource,
    GlobalGoalLinkResource,
    ProvisionResource,
    ResponsibilityResource,
    RelatedStrategyResource,
    CommitmentResource,
    FinancingResource,
    StatisticResource,
    ProcessStepResource,
    ConsultationResource,
    FollowUpRuleResource,
    StatedIndicatorResource,
    PlanRuleResource,
    SeriesEntryResource,
    AnnotationResource,
    MeetingResource,
    DecisionResource,
    ActionPlanResource,
    EditionResource,
    ActivityResource,
    RoundResource,
    ReportResource,
]


def export_tables(agreement, *, user=None):
    """Every sheet of the agreement's workbook, with what ``user`` may see (None: the system, everything)."""
    run = Run(subject=agreement, user=user)
    return [sheet(run).table() for sheet in SHEETS]


def export_to(agreement, path):
    """Write the workbook to a folder of CSV files and return its tables."""
    tables = export_tables(agreement)
    write_folder(tables, Path(path))
    return tables
