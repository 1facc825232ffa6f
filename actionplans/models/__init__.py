"""The action plans' tables: plans and editions, activities, the work on a draft, and proposals."""

from actionplans.models.activity import (
    Activity,
    ActivityCollaborationArea,
    ActivityFile,
    ActivityGoal,
    ActivityParticipant,
    InternalNote,
    Milestone,
)
from actionplans.models.desk import Comment, Presence, Step
from actionplans.models.plan import ActionPlan, Edition
from actionplans.models.proposals import Proposal, ProposalRank

__all__ = [
    "ActionPlan",
    "Activity",
    "ActivityCollaborationArea",
    "ActivityFile",
    "ActivityGoal",
    "ActivityParticipant",
    "Comment",
    "Edition",
    "InternalNote",
    "Milestone",
    "Presence",
    "Proposal",
    "ProposalRank",
    "Step",
]
