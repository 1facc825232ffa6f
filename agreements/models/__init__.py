"""The agreement and everything the parties wrote into it."""

from agreements.models.actors import Accession, Actor, Outsider, not_left
from agreements.models.agreement import (
    Agreement,
    AgreementGroupObjectPermission,
    AgreementSeries,
    AgreementUserObjectPermission,
)
from agreements.models.base import AgreementRow, Basis, Sourced
from agreements.models.consulting import (
    Addressee,
    ConsultationResponse,
    ResponseFile,
    SectionResponse,
    Stance,
    Treatment,
)
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
from agreements.models.drafting import Contribution, Dialogue, DraftComment, TextVersion
from agreements.models.life import (
    AgreementReview,
    Amendment,
    LifeEvent,
    RevisionRequest,
    SituationReport,
    Termination,
    TerminationReceipt,
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
    "Addressee",
    "Adoption",
    "Agreement",
    "AgreementGroupObjectPermission",
    "AgreementReview",
    "AgreementRow",
    "AgreementSeries",
    "AgreementUserObjectPermission",
    "Amendment",
    "Annotation",
    "Basis",
    "CollaborationArea",
    "Commitment",
    "Consultation",
    "ConsultationResponse",
    "Contribution",
    "Dialogue",
    "Document",
    "DraftComment",
    "Financing",
    "FollowUpRule",
    "GlobalGoalLink",
    "Goal",
    "LifeEvent",
    "Outsider",
    "PlanRule",
    "PriorityArea",
    "ProcessStep",
    "Provision",
    "RelatedStrategy",
    "ResponseFile",
    "RevisionRequest",
    "SectionResponse",
    "SeriesEntry",
    "SituationReport",
    "Sourced",
    "StagedWorkbook",
    "Stance",
    "StatedIndicator",
    "Statistic",
    "TargetGroup",
    "Termination",
    "TerminationReceipt",
    "TextVersion",
    "Treatment",
    "Validity",
    "not_left",
]
