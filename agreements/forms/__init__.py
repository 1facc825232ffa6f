"""The forms of an agreement and of every kind of row in it; ``KINDS`` lists the kinds.

The words beside the fields are for what a coordinator hesitates about, not for what the label says already.
"""

from agreements.forms.agreement import (
    AccessionForm,
    ActorForm,
    AdoptionForm,
    AgreementForm,
    OutsiderForm,
    PublishForm,
    SeriesEntryForm,
    ValidityForm,
)
from agreements.forms.content import (
    CollaborationAreaForm,
    CommitmentForm,
    FinancingForm,
    GlobalGoalLinkForm,
    GoalForm,
    PriorityAreaForm,
    ProvisionForm,
    RelatedStrategyForm,
    StatisticForm,
    TargetGroupForm,
)
from agreements.forms.drafting import DialogueForm
from agreements.forms.life import AgreementReviewForm, SituationReportForm
from agreements.forms.process import (
    AnnotationForm,
    ConsultationForm,
    DocumentForm,
    FollowUpRuleForm,
    PlanRuleForm,
    ProcessStepForm,
    StatedIndicatorForm,
)

KINDS = [
    ValidityForm, AdoptionForm, AccessionForm, OutsiderForm, ActorForm, SeriesEntryForm, DocumentForm, ProcessStepForm,
    ConsultationForm, FollowUpRuleForm, StatedIndicatorForm, PlanRuleForm, AnnotationForm, ProvisionForm,
    TargetGroupForm, PriorityAreaForm, GoalForm, CollaborationAreaForm, GlobalGoalLinkForm, RelatedStrategyForm,
    CommitmentForm, FinancingForm, StatisticForm, DialogueForm, AgreementReviewForm, SituationReportForm,
]  # fmt: skip

__all__ = ["KINDS", "AgreementForm", "DialogueForm", "PublishForm"]
