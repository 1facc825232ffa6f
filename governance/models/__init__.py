"""Who decides under an agreement: bodies, mandates, seats and responsibilities; their meetings and decisions."""

from governance.models.bodies import (
    BODY_GROUPS,
    Body,
    BodyGroupObjectPermission,
    BodyUserObjectPermission,
    Mandate,
    Responsibility,
    Seat,
)
from governance.models.decisions import AgendaItem, Assignment, Decision
from governance.models.meetings import Attendance, Meeting, Record

__all__ = [
    "BODY_GROUPS",
    "AgendaItem",
    "Assignment",
    "Attendance",
    "Body",
    "BodyGroupObjectPermission",
    "BodyUserObjectPermission",
    "Decision",
    "Mandate",
    "Meeting",
    "Record",
    "Responsibility",
    "Seat",
]
