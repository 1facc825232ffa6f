"""Follow-up: a round per period, the parties asked in it, and what each says about each of its activities."""

from followup.models.beside import FormPresence, ReportFile, Return
from followup.models.notices import Notice
from followup.models.reports import NO_ANSWER_NEEDED, Degree, Incomplete, Report, ReportStatus
from followup.models.rounds import STATE_LABELS, Outcome, Reopening, ReportingRule, Respondent, Round

__all__ = [
    "NO_ANSWER_NEEDED",
    "STATE_LABELS",
    "Degree",
    "FormPresence",
    "Incomplete",
    "Notice",
    "Outcome",
    "Reopening",
    "Report",
    "ReportFile",
    "ReportStatus",
    "ReportingRule",
    "Respondent",
    "Return",
    "Round",
]
