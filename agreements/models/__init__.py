"""The agreement and everything the parties wrote into it."""

from agreements.models.actors import Accession, Actor, Outsider
from agreements.models.agreement import (
    Agreement,
    AgreementGroupObjectPermission,
    AgreementSeries,
    AgreementUserObjectPermission,
)
from agreements.models.base import AgreementRow, Basis, Sourced
from agreements.models.content import (
    CollaborationArea,
    Commitment,
    Financing,
    GlobalGoalLink,
    Goal,
    PriorityArea,
    Provision,
    RelatedStrategy,
    Statistic,
    TargetGroup,
)
from agreements.models.process import (
    Annotation,
    Consultation,
    Document,
    FollowUpRule,
    PlanRule,
    ProcessStep,
    StatedIndicator,
)
from agreements.models.staging import StagedWorkbook
from agreements.models.terms import Adoption, SeriesEntry, Validity

__all__ = [
    "Accession",
    "Actor",
    "Adoption",
    "Agreement",
    "AgreementGroupObjectPermission",
    "AgreementRow",
    "AgreementSeries",
    "AgreementUserObjectPermission",
    "Annotation",
    "Basis",
    "CollaborationArea",
    "Commitment",
    "Consultation",
    "Document",
    "Financing",
    "FollowUpRule",
    "GlobalGoalLink",
    "Goal",
    "Outsider",
    "PlanRule",
    "PriorityArea",
    "ProcessStep",
    "Provision",
    "RelatedStrategy",
    "SeriesEntry",
    "Sourced",
    "StagedWorkbook",
    "StatedIndicator",
    "Statistic",
    "TargetGroup",
    "Validity",
]
