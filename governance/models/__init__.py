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
from governance.models.meetings import AgendaItem, Assignment, Attendance, Decision, Meeting, Record

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
